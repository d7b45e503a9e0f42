//! What a plane has written of recordings, whatever became of it. What the files say, Python's tests read.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::recording_closed::Cause as Closed;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, RecordTracks, Shutdown, record_tracks};
use plane_core::spool;

const RECORDING: &str = "0123456789abcdef0123456789abcdef";

/// Gone when dropped.
struct Spool(PathBuf);

impl Spool {
    fn new() -> Spool {
        Spool(socket_path().with_extension("spool"))
    }

    fn plane(&self) -> Plane {
        Plane::start(&["--spool", self.0.to_str().unwrap(), "--spool-floor", "1"])
    }

    fn segment(&self, stream: u32) -> PathBuf {
        self.0.join(RECORDING).join(stream.to_string()).join("000000.seg")
    }

    /// Numbers of the packets in the first segment of `stream`, and why it ended.
    fn read(&self, stream: u32) -> (Vec<u64>, Option<u8>) {
        let bytes = std::fs::read(self.segment(stream)).unwrap_or_default();
        let Some(len) = bytes.get(8..).and_then(|rest| rest.first_chunk::<4>()) else { return (Vec::new(), None) };
        let records = bytes.get(spool::FRONT + u32::from_le_bytes(*len) as usize..).unwrap_or_default();
        let (mut numbers, mut end, mut at) = (Vec::new(), None, 0);
        for (next, body) in spool::framed(records) {
            let crc = u32::from_le_bytes(*records[at + 4..].first_chunk().unwrap());
            assert_eq!(spool::crc32(&[body]), crc, "nothing unreadable");
            match body[0] {
                spool::PACKET => numbers.push(u64::from_le_bytes(*body[20..].first_chunk().unwrap())),
                spool::END => end = Some(body[1]),
                _ => {}
            }
            at = next;
        }
        (numbers, end)
    }

    /// Waits until packet `number` is written.
    fn until(&self, stream: u32, number: u64) {
        let start = Instant::now();
        while self.read(stream).0.last() != Some(&number) {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.read(stream));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn record(controller: &mut Controller, stream: u32, track: &str, on: bool) {
    let change = record_tracks::Change { recording: RECORDING.into(), stream, track: track.into(), on };
    let answer = controller.ask(Command::RecordTracks(RecordTracks { changes: vec![change] }));
    assert!(matches!(answer, Body::Done(_)), "{answer:?}");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// D9: a stream from its mark to its mark; each event comes when it is true.
#[test]
fn from_mark_to_mark() {
    let spool = Spool::new();
    let plane = spool.plane();
    let (mut controller, attached) = plane.attach();
    assert!(attached.abilities.iter().any(|ability| ability == "recording"));
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    record(&mut controller, 7, "amina/camera", true);
    for number in 0..20 {
        amina.send(number, 900);
        badr.receive(PATIENCE).expect("the room has it too");
    }
    record(&mut controller, 7, "amina/camera", false);
    amina.send(20, 900);
    let Body::RecordingClosed(closed) = controller.until(|body| matches!(body, Body::RecordingClosed(_))) else {
        unreachable!()
    };
    assert_eq!((closed.stream, closed.segments, closed.cause()), (7, 1, Closed::Stopped));
    assert_eq!(closed.bytes, std::fs::metadata(spool.segment(7)).unwrap().len());
    assert_eq!(spool.read(7), ((0..20).collect(), Some(Closed::Stopped as u8)));
    assert_eq!([mode(&spool.0), mode(&spool.0.join(RECORDING)), mode(&spool.segment(7))], [0o700, 0o700, 0o600]);
    let counted = |body: &Body| matches!(body, Body::Counters(counters) if counters.spool.is_some());
    let Body::Counters(counters) = controller.until(counted) else { unreachable!() };
    let figures = counters.spool.unwrap();
    assert!(figures.free_bytes > 0 && figures.floor_bytes == 1 << 20 && figures.total_bytes > figures.free_bytes);
}

/// D9: recording goes on while nobody controls the plane, and who takes over finds it running.
#[test]
fn it_goes_on_without_a_controller() {
    let spool = Spool::new();
    let plane = spool.plane();
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    record(&mut controller, 1, "amina/camera", true);
    amina.send(0, 500);
    spool.until(1, 0);
    drop(controller);
    for number in 1..10 {
        amina.send(number, 500);
    }
    spool.until(1, 9);
    let (mut controller, _) = plane.attach();
    let Body::Snapshot(snapshot) = controller.ask(Command::GetSnapshot(Default::default())) else { panic!() };
    let change = &snapshot.recordings[..];
    assert!(matches!(change, [one] if one.stream == 1 && one.on && one.recording == RECORDING), "{change:?}");
    controller.ask(Command::CloseTransport(CloseTransport { transport: "amina".into() }));
    let closed = controller.until(|body| matches!(body, Body::RecordingClosed(_)));
    assert!(matches!(closed, Body::RecordingClosed(closed) if closed.cause() == Closed::Track));
}

/// D9: a plane that is told to stop ends its streams first.
#[test]
fn the_end_of_the_plane_ends_its_streams() {
    let spool = Spool::new();
    let mut plane = spool.plane();
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    record(&mut controller, 1, "amina/camera", true);
    amina.send(0, 500);
    spool.until(1, 0);
    controller.ask(Command::Shutdown(Shutdown {}));
    assert_eq!(plane.wait().code(), Some(0));
    assert_eq!(spool.read(1), (vec![0], Some(Closed::Plane as u8)));
}

/// H25: killed at any instant, what is in the files can be read, in its order, but for the last second at most.
#[test]
fn h25_killed_at_any_instant() {
    for seed in 0..4u64 {
        let spool = Spool::new();
        let mut plane = spool.plane();
        let (mut controller, _) = plane.attach();
        let amina = Peer::join(&mut controller, "amina", "");
        record(&mut controller, 1, "amina/camera", true);
        let lives = Duration::from_millis(60 + seed * 217 % 400);
        let mut sent = Vec::new();
        let start = Instant::now();
        while start.elapsed() < lives {
            amina.send(sent.len() as u64, 1000);
            sent.push(Instant::now());
            std::thread::sleep(Duration::from_millis(5));
        }
        plane.child.kill().unwrap();
        let died = Instant::now();
        plane.child.wait().unwrap();
        let (numbers, end) = spool.read(1);
        assert_eq!((end, &numbers), (None, &(0..numbers.len() as u64).collect()));
        let lost = sent.get(numbers.len()).map_or(Duration::ZERO, |first| died.duration_since(*first));
        assert!(lost <= Duration::from_secs(1), "{lost:?}");
    }
}

/// H23, D: a plane without a spool refuses, and says what to do about one that cannot be.
#[test]
fn without_a_spool() {
    let plane = Plane::start(&[]);
    let (mut controller, attached) = plane.attach();
    assert!(!attached.abilities.iter().any(|ability| ability == "recording"));
    Peer::join(&mut controller, "amina", "");
    let change =
        record_tracks::Change { recording: RECORDING.into(), stream: 1, track: "amina/camera".into(), on: true };
    let answer = controller.ask(Command::RecordTracks(RecordTracks { changes: vec![change] }));
    assert!(matches!(answer, Body::Failed(_)), "{answer:?}");
    let output = process(&socket_path(), &["--spool", "/proc/nowhere/spool"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Choose another --spool"));
}
