//! The command line. A bad one is answered with a sentence and exit code 2.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;

use crate::log::Level;

pub const USAGE: &str = "regie-plane --socket PATH [--listen 0.0.0.0:7881] [--listen-tcp 0.0.0.0:7881] \
[--advertise IP[,IP…]] [--orphan-grace SECONDS] [--shards N] [--room-split 400] [--max-send-bps 2500000] [--gso on|off] [--spool DIR] [--spool-floor MIB] [--log error|warn|info|debug]";

/// More cores than one network card feeds; and a port each is to stay a short line in a firewall.
pub const MAX_SHARDS: u32 = 16;

/// One core is left to the control process and the kernel.
fn default_shards() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    cores.saturating_sub(1).clamp(1, MAX_SHARDS)
}

#[derive(Debug, Clone)]
pub struct Args {
    pub socket: PathBuf,
    pub listen: SocketAddrV4,
    /// For networks without UDP; none: no TCP.
    pub listen_tcp: Option<SocketAddrV4>,
    pub advertise: Vec<IpAddr>,
    pub orphan_grace_s: u32,
    /// Threads, each with a port of its own.
    pub shards: u32,
    /// Transports of one room on one shard, from which on it takes a further shard.
    pub room_split: u32,
    pub max_send_bps: u32,
    pub gso: bool,
    /// Where recordings are written; none: nothing is recorded.
    pub spool: Option<PathBuf>,
    /// MiB that are left free on its file system.
    pub spool_floor: u32,
    pub log: Level,
}

impl Args {
    /// Parses what follows the program's name. The error is one sentence that says what to do.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Args, String> {
        let mut args = Args {
            socket: PathBuf::new(),
            listen: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 7881),
            listen_tcp: None,
            advertise: Vec::new(),
            orphan_grace_s: 600,
            shards: default_shards(),
            room_split: 400,
            max_send_bps: 2_500_000,
            gso: true,
            spool: None,
            spool_floor: 256,
            log: Level::Info,
        };
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            if name == "--help" {
                return Err(USAGE.to_owned());
            }
            let value = match value.or_else(|| words.next()) {
                Some(value) => value,
                None => return Err(format!("{name} needs a value: {USAGE}")),
            };
            args.set(&name, &value)?;
        }
        let first = args.listen.port();
        if first > 0 && u32::from(first) + args.shards > 1 << 16 {
            return Err(format!("--listen {}: {} shards need as many ports from there on.", args.listen, args.shards));
        }
        if args.socket.as_os_str().is_empty() {
            return Err(format!("--socket is missing: say where the control process finds the plane. {USAGE}"));
        }
        Ok(args)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "--socket" => self.socket = PathBuf::from(value),
            "--listen" => self.listen = listen(name, value)?,
            "--listen-tcp" => self.listen_tcp = Some(listen(name, value)?),
            "--advertise" => self.advertise = advertise(value)?,
            "--orphan-grace" => self.orphan_grace_s = number(name, value)?,
            "--max-send-bps" => self.max_send_bps = number(name, value)?,
            "--shards" => {
                self.shards = number(name, value)?;
                if !(1..=MAX_SHARDS).contains(&self.shards) {
                    return Err(format!("--shards {value}: use 1 to {MAX_SHARDS}, one less than there are cores."));
                }
            }
            "--room-split" => {
                self.room_split = number(name, value)?;
                if self.room_split == 0 {
                    return Err("--room-split 0: use 1 or more.".to_owned());
                }
            }
            "--spool" => self.spool = Some(PathBuf::from(value)),
            "--spool-floor" => self.spool_floor = number(name, value)?,
            "--gso" => self.gso = on_off(name, value)?,
            "--log" => {
                self.log = Level::parse(value).ok_or(format!("--log {value}: use error, warn, info or debug."))?
            }
            _ => return Err(format!("{name} is not an option of regie-plane: {USAGE}")),
        }
        Ok(())
    }
}

fn number(name: &str, value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| format!("{name} {value}: a whole number is needed."))
}

fn on_off(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{name} {value}: use on or off.")),
    }
}

/// IPv6 is refused by name: the socket, its packet info and the candidates are IPv4 so far.
fn listen(name: &str, value: &str) -> Result<SocketAddrV4, String> {
    match value.parse::<SocketAddr>() {
        Ok(SocketAddr::V4(addr)) => Ok(addr),
        Ok(SocketAddr::V6(_)) => Err(format!("{name} {value}: only IPv4 is served; use 0.0.0.0:PORT.")),
        Err(_) => Err(format!("{name} {value}: write an address and a port, as in 0.0.0.0:7881.")),
    }
}

fn advertise(value: &str) -> Result<Vec<IpAddr>, String> {
    let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| match word.parse::<IpAddr>() {
            Ok(ip @ IpAddr::V4(_)) => Ok(ip),
            _ => Err(format!("--advertise {word}: write IPv4 addresses, separated by commas.")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn defaults_and_both_spellings() {
        let args = parse("--socket /run/p.sock --listen=127.0.0.1:0 --advertise 127.0.0.1,10.0.0.1").unwrap();
        assert_eq!((args.listen.port(), args.listen_tcp), (0, None));
        assert_eq!(args.advertise.len(), 2);
        assert_eq!((args.orphan_grace_s, args.gso), (600, true));
    }

    #[test]
    fn every_refusal_is_a_sentence_with_a_remedy() {
        for line in [
            "",
            "--socket",
            "--socket p --listen here",
            "--socket p --listen-tcp 443",
            "--socket p --gso maybe",
            "--socket p --frob 1",
            "--socket p --shards 0",
            "--socket p --shards 2 --listen 1.1.1.1:65535",
        ] {
            assert!(parse(line).unwrap_err().len() > 20, "{line}");
        }
    }
}
