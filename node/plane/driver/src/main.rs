//! `regie-plane`: the process that carries packets. The control process starts it, speaks to it over a Unix socket and
//! may die: packets flow on.

mod accept;
mod args;
mod caps;
mod control;
mod frames;
mod lag;
mod links;
mod log;
mod manager;
mod merge;
mod messages;
mod placement;
mod recordings;
mod router;
mod runner;
mod spool;
mod sys;
mod tcp;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use plane_core::mac::Naming;
use plane_core::shard::{Config, Shard};

use accept::{Acceptor, Gate};
use args::Args;
use control::{Control, Identity};
use links::Links;
use manager::Manager;
use messages::{FromShard, ShardHandle};
use router::Router;
use runner::{Kernel, Runner};
use spool::{Spool, Tape};
use sys::{Udp, Wake};
use tcp::Tcp;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("regie-plane {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(sentence) => return refuse(&sentence),
    };
    log::configure(args.log);
    match start(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Refused(sentence)) => refuse(&sentence),
        Err(Stop::Failed(error)) => {
            say!(Error, "failed", why = error);
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
        say!(Debug, "ordinary_priority", why = "no CAP_SYS_NICE");
    }
    let _lock = lock(&args.socket)?;
    let sockets = bind(args)?;
    let spool = args.spool.as_deref().map(|path| open_spool(path, args.spool_floor)).transpose()?;
    let listener = listen(&args.socket)?;
    let outcome = serve(args, signal, sockets, listener, spool);
    let _ = std::fs::remove_file(&args.socket);
    outcome?;
    say!(Info, "stopped");
    Ok(())
}

/// Where peers come in.
struct Sockets {
    udp: Vec<Udp>,
    tcp: Option<(SocketAddrV4, TcpListener)>,
}

/// A UDP socket for each shard, on consecutive ports; any free ones when the first is 0. And one for TCP.
fn bind(args: &Args) -> Result<Sockets, Stop> {
    let port = |n: u32| if args.listen.port() == 0 { 0 } else { args.listen.port() + n as u16 };
    let bind = |n| {
        let address = SocketAddrV4::new(*args.listen.ip(), port(n));
        Udp::bind(address).map_err(|error| {
            Stop::Refused(format!(
                "cannot listen on UDP {address}: {error}. Choose another --listen; each of the {} shards has a port, from \
                 that one on.",
                args.shards
            ))
        })
    };
    let udp = (0..args.shards).map(bind).collect::<Result<_, _>>()?;
    Ok(Sockets { udp, tcp: args.listen_tcp.map(listen_tcp).transpose()? })
}

/// What all shards are told alike.
struct Common {
    messages: Sender<FromShard>,
    control: Arc<Wake>,
    gate: Arc<Gate>,
}

type Thread = JoinHandle<io::Result<()>>;

