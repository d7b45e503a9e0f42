//! ICE over TCP through real sockets: a call, and what strangers may do to the port (H15).

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::common::*;
use plane_core::contract::from_plane::Body;
use plane_core::contract::{Counters, Protocol, TransportOpened};
use plane_core::rtp::{self, Header};
use plane_core::srtp::ReplayWindow;

fn start() -> (Plane, Controller) {
    let plane = Plane::start(&["--listen-tcp", "127.0.0.1:0"]);
    let (controller, attached) = plane.attach();
    let ports = attached.candidates.iter().filter(|candidate| candidate.protocol() == Protocol::Tcp).count();
    assert_eq!(ports, 1, "one for all shards");
    (plane, controller)
}

fn tcp(opened: &TransportOpened) -> SocketAddr {
    assert_eq!(opened.candidates[0].protocol(), Protocol::Udp, "preferred");
    address(opened.candidates.iter().find(|candidate| candidate.protocol() == Protocol::Tcp).unwrap())
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn framed(packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u16).to_be_bytes(), packet].concat()
}

fn read_frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).unwrap();
    let mut frame = vec![0; u16::from_be_bytes(head).into()];
    stream.read_exact(&mut frame).unwrap();
    frame
}

/// A peer that watches over TCP, keyed.
fn watch(controller: &mut Controller, name: &str, track: &str) -> TcpStream {
    let opened = open(controller, name, "r", track);
    let mut stream = connect(tcp(&opened));
    stream.write_all(&framed(&check(&opened))).unwrap();
    assert!(read_frame(&mut stream).starts_with(&[1, 1]), "a success answer");
    key(controller, name);
    stream
}

/// Whether the plane has closed `stream` by now, or does so within our patience.
fn closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(n) => n == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

fn counted(controller: &mut Controller, wanted: impl Fn(&Counters) -> bool) -> Counters {
    let body = controller.until(|body| matches!(body, Body::Counters(counters) if wanted(counters)));
    let Body::Counters(counters) = body else { unreachable!() };
    counters
}

fn dropped(counters: &Counters, cause: &str) -> u64 {
    counters.drops.get(cause).copied().unwrap_or(0)
}

