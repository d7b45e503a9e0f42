//! Formats that the plane reads from strangers, one at a time.

use plane_core::bandwidth::feedback::Feedback;
use plane_core::dependency::{Frame, MAX_LEN, MAX_SPATIAL, Structure};
use plane_core::ext::Extension;
use plane_core::framing;
use plane_core::rtcp::{Compound, Packet};
use plane_core::rtp::{self, Fields, Header};
use plane_core::stun::{self, Message};
use plane_core::{av1, ext, h264, red as red_, vp8 as vp8_, vp9 as vp9_};

/// RFC 8489: a message that is read names what lies in it; nobody's password fits.
pub fn stun(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    assert!(stun::is_stun(bytes));
    if let Some((ours, theirs)) = message.ufrags() {
        assert_eq!(ours.len() + 1 + theirs.len(), message.username.len());
    }
    // A key that is in no corpus: 2^-160 is never.
    assert!(!message.verify(b"a password that nobody has told the fuzzer"));
}

/// RFC 3550, RFC 8285: what was read, written again, reads the same.
pub fn rtp(bytes: &[u8]) {
    let Ok(header) = Header::parse(bytes) else { return };
    let Ok(payload) = header.payload(bytes) else { return };
    let extensions: Vec<Extension<'_>> = header.extensions(bytes).collect();
    for id in 0..=u8::MAX {
        let first = extensions.iter().find(|extension| extension.id == id && id > 0);
        assert_eq!(header.extensions(bytes).value(id), first.map(|extension| extension.value));
    }
    if extensions.iter().any(|extension| extension.id == 0) {
        return;
    }
    let Header { marker, payload_type, sequence, timestamp, ssrc, .. } = header;
    let mut out = vec![0; bytes.len() + 600 + 4 * extensions.len()];
    let fields = Fields { marker, payload_type, sequence, timestamp, ssrc };
    let Ok(written) = rtp::write(&mut out, &fields, &extensions, payload, 0) else { return };
    assert_eq!(written.header_len, rtp::FIXED_LEN + ext::written_len(&extensions));
    let again = Header::parse(&out[..written.len]).expect("what was written is read");
    assert_eq!(again.payload(&out[..written.len]), Ok(payload));
    assert_eq!(again.extensions(&out[..written.len]).collect::<Vec<_>>(), extensions);
    assert_eq!((again.sequence, again.timestamp, again.ssrc), (sequence, timestamp, ssrc));
}

/// RFC 3550 6, RFC 4585: reading ends, and gives no more than the bytes can say.
pub fn rtcp(bytes: &[u8]) {
    let mut packets = 0;
    for packet in Compound::new(bytes) {
        packets += 1;
        match packet {
            Packet::SenderReport { reports, .. } | Packet::ReceiverReport { reports, .. } => {
                for report in reports {
                    assert!((-0x80_0000..=0x7F_FFFF).contains(&report.lost));
                    report.round_trip(u32::from_be_bytes([1, 2, 3, 4]));
                }
            }
            Packet::Bye { ssrcs } | Packet::Remb { ssrcs, .. } => assert!(ssrcs.count() <= 255),
            Packet::Nack { lost, .. } => assert!(lost.count() <= bytes.len() / 4 * 17),
            Packet::Fir { requests, .. } => assert!(requests.count() <= bytes.len() / 8),
            Packet::TransportCc { body, .. } => feedback(body),
            Packet::Pli { .. } | Packet::Sdes | Packet::Other { .. } => {}
        }
    }
    assert!(packets <= bytes.len() / 4, "each packet has a header");
}

/// draft-holmer-rmcat-transport-wide-cc-extensions-01: never more than 65,535 statuses, whatever is claimed.
pub fn feedback(bytes: &[u8]) {
    let Ok(feedback) = Feedback::parse(bytes) else { return };
    let mut told = 0u32;
    for status in feedback.statuses() {
        assert!(status.packets > 0, "each says something");
        told += u32::from(status.packets);
    }
    assert!(told <= u32::from(feedback.count));
}

