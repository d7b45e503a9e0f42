//! As much of a WebSocket (RFC 6455) as a participant needs to say that it is there and what it publishes.

use std::io::{self, BufReader, Read};

use crate::http::{self, Stream, Url};
use crate::random;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
/// More than the node ever has waiting for one participant.
const MAX_FRAME: u64 = 4 * 1024 * 1024;

pub struct WebSocket {
    stream: BufReader<Box<dyn Stream>>,
}

impl WebSocket {
    /// Open `url`, speaking `protocol`.
    pub fn open(url: &Url, protocol: &str, trusting: bool) -> io::Result<WebSocket> {
        let mut stream = http::connect(url, trusting)?;
        let key = base64(&random::bytes::<16>());
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n",
            url.path,
            url.authority()
        );
        stream.write_all(request.as_bytes())?;
        let mut stream = BufReader::new(stream);
        let (answer, _) = http::read(&mut stream)?;
        if answer.status != 101 {
            return Err(io::Error::other(format!("the WebSocket was answered with {}", answer.status)));
        }
        Ok(WebSocket { stream })
    }

    pub fn send(&mut self, text: &str) -> io::Result<()> {
        self.frame(TEXT, text.as_bytes())
    }

    /// The next text, answering pings on the way; none when the server closes.
    pub fn read(&mut self) -> io::Result<Option<String>> {
        loop {
            let mut head = [0; 2];
            self.stream.read_exact(&mut head)?;
            let length = match head[1] & 127 {
                126 => u64::from(u16::from_be_bytes(self.exact()?)),
                127 => u64::from_be_bytes(self.exact()?),
                length => u64::from(length),
            };
            if length > MAX_FRAME {
                return Err(io::Error::other("a frame longer than any the node sends"));
            }
            let mut body = vec![0; length as usize];
            self.stream.read_exact(&mut body)?;
            match head[0] & 15 {
                TEXT => return Ok(Some(String::from_utf8_lossy(&body).into_owned())),
                PING => self.frame(PONG, &body)?,
                CLOSE => return Ok(None),
                _ => {}
            }
        }
    }

    fn exact<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn frame(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind];
        match body.len() {
            length @ 0..=125 => frame.push(0x80 | length as u8),
            length @ 126..=65_535 => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        let mask: [u8; 4] = random::bytes();
        frame.extend_from_slice(&mask);
        frame.extend(body.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.stream.get_mut().write_all(&frame)
    }
}

fn base64(bytes: &[u8]) -> String {
    openssl::base64::encode_block(bytes)
}
