//! ICE credentials that carry their own address.
//!
//! A ufrag names shard, slot and generation of a transport and ends with a MAC under a secret of the process. So a
//! check for a transport that never was is recognised by arithmetic alone: no table is searched, nothing is
//! allocated, nothing is answered (H11). The password is derived from the same secret, so that the core needs no
//! randomness and keeps no table of passwords.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

/// Length of a ufrag in characters.
pub const UFRAG_LEN: usize = 20;
/// Length of a password in characters: 192 bits.
pub const PASSWORD_LEN: usize = 32;

/// Where a transport lives. `generation` differs for every use of a slot and every ICE restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name {
    pub shard: u8,
    /// 24 bits.
    pub slot: u32,
    /// 24 bits, wrapping.
    pub generation: u32,
}

/// Makes and recognises the credentials of one process.
pub struct Naming {
    sip: [u64; 2],
    passwords: hmac::Key,
}

impl Naming {
    /// `secret` is random and new at each start of the process.
    pub fn new(secret: &[u8; 32]) -> Naming {
        let master = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let sip = hmac::sign(&master, b"ufrag");
        let half = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| sip.as_ref()[at + n]));
        let passwords = hmac::sign(&master, b"password");
        Naming { sip: [half(0), half(8)], passwords: hmac::Key::new(hmac::HMAC_SHA256, passwords.as_ref()) }
    }

    /// The ufrag of `name`: 20 characters of the ICE alphabet (RFC 8839 5.4).
    pub fn ufrag(&self, name: Name) -> String {
        let mut bytes = [0; 15];
        let plain = plain(name);
        bytes[..7].copy_from_slice(&plain);
        bytes[7..].copy_from_slice(&self.mac(&plain));
        text(&bytes)
    }

    /// The name in `ufrag`, if this process made it. O(1), without allocation.
    pub fn parse(&self, ufrag: &[u8]) -> Option<Name> {
        let ufrag: &[u8; UFRAG_LEN] = ufrag.try_into().ok()?;
        let mut bytes = [0; 15];
        for (four, three) in ufrag.chunks_exact(4).zip(bytes.chunks_exact_mut(3)) {
            let mut word = 0;
            for &character in four {
                let value = VALUES[usize::from(character)];
                if value > 63 {
                    return None;
                }
                word = word << 6 | u32::from(value);
            }
            three.copy_from_slice(&word.to_be_bytes()[1..]);
        }
        verify_slices_are_equal(&self.mac(&bytes[..7]), &bytes[7..]).ok()?;
        Some(Name {
            shard: bytes[0],
            slot: u32::from_be_bytes([0, bytes[1], bytes[2], bytes[3]]),
            generation: u32::from_be_bytes([0, bytes[4], bytes[5], bytes[6]]),
        })
    }

    /// The ICE password that belongs to the ufrag of `name`: 32 characters.
    pub fn password(&self, name: Name) -> String {
        text(&hmac::sign(&self.passwords, &plain(name)).as_ref()[..24])
    }

    fn mac(&self, plain: &[u8]) -> [u8; 8] {
        siphash(self.sip, plain).to_le_bytes()
    }
}

fn plain(name: Name) -> [u8; 7] {
    let (slot, generation) = (name.slot.to_be_bytes(), name.generation.to_be_bytes());
    [name.shard, slot[1], slot[2], slot[3], generation[1], generation[2], generation[3]]
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut n = 0;
    while n < 64 {
        values[ALPHABET[n] as usize] = n as u8;
        n += 1;
    }
    values
};

/// Base 64 of `bytes`, whose length is a multiple of 3.
fn text(bytes: &[u8]) -> String {
    let character = |word: u32, shift: u32| char::from(ALPHABET[(word >> shift & 63) as usize]);
    bytes
        .chunks_exact(3)
        .map(|three| u32::from_be_bytes([0, three[0], three[1], three[2]]))
        .flat_map(|word| [18, 12, 6, 0].map(|shift| character(word, shift)))
        .collect()
}

/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed function made for short inputs; about 20 ns.
fn siphash(key: [u64; 2], data: &[u8]) -> u64 {
    let mut v = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let absorb = |word: u64, v: &mut [u64; 4]| {
        v[3] ^= word;
        sip_round(v);
        sip_round(v);
        v[0] ^= word;
    };
    let mut chunks = data.chunks_exact(8);
    for chunk in &mut chunks {
        absorb(u64::from_le_bytes(std::array::from_fn(|n| chunk[n])), &mut v);
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    last[7] = data.len() as u8;
    absorb(u64::from_le_bytes(last), &mut v);
    v[2] ^= 0xFF;
    for _ in 0..4 {
        sip_round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn sip_round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
#[path = "mac_test.rs"]
mod tests;
