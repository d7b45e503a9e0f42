//! Which layer each picture of one receiver gets, so that together they fit its way.
//!
//! Everybody gets the lowest layer first, in the order of priority; then all are raised in turn, a layer at a time, a
//! shared screen before faces. Less room is obeyed at once; more room is believed only with some to spare and after a
//! while, and after ever longer when a picture that was raised had to be lowered again: a picture that changes its
//! sharpness all the time is worse than one that is a little softer.

use crate::track::MAX_LAYERS;

/// Nothing of it is sent: not even the lowest layer fits.
pub const HELD: u8 = u8::MAX;
/// Nothing has been decided yet.
pub const UNDECIDED: u8 = u8::MAX - 1;

/// How much room beyond what a raise costs must be free: a quarter.
const SPARE: u64 = 4;
/// How long there must have been room, µs, at first and at most.
const PATIENCE_US: u64 = 1_500_000;
const MOST_PATIENCE_US: u64 = 24_000_000;
const HELD_PATIENCE_US: u64 = 6_000_000;
/// An estimate that falls for less than this, µs, does not take a picture away.
const DIP_US: u64 = 1_200_000;
/// A raise that had to be taken back within so long was a mistake, µs.
const REGRET_US: u64 = 10_000_000;

/// What a slot remembers, so that its picture does not flap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// When there was last no room for more.
    limited_us: Option<u64>,
    raised_us: Option<u64>,
    /// Since when its lowest layer is a little too much.
    short_us: Option<u64>,
    wait_us: u64,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { limited_us: None, raised_us: None, short_us: None, wait_us: PATIENCE_US }
    }
}

impl Patience {
    fn over(&self, now: u64) -> bool {
        self.limited_us.is_none_or(|limited| now >= limited + self.wait_us)
    }

    /// Whether a picture that is shown may go on though the way seems to bear only half of it: an estimate dips for a moment.
    fn dips(&mut self, now: u64) -> bool {
        now < *self.short_us.get_or_insert(now) + DIP_US
    }

    fn limited(&mut self, now: u64) {
        self.limited_us = Some(now);
    }

    fn raised(&mut self, now: u64) {
        if self.limited_us.is_some() {
            self.raised_us = Some(now);
        }
    }

    /// `held`: it is not shown at all any more, and that is not to last for long.
    fn lowered(&mut self, held: bool, now: u64) {
        let regretted = self.raised_us.take().is_some_and(|raised| now < raised + REGRET_US);
        let most = if held { HELD_PATIENCE_US } else { MOST_PATIENCE_US };
        self.wait_us = if regretted { (self.wait_us * 2).min(most) } else { PATIENCE_US };
    }
}

/// Pictures that are all held are tried again now and then: with sound alone nothing can show that the way bears more,
/// and not everybody can be sent padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    held_us: Option<u64>,
    begun_us: Option<u64>,
    wait_us: u64,
}

/// Pictures are tried after having been held for so long, then ever more rarely, and for so long, µs.
const TRIAL_WAIT_US: (u64, u64) = (4_000_000, 32_000_000);
const TRIAL_US: u64 = 2_000_000;

impl Default for Trial {
    fn default() -> Trial {
        Trial { held_us: None, begun_us: None, wait_us: TRIAL_WAIT_US.0 }
    }
}

impl Trial {
    /// Whether a picture is being tried.
    pub fn begun(&self) -> bool {
        self.begun_us.is_some()
    }

    /// Whether the lowest layer of one picture is to be sent though the way is not believed to bear it. `held`: no picture
    /// is; `congested`: the way bears not even what is sent.
    pub fn goes(&mut self, held: bool, congested: bool, now: u64) -> bool {
        if !held {
            *self = Trial::default();
            return false;
        }
        match self.begun_us {
            Some(begun) if congested || now >= begun + TRIAL_US => {
                (self.begun_us, self.held_us) = (None, Some(now));
                self.wait_us = (2 * self.wait_us).min(TRIAL_WAIT_US.1);
            }
            Some(_) => {}
            None if congested => self.held_us = Some(now),
            None if now >= *self.held_us.get_or_insert(now) + self.wait_us => self.begun_us = Some(now),
            None => {}
        }
        self.begun_us.is_some()
    }
}

