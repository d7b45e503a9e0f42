//! Sockets that are many peers at once, and the few system calls for them that the standard library does not have. All
//! `unsafe` of this crate is in this file.

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libc::c_int;

/// Datagrams (or, with GRO, trains of them) taken in one call.
const BATCH: usize = 32;
/// Room for the longest train.
const DATAGRAM: usize = 65_535;
const CONTROL: usize = 128;

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn set(fd: RawFd, level: c_int, name: c_int, value: c_int) -> io::Result<()> {
    // SAFETY: the pointer and length describe `value`, which lives through the call.
    check(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), mem::size_of::<c_int>() as u32) })?;
    Ok(())
}

/// Microseconds since 1970: the clock of the kernel's receive times.
pub fn now_us() -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is valid for writing; the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut ts) };
    ts.tv_sec as u64 * 1_000_000 + ts.tv_nsec as u64 / 1000
}

/// Wait until one of `sockets` can be read, at most `timeout`.
pub fn wait(sockets: &mut [libc::pollfd], timeout: Duration) {
    let ts = libc::timespec { tv_sec: 0, tv_nsec: timeout.as_nanos().min(999_999_999) as i64 };
    // SAFETY: pointer and length describe `sockets`; `ts` lives through the call; no signal mask is given.
    unsafe { libc::ppoll(sockets.as_mut_ptr(), sockets.len() as libc::nfds_t, &ts, std::ptr::null()) };
}

/// What to wait for on `fd`.
pub fn readable(fd: &impl AsRawFd) -> libc::pollfd {
    libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 }
}

/// A UDP socket on every loopback address at once: 127.0.0.0/8 is all local, so one socket can be many receivers, each
/// with an address of its own.
pub struct Sink {
    fd: OwnedFd,
    pub port: u16,
}

