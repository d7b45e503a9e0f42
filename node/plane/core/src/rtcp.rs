//! RTCP compounds (RFC 3550 6, RFC 4585, RFC 5104, REMB): a tolerant reader and a writer into a slice.
//!
//! The reader hands out one packet after another and stops at the first whose length does not fit; a packet whose
//! content is broken is given as [`Packet::Other`] and costs the others nothing.

use crate::rtp::Malformed;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SDES: u8 = 202;
const BYE: u8 = 203;
const RTPFB: u8 = 205;
const PSFB: u8 = 206;

const NACK: u8 = 1;
const TRANSPORT_CC: u8 = 15;
const PLI: u8 = 1;
const FIR: u8 = 4;
const AFB: u8 = 15;

const REPORT_LEN: usize = 24;

/// One packet of a compound.
#[derive(Debug, Clone, PartialEq)]
pub enum Packet<'a> {
    SenderReport {
        ssrc: u32,
        info: SenderInfo,
        reports: Reports<'a>,
    },
    ReceiverReport {
        ssrc: u32,
        reports: Reports<'a>,
    },
    Sdes,
    Bye {
        ssrcs: Words<'a>,
    },
    Nack {
        sender: u32,
        media: u32,
        lost: Nacks<'a>,
    },
    /// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): what follows the media SSRC.
    TransportCc {
        sender: u32,
        media: u32,
        body: &'a [u8],
    },
    Pli {
        sender: u32,
        media: u32,
    },
    Fir {
        sender: u32,
        requests: FirRequests<'a>,
    },
    Remb {
        sender: u32,
        bitrate: u64,
        ssrcs: Words<'a>,
    },
    /// A type that the plane does not use, or one of those above with broken content.
    Other {
        payload_type: u8,
    },
}

/// What a sender says of itself: the clocks that a player needs for lip sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderInfo {
    /// 32.32 fixed point seconds since 1900.
    pub ntp: u64,
    pub rtp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// One report block (RFC 3550 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    pub ssrc: u32,
    /// Loss since the last report, in 1/256.
    pub fraction_lost: u8,
    /// 24 bits, signed: duplicates can make it negative.
    pub lost: i32,
    /// Highest sequence number received, extended by the count of its cycles.
    pub highest: u32,
    /// In units of the RTP clock.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report.
    pub last_sr: u32,
    /// Time since then, in 1/65536 s.
    pub delay_since_last_sr: u32,
}

impl Report {
    /// Round-trip time in microseconds, `now_ntp` being the middle 32 bits of our NTP time (RFC 3550 6.4.1).
    pub fn round_trip(&self, now_ntp: u32) -> Option<u64> {
        if self.last_sr == 0 {
            return None;
        }
        let units = now_ntp.wrapping_sub(self.last_sr).wrapping_sub(self.delay_since_last_sr);
        (units < 1 << 31).then(|| (u64::from(units) * 15625) >> 10) // 10^6 / 2^16
    }
}

/// Middle 32 bits of a 32.32 NTP time.
pub fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// 32.32 NTP time of `unix_us` microseconds since 1970.
pub fn ntp(unix_us: u64) -> u64 {
    let (seconds, us) = (unix_us / 1_000_000 + 2_208_988_800, unix_us % 1_000_000);
    (seconds << 32) | ((us << 32) / 1_000_000)
}

// ---------------------------------------------------------------- reading

/// The packets of the compound that fills a datagram.
#[derive(Debug, Clone)]
pub struct Compound<'a> {
    rest: &'a [u8],
    truncated: bool,
}

