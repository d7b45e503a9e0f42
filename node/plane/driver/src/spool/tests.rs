//! What is on the disk after what: H23, H25, H27, on a real file system.

use plane_core::contract::from_plane::Body;
use plane_core::contract::recording_closed::Cause as Closed;
use plane_core::contract::recording_failed::Cause as Failing;
use plane_core::contract::{Kind, RecordingClosed, SpoolHeader};
use plane_core::spool;
use prost::Message;
use rtrb::{Producer, RingBuffer};

use super::stream::Now;
use super::testing::{Faulty, Folder, Segment, mode, name, read, read_stream};
use super::writer::{Spooled, Writer};

const RECORDING: &str = "0123456789abcdef0123456789abcdef";
const MS: u64 = 1000;
const SECOND: u64 = 1_000_000;
const FLOOR: u64 = 1 << 20;

/// One shard's records on their way to a disk, in virtual time.
struct World {
    folder: Folder,
    writer: Writer<Faulty>,
    ring: Option<Producer<u8>>,
    now: u64,
    sequence: u64,
    asked: std::cell::Cell<u32>,
}

impl World {
    fn new() -> World {
        let folder = Folder::new();
        let (ring, taken) = RingBuffer::new(16 << 20);
        let writer = Writer::new(Faulty::new(&folder), vec![taken], FLOOR);
        World { folder, writer, ring: Some(ring), now: 1000 * SECOND, sequence: 0, asked: 0.into() }
    }

    fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = Vec::new();
        write(&mut bytes);
        let ring = self.ring.as_mut().unwrap();
        let (pushed, rest) = ring.push_partial_slice(&bytes);
        assert!(pushed.len() == bytes.len() && rest.is_empty(), "the ring has room");
    }

    fn begin(&mut self, tag: u32, stream: u32, kind: Kind) {
        let (recording, kind) = (RECORDING.to_owned(), kind.into());
        let header = SpoolHeader { recording, stream, kind, ..SpoolHeader::default() }.encode_to_vec();
        let now = self.now;
        self.push(|out| spool::begin(out, tag, "amina/camera", &header, now));
    }

    fn packet(&mut self, tag: u32, len: usize, key_frame: bool) {
        self.sequence += 1;
        let meta = plane_core::cache::Meta {
            sequence: self.sequence,
            arrived: self.now,
            key_frame,
            ..plane_core::cache::Meta::default()
        };
        let payload = vec![self.sequence as u8; len];
        let stored = plane_core::cache::Stored { meta: &meta, extra: &[], payload: &payload };
        self.push(|out| spool::packet(out, tag, 0, 7, false, &stored));
    }

    fn end(&mut self, tag: u32) {
        let now = self.now;
        self.push(|out| spool::end(out, tag, Closed::Stopped as u8, now));
    }

    fn turn(&mut self) {
        let now = Now { monotonic: self.now, unix: self.now + 1_700_000_000 * SECOND };
        let asked = &self.asked;
        self.writer.turn(now, |_, _| asked.set(asked.get() + 1));
    }

    fn pass(&mut self, us: u64) {
        let end = self.now + us;
        while self.now < end {
            self.now = (self.now + 50 * MS).min(end);
            self.turn();
        }
    }

    fn events(&mut self) -> Vec<Body> {
        let event = |told| match told {
            Spooled::Event(body) => Some(*body),
            Spooled::Figures(..) => None,
        };
        std::mem::take(&mut self.writer.told).into_iter().filter_map(event).collect()
    }

    fn failed(&mut self) -> Vec<Failing> {
        let events = self.events();
        let cause = |body: &Body| if let Body::RecordingFailed(failed) = body { Some(failed.cause()) } else { None };
        events.iter().filter_map(cause).collect()
    }

    fn stream(&self, stream: u32) -> Vec<Segment> {
        read_stream(&self.folder, RECORDING, stream)
    }

    fn bytes(&self, segment: u32) -> Vec<u8> {
        std::fs::read(self.folder.0.join(format!("{RECORDING}/1/{segment:06}.seg"))).unwrap()
    }
}

fn numbers(segments: &[Segment]) -> Vec<u64> {
    let packets = segments.iter().flat_map(|segment| &segment.bodies).filter(|body| body[0] == spool::PACKET);
    packets.map(|body| u64::from_le_bytes(*body[20..].first_chunk::<8>().unwrap())).collect()
}

fn gaps(segments: &[Segment]) -> Vec<(u8, u32)> {
    let gaps = segments.iter().flat_map(|segment| &segment.bodies).filter(|body| body[0] == spool::GAP);
    gaps.map(|body| (body[1], u32::from_le_bytes(*body[12..].first_chunk::<4>().unwrap()))).collect()
}

