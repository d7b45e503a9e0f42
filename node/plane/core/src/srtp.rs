//! SRTP and SRTCP, in place and without allocation: RFC 3711 (AES-CM with HMAC-SHA1) and RFC 7714 (AES-GCM).
//!
//! One [`Sealer`] and one [`Opener`] carry a whole direction of a transport: every SSRC of it shares the session keys.
//! Rollover counting and replay protection of RTP are per SSRC and belong to the caller, who keeps one
//! [`ReplayWindow`] beside each incoming stream and commits to it only after a packet has been authenticated.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

/// Bytes that a buffer must have beyond the plain packet for [`Sealer::seal_rtp`] in any profile.
pub const MAX_RTP_OVERHEAD: usize = 16;
/// Bytes that a buffer must have beyond the plain compound for [`Sealer::seal_rtcp`] in any profile.
pub const MAX_RTCP_OVERHEAD: usize = 20;

const E_FLAG: u32 = 0x8000_0000;
const RTP_FIXED: usize = 12;
const RTCP_CLEAR: usize = 8;
const TRAILER: usize = 4;

/// A protection profile of DTLS-SRTP (RFC 5764 4.1.2, RFC 7714 14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Aes128CmSha1_80,
    AeadAes128Gcm,
    AeadAes256Gcm,
}

impl Profile {
    /// Length of the master key in bytes.
    pub const fn key_len(self) -> usize {
        match self {
            Profile::Aes128CmSha1_80 | Profile::AeadAes128Gcm => 16,
            Profile::AeadAes256Gcm => 32,
        }
    }

    /// Length of the master salt in bytes.
    pub const fn salt_len(self) -> usize {
        match self {
            Profile::Aes128CmSha1_80 => 14,
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => 12,
        }
    }

    /// Length of the authentication tag in bytes: what sealing adds to an RTP packet.
    pub const fn tag_len(self) -> usize {
        match self {
            Profile::Aes128CmSha1_80 => 10,
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => 16,
        }
    }
}

/// Why a packet was not sealed or opened. The buffer's content is undefined after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Key or salt has the wrong length for the profile.
    Key,
    /// The packet is shorter than the smallest possible one, or the header does not fit in it.
    Short,
    /// The buffer has no room for the tag.
    Room,
    /// The tag does not match: wrong key, wrong index or a forged packet.
    Auth,
    /// The index was seen before or is too old to tell.
    Replay,
}

// ---------------------------------------------------------------- session keys

enum Cipher {
    Gcm { key: LessSafeKey, salt: [u8; 12] },
    Cm(Box<CounterMode>), // rare, and three times as large
}

struct CounterMode {
    key: EncryptingKey,
    salt: [u8; 14],
    mac: hmac::Key,
}

/// Both directions' session keys have this shape: one cipher for RTP, one for RTCP.
struct Keys {
    rtp: Cipher,
    rtcp: Cipher,
}

/// Labels of RFC 3711 4.3.2.
const RTP_LABELS: [u8; 3] = [0, 1, 2];
const RTCP_LABELS: [u8; 3] = [3, 4, 5];

