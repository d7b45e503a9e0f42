//! Which transport an address belongs to. Only authenticated checks put an address here.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

use crate::ice::Connection;

/// Where something came from: over TCP a connection, so that no other with the same ports is ever taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub address: SocketAddr,
    pub connection: Option<Connection>,
}

impl Hash for Origin {
    /// Two words where derived code would write one for each field of the address: it is done for every datagram.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let port = u64::from(self.address.port());
        match self.address.ip() {
            IpAddr::V4(ip) => state.write_u64(u64::from(u32::from(ip)) << 16 | port),
            IpAddr::V6(ip) => {
                state.write_u64(ip.to_bits() as u64);
                state.write_u64((ip.to_bits() >> 64) as u64 ^ port);
            }
        }
        if let Some(connection) = self.connection {
            state.write_u64(connection.get());
        }
    }
}

/// Multiply-and-fold with a secret seed: an attacker can neither choose collisions nor insert without a password.
#[derive(Clone, Copy)]
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(seed | 1)
    }
}

impl BuildHasher for Seeded {
    type Hasher = Fold;
    fn build_hasher(&self) -> Fold {
        Fold { state: self.0, key: self.0 }
    }
}

pub struct Fold {
    state: u64,
    key: u64,
}

impl Fold {
    fn word(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.key ^ 0x9E37_79B9_7F4A_7C15);
        self.state = (product >> 64) as u64 ^ product as u64 ^ word.rotate_left(31);
    }
}

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.state
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, value: u8) {
        self.word(value.into());
    }
    fn write_u16(&mut self, value: u16) {
        self.word(value.into());
    }
    fn write_u32(&mut self, value: u32) {
        self.word(value.into());
    }
    fn write_u64(&mut self, value: u64) {
        self.word(value);
    }
    fn write_usize(&mut self, value: usize) {
        self.word(value as u64);
    }
    fn write_isize(&mut self, value: isize) {
        self.word(value as u64);
    }
}

pub type Addresses = HashMap<Origin, u32, Seeded>;
