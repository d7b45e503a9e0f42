//! Framing of the control socket: a 4-byte big-endian length before each message; towards the plane at most 4 MiB.

use plane_core::contract::{FromPlane, ToPlane};
use prost::Message;

/// The longest message that the plane reads.
pub const LIMIT: usize = 4 << 20;

/// The peer broke the contract; the connection is of no more use.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// Turns the bytes of a connection into messages.
#[derive(Default)]
pub struct Reader {
    bytes: Vec<u8>,
    start: usize,
}

impl Reader {
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    pub fn next(&mut self) -> Result<Option<ToPlane>, Broken> {
        let rest = &self.bytes[self.start..];
        let Some((head, body)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        let len = u32::from_be_bytes(*head) as usize;
        if len > LIMIT {
            return Err(Broken("a message is longer than 4 MiB"));
        }
        if body.len() < len {
            return Ok(None);
        }
        let message = ToPlane::decode(&body[..len]).map_err(|_| Broken("a message cannot be decoded"))?;
        self.start += 4 + len;
        if self.start > 64 << 10 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        Ok(Some(message))
    }
}

/// A message as it goes onto the wire.
pub fn encode(message: &FromPlane) -> Vec<u8> {
    let len = message.encoded_len();
    let mut frame = Vec::with_capacity(4 + len);
    frame.extend_from_slice(&(len as u32).to_be_bytes());
    message.encode(&mut frame).expect("a Vec grows");
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use plane_core::contract::to_plane::Command;
    use plane_core::contract::{Attach, from_plane};

    #[test]
    fn split_at_every_byte() {
        let message = ToPlane {
            id: 7,
            command: Some(Command::Attach(Attach { controller: "pid 1".into() })),
            ..Default::default()
        };
        let mut wire = (message.encoded_len() as u32).to_be_bytes().to_vec();
        message.encode(&mut wire).unwrap();
        for cut in 0..wire.len() {
            let mut reader = Reader::default();
            reader.push(&wire[..cut]);
            assert_eq!(reader.next(), Ok(None));
            reader.push(&wire[cut..]);
            assert_eq!(reader.next(), Ok(Some(message.clone())));
            assert_eq!(reader.next(), Ok(None));
        }
    }

    #[test]
    fn refuses_what_is_too_long_or_nonsense() {
        let mut reader = Reader::default();
        reader.push(&(LIMIT as u32 + 1).to_be_bytes());
        assert!(reader.next().is_err());
        let mut reader = Reader::default();
        reader.push(&[0, 0, 0, 2, 0xff, 0xff]);
        assert!(reader.next().is_err());
    }

    #[test]
    fn writes_its_length_first() {
        let frame = encode(&FromPlane { id: 1, body: Some(from_plane::Body::Done(Default::default())) });
        assert_eq!(u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize, frame.len() - 4);
    }
}
