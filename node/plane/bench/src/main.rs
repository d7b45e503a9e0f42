//! `regie-bench`: what the plane costs per delivered packet, beside a conventional loop in the same run.
//!
//! One process generates the load and receives it, on one processor; the plane, and in turn the conventional loop, run
//! alone on another. `tests/bench/README.md` says what is measured and what is not.

mod control;
mod conventional;
mod flood;
mod inside;
mod keys;
mod machine;
mod parts;
mod peers;
mod report;
mod run;
mod scenario;
mod sys;
mod witness;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use plane_core::srtp::Profile;

use regie_load::trace::{Media, Pace};
use scenario::Scenario;

pub const USAGE: &str = "regie-bench [--receivers 500[,N…]] [--scenarios webinar:500,conference:20,audio:200] [--only video|audio] [--rounds 5] [--seconds 6] [--pace webrtc|frame|spread] [--gro on|off] \
[--cipher gcm128|gcm256|cm] [--conventional on|off] [--across NAMESPACE,ADDRESS] [--cores PLANE,LOAD] [--realtime on|off] [--spin on|off] [--parts on|off] [--flood SECONDS] [--spoofed RATE] [--plane PATH] [--record DIR] [--json PATH] [-- PLANE OPTIONS]";

#[derive(Debug, Clone)]
pub struct Options {
    pub scenarios: Vec<Scenario>,
    pub only: Option<Media>,
    pub rounds: usize,
    pub seconds: u64,
    pub pace: Pace,
    pub gro: bool,
    pub cipher: Profile,
    pub conventional: bool,
    /// The network namespace in which the servers run, and their address there.
    pub across: Option<(String, Ipv4Addr)>,
    pub cores: (usize, usize),
    pub realtime: bool,
    pub spin: bool,
    /// Say what the delay is made of.
    pub parts: bool,
    /// Seconds of bad SRTP at full speed; 0: measure the cost instead.
    pub flood: u64,
    /// Packets a second from strangers' addresses; 0: measure the cost instead.
    pub spoofed: u64,
    pub plane: PathBuf,
    pub plane_options: Vec<String>,
    /// Where each camera is also recorded, in every second measurement.
    pub record: Option<PathBuf>,
    pub json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.first().map(String::as_str) {
        Some("conventional") => conventional_loop(&words[1..]),
        Some("inside") => inside_only(&words[1..]),
        _ => Options::parse(&words).and_then(|options| run::all(&options).map_err(|error| error.to_string())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("regie-bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn conventional_loop(words: &[String]) -> Result<(), String> {
    let [here, network, count, ports] = words else {
        return Err("conventional HERE NETWORK COUNT PORT[,PORT…]".into());
    };
    let (here, network) = (number(here)?, number(network)?);
    let ports: Result<Vec<u16>, _> = ports.split(',').map(str::parse).collect();
    let (count, ports) = (number(count)?, ports.map_err(|error| error.to_string())?);
    conventional::run(here, network, count, &ports).map_err(|error| error.to_string())
}

fn inside_only(words: &[String]) -> Result<(), String> {
    let [count, seconds] = words else { return Err("inside RECEIVERS SECONDS".into()) };
    inside::run(number(count)?, number(seconds)?);
    Ok(())
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("{word} is not a number that fits here"))
}

fn switch(word: &str) -> Result<bool, String> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{word}: say on or off")),
    }
}

impl Options {
    /// Where the servers listen.
    pub fn here(&self) -> Ipv4Addr {
        self.across.as_ref().map_or(Ipv4Addr::LOCALHOST, |&(_, ip)| ip)
    }

    /// First byte of the addresses of all peers: loopback's, or those that `across` leads to.
    pub fn network(&self) -> u8 {
        self.here().octets()[0]
    }

    /// A server, in the namespace where it is to run.
    pub fn server(&self, program: &Path) -> Command {
        match &self.across {
            None => Command::new(program),
            Some((namespace, _)) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(program);
                command
            }
        }
    }

    fn parse(words: &[String]) -> Result<Options, String> {
        let here = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut options = Options {
            scenarios: vec![Scenario::webinar(500)],
            only: None,
            rounds: 5,
            seconds: 6,
            pace: Pace::Webrtc,
            gro: true,
            cipher: Profile::AeadAes128Gcm,
            conventional: true,
            across: None,
            cores: (0, 1),
            realtime: false,
            spin: true,
            parts: false,
            flood: 0,
            spoofed: 0,
            plane: here.with_file_name("regie-plane"),
            plane_options: Vec::new(),
            record: None,
            json: None,
        };
        let mut words = words.iter();
        while let Some(name) = words.next() {
            if name == "--" {
                options.plane_options = words.cloned().collect();
                break;
            }
            let value = words.next().ok_or(format!("{name} needs a value: {USAGE}"))?;
            options.set(name, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "--receivers" => {
                let webinar = |n| Ok::<_, String>(Scenario::webinar(number(n)?));
                self.scenarios = value.split(',').map(webinar).collect::<Result<_, _>>()?;
            }
            "--scenarios" => self.scenarios = value.split(',').map(Scenario::parse).collect::<Result<_, _>>()?,
            "--only" => {
                self.only = match value {
                    "video" => Some(Media::Video),
                    "audio" => Some(Media::Audio),
                    _ => return Err(format!("--only {value}: say video or audio")),
                }
            }
            "--rounds" => self.rounds = number(value)?,
            "--seconds" => self.seconds = number(value)?,
            "--gro" => self.gro = switch(value)?,
            "--conventional" => self.conventional = switch(value)?,
            "--realtime" => self.realtime = switch(value)?,
            "--spin" => self.spin = switch(value)?,
            "--parts" => self.parts = switch(value)?,
            "--flood" => self.flood = number(value)?,
            "--spoofed" => self.spoofed = number(value)?,
            "--plane" => self.plane = value.into(),
            "--record" => self.record = Some(value.into()),
            "--json" => self.json = Some(value.into()),
            "--pace" => {
                self.pace = match value {
                    "webrtc" => Pace::Webrtc,
                    "frame" => Pace::Frame,
                    "spread" => Pace::Spread,
                    _ => return Err(format!("--pace {value}: say webrtc, frame or spread")),
                }
            }
            "--cipher" => {
                self.cipher = match value {
                    "gcm128" => Profile::AeadAes128Gcm,
                    "gcm256" => Profile::AeadAes256Gcm,
                    "cm" => Profile::Aes128CmSha1_80,
                    _ => return Err(format!("--cipher {value}: say gcm128, gcm256 or cm")),
                }
            }
            "--across" => {
                let (name, ip) = value.split_once(',').ok_or("--across: say NAMESPACE,ADDRESS")?;
                self.across = Some((name.into(), number(ip)?));
            }
            "--cores" => {
                let (plane, load) = value.split_once(',').ok_or("--cores: say PLANE,LOAD, as in 0,1")?;
                self.cores = (number(plane)?, number(load)?);
            }
            _ => return Err(format!("{name} is not an option: {USAGE}")),
        }
        Ok(())
    }
}
