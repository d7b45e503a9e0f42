//! What a packet's delay is made of, by four clocks that are one: the publisher's before and behind its `sendmsg`, the
//! plane's as it began to serve (it says so in every packet: abs-send-time), and the kernel's at the receiver.

use std::fmt::Write;

/// When a publisher sent one packet, µs since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stamp {
    /// When it was to be sent.
    pub due_us: u64,
    pub before_us: u64,
    /// The call had returned: the packet lay in the plane's socket.
    pub after_us: u64,
    /// No lateness of the load was felt any more.
    pub calm: bool,
}

/// Later than that, µs, the load or the plane has been kept from running, and not by itself.
pub const LATE_US: u64 = 500;
/// So many times its own length a pause is felt: at 70 % load what has come meanwhile takes 2.3 times as long to serve,
/// and what waits behind it as much again.
const FELT: u64 = 5;
/// And so much longer, µs, by what was just about to be sent.
const MORE_US: u64 = 1_000;

/// Until when a pause is felt that lasted from `from` to `to`.
pub fn felt(from: u64, to: u64) -> u64 {
    to + FELT * (to - from) + MORE_US
}

/// One packet's way, µs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// When its publisher gave it to the kernel, µs since 1970.
    pub sent_us: u64,
    /// The load itself was late. No part of the delay, but what is late comes in bursts, and these wait.
    pub late: u32,
    /// In the publisher's `sendmsg`.
    pub sending: u32,
    /// Until the plane had taken it, with all of its batch, and began to serve.
    pub waiting: u32,
    /// Until it lay in the receiver's socket: others were served before.
    pub serving: u32,
    /// Nothing was taken from the load or from the plane that this packet could have waited for.
    pub calm: bool,
}

/// Units of abs-send-time in its 64 seconds, and what it wraps at.
const WRAP: u64 = 1 << 24;

impl Parts {
    /// Of a packet sent at `sent`, served at `served` (abs-send-time) and received at `at_us`.
    pub fn new(sent: &Stamp, served: Option<[u8; 3]>, at_us: u64) -> Parts {
        let part = |from: u64, to: u64| to.saturating_sub(from) as u32;
        let behind = sent.after_us.clamp(sent.before_us, at_us.max(sent.before_us));
        let begun = served.map_or(behind, |served| moment(served, behind)).clamp(behind, at_us.max(behind));
        Parts {
            sent_us: sent.before_us,
            late: part(sent.due_us, sent.before_us),
            sending: part(sent.before_us, behind),
            waiting: part(behind, begun),
            serving: part(begun, at_us),
            calm: sent.calm,
        }
    }

    pub fn delay(&self) -> u32 {
        self.sending + self.waiting + self.serving
    }
}

/// The moment that an abs-send-time names, within 32 s of `near_us`.
fn moment(served: [u8; 3], near_us: u64) -> u64 {
    let fixed = u64::from(u32::from_be_bytes([0, served[0], served[1], served[2]]));
    let near = (near_us % 64_000_000) * 4096 / 15625;
    let ahead = (fixed + WRAP - near) % WRAP;
    let us = |units: u64| units * 15625 / 4096;
    if ahead < WRAP / 2 { near_us + us(ahead) } else { near_us.saturating_sub(us(WRAP - ahead)) }
}

/// The parts of the packets around each of some places in the order of their delays, sorted already; a line each.
pub fn table(sorted: &[Parts]) -> String {
    let mut out = String::from("    delay in parts, µs: mean of       sending   waiting   serving   (load late)\n");
    let at = |share: f64| (sorted.len() as f64 * share) as usize;
    let rows = [
        ("the quicker half", 0, at(0.5)),
        ("from there to 90 %", at(0.5), at(0.9)),
        ("from there to 99 %", at(0.9), at(0.99)),
        ("the slowest hundredth", at(0.99), sorted.len()),
    ];
    for (name, from, to) in rows {
        let of = &sorted[from..to];
        let mean = |part: fn(&Parts) -> u32| {
            of.iter().map(|parts| f64::from(part(parts))).sum::<f64>() / of.len().max(1) as f64
        };
        let _ = writeln!(
            out,
            "      {name:<28} {:>9.0} {:>9.0} {:>9.0} {:>11.0}",
            mean(|parts| parts.sending),
            mean(|parts| parts.waiting),
            mean(|parts| parts.serving),
            mean(|parts| parts.late)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use plane_core::ext::abs_send_time;

    use super::*;

    #[test]
    fn parts_are_the_whole_delay() {
        let base = 1_790_000_063_999_000; // abs-send-time wraps on the way
        let sent = Stamp { due_us: base, before_us: base + 100, after_us: base + 120, calm: true };
        let parts = Parts::new(&sent, Some(abs_send_time(base + 2_000)), base + 5_000);
        assert_eq!((parts.late, parts.sending), (100, 20));
        assert!((1_876..=1_880).contains(&parts.waiting), "{parts:?}");
        assert_eq!(parts.delay(), 4_900);
    }

    #[test]
    fn a_packet_served_before_its_sender_came_back_has_not_waited() {
        let sent = Stamp { due_us: 64_000_000, before_us: 64_000_000, after_us: 64_000_900, calm: true };
        let parts = Parts::new(&sent, Some(abs_send_time(64_000_300)), 64_000_500);
        assert_eq!(parts, Parts { sent_us: 64_000_000, late: 0, sending: 500, waiting: 0, serving: 0, calm: true });
    }
}
