//! Sound that brings its own repair: RED (RFC 2198) passes as it is, beside plain opus, and is heard like any other.

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::ext::{AudioLevel, Extension};
use plane_core::rtp::Fields;

const OPUS: u8 = 111;
pub const RED: u8 = 63;

/// Someone whose microphone may send RED. With `hears`, their slots take it too, under another number.
pub fn someone(world: &mut World, name: &str, hears: bool) -> Peer {
    let mut open = page(name, "r");
    open.sends[0].codecs.push(codec(RED.into(), 0, "red", 48_000));
    if hears {
        for receive in open.receives.iter_mut().filter(|receive| receive.index < VIDEO_SLOT) {
            receive.codecs.push(codec(35, 0, "red", 48_000));
        }
    }
    let mut peer = world.open(open);
    peer.connect(world);
    peer
}

/// 20 ms as RED: one sound of before, and this one.
pub fn repeating(index: u64) -> Vec<u8> {
    let front = [0x80 | OPUS, (960u16 >> 6) as u8, ((960 & 0x3F) << 2) as u8, 40, OPUS];
    [&front[..], &[index as u8 - 1; 40], &[index as u8; 80]].concat()
}

pub fn speak(world: &mut World, peer: &Peer, payload_type: u8, index: u64, payload: &[u8]) {
    let level = [AudioLevel { level: 25, voice: true }.to_byte()];
    let extensions = [Extension { id: 1, value: &level }, Extension { id: 4, value: b"0" }];
    let (sequence, timestamp) = (index as u16, index as u32 * 960);
    let fields = Fields { marker: false, payload_type, sequence, timestamp, ssrc: MICROPHONE };
    let packet = peer.seal(&fields, index, &extensions, payload);
    peer.send(world, &packet);
    world.pass(20 * MS);
}

/// R: RED, then opus, then RED: to the byte, in one unbroken numbering, with the level, under the receiver's payload types.
#[test]
fn it_passes_as_it_is() {
    let mut world = World::new();
    let amina = someone(&mut world, "amina", true);
    let mut badr = someone(&mut world, "badr", true);
    let sounds: Vec<(u8, Vec<u8>)> = (1..=30u64)
        .map(|index| if index / 10 == 1 { (OPUS, vec![index as u8; 80]) } else { (RED, repeating(index)) })
        .collect();
    for (index, (payload_type, payload)) in (1..).zip(&sounds) {
        speak(&mut world, &amina, *payload_type, index, payload);
    }
    let got = badr.got(&mut world);
    let kinds: Vec<u8> = got.iter().map(|one| one.header.payload_type).collect();
    let expected: Vec<u8> = sounds.iter().map(|(kind, _)| if *kind == RED { 35 } else { 109 }).collect();
    assert_eq!(kinds, expected);
    assert!(got.iter().zip(&sounds).all(|(one, (_, payload))| one.payload == *payload));
    assert!(got.windows(2).all(|pair| pair[1].header.sequence == pair[0].header.sequence.wrapping_add(1)));
    assert!(got.windows(2).all(|pair| pair[1].header.timestamp == pair[0].header.timestamp.wrapping_add(960)));
    assert!(got.iter().all(|one| one.extensions[&6] == [25 | 0x80]));
}

/// R: who speaks in RED is among the loudest as with opus.
#[test]
fn who_repeats_is_a_speaker() {
    let mut world = World::new();
    let amina = someone(&mut world, "amina", true);
    let _badr = someone(&mut world, "badr", true);
    for index in 1..=60 {
        speak(&mut world, &amina, RED, index, &repeating(index));
    }
    let told = |event: &Body| match event {
        Body::Speakers(now) => now.levels.iter().any(|one| one.track == "amina/microphone" && one.level < 60),
        _ => false,
    };
    assert!(world.events.iter().any(told), "{:?}", world.events);
}

/// R: who does not know RED is sent opus as soon as there is some, and nothing that they cannot read.
#[test]
fn who_does_not_know_it_is_not_sent_it() {
    let mut world = World::new();
    let amina = someone(&mut world, "amina", true);
    let mut clara = someone(&mut world, "clara", false);
    for index in 1..=20 {
        let kind = if index > 10 { OPUS } else { RED };
        let payload = if kind == RED { repeating(index) } else { vec![index as u8; 80] };
        speak(&mut world, &amina, kind, index, &payload);
    }
    let got = clara.got(&mut world);
    assert_eq!(got.len(), 10, "opus only");
    assert!(got.iter().all(|one| one.header.payload_type == 109 && one.payload.len() == 80));
}