impl Keys {
    fn derive(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Keys, Error> {
        if key.len() != profile.key_len() || salt.len() != profile.salt_len() {
            return Err(Error::Key);
        }
        let prf = Prf::new(key, salt)?;
        Ok(Keys { rtp: Cipher::derive(profile, &prf, RTP_LABELS)?, rtcp: Cipher::derive(profile, &prf, RTCP_LABELS)? })
    }
}

impl Cipher {
    fn derive(profile: Profile, prf: &Prf, [enc, auth, salting]: [u8; 3]) -> Result<Cipher, Error> {
        let mut key = [0; 32];
        let key = &mut key[..profile.key_len()];
        prf.expand(enc, key)?;
        if profile == Profile::Aes128CmSha1_80 {
            let (mut salt, mut secret) = ([0; 14], [0; 20]);
            prf.expand(salting, &mut salt)?;
            prf.expand(auth, &mut secret)?;
            let mac = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
            return Ok(Cipher::Cm(Box::new(CounterMode { key: counter_key(key)?, salt, mac })));
        }
        let algorithm = if key.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
        let mut salt = [0; 12];
        prf.expand(salting, &mut salt)?;
        let key = LessSafeKey::new(UnboundKey::new(algorithm, key).map_err(|_| Error::Key)?);
        Ok(Cipher::Gcm { key, salt })
    }
}

fn counter_key(key: &[u8]) -> Result<EncryptingKey, Error> {
    let algorithm = if key.len() == 16 { &AES_128 } else { &AES_256 };
    let key = UnboundCipherKey::new(algorithm, key).map_err(|_| Error::Key)?;
    EncryptingKey::ctr(key).map_err(|_| Error::Key)
}

fn counter_mode(key: &EncryptingKey, iv: [u8; 16], data: &mut [u8]) -> Result<(), Error> {
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    key.less_safe_encrypt(data, context).map(|_| ()).map_err(|_| Error::Auth)
}

/// The AES-CM pseudo-random function that turns a master key into session keys (RFC 3711 4.3.3, RFC 7714 11).
struct Prf {
    key: EncryptingKey,
    salt: [u8; 14],
}

impl Prf {
    fn new(key: &[u8], salt: &[u8]) -> Result<Prf, Error> {
        let mut padded = [0; 14]; // a 96-bit salt is padded on the right, RFC 7714 11
        padded[..salt.len()].copy_from_slice(salt);
        Ok(Prf { key: counter_key(key)?, salt: padded })
    }

    /// Fill `out` with the keystream of `label`; the key derivation rate is 0, as DTLS-SRTP requires.
    fn expand(&self, label: u8, out: &mut [u8]) -> Result<(), Error> {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        iv[7] ^= label;
        out.fill(0);
        counter_mode(&self.key, iv, out)
    }
}

// ---------------------------------------------------------------- nonces

/// RFC 7714 8.1: 00 00 | SSRC | ROC | SEQ, exclusive-or the salt.
fn gcm_rtp_nonce(salt: &[u8; 12], ssrc: [u8; 4], index: u64) -> Nonce {
    let mut iv = *salt;
    xor(&mut iv[2..6], &ssrc);
    xor(&mut iv[6..12], &index.to_be_bytes()[2..]);
    Nonce::assume_unique_for_key(iv)
}

/// RFC 7714 9.1: 00 00 | SSRC | 00 00 | 0 + 31-bit index, exclusive-or the salt.
fn gcm_rtcp_nonce(salt: &[u8; 12], ssrc: [u8; 4], index: u32) -> Nonce {
    let mut iv = *salt;
    xor(&mut iv[2..6], &ssrc);
    xor(&mut iv[8..12], &index.to_be_bytes());
    Nonce::assume_unique_for_key(iv)
}

/// RFC 3711 4.1.1: salt · 2^16 ⊕ SSRC · 2^64 ⊕ index · 2^16.
fn cm_iv(salt: &[u8; 14], ssrc: [u8; 4], index: u64) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    xor(&mut iv[4..8], &ssrc);
    xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
    iv
}

fn xor(into: &mut [u8], with: &[u8]) {
    for (a, b) in into.iter_mut().zip(with) {
        *a ^= b;
    }
}

