use super::*;
use proptest::prelude::*;

/// Bits as text, for what the specification draws as tables.
pub fn bytes(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).map(|bit| bit - b'0').collect();
    bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |value, (n, bit)| value | bit << (7 - n))).collect()
}

/// L1T2: two temporal layers, one chain, and the size.
fn l1t2() -> Vec<u8> {
    bytes(
        "1 1 000000 0000000000000001 \
         1 0 0 0 0 \
         000000 00001 \
         00 01 00 11 \
         10 10  10 10  00 01  00 01 \
         0  1 0001 0  1 0000 0 1 0001 0 \
         1 0 \
         0000 0010 0001 0001 \
         1 0000010011111111 0000001011001111",
    )
}

/// L2T1_KEY as libwebrtc makes it: two spatial layers that need each other at key frames only; each has a chain.
pub fn l2t1_key(number: u16) -> Vec<u8> {
    bytes(&format!(
        "1 1 000001 {number:016b} \
         1 0 0 0 0 \
         000000 00001 \
         00 10 00 11 \
         10 00  10 10  00 10  00 10 \
         1 0001 0  0  1 0001 0  1 0000 0 \
         1 1 \
         0 1 \
         0010 0001  0000 0000  0001 0010  0001 0001 \
         0"
    ))
}

#[test]
fn two_temporal_layers() {
    let descriptor = l1t2();
    let structure = Structure::parse(&descriptor).unwrap().unwrap();
    assert_eq!((structure.targets, structure.spatial_layers, structure.template_count), (2, 1, 4));
    assert_eq!(structure.sizes[0], (1280, 720));
    assert_eq!(structure.layers[..2], [(0, 0), (0, 1)]);
    let key = Frame::parse(&descriptor, &structure).unwrap();
    assert_eq!((key.start, key.end, key.number, key.spatial, key.temporal), (true, true, 1, 0, 0));
    assert_eq!([0, 1].map(|target| key.indications.of(target)), [Indication::Switch, Indication::Switch]);
}

#[test]
fn the_shortest_says_its_template_and_number() {
    let structure = Structure::parse(&l1t2()).unwrap().unwrap();
    assert_eq!(Structure::parse(&bytes("1 0 000011 0000000000000111")), Ok(None));
    let frame = Frame::parse(&bytes("1 0 000011 0000000000000111"), &structure).unwrap();
    assert_eq!((frame.start, frame.end, frame.number, frame.temporal), (true, false, 7, 1));
    assert_eq!(frame.active, None);
    assert_eq!(Frame::parse(&bytes("1 0 000100 0000000000000111"), &structure), Err(Malformed), "a fifth of four");
}

#[test]
fn what_is_custom_replaces_the_template() {
    let structure = Structure::parse(&l1t2()).unwrap().unwrap();
    let custom = bytes("1 1 000000 0000000000001000  0 1 1 1 1  01  11 01  01 0011 10 00000001 00  00000101");
    let frame = Frame::parse(&custom, &structure).unwrap();
    assert_eq!(frame.active, Some(0b01));
    assert_eq!([0, 1].map(|target| frame.indications.of(target)), [Indication::Required, Indication::Discardable]);
    assert_eq!(frame.chain(&structure, 1), Some(5));
}

#[test]
fn the_target_of_a_spatial_layer() {
    let structure = Structure::parse(&l2t1_key(1)).unwrap().unwrap();
    assert_eq!((structure.spatial_layers, structure.targets, structure.chains), (2, 2, 2));
    assert_eq!((structure.target(0, 3), structure.target(1, 3), structure.target(7, 3)), (0, 1, 1));
    assert_eq!(structure.target(1, 1), 0, "the sender has turned the upper one off");
    assert_eq!((structure.targets_up_to(0), structure.targets_up_to(1)), (1, 3));
}

#[test]
fn a_number_and_a_mask_are_written() {
    let structure = Structure::parse(&l2t1_key(1)).unwrap().unwrap();
    let short = bytes("1 0 000010 0000000000000111");
    for descriptor in [l2t1_key(9), short, bytes("0 1 000010 0000000000000111 0 1 0 0 0 11 0"), l2t1_key(65_535)] {
        let frame = Frame::parse(&descriptor, &structure).unwrap();
        let mut out = [0xFF; MAX_LEN];
        let len = frame.write(&descriptor, &structure, 4242, 0b01, &mut out).unwrap();
        let again = Frame::parse(&out[..len], &structure).unwrap();
        let expected = Frame { number: 4242, active: Some(1), active_at: again.active_at, ..frame };
        assert_eq!(again, expected);
        assert_eq!(Structure::parse(&out[..len]), Structure::parse(&descriptor));
    }
}

/// H9: cut anywhere, it is refused, or says less; never read past its end.
#[test]
fn every_cut_is_refused_or_shorter() {
    for whole in [l1t2(), l2t1_key(1)] {
        let structure = Structure::parse(&whole).unwrap().unwrap();
        for len in 0..whole.len() {
            let parsed = Structure::parse(&whole[..len]);
            assert!(parsed == Err(Malformed) || (len == 3 && parsed == Ok(None)), "{len} bytes");
            let frame = Frame::parse(&whole[..len], &structure);
            assert!(len == 3 || frame == Err(Malformed), "{len} bytes");
        }
    }
}

proptest! {
    /// H9: anything at all is parsed within its bounds, and what is parsed can be written.
    #[test]
    fn arbitrary_bytes(descriptor in prop::collection::vec(any::<u8>(), 0..256), number: u16, active: u32) {
        let known = Structure::parse(&l2t1_key(1)).unwrap().unwrap();
        let own = Structure::parse(&descriptor);
        if let Ok(frame) = Frame::parse(&descriptor, &known) {
            let structure = own.unwrap().unwrap_or(known);
            let active = active & all(structure.targets);
            let mut out = [0; MAX_LEN];
            if let Ok(len) = frame.write(&descriptor, &structure, number, active, &mut out) {
                let again = Frame::parse(&out[..len], &structure).unwrap();
                prop_assert_eq!((again.number, again.active), (number, Some(active)));
                prop_assert_eq!((again.indications, again.chains), (frame.indications, frame.chains));
            }
        }
    }
}
