//! A full ICE agent with one host candidate (RFC 8445): checks towards a lite or a full server, answers to the server's
//! own checks, consent (RFC 7675).

use std::net::{SocketAddr, SocketAddrV4};

use plane_core::stun::{self, Check, Class, Integrity, MAX_ANSWER, Message};

use crate::outbox::Outbox;
use crate::random;

/// First wait for an answer, µs; it doubles with each try (RFC 8445 14.3 allows 500 ms at most for the first).
const FIRST_WAIT: u64 = 250_000;
const MAX_TRIES: u32 = 7;
/// RFC 7675 5.1: a check every 5 s, consent lost when none was answered for 30 s.
const CONSENT_EVERY: u64 = 5_000_000;
const CONSENT_LOST: u64 = 30_000_000;
/// More addresses than any server offers; what comes from further ones is answered and not remembered.
const MAX_PAIRS: usize = 16;
/// Host candidate, component 1 (RFC 8445 5.1.2.1); of a check: peer reflexive.
pub const HOST_PRIORITY: u32 = 126 << 24 | 65_535 << 8 | 255;
const REFLEXIVE_PRIORITY: u32 = 110 << 24 | 65_535 << 8 | 255;

#[derive(Debug, Clone)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

impl Credentials {
    pub fn random() -> Credentials {
        Credentials { ufrag: random::ice_chars(8), password: random::ice_chars(24) }
    }
}

/// One way to the server.
struct Pair {
    to: SocketAddrV4,
    tries: u32,
    /// When to check (again).
    due: u64,
    valid: bool,
    /// We nominate with the next check, or the server has.
    nominated: bool,
}

pub struct Agent {
    username: String,
    ours: String,
    local: Integrity,
    remote: Integrity,
    controlling: bool,
    /// A lite server cannot check, so the first check may nominate; a full one is asked again once a check has passed.
    lite: bool,
    tie_breaker: u64,
    /// Begins every transaction; the rest says which pair and which check.
    mark: [u8; 7],
    count: u32,
    pairs: Vec<Pair>,
    selected: Option<usize>,
    answered: u64,
    consent_due: u64,
    /// Answers that were no success, or not authentic.
    pub refused: u64,
}

impl Agent {
    /// Starts to check each of `candidates` at `now`.
    pub fn new(
        ours: &Credentials,
        theirs: &Credentials,
        candidates: &[SocketAddrV4],
        (controlling, lite): (bool, bool),
        now: u64,
    ) -> Agent {
        let mut agent = Agent {
            username: format!("{}:{}", theirs.ufrag, ours.ufrag),
            ours: ours.ufrag.clone(),
            local: Integrity::new(ours.password.as_bytes()),
            remote: Integrity::new(theirs.password.as_bytes()),
            controlling,
            lite,
            tie_breaker: u64::from_be_bytes(random::bytes()),
            mark: random::bytes(),
            count: 0,
            pairs: Vec::new(),
            selected: None,
            answered: now,
            consent_due: u64::MAX,
            refused: 0,
        };
        for (place, &to) in candidates.iter().take(MAX_PAIRS).enumerate() {
            agent.pair(to, now + 50_000 * place as u64); // Ta (RFC 8445 14.2)
        }
        agent
    }

    /// Where media goes, once a pair is selected.
    pub fn selected(&self) -> Option<SocketAddrV4> {
        self.selected.map(|at| self.pairs[at].to)
    }

    /// Whether `from` is an address of the server that a check of ours, or of its own, has proven.
    pub fn knows(&self, from: SocketAddrV4) -> bool {
        self.pairs.iter().any(|pair| pair.to == from && (pair.valid || pair.nominated))
    }

    /// Whether consent is gone, or was never had: every pair has failed.
    pub fn lost(&self, now: u64) -> bool {
        match self.selected {
            Some(_) => now > self.answered + CONSENT_LOST,
            None => self.pairs.iter().all(|pair| !pair.valid && pair.tries >= MAX_TRIES && now > pair.due),
        }
    }

    /// When [`Agent::tick`] has something to do.
    pub fn deadline(&self) -> u64 {
        let checks = self.pairs.iter().filter(|pair| self.checks(pair)).map(|pair| pair.due).min();
        self.consent_due.min(checks.unwrap_or(u64::MAX))
    }

