//! A receiving m-line of one transport: its numbers towards the receiver never break, whatever it shows.

use crate::allocate::{HELD, Patience, UNDECIDED};
use crate::codec::Codec;
use crate::contract::{HeaderExtensions, Kind, SlotPolicy};
use crate::ext::{self, Extension};
use crate::selector::Selector;
use crate::seq::Splice;
use crate::slab::NONE;
use crate::vp8;

/// SSRC of slot 0; slot n has this | n << 1, its RTX | 1 more.
pub const SSRC_BASE: u32 = 0x5245_0000;
/// Slots of one transport.
pub const MAX_SLOTS: u32 = 128;

/// The slot index and whether it is RTX, from an SSRC of ours.
pub fn of_ssrc(ssrc: u32) -> Option<(u8, bool)> {
    let low = ssrc ^ SSRC_BASE;
    (low < MAX_SLOTS * 2).then_some(((low >> 1) as u8, low & 1 == 1))
}

/// How much faster than it was made a catch-up is shown.
pub const SQUEEZE: u32 = 90;

/// What a receiver's reports say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard {
    pub fraction_lost: u8,
    /// It sees this SSRC: the MID has done its work.
    pub confirmed: bool,
}

/// The first packet of something else in a slot.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub track: u32,
    pub layer: u8,
    pub sequence: u64,
    pub timestamp: u32,
    /// What the layer that was sent until now calls the same instant, if both are known to tell the same time.
    pub same_clock: Option<u32>,
}

pub struct Slot {
    pub index: u8,
    pub kind: Kind,
    pub policy: SlotPolicy,
    pub mid: Box<str>,
    pub extensions: HeaderExtensions,
    pub codecs: Vec<Codec>,
    /// What it is to show.
    pub wanted: u32,
    /// What its numbers are spliced to: packets of this track are sent.
    pub current: u32,
    /// And of its layers this one.
    pub layer: u8,
    /// The layer of `wanted` that it is to be sent, or [`HELD`].
    pub target: u8,
    /// What was chosen for it, whether its sender sends that or not.
    pub choice: u8,
    pub patience: Patience,
    /// The highest spatial layer that it is to be sent, of a stream that has several.
    pub spatial: u8,
    pub selector: Option<Box<Selector>>,
    /// The same of a VP9 stream without dependency descriptors: what it is sent.
    pub vp9_spatial: u8,
    /// Width and height of its tile, device pixels; 0: not known.
    pub size: (u32, u32),
    /// Changes of layer.
    pub switches: u64,
    /// Since when a picture is waited for.
    pub asked_us: u64,
    /// When the track that it shows began in it, until a key frame is asked for.
    pub began_at: Option<u64>,
    /// What the control process was last told.
    pub announced: u32,
    pub heard: Heard,
    pub packets: u32,
    pub octets: u32,
    pub bytes: u64,
    pub payload_type: u8,
    pub rtx_payload_type: u8,
    pub clock_rate: u32,
    /// Payload type at the publisher that `payload_type` stands for.
    pub source_payload_type: u8,
    pub sequence: Splice,
    pub rtx_sequence: u64,
    pub ids: vp8::Rewriter,
    /// Frame numbers of dependency descriptors.
    pub frames: vp8::Line,
    /// It waits for a picture that the cache has.
    pub catch_up: bool,
    /// But of no longer past than so many packets: its way has to bear them.
    pub past: u16,
    /// Spliced, and nothing sent since: the next audio packet begins a talk spurt.
    pub fresh: bool,
    timestamp_offset: u32,
    /// The offset without what was added so that timestamps do not fall.
    plain_offset: u32,
    /// Up to this packet, at this timestamp, what is sent is a catch-up.
    caught_up: Option<(u64, u32)>,
    last_timestamp: u32,
    last_sent_us: u64,
    template: Template,
}

/// The extension block that every packet of a slot carries, with the places of what changes.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    pub bytes: [u8; 40],
    pub len: usize,
    /// 0: not there.
    pub abs_send_time: usize,
    pub audio_level: usize,
    pub transport_cc: usize,
}

impl Default for Template {
    fn default() -> Template {
        Template { bytes: [0; 40], len: 0, abs_send_time: 0, audio_level: 0, transport_cc: 0 }
    }
}

