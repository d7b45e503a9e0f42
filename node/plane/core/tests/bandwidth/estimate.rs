//! The estimate finds what a way bears, and follows it.

use crate::common::*;
use crate::network::*;

const SEEDS: u64 = 12;

/// Bits per second that the link carries over `us`, and the mean and longest standing queue, µs.
fn measure(net: &mut Net, us: u64) -> (u64, u64, u64) {
    let before = net.link.carried;
    let (mut sum, mut looks, mut longest) = (0, 0, 0);
    net.run(us, |net| {
        let standing = net.link.standing_us(net.world.now);
        looks += 1;
        sum += standing;
        longest = longest.max(standing);
    });
    ((net.link.carried - before) * 8 * SECOND / us, sum / looks, longest)
}

/// R: on 1 Mbit/s with 50 ms each way, at least 80 % used within 5 s, and a standing queue of at most 100 ms.
#[test]
fn a_way_is_used_and_not_filled() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        net.run(5 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 10 * SECOND);
        assert!(bps >= 800_000, "used {bps}");
        assert!(mean <= 100 * MS, "standing {mean}");
    });
}

/// R: after a drop to 300 kbit/s the queue is back below 100 ms within 2 s, and stays there; then the way is found again.
#[test]
fn a_drop_is_followed() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        net.run(10 * SECOND, |_| {});
        net.link.bps = 300_000;
        net.run(2 * SECOND, |_| {});
        let (bps, mean, longest) = measure(&mut net, 8 * SECOND);
        assert!(mean <= 100 * MS, "standing {mean} {longest}");
        assert!(bps >= 200_000, "used {bps}");
        net.link.bps = 1_000_000;
        net.run(15 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 10 * SECOND);
        assert!(bps >= 700_000 && mean <= 100 * MS, "used {bps}, standing {mean}");
    });
}

/// R: two receivers behind one bottleneck share it within 2:1, the one that came later too.
#[test]
fn two_share() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(2_000_000, 30 * MS, seed), seed);
        net.run(8 * SECOND, |_| {});
        net.add("later");
        net.run(20 * SECOND, |_| {});
        let before: Vec<u64> = net.viewers.iter().map(|viewer| viewer.video_bytes).collect();
        let (_, mean, _) = measure(&mut net, 20 * SECOND);
        let got: Vec<u64> = net.viewers.iter().zip(before).map(|(v, before)| v.video_bytes - before).collect();
        assert!(got[0] <= 2 * got[1] && got[1] <= 2 * got[0], "{got:?}");
        assert!(mean <= 150 * MS, "standing {mean}");
    });
}

/// R: sound goes on whatever happens to the way, and pictures come back: a burst of losses, a dead way, no feedback.
#[test]
fn what_goes_wrong_passes() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_500_000, 40 * MS, seed), seed);
        net.run(6 * SECOND, |_| {});
        net.link.loss_permille = 300;
        net.run(2 * SECOND, |_| {});
        net.link.loss_permille = 0;
        net.run(15 * SECOND, |_| {});
        let (bps, ..) = measure(&mut net, 5 * SECOND);
        assert!(bps >= 750_000, "after losses {bps}");
        net.feedback_loss_permille = 300;
        net.run(10 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 10 * SECOND);
        assert!(bps >= 600_000 && mean <= 100 * MS, "without a third of the feedback: {bps}, {mean}");
        net.feedback_loss_permille = 0;
        net.link.dead_until = net.world.now + 3 * SECOND;
        net.run(15 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 5 * SECOND);
        assert!(bps >= 600_000 && mean <= 100 * MS, "after a dead way: {bps}, {mean}");
    });
}

/// R: 2 % of packets lost at random is no congestion.
#[test]
fn few_random_losses_cost_little() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        net.link.loss_permille = 20;
        net.run(15 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 10 * SECOND);
        assert!(bps >= 600_000, "used {bps}");
        assert!(mean <= 100 * MS, "standing {mean}");
    });
}

/// R: the receiver's clock wraps or is set, the way becomes another: the estimate survives.
#[test]
fn clocks_and_ways_change() {
    seeds(SEEDS, |seed| {
        let mut net = Net::new(1, Link::new(1_000_000, 50 * MS, seed), seed);
        // 24 bits of 64 ms wrap in the middle of this.
        net.viewers[0].clock_us = (1 << 24) * 64_000 - 6 * SECOND;
        net.run(8 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 5 * SECOND);
        assert!(bps >= 750_000 && mean <= 100 * MS, "over the wrap {bps}, {mean}");
        net.viewers[0].clock_us += 77 * SECOND;
        net.run(3 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 5 * SECOND);
        assert!(bps >= 650_000 && mean <= 100 * MS, "after a set clock {bps}, {mean}");
        net.link.delay_us = 180 * MS;
        net.run(6 * SECOND, |_| {});
        net.link.delay_us = 20 * MS;
        net.run(8 * SECOND, |_| {});
        let (bps, mean, _) = measure(&mut net, 8 * SECOND);
        assert!(bps >= 650_000 && mean <= 100 * MS, "over another way {bps}, {mean}");
    });
}
