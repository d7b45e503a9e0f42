//! Figures for people, and the same as JSON.

use std::fmt::Write;

use plane_core::contract::Counters;
use plane_core::contract::counters::{Loop, Packets};

use crate::Options;
use crate::machine::{self, Cpu, Waits};
use crate::parts;
use crate::peers::Tally;

/// What one round gave.
#[derive(Debug, Clone)]
pub struct Round {
    pub cpu: Cpu,
    /// Of the measured process and its core, and of the load and its.
    pub waits: (Waits, Waits),
    pub elapsed_us: u64,
    pub tally: Tally,
}

/// What one number of receivers gave.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub scenario: String,
    pub receivers: u32,
    pub open_us: u64,
    pub plane: Vec<Round>,
    pub conventional: Vec<Round>,
    /// With so many streams of recordings beside.
    pub recording: Vec<Round>,
    pub streams: u32,
    /// The plane's own figures, before and after each of its rounds.
    pub counters: Vec<(Counters, Counters)>,
    /// Of the plane: before the receivers came, and at the end.
    pub resident: (u64, u64),
    pub lag: Option<Counters>,
}

/// Least, middle and greatest.
#[derive(Debug, Clone, Copy)]
struct Spread(f64, f64, f64);

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Spread {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        match values[..] {
            [] => Spread(f64::NAN, f64::NAN, f64::NAN),
            [first, ..] => Spread(first, values[values.len() / 2], values[values.len() - 1]),
        }
    }

    fn text(self, digits: usize) -> String {
        format!("{:.digits$} / {:.digits$} / {:.digits$}", self.0, self.1, self.2)
    }

    fn json(self) -> String {
        format!("[{:.4}, {:.4}, {:.4}]", self.0, self.1, self.2)
    }
}

impl Round {
    fn us_per_packet(&self) -> f64 {
        self.cpu.total_us() / self.tally.packets.max(1) as f64
    }

    fn packets_per_s(&self) -> f64 {
        self.tally.packets as f64 * 1e6 / self.elapsed_us as f64
    }

    fn loss(&self) -> f64 {
        100.0 * self.tally.lost as f64 / (self.tally.packets + self.tally.lost).max(1) as f64
    }

    fn delay(&self, share: f64) -> f64 {
        let delays = &self.tally.delays;
        let at = ((delays.len() as f64 * share) as usize).min(delays.len().saturating_sub(1));
        delays.get(at).map_or(f64::NAN, |parts| f64::from(parts.delay()))
    }

    /// The same where nothing was taken from the load or the plane (`witness`), and which share of all that is, %.
    fn calm_delay(&self, share: f64) -> (f64, f64) {
        let calm: Vec<u32> = self.tally.delays.iter().filter(|parts| parts.calm).map(parts::Parts::delay).collect();
        let at = ((calm.len() as f64 * share) as usize).min(calm.len().saturating_sub(1));
        let of_all = 100.0 * calm.len() as f64 / self.tally.delays.len().max(1) as f64;
        (calm.get(at).map_or(f64::NAN, |&us| us.into()), of_all)
    }
}

impl Measured {
    /// What each stream adds to the plane's work, from one measurement to the next.
    fn cost_of_a_stream(&self) -> Spread {
        let load = |round: &Round| 100.0 * round.cpu.total_us() / round.elapsed_us as f64;
        let pairs = self.plane.iter().zip(&self.recording);
        Spread::of(pairs.map(|(without, with)| (load(with) - load(without)) / f64::from(self.streams)))
    }

    fn memory_per_receiver(&self) -> f64 {
        (self.resident.1 as f64 - self.resident.0 as f64) / f64::from(self.receivers)
    }

    fn delta(&self, figure: impl Fn(&Packets) -> u64) -> u64 {
        let of = |counters: &Counters| counters.packets.as_ref().map_or(0, &figure);
        self.counters.iter().map(|(before, after)| of(after) - of(before)).sum()
    }

