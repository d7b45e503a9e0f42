use super::*;
use crate::dependency::tests::{bytes, l2t1_key};

/// A stream of two spatial layers that need each other at key frames only; the plain frames after a key frame.
struct Stream {
    structure: Structure,
    number: u16,
}

impl Stream {
    fn new() -> Stream {
        Stream { structure: Structure::parse(&l2t1_key(1)).unwrap().unwrap(), number: 0 }
    }

    /// The frames of a picture, lowest spatial layer first.
    fn picture(&mut self, key: bool) -> [Frame; 2] {
        let first = self.number;
        self.number = self.number.wrapping_add(2);
        let upper = |template: u8, number: u16| bytes(&format!("1 1 {template:06b} {number:016b}"));
        let lower = if key { l2t1_key(first) } else { upper(0, first) };
        let upper = upper(if key { 3 } else { 2 }, first.wrapping_add(1));
        [lower, upper].map(|descriptor| Frame::parse(&descriptor, &self.structure).unwrap())
    }
}

#[test]
fn the_upper_layer_alone_after_a_key_frame() {
    let mut stream = Stream::new();
    let mut selector = Selector::default();
    let mut sent = |key: bool, wanted: u8| {
        let structure = stream.structure.clone();
        stream.picture(key).map(|frame| selector.judge(&frame, &structure, 3, wanted))
    };
    let (whole, below) = (Verdict::Send { last: true, active: 0 }, Verdict::Send { last: false, active: 0 });
    assert_eq!(sent(true, 1), [below, whole]);
    assert_eq!(sent(false, 1), [Verdict::Drop, whole]);
    assert_eq!(sent(false, 0), [Verdict::Drop, whole], "the lower layer's past is missing: not before a key frame");
    assert_eq!(sent(true, 0), [Verdict::Send { last: true, active: 1 }, Verdict::Drop]);
    assert_eq!(sent(false, 0), [Verdict::Send { last: true, active: 1 }, Verdict::Drop]);
    assert_eq!(sent(false, 1), [Verdict::Send { last: true, active: 1 }, Verdict::Drop]);
    assert_eq!(sent(true, 1), [below, whole]);
}

#[test]
fn one_fate_for_all_packets_of_a_frame() {
    let mut stream = Stream::new();
    let structure = stream.structure.clone();
    let mut selector = Selector::default();
    let [lower, upper] = stream.picture(true);
    assert_eq!(selector.judge(&lower, &structure, 3, 0), Verdict::Send { last: true, active: 1 });
    assert_eq!(selector.judge(&upper, &structure, 3, 0), Verdict::Drop);
    assert_eq!(selector.judge(&upper, &structure, 3, 1), Verdict::Drop, "its second packet");
    assert_eq!(selector.again(&upper, &structure, 3), Verdict::Drop);
    assert_eq!(selector.again(&lower, &structure, 3), Verdict::Send { last: true, active: 1 });
}

#[test]
fn nothing_before_a_key_frame_and_a_sender_that_turns_a_layer_off() {
    let mut stream = Stream::new();
    let structure = stream.structure.clone();
    let mut selector = Selector::default();
    stream.picture(true);
    assert!(stream.picture(false).iter().all(|frame| selector.judge(frame, &structure, 3, 1) == Verdict::Drop));
    let [lower, _] = stream.picture(true);
    assert_eq!(selector.judge(&lower, &structure, 1, 1), Verdict::Send { last: true, active: 0 });
    assert!(!selector.waits(&structure, 1, 1));
    assert!(selector.waits(&structure, 3, 1));
}
