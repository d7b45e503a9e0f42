//! Keys for everyone, derived from a number: both processes of a run must know them, nobody else is in danger.

use plane_core::contract::{SetKeys, SrtpProfile};
use plane_core::srtp::{Opener, Profile, Sealer};

/// The transport whose media all others receive.
pub const PUBLISHER: u32 = u32::MAX;

pub struct Keys {
    profile: Profile,
    /// Master key and salt of what the peer sends, and of what it receives.
    pub to_plane: (Vec<u8>, Vec<u8>),
    pub from_plane: (Vec<u8>, Vec<u8>),
}

impl Keys {
    pub fn of(peer: u32, profile: Profile) -> Keys {
        let bytes = |label: u8, len: usize| -> Vec<u8> {
            let mut state = (u64::from(peer) << 8 | u64::from(label)).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            };
            (0..len).map(|_| next()).collect()
        };
        let pair = |label| (bytes(label, profile.key_len()), bytes(label + 1, profile.salt_len()));
        Keys { profile, to_plane: pair(0), from_plane: pair(2) }
    }

    pub fn command(&self, transport: &str) -> SetKeys {
        SetKeys {
            transport: transport.into(),
            profile: number(self.profile) as i32,
            inbound_key: self.to_plane.0.clone(),
            inbound_salt: self.to_plane.1.clone(),
            outbound_key: self.from_plane.0.clone(),
            outbound_salt: self.from_plane.1.clone(),
        }
    }

    pub fn sealer(&self) -> Sealer {
        Sealer::new(self.profile, &self.to_plane.0, &self.to_plane.1).expect("the lengths are the profile's")
    }

    pub fn opener(&self) -> Opener {
        Opener::new(self.profile, &self.from_plane.0, &self.from_plane.1).expect("the lengths are the profile's")
    }
}

fn number(profile: Profile) -> SrtpProfile {
    match profile {
        Profile::Aes128CmSha1_80 => SrtpProfile::Aes128CmSha180,
        Profile::AeadAes128Gcm => SrtpProfile::AeadAes128Gcm,
        Profile::AeadAes256Gcm => SrtpProfile::AeadAes256Gcm,
    }
}
