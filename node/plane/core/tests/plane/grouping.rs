//! Packets for one receiver leave together, made equal by padding where that is allowed.

use crate::common::*;

fn picture(world: &mut World, amina: &Peer, sizes: &[usize]) {
    for (n, &size) in sizes.iter().enumerate() {
        let (first, last) = (n == 0, n + 1 == sizes.len());
        amina.send(world, &amina.piece(n as u64, 1, true, first, last, size));
    }
    world.wire.groups.clear();
    world.flush();
}

/// R: a picture cut "about equally" is one group; the padding is RTP padding and at most 2 %.
#[test]
fn a_picture_is_one_group() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let sizes = [1100, 1101, 1099, 1100, 1101, 1090];
    picture(&mut world, &amina, &sizes);
    assert_eq!(world.wire.groups, [6]);
    let got = badr.got(&mut world);
    assert_eq!(got.iter().map(|p| p.payload.len()).collect::<Vec<_>>(), sizes);
    assert_eq!(got.iter().map(|p| p.padding).collect::<Vec<_>>(), [1, 0, 2, 1, 0, 0], "the last may be shorter");
}

/// R: at most ten packets a group; unequal ones are not made equal at any price.
#[test]
fn groups_have_limits() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    picture(&mut world, &amina, &[1000; 25]);
    assert_eq!(world.wire.groups, [10, 10, 5]);
    assert!(badr.got(&mut world).iter().all(|packet| packet.padding == 0));
    let sizes: Vec<usize> = (0..200).map(|n| 400 + n * 37 % 701).collect();
    for (n, &size) in sizes.iter().enumerate() {
        amina.send(&mut world, &amina.piece(25 + n as u64, 2, false, n == 0, n == 199, size));
        if n % 20 == 19 {
            world.flush();
        }
    }
    let got = badr.got(&mut world);
    assert_eq!(got.len(), 200);
    let (padding, bytes) = got.iter().fold((0, 0), |sum, p| (sum.0 + p.padding, sum.1 + p.bytes));
    assert!(padding * 50 <= bytes, "{padding} of {bytes}");
}

/// R: sound ends a group of pictures instead of costing a send of its own.
#[test]
fn sound_travels_with_the_picture() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.audio(1, 20));
    picture(&mut world, &amina, &[1000, 1000, 1000]);
    assert_eq!(world.wire.groups, [4]);
    assert_eq!(badr.got(&mut world).len(), 4);
}

/// R: switched off, every packet is its own send and as long as it came.
#[test]
fn switched_off() {
    let mut world = World::with(|config| config.gso = false);
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    picture(&mut world, &amina, &[1100, 1099, 1101]);
    assert_eq!(world.wire.groups, [1, 1, 1]);
    assert!(badr.got(&mut world).iter().all(|packet| packet.padding == 0));
}

/// R: where the kernel or the way refuses, that receiver gets its packets one by one from then on; others do not.
#[test]
fn a_refusal_is_remembered() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.wire.refuses_groups = true;
    picture(&mut world, &amina, &[1000, 1000, 1000]);
    assert_eq!(badr.got(&mut world).len(), 3);
    amina.send(&mut world, &amina.piece(3, 2, false, true, false, 1000));
    amina.send(&mut world, &amina.piece(4, 2, false, false, true, 1000));
    world.wire.groups.clear();
    world.flush();
    assert_eq!(world.wire.groups, [1, 1]);
}