    fn group(&self) -> f64 {
        self.delta(|p| p.sent_packets) as f64 / self.delta(|p| p.sent_sends).max(1) as f64
    }

    fn mean_size(&self) -> f64 {
        let bytes: u64 = self.plane.iter().map(|round| round.tally.bytes).sum();
        let packets: u64 = self.plane.iter().map(|round| round.tally.packets).sum();
        bytes as f64 / packets.max(1) as f64
    }

    fn ratio(&self) -> f64 {
        let cost = |rounds: &[Round]| Spread::of(rounds.iter().map(Round::us_per_packet)).1;
        cost(&self.conventional) / cost(&self.plane)
    }

    fn lags(&self) -> Option<&Loop> {
        self.lag.as_ref().and_then(|counters| counters.r#loop.as_ref())
    }
}

/// What holds for all that follows.
pub fn heading(options: &Options) {
    println!("{}", machine::describe());
    println!(
        "publishers of 720p VP8 1.5 Mbit/s + Opus{}, sent {:?}; cipher {:?}; {} rounds of {} s; {}; plane on core {}, load on {}{}{}; \
         receivers take {} from the kernel",
        options.only.map_or(String::new(), |only| format!(", {only:?} alone")),
        options.pace,
        options.cipher,
        options.rounds,
        options.seconds,
        if options.across.is_some() { "across a veth pair" } else { "on loopback" },
        options.cores.0,
        options.cores.1,
        if options.spin { " without sleep" } else { "" },
        if options.realtime { ", both before ordinary work (SCHED_FIFO)" } else { "" },
        if options.gro { "trains (GRO)" } else { "single datagrams" },
    );
    println!("figures are least / median / greatest of the rounds");
}

/// The table of one measurement.
pub fn print(measured: &Measured, parts: bool) {
    println!();
    println!("{}: mean packet {:.0} bytes with SRTP", measured.scenario, measured.mean_size());
    let mut sides = vec![("plane", &measured.plane)];
    if !measured.recording.is_empty() {
        sides.push(("plane, recording", &measured.recording));
    }
    if !measured.conventional.is_empty() {
        sides.push(("conventional", &measured.conventional));
    }
    for (name, rounds) in sides {
        let spread = |figure: fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
        println!("  {name}");
        println!("    packets delivered per second   {}", spread(Round::packets_per_s).text(0));
        println!("    CPU-µs per delivered packet    {}", spread(Round::us_per_packet).text(3));
        let system = |round: &Round| {
            100.0 * round.cpu.system_us as f64 / (round.cpu.user_us + round.cpu.system_us).max(1) as f64
        };
        println!("    of it in the kernel, %         {}", spread(system).text(0));
        let load = |round: &Round| 100.0 * round.cpu.total_us() / round.elapsed_us as f64;
        println!("    load of its core, %            {}", spread(load).text(1));
        println!("    loss, %                        {}", spread(Round::loss).text(4));
        println!("    added delay p50, µs            {}", spread(|round| round.delay(0.50)).text(0));
        println!("    added delay p99, µs            {}", spread(|round| round.delay(0.99)).text(0));
        let calm = |round: &Round| round.calm_delay(0.99).0;
        let of_all = Spread::of(rounds.iter().map(|round| round.calm_delay(0.99).1)).text(0);
        println!("    p99 where nothing was taken    {} ({of_all} % of all)", spread(calm).text(0));
        let opened: u64 = rounds.iter().map(|round| round.tally.opened).sum();
        let wrong: u64 = rounds.iter().map(|round| round.tally.wrong).sum();
        println!("    opened and compared            {opened}, of which wrong {wrong}");
        let sleeps = |round: &Round| round.waits.0.sleeps as f64 * 1e6 / round.elapsed_us as f64;
        println!("    waits for work, a second       {}", spread(sleeps).text(0));
        if parts {
            print_parts(rounds);
        }
    }
    if !measured.conventional.is_empty() {
        println!("  conventional / plane           {:.2}", measured.ratio());
    }
    if !measured.recording.is_empty() {
        println!("  a stream, % of a core          {}", measured.cost_of_a_stream().text(3));
    }
    println!("  packets per send (GSO group)   {:.2}", measured.group());
    let share = measured.delta(|p| p.padding_bytes) as f64 / measured.delta(|p| p.sent_bytes).max(1) as f64;
    println!("  padding, % of bytes            {:.2}", 100.0 * share);
    println!("  retransmitted                  {}", measured.delta(|p| p.retransmitted_packets));
    println!(
        "  plane memory per receiver, kB  {:.1} (with what its room keeps of each camera)",
        measured.memory_per_receiver() / 1000.0
    );
    println!(
        "  transports opened per second   {:.0}",
        f64::from(measured.receivers) * 1e6 / measured.open_us.max(1) as f64
    );
    if let Some(lag) = measured.lags() {
        println!("  loop lag of the last second    p50 {} µs, p99 {} µs", lag.lag_p50_us, lag.lag_p99_us);
    }
}

/// What the delays of all rounds together are made of, and what kept both processes from running.
fn print_parts(rounds: &[Round]) {
    let mut all: Vec<_> = rounds.iter().flat_map(|round| round.tally.delays.iter().copied()).collect();
    all.sort_unstable_by_key(parts::Parts::delay);
    print!("{}", parts::table(&all));
    let of = |figure: fn(&Round) -> u64| {
        let share = |round: &Round| 100.0 * figure(round) as f64 / round.elapsed_us as f64;
        Spread::of(rounds.iter().map(share)).text(2)
    };
    println!(
        "    ready, but others ran, %       {} (load: {})",
        of(|r| r.waits.0.ready_us),
        of(|r| r.waits.1.ready_us)
    );
    println!(
        "    core stolen by the host, %     {} (load: {})",
        of(|r| r.waits.0.stolen_us),
        of(|r| r.waits.1.stolen_us)
    );
}

/// All of it, for a program.
pub fn json(options: &Options, all: &[Measured]) -> String {
    let mut out = String::from("{\n");
    let _ = write!(
        out,
        "  \"machine\": \"{}\",\n  \"pace\": \"{:?}\",\n  \"cipher\": \"{:?}\",\n  \"gro\": {},\n  \"rounds\": {},\n  \
         \"seconds\": {},\n  \"runs\": [",
        machine::describe(),
        options.pace,
        options.cipher,
        options.gro,
        options.rounds,
        options.seconds
    );
    for (n, measured) in all.iter().enumerate() {
        let cost = |rounds: &[Round]| Spread::of(rounds.iter().map(Round::us_per_packet)).json();
        let _ = write!(
            out,
            "{}\n    {{\"scenario\": \"{}\", \"receivers\": {}, \"us_per_packet\": {}, \"conventional_us_per_packet\": {}, \"ratio\": {:.3}, \
             \"packets_per_s\": {}, \"loss_percent\": {}, \"delay_p50_us\": {}, \"delay_p99_us\": {}, \"group\": {:.3}, \
             \"bytes_per_receiver\": {:.0}, \"wrong\": {}}}",
            if n > 0 { "," } else { "" },
            measured.scenario,
            measured.receivers,
            cost(&measured.plane),
            cost(&measured.conventional).replace("NaN", "null"),
            if measured.conventional.is_empty() { 0.0 } else { measured.ratio() },
            Spread::of(measured.plane.iter().map(Round::packets_per_s)).json(),
            Spread::of(measured.plane.iter().map(Round::loss)).json(),
            Spread::of(measured.plane.iter().map(|round| round.delay(0.50))).json(),
            Spread::of(measured.plane.iter().map(|round| round.delay(0.99))).json(),
            measured.group(),
            measured.memory_per_receiver(),
            measured.plane.iter().map(|round| round.tally.wrong).sum::<u64>(),
        );
    }
    out.push_str("\n  ]\n}\n");
    out
}
