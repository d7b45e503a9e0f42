//! A room on several shards is one room to all who are in it.

use std::collections::HashSet;

use crate::common::*;
use crate::several::Several;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseRoom, GetSnapshot, counters};
use plane_core::rtcp::{Compound, Packet, SenderInfo, ntp};
use plane_core::rtp::Fields;

fn slot_ssrc() -> u32 {
    0x5245_0000 | VIDEO_SLOT << 1
}

/// R: each packet crosses once, however many are there, and is what it would be at home.
#[test]
fn each_packet_crosses_once() {
    let mut several = Several::new(2);
    let amina = several.join(0, "amina", "r");
    let mut at_home = several.join(0, "home", "r");
    let mut away: Vec<Peer> = (0..5).map(|n| several.join(1, &format!("away-{n}"), "r")).collect();
    several.worlds[0].assign("home", VIDEO_SLOT, "amina/camera");
    for n in 0..5 {
        several.worlds[1].assign(&format!("away-{n}"), VIDEO_SLOT, "amina/camera");
    }
    several.flush();
    for n in 0..100 {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
        several.send(0, &amina, &amina.audio(n, 20));
    }
    assert_eq!(several.mirrored(1), 200);
    let home = several.got(0, &mut at_home);
    assert_eq!(home.len(), 200);
    for viewer in &mut away {
        let got = several.got(1, viewer);
        assert_eq!(got.len(), 200);
        for (away, home) in got.iter().zip(&home) {
            assert_eq!(away.header.marker, home.header.marker);
            assert_eq!(away.header.payload_type, home.header.payload_type);
            assert_eq!(away.extensions.get(&6), home.extensions.get(&6), "the level is passed on");
        }
        let pictures = |all: &[Got]| {
            all.iter().filter(|g| g.slot() == VIDEO_SLOT).map(|g| picture_of(&g.payload)).collect::<Vec<_>>()
        };
        assert_eq!(pictures(&got), pictures(&home));
    }
}

/// R: a picture that nobody on the other shard watches does not cross, and stops crossing when nobody does any more.
#[test]
fn what_nobody_watches_does_not_cross() {
    let mut several = Several::new(2);
    let amina = several.join(0, "amina", "r");
    several.join(1, "away", "r");
    let run = |several: &mut Several, from: u64| {
        let before = several.mirrored(1);
        for n in from..from + 50 {
            several.send(0, &amina, &amina.video(n, n as u16, n % 10 == 0));
            several.pass(20 * MS);
        }
        several.mirrored(1) - before
    };
    assert_eq!(run(&mut several, 0), 0);
    several.worlds[1].assign("away", VIDEO_SLOT, "amina/camera");
    assert!(run(&mut several, 50) >= 50);
    several.worlds[1].assign("away", VIDEO_SLOT, "");
    several.pass(200 * MS);
    assert_eq!(run(&mut several, 100), 0);
}

/// R: what a receiver lost is sent again by its own shard; nobody else hears of it.
#[test]
fn repair_comes_from_the_mirror() {
    let mut several = Several::new(2);
    let mut amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    for n in 0..20 {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
    }
    let lost = several.got(1, &mut badr)[7].clone();
    amina.reports(&mut several.worlds[0]);
    let before = several.mirrored(1);
    badr.rtcp(&mut several.worlds[1], |writer| writer.nack(1, slot_ssrc(), &[lost.header.sequence]).unwrap());
    several.flush();
    let again = several.got(1, &mut badr);
    assert_eq!((again.len(), again[0].is_rtx()), (1, true));
    assert_eq!(again[0].payload[2..], lost.payload[..]);
    assert_eq!((several.mirrored(1), amina.reports(&mut several.worlds[0]).len()), (before, 0));
}

