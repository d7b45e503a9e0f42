//! The estimate finds what a way bears and follows it, through the whole shard. How well by itself: `estimator_test.rs`.

use crate::common::*;
use crate::network::*;

const SEEDS: u64 = 12;

/// What a span of time looked like.
struct Span {
    /// Mean of what the plane believes that the way bears, bits per second.
    target: u64,
    /// Mean and longest standing queue, µs.
    queue: u64,
    longest: u64,
    /// Of the first viewer: bits per second of pictures, packets of sound a second.
    video: u64,
    sound: u64,
}

fn measure(net: &mut Net, us: u64) -> Span {
    let before = (net.viewers[0].video_bytes, net.viewers[0].audio_packets);
    let (mut target, mut queue, mut looks, mut longest) = (0, 0, 0, 0);
    net.run(us, |net| {
        let standing = net.link.standing_us(net.world.now);
        queue += standing;
        longest = longest.max(standing);
        looks += 1;
        if looks % 20 == 0 {
            target += 20 * u64::from(net.figures(0).target_bps);
        }
    });
    let viewer = &net.viewers[0];
    Span {
        target: target / looks,
        queue: queue / looks,
        longest,
        video: (viewer.video_bytes - before.0) * 8 * SECOND / us,
        sound: (viewer.audio_packets - before.1) * SECOND / us,
    }
}

/// R: 1 Mbit/s with 50 ms each way: at least 80 % are used within 5 s, and the standing queue is at most 100 ms.
#[test]
fn a_way_is_used_and_not_filled() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        net.share = 95;
        net.run(5 * SECOND, |_| {});
        let before = net.link.carried;
        let span = measure(&mut net, 10 * SECOND);
        let used = (net.link.carried - before) * 8 / 10;
        assert!(used >= 800_000 && span.queue <= 100 * MS && span.sound >= 48, "{used} {} {}", span.queue, span.sound);
    });
}

/// R: two behind one bottleneck share it within 2:1, the one that came later too.
#[test]
fn two_share() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(2_000_000, 30 * MS, seed), seed);
        net.share = 95;
        net.run(8 * SECOND, |_| {});
        net.add("later");
        net.run(60 * SECOND, |_| {});
        let before: Vec<u64> = net.viewers.iter().map(|viewer| viewer.video_bytes).collect();
        let span = measure(&mut net, 20 * SECOND);
        let got = net.viewers.iter().zip(before).map(|(viewer, before)| viewer.video_bytes - before);
        let (most, least) = (got.clone().max().unwrap(), got.min().unwrap());
        assert!(span.queue <= 100 * MS && span.sound >= 48, "{} {}", span.queue, span.sound);
        assert!(most <= 2 * least, "{most} {least}");
    });
}

/// R: after a drop to 300 kbit/s the queue is back below 100 ms within 2 s and sound goes on; then the way is found again.
#[test]
fn a_drop_is_followed() {
    seeds(SEEDS, |seed| {
        for share in [75, 95] {
            let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
            net.share = share;
            net.run(10 * SECOND, |_| {});
            net.link.bps = 300_000;
            net.run(2 * SECOND, |_| {});
            let now = net.link.standing_us(net.world.now);
            let span = measure(&mut net, 6 * SECOND);
            assert!(now <= 100 * MS && span.queue <= 50 * MS, "queue {now} {} {}", span.queue, span.longest);
            assert!(span.target <= 330_000 && span.sound >= 48, "{} {}", span.target, span.sound);
            net.link.bps = 1_000_000;
            net.run(20 * SECOND, |_| {});
            let span = measure(&mut net, 10 * SECOND);
            assert!(span.target >= 600_000 && span.queue <= 50 * MS, "{} {}", span.target, span.queue);
            assert!(span.video >= 400_000, "pictures are back: {}", span.video);
        }
    });
}
