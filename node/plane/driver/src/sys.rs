//! The few system calls that the standard library does not have. All `unsafe` of the plane is here and in `sys_tcp.rs`.

#[path = "sys_lanes.rs"]
mod lanes;
#[path = "sys_spool.rs"]
pub mod spool;
#[path = "sys_tcp.rs"]
mod tcp;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64;
use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use libc::{c_int, c_void};
use plane_core::shard::{TOGETHER, Transmit};

pub use lanes::{Lull, Rest};
pub use tcp::{listen, open_files, option};

/// Datagrams taken from the kernel in one call.
pub const BATCH: usize = 64;
/// Room for one datagram: an Ethernet MTU and some, so that anything longer shows as truncated.
pub const DATAGRAM: usize = 2048;

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn set<T>(fd: RawFd, level: c_int, name: c_int, value: T) -> io::Result<()> {
    // SAFETY: the pointer and length describe `value`, which lives through the call.
    check(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), mem::size_of::<T>() as u32) })?;
    Ok(())
}

// ---------------------------------------------------------------- clock, events, process

/// Microseconds of the monotonic clock.
pub fn monotonic_us() -> u64 {
    clock_us(libc::CLOCK_MONOTONIC)
}

/// Microseconds since 1970.
pub fn unix_us() -> u64 {
    clock_us(libc::CLOCK_REALTIME)
}

