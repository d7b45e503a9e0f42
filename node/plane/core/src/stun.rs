//! STUN Binding for ICE-lite (RFC 8489, RFC 8445): requests parsed, authenticated and answered without allocation.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::rtp::Malformed;

const COOKIE: u32 = 0x2112_A442;
const HEADER_LEN: usize = 20;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_INDICATION: u16 = 0x0011;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
const ICE_CONTROLLING: u16 = 0x802A;

const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// Longest answer of this module in bytes.
pub const MAX_ANSWER: usize = 96;

/// What a message asks or says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Request,
    Indication,
    Success,
    Error,
}

/// A Binding message. Nothing in it is trusted before [`Message::verify`] or [`Message::verify_with`] says so.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    pub class: Class,
    pub transaction: [u8; 12],
    /// USERNAME as received: "ours:theirs" in a check; empty when absent.
    pub username: &'a [u8],
    pub use_candidate: bool,
    pub priority: Option<u32>,
    /// The tie-breaker of a peer that controls.
    pub controlling: Option<u64>,
    /// The tie-breaker of a peer that believes to be controlled: against a lite agent, a role conflict.
    pub controlled: Option<u64>,
    integrity_at: Option<usize>,
}

/// Whether `datagram` looks like STUN: its first two bits are 0 and the magic cookie is in place.
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_LEN && datagram[0] < 4 && word(datagram, 4) == Some(COOKIE)
}

impl<'a> Message<'a> {
    /// Parse a Binding message that fills `bytes`. A FINGERPRINT, if present, must be right and last.
    ///
    /// Attributes after MESSAGE-INTEGRITY, other than FINGERPRINT, are not authenticated and therefore ignored.
    pub fn parse(bytes: &'a [u8]) -> Result<Message<'a>, Malformed> {
        let header: &[u8; HEADER_LEN] = bytes.first_chunk().ok_or(Malformed)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if !is_stun(bytes) || length % 4 != 0 || HEADER_LEN + length != bytes.len() {
            return Err(Malformed);
        }
        let class = match u16::from_be_bytes([header[0], header[1]]) {
            BINDING_REQUEST => Class::Request,
            BINDING_INDICATION => Class::Indication,
            BINDING_SUCCESS => Class::Success,
            BINDING_ERROR => Class::Error,
            _ => return Err(Malformed),
        };
        let mut transaction = [0; 12];
        transaction.copy_from_slice(&header[8..]);
        let mut message = Message {
            bytes,
            class,
            transaction,
            username: &[],
            use_candidate: false,
            priority: None,
            controlling: None,
            controlled: None,
            integrity_at: None,
        };
        message.attributes()?;
        Ok(message)
    }

    fn attributes(&mut self) -> Result<(), Malformed> {
        let mut at = HEADER_LEN;
        while at < self.bytes.len() {
            let head = word(self.bytes, at).ok_or(Malformed)?;
            let (kind, len) = ((head >> 16) as u16, (head & 0xFFFF) as usize);
            let value = self.bytes.get(at + 4..at + 4 + len).ok_or(Malformed)?;
            match (kind, self.integrity_at) {
                (FINGERPRINT, _) => {
                    let expected = crc32(&self.bytes[..at]) ^ FINGERPRINT_XOR;
                    if at + 8 != self.bytes.len() || word(value, 0) != Some(expected) {
                        return Err(Malformed);
                    }
                }
                (_, Some(_)) => {}
                (USERNAME, None) => self.username = value,
                (PRIORITY, None) => self.priority = Some(word(value, 0).ok_or(Malformed)?),
                (USE_CANDIDATE, None) => self.use_candidate = true,
                (ICE_CONTROLLING, None) => self.controlling = Some(double_word(value)?),
                (ICE_CONTROLLED, None) => self.controlled = Some(double_word(value)?),
                (MESSAGE_INTEGRITY, None) => {
                    if len != 20 {
                        return Err(Malformed);
                    }
                    self.integrity_at = Some(at);
                }
                _ => {}
            }
            at += 4 + len.next_multiple_of(4);
        }
        if at == self.bytes.len() { Ok(()) } else { Err(Malformed) }
    }

    /// USERNAME cut at its first colon: the part before it is the ufrag of the agent that is asked.
    pub fn ufrags(&self) -> Option<(&'a [u8], &'a [u8])> {
        let colon = self.username.iter().position(|&byte| byte == b':')?;
        Some((&self.username[..colon], &self.username[colon + 1..]))
    }

    /// Whether MESSAGE-INTEGRITY is there and right for the short-term `password` (RFC 8489 14.5).
    pub fn verify(&self, password: &[u8]) -> bool {
        self.verify_with(&Integrity::new(password))
    }

    /// As [`Message::verify`], with a key prepared before.
    pub fn verify_with(&self, key: &Integrity) -> bool {
        let Some(at) = self.integrity_at else {
            return false;
        };
        let tag = key.tag(&self.bytes[..at]);
        verify_slices_are_equal(&tag, &self.bytes[at + 4..at + 24]).is_ok()
    }
}

/// The HMAC-SHA1 key of one short-term password.
pub struct Integrity(hmac::Key);

impl Integrity {
    pub fn new(password: &[u8]) -> Integrity {
        Integrity(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password))
    }