/// What one slot would like, and gets.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The slot's place in its transport.
    pub place: u16,
    /// Bits per second of each layer, lowest first, as far as `most`.
    pub bps: [u64; MAX_LAYERS],
    /// The highest layer that its tile can show.
    pub most: u8,
    /// A shared screen goes before faces.
    pub screen: bool,
    /// Among its like, the larger goes first.
    pub height: u32,
    /// The layer that was chosen before, [`HELD`] or [`UNDECIDED`]; afterwards, the one that is chosen now.
    pub choice: u8,
    pub patience: Patience,
}

impl Claim {
    fn step(&self, layer: u8) -> u64 {
        let at = usize::from(layer);
        let below = if at == 0 { 0 } else { self.bps[at - 1] };
        self.bps[at].saturating_sub(below)
    }

    /// Whether `layer` is more than what was chosen before.
    fn rises(&self, layer: u8, before: u8) -> bool {
        match before {
            UNDECIDED => false,
            HELD => true,
            before => layer > before,
        }
    }
}

/// Chooses for all `claims` of one receiver; `budget` is what its way bears for pictures, bits per second, if that is
/// known. Reorders the claims by priority.
pub fn allocate(budget: Option<u64>, claims: &mut [Claim], now: u64) {
    let mut before = [HELD; 128];
    claims.sort_unstable_by_key(|claim| (!claim.screen, std::cmp::Reverse(claim.height), claim.place));
    let claims = if claims.len() > before.len() { &mut claims[..128] } else { claims };
    for (before, claim) in before.iter_mut().zip(&*claims) {
        *before = claim.choice;
    }
    let mut left = budget.unwrap_or(u64::MAX);
    for (claim, &before) in claims.iter_mut().zip(&before) {
        claim.choice = HELD;
        raise(claim, 0, before, &mut left, now);
    }
    for screens in [true, false] {
        for layer in 1..MAX_LAYERS as u8 {
            let of_turn = claims.iter_mut().zip(&before).filter(|(claim, _)| claim.screen == screens);
            for (claim, &before) in of_turn {
                if claim.choice == layer - 1 && layer <= claim.most {
                    raise(claim, layer, before, &mut left, now);
                }
            }
        }
    }
    for (claim, &before) in claims.iter_mut().zip(&before) {
        let wished = claim.most.min(before); // a smaller tile is no loss
        if before < UNDECIDED && (claim.choice == HELD || claim.choice < wished) {
            claim.patience.lowered(claim.choice == HELD, now);
        } else if claim.choice != HELD && before != UNDECIDED && claim.rises(claim.choice, before) {
            claim.patience.raised(now);
        }
    }
}

/// Takes `layer` for `claim` if there is room and it is time.
fn raise(claim: &mut Claim, layer: u8, before: u8, left: &mut u64, now: u64) {
    let cost = claim.step(layer);
    let rises = claim.rises(layer, before);
    let needed = match layer {
        _ if rises => cost + cost / SPARE,
        // An estimate swings by a sixth around what the way bears: a picture that is shown is not held for that.
        0 => cost - cost / SPARE,
        _ => cost,
    };
    let shown = layer == 0 && before < UNDECIDED;
    if needed <= *left && shown {
        claim.patience.short_us = None;
    }
    if needed > *left && shown && cost / 2 <= *left && claim.patience.dips(now) {
        claim.choice = layer;
        *left = left.saturating_sub(cost);
    } else if needed > *left {
        claim.patience.limited(now);
    } else if !rises || claim.patience.over(now) {
        claim.choice = layer;
        *left = left.saturating_sub(cost);
    }
}

#[cfg(test)]
#[path = "allocate_test.rs"]
mod tests;
