//! What is tapped of a track, and when: only between the marks, after repair, from key frame to key frame.

use plane_core::contract::from_plane::Body;
use plane_core::contract::recording_closed::Cause as Closed;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{Done, GetSnapshot, RecordTracks, SpoolHeader, failed, record_tracks};
use plane_core::rtcp::{Compound, Packet, SenderInfo};
use plane_core::spool::{self, Tagged};
use prost::Message;

use crate::common::*;
use crate::simulcaster::*;

const RECORDING: &str = "0123456789abcdef0123456789abcdef";

/// What one record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Begin,
    /// Layer and number.
    Packet(u8, u64),
    Report(u8),
    Muted,
    Heard,
    Gap(u32),
    End(Closed),
}

fn record(world: &mut World, recording: &str, stream: u32, track: &str, on: bool) -> Body {
    let change = record_tracks::Change { recording: recording.into(), stream, track: track.into(), on };
    world.command(Command::RecordTracks(RecordTracks { changes: vec![change] }))
}

fn start(world: &mut World, track: &str) {
    assert_eq!(record(world, RECORDING, 1, track, true), Body::Done(Done {}));
}

fn stop(world: &mut World, track: &str) {
    assert_eq!(record(world, RECORDING, 1, track, false), Body::Done(Done {}));
}

fn with_spool() -> World {
    let mut world = World::new();
    world.shard.open_spool();
    world
}

/// What came for the writer since the last call, with the bodies.
fn bodies(world: &mut World) -> Vec<(Said, Vec<u8>)> {
    let bytes = std::mem::take(world.shard.recorded());
    let said = |body: &[u8]| match (body[0], body[1]) {
        (spool::BEGIN, _) => Said::Begin,
        (spool::PACKET, _) => Said::Packet(body[2], u64::from_le_bytes(*body[20..].first_chunk().unwrap())),
        (spool::REPORT, _) => Said::Report(body[2]),
        (spool::MARK, spool::MUTED) => Said::Muted,
        (spool::MARK, _) => Said::Heard,
        (spool::GAP, _) => Said::Gap(u32::from_le_bytes(*body[12..].first_chunk().unwrap())),
        (spool::END, cause) => Said::End(Closed::try_from(i32::from(cause)).unwrap()),
        other => panic!("{other:?}"),
    };
    Tagged(&bytes).map(|(_, body)| (said(body), body.to_vec())).collect()
}

fn said(world: &mut World) -> Vec<Said> {
    bodies(world).into_iter().map(|(said, _)| said).collect()
}

fn asked(peer: &mut Peer, world: &mut World) -> bool {
    let is_pli = |bytes: &Vec<u8>| Compound::new(bytes).any(|packet| matches!(packet, Packet::Pli { .. }));
    peer.reports(world).iter().any(is_pli)
}

/// D9: nothing of before or after is kept, to the packet; what is kept is what was sent.
#[test]
fn only_between_the_marks() {
    let mut world = with_spool();
    let amina = world.join("amina", "r");
    amina.send(&mut world, &amina.audio(1, 20));
    start(&mut world, "amina/microphone");
    amina.send(&mut world, &amina.audio(2, 20));
    amina.send(&mut world, &amina.audio(3, 20));
    stop(&mut world, "amina/microphone");
    amina.send(&mut world, &amina.audio(4, 20));
    world.flush();
    let found = bodies(&mut world);
    let kinds: Vec<Said> = found.iter().map(|(said, _)| *said).collect();
    assert_eq!(kinds, [Said::Begin, Said::Packet(0, 2), Said::Packet(0, 3), Said::End(Closed::Stopped)]);
    let begin = &found[0].1[spool::COMMON..];
    let (track, header) = begin[1..].split_at(begin[0].into());
    assert_eq!(track, b"amina/microphone");
    let header = SpoolHeader::decode(header).unwrap();
    assert_eq!((header.recording.as_str(), header.stream, header.codecs[0].name.as_str()), (RECORDING, 1, "opus"));
    let packet = &found[1].1;
    assert_eq!((packet[3], packet[28] & 0x7F, &packet[30..]), (111, 20, &[2u8; 80][..]));
}