    /// The tag of a message whose bytes before the attribute are `before`, with the length as if it ended there.
    fn tag(&self, before: &[u8]) -> [u8; 20] {
        let length = (before.len() - HEADER_LEN + 24) as u16;
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&before[..2]);
        context.update(&length.to_be_bytes());
        context.update(&before[4..]);
        let mut tag = [0; 20];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

/// Write the success answer to an authenticated request from `peer` into `out`. Returns its length.
pub fn write_success(
    out: &mut [u8],
    transaction: &[u8; 12],
    peer: SocketAddr,
    key: &Integrity,
) -> Result<usize, Malformed> {
    let mut writer = Writer::begin(out, BINDING_SUCCESS, transaction)?;
    let port = (peer.port() ^ (COOKIE >> 16) as u16).to_be_bytes();
    let mut value = [0, 0, port[0], port[1], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&COOKIE.to_be_bytes());
    mask[4..].copy_from_slice(transaction);
    let len = match peer.ip().to_canonical() {
        IpAddr::V4(ip) => {
            value[1] = 1;
            value[4..8].copy_from_slice(&ip.octets());
            8
        }
        IpAddr::V6(ip) => {
            value[1] = 2;
            value[4..].copy_from_slice(&ip.octets());
            20
        }
    };
    for (byte, mask) in value[4..len].iter_mut().zip(mask) {
        *byte ^= mask;
    }
    writer.attribute(XOR_MAPPED_ADDRESS, &value[..len])?;
    writer.finish(key)
}

/// Write an error answer, such as 487 for a role conflict (RFC 8445 7.3.1.1), to an authenticated request.
pub fn write_error(out: &mut [u8], transaction: &[u8; 12], code: u16, key: &Integrity) -> Result<usize, Malformed> {
    let mut writer = Writer::begin(out, BINDING_ERROR, transaction)?;
    writer.attribute(ERROR_CODE, &[0, 0, (code / 100) as u8, (code % 100) as u8])?;
    writer.finish(key)
}

/// What a checking peer puts in its request.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    pub transaction: [u8; 12],
    /// "theirs:ours", seen from the sender.
    pub username: &'a [u8],
    pub priority: u32,
    pub tie_breaker: u64,
    pub use_candidate: bool,
}

/// Write a connectivity check of a controlling agent into `out`. Returns its length. (The plane never sends one; its
/// load generator, its tests and a mirror shard do.)
pub fn write_check(out: &mut [u8], check: &Check<'_>, key: &Integrity) -> Result<usize, Malformed> {
    write_check_as(out, check, ICE_CONTROLLING, key)
}

/// As [`write_check`], of a controlled agent: it cannot nominate (RFC 8445 7.1.2).
pub fn write_controlled_check(out: &mut [u8], check: &Check<'_>, key: &Integrity) -> Result<usize, Malformed> {
    write_check_as(out, &Check { use_candidate: false, ..*check }, ICE_CONTROLLED, key)
}

fn write_check_as(out: &mut [u8], check: &Check<'_>, role: u16, key: &Integrity) -> Result<usize, Malformed> {
    let mut writer = Writer::begin(out, BINDING_REQUEST, &check.transaction)?;
    writer.attribute(USERNAME, check.username)?;
    writer.attribute(PRIORITY, &check.priority.to_be_bytes())?;
    writer.attribute(role, &check.tie_breaker.to_be_bytes())?;
    if check.use_candidate {
        writer.attribute(USE_CANDIDATE, &[])?;
    }
    writer.finish(key)
}

struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    fn begin(out: &'a mut [u8], kind: u16, transaction: &[u8; 12]) -> Result<Writer<'a>, Malformed> {
        let header = out.get_mut(..HEADER_LEN).ok_or(Malformed)?;
        header[..2].copy_from_slice(&kind.to_be_bytes());
        header[2..4].fill(0);
        header[4..8].copy_from_slice(&COOKIE.to_be_bytes());
        header[8..].copy_from_slice(transaction);
        Ok(Writer { out, len: HEADER_LEN })
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) -> Result<(), Malformed> {
        let padded = value.len().next_multiple_of(4);
        let place = self.out.get_mut(self.len..self.len + 4 + padded).ok_or(Malformed)?;
        place[..2].copy_from_slice(&kind.to_be_bytes());
        place[2..4].copy_from_slice(&u16::try_from(value.len()).map_err(|_| Malformed)?.to_be_bytes());
        place[4..4 + value.len()].copy_from_slice(value);
        place[4 + value.len()..].fill(0);
        self.len += 4 + padded;
        Ok(())
    }

    fn set_length(&mut self, len: usize) -> Result<(), Malformed> {
        let length = u16::try_from(len - HEADER_LEN).map_err(|_| Malformed)?;
        self.out[2..4].copy_from_slice(&length.to_be_bytes());
        Ok(())
    }

    /// Add MESSAGE-INTEGRITY and FINGERPRINT, each computed with the length that ends with itself.
    fn finish(mut self, key: &Integrity) -> Result<usize, Malformed> {
        let tag = key.tag(&self.out[..self.len]);
        self.attribute(MESSAGE_INTEGRITY, &tag)?;
        self.set_length(self.len + 8)?;
        let crc = crc32(&self.out[..self.len]) ^ FINGERPRINT_XOR;
        self.attribute(FINGERPRINT, &crc.to_be_bytes())?;
        Ok(self.len)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

fn double_word(value: &[u8]) -> Result<u64, Malformed> {
    value.first_chunk().map(|eight| u64::from_be_bytes(*eight)).ok_or(Malformed)
}

/// CRC-32 of ISO HDLC (RFC 8489 14.7), by table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, &byte| crc >> 8 ^ CRC_TABLE[usize::from(crc as u8 ^ byte)])
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
};

#[cfg(test)]
#[path = "stun_test.rs"]
mod tests;
