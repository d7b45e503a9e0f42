//! Packets on a byte stream (RFC 4571): two bytes of length before each.

/// The longest packet that is read: room for an Ethernet frame and some, as by UDP.
pub const MAX_FRAME: usize = 2048;

/// A length beyond [`MAX_FRAME`]: what follows cannot be told apart any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// What goes before a packet of `len` bytes; none fits that is longer than 65,535.
pub fn head(len: usize) -> Option<[u8; 2]> {
    u16::try_from(len).ok().map(u16::to_be_bytes)
}

/// Finds packets in what a stream brings, however it is cut. Holds at most one unfinished packet.
#[derive(Debug, Default)]
pub struct Reader {
    held: Vec<u8>,
}

impl Reader {
    /// Bytes that wait for the rest of their packet.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Hands each whole packet to `each`; empty ones (RFC 4571 2) are passed over. After an error the stream is of no
    /// more use.
    pub fn push(&mut self, mut bytes: &mut [u8], mut each: impl FnMut(&mut [u8])) -> Result<(), TooLong> {
        while !self.held.is_empty() {
            let missing = length(&self.held)?.map_or(2, |len| 2 + len) - self.held.len();
            let (now, later) = bytes.split_at_mut(missing.min(bytes.len()));
            self.held.extend_from_slice(now);
            bytes = later;
            match length(&self.held)? {
                Some(len) if self.held.len() == 2 + len => {
                    if len > 0 {
                        each(&mut self.held[2..]);
                    }
                    self.held.clear();
                }
                _ if bytes.is_empty() => return Ok(()),
                _ => {}
            }
        }
        while let Some(len) = length(bytes)? {
            if bytes.len() < 2 + len {
                break;
            }
            let (frame, later) = bytes.split_at_mut(2 + len);
            if len > 0 {
                each(&mut frame[2..]);
            }
            bytes = later;
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }
}

/// What the first two bytes say, if they are there.
fn length(bytes: &[u8]) -> Result<Option<usize>, TooLong> {
    let Some(&head) = bytes.first_chunk() else { return Ok(None) };
    let len = usize::from(u16::from_be_bytes(head));
    if len > MAX_FRAME { Err(TooLong) } else { Ok(Some(len)) }
}

#[cfg(test)]
#[path = "framing_test.rs"]
mod tests;