/// D9: of a microphone that repeats (RFC 2198) only the sound of each packet: the one before the mark is not kept.
#[test]
fn what_is_repeated_is_of_before() {
    let mut world = with_spool();
    let amina = crate::repeating::someone(&mut world, "amina", true);
    let speak = |world: &mut World, index: u64, payload: &[u8]| {
        crate::repeating::speak(world, &amina, crate::repeating::RED, index, payload);
    };
    speak(&mut world, 1, &crate::repeating::repeating(1));
    start(&mut world, "amina/microphone");
    speak(&mut world, 2, &crate::repeating::repeating(2));
    speak(&mut world, 3, &crate::repeating::repeating(3)[..20]); // less than it says
    speak(&mut world, 4, &crate::repeating::repeating(4));
    let kept: Vec<_> = bodies(&mut world).split_off(1);
    assert_eq!(kept.iter().map(|(said, _)| *said).collect::<Vec<_>>(), [Said::Packet(0, 2), Said::Packet(0, 4)]);
    for ((_, body), sound) in kept.iter().zip([2u8, 4]) {
        assert_eq!((body[3], &body[30..]), (111, &[sound; 80][..]), "as opus");
    }
}

/// D9: a picture begins with a key frame, which is asked for at once; one of before the mark does not count.
#[test]
fn a_picture_begins_with_a_key_frame() {
    let mut world = with_spool();
    let mut amina = world.join("amina", "r");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    amina.reports(&mut world);
    start(&mut world, "amina/camera");
    amina.send(&mut world, &amina.video(2, 2, false));
    world.flush();
    assert!(asked(&mut amina, &mut world));
    assert_eq!(said(&mut world), [Said::Begin]);
    amina.send(&mut world, &amina.video(3, 3, true));
    amina.send(&mut world, &amina.video(4, 4, false));
    assert_eq!(said(&mut world), [Said::Packet(0, 3), Said::Packet(0, 4)]);
}

/// D9: what was lost and came by repair is kept, with its own number; also the beginning of the first picture.
#[test]
fn what_is_repaired_is_kept() {
    let mut world = with_spool();
    let amina = world.join("amina", "r");
    amina.send(&mut world, &amina.video(1, 1, false));
    start(&mut world, "amina/camera");
    amina.send(&mut world, &amina.piece(3, 3, false, false, true, 500)); // the rest of a key frame
    amina.send(&mut world, &amina.video_again(1, 2, 3, true));
    for number in [4, 6, 7] {
        amina.send(&mut world, &amina.video(number, number as u16, false));
    }
    amina.send(&mut world, &amina.video_again(2, 5, 5, false));
    amina.send(&mut world, &amina.video_again(3, 5, 5, false));
    let found = bodies(&mut world);
    let numbers: Vec<Said> = found.iter().map(|(said, _)| *said).collect();
    assert_eq!(
        numbers,
        [Said::Begin].into_iter().chain([2, 3, 4, 6, 7, 5].map(|n| Said::Packet(0, n))).collect::<Vec<_>>()
    );
    let flags: Vec<u8> = found[1..].iter().map(|(_, body)| body[1]).collect();
    assert_eq!(flags[0], spool::MARKER | spool::KEY_FRAME | spool::REPAIRED);
    assert_eq!((flags[1], flags[5]), (spool::MARKER, spool::MARKER | spool::REPAIRED));
}

