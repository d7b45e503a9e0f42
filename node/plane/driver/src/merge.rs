//! Figures of several shards as one: sums, and of lag the worst.

use plane_core::contract::{Counters, counters};

/// The last second of every shard, put together once all have told theirs.
pub struct Seconds {
    shards: Vec<Option<Counters>>,
    /// Told since the last whole.
    fresh: Vec<bool>,
}

impl Seconds {
    pub fn new(shards: usize) -> Seconds {
        Seconds { shards: vec![None; shards], fresh: vec![false; shards] }
    }

    /// Takes the figures of `shard`. A whole is due when every shard has told its part, or one has told two: a shard
    /// that hangs is not to silence the others.
    pub fn take(&mut self, shard: usize, counters: Counters) -> bool {
        let again = self.fresh[shard];
        self.shards[shard] = Some(counters);
        let due = again || {
            self.fresh[shard] = true;
            self.fresh.iter().all(|&fresh| fresh)
        };
        if due {
            self.fresh.fill(false);
            self.fresh[shard] = again;
        }
        due
    }

    /// The sum of what each shard told last.
    pub fn whole(&self) -> Counters {
        merge(self.shards.iter().flatten().cloned())
    }
}

/// Sums; the newest time; of lag the worst.
pub fn merge(parts: impl Iterator<Item = Counters>) -> Counters {
    let mut whole = Counters {
        gauge: Some(counters::Gauge::default()),
        packets: Some(counters::Packets::default()),
        ..Counters::default()
    };
    for part in parts {
        add(&mut whole, part);
    }
    whole
}

fn add(whole: &mut Counters, part: Counters) {
    whole.unix_ms = whole.unix_ms.max(part.unix_ms);
    if let (Some(sum), Some(gauge)) = (&mut whole.gauge, part.gauge) {
        sum.transports += gauge.transports;
        sum.tracks += gauge.tracks;
        sum.rooms += gauge.rooms;
    }
    if let (Some(sum), Some(packets)) = (&mut whole.packets, &part.packets) {
        add_packets(sum, packets);
    }
    if let Some(figures) = part.r#loop {
        let sum = whole.r#loop.get_or_insert_default();
        sum.cpu_user_us += figures.cpu_user_us;
        sum.cpu_system_us += figures.cpu_system_us;
        sum.resident_bytes += figures.resident_bytes;
        sum.socket_drops += figures.socket_drops;
        sum.tcp_connections += figures.tcp_connections;
        sum.lag_p50_us = sum.lag_p50_us.max(figures.lag_p50_us);
        sum.lag_p99_us = sum.lag_p99_us.max(figures.lag_p99_us);
    }
    for (cause, count) in part.drops {
        *whole.drops.entry(cause).or_default() += count;
    }
    whole.transports.extend(part.transports);
    whole.tracks.extend(part.tracks);
    whole.shards.extend(part.shards);
    match (&mut whole.first_frame, part.first_frame) {
        (Some(sum), Some(histogram)) if sum.bounds_ms == histogram.bounds_ms => {
            sum.counts.iter_mut().zip(&histogram.counts).for_each(|(sum, count)| *sum += count);
            sum.sum_ms += histogram.sum_ms;
        }
        (sum @ None, histogram) => *sum = histogram,
        _ => {}
    }
}

fn add_packets(sum: &mut counters::Packets, part: &counters::Packets) {
    let counters::Packets {
        received_packets,
        received_bytes,
        sent_packets,
        sent_bytes,
        sent_sends,
        nacks_received,
        nacks_sent,
        retransmitted_packets,
        recovered_packets,
        plis_received,
        plis_sent,
        key_frames,
        key_frames_from_cache,
        padding_bytes,
        probe_bytes,
        held_packets,
        layer_switches,
        transport_cc_received,
        transport_cc_sent,
        policed_packets,
    } = part; // a field that is added to the contract is an error here
    sum.received_packets += received_packets;
    sum.received_bytes += received_bytes;
    sum.sent_packets += sent_packets;
    sum.sent_bytes += sent_bytes;
    sum.sent_sends += sent_sends;
    sum.nacks_received += nacks_received;
    sum.nacks_sent += nacks_sent;
    sum.retransmitted_packets += retransmitted_packets;
    sum.recovered_packets += recovered_packets;
    sum.plis_received += plis_received;
    sum.plis_sent += plis_sent;
    sum.key_frames += key_frames;
    sum.key_frames_from_cache += key_frames_from_cache;
    sum.padding_bytes += padding_bytes;
    sum.probe_bytes += probe_bytes;
    sum.held_packets += held_packets;
    sum.layer_switches += layer_switches;
    sum.transport_cc_received += transport_cc_received;
    sum.transport_cc_sent += transport_cc_sent;
    sum.policed_packets += policed_packets;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(packets: u64, lag: u32) -> Counters {
        Counters {
            unix_ms: 7,
            packets: Some(counters::Packets { sent_packets: packets, ..Default::default() }),
            r#loop: Some(counters::Loop { lag_p99_us: lag, socket_drops: 1, ..Default::default() }),
            drops: [("muted".to_owned(), packets)].into(),
            ..Default::default()
        }
    }

    /// R: sums, and of lag the worst.
    #[test]
    fn sums_and_the_worst() {
        let whole = merge([counters(3, 50), counters(4, 20)].into_iter());
        let figures = whole.r#loop.unwrap();
        assert_eq!((whole.packets.unwrap().sent_packets, whole.drops["muted"]), (7, 7));
        assert_eq!((figures.lag_p99_us, figures.socket_drops), (50, 2));
    }

    /// D: one whole a second from three shards; one that hangs silences nobody.
    #[test]
    fn a_whole_a_second() {
        let mut seconds = Seconds::new(3);
        let mut tell = |shard| seconds.take(shard, counters(1, 1));
        assert_eq!([0, 1, 2, 2, 0, 1].map(&mut tell), [false, false, true, false, false, true]);
        assert_eq!([0, 1, 0, 1, 0, 1].map(&mut tell), [false, false, true, false, true, false]);
    }
}