/// RFC 2198: the sound is the end of the payload, behind a header of its type.
pub fn red(bytes: &[u8]) {
    let Some((payload_type, sound)) = red_::primary(bytes) else { return };
    assert!(payload_type < 128 && !sound.is_empty() && bytes.ends_with(sound) && sound.len() < bytes.len());
}

/// RFC 7741: what is written into the descriptor stays inside it, and is read again.
pub fn vp8(bytes: &[u8]) {
    vp8_::dimensions(bytes);
    let Ok(descriptor) = vp8_::Descriptor::parse(bytes) else { return };
    assert!(descriptor.len <= bytes.len());
    let mut changed = bytes.to_vec();
    let ids = vp8_::Ids { picture_id: 0x7A5A, tl0: 0x5A, key_index: 0x15 };
    descriptor.write_ids(&mut changed, &ids);
    assert_eq!(changed[descriptor.len..], bytes[descriptor.len..]);
    let again = vp8_::Descriptor::parse(&changed).expect("its shape is the same");
    assert_eq!((again.len, again.start, again.key_frame), (descriptor.len, descriptor.start, descriptor.key_frame));
    let expected = descriptor.picture_id.map(|_| if descriptor.wide { 0x7A5A } else { 0x5A });
    assert_eq!(again.picture_id, expected);
}

/// RFC 9628
pub fn vp9(bytes: &[u8]) {
    let Ok(descriptor) = vp9_::Descriptor::parse(bytes) else { return };
    assert!(descriptor.temporal_id < 8 && descriptor.spatial_id < 8);
}

/// RFC 6184
pub fn h264(bytes: &[u8]) {
    h264::key_frame_start(bytes);
}

/// AOM RTP specification 1.0
pub fn av1(bytes: &[u8]) {
    av1::key_frame_start(bytes);
}

/// AV1 RTP specification 1.0, appendix A: a structure (the first byte says how long its descriptor is), and a frame in its
/// words, which says the same after its number and targets have been written anew.
pub fn dependency(bytes: &[u8]) {
    let Some((&len, rest)) = bytes.split_first() else { return };
    let (first, second) = rest.split_at(usize::from(len).min(rest.len()));
    let Ok(Some(structure)) = Structure::parse(first) else { return };
    assert!(usize::from(structure.spatial_layers) <= MAX_SPATIAL && structure.targets <= 32);
    for target in 0..structure.targets {
        structure.spatial_of(target);
    }
    for descriptor in [first, second] {
        let Ok(frame) = Frame::parse(descriptor, &structure) else { continue };
        for target in 0..structure.targets {
            frame.chain(&structure, target);
        }
        let mut out = [0; MAX_LEN];
        let Ok(written) = frame.write(descriptor, &structure, 0x5A5A, 1, &mut out) else { continue };
        if frame.carries_structure && descriptor != first {
            continue; // in words of its own
        }
        let again = Frame::parse(&out[..written], &structure).expect("what was written is read");
        assert_eq!((again.number, again.active), (0x5A5A, Some(1)));
        assert_eq!((again.start, again.end, again.spatial), (frame.start, frame.end, frame.spatial));
        assert_eq!((again.temporal, again.indications), (frame.temporal, frame.indications));
        for target in 0..structure.targets {
            assert_eq!(again.chain(&structure, target), frame.chain(&structure, target));
        }
    }
}

/// RFC 4571: wherever the stream is cut (the first byte says), the same frames come out, or the same refusal.
pub fn tcp(bytes: &[u8]) {
    let Some((&cut, stream)) = bytes.split_first() else { return };
    let read = |parts: &[&[u8]]| {
        let mut reader = framing::Reader::default();
        let mut frames = Vec::new();
        let refused =
            parts.iter().any(|part| reader.push(&mut part.to_vec(), |frame| frames.push(frame.to_vec())).is_err());
        (frames, refused)
    };
    let (left, right) = stream.split_at(usize::from(cut).min(stream.len()));
    assert_eq!(read(&[left, right]), read(&[stream]));
}