/// D9: where a packet is lost for good, a key frame is asked for, though nobody else watches.
#[test]
fn what_is_lost_for_good_costs_a_key_frame() {
    let mut world = with_spool();
    let mut amina = world.join("amina", "r");
    start(&mut world, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    amina.send(&mut world, &amina.video(3, 3, false));
    world.flush();
    amina.reports(&mut world);
    let mut plis = 0;
    for number in 4..100 {
        amina.send(&mut world, &amina.video(number, number as u16, false));
        world.pass(33 * MS);
        plis += u32::from(asked(&mut amina, &mut world));
    }
    assert!((1..5).contains(&plis), "{plis}");
}

/// D9: of a muted track nothing is kept, only that it was; then it goes on with a key frame.
#[test]
fn a_mute_is_a_mark() {
    let mut world = with_spool();
    let mut amina = world.join("amina", "r");
    start(&mut world, "amina/camera");
    amina.send(&mut world, &amina.video(1, 1, true));
    world.mute("amina/camera", true);
    amina.send(&mut world, &amina.video(2, 2, true));
    world.pass(SECOND);
    amina.reports(&mut world);
    world.mute("amina/camera", false);
    amina.send(&mut world, &amina.video(3, 3, false));
    world.pass(200 * MS);
    assert!(asked(&mut amina, &mut world));
    amina.send(&mut world, &amina.video(4, 4, true));
    let expected = [Said::Begin, Said::Packet(0, 1), Said::Muted, Said::Heard, Said::Packet(0, 4)];
    assert_eq!(said(&mut world), expected);
    world.mute("amina/microphone", true);
    record(&mut world, RECORDING, 2, "amina/microphone", true);
    amina.send(&mut world, &amina.audio(1, 20));
    assert_eq!(said(&mut world), [Said::Begin, Said::Muted]);
}

/// D9: the highest layer is kept on though nobody watches; when it stops, the next one goes on from a key frame, and back.
#[test]
fn the_highest_layer_that_flows() {
    let mut world = with_spool();
    let mut amina = Camera::join(&mut world, "amina", "r");
    amina.run(&mut world, 4 * SECOND);
    assert_eq!(world.wanted("amina/camera"), [""], "nobody watches");
    start(&mut world, "amina/camera");
    let mut found = Vec::new();
    for second in 0..6 {
        amina.layers[2].on = !(1..4).contains(&second);
        for _ in 0..10 {
            amina.run(&mut world, 100 * MS);
            found.extend(bodies(&mut world)); // the writer keeps up
        }
        assert!(second != 0 || world.wanted("amina/camera") == ["f"]);
    }
    let packets = found.iter().filter(|(said, _)| matches!(said, Said::Packet(..)));
    let packets: Vec<(u8, bool)> = packets.map(|(_, body)| (body[2], body[1] & spool::KEY_FRAME > 0)).collect();
    let mut runs: Vec<(u8, bool)> = packets.clone();
    runs.dedup_by_key(|(layer, _)| *layer);
    assert_eq!(runs, [(2, true), (1, true), (2, true)], "each begins with a key frame");
    let numbers =
        found.iter().filter_map(|(said, _)| if let Said::Packet(at, n) = *said { Some((at, n)) } else { None });
    let numbers: Vec<(u8, u64)> = numbers.collect();
    assert!(numbers.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].1 + 1 == pair[1].1), "none is missing");
}

/// D9: what tells the clocks apart is kept, of the layer that is kept: for lip sync.
#[test]
fn sender_reports_are_kept() {
    let mut world = with_spool();
    let mut amina = world.join("amina", "r");
    let info = SenderInfo { ntp: 0x1234_5678_9ABC_DEF0, rtp: 777, packets: 1, octets: 1 };
    amina.send(&mut world, &amina.audio(1, 20));
    amina.rtcp(&mut world, |writer| writer.sender_report(MICROPHONE, &info, &[]).unwrap());
    start(&mut world, "amina/microphone");
    amina.send(&mut world, &amina.audio(2, 20));
    amina.rtcp(&mut world, |writer| writer.sender_report(MICROPHONE, &info, &[]).unwrap());
    let found = bodies(&mut world);
    let kinds: Vec<Said> = found.iter().map(|(said, _)| *said).collect();
    assert_eq!(kinds, [Said::Begin, Said::Report(0), Said::Packet(0, 2), Said::Report(0)]);
    let body = &found[3].1[spool::COMMON..];
    assert_eq!(u32::from_le_bytes(*body.first_chunk().unwrap()), MICROPHONE);
    assert_eq!(u32::from_le_bytes(*body[4..].first_chunk().unwrap()), info.rtp);
    assert_eq!(u64::from_le_bytes(*body[8..].first_chunk().unwrap()), info.ntp);
}

