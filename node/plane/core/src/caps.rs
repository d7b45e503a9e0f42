//! Caps on what peers send and are sent: each one's own, and those of a room and of the whole shard, shared among those who
//! use them. The smallest that applies holds, whatever the peers do.

use crate::bandwidth::police::Police;
use crate::bandwidth::share;
use crate::command::{Refusal, done, invalid};
use crate::contract::from_plane::Body;
use crate::contract::{LimitRates, limit_rates};
use crate::shard::Shard;
use crate::transport::Transport;

/// Rooms with a cap, at most: they are remembered while they are empty.
const ROOMS: usize = 10_000;
/// How much more than now somebody who sends may soon want to send: a quarter.
const MORE: u64 = 4;

/// Bits per second; 0: no cap here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cap {
    /// What a peer may send to us.
    pub send: u64,
    /// What a peer is sent.
    pub receive: u64,
}

impl Cap {
    fn none(self) -> bool {
        self == Cap::default()
    }

    fn and(self, other: Cap) -> Cap {
        let least = |a, b| if a == 0 || (b > 0 && b < a) { b } else { a };
        Cap { send: least(self.send, other.send), receive: least(self.receive, other.receive) }
    }
}

/// What one transport has used and would use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    received_bytes: u64,
    sent_bytes: u64,
    since_us: u64,
    /// Bits per second, of the last half second or more.
    pub send: u64,
    pub receive: u64,
}

impl Transport {
    fn measure(&mut self, now: u64) {
        let usage = &mut self.usage;
        let passed = now.saturating_sub(usage.since_us);
        if passed < 400_000 {
            return;
        }
        let rate = |bytes: u64, before: u64| (bytes - before) * 8_000_000 / passed;
        usage.send = rate(self.totals.received_bytes, usage.received_bytes);
        usage.receive = rate(self.totals.sent_bytes, usage.sent_bytes);
        usage.received_bytes = self.totals.received_bytes;
        usage.sent_bytes = self.totals.sent_bytes;
        usage.since_us = now;
    }

    fn needs(&self) -> Cap {
        let receive = self.wanted_bps.max(self.usage.receive);
        Cap { send: self.usage.send + self.usage.send / MORE, receive }
    }
}

impl Shard {
    /// A change holds at once.
    pub(crate) fn limit_rates(&mut self, now: u64, limit: &LimitRates) -> Result<Option<Body>, Refusal> {
        let cap = Cap { send: limit.send_bps, receive: limit.receive_bps };
        match &limit.scope {
            Some(limit_rates::Scope::Transport(id)) => {
                let index = self.transport_index(id)?;
                if let Some(transport) = self.transports.get_mut(index) {
                    transport.own_cap = cap;
                }
            }
            Some(limit_rates::Scope::Room(id)) if cap.none() => {
                self.room_caps.remove(id.as_str());
            }
            Some(limit_rates::Scope::Room(id)) => {
                if self.room_caps.len() >= ROOMS && !self.room_caps.contains_key(id.as_str()) {
                    return Err((crate::contract::failed::Cause::Full, format!("{ROOMS} rooms have a cap")));
                }
                self.room_caps.insert(id.as_str().into(), cap);
            }
            Some(limit_rates::Scope::Node(_)) => self.node_cap = cap,
            None => return Err(invalid("a cap needs a transport, a room or the node")),
        }
        self.share_caps(now);
        done()
    }

    /// Twice a second, and on every change: who uses a shared cap has changed.
    pub(crate) fn share_caps(&mut self, now: u64) {
        for index in 0..self.transports.end() {
            if let Some(transport) = self.transports.get_mut(index) {
                transport.measure(now);
            }
        }
        let mut needs = std::mem::take(&mut self.needs);
        let everybody = 0..self.transports.end();
        let node = self.cap_of_each(self.node_cap, everybody, &mut needs);
        for room in 0..self.rooms.end() {
            let Some(found) = self.rooms.get(room) else { continue };
            let cap = self.room_caps.get(&*found.id).copied().unwrap_or_default();
            let level = self.cap_of_each(cap, found.transports.iter().copied(), &mut needs).and(node);
            for at in 0..self.rooms.get(room).map_or(0, |room| room.transports.len()) {
                let index = self.rooms.get(room).map_or(u32::MAX, |room| room.transports[at]);
                self.apply_cap(index, level, now);
            }
        }
        self.needs = needs;
    }

    /// What each of `members` may have of a shared cap.
    fn cap_of_each(&self, cap: Cap, members: impl Iterator<Item = u32> + Clone, needs: &mut Vec<u64>) -> Cap {
        let mut of = |cap: u64, need: fn(Cap) -> u64| {
            if cap == 0 {
                return 0;
            }
            needs.clear();
            let each = members.clone().filter_map(|index| self.transports.get(index));
            needs.extend(each.map(|transport| need(transport.needs())).filter(|&need| need > 0));
            share::level(cap, needs).max(1)
        };
        Cap { send: of(cap.send, |need| need.send), receive: of(cap.receive, |need| need.receive) }
    }

    fn apply_cap(&mut self, index: u32, shared: Cap, now: u64) {
        let default = u64::from(self.config.max_send_bps);
        let Some(transport) = self.transports.get_mut(index) else { return };
        let cap = transport.own_cap.and(shared);
        if cap == transport.cap {
            return;
        }
        let before = std::mem::replace(&mut transport.cap, cap);
        if cap.send != before.send {
            transport.remb.set_cap(if cap.send == 0 { default } else { cap.send });
            match &mut transport.police {
                _ if cap.send == 0 => transport.police = None,
                Some(police) => police.set_cap(cap.send, now),
                None => transport.police = Some(Box::new(Police::new(cap.send, now))),
            }
        }
        if cap.receive != before.receive {
            transport.repair.limit(cap.receive, now);
            self.allot(index, now);
        }
    }
}
