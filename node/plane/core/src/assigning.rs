//! What is muted, and which track is in which slot.

use crate::allocate::{Patience, UNDECIDED};
use crate::command::{Refusal, done, invalid, unknown};
use crate::contract::from_plane::Body;
use crate::contract::{AssignSlots, Kind, MuteTracks, SlotPolicy, SlotSwitched, failed};
use crate::shard::Shard;
use crate::slab::NONE;
use crate::track::Subscriber;

impl Shard {
    /// All or nothing: an unknown track changes none.
    pub(crate) fn mute_tracks(&mut self, now: u64, mute: &MuteTracks) -> Result<Option<Body>, Refusal> {
        let index = |change: &crate::contract::mute_tracks::Change| {
            self.track_names.get(change.track.as_str()).copied().ok_or_else(|| unknown("track", &change.track))
        };
        let changes = mute.changes.iter().map(|c| Ok((index(c)?, c.muted))).collect::<Result<Vec<_>, Refusal>>()?;
        for (track, muted) in changes {
            self.mute(track, muted, now);
        }
        done()
    }

    /// From this moment no packet of it leaves, also none that is waiting or kept for repair.
    fn mute(&mut self, index: u32, muted: bool, now: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        if track.muted == muted {
            return;
        }
        track.muted = muted;
        track.voice.silence();
        self.recorder.mark(track, now);
        if muted {
            for layer in &mut track.layers {
                layer.pending.clear();
                if let Some(ring) = &mut layer.ring {
                    ring.clear();
                }
                if let Some(loss) = &mut layer.loss {
                    loss.reset(); // what is muted is not asked for again
                }
                layer.key_requests.answered();
            }
            track.subscribers.retain(|subscriber| {
                let transport = self.transports.get_mut(subscriber.transport);
                let Some(slot) = transport.and_then(|t| t.slots.get_mut(usize::from(subscriber.slot))) else {
                    return false;
                };
                if slot.current == index {
                    slot.current = NONE; // spliced anew when it is heard again
                }
                slot.wanted == index
            });
        } else if track.kind == Kind::Video && !track.subscribers.is_empty() {
            self.show_again(index, now);
        }
        let room = self.tracks.get(index).map_or(NONE, |track| track.room);
        self.touch_room(room);
    }

    /// A track is heard again: who waits for its picture is given one as soon as there is one.
    fn show_again(&mut self, index: u32, now: u64) {
        let Some(track) = self.tracks.get(index) else { return };
        for at in 0..track.subscribers.len() {
            let Some(subscriber) = self.tracks.get(index).and_then(|track| track.subscribers.get(at)).copied() else {
                return;
            };
            let slot = self.transports.get_mut(subscriber.transport);
            if let Some(slot) = slot.and_then(|transport| transport.slots.get_mut(usize::from(subscriber.slot))) {
                slot.asked_us = now;
            }
            self.allot(subscriber.transport, now);
        }
        self.request_key_frames(index, now);
    }

    /// All or nothing: an unknown transport, slot or track changes none.
    pub(crate) fn assign_slots(&mut self, now: u64, assign: &AssignSlots) -> Result<Option<Body>, Refusal> {
        let mut changes = Vec::with_capacity(assign.changes.len());
        for change in &assign.changes {
            let transport = self.transport_index(&change.transport)?;
            let place = self.transports.get(transport).and_then(|t| t.place(change.slot));
            let place = place.ok_or_else(|| unknown("slot", &change.slot.to_string()))?;
            let track = match change.track.as_str() {
                "" => NONE,
                id => *self.track_names.get(id).ok_or_else(|| unknown("track", id))?,
            };
            if let Some(receiver) = self.transports.get(transport) {
                let slot = &receiver.slots[place];
                if slot.policy == SlotPolicy::Loudest {
                    return Err(invalid(format!("slot {} is filled by the plane", change.slot)));
                }
                self.check_shown(track, Some(receiver.room), slot.kind, change.slot)?;
            }
            changes.push((transport, place, track));
        }
        for (transport, place, track) in changes {
            self.assign(transport, place, track, now);
        }
        done()
    }

    /// Whether a slot of this `kind` in `room` may show `track`: nobody sees into another room, whoever asks for it.
    pub(crate) fn check_shown(&self, track: u32, room: Option<u32>, kind: Kind, slot: u32) -> Result<(), Refusal> {
        let Some(track) = self.tracks.get(track) else { return Ok(()) };
        if Some(track.room) != room {
            return Err((failed::Cause::Unknown, format!("no track {} in this room", track.id)));
        }
        if track.kind != kind {
            return Err(invalid(format!("slot {slot} is of another kind than {}", track.id)));
        }
        Ok(())
    }

    /// Puts `track` (NONE: nothing) into the slot at `place`. What it shows now goes on until the new one can start.
    pub(crate) fn assign(&mut self, transport: u32, place: usize, track: u32, now: u64) {
        let subscriber = Subscriber { transport, slot: place as u16 };
        let Some(receiver) = self.transports.get_mut(transport) else { return };
        let slot = &mut receiver.slots[place];
        if slot.wanted == track {
            return;
        }
        let before = std::mem::replace(&mut slot.wanted, track);
        let current = slot.current;
        if track == NONE {
            slot.current = NONE;
            self.announce_empty(transport, place);
        }
        for old in [before, current] {
            let still = old == track || (old == current && track != NONE);
            if !still && let Some(old) = self.tracks.get_mut(old) {
                old.unsubscribe(subscriber);
            }
        }
        let Some(new) = self.tracks.get_mut(track) else { return };
        new.subscribe(subscriber);
        if new.kind == Kind::Video {
            if let Some(receiver) = self.transports.get_mut(transport) {
                let slot = &mut receiver.slots[place];
                (slot.choice, slot.target, slot.patience) = (UNDECIDED, UNDECIDED, Patience::default());
                slot.asked_us = now;
            }
            self.allot(transport, now);
            self.show_at_once(transport, track, now);
        }
    }

    /// Tells the control process that nothing is in the slot any more, if it believes otherwise.
    pub(crate) fn announce_empty(&mut self, transport: u32, place: usize) {
        let Some(transport) = self.transports.get_mut(transport) else { return };
        let slot = &mut transport.slots[place];
        if std::mem::replace(&mut slot.announced, NONE) != NONE {
            let (transport, slot) = (transport.id.to_string(), slot.index.into());
            self.events.push_back(Body::SlotSwitched(SlotSwitched { transport, slot, track: String::new() }));
        }
    }
}
