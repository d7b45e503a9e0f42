//! From numbered packets to sealed groups in the arena.

use crate::bandwidth::estimator::Estimator;
use crate::codec::Format;
use crate::dependency::MAX_LEN;
use crate::ext::{self, Extension};
use crate::fanout::{Job, Prepared, Scratch, World};
use crate::numbering::write_dependency;
use crate::outgoing::{ARENA, Sealed};
use crate::rtp::FIXED_LEN;
use crate::shard::Sink;
use crate::slab::Slab;
use crate::slot::Slot;
use crate::track::Track;
use crate::transport::Transport;
use crate::vp9;

/// Packets in one send.
const GROUP: usize = 10;

/// This moment by both clocks, µs.
#[derive(Clone, Copy)]
struct Now {
    us: u64,
    wall_us: u64,
}

impl World<'_> {
    pub(crate) fn send(&mut self, index: u32, transport: &mut Transport, sink: &mut impl Sink) {
        let (Some(path), Some(keys)) = (transport.ice.path(), transport.keys.as_ref()) else { return };
        let estimator = &mut transport.estimator;
        let mut at = 0;
        while at < self.scratch.jobs.len() {
            // Over TCP each packet is a frame of its own: equal sizes would be padding for nothing.
            let gso = transport.gso && path.connection.is_none() && !self.scratch.outgoing.refused.contains(&index);
            let jobs = &self.scratch.jobs;
            let (end, segment) = if gso { group(jobs, at) } else { (at + 1, jobs[at].size.into()) };
            let start = self.scratch.outgoing.make_room((end - at) * segment, self.totals, sink);
            let Scratch { jobs, outgoing, .. } = &mut *self.scratch;
            let arena = &mut outgoing.arena;
            let mut used = start;
            for (n, job) in jobs.iter().enumerate().take(end).skip(at) {
                let padding = if n + 1 < end { segment - usize::from(job.size) } else { 0 };
                let slot = &transport.slots[usize::from(job.place)];
                let now = Now { us: self.now, wall_us: self.wall_us };
                let Some(len) = write(&mut arena[used..], job, slot, self.tracks, padding, now, estimator) else {
                    continue;
                };
                let sealed = keys.sealer.seal_rtp(&mut arena[used..], len, job.sequence, job.header_len.into());
                let Ok(sealed) = sealed else { continue };
                debug_assert_eq!(sealed, usize::from(job.size) + padding);
                used += sealed;
                self.totals.padding_bytes += padding as u64;
                if job.original.is_none() {
                    transport.repair.earn(sealed, self.now);
                }
            }
            if used > start {
                outgoing.push(Sealed { transport: index, path, start, end: used, segment });
                let (packets, bytes) = ((end - at) as u64, (used - start) as u64);
                self.totals.sent_packets += packets;
                self.totals.sent_bytes += bytes;
                transport.totals.sent_packets += packets;
                transport.totals.sent_bytes += bytes;
            }
            at = end;
        }
    }
}

/// The end of the longest group that starts at `from`, and its segment size: all but the last are as long as the
/// longest, with padding where that may be.
fn group(jobs: &[Job], from: usize) -> (usize, usize) {
    let most = |job: &Job| usize::from(job.size) + usize::from(job.slack);
    let (mut longest, mut limit) = (usize::from(jobs[from].size), most(&jobs[from]));
    let mut at = from + 1;
    while at < jobs.len() && at - from < GROUP {
        let size = usize::from(jobs[at].size);
        if longest.max(size) > limit {
            break; // longer than those before can be made
        }
        if (at - from + 1) * longest.max(size) > ARENA - 2048 {
            break;
        }
        let equal = longest.max(size) <= limit.min(most(&jobs[at]));
        longest = longest.max(size);
        at += 1;
        if !equal {
            break; // shorter: it can only be the last
        }
        limit = limit.min(most(&jobs[at - 1]));
    }
    (at, longest)
}

pub(crate) fn extension_len(slot: &Slot, packet: &Prepared) -> usize {
    if packet.extra_len > 0 && slot.extensions.dependency_descriptor != 0 {
        let extra = [0; 255];
        let list = extensions(slot, &extra[..usize::from(packet.extra_len)], &[0; 3], &[0; 2]);
        return ext::written_len(&list.0[..list.1]);
    }
    slot.template().len
}