impl Sink {
    /// `gro`: take trains of equal datagrams as the kernel has them, instead of one by one.
    pub fn new(gro: bool, buffer: usize) -> io::Result<Sink> {
        // SAFETY: a fresh descriptor is owned from here on; the address structures are valid when zero.
        unsafe {
            let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
            let fd = OwnedFd::from_raw_fd(check(libc::socket(libc::AF_INET, kind, 0))?);
            let raw = fd.as_raw_fd();
            if set(raw, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, buffer as c_int).is_err() {
                set(raw, libc::SOL_SOCKET, libc::SO_RCVBUF, buffer as c_int)?;
            }
            set(raw, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
            set(raw, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
            if gro {
                set(raw, libc::SOL_UDP, libc::UDP_GRO, 1)?;
            }
            let mut addr: libc::sockaddr_in = mem::zeroed();
            let mut len = mem::size_of_val(&addr) as u32;
            addr.sin_family = libc::AF_INET as u16;
            check(libc::bind(raw, (&raw const addr).cast(), len))?;
            check(libc::getsockname(raw, (&raw mut addr).cast(), &mut len))?;
            Ok(Sink { fd, port: u16::from_be(addr.sin_port) })
        }
    }

    /// The same socket once more, for another thread.
    pub fn same(&self) -> io::Result<Sink> {
        Ok(Sink { fd: self.fd.try_clone()?, port: self.port })
    }

    /// Send `bytes` to `dest` as if from the receiver at `source`.
    pub fn send(&self, bytes: &[u8], dest: SocketAddrV4, source: Ipv4Addr) -> io::Result<()> {
        self.send_train(bytes, bytes.len(), dest, source)
    }

    /// The same, cut by the kernel into datagrams of `segment` bytes.
    pub fn send_train(&self, bytes: &[u8], segment: usize, dest: SocketAddrV4, source: Ipv4Addr) -> io::Result<()> {
        let info = libc::in_pktinfo {
            ipi_ifindex: 0,
            ipi_spec_dst: libc::in_addr { s_addr: u32::from(source).to_be() },
            ipi_addr: libc::in_addr { s_addr: 0 },
        };
        // SAFETY: every pointer in `msg` is to a local or to `bytes`, all of which live through the call; both control
        // messages fit in CONTROL bytes.
        let sent = unsafe {
            let mut addr: libc::sockaddr_in = mem::zeroed();
            addr.sin_family = libc::AF_INET as u16;
            addr.sin_port = dest.port().to_be();
            addr.sin_addr.s_addr = u32::from(*dest.ip()).to_be();
            let mut iov = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
            let mut control = [0u64; CONTROL / 8];
            let mut msg: libc::msghdr = mem::zeroed();
            msg.msg_name = (&raw mut addr).cast();
            msg.msg_namelen = mem::size_of_val(&addr) as u32;
            msg.msg_iov = &mut iov;
            msg.msg_iovlen = 1;
            msg.msg_control = control.as_mut_ptr().cast();
            msg.msg_controllen = libc::CMSG_SPACE(mem::size_of_val(&info) as u32) as _;
            let cmsg = libc::CMSG_FIRSTHDR(&msg);
            (*cmsg).cmsg_level = libc::IPPROTO_IP;
            (*cmsg).cmsg_type = libc::IP_PKTINFO;
            (*cmsg).cmsg_len = libc::CMSG_LEN(mem::size_of_val(&info) as u32) as _;
            libc::CMSG_DATA(cmsg).cast::<libc::in_pktinfo>().write_unaligned(info);
            if segment < bytes.len() {
                msg.msg_controllen += libc::CMSG_SPACE(2) as usize;
                let cmsg = libc::CMSG_NXTHDR(&msg, cmsg);
                (*cmsg).cmsg_level = libc::SOL_UDP;
                (*cmsg).cmsg_type = libc::UDP_SEGMENT;
                (*cmsg).cmsg_len = libc::CMSG_LEN(2) as _;
                libc::CMSG_DATA(cmsg).cast::<u16>().write_unaligned(segment as u16);
            }
            libc::sendmsg(self.fd.as_raw_fd(), &msg, 0)
        };
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl AsRawFd for Sink {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// One datagram, or one train of them.
pub struct Train<'a> {
    /// Who sent it.
    pub from: SocketAddrV4,
    /// The address of ours that it was sent to.
    pub to: Ipv4Addr,
    /// When the kernel received it, µs since 1970.
    pub at_us: u64,
    /// Length of each datagram but perhaps the last.
    pub segment: usize,
    pub bytes: &'a mut [u8],
}

/// Buffers for one `recvmmsg`.
pub struct Batch {
    bytes: Vec<u8>,
    controls: Vec<[u64; CONTROL / 8]>,
    headers: Vec<libc::mmsghdr>,
    names: Vec<libc::sockaddr_in>,
    iovs: Vec<libc::iovec>,
}

impl Default for Batch {
    fn default() -> Self {
        // SAFETY: all-zero headers and vectors are valid; they are filled before each call.
        let (headers, names, iovs) =
            unsafe { (vec![mem::zeroed(); BATCH], vec![mem::zeroed(); BATCH], vec![mem::zeroed(); BATCH]) };
        Batch { bytes: vec![0; BATCH * DATAGRAM], controls: vec![[0; CONTROL / 8]; BATCH], headers, names, iovs }
    }
}

impl Batch {
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Take what has come to `sink`, giving each to `take`. Returns how many; 0 when there was nothing.
    pub fn receive(&mut self, sink: &Sink, mut take: impl FnMut(Train<'_>)) -> usize {
        for n in 0..BATCH {
            self.iovs[n] = libc::iovec { iov_base: self.bytes[n * DATAGRAM..].as_mut_ptr().cast(), iov_len: DATAGRAM };
            let header = &mut self.headers[n].msg_hdr;
            header.msg_name = (&raw mut self.names[n]).cast();
            header.msg_namelen = mem::size_of::<libc::sockaddr_in>() as u32;
            header.msg_iov = &mut self.iovs[n];
            header.msg_iovlen = 1;
            header.msg_control = self.controls[n].as_mut_ptr().cast();
            header.msg_controllen = CONTROL as _;
        }
        // SAFETY: each header points into buffers of `self` with their true lengths.
        let count = unsafe {
            libc::recvmmsg(sink.fd.as_raw_fd(), self.headers.as_mut_ptr(), BATCH as u32, 0, std::ptr::null_mut())
        };
        let count = usize::try_from(count).unwrap_or(0);
        for n in 0..count {
            let len = self.headers[n].msg_len as usize;
            let (to, at_us, segment) = read_control(&self.headers[n].msg_hdr);
            let bytes = &mut self.bytes[n * DATAGRAM..n * DATAGRAM + len];
            let name = &self.names[n];
            let from =
                SocketAddrV4::new(Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr)), u16::from_be(name.sin_port));
            take(Train { from, to, at_us, segment: segment.unwrap_or(len).max(1), bytes });
        }
        count
    }
}

fn read_control(header: &libc::msghdr) -> (Ipv4Addr, u64, Option<usize>) {
    let (mut to, mut at_us, mut segment) = (Ipv4Addr::UNSPECIFIED, 0, None);
    // SAFETY: the kernel has filled the control buffer and its length; each value is read at the size of its type.
    unsafe {
        let mut cmsg = libc::CMSG_FIRSTHDR(header);
        while !cmsg.is_null() {
            let data = libc::CMSG_DATA(cmsg);
            match ((*cmsg).cmsg_level, (*cmsg).cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    to = Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr));
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let ts = data.cast::<libc::timespec>().read_unaligned();
                    at_us = ts.tv_sec as u64 * 1_000_000 + ts.tv_nsec as u64 / 1000;
                }
                (libc::SOL_UDP, libc::UDP_GRO) => segment = Some(data.cast::<c_int>().read_unaligned() as usize),
                _ => {}
            }
            cmsg = libc::CMSG_NXTHDR(header, cmsg);
        }
    }
    (to, at_us, segment)
}

/// Let this process have `count` files open, as far as it may.
pub fn allow_files(count: usize) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for reading and writing through both calls.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 && (limit.rlim_cur as usize) < count {
            limit.rlim_cur = (count as libc::rlim_t).min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}

/// Processor time of this process, µs.
pub fn cpu_us() -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is valid for writing; the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut ts) };
    ts.tv_sec as u64 * 1_000_000 + ts.tv_nsec as u64 / 1000
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

extern "C" fn interrupt(_signal: c_int) {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// From now on SIGINT and SIGTERM are only noted.
pub fn note_interrupts() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler does nothing but store into an atomic.
        unsafe { libc::signal(signal, interrupt as extern "C" fn(c_int) as libc::sighandler_t) };
    }
}

/// Whether one of them has come.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// The address that packets to `to` leave from.
pub fn source_of(to: std::net::SocketAddr) -> io::Result<Ipv4Addr> {
    let probe = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    probe.connect(to)?; // sends nothing: the kernel looks up the route
    match probe.local_addr()?.ip() {
        std::net::IpAddr::V4(ip) => Ok(ip),
        std::net::IpAddr::V6(_) => Err(io::Error::other("the server has no IPv4 address")),
    }
}