/// D9: everything from begin to end is in the stream, which is a chain, closed when all of it is on the disk; private.
#[test]
fn a_stream_is_whole() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Video);
    for at in 0..100 {
        world.packet(1, 1000, at == 0);
        world.pass(33 * MS);
    }
    world.end(1);
    world.turn();
    let segments = world.stream(1);
    assert_eq!(numbers(&segments), (1..=100).collect::<Vec<_>>());
    assert_eq!(segments.last().unwrap().end, Some(Closed::Stopped as u8));
    let bytes = world.bytes(0).len() as u64;
    let (recording, cause) = (RECORDING.to_owned(), Closed::Stopped.into());
    let closed = RecordingClosed { recording, stream: 1, segments: 1, bytes, cause };
    assert_eq!(world.events(), [Body::RecordingClosed(closed)]);
    assert!(!world.writer.busy());
    let folder = world.folder.0.join(RECORDING);
    assert_eq!([mode(&folder), mode(&folder.join("1")), mode(&folder.join("1/000000.seg"))], [0o700, 0o700, 0o600]);
}

/// D9: a segment lasts ten seconds and has 8 MiB at most; the next begins with what comes, so silence makes none.
#[test]
fn segments_are_short() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    for _ in 0..250 {
        world.packet(1, 100, false);
        world.pass(100 * MS);
    }
    assert_eq!(world.stream(1).len(), 3);
    world.pass(100 * SECOND); // muted
    assert_eq!(world.stream(1).len(), 3);
    for _ in 0..12_000 {
        world.packet(1, 1400, false);
        world.turn();
    }
    world.end(1);
    world.turn();
    let segments = world.stream(1);
    let sizes: Vec<usize> = (0..segments.len() as u32).map(|at| world.bytes(at).len()).collect();
    assert!(sizes.len() >= 5 && sizes.iter().all(|&size| size <= 8 << 20), "{sizes:?}");
    assert_eq!(numbers(&segments).len(), 12_250);
    assert!(segments[..segments.len() - 1].iter().all(|segment| segment.end == Some(spool::GOES_ON)));
}

/// D9: what came is asked of the disk within a second, and not at every packet.
#[test]
fn it_is_on_the_disk_within_a_second() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    let mut oldest = 0;
    for _ in 0..500 {
        world.packet(1, 100, false);
        world.pass(20 * MS);
        for told in std::mem::take(&mut world.writer.told) {
            if let Spooled::Figures(streams, _) = told {
                oldest = streams.iter().map(|stream| stream.synced_ms).fold(oldest, u32::max);
            }
        }
    }
    assert!(oldest < 1000, "{oldest}");
    assert!((10..25).contains(&world.writer.disk().syncs), "{}", world.writer.disk().syncs);
}

/// H25: cut at every byte, a segment gives all records before the cut.
#[test]
fn a_cut_loses_only_what_is_behind_it() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Video);
    for at in 0..6 {
        world.packet(1, 40 + at, at == 0);
    }
    world.end(1);
    world.turn();
    let bytes = world.bytes(0);
    let header = 16 + u32::from_le_bytes(*bytes[8..].first_chunk::<4>().unwrap()) as usize;
    let ends: Vec<usize> = spool::framed(&bytes[header..]).map(|(end, _)| header + end).collect();
    assert_eq!(ends.len(), 7);
    for cut in 0..=bytes.len() {
        match read(&bytes[..cut]) {
            None => assert!(cut < header),
            Some(segment) => {
                let whole = ends.iter().filter(|&&end| end <= cut).count();
                assert_eq!((segment.bodies.len(), segment.end.is_some()), (whole.min(6), whole == 7));
            }
        }
    }
}

/// H27: on a full disk what was written can be read; it goes on by itself with a key frame, in a new segment that says what is
/// missing.
#[test]
fn a_full_disk_is_told_and_gone_over() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Video);
    world.packet(1, 1000, true);
    world.turn();
    world.writer.disk().room = 2500; // two and a half more
    for _ in 0..10 {
        world.packet(1, 1000, false);
    }
    world.turn();
    assert_eq!(world.failed(), [Failing::Full]);
    assert_eq!(numbers(&world.stream(1)), [1, 2, 3]);
    assert_eq!(world.stream(1)[0].rest, 0, "half a record is taken back");
    world.pass(3 * SECOND);
    assert_eq!(world.failed(), [], "once");
    world.writer.disk().room = u64::MAX;
    world.pass(2 * SECOND);
    assert_eq!(world.asked.get(), 1);
    world.packet(1, 1000, false); // cannot be shown
    world.packet(1, 1000, true);
    world.packet(1, 1000, false);
    world.end(1);
    world.turn();
    let segments = world.stream(1);
    assert_eq!(numbers(&segments), [1, 2, 3, 13, 14]);
    assert_eq!(gaps(&segments), [(Failing::Full as u8, 9)]);
    assert_eq!(segments.last().unwrap().bodies[0][0], spool::GAP);
    let events = world.events();
    assert!(matches!(&events[0], Body::RecordingResumed(resumed) if resumed.dropped_packets == 9));
    assert!(matches!(&events[1], Body::RecordingClosed(closed) if closed.cause() == Closed::Stopped));
}