/// The slow way, for packets that carry a dependency descriptor: its length changes from packet to packet.
fn extensions<'a>(
    slot: &'a Slot,
    dependency: &'a [u8],
    time: &'a [u8; 3],
    number: &'a [u8; 2],
) -> ([Extension<'a>; 4], usize) {
    let mut list = [Extension { id: 0, value: &[] as &[u8] }; 4];
    let mut count = 0;
    let mut add = |id: u32, value| {
        if (1..=255).contains(&id) {
            list[count] = Extension { id: id as u8, value };
            count += 1;
        }
    };
    if !slot.heard.confirmed && !slot.mid.is_empty() {
        add(slot.extensions.mid, slot.mid.as_bytes());
    }
    add(slot.extensions.abs_send_time, time);
    add(slot.extensions.transport_cc, number);
    add(slot.extensions.dependency_descriptor, dependency);
    (list, count)
}

/// Writes the plain packet. Returns its length; `None` if its payload has just been overwritten.
fn write(
    out: &mut [u8],
    job: &Job,
    slot: &Slot,
    tracks: &Slab<Track>,
    padding: usize,
    now: Now,
    estimator: &mut Option<Box<Estimator>>,
) -> Option<usize> {
    let layer = tracks.get(job.track)?.layers.get(usize::from(job.layer))?;
    let stored = layer.ring.as_ref()?.get(job.packet.meta.sequence)?;
    let time = ext::abs_send_time(now.wall_us);
    let number = match estimator {
        Some(estimator) if slot.extensions.transport_cc != 0 => {
            estimator.sent(usize::from(job.size) + padding, now.us).to_be_bytes()
        }
        _ => [0; 2],
    };
    let header_len = usize::from(job.header_len);
    if job.packet.extra_len > 0 && slot.extensions.dependency_descriptor != 0 {
        let mut dependency = [0; MAX_LEN];
        let track = tracks.get(job.track)?;
        let len = write_dependency(track, job.layer, stored.extra, job.frame_number, job.active, &mut dependency)?;
        let dependency = &dependency[..len];
        let list = extensions(slot, dependency, &time, &number);
        ext::write(&mut out[FIXED_LEN..], &list.0[..list.1]).ok()?;
    } else {
        let template = slot.template();
        out[FIXED_LEN..header_len].copy_from_slice(&template.bytes[..template.len]);
        if template.abs_send_time > 0 {
            out[FIXED_LEN + template.abs_send_time..][..3].copy_from_slice(&time);
        }
        if template.audio_level > 0 {
            out[FIXED_LEN + template.audio_level] = job.packet.meta.audio_level;
        }
        if template.transport_cc > 0 {
            out[FIXED_LEN + template.transport_cc..][..2].copy_from_slice(&number);
        }
    }
    let (ssrc, payload_type) = match job.original {
        None => (slot.ssrc(), slot.payload_type),
        Some(_) => (slot.ssrc() | 1, slot.rtx_payload_type),
    };
    let mut at = header_len;
    if let Some(original) = job.original {
        out[at..at + 2].copy_from_slice(&original.to_be_bytes());
        at += 2;
    }
    // Less than is stored: it only fills a place.
    let payload = stored.payload.get(..usize::from(job.packet.payload_len))?;
    out[at..at + payload.len()].copy_from_slice(payload);
    match job.packet.format {
        Format::Vp8 if job.packet.descriptor.len > 0 => job.packet.descriptor.write_ids(&mut out[at..], &job.ids),
        Format::Vp9 if !payload.is_empty() => {
            if let Ok(descriptor) = vp9::Descriptor::parse(payload) {
                descriptor.write_ids(&mut out[at..], &job.ids);
            }
        }
        _ => {}
    }
    at += payload.len();
    let padding = if payload.is_empty() { padding + 1 } else { padding };
    let has_extension = header_len > FIXED_LEN;
    out[0] = 0x80 | if padding > 0 { 0x20 } else { 0 } | if has_extension { 0x10 } else { 0 };
    out[1] = payload_type | if job.marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&(job.sequence as u16).to_be_bytes());
    out[4..8].copy_from_slice(&job.timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    if padding > 0 {
        out[at..at + padding].fill(0);
        at += padding;
        out[at - 1] = padding as u8;
    }
    Some(at)
}