impl Slot {
    pub fn new(receive: &crate::contract::Receive, codecs: Vec<Codec>, first_sequence: u64) -> Slot {
        let mut slot = Slot {
            index: receive.index as u8,
            kind: receive.kind(),
            policy: receive.policy(),
            mid: receive.mid.as_str().into(),
            extensions: receive.extensions.unwrap_or_default(),
            codecs,
            wanted: NONE,
            current: NONE,
            layer: 0,
            target: UNDECIDED,
            choice: UNDECIDED,
            patience: Patience::default(),
            spatial: u8::MAX,
            selector: None,
            vp9_spatial: 0,
            size: (0, 0),
            switches: 0,
            asked_us: 0,
            began_at: None,
            announced: NONE,
            heard: Heard::default(),
            packets: 0,
            octets: 0,
            bytes: 0,
            payload_type: 0,
            rtx_payload_type: 0,
            clock_rate: 90_000,
            source_payload_type: 0xFF,
            sequence: Splice::starting_at(first_sequence),
            rtx_sequence: first_sequence,
            ids: vp8::Rewriter::default(),
            frames: vp8::Line::default(),
            catch_up: false,
            past: u16::MAX,
            fresh: false,
            timestamp_offset: 0,
            plain_offset: 0,
            caught_up: None,
            last_timestamp: (first_sequence as u32).wrapping_mul(0x9E37),
            last_sent_us: 0,
            template: Template::default(),
        };
        slot.template = slot.make_template();
        slot
    }

    pub fn ssrc(&self) -> u32 {
        SSRC_BASE | u32::from(self.index) << 1
    }

    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The receiver reports on this SSRC: from now on the MID is left out.
    pub fn confirm(&mut self) {
        if !self.heard.confirmed {
            self.heard.confirmed = true;
            self.template = self.make_template();
        }
    }

    /// Leaves places for what changes with each packet.
    fn make_template(&self) -> Template {
        let mut list = [Extension { id: 0, value: &[] }; 4];
        let mut count = 0;
        let mut add = |id: u32, value| {
            if (1..=255).contains(&id) {
                list[count] = Extension { id: id as u8, value };
                count += 1;
            }
        };
        if !self.mid.is_empty() && self.mid.len() <= 16 && !self.heard.confirmed {
            add(self.extensions.mid, self.mid.as_bytes());
        }
        if self.kind == Kind::Video {
            add(self.extensions.abs_send_time, &[0; 3]);
        } else {
            add(self.extensions.audio_level, &[0]);
        }
        add(self.extensions.transport_cc, &[0; 2]);
        let list = &list[..count];
        let mut template = Template::default();
        template.len = ext::write(&mut template.bytes, list).unwrap_or(0);
        let head = if template.bytes[0] == 0xBE { 1 } else { 2 };
        let mut at = 4;
        for extension in list {
            at += head;
            if u32::from(extension.id) == self.extensions.abs_send_time && extension.value.len() == 3 {
                template.abs_send_time = at;
            } else if u32::from(extension.id) == self.extensions.audio_level && extension.value.len() == 1 {
                template.audio_level = at;
            } else if u32::from(extension.id) == self.extensions.transport_cc && extension.value.len() == 2 {
                template.transport_cc = at;
            }
            at += extension.value.len();
        }
        template
    }

    /// Continue with what `start` says, in the receiver's words for `codec`.
    pub fn switch(&mut self, codec: &Codec, start: &Start, now: u64) -> bool {
        if !self.retarget(codec) {
            return false;
        }
        // The receiver's clock goes on by the time that really passed, at least one tick.
        let passed = now.saturating_sub(self.last_sent_us).min(10_000_000);
        let ticks = (passed * u64::from(self.clock_rate) / 1_000_000).max(1) as u32;
        let mut first = if self.packets == 0 { self.last_timestamp } else { self.last_timestamp.wrapping_add(ticks) };
        let mut plain = first;
        // Another layer of the same picture: sender reports tell to the tick where it goes on, unless they lie.
        let distance = |a: u32, b: u32| a.wrapping_sub(b).cast_signed();
        if let Some(same) = start.same_clock.map(|same| same.wrapping_add(self.plain_offset))
            && distance(same, first).unsigned_abs() < 2 * self.clock_rate
        {
            plain = same;
            first = if distance(same, self.last_timestamp) > 0 { same } else { self.last_timestamp.wrapping_add(1) };
        }
        self.current = start.track;
        self.layer = start.layer;
        self.sequence.switch(start.sequence, 1);
        if let Some(selector) = &mut self.selector {
            selector.reset();
        }
        self.vp9_spatial = 0;
        self.timestamp_offset = first.wrapping_sub(start.timestamp);
        self.plain_offset = plain.wrapping_sub(start.timestamp);
        self.caught_up = None;
        true
    }

