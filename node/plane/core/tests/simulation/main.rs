//! Whole calls under a seeded network, in virtual time. A failing seed is printed; `SEED=17 cargo test --test simulation`
//! runs it alone.

#[path = "../plane/common.rs"]
mod common;

mod call;
mod camera;
mod network;
mod random;
mod watcher;

use std::panic::{AssertUnwindSafe, catch_unwind};

use call::Call;
use common::{MS, SECOND, VIDEO_SLOT};
use network::Conditions;

/// Recovery: so long after the network is good again, everybody sees and hears everybody.
const RECOVERY_US: u64 = 3 * SECOND;
const LOOK_US: u64 = 3 * SECOND;

fn seeds(count: u64) -> Vec<u64> {
    let one = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    one.map_or_else(|| (1..=count).collect(), |seed| vec![seed])
}

/// Runs `story` with each seed; says which failed.
fn each_seed(count: u64, story: impl Fn(u64)) {
    let mut failed = Vec::new();
    for seed in seeds(count) {
        if catch_unwind(AssertUnwindSafe(|| story(seed))).is_err() {
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "failing seeds: {failed:?} (SEED={} runs one alone)", failed[0]);
}

/// After the storm: nobody is stuck, nothing was ever shown that does not belong together, and sound goes on.
fn all_is_well(call: &mut Call) {
    call.calm();
    for at in 0..call.people.len() {
        if call.people[at].muted {
            call.mute(at, false);
        }
    }
    call.pass(RECOVERY_US);
    let from = call.world.now;
    call.pass(LOOK_US);
    call.check_faults();
    let owners: Vec<u8> = call.people.iter().map(|person| person.owner).collect();
    for person in &call.people {
        for &other in owners.iter().filter(|&&other| other != person.owner) {
            let shown = person.watchers.values().flat_map(|watcher| &watcher.shown);
            let pictures = shown.filter(|shown| shown.at_us > from && shown.owner == other).count();
            assert!(pictures >= 80, "{} sees {pictures} of 90 pictures of {other}", person.peer.name);
        }
        let heard = person.heard_us.iter().filter(|&&at| at > from).count();
        let voices = (owners.len() - 1).min(3);
        assert!(heard >= voices * 140, "{} hears {heard} packets of {voices} voices", person.peer.name);
    }
}

/// H31: loss to 30 % and in bursts, disorder, repetition, 300 ms, a bottleneck, a cut; for everybody, again and again.
#[test]
fn h31_bad_networks() {
    each_seed(60, |seed| {
        let people = 2 + seed as usize % 3;
        let mut call = Call::new(seed, people);
        call.pass(SECOND);
        for _ in 0..4 {
            for person in &mut call.people {
                let (up, down) = (Conditions::bad(&mut call.random), Conditions::bad(&mut call.random));
                match call.random.between(0, 3) {
                    3 => person.bears_bps = call.random.between(80_000, 3_000_000),
                    0 => person.up.conditions = up,
                    1 => person.down.conditions = down,
                    _ => (person.up.conditions, person.down.conditions) = (up, down),
                }
            }
            let lasts = call.random.between(500, 2500) * MS;
            call.pass(lasts);
            if call.random.chance(500) {
                call.calm();
                call.pass(500 * MS);
            }
        }
        all_is_well(&mut call);
    });
}

/// Coming, going, muting, other slots, other addresses, streams made anew, other sizes, while packets are lost.
#[test]
fn churn() {
    each_seed(40, |seed| {
        let mut call = Call::new(1000 + seed, 2 + seed as usize % 3);
        for _ in 0..12 {
            let last = call.people.len() as u64 - 1;
            let at = call.random.between(0, last) as usize;
            match call.random.between(0, 8) {
                0 if call.people.len() < 5 => call.join(),
                1 if call.people.len() > 2 => call.leave(at),
                2 | 3 => {
                    let muted = !call.people[at].muted;
                    call.mute(at, muted);
                }
                4 => call.shuffle(at),
                5 => call.move_away(at),
                6 => call.restart(at),
                7 => call.resize(at),
                _ => {
                    let bad = Conditions::bad(&mut call.random);
                    call.people[at].down.conditions = Conditions { cut: false, ..bad };
                }
            }
            let lasts = call.random.between(20, 900) * MS;
            call.pass(lasts);
        }
        all_is_well(&mut call);
    });
}

/// Everything that counts wraps: 16 bits of sequence several times over, picture ids, TL0PICIDX.
#[test]
fn long_calls_wrap() {
    each_seed(3, |seed| {
        let mut call = Call::new(2000 + seed, 2);
        call.people[0].down.conditions.loss = 20;
        call.people[1].up.conditions.loss = 20;
        call.pass(700 * SECOND);
        all_is_well(&mut call);
    });
}

/// Four people whose browsers tell what came, on machines that are busy: they look at their sockets only every 10 to 250 ms,
/// as a clock does or by chance. Whatever changes, after 5 s everybody is sent every picture; large ones while nobody is slow.
#[test]
fn numbered_receivers() {
    each_seed(12, |seed| {
        let mut call = Call::empty(4000 + seed);
        (call.numbered, call.layers) = (true, 3);
        for _ in 0..4 {
            call.join();
        }
        for (round, busy) in [0, 10_000, 40_000, 100_000, 250_000, 0, 100_000].into_iter().enumerate() {
            for person in &mut call.people {
                let looks = if seed % 2 == 0 { (busy, busy) } else { (busy / 2, busy * 3 / 2) };
                (person.down.conditions.busy_us, person.up.conditions.busy_us) = (looks, looks);
            }
            for second in 1..=8 {
                call.pass(SECOND);
                for at in 0..4 {
                    let figures = call.figures(at);
                    let pictures = figures.slots.iter().filter(|slot| slot.slot >= VIDEO_SLOT);
                    let rids: Vec<&str> = pictures.map(|slot| slot.rid.as_str()).collect();
                    assert!(second < 5 || rids.len() == 3, "busy {busy}: {} is sent {rids:?}", figures.transport);
                    let large = round > 1 || rids == ["f", "f", "f"];
                    assert!(second < 8 || large, "busy {busy}: {} is sent {rids:?}", figures.transport);
                }
            }
        }
        all_is_well(&mut call);
    });
}

/// Four people, one of them after another on a way that bears 160 kbit/s to 1.5 Mbit/s, of a machine that may be busy: whatever it
/// bears, they see somebody or are told that they cannot, and hear everybody.
#[test]
fn narrow_ways() {
    each_seed(12, |seed| {
        let mut call = Call::empty(5000 + seed);
        (call.numbered, call.layers) = (true, [3, 1, 0][seed as usize % 3]);
        for _ in 0..4 {
            call.join();
        }
        for person in &mut call.people {
            person.camera.detail = 3;
        }
        call.pass(8 * SECOND);
        for round in 0..5 {
            let rate = match round {
                0 => 300,
                1 => call.random.between(160, 250),
                2 => call.random.between(250, 400),
                _ => call.random.between(160, 1500),
            };
            let busy = if call.random.chance(300) { call.random.between(5_000, 60_000) } else { 0 };
            call.people[0].down.conditions.kbps = Some(rate);
            call.people[0].down.conditions.busy_us = (busy, busy);
            let reports_lost = if call.random.chance(500) { call.random.between(50, 200) } else { 0 };
            call.people[0].up.conditions.loss = reports_lost;
            call.people[0].up.conditions.delay_us = call.random.between(5, 200) * MS;
            call.people[0].down.conditions.delay_us = call.random.between(5, 60) * MS;
            call.pass(3 * SECOND);
            let from = call.world.now;
            call.pass(17 * SECOND);
            let heard = call.people[0].heard_us.iter().filter(|&&at| at > from).count();
            assert!(heard >= 3 * 17 * 45, "{rate} kbit/s: {heard} of {} packets of sound", 3 * 17 * 50);
        }
        call.calm();
        call.pass(20 * SECOND);
        all_is_well(&mut call);
    });
}
