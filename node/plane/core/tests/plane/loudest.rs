//! Three audio slots for any number of microphones.

use std::collections::{HashMap, HashSet};

use crate::common::*;
use plane_core::contract::from_plane::Body;

/// Each of `peers` speaks at its level for `ms`; returns how often each payload came to `listener`, by slot.
fn speak(
    world: &mut World,
    peers: &[(&Peer, u8)],
    listener: &mut Peer,
    clock: &mut u64,
    ms: u64,
) -> HashMap<(u32, u8), usize> {
    let mut heard = HashMap::new();
    for _ in 0..ms / 20 {
        *clock += 1;
        for (n, (peer, level)) in peers.iter().enumerate() {
            let fields = plane_core::rtp::Fields {
                marker: false,
                payload_type: 111,
                sequence: *clock as u16,
                timestamp: *clock as u32 * 960,
                ssrc: MICROPHONE,
            };
            let level = [*level];
            let extensions = [plane_core::ext::Extension { id: 1, value: &level }];
            let packet = peer.seal(&fields, *clock, &extensions, &[n as u8; 80]);
            peer.send(world, &packet);
        }
        world.pass(20 * MS);
        for got in listener.got(world) {
            *heard.entry((got.slot(), got.payload[0])).or_default() += 1;
        }
    }
    heard
}

/// R: of six who speak, the three loudest others are heard; who is among the loudest keeps the slot.
#[test]
fn the_three_loudest_are_heard() {
    let mut world = World::new();
    let peers: Vec<Peer> = ["a", "b", "c", "d", "e", "f"].iter().map(|name| world.join(name, "r")).collect();
    let mut listener = world.join("listener", "r");
    let mut clock = 0;
    let loud = |levels: [u8; 6]| peers.iter().zip(levels).collect::<Vec<_>>();
    speak(&mut world, &loud([127, 127, 127, 20, 25, 30]), &mut listener, &mut clock, 3000);
    let heard = speak(&mut world, &loud([127, 127, 127, 20, 25, 30]), &mut listener, &mut clock, 1000);
    let who: HashSet<u8> = heard.keys().map(|(_, who)| *who).collect();
    assert_eq!(who, HashSet::from([3, 4, 5]));
    assert_eq!(heard.len(), 3, "each in one slot: {heard:?}");
    let place = |heard: &HashMap<(u32, u8), usize>, who| heard.keys().find(|key| key.1 == who).map(|key| key.0);
    let before = (place(&heard, 3), place(&heard, 4));

    speak(&mut world, &loud([15, 127, 127, 20, 25, 127]), &mut listener, &mut clock, 4000);
    let heard = speak(&mut world, &loud([15, 127, 127, 20, 25, 127]), &mut listener, &mut clock, 1000);
    let who: HashSet<u8> = heard.keys().map(|(_, who)| *who).collect();
    assert!(who.is_superset(&HashSet::from([0, 3, 4])), "{who:?}");
    assert_eq!((place(&heard, 3), place(&heard, 4)), before);
}

/// R: a speaker never hears themself, and hears the others all the same.
#[test]
fn nobody_hears_themself() {
    let mut world = World::new();
    let mut peers: Vec<Peer> = ["a", "b", "c", "d"].iter().map(|name| world.join(name, "r")).collect();
    let mut first = peers.remove(0);
    let mut clock = 0;
    let own = first.sender();
    let mut levels: Vec<(&Peer, u8)> = vec![(&own, 10)];
    levels.extend(peers.iter().map(|peer| (peer, 20)));
    let heard = speak(&mut world, &levels, &mut first, &mut clock, 2000);
    let who: HashSet<u8> = heard.keys().map(|(_, who)| *who).collect();
    assert_eq!(who, HashSet::from([1, 2, 3]));
}

/// R: at most ten events a second and room, dominant first, and one that says that all are silent.
#[test]
fn speakers_are_told() {
    let mut world = World::new();
    let (a, b) = (world.join("a", "r"), world.join("b", "r"));
    let mut listener = world.join("listener", "r");
    let mut clock = 0;
    speak(&mut world, &[(&a, 15), (&b, 35)], &mut listener, &mut clock, 3000);
    let speakers: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Body::Speakers(speakers) => Some(speakers.clone()),
            _ => None,
        })
        .collect();
    assert!((1..=31).contains(&speakers.len()), "{}", speakers.len());
    let last = speakers.last().unwrap();
    assert_eq!(last.levels[0].track, "a/microphone");
    assert!(last.levels[0].level < last.levels[1].level);
    world.events.clear();
    speak(&mut world, &[(&a, 127), (&b, 127)], &mut listener, &mut clock, 6000);
    let Some(Body::Speakers(last)) = world.events.iter().rfind(|event| matches!(event, Body::Speakers(_))) else {
        panic!("nothing told")
    };
    assert!(last.levels.is_empty());
}

/// D: who leaves takes their place along: the next to come, in another room, is not heard here in their stead.
#[test]
fn a_place_is_not_inherited() {
    let mut world = World::new();
    let only_sound = |name: &str, room: &str| {
        let mut page = page(name, room);
        page.sends.truncate(1);
        page
    };
    let mut speaker = world.open(only_sound("speaker", "r"));
    speaker.connect(&mut world);
    let mut listener = world.join("listener", "r");
    let mut clock = 0;
    assert!(!speak(&mut world, &[(&speaker, 20)], &mut listener, &mut clock, 1000).is_empty());
    let close = plane_core::contract::CloseTransport { transport: "speaker".into() };
    world.command(plane_core::contract::to_plane::Command::CloseTransport(close));
    let mut stranger = world.open(only_sound("stranger", "another"));
    stranger.connect(&mut world);
    clock = 0;
    assert!(speak(&mut world, &[(&stranger, 20)], &mut listener, &mut clock, 1000).is_empty());
}
