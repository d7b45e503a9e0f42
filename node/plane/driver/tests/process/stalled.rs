//! A controller that does not read never holds up a packet.

use std::time::{Duration, Instant};

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;

/// R: the control process is frozen with commands outstanding and events to come; no receiver loses one packet, and
/// what it reads when it wakes is whole.
#[test]
fn a_frozen_controller() {
    let plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    let last = controller.tell_at_once((0..3000).map(|_| Command::GetSnapshot(Default::default())));
    let hello = [22u8; 1000];
    let start = Instant::now();
    let mut sent = 0;
    while start.elapsed() < Duration::from_secs(3) {
        amina.send(sent, 700);
        sent += 1;
        let _ = amina.udp.send_to(&hello, amina.plane); // an event each
        assert!(badr.receive(PATIENCE).is_some(), "packet {sent} is lost");
    }
    assert!(sent > 100);
    loop {
        let message = controller.read().expect("the connection is whole");
        if message.id == last {
            break;
        }
    }
    assert!(matches!(controller.ask(Command::GetSnapshot(Default::default())), Body::Snapshot(_)));
}