impl<'a> Compound<'a> {
    pub fn new(bytes: &'a [u8]) -> Compound<'a> {
        Compound { rest: bytes, truncated: false }
    }

    /// Whether reading stopped before the end, because a length did not fit. Meaningful once the iterator has ended.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    fn split(&mut self) -> Option<(u8, u8, &'a [u8])> {
        let &[first, payload_type, high, low, ..] = self.rest else {
            return None;
        };
        let len = 4 + 4 * usize::from(u16::from_be_bytes([high, low]));
        if first >> 6 != 2 || len > self.rest.len() {
            return None;
        }
        let (packet, rest) = self.rest.split_at(len);
        let mut body = &packet[4..];
        if first & 0x20 != 0 {
            let padding = usize::from(*body.last()?);
            if padding == 0 || padding > body.len() {
                return None;
            }
            body = &body[..body.len() - padding];
        }
        self.rest = rest;
        Some((first & 31, payload_type, body))
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((count, payload_type, body)) = self.split() else {
            self.truncated = true;
            self.rest = &[];
            return None;
        };
        Some(parse(count, payload_type, body).unwrap_or(Packet::Other { payload_type }))
    }
}

fn parse(count: u8, payload_type: u8, body: &[u8]) -> Option<Packet<'_>> {
    match (payload_type, count) {
        (SENDER_REPORT, _) => Some(Packet::SenderReport {
            ssrc: word(body, 0)?,
            info: SenderInfo {
                ntp: u64::from(word(body, 4)?) << 32 | u64::from(word(body, 8)?),
                rtp: word(body, 12)?,
                packets: word(body, 16)?,
                octets: word(body, 20)?,
            },
            reports: Reports::new(body.get(24..)?, count)?,
        }),
        (RECEIVER_REPORT, _) => {
            Some(Packet::ReceiverReport { ssrc: word(body, 0)?, reports: Reports::new(body.get(4..)?, count)? })
        }
        (SDES, _) => Some(Packet::Sdes),
        (BYE, _) => Some(Packet::Bye { ssrcs: Words(body.get(..4 * usize::from(count))?) }),
        (RTPFB, NACK) => {
            Some(Packet::Nack { sender: word(body, 0)?, media: word(body, 4)?, lost: Nacks::new(body.get(8..)?) })
        }
        (RTPFB, TRANSPORT_CC) => {
            Some(Packet::TransportCc { sender: word(body, 0)?, media: word(body, 4)?, body: body.get(8..)? })
        }
        (PSFB, PLI) => Some(Packet::Pli { sender: word(body, 0)?, media: word(body, 4)? }),
        (PSFB, FIR) => Some(Packet::Fir { sender: word(body, 0)?, requests: FirRequests(body.get(8..)?) }),
        (PSFB, AFB) => parse_remb(body),
        _ => None,
    }
}

/// draft-alvestrand-rmcat-remb-03 2.2.
fn parse_remb(body: &[u8]) -> Option<Packet<'_>> {
    if body.get(8..12)? != b"REMB" {
        return None;
    }
    let word_ = word(body, 12)?;
    let (count, exponent, mantissa) = (word_ >> 24, word_ >> 18 & 63, u64::from(word_ & 0x3_FFFF));
    let bitrate = mantissa.checked_shl(exponent).filter(|rate| rate >> exponent == mantissa).unwrap_or(u64::MAX);
    let ssrcs = Words(body.get(16..16 + 4 * count as usize)?);
    Some(Packet::Remb { sender: word(body, 0)?, bitrate, ssrcs })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// The report blocks of an SR or RR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reports<'a>(&'a [u8]);

impl<'a> Reports<'a> {
    /// `count` blocks at the start of `body`; what follows them is a profile's own extension.
    fn new(body: &'a [u8], count: u8) -> Option<Reports<'a>> {
        Some(Reports(body.get(..REPORT_LEN * usize::from(count))?))
    }
}

impl Iterator for Reports<'_> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        let (block, rest) = self.0.split_at_checked(REPORT_LEN)?;
        self.0 = rest;
        let loss = word(block, 4)?;
        Some(Report {
            ssrc: word(block, 0)?,
            fraction_lost: (loss >> 24) as u8,
            lost: (loss << 8) as i32 >> 8,
            highest: word(block, 8)?,
            jitter: word(block, 12)?,
            last_sr: word(block, 16)?,
            delay_since_last_sr: word(block, 20)?,
        })
    }
}

/// A list of SSRCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'a>(&'a [u8]);

impl Iterator for Words<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let found = word(self.0, 0)?;
        self.0 = &self.0[4..];
        Some(found)
    }
}