fn serve(
    args: &Args,
    signal: OwnedFd,
    sockets: Sockets,
    listener: UnixListener,
    mut spool: Option<Spool>,
) -> io::Result<()> {
    let mut secret = [0u8; 32];
    sys::random(&mut secret)?;
    let mut instance = [0u8; 8];
    sys::random(&mut instance)?;
    let instance = format!("{:016x}", u64::from_be_bytes(instance));
    let control_wake = Arc::new(Wake::new()?);
    let (messages, from_shards) = channel();
    let unix_offset_us = sys::unix_us() - sys::monotonic_us();
    let gate = Arc::new(Gate::new(sys::open_files()));
    let common = Common { messages: messages.clone(), control: control_wake.clone(), gate: gate.clone() };

    let port = sockets.udp.first().map_or(Ok(0), |udp| udp.local().map(|address| address.port()))?;
    let (mut told, mut threads, mut shards) = (Vec::new(), Vec::new(), Vec::new());
    let wakes = sockets.udp.iter().map(|_| Wake::new().map(Arc::new)).collect::<io::Result<Vec<_>>>()?;
    let ends = Links::between(&wakes).into_iter().zip(wakes);
    for (number, (udp, (links, wake))) in sockets.udp.into_iter().zip(ends).enumerate() {
        let config = Config {
            shard: number as u8,
            secret,
            unix_offset_us,
            candidates: candidates(args, args.listen, udp.local()?.port()),
            tcp_candidates: sockets.tcp.as_ref().map_or(Vec::new(), |&(at, _)| candidates(args, at, at.port())),
            max_send_bps: args.max_send_bps,
            gso: args.gso,
        };
        for address in config.addresses() {
            if !told.contains(&address) {
                told.push(address); // TCP has one port for all
            }
        }
        let (thread, handle) = start_shard(config, udp, links, wake, spool.as_mut().map(Spool::tape), &common)?;
        threads.push(thread);
        shards.push(handle);
    }
    drop(common); // the shards' threads have their own
    let records = spool.is_some();
    let writer = spool.map(|spool| spool.start(shards.clone(), messages.clone(), control_wake.clone())).transpose()?;
    drop(messages);

    let identity = Identity {
        instance: instance.clone(),
        started_unix_ms: (sys::unix_us() / 1000) as i64,
        candidates: told,
        orphan_grace_s: args.orphan_grace_s,
    };
    if let Some((_, listener)) = sockets.tcp {
        accept(listener, &secret, shards.clone(), gate)?;
    }
    let router = Router::new(shards, args.room_split as usize, records);
    let manager = Manager::of_this_process(router.shards());
    let control = Control::new(listener, signal, control_wake, from_shards, router, identity, manager)?;
    let mut stdout = io::stdout().lock();
    let (socket, count) = (args.socket.display(), args.shards);
    let told: &[(&str, &dyn std::fmt::Display)] =
        &[("instance", &instance), ("port", &port), ("shards", &count), ("socket", &socket)];
    stdout.write_all(log::line(log::Level::Info, "ready", told).as_bytes())?;
    stdout.flush()?;
    drop(stdout);
    let mut outcome = control.run();
    for thread in threads {
        let ended = thread.join().unwrap_or_else(|_| Err(io::Error::other("a shard's thread panicked")));
        outcome = outcome.and(ended);
    }
    if let Some(writer) = writer
        && writer.join().is_err()
    {
        outcome = outcome.and(Err(io::Error::other("the writer of the spool panicked")));
    }
    outcome
}

fn start_shard(
    config: Config,
    udp: Udp,
    links: Links,
    wake: Arc<Wake>,
    tape: Option<Tape>,
    common: &Common,
) -> io::Result<(Thread, ShardHandle)> {
    let (commands, to_shard) = channel();
    let number = usize::from(config.shard);
    let mut shard = Shard::new(config);
    if tape.is_some() {
        shard.open_spool();
    }
    let runner = Runner {
        number,
        shard,
        udp,
        tcp: Tcp::new(common.gate.clone(), number == 0)?,
        kernel: Kernel::Untried,
        commands: to_shard,
        wake: wake.clone(),
        messages: common.messages.clone(),
        control: common.control.clone(),
        links,
        tape,
    };
    let thread = thread::Builder::new().name(format!("shard-{number}")).spawn(move || {
        // Without it what it carries is lost, and whoever started this process is to know that.
        runner.run().inspect_err(|error| {
            say!(Error, "shard_failed", shard = number, why = error);
            std::process::exit(1)
        })
    })?;
    Ok((thread, ShardHandle { commands, wake }))
}

fn open_spool(path: &Path, floor_mib: u32) -> Result<Spool, Stop> {
    Spool::open(path, u64::from(floor_mib) << 20).map_err(|error| {
        let path = path.display();
        Stop::Refused(format!("cannot record to {path}: {error}. Choose another --spool, or leave it out."))
    })
}

fn listen_tcp(listen: SocketAddrV4) -> Result<(SocketAddrV4, TcpListener), Stop> {
    let bound = accept::bind(listen).and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
    let (port, listener) = bound.map_err(|error| {
        Stop::Refused(format!("cannot listen on TCP {listen}: {error}. Choose another --listen-tcp, or leave it out."))
    })?;
    Ok((SocketAddrV4::new(*listen.ip(), port), listener))
}

/// A thread that ends with the process. Without it the plane goes on, by UDP.
fn accept(listener: TcpListener, secret: &[u8; 32], shards: Vec<ShardHandle>, gate: Arc<Gate>) -> io::Result<()> {
    let acceptor = Acceptor::new(listener, Naming::new(secret), shards, gate)?;
    let run = || acceptor.run().inspect_err(|error| say!(Error, "no_more_tcp", why = error));
    thread::Builder::new().name("accept".into()).spawn(run)?;
    Ok(())
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

/// Where peers reach what listens there, preferred first.
fn candidates(args: &Args, listen: SocketAddrV4, port: u16) -> Vec<SocketAddr> {
    let ips: Vec<IpAddr> = if !args.advertise.is_empty() {
        args.advertise.clone()
    } else if !listen.ip().is_unspecified() {
        vec![IpAddr::V4(*listen.ip())]
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