/// Microseconds that the calling thread has worked.
pub fn thread_cpu_us() -> u64 {
    clock_us(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock_us(id: libc::clockid_t) -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is valid for writing; these clock ids exist on every Linux.
    unsafe { libc::clock_gettime(id, &mut ts) };
    ts.tv_sec as u64 * 1_000_000 + ts.tv_nsec as u64 / 1000
}

/// User and system time of this process, in microseconds.
pub fn cpu_us() -> (u64, u64) {
    // SAFETY: an all-zero rusage is valid, and the call only writes it.
    let usage = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let us = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
    (us(usage.ru_utime), us(usage.ru_stime))
}

/// Resident memory of this process, in bytes.
pub fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Fills `bytes` from the kernel's random source.
pub fn random(bytes: &mut [u8]) -> io::Result<()> {
    // SAFETY: the pointer and length describe `bytes`; requests up to 256 bytes are never cut short.
    let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if n == bytes.len() as isize { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Has the processor fetch `value` while other work goes on, where it can.
pub fn fetch<T: ?Sized>(value: &T) {
    let _start = std::ptr::from_ref(value).cast::<i8>();
    #[cfg(target_arch = "x86_64")]
    for at in (0..mem::size_of_val(value)).step_by(64) {
        // SAFETY: a hint that no address can make fail; this one is inside `value`.
        unsafe { x86_64::_mm_prefetch::<{ x86_64::_MM_HINT_T0 }>(_start.add(at)) };
    }
}

/// Asks to run before ordinary processes. `false`: not permitted (CAP_SYS_NICE), and nothing changed.
pub fn run_first() -> bool {
    const NICE: c_int = -10;
    // SAFETY: a plain call.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) == 0 }
}

/// A counter that wakes an epoll.
pub struct Wake(OwnedFd);

impl Wake {
    pub fn new() -> io::Result<Wake> {
        // SAFETY: a fresh descriptor is owned from here on.
        unsafe { Ok(Wake(OwnedFd::from_raw_fd(check(libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC))?))) }
    }

    pub fn wake(&self) {
        let one = 1u64;
        // SAFETY: eight bytes of a local; a full counter (EAGAIN) is awake already.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    pub fn clear(&self) {
        let mut count = 0u64;
        // SAFETY: eight bytes into a local.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
    }
}

impl AsRawFd for Wake {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// SIGTERM and SIGINT as a readable descriptor; blocked for every thread started afterwards.
pub fn termination() -> io::Result<OwnedFd> {
    // SAFETY: the set is initialised by sigemptyset before it is used.
    unsafe {
        let mut set: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGTERM);
        libc::sigaddset(&mut set, libc::SIGINT);
        libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        Ok(OwnedFd::from_raw_fd(check(libc::signalfd(-1, &set, libc::SFD_NONBLOCK | libc::SFD_CLOEXEC))?))
    }
}

/// Takes the lock of an open file, or says that another process has it.
pub fn lock(fd: &impl AsRawFd) -> io::Result<()> {
    // SAFETY: a plain call on an open descriptor.
    check(unsafe { libc::flock(fd.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) })?;
    Ok(())
}

/// Calls `create` so that what it creates is its owner's alone (mode 0600) from the first moment.
///
/// The mask is the whole process's: to be called before there is a second thread.
pub fn privately<T>(create: impl FnOnce() -> T) -> T {
    // SAFETY: changes one number of this process and cannot fail.
    let before = unsafe { libc::umask(0o177) };
    let created = create();
    // SAFETY: as above.
    unsafe { libc::umask(before) };
    created
}

// ---------------------------------------------------------------- epoll

/// Level-triggered readiness by token.
pub struct Epoll(OwnedFd);

#[derive(Debug, Clone, Copy)]
pub struct Ready {
    pub token: u64,
    pub readable: bool,
}

impl Epoll {
    pub fn new() -> io::Result<Epoll> {
        // SAFETY: a fresh descriptor is owned from here on.
        unsafe { Ok(Epoll(OwnedFd::from_raw_fd(check(libc::epoll_create1(libc::EPOLL_CLOEXEC))?))) }
    }

    pub fn add(&self, fd: &impl AsRawFd, token: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd.as_raw_fd(), token, libc::EPOLLIN)
    }

    pub fn want(&self, fd: &impl AsRawFd, token: u64, read: bool, write: bool) -> io::Result<()> {
        let events = if read { libc::EPOLLIN } else { 0 } | if write { libc::EPOLLOUT } else { 0 };
        self.control(libc::EPOLL_CTL_MOD, fd.as_raw_fd(), token, events)
    }

    pub fn remove(&self, fd: &impl AsRawFd) {
        let _ = self.control(libc::EPOLL_CTL_DEL, fd.as_raw_fd(), 0, 0);
    }

    fn control(&self, op: c_int, fd: RawFd, token: u64, events: c_int) -> io::Result<()> {
        let mut event = libc::epoll_event { events: events as u32, u64: token };
        // SAFETY: `event` lives through the call.
        check(unsafe { libc::epoll_ctl(self.0.as_raw_fd(), op, fd, &mut event) })?;
        Ok(())
    }

    /// Waits at most `timeout` (`None`: for ever) with the kernel's microsecond resolution, and appends what is ready.
    pub fn wait(&self, timeout: Option<Duration>, ready: &mut Vec<Ready>) -> io::Result<()> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 16];
        let spec = timeout.map(|t| libc::timespec { tv_sec: t.as_secs() as i64, tv_nsec: t.subsec_nanos().into() });
        let spec = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the array and the timespec live through the call. By number, because epoll_pwait2 is younger than
        // some C libraries; kernels before 5.11 say ENOSYS and get milliseconds.
        let mut n = unsafe {
            let (fd, nothing) = (self.0.as_raw_fd(), std::ptr::null::<c_void>());
            libc::syscall(libc::SYS_epoll_pwait2, fd, events.as_mut_ptr(), events.len(), spec, nothing, 0usize)
        };
        if n < 0 && io::Error::last_os_error().raw_os_error() == Some(libc::ENOSYS) {
            let ms = timeout.map_or(-1, |t| t.as_micros().div_ceil(1000).min(60_000) as c_int);
            // SAFETY: as above.
            n = unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), events.len() as c_int, ms) }.into();
        }
        if n < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) };
        }
        ready.extend(events[..n as usize].iter().map(|event| {
            let gone = (libc::EPOLLHUP | libc::EPOLLERR) as u32;
            Ready { token: event.u64, readable: event.events & (libc::EPOLLIN as u32 | gone) != 0 }
        }));
        Ok(())
    }
}

// ---------------------------------------------------------------- ppoll

/// Waits at most `timeout` until one of them can be read, and says which; a negative one never can.
///
/// For a socket that sends much, this is cheaper than epoll: epoll stays in the socket's wait queue, and the kernel
/// calls on it for every packet that has left, to say that there is room again.
pub fn wait_readable<const N: usize>(fds: [RawFd; N], timeout: Duration) -> io::Result<[bool; N]> {
    let mut fds = fds.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    let spec = libc::timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: timeout.subsec_nanos().into() };
    // SAFETY: the array and the timespec live through the call; no signal mask is given.
    let n = unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, &spec, std::ptr::null()) };
    if n < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok([false; N]) } else { Err(error) };
    }
    Ok(fds.map(|fd| fd.revents != 0))
}

// ---------------------------------------------------------------- UDP

const CONTROL: usize = 128;

#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; CONTROL]);

fn sockaddr(addr: SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: addr.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from(*addr.ip()).to_be() },
        sin_zero: [0; 8],
    }
}

