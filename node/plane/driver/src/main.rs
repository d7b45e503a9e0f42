//! `regie-plane`: the process that carries packets. The control process starts it, speaks to it over a Unix socket and
//! may die: packets flow on.

mod args;
mod control;
mod frames;
mod lag;
mod log;
mod runner;
mod sys;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use plane_core::shard::{Config, Shard};

use args::Args;
use control::{Control, Identity, ShardHandle};
use runner::{Kernel, Runner};
use sys::{Udp, Wake};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(sentence) => return refuse(&sentence),
    };
    log::set_level(args.log);
    match start(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Refused(sentence)) => refuse(&sentence),
        Err(Stop::Failed(error)) => {
            say!(Error, "the plane cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("regie-plane: {sentence}");
    ExitCode::from(2)
}

enum Stop {
    /// Something the operator can put right.
    Refused(String),
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Failed(error)
    }
}

/// The story of the process: lock, listen, one thread a shard, control on this thread until the end.
fn start(args: &Args) -> Result<(), Stop> {
    let signal = sys::termination()?;
    // A busy control process, or anything else on this machine, is not to delay packets.
    if !sys::run_first() {
        say!(Debug, "runs at ordinary priority: no CAP_SYS_NICE");
    }
    let _lock = lock(&args.socket)?;
    let udp = Udp::bind(args.listen).map_err(|error| {
        Stop::Refused(format!("cannot listen on UDP {}: {error}. Choose another --listen.", args.listen))
    })?;
    let port = udp.local()?.port();
    let candidates = candidates(args, port);
    let listener = listen(&args.socket)?;
    let outcome = serve(args, signal, udp, listener, &candidates);
    let _ = std::fs::remove_file(&args.socket);
    outcome?;
    say!(Info, "closed");
    Ok(())
}

fn serve(args: &Args, signal: OwnedFd, udp: Udp, listener: UnixListener, candidates: &[SocketAddr]) -> io::Result<()> {
    let mut secret = [0u8; 32];
    sys::random(&mut secret)?;
    let mut instance = [0u8; 8];
    sys::random(&mut instance)?;
    let instance = format!("{:016x}", u64::from_be_bytes(instance));
    let unix_offset_us = sys::unix_us() - sys::monotonic_us();

    let control_wake = Arc::new(Wake::new()?);
    let (messages, from_shards) = channel();
    let (commands, to_shard) = channel();
    let wake = Arc::new(Wake::new()?);
    let config = Config {
        shard: 0,
        secret,
        unix_offset_us,
        candidates: candidates.to_vec(),
        tcp_candidates: Vec::new(),
        max_send_bps: args.max_send_bps,
        gso: args.gso,
    };
    let told = config.addresses();
    let shard = Shard::new(config);
    let runner = Runner {
        shard,
        udp,
        kernel: Kernel::Untried,
        commands: to_shard,
        wake: wake.clone(),
        messages,
        control: control_wake.clone(),
    };
    let thread = thread::Builder::new().name("shard-0".into()).spawn(move || {
        // Without it nothing is forwarded, and whoever started this process is to know that.
        runner.run().inspect_err(|error| {
            say!(Error, "the shard cannot go on: {error}");
            std::process::exit(1)
        })
    })?;

    let identity = Identity {
        instance: instance.clone(),
        started_unix_ms: (sys::unix_us() / 1000) as i64,
        candidates: told,
        orphan_grace_s: args.orphan_grace_s,
    };
    let shards = vec![ShardHandle { commands, wake }];
    let control = Control::new(listener, signal, control_wake, from_shards, shards, identity)?;
    let mut stdout = io::stdout().lock();
    let port = candidates.first().map_or(0, SocketAddr::port);
    writeln!(stdout, "regie-plane ready instance={instance} port={port} socket={}", args.socket.display())?;
    stdout.flush()?;
    drop(stdout);
    let outcome = control.run();
    let shard = thread.join().unwrap_or_else(|_| Err(io::Error::other("the shard's thread panicked")));
    outcome.and(shard)
}

/// One plane a socket: the lock is on a file beside it, because the socket itself is replaced at start.
fn lock(socket: &Path) -> Result<File, Stop> {
    let mut path = socket.as_os_str().to_owned();
    path.push(".lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(|error| {
            Stop::Refused(format!("cannot open {}: {error}. Choose another --socket.", path.display()))
        })?;
    if sys::lock(&file).is_err() {
        let socket = socket.display();
        return Err(Stop::Refused(format!(
            "a plane already serves {socket}; attach to it, stop it, or choose another --socket."
        )));
    }
    Ok(file)
}

fn listen(socket: &Path) -> Result<UnixListener, Stop> {
    let unusable = |error: io::Error| {
        Stop::Refused(format!("cannot listen on {}: {error}. Choose another --socket.", socket.display()))
    };
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unusable(error)),
        _ => {}
    }
    // Bound under another name and renamed when it listens: a file that is there can be connected to.
    let mut early = socket.as_os_str().to_owned();
    early.push(".new");
    let _ = std::fs::remove_file(&early);
    let listener = sys::privately(|| UnixListener::bind(&early)).map_err(unusable)?;
    std::fs::rename(&early, socket).map_err(unusable)?;
    Ok(listener)
}

fn candidates(args: &Args, port: u16) -> Vec<SocketAddr> {
    let ips: Vec<IpAddr> = if !args.advertise.is_empty() {
        args.advertise.clone()
    } else if !args.listen.ip().is_unspecified() {
        vec![IpAddr::V4(*args.listen.ip())]
    } else {
        sys::addresses().into_iter().map(IpAddr::V4).collect()
    };
    ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// R: the control socket is private from the moment it exists, whatever the umask; what comes after is not touched.
    #[test]
    fn the_control_socket_is_private_at_once() {
        let directory = std::env::temp_dir().join(format!("regie-plane-listen-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let mode = |path: &Path| std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
        let (socket, early, late) = (directory.join("s"), directory.join("early"), directory.join("late"));
        File::create(&early).unwrap();
        let _first = listen(&socket).map_err(|_| ()).unwrap();
        assert_eq!(mode(&socket), 0o600);
        let _second = listen(&socket).map_err(|_| ()).expect("what is left behind is replaced");
        assert_eq!(mode(&socket), 0o600);
        File::create(&late).unwrap();
        assert_eq!(mode(&late), mode(&early));
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
