//! Which layer of a track each slot is sent, and which layers are worth sending at all.
//!
//! A slot has a choice: what its tile shows and its way bears ([`crate::allocate`]); a target: the nearest layer to the
//! choice that its sender sends now; and the layer that is sent, which follows at the next key frame of the target.

use crate::allocate::{Claim, HELD, UNDECIDED, allocate};
use crate::command::{Refusal, done, unknown};
use crate::contract::from_plane::Body;
use crate::contract::{Kind, LayersWanted, SizeSlots, Source, VideoHeld};
use crate::shard::Shard;
use crate::slab::{NONE, Slab};
use crate::slot::Slot;
use crate::track::{MAX_LAYERS, Subscriber, Track};
use crate::transport::Transport;

/// Each receiver is looked at every so many ticks: 100 ms.
pub const TURNS: u32 = 5;
/// What one who is heard may take of the way before pictures get any of it, bits per second.
const AUDIO_BPS: u64 = 64_000;
/// Sound was sent to a slot so long ago at most: it is heard.
const HEARD_US: u64 = 300_000;
/// Assumed of a layer that has not been seen yet: what browsers make of 180, 360 and 720 lines.
const TYPICAL_BPS: [u64; MAX_LAYERS] = [150_000, 500_000, 1_500_000, 2_500_000];
/// Of a picture's past one packet is sent for each so many bits per second that the way bears, and so many at least: half
/// a second of it.
const PAST_BPS: u64 = 16_000;
const LEAST_PAST: u64 = 8;
/// A layer that nobody watches is left out after so long, µs.
const PATIENCE_US: u64 = 2_000_000;
/// Between two words to one sender, µs.
const SPACING_US: u64 = 300_000;

impl Shard {
    /// All or nothing: an unknown transport or slot changes none.
    pub(crate) fn size_slots(&mut self, now: u64, sizes: &SizeSlots) -> Result<Option<Body>, Refusal> {
        let mut changes = Vec::with_capacity(sizes.changes.len());
        for change in &sizes.changes {
            let index = self.transport_index(&change.transport)?;
            let place = self.transports.get(index).and_then(|transport| transport.place(change.slot));
            changes.push((index, place.ok_or_else(|| unknown("slot", &change.slot.to_string()))?, change));
        }
        for &(index, place, change) in &changes {
            if let Some(transport) = self.transports.get_mut(index) {
                transport.slots[place].size = (change.width, change.height);
            }
        }
        for (at, &(index, ..)) in changes.iter().enumerate() {
            if changes[..at].iter().all(|&(before, ..)| before != index) {
                self.allot(index, now);
            }
        }
        done()
    }

    /// Decides anew what each picture of `index` is sent as. Cheap enough to be called whenever something changed.
    pub(crate) fn allot(&mut self, index: u32, now: u64) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let budget = transport.target_bps().map(|bps| bps.saturating_sub(audio_bps(transport, now)));
        let mut claims = std::mem::take(&mut self.claims);
        claims.clear();
        for (place, slot) in transport.slots.iter().enumerate().filter(|(_, slot)| slot.kind == Kind::Video) {
            let Some(track) = self.tracks.get(slot.wanted).filter(|track| !track.muted) else { continue };
            let mut bps = [0; MAX_LAYERS];
            for level in 0..track.levels() {
                let measured = track.level_bps(level);
                let guessed = if track.levels() > 1 { TYPICAL_BPS[usize::from(level)] } else { 0 };
                bps[usize::from(level)] = if measured == 0 { guessed } else { measured };
            }
            claims.push(Claim {
                place: place as u16,
                bps,
                most: needed(track, slot.size.1),
                screen: track.source == Source::Screen,
                height: if slot.size.1 == 0 { u32::MAX } else { slot.size.1 },
                // What is only tried has not been chosen: it is to fit like any other.
                choice: if transport.trial.begun() && slot.choice < UNDECIDED { HELD } else { slot.choice },
                patience: slot.patience,
            });
        }
        // What all of it would take, and what must be spare before a picture is raised.
        let all: u64 = claims.iter().map(|claim| claim.bps[usize::from(claim.most)]).sum();
        transport.wanted_bps = all + all / 4 + audio_bps(transport, now);
        allocate(budget, &mut claims, now);
        let held = !claims.is_empty() && claims.iter().all(|claim| claim.choice == HELD);
        if try_one(transport, held, now)
            && let Some(first) = claims.first_mut()
        {
            first.choice = 0;
        }
        let told = held || (transport.video_held && awaited(transport, &self.tracks, &claims));
        if std::mem::replace(&mut transport.video_held, told) != told {
            self.events.push_back(Body::VideoHeld(VideoHeld { transport: transport.id.to_string(), held: told }));
        }
        for claim in &claims {
            self.aim(index, claim, budget, now);
        }
        self.claims = claims;
    }

    /// Takes over what was chosen for one slot, and sees to the key frame that a change needs.
    fn aim(&mut self, index: u32, claim: &Claim, budget: Option<u64>, now: u64) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let slot = &mut transport.slots[usize::from(claim.place)];
        let Some(track) = self.tracks.get_mut(slot.wanted) else { return };
        slot.choice = claim.choice;
        slot.patience = claim.patience;
        slot.past = budget.map_or(u16::MAX, |bps| (bps / PAST_BPS).clamp(LEAST_PAST, 1000) as u16);
        let borne = |layer: u8| budget.is_none_or(|budget| track.level_bps(layer) <= budget);
        let target = if track.spatial().is_some() && claim.choice < UNDECIDED {
            slot.spatial = claim.choice;
            0
        } else {
            slot.spatial = u8::MAX;
            nearest(track, claim.choice, borne)
        };
        if slot.target == target {
            return;
        }
        let before = std::mem::replace(&mut slot.target, target);
        let (current, wanted) = (slot.current, slot.wanted);
        if target == HELD {
            slot.current = NONE;
            slot.catch_up = false;
            if current != wanted
                && let Some(old) = self.tracks.get_mut(current)
            {
                old.unsubscribe(Subscriber { transport: index, slot: claim.place });
            }
        } else if before != UNDECIDED && !(current == wanted && slot.layer == target) {
            self.show_at_once(index, wanted, now);
        }
    }

    /// A bit for each layer of a track that somebody watches, here or on another shard.
    pub(crate) fn watched_layers(&self, index: u32) -> u8 {
        let Some(track) = self.tracks.get(index) else { return 0 };
        let mut watched = track.remotes.iter().fold(self.tapped_layers(track), |all, remote| all | remote.watched);
        for subscriber in &track.subscribers {
            let Some(transport) = self.transports.get(subscriber.transport) else { continue };
            let Some(slot) = transport.slots.get(usize::from(subscriber.slot)) else { continue };
            if slot.wanted == index && slot.choice < MAX_LAYERS as u8 {
                watched |= 1 << slot.choice.min(track.layers.len() as u8 - 1);
                // A way that bears only just what is sent needs something to fall back to at once.
                watched |= u8::from(transport.target_bps().is_some_and(|bps| bps < transport.wanted_bps));
            }
            if slot.current == index {
                watched |= 1 << slot.layer;
            }
        }
        watched
    }

    /// Tells senders which of their layers are worth sending, each track in its turn.
    pub(crate) fn watch(&mut self, now: u64, turn: u32, turns: u32) {
        for index in (turn..self.tracks.end()).step_by(turns as usize) {
            let Some(track) = self.tracks.get_mut(index) else { continue };
            // Of what is muted nothing is sent on; its sender knows that better than we do.
            if track.kind != Kind::Video || track.muted || track.mirror.is_some() {
                continue;
            }
            let watched = self.watched_layers(index);
            let Some(track) = self.tracks.get_mut(index) else { continue };
            if track.watched(watched, now) {
                let told = track.watched.told;
                let layers = track.layers.iter().enumerate().filter(|(at, _)| told >> at & 1 == 1);
                let rids = layers.map(|(_, layer)| layer.rid.to_string()).collect();
                self.events.push_back(Body::LayersWanted(LayersWanted { track: track.id.to_string(), rids }));
            }
        }
    }
}