/// A socket on `listen`; `shared`: with others of this user that say the same.
fn bind_datagrams(listen: SocketAddrV4, shared: bool) -> io::Result<OwnedFd> {
    // SAFETY: a fresh descriptor is owned from here on.
    let fd = unsafe {
        let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        OwnedFd::from_raw_fd(check(libc::socket(libc::AF_INET, kind, 0))?)
    };
    let raw = fd.as_raw_fd();
    for (forced, plain) in [(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF), (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)] {
        // Forcing needs CAP_NET_ADMIN; without it the kernel caps at net.core.[rw]mem_max.
        let wanted: c_int = 16 << 20;
        if set(raw, libc::SOL_SOCKET, forced, wanted).is_err() {
            set(raw, libc::SOL_SOCKET, plain, wanted)?;
        }
    }
    set::<c_int>(raw, libc::SOL_SOCKET, libc::SO_REUSEPORT, shared.into())?;
    set::<c_int>(raw, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
    set::<c_int>(raw, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
    set::<c_int>(raw, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    // Media must not be fragmented; libwebrtc keeps below 1200 bytes.
    set::<c_int>(raw, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_PROBE)?;
    let addr = sockaddr(listen);
    // SAFETY: the pointer and length describe `addr`.
    check(unsafe { libc::bind(raw, (&raw const addr).cast(), mem::size_of_val(&addr) as u32) })?;
    Ok(fd)
}

/// What became of a send.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The kernel, the device or the way will not take segments (EIO, EINVAL, EMSGSIZE).
    NoSegmentation,
    /// The socket's buffer is full, or the network refuses: UDP forgets.
    Dropped,
}

/// The shard's one port.
pub struct Udp {
    fd: OwnedFd,
    /// Where what is not media comes in, if the kernel tells it apart; else all comes to `fd`.
    aside: Option<OwnedFd>,
    /// The one address it listens on, from which everything leaves in any case.
    only: Option<Ipv4Addr>,
}

impl Udp {
    pub fn bind(listen: SocketAddrV4) -> io::Result<Udp> {
        let mut udp = Udp {
            fd: bind_datagrams(listen, false)?,
            aside: None,
            only: Some(*listen.ip()).filter(|ip| !ip.is_unspecified()),
        };
        udp.aside = lanes::beside(udp.fd.as_raw_fd(), udp.local()?).ok();
        Ok(udp)
    }

    pub fn local(&self) -> io::Result<SocketAddrV4> {
        // SAFETY: an all-zero sockaddr_in is valid and large enough for an AF_INET socket's name.
        let (addr, _) = unsafe {
            let mut addr: libc::sockaddr_in = mem::zeroed();
            let mut len = mem::size_of_val(&addr) as u32;
            check(libc::getsockname(self.fd.as_raw_fd(), (&raw mut addr).cast(), &mut len))?;
            (addr, len)
        };
        Ok(from_sockaddr(&addr))
    }

    /// Sends `bytes` to `dest` from `source`, cut into segments of `segment` bytes when that is less than all of it.
    pub fn send(&self, bytes: &[u8], segment: usize, dest: SocketAddrV4, source: Option<Ipv4Addr>) -> Outcome {
        let mut envelope = Envelope::EMPTY;
        // SAFETY: the message points to `envelope` and to `bytes`, which live through the call.
        let result = unsafe {
            let msg = envelope.address(bytes, segment, dest, self.named(source));
            libc::sendmsg(self.fd.as_raw_fd(), &msg, 0)
        };
        if result >= 0 {
            return Outcome::Done;
        }
        match io::Error::last_os_error().raw_os_error() {
            Some(libc::EIO | libc::EINVAL | libc::EMSGSIZE) if bytes.len() > segment => Outcome::NoSegmentation,
            _ => Outcome::Dropped,
        }
    }

    /// The source to tell the kernel: none where it can be no other, which is cheaper.
    fn named(&self, source: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        source.filter(|_| self.only.is_none())
    }

    /// Sends the first of `batch`, at most [`TOGETHER`], in one call. Returns how many the kernel took: it stops at the
    /// first that it will not take, and does not say why.
    pub fn send_all(&self, batch: &[Transmit<'_>]) -> usize {
        let mut envelopes = [Envelope::EMPTY; TOGETHER];
        // SAFETY: all-zero is a valid value of this plain C structure.
        let mut messages: [libc::mmsghdr; TOGETHER] = unsafe { mem::zeroed() };
        let mut count = 0;
        for ((message, envelope), transmit) in messages.iter_mut().zip(&mut envelopes).zip(batch) {
            let (SocketAddr::V4(dest), IpAddr::V4(source)) = (transmit.dest, transmit.source) else { break };
            let source = self.named((!source.is_unspecified()).then_some(source));
            message.msg_hdr = envelope.address(transmit.bytes, transmit.segment_size, dest, source);
            count += 1;
        }
        // SAFETY: the messages point to `envelopes` and to the bytes of `batch`, which live through the call.
        let taken = unsafe { libc::sendmmsg(self.fd.as_raw_fd(), messages.as_mut_ptr(), count, 0) };
        taken.max(0) as usize
    }
}

/// What the message of one send points to.
#[derive(Clone, Copy)]
struct Envelope {
    addr: libc::sockaddr_in,
    iov: libc::iovec,
    control: SendControl,
}

/// Room for the source (32 bytes) and the segment size (24).
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct SendControl([u8; 64]);

impl Envelope {
    const EMPTY: Envelope = Envelope {
        addr: libc::sockaddr_in { sin_family: 0, sin_port: 0, sin_addr: libc::in_addr { s_addr: 0 }, sin_zero: [0; 8] },
        iov: libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 },
        control: SendControl([0; 64]),
    };

    /// The message, which points into the envelope and to `bytes`: it is good as long as neither moves.
    fn address(&mut self, bytes: &[u8], segment: usize, dest: SocketAddrV4, source: Option<Ipv4Addr>) -> libc::msghdr {
        self.addr = sockaddr(dest);
        self.iov = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        let control = self.control.0.as_mut_ptr();
        let mut used = 0;
        // SAFETY: both control messages fit into the room for them; all-zero is a valid msghdr.
        let mut msg: libc::msghdr = unsafe {
            if let Some(ip) = source {
                let info = libc::in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: libc::in_addr { s_addr: u32::from(ip).to_be() },
                    ipi_addr: libc::in_addr { s_addr: 0 },
                };
                used += put(control.cast(), libc::IPPROTO_IP, libc::IP_PKTINFO, info);
            }
            if bytes.len() > segment {
                used += put(control.add(used).cast(), libc::SOL_UDP, libc::UDP_SEGMENT, segment as u16);
            }
            mem::zeroed()
        };
        msg.msg_name = (&raw mut self.addr).cast();
        msg.msg_namelen = mem::size_of_val(&self.addr) as u32;
        msg.msg_iov = &raw mut self.iov;
        msg.msg_iovlen = 1;
        if used > 0 {
            msg.msg_control = control.cast();
            msg.msg_controllen = used as _;
        }
        msg
    }
}

/// Writes one control message and returns the space it takes.
///
/// # Safety
/// `cmsg` must point at room for `T` and its header inside a message's control buffer.
unsafe fn put<T>(cmsg: *mut libc::cmsghdr, level: c_int, kind: c_int, value: T) -> usize {
    unsafe {
        (*cmsg).cmsg_level = level;
        (*cmsg).cmsg_type = kind;
        (*cmsg).cmsg_len = libc::CMSG_LEN(mem::size_of::<T>() as u32) as _;
        libc::CMSG_DATA(cmsg).cast::<T>().write_unaligned(value);
        libc::CMSG_SPACE(mem::size_of::<T>() as u32) as usize
    }
}

fn from_sockaddr(addr: &libc::sockaddr_in) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::from(u32::from_be(addr.sin_addr.s_addr)), u16::from_be(addr.sin_port))
}