/// R: what its publisher sends again because it was lost on the way in reaches the other shard's receivers too.
#[test]
fn what_is_recovered_at_home_crosses() {
    let mut several = Several::new(2);
    let amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    for n in (0..10).filter(|&n| n != 5) {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
    }
    several.send(0, &amina, &amina.video_again(1, 5, 5, false));
    let numbers: Vec<u16> = several.got(1, &mut badr).iter().map(|got| got.header.sequence).collect();
    let distinct: HashSet<u16> = numbers.iter().copied().collect();
    assert_eq!((numbers.len(), distinct.len()), (10, 10));
}

/// R: the first to watch from another shard is shown home's last picture, the next that of their own shard's mirror:
/// the publisher is asked for nothing.
#[test]
fn newcomers_see_a_picture_at_once() {
    let mut several = Several::new(2);
    let mut amina = several.join(0, "amina", "r");
    several.join(0, "home", "r");
    several.worlds[0].assign("home", VIDEO_SLOT, "amina/camera");
    for n in 0..30 {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
        several.pass(10 * MS);
    }
    several.plis(0, &mut amina);
    for name in ["first", "second"] {
        let mut newcomer = several.join(1, name, "r");
        several.worlds[1].assign(name, VIDEO_SLOT, "amina/camera");
        several.flush();
        let got = several.got(1, &mut newcomer);
        assert_eq!(got.len(), 30, "{name}");
        let times: Vec<u32> = got.iter().map(|got| got.header.timestamp).collect();
        let span = times[29].wrapping_sub(times[0]);
        assert!(span < 29 * 3000 / 10, "the past is shown at once, not at its own pace: {span}");
    }
    assert_eq!(several.plis(0, &mut amina), 0);
    assert_eq!(several.mirrored(1), 30);
}

/// R: a receiver on another shard that cannot decode gets a new picture from the publisher, asked for once.
#[test]
fn key_frame_requests_travel_home() {
    let mut several = Several::new(2);
    let mut amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    for n in 0..20 {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
    }
    several.pass(SECOND);
    several.plis(0, &mut amina);
    several.send(0, &amina, &amina.video(20, 20, false));
    for _ in 0..5 {
        badr.rtcp(&mut several.worlds[1], |writer| writer.pli(1, slot_ssrc()).unwrap());
    }
    several.flush();
    assert_eq!(several.plis(0, &mut amina), 1);
}

/// R: a mute stops a track on every shard at once, also what its mirrors keep; it comes back with a new picture.
#[test]
fn a_mute_holds_on_every_shard() {
    let mut several = Several::new(3);
    let mut amina = several.join(0, "amina", "r");
    let mut viewers = [several.join(1, "badr", "r"), several.join(2, "chloe", "r")];
    for (shard, name) in [(1, "badr"), (2, "chloe")] {
        several.worlds[shard].assign(name, VIDEO_SLOT, "amina/camera");
    }
    several.flush();
    for n in 0..10 {
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
        several.send(0, &amina, &amina.audio(n, 20));
    }
    let last: Vec<Got> = viewers.iter_mut().enumerate().map(|(n, v)| several.got(n + 1, v)[19].clone()).collect();
    amina.send(&mut several.worlds[0], &amina.video(10, 10, false)); // on its way
    several.mute("amina/camera", true);
    several.mute("amina/microphone", true);
    let crossed = [several.mirrored(1), several.mirrored(2)];
    for n in 11..60 {
        several.send(0, &amina, &amina.video(n, n as u16, n % 10 == 0));
        several.send(0, &amina, &amina.audio(n, 20));
    }
    several.pass(300 * MS);
    for (n, viewer) in viewers.iter_mut().enumerate() {
        viewer.rtcp(&mut several.worlds[n + 1], |w| w.nack(1, slot_ssrc(), &[last[n].header.sequence]).unwrap());
    }
    several.flush();
    assert!(viewers.iter_mut().enumerate().all(|(n, viewer)| several.got(n + 1, viewer).is_empty()));
    assert_eq!([several.mirrored(1), several.mirrored(2)], crossed);

    several.plis(0, &mut amina);
    several.mute("amina/camera", false);
    several.send(0, &amina, &amina.video(60, 60, false));
    several.pass(200 * MS);
    assert!(several.plis(0, &mut amina) > 0);
    several.send(0, &amina, &amina.video(61, 61, true));
    assert!(viewers.iter_mut().enumerate().all(|(n, viewer)| several.got(n + 1, viewer).len() == 1));
}

