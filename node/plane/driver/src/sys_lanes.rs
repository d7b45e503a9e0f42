//! A second socket on a port, for whatever is not media.

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use libc::{c_int, sock_filter, sock_fprog};

use super::{Batch, Udp, bind_datagrams, set};

impl Udp {
    /// The lanes to [`Batch::receive_lane`] from: media first. The second is there only where the kernel tells them apart.
    pub fn lanes(&self) -> [Option<RawFd>; 2] {
        [Some(self.fd.as_raw_fd()), self.aside.as_ref().map(OwnedFd::as_raw_fd)]
    }
}

impl Batch {
    /// Takes what one of [`Udp::lanes`] has, at most [`super::BATCH`] datagrams; 0 when it has nothing, and that lane is not there.
    pub fn receive_lane(&mut self, udp: &Udp, lane: usize) -> io::Result<usize> {
        udp.lanes()[lane].map_or(Ok(0), |fd| self.receive_from(fd))
    }
}

/// Binds a socket beside `media`, which is bound to `address` alone until now, and has the kernel put into it what is
/// not RTP by its first two bytes (RFC 7983, RFC 5761 4): checks, handshakes, reports.
pub(super) fn beside(media: RawFd, address: SocketAddrV4) -> io::Result<OwnedFd> {
    // Only now: whoever else has the port must have been refused it, or have refused it to us.
    set::<c_int>(media, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    let aside = bind_datagrams(address, true)?;
    let mut told_apart = media_or_not();
    let program = sock_fprog { len: told_apart.len() as u16, filter: told_apart.as_mut_ptr() };
    // The kernel copies the program, which lives through the call.
    set(aside.as_raw_fd(), libc::SOL_SOCKET, libc::SO_ATTACH_REUSEPORT_CBPF, program)?;
    Ok(aside)
}

/// 0, the socket that was there first, for RTP; 1 for everything else. Too short for a second byte: 0, as BPF has it.
fn media_or_not() -> [sock_filter; 8] {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
    const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let step = |code: u32, k: u32, jt: u8, jf: u8| sock_filter { code: code as u16, jt, jf, k };
    [
        step(LOAD, 0, 0, 0),
        step(AT_LEAST, 128, 0, 5),
        step(AT_LEAST, 192, 4, 0),
        step(LOAD, 1, 0, 0),
        step(AT_LEAST, 224, 1, 0),
        step(AT_LEAST, 192, 1, 0),
        step(RETURN, 0, 0, 0),
        step(RETURN, 1, 0, 0),
    ]
}

/// How long what is not media may wait, once there is much of it, µs.
const REST_US: u64 = 10_000;
/// It is much when one comes so soon behind another, µs.
const CLOSE_US: u64 = 7_500;

/// When to look at the second lane. Each wake of a sleeping processor costs more than what a report asks for; where
/// many come, they are taken together.
#[derive(Default)]
pub struct Rest {
    last_us: u64,
    until_us: u64,
}

impl Rest {
    /// When the lane is to be read although nobody said that there is something; none: it is waited for.
    pub fn until(&self, now: u64) -> Option<u64> {
        (now < self.until_us).then_some(self.until_us)
    }

    /// Whether to read it at `now`, when the loop is awake anyway: what has waited for half of its time saves a wake.
    pub fn due(&self, now: u64) -> bool {
        now + REST_US / 2 >= self.until_us
    }

    /// `count` datagrams were found in it at `now`; `full`: there may be more.
    pub fn taken(&mut self, count: usize, full: bool, now: u64) {
        if count == 0 {
            return;
        }
        let rested = self.until_us > self.last_us;
        let busy = if rested { count > 1 } else { now < self.last_us + CLOSE_US };
        self.until_us = if busy && !full { now + REST_US } else { now };
        self.last_us = now;
    }
}

/// From one look at media to the next, once it wakes the loop very often, µs.
const LULL_US: u64 = 800;
/// So many times that something was found are counted together.
const COUNTED: u64 = 32;
/// Media that comes more often than this finds the loop at rest, until it comes less often than that: µs between two times.
const OFTEN_US: u64 = 500;
const SELDOM_US: u64 = 1_250;

/// When to look at the first lane. Where many cameras are not in step, each picture and each sound would wake a sleeping
/// processor for a packet or five; a moment later there is more to take, and more for each receiver to send at once.
#[derive(Default)]
pub struct Lull {
    found: u64,
    since_us: u64,
    often: bool,
    until_us: u64,
}

impl Lull {
    /// As [`Rest::until`].
    pub fn until(&self, now: u64) -> Option<u64> {
        (now < self.until_us).then_some(self.until_us)
    }

    /// As [`Rest::taken`], by a loop that woke at `began`.
    pub fn taken(&mut self, count: usize, full: bool, began: u64, now: u64) {
        if count == 0 {
            return;
        }
        self.found += 1;
        if self.found == COUNTED {
            let took = now.saturating_sub(self.since_us);
            self.often = took < COUNTED * if self.often { SELDOM_US } else { OFTEN_US };
            (self.found, self.since_us) = (0, now);
        }
        self.until_us = if self.often && !full { began + LULL_US } else { now };
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    /// R: media does not wait behind reports, whatever it is and in whichever order it comes; nothing is lost or doubled.
    #[test]
    fn media_has_a_lane_of_its_own() {
        let udp = Udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (media, aside): (&[&[u8]], &[&[u8]]) = (
            &[&[0x80, 96], &[0x90, 0xE0, 1], &[0xBF, 63 | 0x80], &[0x80, 127], &[0x80, 224], &[0xB0]],
            &[&[0, 1, 2], &[22, 254], &[63, 0], &[127, 96], &[192, 96], &[0x80, 192], &[0x81, 200], &[0xBF, 223]],
        );
        for datagram in media.iter().zip(aside).flat_map(|(m, a)| [m, a]).chain(&aside[media.len()..]) {
            peer.send_to(datagram, udp.local().unwrap()).unwrap();
        }
        let mut batch = Batch::new();
        for (lane, expected) in [(0, media), (1, aside)] {
            let count = batch.receive_lane(&udp, lane).unwrap();
            let got: Vec<Vec<u8>> = (0..count).map(|i| batch.get(i).bytes.to_vec()).collect();
            assert_eq!(got, expected, "lane {lane}");
        }
    }

    /// R: two planes do not share a port unnoticed.
    #[test]
    fn nobody_else_gets_the_port() {
        let udp = Udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let again = Udp::bind(udp.local().unwrap()).map(|_| ()).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn a_lone_report_is_taken_at_once_and_a_crowd_together() {
        let mut rest = Rest::default();
        rest.taken(1, false, 1_000_000);
        assert_eq!(rest.until(1_000_000), None);
        rest.taken(1, false, 1_100_000);
        assert_eq!(rest.until(1_100_000), None, "ten a second are few");
        rest.taken(1, false, 1_101_000);
        assert_eq!(rest.until(1_101_000), Some(1_111_000));
        assert!(!rest.due(1_105_000) && rest.due(1_106_000), "earlier, if something else wakes the loop");
        rest.taken(4, false, 1_106_000);
        assert_eq!(rest.until(1_107_000), Some(1_116_000));
        rest.taken(0, false, 1_116_000);
        assert_eq!(rest.until(1_116_000), None, "quiet again");
        rest.taken(64, true, 1_117_000);
        assert_eq!(rest.until(1_117_000), None, "there is more");
        rest.taken(2, false, 1_118_000);
        rest.taken(1, false, 1_128_000);
        assert_eq!(rest.until(1_128_000), None, "one in all that time is few");
    }

    /// R: a small meeting waits for nothing; where the loop would be woken thousands of times a second, it wakes less often.
    #[test]
    fn media_waits_only_where_it_comes_very_often() {
        let mut lull = Lull::default();
        let mut now = 1_000_000;
        let mut every = |lull: &mut Lull, us: u64| {
            for _ in 0..2 * COUNTED {
                now = lull.until(now).unwrap_or(now).max(now + us);
                lull.taken(1, false, now, now);
            }
            lull.until(now).map(|until| until - now)
        };
        assert_eq!(every(&mut lull, 2_000), None, "four people");
        assert_eq!(every(&mut lull, 100), Some(LULL_US), "a hundred");
        assert_eq!(every(&mut lull, 100), Some(LULL_US), "and still, although it is now woken less often");
        assert_eq!(every(&mut lull, 1_000), Some(LULL_US));
        assert_eq!(every(&mut lull, 2_000), None, "quiet again");
    }
}
