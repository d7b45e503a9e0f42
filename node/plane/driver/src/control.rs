//! The control socket: who controls the plane, what they say, and what they are told.
//!
//! A thread of its own, so that a controller that does not read can never hold up a packet. Towards the shards there
//! are channels only. What waits for a controller that does not read is bounded: newer counters and speakers replace
//! older ones, and past [`BACKLOG`] bytes the connection is closed, so that no state event is ever lost in silence — the
//! controller attaches again and asks for a snapshot.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use plane_core::contract::failed::Cause;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{Address, Attached, Counters, Done, Fenced, FromPlane, Shutdown};

use crate::frames::{self, Reader};
use crate::manager::Manager;
use crate::messages::FromShard;
use crate::router::{Asked, Router, Told, failed};
use crate::say;
use crate::sys::{self, Epoll, Ready, Wake};

/// Bytes that may wait for a controller that does not read: a snapshot of a full house and some seconds of events.
const BACKLOG: usize = 72 << 20;
/// Beyond this many bytes waiting, no further command is read: replies stay bounded too.
const BUSY: usize = 1 << 20;
/// Connections open at once; only one of them controls.
const CONNECTIONS: usize = 16;
/// Letters of a request's id, or of several, that are logged.
const REQUEST: usize = 512;

/// What this plane can do beyond the first contract; see `Attached` there.
const ABILITIES: &[&str] = &["layers", "transport-cc"];
/// Only with a spool.
const RECORDING: &str = "recording";

const LISTENER: u64 = 0;
const SHARDS: u64 = 1;
const SIGNAL: u64 = 2;
const FIRST_CONNECTION: u64 = 16;

/// What does not change while the plane runs.
pub struct Identity {
    pub instance: String,
    pub started_unix_ms: i64,
    pub candidates: Vec<Address>,
    pub orphan_grace_s: u32,
}

/// What a queued frame may be replaced by.
#[derive(PartialEq, Eq, Clone)]
enum Class {
    /// Every one counts.
    Kept,
    /// Only the newest counts.
    Counters,
    Speakers(String),
}

impl Class {
    fn of(body: &Body) -> Class {
        match body {
            Body::Counters(_) => Class::Counters,
            Body::Speakers(speakers) => Class::Speakers(speakers.room.clone()),
            _ => Class::Kept,
        }
    }
}

struct Connection {
    stream: UnixStream,
    reader: Reader,
    queue: VecDeque<(Class, Vec<u8>)>,
    queued: usize,
    /// Bytes of the first queued frame that are written already.
    written: usize,
    attached: bool,
    /// Set when the connection is to be closed once its queue is empty, at the latest then.
    closing: Option<Instant>,
    /// Interest given to epoll: (read, write).
    interest: (bool, bool),
}

impl Connection {
    fn push(&mut self, message: &FromPlane) {
        let class = message.body.as_ref().map_or(Class::Kept, Class::of);
        if class != Class::Kept && self.queued > 64 << 10 {
            // The front frame may be half written, so it stays.
            let old = self.queue.iter().skip(1).position(|(waiting, _)| *waiting == class);
            if let Some(at) = old
                && let Some((_, frame)) = self.queue.remove(at + 1)
            {
                self.queued -= frame.len();
            }
        }
        let frame = frames::encode(message);
        self.queued += frame.len();
        self.queue.push_back((class, frame));
    }