/// R: three shards, seven microphones: everybody hears the same three, and nobody themself.
#[test]
fn the_loudest_are_the_same_everywhere() {
    let mut several = Several::new(3);
    let mut listeners: Vec<Peer> = (0..3).map(|shard| several.join(shard, &format!("ear-{shard}"), "r")).collect();
    let voices: Vec<Peer> = (0..7).map(|n| several.join(n % 3, &format!("voice-{n}"), "r")).collect();
    let levels = [60u8, 20, 127, 25, 65, 30, 127];
    let mut heard = vec![HashSet::new(); 3];
    for clock in 1..250u64 {
        for (n, voice) in voices.iter().enumerate() {
            let fields = Fields {
                marker: false,
                payload_type: 111,
                sequence: clock as u16,
                timestamp: clock as u32 * 960,
                ssrc: MICROPHONE,
            };
            let level = [levels[n]];
            let extensions = [plane_core::ext::Extension { id: 1, value: &level }];
            let packet = voice.seal(&fields, clock, &extensions, &[n as u8; 80]);
            several.send(n % 3, voice, &packet);
        }
        several.pass(20 * MS);
        for (shard, listener) in listeners.iter_mut().enumerate() {
            for got in several.got(shard, listener).iter().filter(|_| clock > 200) {
                heard[shard].insert(got.payload[0]);
            }
        }
    }
    assert!(heard.iter().all(|heard| *heard == HashSet::from([1, 3, 5])), "{heard:?}");
    let told = |world: &World| match world.events.iter().rfind(|event| matches!(event, Body::Speakers(_))) {
        Some(Body::Speakers(speakers)) => speakers.levels.iter().map(|level| level.track.clone()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    assert_eq!(told(&several.worlds[0])[..3], told(&several.worlds[1])[..3]);
    assert_eq!(told(&several.worlds[0])[0], "voice-1/microphone");
}

fn gauge(world: &mut World) -> counters::Gauge {
    match world.command(Command::GetSnapshot(GetSnapshot {})) {
        Body::Snapshot(snapshot) => snapshot.counters.unwrap().gauge.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// R: publishers and viewers that leave, in whatever order, leave nothing on any shard; the same names may come again.
#[test]
fn closing_leaves_nothing() {
    for order in [["amina", "badr"], ["badr", "amina"]] {
        let mut several = Several::new(2);
        for round in 0..3u64 {
            let amina = several.join(0, "amina", "r");
            let mut badr = several.join(1, "badr", "r");
            several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
            several.flush();
            several.send(0, &amina, &amina.video(round, 1, true));
            assert_eq!(several.got(1, &mut badr).len(), 1);
            several.close(order[0]);
            several.pass(50 * MS);
            if order[0] == "badr" {
                let before = several.mirrored(1);
                several.send(0, &amina, &amina.video(round + 10, 2, true));
                several.send(0, &amina, &amina.audio(1, 20));
                assert_eq!(several.mirrored(1), before, "nobody is there any more");
            }
            several.close(order[1]);
            several.flush();
            for world in &mut several.worlds {
                assert_eq!(gauge(world), counters::Gauge::default());
            }
        }
    }
    let mut several = Several::new(2);
    several.join(0, "amina", "r");
    several.join(1, "badr", "r");
    for world in &mut several.worlds {
        world.command(Command::CloseRoom(CloseRoom { room: "r".into() }));
        assert_eq!(gauge(world), counters::Gauge::default());
    }
}

/// R: figures of a mirrored track are its home's; a room of two shards has each track once.
#[test]
fn a_mirror_is_not_counted() {
    let mut several = Several::new(2);
    several.join(0, "amina", "r");
    several.join(1, "badr", "r");
    let tracks: u64 = several.worlds.iter_mut().map(|world| gauge(world).tracks).sum();
    assert_eq!(tracks, 4);
}

/// D: a ring that was full has lost packets: the mirror asks for a key frame and the picture goes on.
#[test]
fn a_gap_is_made_up_for_by_a_key_frame() {
    let mut several = Several::new(2);
    let mut amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    for n in 0..60 {
        several.broken = (20..30).contains(&n);
        several.send(0, &amina, &amina.video(n, n as u16, n == 0));
        several.pass(20 * MS);
        if n == 19 {
            several.plis(0, &mut amina);
        }
    }
    let asked = several.plis(0, &mut amina);
    assert!((1..=3).contains(&asked), "{asked}");
    several.send(0, &amina, &amina.video(60, 60, true));
    let got = several.got(1, &mut badr);
    assert_eq!(picture_of(&got.last().unwrap().payload).0 & 0x7FFF, picture_of(&got[0].payload).0 + 60);
    assert_eq!(got.len(), 51);
}

/// D: a publisher that starts over under another SSRC goes on at once on every shard, without a number sent twice.
#[test]
fn a_restart_crosses() {
    let mut several = Several::new(2);
    let amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    for n in 0..5 {
        several.send(0, &amina, &amina.video(50_000 + n, n as u16, n == 0));
    }
    for n in 0..5u64 {
        let fields = Fields { marker: true, payload_type: 96, sequence: n as u16, timestamp: 7, ssrc: 3001 };
        let mid = [plane_core::ext::Extension { id: 4, value: b"1" as &[u8] }];
        let packet = amina.seal(&fields, n, &mid, &picture_payload(n as u16, n == 0, true, 1000));
        several.send(0, &amina, &packet);
    }
    let got = several.got(1, &mut badr);
    let first = got[0].header.sequence;
    let numbers: Vec<u16> = got.iter().map(|got| got.header.sequence.wrapping_sub(first)).collect();
    assert_eq!(numbers, (0..10).collect::<Vec<_>>());
}

/// R: lips stay in step on every shard: sender reports of a mirrored track say what they say at home.
#[test]
fn clocks_cross() {
    let mut several = Several::new(2);
    let mut amina = several.join(0, "amina", "r");
    let mut badr = several.join(1, "badr", "r");
    several.worlds[1].assign("badr", VIDEO_SLOT, "amina/camera");
    several.flush();
    several.send(0, &amina, &amina.video(1, 60, true)); // timestamp 180,000
    let theirs = ntp(1_700_000_000 * SECOND + several.worlds[0].now + 3600 * SECOND);
    let info = SenderInfo { ntp: theirs, rtp: 180_000, packets: 1, octets: 1 };
    amina.rtcp(&mut several.worlds[0], |w| w.sender_report(CAMERA, &info, &[]).unwrap());
    let at = several.worlds[0].now;
    let picture = several.got(1, &mut badr)[0].clone();
    several.pass(2 * SECOND);
    let reports = badr.reports(&mut several.worlds[1]);
    let told = reports.iter().flat_map(|bytes| {
        Compound::new(bytes)
            .filter_map(|packet| match packet {
                Packet::SenderReport { ssrc, info, .. } if ssrc == picture.header.ssrc => Some(info),
                _ => None,
            })
            .collect::<Vec<_>>()
    });
    let told = told.last().expect("a sender report");
    let wall = told.ntp as f64 / 4_294_967_296.0 * 1e6;
    let shown = wall + f64::from(picture.header.timestamp.wrapping_sub(told.rtp) as i32) / 90_000.0 * 1e6;
    let sent = ntp(1_700_000_000 * SECOND + at) as f64 / 4_294_967_296.0 * 1e6;
    assert!((shown - sent).abs() < 2000.0, "{} µs apart", shown - sent);
}