    /// Call what the publisher calls `codec` by the receiver's payload types. `false`: it has no such codec.
    pub fn retarget(&mut self, codec: &Codec) -> bool {
        let Some(ours) = self.codecs.iter().find(|ours| ours.same(codec)) else { return false };
        self.payload_type = ours.payload_type;
        self.rtx_payload_type = ours.rtx_payload_type;
        self.clock_rate = ours.clock_rate;
        self.source_payload_type = codec.payload_type;
        true
    }

    /// The publisher's extended number of the packet that the receiver knows as `number`.
    pub fn sent_as(&self, number: u16) -> Option<u64> {
        let highest = self.sequence.highest_out()?;
        let distance = number.wrapping_sub(highest as u16) as i16;
        self.sequence.unmap(highest.checked_add_signed(distance.into())?)
    }

    /// Right after a switch: what comes up to packet `last`, of timestamp `newest`, is old and is shown at once. Its
    /// timestamps are drawn together, or the player would show the past at its own pace and stay behind.
    pub fn catching_up(&mut self, oldest: u32, last: u64, newest: u32) {
        let span = (newest.wrapping_sub(oldest) as i32).max(0) as u32;
        self.timestamp_offset = self.timestamp_offset.wrapping_sub(span - span / SQUEEZE);
        self.plain_offset = self.plain_offset.wrapping_sub(span - span / SQUEEZE);
        self.caught_up = Some((last, newest));
    }

    /// The timestamp under which packet `sequence` of the current track is sent.
    pub fn timestamp(&self, sequence: u64, timestamp: u32) -> u32 {
        match self.caught_up {
            Some((last, newest)) if sequence <= last => {
                // Signed: pictures that refer to later ones are sent after them, and then the last is not the newest.
                let before = newest.wrapping_sub(timestamp) as i32 / SQUEEZE as i32;
                newest.wrapping_add(self.timestamp_offset).wrapping_sub(before as u32)
            }
            _ => self.timestamp_now(timestamp),
        }
    }

    /// What the receiver's RTP clock says when the publisher's says `timestamp`.
    pub fn timestamp_now(&self, timestamp: u32) -> u32 {
        timestamp.wrapping_add(self.timestamp_offset)
    }

    /// Whether fresh packets of `track` mean anything to it: `layers` has a bit for each layer that has some.
    pub fn concerned(&self, track: u32, layers: u8) -> bool {
        let shown = self.current == track && layers >> self.layer & 1 == 1;
        let awaited = self.wanted == track && self.target != HELD;
        // A first picture may be any layer's; another only the target's.
        let starts = self.current != track
            || (self.layer != self.target && layers.checked_shr(self.target.into()).unwrap_or(0) & 1 == 1);
        shown || (awaited && starts)
    }

    pub fn sent_since(&self, us: u64) -> bool {
        self.packets > 0 && self.last_sent_us >= us
    }

    /// The timestamp of the last packet: padding has the same.
    pub fn last_timestamp(&self) -> u32 {
        self.last_timestamp
    }