/// H27: what is left free is left for others: segments end as they should, and it goes on when there is clearly more.
#[test]
fn below_the_floor_nothing_is_written() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    world.packet(1, 100, false);
    world.pass(SECOND);
    world.writer.disk().free = FLOOR - 1;
    world.pass(2 * SECOND);
    assert_eq!(world.failed(), [Failing::Full]);
    world.packet(1, 100, false);
    world.pass(SECOND);
    assert_eq!(world.stream(1)[0].end, Some(spool::GOES_ON));
    world.writer.disk().free = FLOOR + 1;
    world.packet(1, 100, false);
    world.pass(3 * SECOND);
    assert_eq!(numbers(&world.stream(1)), [1]);
    world.writer.disk().free = 2 * FLOOR;
    world.pass(3 * SECOND);
    world.packet(1, 100, false);
    world.turn();
    assert_eq!(numbers(&world.stream(1)), [1, 4]);
    assert_eq!(gaps(&world.stream(1)), [(Failing::Full as u8, 2)]);
}

/// H27: a disk that does not keep what was written gets a new segment; one that refuses for good closes the stream as failed.
#[test]
fn a_disk_that_refuses_is_told() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    world.packet(1, 100, false);
    world.writer.disk().refuses_to_sync = true;
    world.pass(SECOND);
    assert_eq!(world.failed(), [Failing::Io]);
    world.writer.disk().refuses_to_sync = false;
    world.pass(2 * SECOND);
    world.packet(1, 100, false);
    world.pass(SECOND);
    assert_eq!(numbers(&world.stream(1)), [1, 2]);
    world.events();
    world.writer.disk().room = 0;
    world.packet(1, 100, false);
    world.end(1);
    world.turn();
    let events = world.events();
    assert!(matches!(&events[0], Body::RecordingFailed(failed) if failed.cause() == Failing::Full));
    assert!(matches!(&events[1], Body::RecordingClosed(closed) if closed.cause() == Closed::Failed));
}

/// H27: a disk that refuses while a stream begins does not end it: what stands there of it is its own.
#[test]
fn a_disk_may_refuse_while_a_stream_begins() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    world.writer.disk().refuses_names = true;
    world.writer.disk().room = 3; // not even the front, and that cannot be taken back
    world.packet(1, 100, false);
    world.pass(2 * SECOND);
    assert_eq!(world.failed(), [Failing::Full]);
    world.writer.disk().room = u64::MAX;
    world.packet(1, 100, false);
    world.pass(2 * SECOND);
    assert_eq!(world.failed(), [], "it is in the same trouble, told once: now names are not kept");
    world.writer.disk().refuses_names = false;
    world.packet(1, 100, false);
    world.pass(2 * SECOND);
    world.packet(1, 100, false);
    world.end(1);
    world.turn();
    assert!(matches!(world.events().last(), Some(Body::RecordingClosed(closed)) if closed.cause() == Closed::Stopped));
    assert_eq!(numbers(&world.stream(1)).last(), Some(&4));
    assert!(world.writer.disk().named[0], "the directories that it is in are kept as well, once that works");
}

/// H27: one stream's trouble is not another's.
#[test]
fn others_go_on() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    std::fs::create_dir(world.folder.0.join(RECORDING)).unwrap();
    std::fs::create_dir(world.folder.0.join(RECORDING).join("2")).unwrap();
    world.begin(2, 2, Kind::Audio); // somebody else's
    world.packet(1, 100, false);
    world.packet(2, 100, false);
    world.end(1);
    world.end(2);
    world.turn();
    assert_eq!(numbers(&world.stream(1)), [1]);
    assert_eq!(world.stream(2).len(), 0);
    let closed = |body: &Body| {
        if let Body::RecordingClosed(closed) = body { Some((closed.stream, closed.cause())) } else { None }
    };
    let closed: Vec<_> = world.events().iter().filter_map(closed).collect();
    assert_eq!(closed, [(2, Closed::Failed), (1, Closed::Stopped)]);
}

/// H23: a link in the place of a recording, a stream or a segment is not followed.
#[test]
fn links_are_not_followed() {
    use super::disk::Disk;
    let (mut world, elsewhere) = (World::new(), Folder::new());
    std::os::unix::fs::symlink(&elsewhere.0, world.folder.0.join(RECORDING)).unwrap();
    world.begin(1, 1, Kind::Audio);
    world.packet(1, 100, false);
    world.pass(SECOND);
    assert_eq!(std::fs::read_dir(&elsewhere.0).unwrap().count(), 0);
    let mut files = world.folder.files();
    std::fs::remove_file(world.folder.0.join(RECORDING)).unwrap();
    let stream = files.begin(RECORDING, 9).unwrap();
    let target = elsewhere.0.join("target");
    std::os::unix::fs::symlink(&target, world.folder.0.join(RECORDING).join("9/000000.seg")).unwrap();
    assert!(files.create(&stream, 0).is_err());
    assert!(!target.exists());
    assert!(files.root.enter(&name("..")).is_ok(), "which is why names are checked before");
}

/// D9: streams of a shard that is gone are ended.
#[test]
fn the_end_of_a_shard_ends_its_streams() {
    let mut world = World::new();
    world.begin(1, 1, Kind::Audio);
    world.packet(1, 100, false);
    world.ring = None;
    world.turn();
    assert_eq!(world.stream(1)[0].end, Some(Closed::Plane as u8));
    assert_eq!(numbers(&world.stream(1)), [1]);
}
