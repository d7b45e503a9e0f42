use super::*;
use proptest::prelude::*;

fn naming() -> Naming {
    Naming::new(b"a secret of thirty-two bytes ...")
}

proptest! {
    #[test]
    fn a_ufrag_names_its_transport(shard: u8, slot in 0..1u32 << 24, generation in 0..1u32 << 24) {
        let name = Name { shard, slot, generation };
        let ufrag = naming().ufrag(name);
        prop_assert_eq!(ufrag.len(), UFRAG_LEN);
        prop_assert!(ufrag.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'+' || c == b'/'));
        prop_assert_eq!(naming().parse(ufrag.as_bytes()), Some(name));
        prop_assert_eq!(naming().password(name).len(), PASSWORD_LEN);
    }

    /// H11: a guessed ufrag is refused by arithmetic.
    #[test]
    fn a_ufrag_of_nobody_is_refused(ufrag in "[A-Za-z0-9+/]{20}") {
        prop_assert_eq!(naming().parse(ufrag.as_bytes()), None);
    }

    #[test]
    fn arbitrary_bytes_are_refused(ufrag: Vec<u8>) {
        prop_assert_eq!(naming().parse(&ufrag), None);
    }
}

#[test]
fn changing_any_character_spoils_it() {
    let ufrag = naming().ufrag(Name { shard: 1, slot: 2, generation: 3 }).into_bytes();
    for at in 0..ufrag.len() {
        let mut other = ufrag.clone();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(naming().parse(&other), None, "character {at}");
    }
}

#[test]
fn another_secret_makes_other_credentials() {
    let name = Name { shard: 0, slot: 0, generation: 0 };
    let other = Naming::new(&[7; 32]);
    assert_eq!(other.parse(naming().ufrag(name).as_bytes()), None);
    assert_ne!(other.password(name), naming().password(name));
    let next = Name { generation: 1, ..name };
    assert_ne!(naming().password(next), naming().password(name));
}

/// The vectors of the SipHash reference implementation, for 7, 8 and 15 bytes.
#[test]
fn siphash_gives_the_reference_values() {
    let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
    let data: Vec<u8> = (0..15).collect();
    assert_eq!(siphash(key, &data), 0xa129_ca61_49be_45e5);
    assert_eq!(siphash(key, &data[..7]).to_le_bytes(), [0x37, 0xd1, 0x01, 0x8b, 0xf5, 0x00, 0x02, 0xab]);
    assert_eq!(siphash(key, &data[..8]).to_le_bytes(), [0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93]);
}
