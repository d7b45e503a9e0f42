//! The command line. A bad one is answered with a sentence and exit code 2.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;

use crate::log::Level;

pub const USAGE: &str = "regie-plane --socket PATH [--listen 0.0.0.0:7881] [--advertise IP[,IP…]] \
[--orphan-grace SECONDS] [--shards 1] [--max-send-bps 2500000] [--gso on|off] [--log error|warn|info|debug]";

#[derive(Debug, Clone)]
pub struct Args {
    pub socket: PathBuf,
    pub listen: SocketAddrV4,
    pub advertise: Vec<IpAddr>,
    pub orphan_grace_s: u32,
    pub shards: u32,
    pub max_send_bps: u32,
    pub gso: bool,
    pub log: Level,
}

impl Args {
    /// Parses what follows the program's name. The error is one sentence that says what to do.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Args, String> {
        let mut args = Args {
            socket: PathBuf::new(),
            listen: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 7881),
            advertise: Vec::new(),
            orphan_grace_s: 600,
            shards: 1,
            max_send_bps: 2_500_000,
            gso: true,
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
        if args.socket.as_os_str().is_empty() {
            return Err(format!("--socket is missing: say where the control process finds the plane. {USAGE}"));
        }
        Ok(args)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "--socket" => self.socket = PathBuf::from(value),
            "--listen" => self.listen = listen(value)?,
            "--advertise" => self.advertise = advertise(value)?,
            "--orphan-grace" => self.orphan_grace_s = number(name, value)?,
            "--max-send-bps" => self.max_send_bps = number(name, value)?,
            "--shards" => {
                self.shards = number(name, value)?;
                if self.shards != 1 {
                    return Err("--shards: this version runs one shard; start with --shards 1.".to_owned());
                }
            }
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
fn listen(value: &str) -> Result<SocketAddrV4, String> {
    match value.parse::<SocketAddr>() {
        Ok(SocketAddr::V4(addr)) => Ok(addr),
        Ok(SocketAddr::V6(_)) => Err(format!("--listen {value}: only IPv4 is served; use 0.0.0.0:PORT.")),
        Err(_) => Err(format!("--listen {value}: write an address and a port, as in 0.0.0.0:7881.")),
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
        assert_eq!(args.listen.port(), 0);
        assert_eq!(args.advertise.len(), 2);
        assert_eq!((args.orphan_grace_s, args.gso), (600, true));
    }

    #[test]
    fn every_refusal_is_a_sentence_with_a_remedy() {
        for line in ["", "--socket", "--socket p --listen here", "--socket p --gso maybe", "--socket p --frob 1"] {
            assert!(parse(line).unwrap_err().len() > 20, "{line}");
        }
    }
}
