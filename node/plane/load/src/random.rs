//! What must not be guessed: credentials, SSRCs, tie-breakers.

use openssl::rand::rand_bytes;

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand_bytes(&mut bytes).expect("the system has randomness");
    bytes
}

pub fn word() -> u32 {
    u32::from_be_bytes(bytes())
}

/// `len` characters that ICE allows (RFC 8839 5.4).
pub fn ice_chars(len: usize) -> String {
    const CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..len).map(|_| char::from(CHARS[usize::from(bytes::<1>()[0] & 63)])).collect()
}