    pub fn sent(&mut self, timestamp: u32, octets: usize, now: u64) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
        self.bytes += octets as u64;
        if (timestamp.wrapping_sub(self.last_timestamp) as i32) >= 0 {
            self.last_timestamp = timestamp;
            self.last_sent_us = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    fn slot() -> Slot {
        let codec = contract::Codec {
            payload_type: 96,
            rtx_payload_type: 97,
            name: "VP8".into(),
            clock_rate: 90_000,
            fmtp: String::new(),
        };
        let extensions = HeaderExtensions { mid: 4, abs_send_time: 2, ..Default::default() };
        let receive = contract::Receive {
            index: 7,
            kind: Kind::Video.into(),
            mid: "12".into(),
            extensions: Some(extensions),
            ..Default::default()
        };
        Slot::new(&receive, vec![Codec::new(&codec).unwrap()], 500)
    }

    fn start(track: u32, sequence: u64, timestamp: u32) -> Start {
        Start { track, layer: 0, sequence, timestamp, same_clock: None }
    }

    #[test]
    fn its_ssrc_names_it() {
        assert_eq!(slot().ssrc(), 0x5245_000E);
        assert_eq!(of_ssrc(0x5245_000F), Some((7, true)));
        assert_eq!(of_ssrc(0x5245_0100), None);
        assert_eq!(of_ssrc(1), None);
    }

    #[test]
    fn the_mid_is_left_out_once_confirmed() {
        let mut slot = slot();
        assert_eq!(slot.template().len, 12);
        assert_eq!(slot.template().bytes[..8], [0xBE, 0xDE, 0, 2, 0x41, b'1', b'2', 0x22]);
        assert_eq!(slot.template().abs_send_time, 8);
        slot.confirm();
        assert_eq!((slot.template().len, slot.template().abs_send_time), (8, 5));
    }

    #[test]
    fn numbers_go_on_across_a_switch() {
        let mut slot = slot();
        let theirs = Codec::new(&contract::Codec {
            payload_type: 120,
            name: "vp8".into(),
            clock_rate: 90_000,
            ..Default::default()
        })
        .unwrap();
        assert!(slot.switch(&theirs, &start(1, 10_000, 1_000_000), 0));
        assert_eq!(slot.payload_type, 96);
        assert_eq!(slot.sequence.map(10_000), Some(500));
        let first = slot.timestamp(10_000, 1_000_000);
        slot.sent(first, 100, 0);
        assert!(slot.switch(&theirs, &start(2, 70, 5), 100_000));
        assert_eq!(slot.sequence.map(70), Some(501));
        assert_eq!(slot.timestamp(70, 5).wrapping_sub(first), 9000);
    }

    /// Layers of one picture: each has a clock that began somewhere else; the receiver's goes on to the tick.
    #[test]
    fn layers_are_aligned_by_their_reports() {
        let mut slot = slot();
        let codec = slot.codecs[0].clone();
        assert!(slot.switch(&codec, &start(1, 10, 1000), 0));
        let first = slot.timestamp(10, 1000);
        slot.sent(first, 100, 0);
        slot.sent(slot.timestamp(11, 4000), 100, 33_000);
        let other = |timestamp: u32, same| Start { layer: 2, same_clock: Some(same), ..start(1, 70, timestamp) };
        // The other layer calls 7000 what this one calls 500,007,000.
        assert!(slot.switch(&codec, &other(500_007_000, 7000), 70_000));
        assert_eq!(slot.timestamp(70, 500_007_000).wrapping_sub(first), 6000);
        slot.sent(slot.timestamp(70, 500_007_000), 100, 70_000);
        // Back, to a picture that has been sent: one tick later; and the next picture is in its place again.
        assert!(slot.switch(&codec, &Start { same_clock: Some(500_007_000), ..start(1, 20, 7000) }, 71_000));
        assert_eq!(slot.timestamp(20, 7000).wrapping_sub(first), 6001);
        slot.sent(slot.timestamp(20, 7000), 100, 71_000);
        assert!(slot.switch(&codec, &other(500_010_000, 10_000), 103_000));
        assert_eq!(slot.timestamp(70, 500_010_000).wrapping_sub(first), 9000);
        // A report that lies by an hour is not believed.
        assert!(slot.switch(&codec, &other(5, 1 << 31), 136_000));
        assert!(slot.timestamp(70, 5).wrapping_sub(first) < 20_000);
    }

    /// D: a catch-up of pictures that refer to later ones: drawn together in their order, and none far in the future.
    #[test]
    fn falling_timestamps_are_drawn_together_too() {
        let mut slot = slot();
        let codec = slot.codecs[0].clone();
        assert!(slot.switch(&codec, &start(1, 10, 0), 0));
        slot.catching_up(0, 13, 6000);
        let sent = [(10, 0), (11, 9000), (12, 3000), (13, 6000)].map(|(n, timestamp)| slot.timestamp(n, timestamp));
        let later = slot.timestamp(14, 12_000);
        let after = |timestamp: u32| timestamp.wrapping_sub(sent[0]) as i32;
        assert_eq!(sent.map(after), [0, 99, 33, 66]);
        assert_eq!(after(later), 66 + 6000);

        assert!(slot.switch(&codec, &start(2, 20, 9000), 0));
        slot.catching_up(9000, 21, 6000);
        assert_eq!(slot.timestamp(20, 9000).wrapping_sub(slot.timestamp(21, 6000)), 33);
    }
}