/// The sequence numbers of a NACK, each pair of packet id and bit mask unfolded (RFC 4585 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nacks<'a> {
    rest: &'a [u8],
    base: u16,
    mask: u32, // bit n: base + n is still to be given
}

impl<'a> Nacks<'a> {
    fn new(rest: &'a [u8]) -> Nacks<'a> {
        Nacks { rest, base: 0, mask: 0 }
    }
}

impl Iterator for Nacks<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.mask == 0 {
            let pair = word(self.rest, 0)?;
            self.rest = &self.rest[4..];
            self.base = (pair >> 16) as u16;
            self.mask = (pair & 0xFFFF) << 1 | 1;
        }
        let next = self.mask.trailing_zeros();
        self.mask &= self.mask - 1;
        Some(self.base.wrapping_add(next as u16))
    }
}

/// The entries of a FIR: media SSRC and command number (RFC 5104 4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirRequests<'a>(&'a [u8]);

impl Iterator for FirRequests<'_> {
    type Item = (u32, u8);

    fn next(&mut self) -> Option<(u32, u8)> {
        let (entry, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        Some((word(entry, 0)?, entry[4]))
    }
}

// ---------------------------------------------------------------- writing

/// Writes a compound, packet by packet, into a slice. A packet that does not fit is left out whole and refused.
pub struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut [u8]) -> Writer<'a> {
        Writer { out, len: 0 }
    }

    /// Bytes written so far: the length of the compound.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Sender report with at most 31 `reports`.
    pub fn sender_report(&mut self, ssrc: u32, info: &SenderInfo, reports: &[Report]) -> Result<(), Malformed> {
        let body = self.begin(SENDER_REPORT, reports.len(), 24 + REPORT_LEN * reports.len())?;
        put(body, 0, ssrc);
        put(body, 4, (info.ntp >> 32) as u32);
        put(body, 8, info.ntp as u32);
        put(body, 12, info.rtp);
        put(body, 16, info.packets);
        put(body, 20, info.octets);
        put_reports(&mut body[24..], reports);
        Ok(())
    }

    /// Receiver report with at most 31 `reports`.
    pub fn receiver_report(&mut self, ssrc: u32, reports: &[Report]) -> Result<(), Malformed> {
        let body = self.begin(RECEIVER_REPORT, reports.len(), 4 + REPORT_LEN * reports.len())?;
        put(body, 0, ssrc);
        put_reports(&mut body[4..], reports);
        Ok(())
    }

    /// SDES with the canonical name of `ssrc` (at most 255 bytes).
    pub fn sdes(&mut self, ssrc: u32, cname: &[u8]) -> Result<(), Malformed> {
        let len = u8::try_from(cname.len()).map_err(|_| Malformed)?;
        let body = self.begin(SDES, 1, (4 + 2 + cname.len() + 1).next_multiple_of(4))?;
        put(body, 0, ssrc);
        body[4] = 1;
        body[5] = len;
        body[6..6 + cname.len()].copy_from_slice(cname);
        body[6 + cname.len()..].fill(0);
        Ok(())
    }

    pub fn bye(&mut self, ssrc: u32) -> Result<(), Malformed> {
        let body = self.begin(BYE, 1, 4)?;
        put(body, 0, ssrc);
        Ok(())
    }

    /// Ask for `lost` again; sequence numbers in rising order share an entry where they can.
    pub fn nack(&mut self, sender: u32, media: u32, lost: &[u16]) -> Result<(), Malformed> {
        let body = self.begin(RTPFB, NACK.into(), 8 + 4 * pairs(lost).count())?;
        put(body, 0, sender);
        put(body, 4, media);
        for (entry, (base, mask)) in body[8..].chunks_exact_mut(4).zip(pairs(lost)) {
            put(entry, 0, u32::from(base) << 16 | u32::from(mask));
        }
        Ok(())
    }

    /// Ask for a key frame.
    pub fn pli(&mut self, sender: u32, media: u32) -> Result<(), Malformed> {
        let body = self.begin(PSFB, PLI.into(), 8)?;
        put(body, 0, sender);
        put(body, 4, media);
        Ok(())
    }

    /// Ask for a key frame in the manner of older encoders; `number` grows by one for each new request.
    pub fn fir(&mut self, sender: u32, media: u32, number: u8) -> Result<(), Malformed> {
        let body = self.begin(PSFB, FIR.into(), 16)?;
        put(body, 0, sender);
        put(body, 4, 0);
        put(body, 8, media);
        put(body, 12, u32::from(number) << 24);
        Ok(())
    }

    /// Tell how much the sender may send for all of `ssrcs` (at most 255) together, in bits per second.
    ///
    /// The 18-bit mantissa makes it exact up to 262 kbit/s and at most 8 parts in a million too low above.
    pub fn remb(&mut self, sender: u32, bitrate: u64, ssrcs: &[u32]) -> Result<(), Malformed> {
        let count = u8::try_from(ssrcs.len()).map_err(|_| Malformed)?;
        let body = self.begin(PSFB, AFB.into(), 16 + 4 * ssrcs.len())?;
        let exponent = (64 - bitrate.leading_zeros()).saturating_sub(18);
        put(body, 0, sender);
        put(body, 4, 0);
        body[8..12].copy_from_slice(b"REMB");
        put(body, 12, u32::from(count) << 24 | exponent << 18 | (bitrate >> exponent) as u32);
        for (entry, &ssrc) in body[16..].chunks_exact_mut(4).zip(ssrcs) {
            put(entry, 0, ssrc);
        }
        Ok(())
    }

    /// Tell what came and when: `fill` writes what follows the SSRCs and returns its length, a multiple of 4; 0 for nothing.
    pub fn transport_cc(
        &mut self,
        sender: u32,
        media: u32,
        fill: impl FnOnce(&mut [u8]) -> usize,
    ) -> Result<(), Malformed> {
        let room = self.out.get_mut(self.len + 12..).ok_or(Malformed)?;
        let len = fill(room);
        if len == 0 {
            return Ok(());
        }
        let body = self.begin(RTPFB, TRANSPORT_CC.into(), 8 + len)?;
        put(body, 0, sender);
        put(body, 4, media);
        Ok(())
    }

    fn begin(&mut self, payload_type: u8, count: usize, body: usize) -> Result<&mut [u8], Malformed> {
        let packet = self.out.get_mut(self.len..self.len + 4 + body).ok_or(Malformed)?;
        let words = u16::try_from(body / 4).map_err(|_| Malformed)?.to_be_bytes();
        let count = u8::try_from(count).ok().filter(|&count| count < 32).ok_or(Malformed)?;
        packet[..4].copy_from_slice(&[0x80 | count, payload_type, words[0], words[1]]);
        self.len += 4 + body;
        Ok(&mut packet[4..])
    }
}

