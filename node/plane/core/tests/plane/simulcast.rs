//! A layer for each receiver and slot: what the tile shows and the way bears, changed at key frames only.

use crate::common::*;
use crate::simulcaster::*;

/// R: a small tile is sent the small layer, a large one the large; a change of size changes it, without a gap, a jump
/// or a picture that cannot be decoded.
#[test]
fn as_large_as_the_tile() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(2), "of unknown size: the highest");
    for (height, layer) in [(120, 0), (181, 1), (360, 1), (361, 2), (2000, 2), (90, 0), (720, 2)] {
        world.size("badr", VIDEO_SLOT, height);
        amina.run(&mut world, SECOND);
        assert_eq!(badr.layer(&mut world), Some(layer), "{height} lines");
    }
    assert!(badr.largest_step <= 6100, "no leap in time: {}", badr.largest_step);
    assert_eq!(world.figures("badr", VIDEO_SLOT).switches, 5);
    assert_eq!(world.shard.totals().layer_switches, 5);
}

/// R: the way bears less: down at once; it bears more: up again after a while. The picture never stops.
#[test]
fn as_much_as_the_way_bears() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, 2 * SECOND);
    assert_eq!(badr.layer(&mut world), Some(2));
    world.limit("badr", 700_000);
    amina.run(&mut world, 200 * MS);
    badr.look(&mut world);
    amina.frame(&mut world);
    assert_eq!(badr.layer(&mut world), Some(1), "within 200 ms");
    world.limit("badr", 350_000);
    amina.run(&mut world, 400 * MS);
    badr.look(&mut world);
    amina.frame(&mut world);
    assert_eq!(badr.layer(&mut world), Some(0));
    world.limit("badr", 5_000_000);
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(0), "one good second is no proof");
    amina.run(&mut world, 2 * SECOND);
    assert_eq!(badr.layer(&mut world), Some(2));
    assert!(badr.largest_step <= 6100, "{}", badr.largest_step);
}

/// R: when not even the smallest picture fits, there is none, and sound goes on; when it fits again it is back, with a
/// key frame.
#[test]
fn held_and_back() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, 2 * SECOND);
    badr.look(&mut world);
    world.limit("badr", 100_000);
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), None);
    assert!(world.shard.counters(world.now).packets.unwrap().held_packets > 20);
    assert_eq!(world.figures("badr", VIDEO_SLOT).rid, "");
    let sound = amina.peer.audio(1, 20);
    amina.peer.send(&mut world, &sound);
    world.flush();
    assert_eq!(badr.peer.got(&mut world).len(), 1, "sound goes on");
    world.limit("badr", 0);
    amina.run(&mut world, 3 * SECOND);
    assert_eq!(badr.layer(&mut world), Some(2));
    assert_eq!(world.figures("badr", VIDEO_SLOT).rid, "f");
}

/// R: the sender turns a layer off, or it is lost on the way: within a second its viewers see a lower one; and the
/// higher again when it is back.
#[test]
fn a_layer_vanishes() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, 2 * SECOND);
    badr.look(&mut world);
    amina.layers[2].on = false;
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(1));
    amina.layers[1].on = false;
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(0));
    for layer in [1, 2] {
        (amina.layers[layer].on, amina.layers[layer].key) = (true, true);
    }
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(2));
    assert!(badr.largest_step < 90_000, "{}", badr.largest_step);
}

/// R: a camera that pauses as a whole has not turned any layer off: it goes on where it was.
#[test]
fn a_pause_of_all_layers() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, SECOND);
    badr.look(&mut world);
    let asked = amina.plis();
    for _ in 0..5 {
        world.pass(3 * SECOND);
        amina.frame(&mut world);
        assert_eq!(badr.layer(&mut world), Some(2));
    }
    assert_eq!(amina.plis(), asked);
}

/// R: a newcomer sees a picture at once, of a lower layer if only that has a key frame at hand, and the right one soon.
#[test]
fn a_newcomer_takes_what_is_there() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut first = Viewer::join(&mut world, "first", "r");
    world.assign("first", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, 4 * SECOND); // 720 packets of the highest layer: too long a past to be shown
    first.look(&mut world);
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    world.flush();
    assert_eq!(badr.layer(&mut world), Some(1));
    amina.run(&mut world, 200 * MS);
    assert_eq!(badr.layer(&mut world), Some(2));
}

/// R: a muted camera sends nothing on, whatever layers come; unmuted, the picture is back at the first key frame.
#[test]
fn mute_and_back() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    world.size("badr", VIDEO_SLOT, 300);
    amina.run(&mut world, SECOND);
    assert_eq!(badr.layer(&mut world), Some(1));
    world.mute("amina/camera", true);
    amina.run(&mut world, 3 * SECOND);
    assert_eq!(badr.layer(&mut world), None);
    assert!(!amina.layers.iter().any(|layer| layer.says_rid), "RIDs are long gone, and were not forgotten");
    world.mute("amina/camera", false);
    amina.run(&mut world, 300 * MS);
    assert_eq!(badr.layer(&mut world), Some(1));
}