    /// Writes what the socket takes. `false`: the connection is gone.
    fn write(&mut self) -> bool {
        while let Some((_, frame)) = self.queue.front() {
            match self.stream.write(&frame[self.written..]) {
                Ok(0) => return false,
                Ok(n) => {
                    self.written += n;
                    if self.written == frame.len() {
                        self.queued -= frame.len();
                        self.written = 0;
                        self.queue.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        !(self.closing.is_some() && self.queue.is_empty())
    }
}

/// As it is written in a log.
fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Attach(_) => "attach",
        Command::OpenTransport(_) => "open_transport",
        Command::SetKeys(_) => "set_keys",
        Command::SendDtls(_) => "send_dtls",
        Command::RestartIce(_) => "restart_ice",
        Command::CloseTransport(_) => "close_transport",
        Command::CloseRoom(_) => "close_room",
        Command::MuteTracks(_) => "mute_tracks",
        Command::AssignSlots(_) => "assign_slots",
        Command::RequestKeyFrame(_) => "request_key_frame",
        Command::GetSnapshot(_) => "get_snapshot",
        Command::Shutdown(_) => "shutdown",
        Command::SizeSlots(_) => "size_slots",
        Command::LimitRates(_) => "limit_rates",
        Command::RecordTracks(_) => "record_tracks",
    }
}

/// What the whole process costs, beside the figures of its shards.
fn complete(mut counters: Counters) -> Counters {
    let figures = counters.r#loop.get_or_insert_default();
    (figures.cpu_user_us, figures.cpu_system_us) = sys::cpu_us();
    figures.resident_bytes = sys::resident_bytes();
    counters
}

/// The thread's whole world.
pub struct Control {
    epoll: Epoll,
    listener: UnixListener,
    signal: OwnedFd,
    wake: Arc<Wake>,
    messages: Receiver<FromShard>,
    router: Router,
    identity: Identity,
    manager: Manager,
    connections: HashMap<u64, Connection>,
    next_connection: u64,
    controller: Option<u64>,
    epoch: u64,
    orphan_since: Instant,
    stopping: bool,
}

impl Control {
    pub fn new(
        listener: UnixListener,
        signal: OwnedFd,
        wake: Arc<Wake>,
        messages: Receiver<FromShard>,
        router: Router,
        identity: Identity,
        manager: Manager,
    ) -> io::Result<Control> {
        let epoll = Epoll::new()?;
        listener.set_nonblocking(true)?;
        epoll.add(&listener, LISTENER)?;
        epoll.add(&*wake, SHARDS)?;
        epoll.add(&signal, SIGNAL)?;
        Ok(Control {
            epoll,
            listener,
            signal,
            wake,
            messages,
            router,
            identity,
            manager,
            connections: HashMap::new(),
            next_connection: FIRST_CONNECTION,
            controller: None,
            epoch: 0,
            orphan_since: Instant::now(),
            stopping: false,
        })
    }

    /// Runs until told to stop or nobody has controlled the plane for its grace time.
    pub fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::with_capacity(16);
        let mut outcome = Ok(());
        self.manager.ready();
        while !self.stopping {
            ready.clear();
            outcome = self.epoll.wait(Some(self.timeout()), &mut ready);
            if outcome.is_err() {
                break;
            }
            for &event in &ready {
                self.handle(event);
            }
            self.check_deadlines();
            self.write_all();
        }
        self.manager.stopping();
        self.router.stop();
        outcome
    }

    fn timeout(&self) -> Duration {
        let now = Instant::now();
        let orphan = self.controller.is_none().then(|| self.orphan_since + self.grace());
        let closing = self.connections.values().filter_map(|connection| connection.closing);
        let next = closing.chain(orphan).min().unwrap_or(now + Duration::from_secs(60));
        next.saturating_duration_since(now)
    }

    fn grace(&self) -> Duration {
        Duration::from_secs(self.identity.orphan_grace_s.into())
    }

    fn handle(&mut self, event: Ready) {
        match event.token {
            LISTENER => self.accept(),
            SHARDS => self.drain_shards(),
            SIGNAL => {
                say!(Info, "stops", by = "signal");
                let _ = &self.signal;
                self.stopping = true;
            }
            connection if event.readable => self.read(connection),
            _ => {} // writable: every loop writes
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            if self.connections.len() >= CONNECTIONS || stream.set_nonblocking(true).is_err() {
                continue; // closed by dropping it
            }
            let id = self.next_connection;
            self.next_connection += 1;
            if self.epoll.add(&stream, id).is_err() {
                continue;
            }
            let connection = Connection {
                stream,
                reader: Reader::default(),
                queue: VecDeque::new(),
                queued: 0,
                written: 0,
                attached: false,
                closing: None,
                interest: (true, false),
            };
            self.connections.insert(id, connection);
        }
    }

    fn read(&mut self, id: u64) {
        let mut bytes = [0u8; 64 << 10];
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match connection.stream.read(&mut bytes) {
            Ok(0) => return self.close(id, "closed by the controller"),
            Ok(n) if connection.closing.is_none() => connection.reader.push(&bytes[..n]),
            Ok(_) => return,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => return,
            Err(_) => return self.close(id, "the connection failed"),
        }
        while let Some(connection) = self.connections.get_mut(&id) {
            match connection.reader.next() {
                Ok(Some(message)) => {
                    let command = message.command;
                    if let (Some(command), false) = (&command, message.request.is_empty()) {
                        let request: String = message.request.chars().take(REQUEST).collect();
                        say!(Debug, "command", command = name_of(command), request = request);
                    }
                    self.execute(id, message.id, command);
                }
                Ok(None) => return,
                Err(broken) => return self.close(id, broken.0),
            }
        }
    }

    fn execute(&mut self, connection: u64, id: u64, command: Option<Command>) {
        let attached = self.connections.get(&connection).is_some_and(|c| c.attached);
        match command {
            Some(Command::Attach(attach)) => self.attach(connection, id, &attach.controller),
            _ if !attached => self.reply(connection, id, failed(Cause::NotAttached, "the first command is Attach")),
            Some(Command::Shutdown(Shutdown {})) => {
                say!(Info, "stops", by = "controller");
                self.reply(connection, id, Body::Done(Done {}));
                self.stopping = true;
                self.write_all();
            }
            Some(command) => {
                if let Some(body) = self.router.dispatch(Asked { connection, id }, command) {
                    self.reply(connection, id, body);
                }
            }
            None => self.reply(connection, id, failed(Cause::Invalid, "no command, or one of a newer contract")),
        }
    }

    fn attach(&mut self, connection: u64, id: u64, who: &str) {
        self.epoch += 1;
        let epoch = self.epoch;
        if let Some(older) = self.controller.replace(connection).filter(|&older| older != connection)
            && let Some(older) = self.connections.get_mut(&older)
        {
            older.attached = false;
            older.closing = Some(Instant::now() + Duration::from_secs(2));
            older.push(&FromPlane { id: 0, body: Some(Body::Fenced(Fenced { epoch })) });
            if !older.write() {
                let _ = older.stream.shutdown(std::net::Shutdown::Both);
            }
        }
        if let Some(newer) = self.connections.get_mut(&connection) {
            newer.attached = true;
        }
        let who: String = who.chars().filter(|c| !c.is_control()).take(64).collect();
        say!(Info, "attached", who = who, epoch = epoch);
        let identity = &self.identity;
        let recording = self.router.records().then_some(&RECORDING);
        let attached = Attached {
            epoch,
            instance: identity.instance.clone(),
            started_unix_ms: identity.started_unix_ms,
            candidates: identity.candidates.clone(),
            shards: self.router.shards() as u32,
            orphan_grace_s: identity.orphan_grace_s,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            optimised: !cfg!(debug_assertions),
            abilities: ABILITIES.iter().chain(recording).map(|&ability| ability.to_owned()).collect(),
        };
        self.reply(connection, id, Body::Attached(attached));
    }

    fn reply(&mut self, connection: u64, id: u64, body: Body) {
        if let Some(connection) = self.connections.get_mut(&connection).filter(|c| c.closing.is_none()) {
            connection.push(&FromPlane { id, body: Some(body) });
        }
    }

    fn drain_shards(&mut self) {
        self.wake.clear();
        while let Ok(message) = self.messages.try_recv() {
            if let FromShard::Event { shard, body: Body::Counters(_) } = &message {
                self.manager.turned(*shard);
            }
            match self.router.hear(message) {
                Some(Told::Reply(asked, body)) => self.reply(asked.connection, asked.id, body),
                Some(Told::Event(Body::Counters(counters))) => self.event(Body::Counters(complete(counters))),
                Some(Told::Event(body)) => self.event(body),
                None => {}
            }
        }
    }

    fn event(&mut self, body: Body) {
        if let Some(controller) = self.controller {
            self.reply(controller, 0, body);
        }
    }

    fn write_all(&mut self) {
        let mut gone = Vec::new();
        for (&id, connection) in &mut self.connections {
            if !connection.write() {
                gone.push((id, "ended"));
            } else if connection.queued > BACKLOG {
                gone.push((id, "it does not read and too much is waiting"));
            } else {
                // Who does not read what it asked for is not read either.
                let interest = (connection.queued <= BUSY, !connection.queue.is_empty());
                if interest != connection.interest {
                    connection.interest = interest;
                    let _ = self.epoll.want(&connection.stream, id, interest.0, interest.1);
                }
            }
        }
        for (id, why) in gone {
            self.close(id, why);
        }
    }

    fn check_deadlines(&mut self) {
        let now = Instant::now();
        let late: Vec<u64> =
            self.connections.iter().filter(|(_, c)| c.closing.is_some_and(|at| at <= now)).map(|(&id, _)| id).collect();
        for id in late {
            self.close(id, "fenced");
        }
        if self.controller.is_none() && now >= self.orphan_since + self.grace() {
            say!(Warn, "orphan_closes", after_s = self.identity.orphan_grace_s);
            self.stopping = true;
        }
    }

    fn close(&mut self, id: u64, why: &str) {
        let Some(connection) = self.connections.remove(&id) else { return };
        self.epoll.remove(&connection.stream);
        if self.controller == Some(id) {
            self.controller = None;
            self.orphan_since = Instant::now();
            say!(Warn, "controller_gone", why = why, grace_s = self.identity.orphan_grace_s);
        }
    }
}