    /// Send what is due.
    pub fn tick(&mut self, now: u64, out: &mut Outbox) {
        for at in 0..self.pairs.len() {
            if self.checks(&self.pairs[at]) && self.pairs[at].due <= now {
                let pair = &mut self.pairs[at];
                pair.due = now + (FIRST_WAIT << pair.tries);
                pair.tries += 1;
                let nominate = self.controlling && (self.lite || pair.nominated);
                self.check(at, nominate, out);
            }
        }
        if let Some(at) = self.selected.filter(|_| now >= self.consent_due) {
            self.consent_due = now + CONSENT_EVERY;
            self.check(at, false, out);
        }
    }

    /// A STUN datagram came `from` there.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddrV4, now: u64, out: &mut Outbox) {
        let Ok(message) = Message::parse(datagram) else { return };
        match message.class {
            Class::Request => self.asked(&message, from, now, out),
            Class::Success if message.verify_with(&self.remote) => self.passed(&message, from, now),
            Class::Success | Class::Error => self.refused += 1,
            Class::Indication => {}
        }
    }

    fn checks(&self, pair: &Pair) -> bool {
        let open = !pair.valid || (pair.nominated && self.controlling);
        self.selected.is_none() && open && pair.tries < MAX_TRIES
    }

    fn pair(&mut self, to: SocketAddrV4, due: u64) -> Option<usize> {
        if let Some(at) = self.pairs.iter().position(|pair| pair.to == to) {
            return Some(at);
        }
        if self.pairs.len() == MAX_PAIRS {
            return None;
        }
        self.pairs.push(Pair { to, tries: 0, due, valid: false, nominated: false });
        Some(self.pairs.len() - 1)
    }

    fn check(&mut self, at: usize, use_candidate: bool, out: &mut Outbox) {
        self.count += 1;
        let mut transaction = [0; 12];
        transaction[..7].copy_from_slice(&self.mark);
        transaction[7] = at as u8;
        transaction[8..].copy_from_slice(&self.count.to_be_bytes());
        let username = self.username.as_bytes();
        let tie_breaker = self.tie_breaker;
        let check = Check { transaction, username, priority: REFLEXIVE_PRIORITY, tie_breaker, use_candidate };
        let write = if self.controlling { stun::write_check } else { stun::write_controlled_check };
        out.write(self.pairs[at].to, |bytes| write(bytes, &check, &self.remote).ok());
    }

    /// The server checks: answer, and check back (RFC 8445 7.3.1.4).
    fn asked(&mut self, message: &Message<'_>, from: SocketAddrV4, now: u64, out: &mut Outbox) {
        let for_us = message.ufrags().is_some_and(|(ours, _)| ours == self.ours.as_bytes());
        if !for_us || !message.verify_with(&self.local) {
            self.refused += 1;
            return;
        }
        let mut answer = [0; MAX_ANSWER];
        let peer = SocketAddr::V4(from);
        if let Ok(len) = stun::write_success(&mut answer, &message.transaction, peer, &self.local) {
            out.push(from, &answer[..len]);
        }
        let Some(at) = self.pair(from, now) else { return };
        if message.use_candidate && !self.controlling {
            self.pairs[at].nominated = true;
            self.select_nominated(at, now);
        }
    }

    fn passed(&mut self, message: &Message<'_>, from: SocketAddrV4, now: u64) {
        let at = usize::from(message.transaction[7]);
        // RFC 8445 7.2.5.2.1: the answer must come from where the check went.
        if message.transaction[..7] != self.mark || self.pairs.get(at).is_none_or(|pair| pair.to != from) {
            self.refused += 1;
            return;
        }
        self.answered = now;
        let pair = &mut self.pairs[at];
        let first = !std::mem::replace(&mut pair.valid, true);
        if self.controlling && first && !self.lite && !pair.nominated {
            (pair.nominated, pair.due, pair.tries) = (true, now, 0);
        } else {
            pair.nominated |= self.controlling;
            self.select_nominated(at, now);
        }
    }

    /// Valid and nominated: use it (RFC 8445 8.1.1).
    fn select_nominated(&mut self, at: usize, now: u64) {
        if self.selected.is_none() && self.pairs[at].valid && self.pairs[at].nominated {
            self.selected = Some(at);
            self.answered = now;
            self.consent_due = now + CONSENT_EVERY;
        }
    }
}