/// D9: a track that ends, ends its streams; a snapshot names those that run.
#[test]
fn a_track_ends_its_streams() {
    let mut world = with_spool();
    let amina = world.join("amina", "r");
    start(&mut world, "amina/microphone");
    start(&mut world, "amina/microphone"); // again: nothing
    let Body::Snapshot(snapshot) = world.command(Command::GetSnapshot(GetSnapshot {})) else { panic!() };
    assert_eq!(snapshot.recordings.len(), 1);
    assert_eq!((snapshot.recordings[0].stream, snapshot.recordings[0].track.as_str()), (1, "amina/microphone"));
    amina.send(&mut world, &amina.audio(1, 20));
    world.command(Command::CloseTransport(plane_core::contract::CloseTransport { transport: "amina".into() }));
    assert_eq!(said(&mut world), [Said::Begin, Said::Packet(0, 1), Said::End(Closed::Track)]);
    stop(&mut world, "amina/microphone"); // has ended by itself
    let Body::Snapshot(snapshot) = world.command(Command::GetSnapshot(GetSnapshot {})) else { panic!() };
    assert!(snapshot.recordings.is_empty() && said(&mut world).is_empty());
}

/// H27: when the writer does not keep up, packets of the recording are dropped and counted; the room does not notice. The picture goes
/// on with a key frame.
#[test]
fn a_writer_that_lags_costs_the_recording_alone() {
    let mut world = with_spool();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    start(&mut world, "amina/camera");
    for number in 1..=400 {
        amina.send(&mut world, &amina.video(number, number as u16, number == 1));
        world.flush();
    }
    assert_eq!(badr.got(&mut world).len(), 400);
    assert!(world.shard.recorded().len() <= 256 << 10);
    let kept = said(&mut world).len() as u64 - 1;
    assert!((200..300).contains(&kept), "{kept}");
    amina.send(&mut world, &amina.video(401, 401, false));
    assert_eq!(said(&mut world), []);
    amina.send(&mut world, &amina.video(402, 402, true));
    world.flush();
    assert_eq!(said(&mut world), [Said::Gap((401 - kept) as u32), Said::Packet(0, 402)]);
    let told: Vec<&Body> =
        world.events.iter().filter(|e| matches!(e, Body::RecordingFailed(_) | Body::RecordingResumed(_))).collect();
    assert!(matches!(told[..], [Body::RecordingFailed(_), Body::RecordingResumed(_)]), "{told:?}");
}

/// H23: what names a directory is hexadecimal digits; an unknown track, a stream twice and a plane without a spool are refused.
#[test]
fn refusals() {
    let mut world = with_spool();
    world.join("amina", "r");
    let refused = |body: Body| if let Body::Failed(failed) = body { failed.cause() } else { panic!("{body:?}") };
    for name in [
        "",
        "../../../../../../../../etc/passwd",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdef0",
    ] {
        let answer = record(&mut world, name, 1, "amina/camera", true);
        assert_eq!(refused(answer), failed::Cause::Invalid, "{name}");
    }
    let answer = record(&mut world, RECORDING, 1, "nobody/camera", true);
    assert_eq!(refused(answer), failed::Cause::Unknown);
    start(&mut world, "amina/camera");
    let answer = record(&mut world, RECORDING, 1, "amina/microphone", true);
    assert_eq!(refused(answer), failed::Cause::Exists);
    let mut without = World::new();
    without.join("amina", "r");
    let answer = record(&mut without, RECORDING, 1, "amina/camera", true);
    assert_eq!(refused(answer), failed::Cause::Invalid);
}
