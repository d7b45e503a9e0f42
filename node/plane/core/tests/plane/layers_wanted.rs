//! Senders are told which layers are worth sending.

use crate::common::*;
use crate::simulcaster::*;

/// R: what nobody watches is left out after two seconds, and wanted again at once.
#[test]
fn with_patience_one_way_only() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    world.join("badr", "r");
    amina.run(&mut world, SECOND);
    assert_eq!(world.wanted("amina/camera"), [""; 0], "two seconds have not passed");
    amina.run(&mut world, 2 * SECOND);
    assert_eq!(world.wanted("amina/camera"), [""], "nobody watches");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.size("badr", VIDEO_SLOT, 300);
    amina.run(&mut world, 200 * MS);
    assert_eq!(world.wanted("amina/camera"), ["h"]);
    world.size("badr", VIDEO_SLOT, 100);
    amina.run(&mut world, 400 * MS);
    assert_eq!(world.wanted("amina/camera"), ["qh"], "what is added is told at once");
    amina.run(&mut world, 1500 * MS);
    assert_eq!(world.wanted("amina/camera"), [""; 0], "what is no longer watched may be again soon");
    amina.run(&mut world, SECOND);
    assert_eq!(world.wanted("amina/camera"), ["q"]);
    amina.run(&mut world, 5 * SECOND);
    assert_eq!(world.wanted("amina/camera"), [""; 0], "no change, no word");
}

/// R: a layer that is being left is wanted until the other has begun, or the picture would freeze in between.
#[test]
fn what_is_shown_is_wanted() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.run(&mut world, 4 * SECOND);
    assert_eq!(world.wanted("amina/camera"), ["f"]);
    amina.layers[0].on = false;
    amina.layers[1].on = false;
    amina.run(&mut world, 5 * SECOND);
    world.size("badr", VIDEO_SLOT, 100);
    amina.run(&mut world, 5 * SECOND);
    assert_eq!(world.wanted("amina/camera"), ["qf"], "the small layer has not come yet");
    badr.look(&mut world);
    (amina.layers[0].on, amina.layers[0].key) = (true, true);
    amina.run(&mut world, 4 * SECOND);
    assert_eq!(world.wanted("amina/camera"), ["q"]);
    assert_eq!(badr.layer(&mut world), Some(0));
}

/// R: what the way does not bear is not worth sending; but one whose way is narrow has the lowest to fall back to.
#[test]
fn what_the_way_bears() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.limit("badr", 800_000);
    amina.run(&mut world, 5 * SECOND);
    assert_eq!(badr.layer(&mut world), Some(1));
    assert_eq!(world.wanted("amina/camera"), ["qh"]);
}

/// R: a camera of one encoding is told whether anybody watches at all.
#[test]
fn of_one_encoding() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    world.join("badr", "r");
    let mut n = 0;
    let mut run = |world: &mut World, us: u64| {
        let end = world.now + us;
        while world.now < end {
            n += 1;
            amina.send(world, &amina.video(n, n as u16, n % 30 == 1));
            world.pass(33 * MS);
        }
    };
    run(&mut world, 3 * SECOND);
    let none: Vec<usize> = rids(&mut world);
    assert_eq!(none, [0, 0], "Amina's and Badr's: nobody watches");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    run(&mut world, 300 * MS);
    assert_eq!(rids(&mut world), [1], "one rid, the empty one");
    run(&mut world, 5 * SECOND);
    assert_eq!(rids(&mut world), []);
}

fn rids(world: &mut World) -> Vec<usize> {
    let events = std::mem::take(&mut world.events);
    let rids = events.into_iter().filter_map(|event| match event {
        plane_core::contract::from_plane::Body::LayersWanted(wanted) => Some(wanted.rids.len()),
        _ => None,
    });
    rids.collect()
}

/// R: a viewer who flips through sizes ten times a second makes no storm of words.
#[test]
fn h10_few_words() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.run(&mut world, 3 * SECOND);
    world.wanted("amina/camera");
    for n in 0..100 {
        world.size("badr", VIDEO_SLOT, [90, 300, 700][n % 3]);
        amina.run(&mut world, 100 * MS);
    }
    let words = world.wanted("amina/camera");
    assert!(words.len() <= 4, "{words:?} in 10 s");
}

/// R: a muted camera is not told anything: its page knows better, and is not to be slow when it is unmuted.
#[test]
fn nothing_of_what_is_muted() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.mute("amina/camera", true);
    amina.run(&mut world, 5 * SECOND);
    assert_eq!(world.wanted("amina/camera"), [""; 0]);
}