/// One received datagram.
pub struct Datagram<'a> {
    pub source: SocketAddr,
    pub dest_ip: IpAddr,
    /// When the kernel got it, microseconds since 1970; 0 when it did not say.
    pub unix_us: u64,
    /// The kernel's count of datagrams it had to drop so far, if it said.
    pub overflow: Option<u32>,
    pub truncated: bool,
    pub bytes: &'a mut [u8],
}

/// What says nothing about the socket and is over with the next call: memory that is short, and what ICMP tells of one
/// peer (the kernel's `icmp_err_convert`).
const PASSING: [c_int; 14] = [
    libc::ENOMEM,
    libc::ENOBUFS,
    libc::ECONNREFUSED,
    libc::ECONNRESET,
    libc::EHOSTUNREACH,
    libc::EHOSTDOWN,
    libc::ENETUNREACH,
    libc::ENETDOWN,
    libc::ENONET,
    libc::ENOPROTOOPT,
    libc::EOPNOTSUPP,
    libc::EPROTO,
    libc::EMSGSIZE,
    libc::EACCES,
];

/// Buffers for one `recvmmsg`.
pub struct Batch {
    /// Receives that failed for a reason in [`PASSING`], so far.
    pub passing: u64,
    bytes: Box<[[u8; DATAGRAM]; BATCH]>,
    names: Box<[libc::sockaddr_in; BATCH]>,
    control: Box<[Control; BATCH]>,
    iov: Box<[libc::iovec; BATCH]>,
    headers: Box<[libc::mmsghdr; BATCH]>,
}

