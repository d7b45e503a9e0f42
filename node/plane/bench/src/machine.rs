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

/// What a process did not get, so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits {
    /// How often it lay down to wait.
    pub sleeps: u64,
    /// It could have run, and something else did, µs.
    pub ready_us: u64,
    /// What the host took of its processor, µs in ticks of 10 ms.
    pub stolen_us: u64,
}

impl Waits {
    /// Of all threads of process `pid`, and of processor `core`.
    pub fn of(pid: u32, core: usize) -> io::Result<Waits> {
        let mut waits = Waits::default();
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?.path();
            let times = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            let ready = times.split_whitespace().nth(1).and_then(|ns| ns.parse::<u64>().ok());
            waits.ready_us += ready.unwrap_or(0) / 1000;
            let status = fs::read_to_string(task.join("status")).unwrap_or_default();
            let sleeps = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            waits.sleeps += sleeps.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or(0);
        }
        let stat = fs::read_to_string("/proc/stat")?;
        let line = stat.lines().find(|line| line.starts_with(&format!("cpu{core} "))).unwrap_or("");
        let ticks = line.split_whitespace().nth(8).and_then(|ticks| ticks.parse::<u64>().ok());
        waits.stolen_us = ticks.unwrap_or(0) * 10_000;
        Ok(waits)
    }

    pub fn since(self, before: Waits) -> Waits {
        Waits {
            sleeps: self.sleeps - before.sleeps,
            ready_us: self.ready_us - before.ready_us,
            stolen_us: self.stolen_us - before.stolen_us,
        }
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
