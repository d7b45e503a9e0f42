//! A plane as a child process, controllers on its Unix socket, and peers on loopback UDP.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command as Process, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{
    Address, Attach, Attached, Codec, FromPlane, Kind, OpenTransport, Receive, Send, SetKeys, SlotPolicy, Source,
    SrtpProfile, ToPlane, TransportOpened,
};
use plane_core::rtp::{self, Fields, Header};
use plane_core::srtp::{Opener, Profile, ReplayWindow, Sealer};
use plane_core::stun::{Check, Integrity, write_check};
use prost::Message;

pub const PATIENCE: Duration = Duration::from_secs(20);

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub struct Plane {
    pub child: Child,
    pub socket: PathBuf,
    pub ready: String,
}

pub fn socket_path() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("regie-plane-test-{}-{number}.sock", std::process::id()))
}

pub fn process(socket: &PathBuf, extra: &[&str]) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_regie-plane"));
    process.arg("--socket").arg(socket).args(["--listen", "127.0.0.1:0", "--log", "error"]);
    process.args(["--shards", crate::SHARDS, "--room-split", "1"]).args(extra);
    process
}

impl Plane {
    pub fn start(extra: &[&str]) -> Plane {
        let socket = socket_path();
        let mut child = process(&socket, extra).stdout(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Plane { child, socket, ready }
    }

    pub fn connect(&self) -> Controller {
        let stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Controller { stream, next: 0, events: Vec::new() }
    }

    pub fn attach(&self) -> (Controller, Attached) {
        let mut controller = self.connect();
        let attached = controller.attach();
        (controller, attached)
    }

    pub fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the plane does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.socket);
        let _ = std::fs::remove_file(self.socket.with_extension("sock.lock"));
    }
}

pub struct Controller {
    pub stream: UnixStream,
    next: u64,
    pub events: Vec<Body>,
}

impl Controller {
    pub fn attach(&mut self) -> Attached {
        match self.ask(Command::Attach(Attach { controller: "a test".into() })) {
            Body::Attached(attached) => attached,
            other => panic!("{other:?}"),
        }
    }

    pub fn tell(&mut self, command: Command) -> u64 {
        self.next += 1;
        let message = ToPlane { id: self.next, command: Some(command), ..Default::default() };
        let mut frame = (message.encoded_len() as u32).to_be_bytes().to_vec();
        message.encode(&mut frame).unwrap();
        self.stream.write_all(&frame).unwrap();
        self.next
    }

    /// Many commands in one write: each small one by itself would fill the socket long before its bytes do, and who does
    /// not read is not read either. The id of the last.
    pub fn tell_at_once(&mut self, commands: impl Iterator<Item = Command>) -> u64 {
        let mut frames = Vec::new();
        for command in commands {
            self.next += 1;
            let message = ToPlane { id: self.next, command: Some(command), ..Default::default() };
            frames.extend_from_slice(&(message.encoded_len() as u32).to_be_bytes());
            message.encode(&mut frames).unwrap();
        }
        self.stream.write_all(&frames).unwrap();
        self.next
    }

    /// The next message, or `None` when the plane has closed the connection.
    pub fn read(&mut self) -> Option<FromPlane> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head).ok()?;
        let mut body = vec![0; u32::from_be_bytes(head) as usize];
        self.stream.read_exact(&mut body).ok()?;
        Some(FromPlane::decode(body.as_slice()).unwrap())
    }

    pub fn ask(&mut self, command: Command) -> Body {
        let id = self.tell(command);
        loop {
            let message = self.read().expect("an answer");
            let body = message.body.unwrap();
            if message.id == id {
                return body;
            }
            self.events.push(body);
        }
    }

    /// Waits for an event.
    pub fn until(&mut self, wanted: impl Fn(&Body) -> bool) -> Body {
        if let Some(at) = self.events.iter().position(&wanted) {
            return self.events.remove(at);
        }
        loop {
            let body = self.read().expect("an event").body.unwrap();
            if wanted(&body) {
                return body;
            }
        }
    }
}

/// Opens a transport that sends a camera and receives on video slot 0.
pub fn open(controller: &mut Controller, name: &str, room: &str, watches: &str) -> TransportOpened {
    let codecs = vec![Codec {
        payload_type: 96,
        rtx_payload_type: 97,
        name: "VP8".into(),
        clock_rate: 90_000,
        fmtp: String::new(),
    }];
    let send = Send {
        track: format!("{name}/camera"),
        kind: Kind::Video.into(),
        source: Source::Camera.into(),
        mid: "0".into(),
        ssrcs: vec![4242],
        codecs: codecs.clone(),
        ..Default::default()
    };
    let receive = Receive {
        index: 0,
        kind: Kind::Video.into(),
        mid: "1".into(),
        codecs,
        policy: SlotPolicy::Assigned.into(),
        track: watches.into(),
        ..Default::default()
    };
    let open = OpenTransport {
        transport: name.into(),
        room: room.into(),
        label: b"label".to_vec(),
        sends: vec![send],
        receives: vec![receive],
        max_send_bps: 0,
        max_receive_bps: 0,
    };
    let Body::TransportOpened(opened) = controller.ask(Command::OpenTransport(open)) else { panic!("refused") };
    opened
}

