//! Datagrams that a peer wants sent: peers decide, the runner owns the sockets.

use std::net::SocketAddrV4;

/// Longest datagram that a peer writes, bytes; no path needs to carry more (RFC 8835 does not fragment either).
pub const DATAGRAM: usize = 1500;

#[derive(Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    ends: Vec<(SocketAddrV4, usize)>,
}

impl Outbox {
    pub fn push(&mut self, to: SocketAddrV4, datagram: &[u8]) {
        self.bytes.extend_from_slice(datagram);
        self.ends.push((to, self.bytes.len()));
    }

    /// Let `write` fill up to [`DATAGRAM`] bytes and keep as many as it says; none: nothing is sent.
    pub fn write(&mut self, to: SocketAddrV4, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        let start = self.bytes.len();
        self.bytes.resize(start + DATAGRAM, 0);
        let len = write(&mut self.bytes[start..]).unwrap_or(0);
        self.bytes.truncate(start + len);
        if len > 0 {
            self.ends.push((to, start + len));
        }
    }

    /// Give every datagram to `send`, in order, and be empty.
    pub fn drain(&mut self, mut send: impl FnMut(SocketAddrV4, &[u8])) {
        let mut start = 0;
        for (to, end) in self.ends.drain(..) {
            send(to, &self.bytes[start..end]);
            start = end;
        }
        self.bytes.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}
