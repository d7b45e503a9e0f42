//! The service manager (systemd) that may have started this process: told when it is ready, that it turns, and when it
//! stops (sd_notify(3)).

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::time::Duration;

use crate::say;

/// A shard says so of itself once a second; with less time than this its watchdog would bite a plane that is well.
const LEAST: Duration = Duration::from_secs(3);

/// Silent where nobody asked to be told.
pub struct Manager {
    told: Option<UnixDatagram>,
    /// Which shards have turned since the last ping; empty: no watchdog waits for any.
    turned: Vec<bool>,
}

impl Manager {
    /// As the environment says (sd_notify(3), sd_watchdog_enabled(3)), for so many shards.
    pub fn of(environment: impl Fn(&str) -> Option<String>, shards: usize) -> Manager {
        let told = environment("NOTIFY_SOCKET")
            .and_then(|at| connect(&at).inspect_err(|error| say!(Warn, "systemd_not_told", why = error)).ok());
        let own = environment("WATCHDOG_PID").is_none_or(|pid| pid == process::id().to_string());
        let allowed = environment("WATCHDOG_USEC").filter(|_| own).and_then(|us| us.parse().ok());
        let allowed = allowed.map_or(Duration::ZERO, Duration::from_micros);
        if !allowed.is_zero() && allowed < LEAST {
            say!(Warn, "watchdog_short", allowed_s = allowed.as_secs_f32(), least_s = LEAST.as_secs());
        }
        let watched = told.is_some() && !allowed.is_zero();
        Manager { told, turned: vec![false; if watched { shards } else { 0 }] }
    }

    pub fn of_this_process(shards: usize) -> Manager {
        Manager::of(|name| env::var(name).ok(), shards)
    }

    /// Peers are served from now on.
    pub fn ready(&self) {
        self.tell("READY=1");
    }

    pub fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// A shard's loop has turned, and so has the caller's. The ping goes when all of them have: one that hangs silences it.
    pub fn turned(&mut self, shard: usize) {
        let Some(turned) = self.turned.get_mut(shard) else { return };
        *turned = true;
        if self.turned.iter().all(|&turned| turned) {
            self.turned.fill(false);
            self.tell("WATCHDOG=1");
        }
    }

    fn tell(&self, state: &str) {
        if let Some(told) = &self.told
            && let Err(error) = told.send(state.as_bytes())
        {
            say!(Warn, "systemd_not_told", why = error);
        }
    }
}

/// Never waits for its reader: what cannot be told now is told a second later. `@`: a name without a file (unix(7)).
fn connect(at: &str) -> io::Result<UnixDatagram> {
    let address = match at.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(at)?,
    };
    let told = UnixDatagram::unbound()?;
    told.connect_addr(&address)?;
    told.set_nonblocking(true)?;
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manager that listens, and what it has been told.
    struct Listener(UnixDatagram, String);

    impl Listener {
        fn new(name: &str) -> Listener {
            let name = format!("regie-plane-{name}-{}", process::id());
            let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
            socket.set_nonblocking(true).unwrap();
            Listener(socket, format!("@{name}"))
        }

        fn hears(&self) -> Vec<String> {
            let mut bytes = [0; 64];
            std::iter::from_fn(|| {
                self.0.recv(&mut bytes).ok().map(|n| String::from_utf8_lossy(&bytes[..n]).into_owned())
            })
            .collect()
        }

        fn asks(&self, given: &[(&str, &str)], shards: usize) -> Manager {
            let of = |name: &str| match name {
                "NOTIFY_SOCKET" => Some(self.1.clone()),
                _ => given.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
            };
            Manager::of(of, shards)
        }
    }

    /// R: the ping is that of all loops: none while one of them does not turn.
    #[test]
    fn one_shard_that_hangs_silences_the_ping() {
        let systemd = Listener::new("hangs");
        let mut manager = systemd.asks(&[("WATCHDOG_USEC", "10000000")], 2);
        manager.ready();
        manager.turned(0);
        manager.turned(1);
        assert_eq!(systemd.hears(), ["READY=1", "WATCHDOG=1"]);
        for _ in 0..9 {
            manager.turned(0);
        }
        assert!(systemd.hears().is_empty());
        manager.turned(1);
        manager.stopping();
        assert_eq!(systemd.hears(), ["WATCHDOG=1", "STOPPING=1"]);
    }

    /// R: no ping where none is asked for, or of another process (sd_watchdog_enabled(3)).
    #[test]
    fn nobody_asked() {
        let systemd = Listener::new("nobody");
        let of_another = [("WATCHDOG_USEC", "10000000"), ("WATCHDOG_PID", "1")];
        for given in [&of_another[..], &[], &[("WATCHDOG_USEC", "soon")]] {
            systemd.asks(given, 1).turned(0);
        }
        let own = process::id().to_string();
        systemd.asks(&[("WATCHDOG_USEC", "10000000"), ("WATCHDOG_PID", &own)], 1).turned(0);
        assert_eq!(systemd.hears(), ["WATCHDOG=1"]);
    }

    /// R: a manager that is away, or does not read, never holds up or ends the plane.
    #[test]
    fn a_manager_that_does_not_read() {
        let systemd = Listener::new("deaf");
        let mut manager = systemd.asks(&[("WATCHDOG_USEC", "10000000")], 1);
        for _ in 0..5000 {
            manager.turned(0);
        }
        assert!(!systemd.hears().is_empty());
        drop(systemd);
        manager.turned(0);
        Manager::of(|name| (name == "NOTIFY_SOCKET").then(|| "/nowhere/at/all".to_owned()), 1).ready();
    }
}
