//! Cameras of several layers in a room on several shards: each shard is sent the layers that are watched there.

use crate::common::*;
use crate::several::Several;
use crate::simulcaster::*;

fn camera(several: &mut Several, shard: usize, name: &str) -> Camera {
    several.enter(shard, &simulcasting(name, "r"), |world| Camera::join(world, name, "r"))
}

fn viewer(several: &mut Several, shard: usize, name: &str, height: u32) -> Viewer {
    let viewer = several.enter(shard, &page(name, "r"), |world| Viewer::join(world, name, "r"));
    several.worlds[shard].assign(name, VIDEO_SLOT, "amina/camera");
    several.worlds[shard].size(name, VIDEO_SLOT, height);
    several.flush();
    viewer
}

/// Pictures of a camera on shard 0 for so long.
fn run(several: &mut Several, camera: &mut Camera, us: u64) {
    let end = several.worlds[0].now + us;
    while several.worlds[0].now < end {
        for at in (0..camera.layers.len()).filter(|&at| camera.layers[at].on).collect::<Vec<_>>() {
            for packet in camera.picture(at, several.worlds[0].now) {
                camera.peer.send(&mut several.worlds[0], &packet);
            }
        }
        several.flush();
        several.pass(FRAME);
        camera.listen(&mut several.worlds[0]);
        several.flush();
    }
}

/// R: a small tile on another shard: only the small layer crosses. It grows: the large one does, from a key frame on,
/// without a gap, a leap in time or a picture that cannot be decoded; then the small one no longer does.
#[test]
fn what_the_tiles_there_show() {
    let mut several = Several::new(2);
    let mut amina = camera(&mut several, 0, "amina");
    let mut home = viewer(&mut several, 0, "home", 720);
    let mut away = viewer(&mut several, 1, "away", 100);
    run(&mut several, &mut amina, SECOND);
    amina.report(&mut several.worlds[0]); // the clocks of all layers, also of those that do not cross yet
    let crossed = |several: &mut Several, amina: &mut Camera| {
        let before = several.mirrored(1);
        run(several, amina, SECOND);
        several.mirrored(1) - before
    };
    assert!((29..=32).contains(&crossed(&mut several, &mut amina)), "one packet a picture");
    assert_eq!((home.layer(&mut several.worlds[0]), away.layer(&mut several.worlds[1])), (Some(2), Some(0)));
    for (height, layer, packets) in [(720, 2, 6), (300, 1, 2), (100, 0, 1)] {
        several.worlds[1].size("away", VIDEO_SLOT, height);
        run(&mut several, &mut amina, SECOND);
        assert_eq!(away.layer(&mut several.worlds[1]), Some(layer), "{height} lines");
        let pictures = crossed(&mut several, &mut amina) / packets;
        assert!((29..=32).contains(&pictures), "{height} lines: {pictures} pictures");
    }
    assert!(away.largest_step <= 6100, "no leap in time: {}", away.largest_step);
    home.look(&mut several.worlds[0]);
}

/// R: a sender is told what anybody watches, on whichever shard; when somebody leaves, what the others still watch.
#[test]
fn the_union_is_wanted() {
    let mut several = Several::new(3);
    let mut amina = camera(&mut several, 0, "amina");
    let _home = viewer(&mut several, 0, "home", 100);
    let _near = viewer(&mut several, 1, "near", 300);
    let _far = viewer(&mut several, 2, "far", 720);
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), [""; 0], "all are, and that is what senders begin with");
    several.close("far");
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), ["qh"]);
    several.worlds[1].size("near", VIDEO_SLOT, 1080);
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), ["qhf", "qf"]);
    several.close("home");
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), ["f"]);
    assert!(several.worlds[1].wanted("amina/camera").is_empty(), "only its home speaks to a sender");
}

/// D: a shard that says nothing any more is forgotten; when it is back, so is the picture.
#[test]
fn a_silent_shard_wants_nothing() {
    let mut several = Several::new(2);
    let mut amina = camera(&mut several, 0, "amina");
    let mut away = viewer(&mut several, 1, "away", 300);
    run(&mut several, &mut amina, 3 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), ["h"]);
    several.broken = true;
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), [""]);
    several.broken = false;
    several.got(1, &mut away.peer);
    run(&mut several, &mut amina, SECOND);
    assert_eq!(several.worlds[0].wanted("amina/camera"), ["h"]);
    assert!(several.got(1, &mut away.peer).len() > 40, "two packets a picture");
}

/// R: the way of one receiver on another shard becomes narrow: it falls back at once, and comes up again later.
#[test]
fn as_much_as_the_way_there_bears() {
    let mut several = Several::new(2);
    let mut amina = camera(&mut several, 0, "amina");
    let mut away = viewer(&mut several, 1, "away", 720);
    let mut wide = viewer(&mut several, 1, "wide", 720);
    run(&mut several, &mut amina, 2 * SECOND);
    assert_eq!(away.layer(&mut several.worlds[1]), Some(2));
    several.worlds[1].limit("away", 700_000);
    run(&mut several, &mut amina, 400 * MS);
    away.look(&mut several.worlds[1]);
    run(&mut several, &mut amina, FRAME);
    assert_eq!(away.layer(&mut several.worlds[1]), Some(1));
    several.worlds[1].limit("away", 5_000_000);
    run(&mut several, &mut amina, 4 * SECOND);
    assert_eq!(away.layer(&mut several.worlds[1]), Some(2));
    wide.look(&mut several.worlds[1]);
    assert_eq!(wide.shown.iter().filter(|&&(_, layer)| layer != 2).count(), 0, "the other never noticed");
}

/// H10: fifty receivers on two other shards who all cannot decode: the sender is asked as seldom as by one.
#[test]
fn h10_requests_of_many_shards() {
    let mut several = Several::new(3);
    let mut amina = camera(&mut several, 0, "amina");
    let mut crowd: Vec<Viewer> = (0..50).map(|n| viewer(&mut several, 1 + n % 2, &format!("away-{n}"), 720)).collect();
    run(&mut several, &mut amina, 3 * SECOND);
    let before = amina.plis();
    for _ in 0..30 {
        for (n, viewer) in crowd.iter_mut().enumerate() {
            let slot = 0x5245_0000 | VIDEO_SLOT << 1;
            viewer.peer.rtcp(&mut several.worlds[1 + n % 2], |writer| writer.pli(1, slot).unwrap());
        }
        run(&mut several, &mut amina, 100 * MS);
    }
    let asked = amina.plis()[2] - before[2];
    assert!((1..=6).contains(&asked), "{asked} requests in 3 s");
    assert_eq!(amina.plis()[..2], before[..2]);
}
