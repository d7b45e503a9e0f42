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

/// R: after a drop to 300 kbit/s the queue is back below 100 ms within 2 s and sound goes on; then the way is found again.
#[test]
fn a_drop_is_followed() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        net.run(10 * SECOND, |_| {});
        net.link.bps = 300_000;
        net.run(2 * SECOND, |_| {});
        let span = measure(&mut net, 6 * SECOND);
        assert!(span.queue <= 100 * MS, "queue {} {}", span.queue, span.longest);
        assert!(span.target <= 330_000 && span.sound >= 48, "{} {}", span.target, span.sound);
        net.link.bps = 1_000_000;
        net.run(20 * SECOND, |_| {});
        let span = measure(&mut net, 10 * SECOND);
        assert!(span.target >= 450_000 && span.queue <= 50 * MS, "{} {}", span.target, span.queue);
        assert!(span.video >= 150_000, "pictures are back: {}", span.video);
    });
}