fn four(bytes: &[u8], at: usize) -> [u8; 4] {
    [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
}

/// HMAC-SHA1 over `authenticated`, cut to 80 bits.
fn tag80(mac: &hmac::Key, authenticated: &[u8]) -> [u8; 10] {
    let full = hmac::sign(mac, authenticated);
    let mut tag = [0; 10];
    tag.copy_from_slice(&full.as_ref()[..10]);
    tag
}

// ---------------------------------------------------------------- sealing

/// Protects what one transport sends.
pub struct Sealer {
    profile: Profile,
    keys: Keys,
}

impl Sealer {
    /// Derive the session keys of `profile` from a master `key` and `salt` of its lengths.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Sealer, Error> {
        Ok(Sealer { profile, keys: Keys::derive(profile, key, salt)? })
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Seal the RTP packet in `buf[..len]`, whose header (with CSRCs and extensions) takes `header_len` bytes.
    ///
    /// `index` is rollover counter · 2^16 + sequence number and must never repeat for an SSRC. `buf` needs
    /// [`Profile::tag_len`] bytes beyond `len`. Returns the total length.
    pub fn seal_rtp(&self, buf: &mut [u8], len: usize, index: u64, header_len: usize) -> Result<usize, Error> {
        if header_len < RTP_FIXED || header_len > len {
            return Err(Error::Short);
        }
        let total = len + self.profile.tag_len();
        let buf = buf.get_mut(..total).ok_or(Error::Room)?;
        let ssrc = four(buf, 8);
        match &self.keys.rtp {
            Cipher::Gcm { key, salt } => {
                let (header, rest) = buf.split_at_mut(header_len);
                let (payload, tag) = rest.split_at_mut(len - header_len);
                let nonce = gcm_rtp_nonce(salt, ssrc, index);
                key.seal_in_place_scatter(nonce, Aad::from(&*header), payload, &[], tag).map_err(|_| Error::Room)?;
            }
            Cipher::Cm(cm) => {
                counter_mode(&cm.key, cm_iv(&cm.salt, ssrc, index), &mut buf[header_len..len])?;
                buf[len..len + 4].copy_from_slice(&rollover(index)); // the tag will take its place
                let tag = tag80(&cm.mac, &buf[..len + 4]);
                buf[len..].copy_from_slice(&tag);
            }
        }
        Ok(total)
    }

    /// Seal the RTCP compound in `buf[..len]`. `index` (31 bits) must never repeat for the sender SSRC.
    ///
    /// `buf` needs [`MAX_RTCP_OVERHEAD`] bytes beyond `len`. Returns the total length.
    pub fn seal_rtcp(&self, buf: &mut [u8], len: usize, index: u32) -> Result<usize, Error> {
        if len < RTCP_CLEAR {
            return Err(Error::Short);
        }
        let total = len + self.profile.tag_len() + TRAILER;
        let buf = buf.get_mut(..total).ok_or(Error::Room)?;
        let ssrc = four(buf, 4);
        let index = index & !E_FLAG;
        let trailer = (index | E_FLAG).to_be_bytes();
        match &self.keys.rtcp {
            Cipher::Gcm { key, salt } => {
                let aad = rtcp_aad(buf, trailer);
                let (payload, rest) = buf[RTCP_CLEAR..].split_at_mut(len - RTCP_CLEAR);
                let (tag, esrtcp) = rest.split_at_mut(16);
                let nonce = gcm_rtcp_nonce(salt, ssrc, index);
                key.seal_in_place_scatter(nonce, Aad::from(aad), payload, &[], tag).map_err(|_| Error::Room)?;
                esrtcp.copy_from_slice(&trailer);
            }
            Cipher::Cm(cm) => {
                counter_mode(&cm.key, cm_iv(&cm.salt, ssrc, u64::from(index)), &mut buf[RTCP_CLEAR..len])?;
                buf[len..len + 4].copy_from_slice(&trailer);
                let tag = tag80(&cm.mac, &buf[..len + 4]);
                buf[len + 4..].copy_from_slice(&tag);
            }
        }
        Ok(total)
    }
}

fn rollover(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

/// RFC 7714 9.2: the associated data of an encrypted SRTCP packet are its first 8 bytes and the trailer.
fn rtcp_aad(buf: &[u8], trailer: [u8; 4]) -> [u8; 12] {
    let mut aad = [0; 12];
    aad[..RTCP_CLEAR].copy_from_slice(&buf[..RTCP_CLEAR]);
    aad[RTCP_CLEAR..].copy_from_slice(&trailer);
    aad
}

// ---------------------------------------------------------------- opening

/// Opens what one transport receives.
pub struct Opener {
    profile: Profile,
    keys: Keys,
    rtcp_senders: Vec<(u32, RtcpWindow)>,
}

/// SSRCs that may send RTCP on one transport; only authenticated packets take a place.
const MAX_RTCP_SENDERS: usize = 64;

impl Opener {
    /// Derive the session keys of `profile` from a master `key` and `salt` of its lengths.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Opener, Error> {
        Ok(Opener { profile, keys: Keys::derive(profile, key, salt)?, rtcp_senders: Vec::new() })
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Open the SRTP packet that fills `buf`, whose header takes `header_len` bytes. Returns the plain length.
    ///
    /// `index` comes from [`ReplayWindow::estimate`]; the caller checks it before and commits it after.
    pub fn open_rtp(&self, buf: &mut [u8], header_len: usize, index: u64) -> Result<usize, Error> {
        let tag_len = self.profile.tag_len();
        if header_len < RTP_FIXED || buf.len() < header_len + tag_len {
            return Err(Error::Short);
        }
        let len = buf.len() - tag_len;
        let ssrc = four(buf, 8);
        match &self.keys.rtp {
            Cipher::Gcm { key, salt } => {
                let (header, sealed) = buf.split_at_mut(header_len);
                let nonce = gcm_rtp_nonce(salt, ssrc, index);
                key.open_in_place(nonce, Aad::from(&*header), sealed).map_err(|_| Error::Auth)?;
            }
            Cipher::Cm(cm) => {
                let mut received = [0; 10];
                received.copy_from_slice(&buf[len..]);
                buf[len..len + 4].copy_from_slice(&rollover(index)); // authenticated, never sent: RFC 3711 4.2
                let tag = tag80(&cm.mac, &buf[..len + 4]);
                verify_slices_are_equal(&tag, &received).map_err(|_| Error::Auth)?;
                counter_mode(&cm.key, cm_iv(&cm.salt, ssrc, index), &mut buf[header_len..len])?;
            }
        }
        Ok(len)
    }

    /// Open the SRTCP packet that fills `buf`, refusing an index seen before. Returns the plain length.
    ///
    /// An unencrypted one (E flag clear) is refused: no peer of ours may send it (RFC 8827 6.5).
    pub fn open_rtcp(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        let tag_len = self.profile.tag_len();
        if buf.len() < RTCP_CLEAR + tag_len + TRAILER {
            return Err(Error::Short);
        }
        let ssrc = four(buf, 4);
        let len = buf.len() - tag_len - TRAILER;
        let gcm = matches!(self.keys.rtcp, Cipher::Gcm { .. });
        let trailer = four(buf, if gcm { len + tag_len } else { len });
        let word = u32::from_be_bytes(trailer);
        if word & E_FLAG == 0 {
            return Err(Error::Auth);
        }
        let index = word & !E_FLAG;
        let place = self.rtcp_senders.iter().position(|(known, _)| *known == u32::from_be_bytes(ssrc));
        if place.is_some_and(|at| !self.rtcp_senders[at].1.check(index)) {
            return Err(Error::Replay);
        }
        match &self.keys.rtcp {
            Cipher::Gcm { key, salt } => {
                let aad = rtcp_aad(buf, trailer);
                let nonce = gcm_rtcp_nonce(salt, ssrc, index);
                let sealed = &mut buf[RTCP_CLEAR..len + tag_len];
                key.open_in_place(nonce, Aad::from(aad), sealed).map_err(|_| Error::Auth)?;
            }
            Cipher::Cm(cm) => {
                let tag = tag80(&cm.mac, &buf[..len + 4]);
                verify_slices_are_equal(&tag, &buf[len + 4..]).map_err(|_| Error::Auth)?;
                counter_mode(&cm.key, cm_iv(&cm.salt, ssrc, u64::from(index)), &mut buf[RTCP_CLEAR..len])?;
            }
        }
        self.commit_rtcp(place, u32::from_be_bytes(ssrc), index)?;
        Ok(len)
    }

    fn commit_rtcp(&mut self, place: Option<usize>, ssrc: u32, index: u32) -> Result<(), Error> {
        let at = match place {
            Some(at) => at,
            None if self.rtcp_senders.len() < MAX_RTCP_SENDERS => {
                self.rtcp_senders.push((ssrc, RtcpWindow::default()));
                self.rtcp_senders.len() - 1
            }
            // Its own keys were used, so the peer can only harm itself: without a window, no protection, no service.
            None => return Err(Error::Replay),
        };
        self.rtcp_senders[at].1.commit(index);
        Ok(())
    }
}

// ---------------------------------------------------------------- replay

/// Replay protection and rollover counting of one incoming SSRC (RFC 3711 3.3.1, 3.3.2 and appendix A).
///
/// Use: `estimate` the index, `check` it, open the packet with it, and `commit` it only if that succeeded.
#[derive(Debug, Clone)]
pub struct ReplayWindow {
    highest: u64,
    bits: [u64; WINDOW_WORDS],
    started: bool,
}

const WINDOW_WORDS: usize = 16;
const WINDOW: u64 = 64 * WINDOW_WORDS as u64;

impl Default for ReplayWindow {
    fn default() -> Self {
        ReplayWindow { highest: 0, bits: [0; WINDOW_WORDS], started: false }
    }
}

impl ReplayWindow {
    pub fn new() -> ReplayWindow {
        ReplayWindow::default()
    }

    /// The 48-bit index (rollover counter · 2^16 + sequence) that `sequence` most likely stands for.
    pub fn estimate(&self, sequence: u16) -> u64 {
        if !self.started {
            return u64::from(sequence);
        }
        let distance = sequence.wrapping_sub(self.highest as u16) as i16; // −2^15 … 2^15 − 1: the nearest
        match self.highest.checked_add_signed(i64::from(distance)) {
            Some(index) => index,
            None => u64::from(sequence), // before the first rollover there is nothing older
        }
    }

    /// Whether `index` is new. Changes nothing, so a forged packet cannot move the window.
    pub fn check(&self, index: u64) -> bool {
        if !self.started || index > self.highest {
            return true;
        }
        self.highest - index < WINDOW && self.bits[word(index)] & bit(index) == 0
    }

    /// Mark `index` as received. Call it only after authentication.
    pub fn commit(&mut self, index: u64) {
        if !self.started {
            self.started = true;
            self.highest = index;
        } else if index > self.highest {
            if index - self.highest >= WINDOW {
                self.bits = [0; WINDOW_WORDS];
            } else {
                for skipped in self.highest + 1..index {
                    self.bits[word(skipped)] &= !bit(skipped);
                }
            }
            self.highest = index;
        } else if self.highest - index >= WINDOW {
            return;
        }
        self.bits[word(index)] |= bit(index);
    }

    /// The highest committed index, if any.
    pub fn highest(&self) -> Option<u64> {
        self.started.then_some(self.highest)
    }
}

fn word(index: u64) -> usize {
    (index / 64) as usize % WINDOW_WORDS
}

fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

/// SRTCP carries its index, so a short window is enough: compounds are few and rarely late.
#[derive(Debug, Clone, Copy, Default)]
struct RtcpWindow {
    highest: u32,
    seen: u128, // bit n: highest − n
}

impl RtcpWindow {
    fn check(&self, index: u32) -> bool {
        index > self.highest || (self.highest - index < 128 && self.seen & (1 << (self.highest - index)) == 0)
    }

    fn commit(&mut self, index: u32) {
        if index > self.highest {
            self.seen = self.seen.checked_shl(index - self.highest).unwrap_or(0) | 1;
            self.highest = index;
        } else if self.highest - index < 128 {
            self.seen |= 1 << (self.highest - index);
        }
    }
}

#[cfg(test)]
#[path = "srtp_test.rs"]
mod tests;
