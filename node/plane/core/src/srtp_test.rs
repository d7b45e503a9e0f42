use super::*;
use proptest::prelude::*;

const PROFILES: [Profile; 3] = [Profile::AeadAes128Gcm, Profile::AeadAes256Gcm, Profile::Aes128CmSha1_80];

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    let digit = |c: u8| (c as char).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect()
}

fn pair(profile: Profile) -> (Sealer, Opener) {
    let key: Vec<u8> = (0..profile.key_len() as u8).collect();
    let salt: Vec<u8> = (100..100 + profile.salt_len() as u8).collect();
    (Sealer::new(profile, &key, &salt).unwrap(), Opener::new(profile, &key, &salt).unwrap())
}

/// A plain packet of 12 bytes of header and `payload`, with room for any tag.
fn packet(sequence: u16, payload: &[u8]) -> (Vec<u8>, usize) {
    let mut packet = hex("80 60 0000 00000001 cafebabe");
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(payload);
    let len = packet.len();
    packet.resize(len + MAX_RTP_OVERHEAD, 0);
    (packet, len)
}

fn sealed(sealer: &Sealer, index: u64, payload: &[u8]) -> Vec<u8> {
    let (mut packet, len) = packet(index as u16, payload);
    let total = sealer.seal_rtp(&mut packet, len, index, 12).unwrap();
    packet.truncate(total);
    packet
}

// ---------------------------------------------------------------- vectors

