//! Which frames of a layered stream one receiver is sent: those of one decode target, changed only where all that the
//! new one needs has been sent (AV1 RTP specification 1.0, appendix A.3 and A.4).

use crate::dependency::{Frame, Indication, Structure};

/// Frames whose fate is remembered: what belongs to one may come late, and the next chains refer to them.
const RECENT: usize = 128;

/// What is to be done with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Drop,
    /// `last`: its frame is the last of the picture that is sent. `active`: the decode targets that can be decoded from
    /// what is sent, where that is less than the sender says; 0: all of them.
    Send {
        last: bool,
        active: u32,
    },
}

#[derive(Debug, Clone)]
pub struct Selector {
    /// The decode target that is sent.
    target: Option<u8>,
    newest: Option<u16>,
    /// Number of a frame, and whether it is sent.
    recent: [Option<(u16, bool)>; RECENT],
    /// Targets, one bit each, whose chain has been sent without a break.
    intact: u32,
}

impl Default for Selector {
    fn default() -> Selector {
        Selector { target: None, newest: None, recent: [None; RECENT], intact: 0 }
    }
}

impl Selector {
    /// The source changed: nothing of the new one has been sent.
    pub fn reset(&mut self) {
        *self = Selector::default();
    }

    /// Whether the target for spatial layer `wanted` is not the one that is sent.
    pub fn waits(&self, structure: &Structure, active: u32, wanted: u8) -> bool {
        self.target.is_some_and(|target| target != structure.target(wanted, active))
    }

    /// What to do with a packet of `frame`; `wanted` is the spatial layer to be shown.
    pub fn judge(&mut self, frame: &Frame, structure: &Structure, active: u32, wanted: u8) -> Verdict {
        let sent = match self.fate(frame.number) {
            Some(sent) => sent,
            None => {
                let newer = self.newest.is_none_or(|newest| frame.number.wrapping_sub(newest).cast_signed() > 0);
                if newer {
                    self.advance(frame, structure, structure.target(wanted, active));
                    self.newest = Some(frame.number);
                }
                let sent = self.target.is_some_and(|target| frame.indications.of(target) != Indication::NotPresent);
                self.recent[usize::from(frame.number) % RECENT] = Some((frame.number, sent));
                sent
            }
        };
        self.verdict(frame, structure, active, sent)
    }

    /// The same for a packet that is sent again: only if it was sent.
    pub fn again(&self, frame: &Frame, structure: &Structure, active: u32) -> Verdict {
        self.verdict(frame, structure, active, self.fate(frame.number) == Some(true))
    }

    fn verdict(&self, frame: &Frame, structure: &Structure, active: u32, sent: bool) -> Verdict {
        let (true, Some(target)) = (sent, self.target) else { return Verdict::Drop };
        let spatial = structure.spatial_of(target);
        let borne = structure.targets_up_to(spatial) & active;
        Verdict::Send { last: frame.end && frame.spatial == spatial, active: if borne == active { 0 } else { borne } }
    }

    fn fate(&self, number: u16) -> Option<bool> {
        self.recent[usize::from(number) % RECENT].filter(|&(known, _)| known == number).map(|(_, sent)| sent)
    }

    /// A new frame: what it does to the chains, and whether the target may change with it.
    fn advance(&mut self, frame: &Frame, structure: &Structure, wanted: u8) {
        for target in 0..structure.targets {
            let whole = match frame.chain(structure, target) {
                Some(0) => true, // the chain begins here
                Some(back) => {
                    self.intact >> target & 1 == 1 && self.fate(frame.number.wrapping_sub(back.into())) == Some(true)
                }
                // Without chains, only a key frame is a place to change.
                None => frame.carries_structure,
            };
            self.intact = self.intact & !(1 << target) | u32::from(whole) << target;
        }
        let may = |target: u8| frame.indications.of(target) == Indication::Switch && self.intact >> target & 1 == 1;
        if self.target != Some(wanted) && may(wanted) {
            self.target = Some(wanted);
        } else if self.target.is_none() {
            self.target = (0..structure.targets).rev().filter(|&target| target < wanted).find(|&target| may(target));
        }
    }
}

#[cfg(test)]
#[path = "selector_test.rs"]
mod tests;
