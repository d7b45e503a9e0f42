use super::*;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    let digit = |c: u8| (c as char).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect()
}

/// RFC 5769 2.1: the sample request.
fn sample_request() -> Vec<u8> {
    hex("00010058 2112a442 b7e7a701 bc34d686 fa87dfae
         80220010 5354554e 20746573 7420636c 69656e74
         00240004 6e0001ff
         80290008 932ff9b1 51263b36
         00060009 6576746a 3a683676 59202020
         00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
         80280004 e57a3bcf")
}

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

#[test]
fn the_sample_request_of_rfc_5769_is_read_and_verified() {
    let bytes = sample_request();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.class, Class::Request);
    assert_eq!(message.ufrags(), Some((&b"evtj"[..], &b"h6vY"[..])));
    assert_eq!(message.priority, Some(0x6e00_01ff));
    assert_eq!(message.controlled, Some(0x932f_f9b1_5126_3b36));
    assert!(message.verify(PASSWORD));
    assert!(!message.verify(b"another"));
}

/// RFC 5769 2.2: the answer to it, IPv4. Ours carries no SOFTWARE, so it is compared by reading the sample back.
#[test]
fn the_sample_answer_of_rfc_5769_is_read_and_ours_says_the_same() {
    let sample = hex("0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
                      8022000b 74657374 20766563 746f7220
                      00200008 0001a147 e112a643
                      00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
                      80280004 c07d4c96");
    let message = Message::parse(&sample).unwrap();
    assert_eq!(message.class, Class::Success);
    assert!(message.verify(PASSWORD));
    let mut out = [0; MAX_ANSWER];
    let peer = "192.0.2.1:32853".parse().unwrap();
    let len = write_success(&mut out, &message.transaction, peer, &Integrity::new(PASSWORD)).unwrap();
    assert_eq!(out[20..32], sample[36..48]);
    assert!(Message::parse(&out[..len]).unwrap().verify(PASSWORD));
}

/// RFC 5769 2.3: the mapped address of the IPv6 sample.
#[test]
fn an_ipv6_address_is_masked_with_the_transaction() {
    let transaction = hex("b7e7a701 bc34d686 fa87dfae").try_into().unwrap();
    let mut out = [0; MAX_ANSWER];
    let peer = "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap();
    write_success(&mut out, &transaction, peer, &Integrity::new(PASSWORD)).unwrap();
    assert_eq!(out[20..44], hex("00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9"));
}

#[test]
fn a_mapped_ipv4_address_is_told_as_ipv4() {
    let key = Integrity::new(PASSWORD);
    let (mut plain, mut mapped) = ([0; MAX_ANSWER], [0; MAX_ANSWER]);
    write_success(&mut plain, &[7; 12], "192.0.2.1:9".parse().unwrap(), &key).unwrap();
    write_success(&mut mapped, &[7; 12], "[::ffff:192.0.2.1]:9".parse().unwrap(), &key).unwrap();
    assert_eq!(plain, mapped);
}

#[test]
fn a_check_of_ours_is_read_back() {
    let check = Check {
        transaction: *b"twelve bytes",
        username: b"left:right",
        priority: 0x7E00_00FF,
        tie_breaker: 77,
        use_candidate: true,
    };
    let mut out = [0; 200];
    let len = write_check(&mut out, &check, &Integrity::new(PASSWORD)).unwrap();
    let message = Message::parse(&out[..len]).unwrap();
    assert!(message.verify(PASSWORD) && message.use_candidate);
    assert_eq!(message.ufrags(), Some((&b"left"[..], &b"right"[..])));
    assert_eq!((message.controlling, message.controlled), (Some(77), None));
    assert_eq!(message.transaction, *b"twelve bytes");
}

/// An answer is never longer than a check that could have caused it, so it amplifies nothing.
#[test]
fn answers_are_shorter_than_checks() {
    let key = Integrity::new(PASSWORD);
    let check = Check {
        transaction: [0; 12],
        username: b"AAAAAAAAAAAAAAAAAAAA:bbbb",
        priority: 1,
        tie_breaker: 1,
        use_candidate: false,
    };
    let mut out = [0; 200];
    let asked = write_check(&mut out, &check, &key).unwrap();
    let answered = write_success(&mut out, &[0; 12], "[2001:db8::1]:9".parse().unwrap(), &key).unwrap();
    assert!(answered <= asked, "{answered} bytes for {asked}");
    assert!(write_error(&mut out, &[0; 12], 487, &key).unwrap() <= asked);
}

#[test]
fn a_role_conflict_is_answered_with_487() {
    let mut out = [0; MAX_ANSWER];
    let key = Integrity::new(PASSWORD);
    let len = write_error(&mut out, &[1; 12], 487, &key).unwrap();
    let message = Message::parse(&out[..len]).unwrap();
    assert_eq!(message.class, Class::Error);
    assert!(message.verify_with(&key));
    assert_eq!(out[20..28], [0, 9, 0, 4, 0, 0, 4, 87]);
}

/// H11: a wrong MAC, or none, is only seen by `verify`, so the caller can be silent about it.
#[test]
fn a_request_without_or_with_a_wrong_mac_is_not_verified() {
    let mut bytes = sample_request();
    bytes.truncate(bytes.len() - 8); // without FINGERPRINT, whose check would notice the change
    bytes[3] -= 8;
    bytes[25] ^= 1;
    assert!(!Message::parse(&bytes).unwrap().verify(PASSWORD));
    bytes.truncate(bytes.len() - 24);
    bytes[3] -= 24;
    assert!(!Message::parse(&bytes).unwrap().verify(PASSWORD));
}

/// USE-CANDIDATE after the MAC is not authenticated and must not nominate.
#[test]
fn what_follows_the_mac_is_ignored() {
    let check = Check { transaction: [3; 12], username: b"a:b", priority: 1, tie_breaker: 1, use_candidate: false };
    let mut out = vec![0; 200];
    let len = write_check(&mut out, &check, &Integrity::new(PASSWORD)).unwrap() - 8;
    out.truncate(len);
    out.extend_from_slice(&[0, 0x25, 0, 0]);
    let length = (out.len() - 20) as u16;
    out[2..4].copy_from_slice(&length.to_be_bytes());
    let message = Message::parse(&out).unwrap();
    assert!(message.verify(PASSWORD) && !message.use_candidate);
}

#[test]
fn a_wrong_fingerprint_is_refused() {
    let mut bytes = sample_request();
    *bytes.last_mut().unwrap() ^= 1;
    assert!(Message::parse(&bytes).is_err());
}

proptest! {
    /// H11: any bytes, also those that begin like STUN and lie about their lengths.
    #[test]
    fn arbitrary_bytes_are_refused_or_parsed(mut bytes in prop::collection::vec(any::<u8>(), 20..120)) {
        let length = (bytes.len() as u16 - 20) & !3;
        bytes.truncate(20 + usize::from(length));
        bytes[..8].copy_from_slice(&[0, 1, (length >> 8) as u8, length as u8, 0x21, 0x12, 0xA4, 0x42]);
        if let Ok(message) = Message::parse(&bytes) {
            prop_assert!(!message.verify(PASSWORD));
        }
    }

    #[test]
    fn every_cut_of_a_message_is_refused(len in 0usize..108) {
        prop_assert!(Message::parse(&sample_request()[..len]).is_err());
    }
}

/// ISO HDLC check value.
#[test]
fn the_checksum_is_the_standard_one() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}