pub fn address(candidate: &Address) -> SocketAddr {
    SocketAddr::new(candidate.ip.parse().unwrap(), candidate.port as u16)
}

/// A check that nominates.
pub fn check(opened: &TransportOpened) -> Vec<u8> {
    let ice = opened.ice.as_ref().unwrap();
    let username = format!("{}:test", ice.ufrag);
    let check =
        Check { transaction: [7; 12], username: username.as_bytes(), priority: 1, tie_breaker: 1, use_candidate: true };
    let mut out = vec![0; 256];
    let len = write_check(&mut out, &check, &Integrity::new(ice.password.as_bytes())).unwrap();
    out.truncate(len);
    out
}

/// Once it is connected.
pub fn key(controller: &mut Controller, name: &str) {
    controller.until(|body| matches!(body, Body::IceConnected(connected) if connected.transport == name));
    let keys = SetKeys {
        transport: name.into(),
        profile: SrtpProfile::AeadAes128Gcm.into(),
        inbound_key: vec![1; 16],
        inbound_salt: vec![2; 12],
        outbound_key: vec![3; 16],
        outbound_salt: vec![4; 12],
    };
    assert!(matches!(controller.ask(Command::SetKeys(keys)), Body::Done(_)));
}

/// For what a peer receives.
pub fn opener() -> Opener {
    Opener::new(Profile::AeadAes128Gcm, &[3; 16], &[4; 12]).unwrap()
}

pub struct Peer {
    pub udp: UdpSocket,
    pub plane: SocketAddr,
    /// The connectivity check that it was let in with.
    pub check: Vec<u8>,
    sealer: Sealer,
    opener: Opener,
    window: RefCell<ReplayWindow>,
}

impl Peer {
    /// One that sends a camera and receives on video slot 0.
    pub fn join(controller: &mut Controller, name: &str, watches: &str) -> Peer {
        Peer::join_room(controller, name, "r", watches)
    }

    pub fn join_room(controller: &mut Controller, name: &str, room: &str, watches: &str) -> Peer {
        let opened = open(controller, name, room, watches);
        let plane = address(&opened.candidates[0]);
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_read_timeout(Some(PATIENCE)).unwrap();
        let check = check(&opened);
        udp.send_to(&check, plane).unwrap();
        udp.recv_from(&mut [0; 256]).unwrap();
        key(controller, name);
        Peer {
            udp,
            plane,
            check,
            sealer: Sealer::new(Profile::AeadAes128Gcm, &[1; 16], &[2; 12]).unwrap(),
            opener: opener(),
            window: RefCell::default(),
        }
    }

    /// Packet `index` of a picture of its own; the first is a key frame.
    pub fn send(&self, index: u64, len: usize) {
        let mut payload = vec![index as u8; len];
        payload[..6].copy_from_slice(&[0x90, 0x80, 0x80 | (index >> 8) as u8 & 0x7F, index as u8, 1, 1]);
        payload[4] = u8::from(index != 0);
        let fields = Fields {
            marker: true,
            payload_type: 96,
            sequence: index as u16,
            timestamp: index as u32 * 3000,
            ssrc: 4242,
        };
        let mut out = [0; 2048];
        let written = rtp::write(&mut out, &fields, &[], &payload, 0).unwrap();
        let len = self.sealer.seal_rtp(&mut out, written.len, index, written.header_len).unwrap();
        self.udp.send_to(&out[..len], self.plane).unwrap();
    }

    /// The next media packet: its number and its payload; `None` when none comes within `patience`.
    pub fn receive(&self, patience: Duration) -> Option<(u16, Vec<u8>)> {
        self.udp.set_read_timeout(Some(patience)).unwrap();
        let mut bytes = [0; 2048];
        loop {
            let (len, _) = self.udp.recv_from(&mut bytes).ok()?;
            if bytes[0] < 128 || rtp::is_rtcp(&bytes[..len]) {
                continue;
            }
            let header = Header::parse(&bytes[..len]).unwrap();
            let index = self.window.borrow().estimate(header.sequence);
            let plain = self.opener.open_rtp(&mut bytes[..len], header.header_len, index).unwrap();
            self.window.borrow_mut().commit(index);
            return Some((header.sequence, header.payload(&bytes[..plain]).unwrap().to_vec()));
        }
    }
}