impl Batch {
    pub fn new() -> Batch {
        // SAFETY: all-zero is a valid value of each of these plain C structures.
        unsafe {
            Batch {
                passing: 0,
                bytes: Box::new([[0; DATAGRAM]; BATCH]),
                names: Box::new(mem::zeroed()),
                control: Box::new([Control([0; CONTROL]); BATCH]),
                iov: Box::new(mem::zeroed()),
                headers: Box::new(mem::zeroed()),
            }
        }
    }

    /// Takes what `socket` has, at most [`BATCH`] datagrams; 0 when it has nothing.
    fn receive_from(&mut self, socket: RawFd) -> io::Result<usize> {
        for i in 0..BATCH {
            self.iov[i] = libc::iovec { iov_base: self.bytes[i].as_mut_ptr().cast(), iov_len: DATAGRAM };
            let header = &mut self.headers[i].msg_hdr;
            header.msg_name = (&raw mut self.names[i]).cast();
            header.msg_namelen = mem::size_of::<libc::sockaddr_in>() as u32;
            header.msg_iov = &raw mut self.iov[i];
            header.msg_iovlen = 1;
            header.msg_control = self.control[i].0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL as _;
            header.msg_flags = 0;
        }
        // SAFETY: every header points into boxes owned by `self`, which live through the call.
        let n = unsafe {
            let headers = self.headers.as_mut_ptr();
            libc::recvmmsg(socket, headers, BATCH as u32, libc::MSG_DONTWAIT, std::ptr::null_mut())
        };
        if n >= 0 {
            return Ok(n as usize);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EINTR) => Ok(0),
            Some(code) if PASSING.contains(&code) => {
                self.passing += 1;
                Ok(0)
            }
            _ => Err(error),
        }
    }

    /// The `i`-th datagram of the last [`Batch::receive_lane`].
    pub fn get(&mut self, i: usize) -> Datagram<'_> {
        let message = &self.headers[i];
        let (mut dest_ip, mut unix_us, mut overflow) = (Ipv4Addr::UNSPECIFIED, 0, None);
        // SAFETY: the kernel wrote these control messages into our buffer and set their lengths.
        unsafe {
            let mut cmsg = libc::CMSG_FIRSTHDR(&message.msg_hdr);
            while !cmsg.is_null() {
                let data = libc::CMSG_DATA(cmsg);
                match ((*cmsg).cmsg_level, (*cmsg).cmsg_type) {
                    (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                        let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                        dest_ip = Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr));
                    }
                    (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                        let ts = data.cast::<libc::timespec>().read_unaligned();
                        unix_us = ts.tv_sec as u64 * 1_000_000 + ts.tv_nsec as u64 / 1000;
                    }
                    (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => overflow = Some(data.cast::<u32>().read_unaligned()),
                    _ => {}
                }
                cmsg = libc::CMSG_NXTHDR(&message.msg_hdr, cmsg);
            }
        }
        Datagram {
            source: SocketAddr::V4(from_sockaddr(&self.names[i])),
            dest_ip: IpAddr::V4(dest_ip),
            unix_us,
            overflow,
            truncated: message.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
            bytes: &mut self.bytes[i][..message.msg_len as usize],
        }
    }
}

/// The machine's IPv4 addresses: those that others reach first, loopback last.
pub fn addresses() -> Vec<Ipv4Addr> {
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    // SAFETY: the list is walked only until its end and freed once; each address is read as its family says.
    unsafe {
        let mut first: *mut libc::ifaddrs = std::ptr::null_mut();
        if libc::getifaddrs(&mut first) != 0 {
            return vec![Ipv4Addr::LOCALHOST];
        }
        let mut next = first;
        while let Some(entry) = next.as_ref() {
            next = entry.ifa_next;
            let up = entry.ifa_flags & libc::IFF_UP as u32 != 0;
            if !up || entry.ifa_addr.is_null() || (*entry.ifa_addr).sa_family != libc::AF_INET as u16 {
                continue;
            }
            let ip = *from_sockaddr(&entry.ifa_addr.cast::<libc::sockaddr_in>().read_unaligned()).ip();
            if ip.is_loopback() { &mut inner } else { &mut outer }.push(ip);
        }
        libc::freeifaddrs(first);
    }
    if inner.is_empty() {
        inner.push(Ipv4Addr::LOCALHOST);
    }
    outer.extend(inner);
    outer
}

#[cfg(test)]
#[path = "sys_test.rs"]
mod tests;