/// R: who can only use TCP sees the same pictures, in frames; the counters tell how it is connected.
#[test]
fn a_call_over_tcp() {
    let (_plane, mut controller) = start();
    let amina = Peer::join(&mut controller, "amina", "");
    let mut badr = watch(&mut controller, "badr", "amina/camera");
    let (opener, mut window) = (opener(), ReplayWindow::new());
    for index in 0..50 {
        amina.send(index, 900);
        let (number, payload) = loop {
            let mut frame = read_frame(&mut badr);
            if frame[0] < 128 || rtp::is_rtcp(&frame) {
                continue;
            }
            let header = Header::parse(&frame).unwrap();
            let extended = window.estimate(header.sequence);
            let len = opener.open_rtp(&mut frame, header.header_len, extended).unwrap();
            window.commit(extended);
            break (extended, header.payload(&frame[..len]).unwrap().to_vec());
        };
        assert!(number > 0 && payload.len() == 900 && payload[10] == index as u8);
    }
    let counters =
        counted(&mut controller, |counters| counters.transports.iter().any(|t| t.protocol() == Protocol::Tcp));
    assert_eq!(counters.r#loop.unwrap().tcp_connections, 1);
    drop(badr);
    counted(&mut controller, |counters| counters.r#loop.as_ref().unwrap().tcp_connections == 0);
}

/// H15: the first check may come byte by byte.
#[test]
fn h15_a_check_in_single_bytes() {
    let (_plane, mut controller) = start();
    let opened = open(&mut controller, "amina", "r", "");
    let mut stream = connect(tcp(&opened));
    for byte in framed(&check(&opened)) {
        stream.write_all(&[byte]).unwrap();
    }
    assert!(read_frame(&mut stream).starts_with(&[1, 1]));
}

/// H15: whatever is not a check of ours ends the connection at once, is not answered and is counted.
#[test]
fn h15_noise_is_turned_away() {
    let (_plane, mut controller) = start();
    let opened = open(&mut controller, "amina", "r", "");
    let good = check(&opened);
    let mut forged = good.clone();
    let at = forged.len() - 12;
    forged[at] ^= 1;
    let mut stranger = good.clone();
    stranger[26] ^= 1; // in the ufrag
    let noises: [&[u8]; 8] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0",
        &[0, 0],
        &[0, 3, 1, 2, 3],
        &[4, 1],
        &framed(&[0; 20]),
        &framed(&forged),
        &framed(&stranger),
    ];
    for noise in noises {
        let mut stream = connect(tcp(&opened));
        stream.write_all(noise).unwrap();
        assert!(closed(&mut stream), "{noise:?}");
    }
    let counters = counted(&mut controller, |counters| dropped(counters, "tcp_unproved") == noises.len() as u64);
    assert_eq!(counters.r#loop.unwrap().tcp_connections, 0);
    let mut stream = connect(tcp(&opened));
    stream.write_all(&framed(&good)).unwrap();
    assert!(read_frame(&mut stream).starts_with(&[1, 1]), "and the real one is still welcome");
}

/// H15: a frame longer than any packet ends even a connection that has proved itself; empty ones do not.
#[test]
fn h15_lengths_that_lie() {
    let (_plane, mut controller) = start();
    let mut stream = watch(&mut controller, "amina", "");
    stream.write_all(&[0; 4000]).unwrap();
    stream.write_all(&60_000u16.to_be_bytes()).unwrap();
    while !closed(&mut stream) {}
    counted(&mut controller, |counters| dropped(counters, "tcp_malformed") == 1);
}

/// H15: a slow loris from one address gets 64 places, from which its own oldest go; people come and go meanwhile.
#[test]
fn h15_half_open_connections_are_few() {
    let (plane, mut controller) = start();
    let opened = open(&mut controller, "amina", "r", "");
    let files = || std::fs::read_dir(format!("/proc/{}/fd", plane.child.id())).unwrap().count();
    let before = files();
    let mut held = Vec::new();
    for round in 0..400 {
        let mut stream = connect(tcp(&opened));
        stream.write_all(&[0]).unwrap();
        held.push(stream);
        if round % 100 == 99 {
            let mut honest = connect(tcp(&opened));
            honest.write_all(&framed(&check(&opened))).unwrap();
            assert!(read_frame(&mut honest).starts_with(&[1, 1]), "after {round}");
        }
    }
    assert!(files() <= before + 64 + 8, "{} files, {before} before", files());
    assert!(closed(&mut held[0]));
    let counters = counted(&mut controller, |counters| dropped(counters, "tcp_unproved") >= 400 - 64);
    assert!(counters.r#loop.unwrap().tcp_connections <= 64 + 4);
}

/// H15: who connects and says too little is closed after ten seconds.
#[test]
fn h15_silence_is_not_waited_for() {
    let (_plane, mut controller) = start();
    let opened = open(&mut controller, "amina", "r", "");
    let mut stream = connect(tcp(&opened));
    stream.write_all(&framed(&check(&opened))[..40]).unwrap();
    let began = Instant::now();
    assert!(closed(&mut stream));
    assert!((Duration::from_secs(8)..Duration::from_secs(15)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

/// H15: a peer that does not read loses pictures, then its connection; others notice nothing, memory neither.
#[test]
fn h15_a_slow_reader_is_closed() {
    let (_plane, mut controller) = start();
    let amina = Peer::join(&mut controller, "amina", "");
    let badr = Peer::join(&mut controller, "badr", "amina/camera");
    let _slow = watch(&mut controller, "carla", "amina/camera");
    let before = counted(&mut controller, |_| true).r#loop.unwrap().resident_bytes;
    let (began, mut index) = (Instant::now(), 0);
    loop {
        for _ in 0..40 {
            amina.send(index, 1000);
            index += 1;
        }
        for _ in 0..40 {
            badr.receive(PATIENCE).expect("the other one gets everything");
        }
        controller.events.clear();
        if index % 4000 == 0 {
            let counters = counted(&mut controller, |_| true);
            assert!(counters.r#loop.unwrap().resident_bytes < before + (8 << 20));
            if dropped(&counters, "tcp_stalled") == 1 {
                assert!(dropped(&counters, "tcp_queue_full") > 0);
                return;
            }
        }
        assert!(began.elapsed() < Duration::from_secs(25), "it is never closed");
    }
}
