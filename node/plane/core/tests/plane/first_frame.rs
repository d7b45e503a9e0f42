//! How long pictures are waited for, from their being wanted to their first packet.

use crate::common::*;
use crate::simulcaster::*;

/// R: a picture from the cache takes no time, one that is asked for as long as its sender, and who waits for a camera
/// that is off is counted from when it is on.
#[test]
fn from_wanted_to_sent() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    world.join("badr", "r");
    world.join("chloe", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    world.pass(20 * SECOND);
    amina.run(&mut world, SECOND);
    world.assign("chloe", VIDEO_SLOT, "amina/camera");
    amina.frame(&mut world);
    let first = |world: &World| world.shard.counters(world.now).first_frame.unwrap();
    assert_eq!(first(&world).counts, [2, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(first(&world).sum_ms, 0);
    amina.run(&mut world, 15 * SECOND); // beyond the cache
    let check = amina.peer.check(false);
    world.datagram(amina.peer.address, &check);
    amina.answers = false;
    world.join("dina", "r");
    world.assign("dina", VIDEO_SLOT, "amina/camera");
    amina.run(&mut world, 300 * MS);
    for layer in &mut amina.layers {
        layer.key = true;
    }
    amina.frame(&mut world);
    assert_eq!(first(&world).counts, [2, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert!((290..=360).contains(&first(&world).sum_ms), "{}", first(&world).sum_ms);
}
