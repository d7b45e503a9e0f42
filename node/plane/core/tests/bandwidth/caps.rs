//! Caps of a person, a room and the node hold at once, whatever the peers do; sound goes before pictures.

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, Done, LimitRates, limit_rates};
use plane_core::drops::Cause;

use crate::common::*;
use crate::network::*;

fn limit(net: &mut Net, scope: limit_rates::Scope, send_bps: u64, receive_bps: u64) {
    net.world.command(Command::LimitRates(LimitRates { scope: Some(scope), send_bps, receive_bps }));
}

fn node() -> limit_rates::Scope {
    limit_rates::Scope::Node(limit_rates::Node {})
}

/// Bits per second of pictures and packets of sound a second that a viewer gets over `us`.
fn got(net: &mut Net, of: usize, us: u64) -> (u64, u64) {
    let before = (net.viewers[of].video_bytes, net.viewers[of].audio_packets);
    net.run(us, |_| {});
    let viewer = &net.viewers[of];
    ((viewer.video_bytes - before.0) * 8 * SECOND / us, (viewer.audio_packets - before.1) * SECOND / us)
}

/// A camera that sends 2 Mbit/s whatever it is told.
fn stubborn() -> Net {
    let mut net = Net::new(1, Link::new(50_000_000, 5 * MS, 1), 1);
    net.cameras[0].fixed_bps = 2_000_000;
    net.run(4 * SECOND, |_| {});
    net
}

/// R: what a sender sends beyond its cap does not come in, from the first second on; its sound does.
#[test]
fn a_sender_that_ignores_its_cap_is_policed() {
    for scope in [limit_rates::Scope::Transport("camera-r0".into()), limit_rates::Scope::Room("r0".into()), node()] {
        let mut net = stubborn();
        assert!(got(&mut net, 0, 2 * SECOND).0 > 1_800_000);
        limit(&mut net, scope.clone(), 500_000, 0);
        let camera = |net: &Net| {
            let counters = net.world.shard.counters(net.world.now);
            counters.transports.into_iter().find(|t| t.transport == "camera-r0").unwrap().send_cap_bps
        };
        assert!((400_000..=500_000).contains(&camera(&net)), "shown: {}", camera(&net));
        net.run(2 * SECOND, |_| {});
        let (video, sound) = got(&mut net, 0, 5 * SECOND);
        assert!(video <= 530_000 && sound >= 49, "{video} {sound}");
        assert!(net.world.shard.dropped(Cause::Policed) > 500);
        limit(&mut net, scope, 0, 0);
        net.run(5 * SECOND, |_| {});
        let (video, _) = got(&mut net, 0, 2 * SECOND);
        assert!(video > 1_500_000, "lifted: {video}");
    }
}

/// R: what a person is sent stays below the cap; when it leaves room for no picture, sound goes on.
#[test]
fn a_receiver_is_sent_no_more_than_its_cap() {
    for scope in [limit_rates::Scope::Transport("viewer-r0".into()), limit_rates::Scope::Room("r0".into()), node()] {
        let mut net = stubborn();
        limit(&mut net, scope, 0, 500_000);
        assert!((400_000..=500_000).contains(&net.figures(0).receive_cap_bps), "{:?}", net.figures(0));
        net.run(SECOND, |_| {});
        let (video, sound) = got(&mut net, 0, 4 * SECOND);
        assert!(video < 100_000 && sound >= 49, "2 Mbit/s do not fit: {video} {sound}");
        assert!(net.figures(0).video_held);
    }
}

/// R: a cap of a room is shared evenly among those who use it, and who comes later has part in it.
#[test]
fn a_room_shares_its_cap() {
    let mut net = Net::new(1, Link::new(50_000_000, 5 * MS, 3), 3);
    limit(&mut net, limit_rates::Scope::Room("r0".into()), 1_000_000, 0);
    let mut other = net.world.open(numbered("other", "r0"));
    other.connect(&mut net.world);
    let caps = |net: &Net| -> Vec<u32> {
        let counters = net.world.shard.counters(net.world.now);
        counters.transports.iter().map(|t| t.send_cap_bps).collect()
    };
    net.cameras[0].fixed_bps = 2_000_000;
    let mut number = 0;
    for _ in 0..3000 {
        net.run(MS, |_| {});
        number += 1;
        other.send(&mut net.world, &other.video(number, number as u16, number == 1)); // 8 Mbit/s
    }
    let caps = caps(&net);
    assert!(caps.iter().all(|&cap| (400_000..=600_000).contains(&cap)), "{caps:?}");
}

/// R: the cap of a room ends with its last person: whoever comes there later has the one that is said then, or none.
#[test]
fn a_cap_ends_with_its_room() {
    let mut net = stubborn();
    limit(&mut net, limit_rates::Scope::Room("r0".into()), 200_000, 100_000);
    for name in ["camera-r0", "viewer-r0"] {
        net.world.command(Command::CloseTransport(CloseTransport { transport: name.into() }));
    }
    let _again = net.world.open(numbered("again", "r0"));
    net.world.pass(2 * SECOND);
    let counters = net.world.shard.counters(net.world.now);
    let caps: Vec<_> = counters.transports.iter().map(|one| (one.send_cap_bps, one.receive_cap_bps)).collect();
    assert_eq!(caps, [(0, 0)]);
}

/// H10: rooms with a cap may come and go for ever.
#[test]
fn capped_rooms_come_and_go() {
    let mut net = Net::new(0, Link::new(50_000_000, 5 * MS, 1), 1);
    for n in 0..12_000 {
        let room = format!("room{n}");
        net.world.open(numbered("one", &room));
        let scope = Some(limit_rates::Scope::Room(room));
        let answer = net.world.command(Command::LimitRates(LimitRates { scope, send_bps: 1_000_000, receive_bps: 0 }));
        assert_eq!(answer, Body::Done(Done {}), "{n}");
        net.world.command(Command::CloseTransport(CloseTransport { transport: "one".into() }));
        net.world.events.clear();
    }
}
