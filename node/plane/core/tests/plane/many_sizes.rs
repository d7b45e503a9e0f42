//! One camera with three layers, a hundred viewers.

use crate::common::*;
use crate::simulcaster::*;

/// R: a hundred viewers of all sizes and ways, changing all the time: each sees what is his, and a decoder could follow
/// every one of them.
#[test]
fn a_hundred_viewers() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut viewers: Vec<Viewer> = (0..100).map(|n| Viewer::join(&mut world, &format!("v{n}"), "r")).collect();
    for (n, viewer) in viewers.iter().enumerate() {
        world.assign(&viewer.name(), VIDEO_SLOT, "amina/camera");
        world.size(&viewer.name(), VIDEO_SLOT, [100, 350, 700][n % 3]);
    }
    amina.run(&mut world, SECOND);
    for (n, viewer) in viewers.iter_mut().enumerate() {
        assert_eq!(viewer.layer(&mut world), Some((n % 3) as u8));
    }
    for round in 0..10usize {
        for (n, viewer) in viewers.iter().enumerate().filter(|(n, _)| (n + round) % 4 == 0) {
            world.size(&viewer.name(), VIDEO_SLOT, [100, 350, 700][(n / 4 + round) % 3]);
            world.limit(&viewer.name(), [0, 400_000, 900_000, 100_000][(n / 3 + round) % 4]);
        }
        amina.run(&mut world, 700 * MS);
        for viewer in &mut viewers {
            viewer.look(&mut world);
        }
    }
    for viewer in &viewers {
        world.size(&viewer.name(), VIDEO_SLOT, 350);
        world.limit(&viewer.name(), 0);
    }
    for _ in 0..3 {
        amina.run(&mut world, 10 * SECOND);
        for viewer in &mut viewers {
            viewer.look(&mut world);
            let check = viewer.peer.check(false);
            world.datagram(viewer.peer.address, &check);
        }
        let check = amina.peer.check(false);
        world.datagram(amina.peer.address, &check);
    }
    amina.frame(&mut world);
    for viewer in &mut viewers {
        assert_eq!(viewer.layer(&mut world), Some(1));
    }
    let asked: usize = amina.plis().iter().sum();
    assert!(asked < 120, "{asked} requests in 38 s");
}

/// R: numbers of every kind wrap on the way, at different times in each layer: nobody notices.
#[test]
fn wraps() {
    let mut world = World::new();
    let mut amina = Camera::join(&mut world, "amina", "r");
    let mut badr = Viewer::join(&mut world, "badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for (at, layer) in amina.layers.iter_mut().enumerate() {
        layer.sequence = 65_500 - 10 * at as u64;
        layer.picture = 0x7FFF - 20 + at as u16;
        layer.clock = u32::MAX - 200_000 - 70_000 * at as u32;
    }
    for n in 0..40 {
        world.size("badr", VIDEO_SLOT, [100, 700, 350][n % 3]);
        amina.run(&mut world, 200 * MS);
        badr.look(&mut world);
    }
    assert!(world.figures("badr", VIDEO_SLOT).switches > 20);
}
