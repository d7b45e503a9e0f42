//! Caps of a room or of the node, shared out among the shards that carry a part of it.
//!
//! A shard knows only its own peers. Of what may be received it is given the share that its transports are of all; of what
//! may be sent, the share that those are who may send.

use std::collections::HashMap;

use plane_core::contract::{LimitRates, limit_rates};

use crate::placement::Placement;

/// Bits per second that may be sent and received; 0: no cap.
type Rates = (u64, u64);

/// A room, or the node.
type Scope = Option<String>;

#[derive(Default)]
pub struct Caps {
    caps: HashMap<Scope, Rates>,
    /// What each shard was told last.
    told: HashMap<(Scope, usize), Rates>,
}

impl Caps {
    /// Notes a cap and says what each shard is to hold to.
    pub fn set(&mut self, scope: Scope, limit: &LimitRates, placement: &Placement) -> Vec<(usize, LimitRates)> {
        let rates = (limit.send_bps, limit.receive_bps);
        self.forget(&scope);
        self.caps.insert(scope.clone(), rates);
        let shares = self.share(&scope, placement);
        if rates == (0, 0) {
            self.forget(&scope);
        }
        shares
    }

    /// What changes for the shards, now that somebody came or went.
    pub fn share(&mut self, scope: &Scope, placement: &Placement) -> Vec<(usize, LimitRates)> {
        let Some(&rates) = self.caps.get(scope) else { return Vec::new() };
        let mut changed = Vec::new();
        let mut carried = false;
        let senders = placement.senders(scope.as_deref());
        let sending: usize = senders.iter().sum();
        for (shard, &sends) in senders.iter().enumerate() {
            let (here, all) = match scope {
                Some(room) => placement.share_of(room, shard),
                None => (placement.transports_on(shard).max(1), placement.transports().max(placement.shards())),
            };
            if here == 0 {
                self.told.remove(&(scope.clone(), shard)); // it has forgotten it with the last of them
                continue;
            }
            carried = true;
            let part = |bps: u64, of: (usize, usize)| {
                let share = (u128::from(bps) * of.0 as u128).div_ceil(of.1.max(1) as u128) as u64;
                if bps == 0 { 0 } else { share.max(1) } // 0 would be no cap
            };
            let send = if sending == 0 { (here, all) } else { (sends, sending) };
            let share = (part(rates.0, send), part(rates.1, (here, all)));
            if self.told.insert((scope.clone(), shard), share) != Some(share) {
                let scope = match scope {
                    Some(room) => limit_rates::Scope::Room(room.clone()),
                    None => limit_rates::Scope::Node(limit_rates::Node {}),
                };
                changed.push((shard, LimitRates { scope: Some(scope), send_bps: share.0, receive_bps: share.1 }));
            }
        }
        if !carried {
            self.forget(scope); // a room's cap ends with it
        }
        changed
    }

    pub fn forget(&mut self, scope: &Scope) {
        self.caps.remove(scope);
        self.told.retain(|(told, _), _| told != scope);
    }
}

#[cfg(test)]
mod tests {
    use plane_core::contract::{OpenTransport, Send};

    use super::*;

    fn enter(placement: &mut Placement, name: &str) {
        let open = OpenTransport { transport: name.into(), room: "r".into(), ..Default::default() };
        let shard = placement.choose("r").unwrap();
        placement.enter(&open, shard);
    }

    fn received(shares: &[(usize, LimitRates)]) -> Vec<(usize, u64)> {
        shares.iter().map(|(shard, limit)| (*shard, limit.receive_bps)).collect()
    }

    /// R: the shards' shares of a room's cap make the cap, and follow who comes and goes; what stays is not told again.
    #[test]
    fn a_cap_is_shared_out() {
        let mut placement = Placement::new(3, 1);
        enter(&mut placement, "a");
        let mut caps = Caps::default();
        let room = Some("r".to_owned());
        let limit = LimitRates { scope: None, send_bps: 0, receive_bps: 900 };
        assert_eq!(received(&caps.set(room.clone(), &limit, &placement)), [(0, 900)]);
        enter(&mut placement, "b");
        assert_eq!(received(&caps.share(&room, &placement)), [(0, 450), (1, 450)]);
        assert!(caps.share(&room, &placement).is_empty());
        placement.leave("a");
        assert_eq!(received(&caps.share(&room, &placement)), [(1, 900)]);
        enter(&mut placement, "c");
        assert_eq!(
            received(&caps.share(&room, &placement)),
            [(0, 450), (1, 450)],
            "a shard that had left is told again"
        );
        placement.leave("c");
        caps.share(&room, &placement);
        placement.leave("b");
        assert!(caps.share(&room, &placement).is_empty());
        assert!(caps.caps.is_empty() && caps.told.is_empty());
    }

    /// R: of what a room may send, a shard on which nobody may send has no part; that changes with a mute.
    #[test]
    fn a_cap_on_sending_is_for_those_who_send() {
        let mut placement = Placement::new(3, 1);
        let join = |placement: &mut Placement, name: &str, muted: bool| {
            let sends = vec![Send { track: format!("{name}/camera"), muted, ..Default::default() }];
            let open = OpenTransport { transport: name.into(), room: "r".into(), sends, ..Default::default() };
            let shard = placement.choose("r").unwrap();
            placement.enter(&open, shard);
        };
        join(&mut placement, "presenter", false);
        join(&mut placement, "audience", true);
        let mut caps = Caps::default();
        let room = Some("r".to_owned());
        let sent = |shares: Vec<(usize, LimitRates)>| -> Vec<(usize, u64)> {
            shares.iter().map(|(shard, limit)| (*shard, limit.send_bps)).collect()
        };
        let limit = LimitRates { scope: None, send_bps: 900, receive_bps: 0 };
        assert_eq!(sent(caps.set(room.clone(), &limit, &placement)), [(0, 900), (1, 1)]);
        placement.note_mute("audience/camera", false);
        assert_eq!(sent(caps.share(&room, &placement)), [(0, 450), (1, 450)]);
        placement.note_mute("presenter/camera", true);
        placement.note_mute("audience/camera", true);
        assert_eq!(sent(caps.share(&room, &placement)), [], "nobody: as many as there are");
    }

    /// R: no cap is no cap on every shard, and is not shared out again.
    #[test]
    fn a_cap_is_lifted() {
        let mut placement = Placement::new(2, 1);
        enter(&mut placement, "a");
        let mut caps = Caps::default();
        let limit = |receive_bps| LimitRates { scope: None, send_bps: 0, receive_bps };
        assert_eq!(received(&caps.set(None, &limit(1000), &placement)), [(0, 500), (1, 500)]);
        assert_eq!(received(&caps.set(None, &limit(0), &placement)), [(0, 0), (1, 0)]);
        assert!(caps.share(&None, &placement).is_empty());
    }
}