impl Track {
    /// `watched`: a bit for each layer that somebody watches now. Whether its sender is to be told something new.
    fn watched(&mut self, watched: u8, now: u64) -> bool {
        let state = &mut self.watched;
        let mut wanted = watched;
        for (layer, since) in state.since.iter_mut().enumerate() {
            let bit = 1 << layer;
            if watched & bit != 0 {
                *since = None;
            } else if state.told & bit != 0 && now < *since.get_or_insert(now) + PATIENCE_US {
                wanted |= bit;
            }
        }
        let new = wanted != state.told && now >= state.told_us + SPACING_US;
        if new {
            (state.told, state.told_us) = (wanted, now);
        }
        new
    }
}

/// The lowest layer that fills a tile of `height` pixels, else the highest.
fn needed(track: &Track, height: u32) -> u8 {
    let highest = track.levels() - 1;
    if height == 0 {
        return highest;
    }
    (0..highest).find(|&layer| track.height(layer) >= height).unwrap_or(highest)
}

/// The layer nearest to `choice` that its sender sends: below rather than above, and above only if that is borne.
fn nearest(track: &Track, choice: u8, borne: impl Fn(u8) -> bool) -> u8 {
    if choice >= UNDECIDED {
        return HELD;
    }
    let active = |layer: &u8| track.active(*layer);
    let below = (0..=choice).rev().find(active);
    let above = || (choice + 1..track.layers.len() as u8).find(active).filter(|&layer| borne(layer));
    below.or_else(above).unwrap_or(choice)
}

/// Whether one picture goes though all are `held`: never against a cap.
fn try_one(transport: &mut Transport, held: bool, now: u64) -> bool {
    let Some(estimator) = &transport.estimator else { return false };
    let estimated = transport.cap.receive == 0 || estimator.bps().is_some_and(|bps| bps < transport.cap.receive);
    transport.trial.goes(held && estimated, estimator.congested(), now)
}

/// Whether no picture has begun of those that were chosen and are being sent to us: who was told that there is none is
/// told otherwise with the first, not before.
fn awaited(transport: &Transport, tracks: &Slab<Track>, claims: &[Claim]) -> bool {
    let slots = || claims.iter().map(|claim| &transport.slots[usize::from(claim.place)]);
    let comes =
        |slot: &Slot| tracks.get(slot.wanted).is_some_and(|track| (0..track.levels()).any(|layer| track.active(layer)));
    slots().all(|slot| slot.current != slot.wanted) && slots().any(comes)
}

/// What the sound of `transport` needs of its way now.
fn audio_bps(transport: &Transport, now: u64) -> u64 {
    let heard = |slot: &&crate::slot::Slot| slot.kind == Kind::Audio && slot.sent_since(now.saturating_sub(HEARD_US));
    transport.slots.iter().filter(heard).count() as u64 * AUDIO_BPS
}