/// R: MID and RID come with the first packets only; a layer that starts over under another SSRC says them again and is
/// followed, and its fellows notice nothing.
#[test]
fn a_layer_starts_over() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    let mut chloe = Viewer::join(&mut world, "chloe", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    world.assign("chloe", VIDEO_SLOT, &amina.track());
    world.size("chloe", VIDEO_SLOT, 100);
    amina.run(&mut world, 2 * SECOND);
    assert!(!amina.layers[2].says_rid);
    assert_eq!((badr.layer(&mut world), chloe.layer(&mut world)), (Some(2), Some(0)));
    let layer = &mut amina.layers[2];
    (layer.ssrc, layer.sequence, layer.clock) = (9001, 65_100, 12_345);
    (layer.says_rid, layer.key) = (true, true);
    let asked = amina.plis()[0];
    amina.run(&mut world, SECOND);
    assert_eq!((badr.layer(&mut world), chloe.layer(&mut world)), (Some(2), Some(0)));
    assert_eq!(amina.plis()[0], asked);
}

/// R: sender reports align the layers' clocks: over a switch the receiver's clock goes on to the tick, as the pictures
/// were taken, though the layers arrive at different times.
#[test]
fn timestamps_are_aligned_by_reports() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.frame(&mut world);
    amina.report(&mut world);
    amina.run(&mut world, SECOND);
    badr.look(&mut world);
    let mut sent = Vec::new();
    for height in [90, 720, 300, 90, 300, 720] {
        world.size("badr", VIDEO_SLOT, height);
        for _ in 0..20 {
            let taken = world.now;
            amina.frame(&mut world);
            let mut pictures = badr.peer.got(&mut world);
            pictures.retain(|got| got.payload[21] == 0); // of each picture its first piece
            sent.extend(pictures.last().map(|got| (taken, got.header.timestamp)));
        }
    }
    for two in sent.windows(2) {
        let ticks = i64::from(two[1].1.wrapping_sub(two[0].1));
        let taken = ((two[1].0 - two[0].0) * 9 / 100) as i64;
        // What has been shown already cannot be shown again: then one tick later. The next is in its place.
        assert!((ticks - taken).abs() <= 35, "{ticks} ticks for {taken}");
    }
}

/// R: packets lost on the way down are sent again in the layer that they were sent in, and not of one that was left.
#[test]
fn repair_of_layers() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    world.size("badr", VIDEO_SLOT, 300);
    amina.run(&mut world, SECOND);
    let got = badr.peer.got(&mut world);
    let lost = got[got.len() - 3].clone();
    let ssrc = lost.header.ssrc;
    badr.peer.rtcp(&mut world, |writer| writer.nack(1, ssrc, &[lost.header.sequence]).unwrap());
    world.flush();
    let again = badr.peer.got(&mut world);
    assert_eq!(again[0].payload[2..], lost.payload);
    assert_eq!(again[0].payload[..2], lost.header.sequence.to_be_bytes());
    world.size("badr", VIDEO_SLOT, 90);
    amina.run(&mut world, SECOND);
    badr.peer.got(&mut world);
    badr.peer.rtcp(&mut world, |writer| writer.nack(1, ssrc, &[lost.header.sequence]).unwrap());
    world.flush();
    assert!(badr.peer.got(&mut world).is_empty(), "of a layer that was left");
}

/// R: loss on the way up is asked for again layer by layer, and mended by RTX that says its repaired RID.
#[test]
fn repair_of_each_layer_upstream() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, &amina.track());
    amina.run(&mut world, 100 * MS);
    badr.look(&mut world);
    let pieces = amina.picture(2, world.now);
    for piece in [0, 1, 3, 4, 5] {
        amina.peer.send(&mut world, &pieces[piece]);
    }
    world.pass(30 * MS);
    let asked = amina.peer.reports(&mut world);
    let lost = amina.layers[2].sequence - 3; // its third piece of six
    let nacks: Vec<(u32, Vec<u16>)> = asked
        .iter()
        .flat_map(|bytes| plane_core::rtcp::Compound::new(bytes))
        .filter_map(|packet| match packet {
            plane_core::rtcp::Packet::Nack { media, lost, .. } => Some((media, lost.collect())),
            _ => None,
        })
        .collect();
    assert_eq!(nacks[0], (amina.layers[2].ssrc, vec![lost as u16]));
    let again = amina.again(2, lost, 2, world.now - 30 * MS);
    amina.peer.send(&mut world, &again);
    world.flush();
    let mut numbers: Vec<u16> = badr.peer.got(&mut world).iter().map(|got| got.header.sequence).collect();
    numbers.sort_unstable();
    assert_eq!(numbers.len(), 6, "the whole picture");
    assert!(numbers.windows(2).all(|two| two[1] == two[0] + 1));
    assert_eq!(world.shard.totals().recovered_packets, 1);
}

/// H10: many who want another layer at once cost their sender one request a layer and 300 ms.
#[test]
fn h10_requests_of_many() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    amina.answers = false;
    let mut viewers: Vec<Viewer> = (0..30).map(|n| Viewer::join(&mut world, &format!("v{n}"), "r")).collect();
    amina.run(&mut world, 4 * SECOND);
    for viewer in &viewers {
        world.assign(&viewer.name(), VIDEO_SLOT, &amina.track());
    }
    amina.run(&mut world, 2 * SECOND);
    let before = amina.plis();
    for n in 0..60 {
        for (who, viewer) in viewers.iter().enumerate() {
            world.size(&viewer.name(), VIDEO_SLOT, [90, 300, 700][(n + who) % 3]);
        }
        amina.run(&mut world, 50 * MS);
    }
    let asked: Vec<usize> = amina.plis().iter().zip(before).map(|(after, before)| after - before).collect();
    assert!(asked.iter().all(|&asked| asked <= 10) && asked[0] > 0 && asked[2] > 0, "{asked:?} in 4 s");
    for viewer in &mut viewers {
        viewer.look(&mut world);
    }
}
