//! H5: bad SRTP as fast as this machine sends it, while a call goes on. H11: so many packets a second from addresses that
//! nobody knows.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use plane_core::rtp::{self, Fields};
use plane_core::stun::Integrity;

use crate::peers::{self, VIDEO_SSRC, VIDEO_TYPE};
use regie_load::sockets::{Sink, now_us};

/// Packets under way to one plane, until dropped.
pub struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Flood {
    /// One thread for each of `from`, a socket and an address of it; each sends to `dest` without a pause. `newest` is the camera's own last number.
    pub fn start(from: Vec<(Sink, Ipv4Addr)>, dest: SocketAddrV4, newest: &Arc<AtomicU16>) -> Flood {
        let mut flood = Flood { stop: Arc::default(), sent: Arc::default(), threads: Vec::new() };
        for (sink, source) in from {
            let (stop, sent, newest) = (flood.stop.clone(), flood.sent.clone(), newest.clone());
            flood.threads.push(thread::spawn(move || pour(&sink, source, dest, &stop, &sent, &newest)));
        }
        flood
    }

    /// One thread that sends `dest` so many packets a second, each from another address of `network`: checks with a name
    /// that is nobody's, checks with the name `ufrag` of somebody and a wrong MAC, DTLS, and media of strangers, in turns.
    pub fn spoofed(rate: u64, sink: Sink, network: u8, dest: SocketAddrV4, ufrag: &str) -> Flood {
        let mut flood = Flood { stop: Arc::default(), sent: Arc::default(), threads: Vec::new() };
        let (stop, sent, packets) = (flood.stop.clone(), flood.sent.clone(), strangers(ufrag));
        flood.threads.push(thread::spawn(move || drizzle(rate, &sink, network, dest, &packets, &stop, &sent)));
        flood
    }

    /// Ends it; returns how many packets were sent.
    pub fn end(mut self) -> io::Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().map_err(|_| io::Error::other("a thread of the flood ended by a panic"))?;
        }
        Ok(self.sent.load(Ordering::Relaxed))
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Bytes of one packet, and packets in one system call.
const SIZE: usize = 1128;
const TRAIN: u16 = 32;

fn pour(sink: &Sink, source: Ipv4Addr, dest: SocketAddrV4, stop: &AtomicBool, sent: &AtomicU64, newest: &AtomicU16) {
    let mut out = [0; SIZE * TRAIN as usize + 64];
    let mut number = 0u16;
    while !stop.load(Ordering::Relaxed) {
        for place in 0..TRAIN {
            // The camera's own SSRC, and numbers ahead of its own: nothing but the tag tells that it is forged, so the
            // plane has to do all the work that a forgery can cause.
            let fields = Fields {
                marker: false,
                payload_type: VIDEO_TYPE,
                sequence: newest.load(Ordering::Relaxed).wrapping_add(2_000 + number),
                timestamp: 0,
                ssrc: VIDEO_SSRC,
            };
            number = (number + 1) % 12_000;
            let at = usize::from(place) * SIZE;
            rtp::write(&mut out[at..], &fields, &[], &[0x5A; SIZE - 28], 0).expect("it fits");
        }
        if sink.send_train(&out[..SIZE * usize::from(TRAIN)], SIZE, dest, source).is_ok() {
            sent.fetch_add(TRAIN.into(), Ordering::Relaxed);
        }
    }
}

fn strangers(ufrag: &str) -> [Vec<u8>; 4] {
    let key = Integrity::new(b"not the password");
    let check = |ufrag: &str| {
        let mut out = [0; 256];
        let len = peers::check(&mut out, 0, 0, ufrag, &key);
        out[..len].to_vec()
    };
    let mut hello = vec![22, 0xFE, 0xFD];
    hello.resize(700, 0);
    let fields = Fields { marker: false, payload_type: VIDEO_TYPE, sequence: 1, timestamp: 0, ssrc: VIDEO_SSRC };
    let mut media = vec![0; SIZE];
    rtp::write(&mut media, &fields, &[], &[0x5A; SIZE - 28], 0).expect("it fits");
    [check("nobody/of/ours/0"), check(ufrag), hello, media]
}

fn drizzle(
    rate: u64,
    sink: &Sink,
    network: u8,
    dest: SocketAddrV4,
    packets: &[Vec<u8>; 4],
    stop: &AtomicBool,
    sent: &AtomicU64,
) {
    let (start, mut count) = (now_us(), 0u64);
    while !stop.load(Ordering::Relaxed) {
        let due = (now_us() - start) * rate / 1_000_000;
        if count >= due {
            thread::sleep(std::time::Duration::from_micros(500));
        }
        while count < due {
            // 65,000 addresses, none of them a receiver's.
            let source = Ipv4Addr::new(network, 2, (count >> 8) as u8, count as u8);
            if sink.send(&packets[(count % 4) as usize], dest, source).is_ok() {
                sent.fetch_add(1, Ordering::Relaxed);
            }
            count += 1;
        }
    }
}
