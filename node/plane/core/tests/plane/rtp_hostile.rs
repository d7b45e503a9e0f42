//! H8, H9: authenticated nonsense drops only itself.

use crate::common::*;
use plane_core::drops::Cause;
use plane_core::rtp::Fields;

/// Seals bytes that need not be RTP; `header_len` of them stay in the clear.
fn seal(peer: &Peer, bytes: &[u8], header_len: usize, index: u64) -> Vec<u8> {
    let mut out = vec![0; bytes.len() + 64];
    out[..bytes.len()].copy_from_slice(bytes);
    let len = peer.sealer.seal_rtp(&mut out, bytes.len(), index, header_len).unwrap();
    out.truncate(len);
    out
}

fn header(first: u8, payload_type: u8, index: u64, ssrc: u32) -> Vec<u8> {
    let mut bytes = vec![first, payload_type];
    bytes.extend((index as u16).to_be_bytes());
    bytes.extend([0, 0, 0, 1]);
    bytes.extend(ssrc.to_be_bytes());
    bytes
}

/// H9: padding longer than the payload, fifteen CSRCs, no payload at all, two-byte extensions.
#[test]
fn h9_strange_rtp() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    amina.send(&mut world, &amina.audio(1, 30));
    let padded = [header(0xA0, 111, 2, MICROPHONE), vec![1, 2, 200]].concat();
    let no_padding = [header(0xA0, 111, 3, MICROPHONE), vec![]].concat();
    let csrcs = [header(0x8F, 111, 4, MICROPHONE), vec![9; 60], vec![5; 20]].concat();
    let empty = header(0x80, 111, 5, MICROPHONE);
    let two_byte =
        [header(0x90, 111, 6, MICROPHONE), vec![0x10, 0, 0, 2, 1, 1, 25, 0, 99, 0, 0, 0], vec![6; 20]].concat();
    for (bytes, header_len, index) in
        [(padded, 12, 2), (no_padding, 12, 3), (csrcs, 72, 4), (empty, 12, 5), (two_byte, 24, 6)]
    {
        amina.send(&mut world, &seal(&amina, &bytes, header_len, index));
    }
    amina.send(&mut world, &amina.audio(7, 30));
    world.flush();
    let got = badr.got(&mut world);
    assert_eq!(world.shard.dropped(Cause::RtpMalformed), 2);
    let payloads: Vec<usize> = got.iter().map(|packet| packet.payload.len()).collect();
    assert_eq!(payloads, [80, 20, 0, 20, 80]);
    assert!(got.iter().all(|packet| packet.header.csrc_count == 0));
    assert_eq!(got[3].extensions[&6], [25]);
}

/// H9: descriptors that end too early, empty retransmissions, and ones of what was never sent.
#[test]
fn h9_strange_video() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    for (n, payload) in [&[][..], &[0x90], &[0x90, 0x80], &[0x90, 0xF0, 0x80], &[0xFF; 3]].iter().enumerate() {
        let fields = Fields { marker: false, payload_type: 96, sequence: 2 + n as u16, timestamp: 9, ssrc: CAMERA };
        let packet = amina.seal(&fields, 2 + n as u64, &[], payload);
        amina.send(&mut world, &packet);
    }
    for (n, payload) in [&[][..], &[0], &[0, 1], &[0xFF, 0xFF, 1, 2, 3]].iter().enumerate() {
        let fields = Fields { marker: false, payload_type: 97, sequence: n as u16, timestamp: 9, ssrc: CAMERA_RTX };
        let extensions = [plane_core::ext::Extension { id: 4, value: b"1" as &[u8] }];
        let packet = amina.seal(&fields, n as u64, &extensions, payload);
        amina.send(&mut world, &packet);
    }
    amina.send(&mut world, &amina.video(7, 3, false));
    world.flush();
    let got = badr.got(&mut world);
    assert_eq!(got.len(), 7, "what is a packet is passed on, whatever its descriptor says");
    assert_eq!(picture_of(&got[6].payload).0, picture_of(&got[0].payload).0 + 2);
}

/// H9: noise of every first byte and length, from a validated address, in the clear and sealed.
#[test]
fn h9_noise() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let mut noise = 88_172_645_463_325_252u64;
    for round in 0..50_000u64 {
        let mut bytes = Vec::new();
        for _ in 0..(round % 40) {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            bytes.push(noise as u8);
        }
        amina.send(&mut world, &bytes);
        if round % 100 == 0 {
            world.flush();
        }
    }
    amina.send(&mut world, &amina.audio(1, 30));
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
}

/// H8: truncated compounds and lying lengths: what stands before them is believed, nothing else happens.
#[test]
fn h8_strange_rtcp() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    let mut index = 1000;
    for tail in [
        &[0x81u8, 203, 0, 200, 0, 0, 0, 1][..],
        &[0x9F, 201, 0, 1, 0, 0, 0, 1],
        &[0x8F, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x80],
    ] {
        let mut out = vec![0; 200];
        let mut writer = plane_core::rtcp::Writer::new(&mut out[..100]);
        writer.pli(1, 0x5245_0000 | VIDEO_SLOT << 1).unwrap();
        let len = writer.len();
        out[len..len + tail.len()].copy_from_slice(tail);
        index += 1;
        let len = badr.sealer.seal_rtcp(&mut out, len + tail.len(), index).unwrap();
        badr.send(&mut world, &out[..len]);
    }
    world.flush();
    assert_eq!(world.shard.totals().plis_received, 4);
    assert!(!amina.reports(&mut world).is_empty());
    assert!(!badr.got(&mut world).is_empty());
}

/// H9: an extension block far longer than anybody's is not looked through, whoever sealed it; one of 256 bytes is.
#[test]
fn h9_endless_extensions() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    let packet = |index: u64, words: u8| {
        let mut block = vec![0xBE, 0xDE, 0, words, 0x40, b'0'];
        block.resize(4 + 4 * usize::from(words), 0);
        let header_len = 12 + block.len();
        seal(&amina, &[header(0x90, 111, index, MICROPHONE), block, vec![6; 20]].concat(), header_len, index)
    };
    for index in 1..100 {
        amina.send(&mut world, &packet(index, 65));
    }
    assert_eq!(world.shard.dropped(Cause::RtpMalformed), 99);
    amina.send(&mut world, &packet(100, 64));
    amina.send(&mut world, &packet(101, 65)); // its SSRC is known by now
    world.flush();
    assert_eq!(badr.got(&mut world).len(), 1);
    assert_eq!(world.shard.dropped(Cause::RtpMalformed), 100);
}
