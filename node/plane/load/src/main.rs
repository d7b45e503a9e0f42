//! `regie-load`: hundreds of participants on one core, for any server that speaks WHIP and WHEP, for Régie's own page
//! protocol, and for Janus. `README.md` beside this crate says how it is used and what it does not do.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;

use regie_load::door::Door;
use regie_load::dtls::Identity;
use regie_load::http::Url;
use regie_load::janus::Janus;
use regie_load::join::Join;
use regie_load::peer::Habits;
use regie_load::run::{self, Plan};
use regie_load::sockets;
use regie_load::trace::{Pace, Trace};
use regie_load::whip::Whip;

const USAGE: &str = "regie-load whep|whip|join|janus URL [--token TOKEN|-] [--people 1] [--publish 0] [--tiles 4] [--room 1] [--ramp 50] [--seconds 10] [--crew 8] \
[--from ADDRESS] [--open-every 1] [--pace webrtc|frame|spread] [--profiles NAMES] [--gro on|off] [--trust on|off] [--json PATH|-]";

/// What OpenSSL calls the SRTP profiles, in the order that a browser offers them in.
const PROFILES: &str = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";

struct Options {
    kind: String,
    url: Url,
    token: String,
    /// Of `join` and `janus`: the first so many publish.
    publishers: usize,
    tiles: usize,
    room: u64,
    plan: Plan,
    from: Option<Ipv4Addr>,
    pace: Pace,
    profiles: String,
    json: Option<String>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match Options::parse(&words).and_then(go) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("regie-load: {sentence}");
            ExitCode::from(2)
        }
    }
}

fn go(mut options: Options) -> Result<bool, String> {
    let server = options.url.resolve().map_err(|error| format!("{}: {error}", options.url.host))?;
    options.plan.from = match (options.from, server.ip()) {
        (Some(from), _) => from,
        (None, IpAddr::V4(ip)) if ip.is_loopback() => ip,
        (None, _) => sockets::source_of(server).map_err(|error| error.to_string())?,
    };
    let door = options.door()?;
    let identity = Identity::new(&options.profiles).map_err(|error| error.to_string())?;
    let habits = Habits { identity, trace: Some(Arc::new(Trace::load(options.pace, None))), opens: true };
    sockets::note_interrupts();
    let report = run::run(door, &options.plan, &habits).map_err(|error| error.to_string())?;
    match options.json.as_deref() {
        Some("-") => println!("{:#}", report.json()),
        Some(path) => {
            std::fs::write(path, format!("{:#}\n", report.json())).map_err(|error| format!("{path}: {error}"))?;
            println!("{}", report.table());
        }
        None => println!("{}", report.table()),
    }
    Ok(report.good())
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
    fn parse(words: &[String]) -> Result<Options, String> {
        let [kind, url, rest @ ..] = words else { return Err(USAGE.into()) };
        if !matches!(kind.as_str(), "whep" | "whip" | "join" | "janus") {
            return Err(format!("{kind}? {USAGE}"));
        }
        let mut options = Options {
            kind: kind.clone(),
            url: Url::parse(url)?,
            token: url.split_once('#').map_or(String::new(), |(_, ticket)| ticket.to_owned()),
            publishers: 0,
            tiles: 4,
            room: 1,
            plan: Plan {
                people: 1,
                ramp: 50.0,
                seconds: 10,
                crew: 8,
                from: Ipv4Addr::LOCALHOST,
                open_every: 1,
                gro: true,
                trusting: false,
            },
            from: None,
            pace: Pace::Webrtc,
            profiles: PROFILES.into(),
            json: None,
        };
        let mut rest = rest.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or(format!("{name} needs a value: {USAGE}"))?;
            options.set(name, value)?;
        }
        Ok(options)
    }

    fn door(&self) -> Result<Arc<dyn Door>, String> {
        let (url, token) = (self.url.clone(), self.token.clone());
        Ok(match self.kind.as_str() {
            "join" => Arc::new(Join::new(url, token, self.publishers, self.tiles)?),
            "janus" => Arc::new(Janus::new(url, self.room, token, self.publishers)),
            kind => Arc::new(Whip { url, token, publishes: kind == "whip" }),
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            // Whoever lists processes reads their arguments, so a secret may also come on the standard input.
            "--token" if value == "-" => {
                let mut token = String::new();
                let read = std::io::stdin().take(4096).read_to_string(&mut token);
                read.map_err(|error| error.to_string())?;
                self.token = token.trim().to_owned();
            }
            "--token" => self.token = value.into(),
            "--publish" => self.publishers = number(value)?,
            "--tiles" => self.tiles = number::<usize>(value)?.min(32),
            "--room" => self.room = number(value)?,
            "--people" => self.plan.people = number::<usize>(value)?.clamp(1, 20_000),
            "--ramp" => self.plan.ramp = number::<f64>(value)?.clamp(0.1, 10_000.0),
            "--seconds" => self.plan.seconds = number::<u64>(value)?.min(24 * 3600),
            "--crew" => self.plan.crew = number::<usize>(value)?.clamp(1, 256),
            "--from" => self.from = Some(number(value)?),
            "--open-every" => self.plan.open_every = number::<usize>(value)?.max(1),
            "--profiles" => self.profiles = value.into(),
            "--gro" => self.plan.gro = switch(value)?,
            "--trust" => self.plan.trusting = switch(value)?,
            "--json" => self.json = Some(value.into()),
            "--pace" => {
                self.pace = match value {
                    "webrtc" => Pace::Webrtc,
                    "frame" => Pace::Frame,
                    "spread" => Pace::Spread,
                    _ => return Err(format!("--pace {value}: say webrtc, frame or spread")),
                }
            }
            _ => return Err(format!("{name} is not an option: {USAGE}")),
        }
        Ok(())
    }
}
