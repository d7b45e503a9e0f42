//! What systemd is told by a plane that it started (sd_notify(3)): ready, alive, stopping.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use crate::common::*;

/// Of three of the plane's pings, which come every second.
const SILENCE: Duration = Duration::from_millis(3200);

/// A systemd for one plane: its socket has a name and no file, as the real one's in a container may.
struct Systemd(UnixDatagram);

impl Systemd {
    fn starts(plane: &str) -> (Systemd, Plane) {
        let name = format!("regie-plane-systemd-{plane}-{}-{}", crate::SHARDS, std::process::id());
        let listens = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        let socket = socket_path();
        let mut started = process(&socket, &[]);
        started.env("NOTIFY_SOCKET", format!("@{name}")).env("WATCHDOG_USEC", "10000000").stdout(Stdio::null());
        let child = started.spawn().unwrap();
        (Systemd(listens), Plane { child, socket, ready: String::new() })
    }

    fn hears(&self, patience: Duration) -> Option<String> {
        let mut bytes = [0; 64];
        self.0.set_read_timeout(Some(patience)).unwrap();
        self.0.recv(&mut bytes).ok().map(|n| String::from_utf8_lossy(&bytes[..n]).into_owned())
    }
}

/// R: ready when it can be attached to, alive every second, stopping when told to.
#[test]
fn ready_alive_and_stopping() {
    let (systemd, mut plane) = Systemd::starts("life");
    assert_eq!(systemd.hears(PATIENCE).as_deref(), Some("READY=1"));
    plane.attach();
    for _ in 0..2 {
        assert_eq!(systemd.hears(PATIENCE).as_deref(), Some("WATCHDOG=1"));
    }
    Process::new("kill").arg("-TERM").arg(plane.child.id().to_string()).status().unwrap();
    while let Some(told) = systemd.hears(PATIENCE).filter(|told| told != "STOPPING=1") {
        assert_eq!(told, "WATCHDOG=1");
    }
    assert_eq!(plane.wait().code(), Some(0));
}

/// R: a thread that hangs, be it one shard of several or the control thread, is no plane that is alive.
#[test]
fn a_thread_that_hangs_is_not_alive() {
    let (systemd, plane) = Systemd::starts("hangs");
    assert_eq!(systemd.hears(PATIENCE).as_deref(), Some("READY=1"));
    for thread in ["shard-0", "regie-plane"] {
        assert_eq!(systemd.hears(PATIENCE).as_deref(), Some("WATCHDOG=1"), "before {thread} hangs");
        let hung = Hung::thread(&plane, thread);
        while systemd.hears(Duration::from_millis(1)).is_some() {} // said before
        let until = Instant::now() + SILENCE;
        let left = || until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let pings = std::iter::from_fn(|| systemd.hears(left())).count();
        assert!(pings <= 1, "{pings} pings though {thread} hangs; one may have been on its way");
        drop(hung);
        assert_eq!(systemd.hears(PATIENCE).as_deref(), Some("WATCHDOG=1"), "{thread} turns again");
    }
}

/// One thread of a child of ours, stopped (ptrace(2)); the others run.
struct Hung(libc::pid_t);

impl Hung {
    fn thread(plane: &Plane, name: &str) -> Hung {
        let threads = std::fs::read_dir(format!("/proc/{}/task", plane.child.id())).unwrap().map(|one| one.unwrap());
        let named = |path: std::path::PathBuf| std::fs::read_to_string(path.join("comm")).unwrap().trim() == name;
        let found = threads.into_iter().find(|thread| named(thread.path())).expect("there is such a thread");
        let thread: libc::pid_t = found.file_name().to_string_lossy().parse().unwrap();
        let nothing = std::ptr::null_mut::<libc::c_void>();
        // SAFETY: no memory of this process is touched; `waitpid` writes no status.
        unsafe {
            assert_eq!(libc::ptrace(libc::PTRACE_SEIZE, thread, nothing, nothing), 0, "it is our child");
            assert_eq!(libc::ptrace(libc::PTRACE_INTERRUPT, thread, nothing, nothing), 0);
            assert_eq!(libc::waitpid(thread, std::ptr::null_mut(), libc::__WALL), thread, "it has stopped");
        }
        Hung(thread)
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        let nothing = std::ptr::null_mut::<libc::c_void>();
        // SAFETY: as above; where the thread is gone already, nothing happens.
        unsafe { libc::ptrace(libc::PTRACE_DETACH, self.0, nothing, nothing) };
    }
}
