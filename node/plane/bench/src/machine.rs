//! What the machine says of a process.

use std::fs;
use std::io;

/// Processor time of a process so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    pub user_us: u64,
    pub system_us: u64,
    /// All of it, to the nanosecond, where the kernel keeps it.
    pub exact_us: f64,
}

impl Cpu {
    /// Of process `pid`, from `/proc`. Ticks of 10 ms for the parts, the scheduler's own count for the sum.
    pub fn of(pid: u32) -> io::Result<Cpu> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0) * 10_000;
        let mut exact = 0.0;
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            let times = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            exact += times.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1000.0;
        }
        Ok(Cpu { user_us: ticks(11), system_us: ticks(12), exact_us: exact })
    }

    pub fn since(self, before: Cpu) -> Cpu {
        Cpu {
            user_us: self.user_us - before.user_us,
            system_us: self.system_us - before.system_us,
            exact_us: self.exact_us - before.exact_us,
        }
    }

    pub fn total_us(self) -> f64 {
        if self.exact_us > 0.0 { self.exact_us } else { (self.user_us + self.system_us) as f64 }
    }
}

/// Resident memory of process `pid` in bytes.
pub fn resident(pid: u32) -> io::Result<u64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    Ok(statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096)
}

/// Kernel and processor, for the report.
pub fn describe() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches([' ', '\t', ':']);
    let count = info.lines().filter(|line| line.starts_with("processor")).count();
    format!("Linux {}, {count} × {model}", kernel.trim())
}