/// RFC 3711 B.3: key derivation.
#[test]
fn session_keys_are_those_of_rfc_3711() {
    let prf = Prf::new(&hex("E1F97A0D3E018BE0D64FA32C06DE4139"), &hex("0EC675AD498AFEEBB6960B3AABE6")).unwrap();
    let (mut key, mut salt, mut auth) = ([0; 16], [0; 14], [0; 20]);
    prf.expand(0, &mut key).unwrap();
    prf.expand(2, &mut salt).unwrap();
    prf.expand(1, &mut auth).unwrap();
    assert_eq!(key[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(auth[..], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

/// RFC 3711 B.2: the AES counter mode keystream.
#[test]
fn the_keystream_is_that_of_rfc_3711() {
    let key = counter_key(&hex("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
    let salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().unwrap();
    let mut stream = [0; 48];
    counter_mode(&key, cm_iv(&salt, [0; 4], 0), &mut stream).unwrap();
    assert_eq!(
        stream[..],
        hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0")
    );
}

/// Sealer and opener with these session keys, skipping the key derivation, as the vectors of RFC 7714 do.
fn with_session_keys(profile: Profile) -> (Sealer, Opener) {
    let secret: Vec<u8> = (0..profile.key_len() as u8).collect();
    let algorithm = if secret.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
    let cipher =
        || Cipher::Gcm { key: LessSafeKey::new(UnboundKey::new(algorithm, &secret).unwrap()), salt: *b"Quid pro quo" };
    let keys = || Keys { rtp: cipher(), rtcp: cipher() };
    (Sealer { profile, keys: keys() }, Opener { profile, keys: keys(), rtcp_senders: Vec::new() })
}

/// RFC 7714 16.1.1, 16.2.1: Gallia est omnis divisa in partes tres.
#[test]
fn sealed_rtp_is_that_of_rfc_7714() {
    let vectors = [
        (
            Profile::AeadAes128Gcm,
            "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            Profile::AeadAes256Gcm,
            "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ];
    for (profile, expected) in vectors {
        let (sealer, opener) = with_session_keys(profile);
        let mut packet = hex("8040f17b8041f8d35501a0b2");
        packet.extend_from_slice(b"Gallia est omnis divisa in partes tres");
        let plain = packet.clone();
        packet.resize(plain.len() + 16, 0);
        let total = sealer.seal_rtp(&mut packet, plain.len(), 0xf17b, 12).unwrap();
        assert_eq!(packet[12..total], hex(expected));
        let len = opener.open_rtp(&mut packet, 12, 0xf17b).unwrap();
        assert_eq!(packet[..len], plain);
    }
}

/// RFC 7714 17.1, 17.2.
#[test]
fn sealed_rtcp_is_that_of_rfc_7714() {
    let vectors = [
        (
            Profile::AeadAes128Gcm,
            "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b\
             c84aa45896cf4d2fc5abf87245d9eade800005d4",
        ),
        (
            Profile::AeadAes256Gcm,
            "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad\
             1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
        ),
    ];
    for (profile, expected) in vectors {
        let (sealer, mut opener) = with_session_keys(profile);
        let plain = hex("81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61\
                         deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
        let mut packet = plain.clone();
        packet.resize(plain.len() + MAX_RTCP_OVERHEAD, 0);
        let total = sealer.seal_rtcp(&mut packet, plain.len(), 0x5d4).unwrap();
        assert_eq!(packet[8..total], hex(expected));
        let len = opener.open_rtcp(&mut packet[..total]).unwrap();
        assert_eq!(packet[..len], plain);
    }
}

// ---------------------------------------------------------------- properties

proptest! {
    #[test]
    fn what_is_sealed_opens(
        which in 0..3usize,
        payload in prop::collection::vec(any::<u8>(), 0..1400),
        index in 0..1u64 << 48,
    ) {
        let (sealer, opener) = pair(PROFILES[which]);
        let (plain, len) = packet(index as u16, &payload);
        let mut wire = sealed(&sealer, index, &payload);
        prop_assert_eq!(wire.len(), len + PROFILES[which].tag_len());
        prop_assert_eq!(opener.open_rtp(&mut wire, 12, index), Ok(len));
        prop_assert_eq!(&wire[..len], &plain[..len]);
    }

    #[test]
    fn one_flipped_bit_is_noticed(which in 0..3usize, at in 0..100usize, bit in 0..8u32) {
        let (sealer, opener) = pair(PROFILES[which]);
        let mut wire = sealed(&sealer, 7, &[0x55; 100]);
        wire[at] ^= 1 << bit;
        prop_assert_eq!(opener.open_rtp(&mut wire, 12, 7), Err(Error::Auth));
    }

    /// H8: the short-packet underflow; whatever the bytes and their length, an answer and no panic.
    #[test]
    fn arbitrary_bytes_never_open(which in 0..3usize, mut bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let (_, mut opener) = pair(PROFILES[which]);
        prop_assert!(opener.open_rtcp(&mut bytes).is_err());
        prop_assert!(opener.open_rtp(&mut bytes, 12, 0).is_err());
        prop_assert!(opener.open_rtp(&mut bytes, 400, 0).is_err());
    }
}

#[test]
fn keys_of_the_wrong_length_are_refused() {
    for profile in PROFILES {
        assert_eq!(Sealer::new(profile, &[0; 15], &[0; 12]).err(), Some(Error::Key));
        assert_eq!(Opener::new(profile, &[0; 16], &[0; 13]).err(), Some(Error::Key));
    }
}

#[test]
fn a_buffer_without_room_for_the_tag_is_refused() {
    for profile in PROFILES {
        let (sealer, _) = pair(profile);
        assert_eq!(sealer.seal_rtp(&mut [0x80; 50], 50, 0, 12), Err(Error::Room));
        assert_eq!(sealer.seal_rtcp(&mut [0x80; 50], 40, 0), Err(Error::Room));
    }
}

/// The header is not encrypted but is authenticated, with all its CSRCs and extensions.
#[test]
fn a_long_header_stays_readable() {
    for profile in PROFILES {
        let (sealer, opener) = pair(profile);
        let (mut wire, len) = packet(9, &[0xAB; 60]);
        let total = sealer.seal_rtp(&mut wire, len, 9, 32).unwrap();
        assert_eq!(wire[12..32], [0xAB; 20]);
        assert_ne!(wire[32..64], [0xAB; 32]);
        assert_eq!(opener.open_rtp(&mut wire[..total], 32, 9), Ok(len));
    }
}

// ---------------------------------------------------------------- replay

/// What a receiver does with each packet: estimate, check, open, commit.
fn receive(opener: &Opener, window: &mut ReplayWindow, wire: &[u8]) -> Result<u64, Error> {
    let mut packet = wire.to_vec();
    let index = window.estimate(u16::from_be_bytes([packet[2], packet[3]]));
    if !window.check(index) {
        return Err(Error::Replay);
    }
    opener.open_rtp(&mut packet, 12, index)?;
    window.commit(index);
    Ok(index)
}

/// H7: one packet twice.
#[test]
fn a_repeated_packet_is_refused() {
    let (sealer, opener) = pair(Profile::AeadAes128Gcm);
    let mut window = ReplayWindow::new();
    let wire = sealed(&sealer, 1000, b"hello");
    assert_eq!(receive(&opener, &mut window, &wire), Ok(1000));
    assert_eq!(receive(&opener, &mut window, &wire), Err(Error::Replay));
}

/// H7: a window of 64 packets again, in order and reversed, and what is too old to tell.
#[test]
fn a_repeated_window_is_refused_and_late_packets_are_not() {
    let (sealer, opener) = pair(Profile::AeadAes128Gcm);
    let mut window = ReplayWindow::new();
    let wires: Vec<_> = (0..2000).map(|index| sealed(&sealer, index, b"x")).collect();
    let held_back = 1500;
    for (index, wire) in wires.iter().enumerate().filter(|(index, _)| *index != held_back) {
        assert_eq!(receive(&opener, &mut window, wire), Ok(index as u64));
    }
    for wire in wires[1936..].iter().chain(wires[1936..].iter().rev()) {
        assert_eq!(receive(&opener, &mut window, wire), Err(Error::Replay));
    }
    assert_eq!(receive(&opener, &mut window, &wires[held_back]), Ok(1500));
    assert_eq!(receive(&opener, &mut window, &wires[held_back]), Err(Error::Replay));
    assert_eq!(receive(&opener, &mut window, &wires[500]), Err(Error::Replay));
}

/// H7: the same sequence number one rollover later is another packet; the old one does not open in its place.
#[test]
fn a_packet_of_the_last_rollover_is_refused() {
    for profile in PROFILES {
        let (sealer, opener) = pair(profile);
        let mut window = ReplayWindow::new();
        let old = sealed(&sealer, 40, b"before");
        for index in (40..65_600).step_by(50).chain([65_575]) {
            receive(&opener, &mut window, &sealed(&sealer, index, b"between")).unwrap();
        }
        assert_eq!(receive(&opener, &mut window, &old), Err(Error::Auth));
        assert_eq!(receive(&opener, &mut window, &sealed(&sealer, 65_536 + 40, b"after")), Ok(65_576));
    }
}

/// H7: three rollovers with every second packet lost: no lock-out, each of the others delivered once.
#[test]
fn rollovers_are_counted_through_half_the_packets_lost() {
    let (sealer, opener) = pair(Profile::AeadAes128Gcm);
    let mut window = ReplayWindow::new();
    let mut state = 1u32; // a small generator: which packets are lost is the same in every run
    for index in 65_000..3 * 65_536 + 1000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if index == 65_000 || state >> 31 == 0 {
            assert_eq!(receive(&opener, &mut window, &sealed(&sealer, index, b"")), Ok(index));
        }
    }
}

/// H7: a forged packet far ahead must not move the window, or true packets would be refused.
#[test]
fn a_forged_packet_moves_nothing() {
    let (sealer, opener) = pair(Profile::AeadAes128Gcm);
    let mut window = ReplayWindow::new();
    receive(&opener, &mut window, &sealed(&sealer, 100, b"true")).unwrap();
    let mut forged = sealed(&sealer, 30_000, b"false");
    forged[20] ^= 1;
    for _ in 0..200 {
        assert_eq!(receive(&opener, &mut window, &forged), Err(Error::Auth));
    }
    assert_eq!(window.highest(), Some(100));
    assert_eq!(receive(&opener, &mut window, &sealed(&sealer, 101, b"true")), Ok(101));
}

proptest! {
    /// The bit ring says the same as a set of everything seen.
    #[test]
    fn the_window_agrees_with_a_plain_set(steps in prop::collection::vec(-1200i64..1200, 1..400)) {
        let mut window = ReplayWindow::new();
        let mut seen = std::collections::HashSet::new();
        let mut at: i64 = 100_000;
        let mut highest = 0;
        for step in steps {
            at = (at + step).max(0);
            let index = at as u64;
            let fresh = !seen.contains(&index) && (seen.is_empty() || index + WINDOW > highest);
            prop_assert_eq!(window.check(index), fresh);
            if fresh {
                window.commit(index);
                seen.insert(index);
                highest = highest.max(index);
            }
        }
    }

    #[test]
    fn an_index_is_estimated_within_half_a_cycle(highest in 40_000u64..1 << 40, step in -32_000i64..32_000) {
        let mut window = ReplayWindow::new();
        window.commit(highest);
        let index = highest.checked_add_signed(step).unwrap();
        prop_assert_eq!(window.estimate(index as u16), index);
    }
}

/// H7 for SRTCP: the index is explicit, each sender has its own window, and a forged packet takes no place.
#[test]
fn a_repeated_compound_is_refused() {
    for profile in PROFILES {
        let (sealer, mut opener) = pair(profile);
        let compound = |ssrc: u8, index: u32| {
            let mut wire = hex("80c90001 000000");
            wire.push(ssrc);
            wire.resize(8 + MAX_RTCP_OVERHEAD, 0);
            let total = sealer.seal_rtcp(&mut wire, 8, index).unwrap();
            wire.truncate(total);
            wire
        };
        assert_eq!(opener.open_rtcp(&mut compound(1, 5)), Ok(8));
        assert_eq!(opener.open_rtcp(&mut compound(1, 5)), Err(Error::Replay));
        assert_eq!(opener.open_rtcp(&mut compound(1, 3)), Ok(8));
        assert_eq!(opener.open_rtcp(&mut compound(2, 5)), Ok(8));
        assert_eq!(opener.open_rtcp(&mut compound(1, 500)), Ok(8));
        assert_eq!(opener.open_rtcp(&mut compound(1, 6)), Err(Error::Replay));
        let mut forged = compound(3, 1);
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(opener.open_rtcp(&mut forged), Err(Error::Auth));
        assert_eq!(opener.rtcp_senders.len(), 2);
    }
}

/// An RTCP packet that claims not to be encrypted is refused whatever its tag says.
#[test]
fn unencrypted_rtcp_is_refused() {
    for profile in PROFILES {
        let (_, mut opener) = pair(profile);
        assert_eq!(opener.open_rtcp(&mut [0; 40]), Err(Error::Auth));
    }
}
