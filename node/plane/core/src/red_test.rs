use super::primary;

/// RFC 2198 3: none, one or two sounds of before, and the last.
#[test]
fn the_sound_of_the_packet_itself() {
    assert_eq!(primary(&[111, 7, 8]), Some((111, &[7, 8][..])));
    assert_eq!(primary(&[0x80 | 111, 15, 0, 2, 111, 1, 2, 7]), Some((111, &[7][..])));
    assert_eq!(primary(&[0x80 | 111, 30, 0, 1, 0x80 | 111, 15, 0, 2, 111, 1, 2, 2, 7, 8]), Some((111, &[7, 8][..])));
}

#[test]
fn what_is_cut_is_none() {
    let whole = [0x80 | 111, 30, 0, 1, 0x80 | 111, 15, 0, 2, 111, 1, 2, 2, 7];
    for len in 0..whole.len() {
        assert_eq!(primary(&whole[..len]), None, "{len}");
    }
    assert!(primary(&whole).is_some());
}
