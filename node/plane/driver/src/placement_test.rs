use super::*;

fn open(room: &str, name: &str) -> OpenTransport {
    let send = Send { track: format!("{name}/camera"), ..Default::default() };
    OpenTransport { transport: name.into(), room: room.into(), sends: vec![send], ..Default::default() }
}

fn enter(placement: &mut Placement, room: &str, name: &str) -> usize {
    let shard = placement.choose(room).unwrap();
    placement.enter(&open(room, name), shard);
    shard
}

/// R: rooms go where there is least to do; a room stays together as long as it fits.
#[test]
fn rooms_spread_and_stay_together() {
    let mut placement = Placement::new(3, 400);
    let first = enter(&mut placement, "a", "a1");
    let second = enter(&mut placement, "b", "b1");
    let third = enter(&mut placement, "c", "c1");
    assert_eq!((first, second, third), (0, 1, 2));
    for n in 2..50 {
        assert_eq!(enter(&mut placement, "a", &format!("a{n}")), 0);
    }
    assert_eq!(enter(&mut placement, "d", "d1"), 1);
}

/// R: what a shard's core did in the last seconds counts before how many are on it.
#[test]
fn measured_work_decides() {
    let mut placement = Placement::new(2, 400);
    for second in 1..5i64 {
        placement.measured(0, second as u64 * 900_000, second * 1000);
        placement.measured(1, second as u64 * 100_000, second * 1000);
    }
    for n in 0..20 {
        assert_eq!(enter(&mut placement, &format!("r{n}"), &format!("t{n}")), 1);
    }
}

/// R: a room that outgrows its shard grows onto another, and onto all before any is filled beyond the threshold.
#[test]
fn a_large_room_is_split() {
    let mut placement = Placement::new(3, 2);
    let shards: Vec<usize> = (0..7).map(|n| enter(&mut placement, "a", &format!("a{n}"))).collect();
    assert_eq!(shards, [0, 0, 1, 1, 2, 2, 0]);
    assert_eq!(placement.shards_of("a"), [0, 1, 2]);
    assert_eq!(placement.foreign_tracks("a", 0).count(), 4);
}

/// R: an overloaded shard is given no more of a large room while another is idle.
#[test]
fn a_busy_shard_splits_earlier() {
    let mut placement = Placement::new(2, 400);
    for n in 0..60 {
        assert_eq!(enter(&mut placement, "a", &format!("a{n}")), 0);
    }
    for second in 1..8i64 {
        placement.measured(0, second as u64 * 990_000, second * 1000);
        placement.measured(1, second as u64 * 10_000, second * 1000);
    }
    assert_eq!(enter(&mut placement, "a", "late"), 1);
    assert_eq!(enter(&mut placement, "a", "later"), 1);
}

/// R: what is closed leaves nothing in the table, and says where it was mirrored.
#[test]
fn closing_leaves_nothing() {
    let mut placement = Placement::new(2, 1);
    enter(&mut placement, "a", "a0");
    enter(&mut placement, "a", "a1");
    let closed = placement.leave("a0").unwrap();
    assert_eq!(closed, Closed { shard: 0, mirrors: vec![1], tracks: vec!["a0/camera".into()] });
    assert_eq!(placement.leave("a0"), None);
    assert_eq!(placement.leave_room("a"), [1]);
    assert!(placement.rooms.is_empty() && placement.transports.is_empty() && placement.tracks.is_empty());
    assert_eq!((placement.transports_on(0), placement.transports_on(1)), (0, 0));
}

/// R: a room whose shard is full goes on on the next, however large it may be on one; the whole is full when all are.
#[test]
fn a_full_shard_takes_nobody() {
    let mut placement = Placement::new(2, usize::MAX);
    for n in 0..2 * MAX_TRANSPORTS {
        assert_eq!(enter(&mut placement, "a", &format!("a{n}")), n / MAX_TRANSPORTS);
    }
    assert_eq!((placement.choose("a"), placement.choose("b")), (None, None));
    placement.leave("a7");
    assert_eq!((placement.choose("a"), placement.choose("b")), (Some(0), Some(0)));
}
