//! Start, refusal, orphan and end of the process.

use std::os::unix::fs::PermissionsExt;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use crate::SHARDS;
use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;

/// R: one line of readiness, a private socket, and a clean end when told to by SIGTERM.
#[test]
fn starts_and_ends() {
    let mut plane = Plane::start(&[]);
    assert!(plane.ready.contains("\"action\":\"ready\""), "{}", plane.ready);
    let mode = std::fs::metadata(&plane.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_controller, attached) = plane.attach();
    assert_eq!((attached.epoch, attached.shards.to_string().as_str()), (1, SHARDS));
    assert_eq!(attached.candidates[0].ip, "127.0.0.1");
    assert!(plane.ready.contains(&attached.instance));
    Process::new("kill").arg("-TERM").arg(plane.child.id().to_string()).status().unwrap();
    assert_eq!(plane.wait().code(), Some(0));
    assert!(!plane.socket.exists());
}

/// R: one plane a socket; the second says so in a sentence and exits with 2, and the first does not notice.
#[test]
fn a_second_plane_refuses() {
    let plane = Plane::start(&[]);
    let second = process(&plane.socket, &[]).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("already serves"));
    plane.attach();
}

/// D: a bad command line is one sentence and exit 2.
#[test]
fn a_bad_option_is_refused() {
    let socket = socket_path();
    let output = process(&socket, &["--gso", "perhaps"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("use on or off"));
}

/// R: a socket left behind by a plane that was killed is no obstacle.
#[test]
fn starts_after_a_kill() {
    let mut first = Plane::start(&[]);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert!(first.socket.exists());
    let mut child = process(&first.socket, &[]).spawn().unwrap();
    let start = Instant::now();
    while first.socket.exists() && std::os::unix::net::UnixStream::connect(&first.socket).is_err() {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
    first.attach();
    child.kill().unwrap();
    child.wait().unwrap();
}

/// R: nobody controls it: packets flow on for the grace time, then it ends by itself.
#[test]
fn an_orphan_forwards_and_then_ends() {
    let mut plane = Plane::start(&["--orphan-grace", "2"]);
    let (mut controller, _) = plane.attach();
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    drop(controller);
    for n in 0..50 {
        amina.send(n, 500);
        assert!(badr.receive(PATIENCE).is_some());
    }
    assert_eq!(plane.wait().code(), Some(0));
}

/// R: told to stop by its controller, it says done and ends.
#[test]
fn shut_down() {
    let mut plane = Plane::start(&[]);
    let (mut controller, _) = plane.attach();
    assert!(matches!(controller.ask(Command::Shutdown(Default::default())), Body::Done(_)));
    assert_eq!(plane.wait().code(), Some(0));
}

/// H27: the disk that its log is on is full: it goes on without a log.
#[test]
fn h27_a_log_that_cannot_be_written() {
    let socket = socket_path();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = process(&socket, &["--log", "info"]).stderr(full).spawn().unwrap();
    let mut plane = Plane { child, socket, ready: String::new() };
    let start = Instant::now();
    while std::os::unix::net::UnixStream::connect(&plane.socket).is_err() {
        assert!(start.elapsed() < PATIENCE && plane.child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..2 {
        let (mut controller, _) = plane.attach();
        assert!(matches!(controller.ask(Command::GetSnapshot(Default::default())), Body::Snapshot(_)));
    }
}
