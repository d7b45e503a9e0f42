//! The control socket, from the side of the control process.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{Attach, Attached, Counters, FromPlane, GetSnapshot, ToPlane};
use prost::Message;

pub struct Control {
    stream: UnixStream,
    bytes: Vec<u8>,
    next_id: u64,
    replies: VecDeque<(u64, Body)>,
    /// Transports whose check succeeded, since last looked at.
    pub connected: Vec<String>,
    /// The last counters that came by themselves.
    pub counters: Option<Counters>,
}

impl Control {
    /// Connect as soon as the plane listens, and take over.
    pub fn attach(path: &Path) -> io::Result<(Control, Attached)> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let stream = loop {
            match UnixStream::connect(path) {
                Ok(stream) => break stream,
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        stream.set_nonblocking(true)?;
        let mut control = Control {
            stream,
            bytes: Vec::new(),
            next_id: 1,
            replies: VecDeque::new(),
            connected: Vec::new(),
            counters: None,
        };
        match control.call(Command::Attach(Attach { controller: "regie-bench".into() }))? {
            Body::Attached(attached) => Ok((control, attached)),
            other => Err(io::Error::other(format!("Attach was answered with {other:?}"))),
        }
    }

    /// Write a command and wait for its reply.
    pub fn call(&mut self, command: Command) -> io::Result<Body> {
        let id = self.send(command)?;
        self.reply(id)
    }

    /// Write a command; its reply is taken by [`Control::reply`].
    pub fn send(&mut self, command: Command) -> io::Result<u64> {
        let id = self.next_id;
        self.next_id += 1;
        let message = ToPlane { id, command: Some(command), ..Default::default() };
        let mut frame = (message.encoded_len() as u32).to_be_bytes().to_vec();
        message.encode(&mut frame).expect("a Vec grows");
        self.stream.set_nonblocking(false)?;
        self.stream.write_all(&frame)?;
        self.stream.set_nonblocking(true)?;
        Ok(id)
    }

    pub fn reply(&mut self, id: u64) -> io::Result<Body> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(at) = self.replies.iter().position(|(of, _)| *of == id) {
                let (_, body) = self.replies.remove(at).expect("found");
                return match body {
                    Body::Failed(failed) => Err(io::Error::other(format!("the plane refused: {}", failed.detail))),
                    body => Ok(body),
                };
            }
            if !self.poll()? {
                if Instant::now() > deadline {
                    return Err(io::Error::other("the plane did not reply within 10 s"));
                }
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }

    /// Read what has come. Returns whether anything had.
    pub fn poll(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 65_536];
        let mut any = false;
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(io::Error::other("the plane closed the control socket")),
                Ok(len) => self.bytes.extend_from_slice(&chunk[..len]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
            any = true;
        }
        let mut start = 0;
        while let Some((head, rest)) = self.bytes[start..].split_first_chunk::<4>() {
            let Some(body) = rest.get(..u32::from_be_bytes(*head) as usize) else { break };
            let message = FromPlane::decode(body).map_err(io::Error::other)?;
            start += 4 + body.len();
            match (message.id, message.body) {
                (0, Some(Body::IceConnected(event))) => self.connected.push(event.transport),
                (0, Some(Body::Counters(counters))) => self.counters = Some(counters),
                (0, _) | (_, None) => {}
                (id, Some(body)) => self.replies.push_back((id, body)),
            }
        }
        self.bytes.drain(..start);
        Ok(any)
    }

    /// The counters as they are now.
    pub fn snapshot(&mut self) -> io::Result<Counters> {
        match self.call(Command::GetSnapshot(GetSnapshot {}))? {
            Body::Snapshot(snapshot) => Ok(snapshot.counters.unwrap_or_default()),
            other => Err(io::Error::other(format!("GetSnapshot was answered with {other:?}"))),
        }
    }
}
