//! ICE-lite (RFC 8445 2.5): one transport's credentials, the addresses its peer has proved, and consent (RFC 7675).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;

use crate::address::Origin;
use crate::mac::{Name, Naming};
use crate::stun::Integrity;

/// RFC 7675 5.1: consent ends 30 s after the last authenticated check.
pub const CONSENT_US: u64 = 30_000_000;
/// Addresses that one peer may hold at a time.
const PATHS: usize = 6;
/// Peers check every 4 to 6 s (RFC 7675 5.1): an address not checked for longer is no longer theirs alone.
const HELD_US: u64 = 7_000_000;

/// One TCP connection (RFC 6544); the driver names it and gives no name twice.
pub type Connection = NonZeroU64;

/// A pair of addresses between which datagrams or frames go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    pub remote: SocketAddr,
    /// Ours, so that answers leave from the address they came to.
    pub local: IpAddr,
    /// `None`: UDP.
    pub connection: Option<Connection>,
}

impl Path {
    pub fn udp(remote: SocketAddr, local: IpAddr) -> Path {
        Path { remote, local, connection: None }
    }

    /// What tells it from every other.
    pub(crate) fn origin(self) -> Origin {
        Origin { address: self.remote, connection: self.connection }
    }
}

pub struct Credentials {
    pub name: Name,
    pub ufrag: String,
    pub password: String,
    pub key: Integrity,
}

impl Credentials {
    pub fn new(naming: &Naming, name: Name) -> Credentials {
        let password = naming.password(name);
        let key = Integrity::new(password.as_bytes());
        Credentials { name, ufrag: naming.ufrag(name), password, key }
    }
}

/// What a check brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// It came from where this transport was not before.
    pub added: bool,
    /// A path that had to make room.
    pub evicted: Option<Path>,
    /// The first nomination, or the first after consent was lost.
    pub connected: bool,
}

pub struct Ice {
    /// Large and looked at by checks only, so that what sending needs lies close together.
    current: Box<Credentials>,
    /// Valid until the peer is seen with the current ones (RFC 8445 2.4).
    previous: Option<Box<Credentials>>,
    /// Each with the time of its last check.
    paths: Vec<(Path, u64)>,
    selected: Option<Path>,
    last_check_us: u64,
    connected: bool,
    lost: bool,
}

impl Ice {
    pub fn new(credentials: Credentials, now: u64) -> Ice {
        let paths = Vec::with_capacity(PATHS);
        Ice {
            current: Box::new(credentials),
            previous: None,
            paths,
            selected: None,
            last_check_us: now,
            connected: false,
            lost: false,
        }
    }

    pub fn credentials(&self) -> &Credentials {
        &self.current
    }

    pub fn connected(&self) -> bool {
        self.connected
    }

    /// Whether media may be sent: not after consent has ended (RFC 7675 5.1), until it returns.
    pub fn consented(&self) -> bool {
        !self.lost
    }

    /// Where packets go: the nominated address, before that the one last heard of.
    pub fn path(&self) -> Option<Path> {
        self.selected.or_else(|| self.paths.last().map(|&(path, _)| path))
    }

    pub fn paths(&self) -> impl Iterator<Item = Path> + '_ {
        self.paths.iter().map(|&(path, _)| path)
    }

    /// Whether the peer lately proved that `origin` is its own.
    pub fn holds(&self, origin: Origin, now: u64) -> bool {
        self.paths.iter().any(|&(path, checked)| path.origin() == origin && now < checked + HELD_US)
    }

    /// The way is gone: a connection that closed. What was sent there goes where the last check came from, if to
    /// anywhere; consent runs on, so that a peer that comes back in time has lost nothing.
    pub fn closed(&mut self, origin: Origin) {
        self.paths.retain(|(path, _)| path.origin() != origin);
        if self.selected.is_some_and(|path| path.origin() == origin) {
            self.selected = self.paths.iter().max_by_key(|(_, checked)| *checked).map(|&(path, _)| path);
        }
    }

    pub fn restart(&mut self, credentials: Credentials) {
        let before = std::mem::replace(&mut self.current, Box::new(credentials));
        // Restarted again before the peer took up the last restart: what it uses is still what it had before.
        self.previous.get_or_insert(before);
    }

    /// The key of the credentials that `generation` names, if they are still valid.
    pub fn key(&self, generation: u32) -> Option<&Integrity> {
        if self.current.name.generation == generation {
            return Some(&self.current.key);
        }
        self.previous.as_ref().filter(|previous| previous.name.generation == generation).map(|previous| &previous.key)
    }

    /// Takes in a check that `generation`'s password has authenticated.
    pub fn checked(&mut self, now: u64, path: Path, generation: u32, nominates: bool) -> Checked {
        let mut outcome = Checked::default();
        self.last_check_us = now;
        self.lost = false;
        if self.current.name.generation == generation {
            self.previous = None;
        }
        match self.paths.iter().position(|(known, _)| known.origin() == path.origin()) {
            Some(at) => self.paths[at] = (path, now),
            None => {
                if self.paths.len() == PATHS {
                    let oldest = self.paths.iter().position(|(known, _)| Some(*known) != self.selected).unwrap_or(0);
                    outcome.evicted = Some(self.paths.remove(oldest).0);
                }
                self.paths.push((path, now));
                outcome.added = true;
            }
        }
        if nominates {
            self.selected = Some(path);
        }
        if self.selected.is_some() && !self.connected {
            self.connected = true;
            outcome.connected = true;
        }
        outcome
    }

    /// `true` once, when the consent of a peer that had nominated has just ended. One that never did is sent to no
    /// longer either.
    pub fn consent_lost(&mut self, now: u64) -> bool {
        if (self.paths.is_empty() && !self.connected) || now < self.last_check_us + CONSENT_US {
            return false;
        }
        self.lost = true;
        std::mem::take(&mut self.connected)
    }
}
