use super::*;

use proptest::prelude::*;

fn stream(packets: &[Vec<u8>]) -> Vec<u8> {
    packets.iter().flat_map(|packet| [head(packet.len()).unwrap().as_slice(), packet].concat()).collect()
}

/// What a reader finds in `pieces`, and whether it gave up.
fn read(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Result<(), TooLong>) {
    let (mut reader, mut found) = (Reader::default(), Vec::new());
    for piece in pieces {
        if let Err(error) = reader.push(&mut piece.to_vec(), |packet| found.push(packet.to_vec())) {
            return (found, Err(error));
        }
    }
    (found, Ok(()))
}

/// H15: two packets, cut at every byte, and one byte at a time.
#[test]
fn h15_cut_anywhere() {
    let packets = vec![vec![1; 20], vec![2; 300]];
    let bytes = stream(&packets);
    for at in 0..=bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(read(&[left, right]), (packets.clone(), Ok(())), "cut at {at}");
    }
    assert_eq!(read(&bytes.chunks(1).collect::<Vec<_>>()).0, packets);
}

/// H15: empty packets are nothing, and hold nothing.
#[test]
fn h15_empty_packets() {
    let mut reader = Reader::default();
    reader.push(&mut [0; 1001], |_| panic!("there is no packet in it")).unwrap();
    assert_eq!(reader.held(), 1);
    assert_eq!(read(&[&[0, 0, 0], &[0, 0, 1], &[7]]).0, [vec![7]]);
}

/// H15: a length that no packet has ends it at once, wherever it is cut, and nothing is held for it.
#[test]
fn h15_lengths_that_lie() {
    for claimed in [MAX_FRAME + 1, 0x4745, 65_535] {
        let head = head(claimed).unwrap();
        assert_eq!(read(&[&head]).1, Err(TooLong));
        assert_eq!(read(&[&head[..1], &head[1..]]).1, Err(TooLong));
        let mut reader = Reader::default();
        assert!(reader.push(&mut [head.to_vec(), vec![0; 60_000]].concat(), |_| panic!()).is_err());
        assert_eq!(reader.held(), 0);
    }
    assert_eq!(head(65_536), None);
}

proptest! {
    /// R: whatever the packets and wherever the cuts, the same packets come out, and no more than one is held.
    #[test]
    fn what_goes_in_comes_out(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..2048), 0..8),
        cuts in prop::collection::vec(1usize..4000, 1..40),
    ) {
        let bytes = stream(&packets);
        let (mut reader, mut found, mut rest) = (Reader::default(), Vec::new(), bytes.as_slice());
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            reader.push(&mut now.to_vec(), |packet| found.push(packet.to_vec())).unwrap();
            prop_assert!(reader.held() < 2 + MAX_FRAME);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(found, packets);
        prop_assert_eq!(reader.held(), 0);
    }

    /// R: noise is refused or read, never a reason to hold much.
    #[test]
    fn noise_holds_little(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 0..20)) {
        let mut reader = Reader::default();
        for mut piece in pieces {
            if reader.push(&mut piece, |packet| assert!((1..=MAX_FRAME).contains(&packet.len()))).is_err() {
                break;
            }
            prop_assert!(reader.held() < 2 + MAX_FRAME);
        }
    }
}
