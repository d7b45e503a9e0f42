//! The shard's side of [`crate::bandwidth`]: which packets are told of, whom feedback is for.

use crate::bandwidth::MAX_BPS;
use crate::bandwidth::arrivals::Arrivals;
use crate::drops::Cause;
use crate::reports::{OURS, send_rtcp};
use crate::shard::Shard;
use crate::transport::Transport;

/// Feedback messages in one go: what waited for longer than the memory of [`Arrivals`] is lost anyway.
const MESSAGES: usize = 4;

/// An authentic packet with a transport-wide number came. `true`: its sender has to be put down as owed feedback.
pub(crate) fn note_arrival(transport: &mut Transport, number: &[u8], ssrc: u32, arrived: u64, bytes: usize) -> bool {
    let Ok(number) = <[u8; 2]>::try_from(number) else { return false };
    let arrivals = transport.arrivals.get_or_insert_with(|| Box::new(Arrivals::new(arrived)));
    arrivals.record(u16::from_be_bytes(number), arrived, bytes);
    arrivals.ssrc = ssrc;
    !std::mem::replace(&mut transport.owed, true)
}

impl Shard {
    /// Tells those whose turn it is what came of their packets. An attempt costs nothing where nothing came.
    pub(crate) fn tell_arrivals(&mut self, now: u64) {
        let mut at = 0;
        while let Some(&index) = self.owed.get(at) {
            let waits = self.tell_one(index, now);
            if waits {
                at += 1;
            } else {
                self.owed.swap_remove(at);
                if let Some(transport) = self.transports.get_mut(index) {
                    transport.owed = false;
                }
            }
        }
    }

    /// `true`: there is more to tell, later.
    fn tell_one(&mut self, index: u32, now: u64) -> bool {
        let Some(transport) = self.transports.get_mut(index) else { return false };
        if !transport.usable() {
            return false;
        }
        let Some(mut arrivals) = transport.arrivals.take() else { return false };
        if arrivals.due_us(now).is_some_and(|due| due <= now) {
            for _ in 0..MESSAGES {
                let mut told = false;
                let ssrc = arrivals.ssrc;
                send_rtcp(&mut self.outbox, transport, |writer| {
                    let fill = |out: &mut [u8]| {
                        let len = arrivals.write(now, out);
                        told = len > 0;
                        len
                    };
                    let _ = writer.transport_cc(OURS, ssrc, fill);
                });
                if !told {
                    break;
                }
                self.totals.transport_cc_sent += 1;
            }
        }
        let waits = arrivals.due_us(now).is_some();
        transport.arrivals = Some(arrivals);
        waits
    }

    /// A transport's turn, twice a second: silence is noticed.
    pub(crate) fn look_at_way(&mut self, index: u32, now: u64) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if let Some(estimator) = &mut transport.estimator {
            estimator.look(transport.wanted_bps, now);
            transport.repace();
        }
    }

    /// Feedback on what one receiver was sent.
    pub(crate) fn note_transport_cc(&mut self, now: u64, index: u32, body: &[u8]) {
        self.totals.transport_cc_received += 1;
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(estimator) = &mut transport.estimator else { return };
        if estimator.feedback(body, MAX_BPS, now).is_err() {
            self.drops.add(Cause::RtcpMalformed);
        }
        transport.repace();
    }
}