fn put(body: &mut [u8], at: usize, value: u32) {
    body[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

fn put_reports(body: &mut [u8], reports: &[Report]) {
    for (block, report) in body.chunks_exact_mut(REPORT_LEN).zip(reports) {
        let lost = report.lost.clamp(-0x80_0000, 0x7F_FFFF) as u32 & 0xFF_FFFF;
        put(block, 0, report.ssrc);
        put(block, 4, u32::from(report.fraction_lost) << 24 | lost);
        put(block, 8, report.highest);
        put(block, 12, report.jitter);
        put(block, 16, report.last_sr);
        put(block, 20, report.delay_since_last_sr);
    }
}

/// `lost` as pairs of packet id and mask of the 16 that follow it.
fn pairs(lost: &[u16]) -> impl Iterator<Item = (u16, u16)> + '_ {
    let mut rest = lost;
    std::iter::from_fn(move || {
        let (&base, mut after) = rest.split_first()?;
        let mut mask = 0;
        while let [next, ..] = *after {
            let distance = next.wrapping_sub(base);
            if distance > 16 {
                break;
            }
            if distance > 0 {
                mask |= 1 << (distance - 1);
            }
            after = &after[1..];
        }
        rest = after;
        Some((base, mask))
    })
}

#[cfg(test)]
#[path = "rtcp_test.rs"]
mod tests;
