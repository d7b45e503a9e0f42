//! What senders are told: losses, delays, and how much they may send.

use crate::common::*;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{LimitRates, limit_rates};
use plane_core::rtcp::{Compound, Packet, Report, SenderInfo};

fn rembs(reports: &[Vec<u8>]) -> Vec<u64> {
    let packets = reports.iter().flat_map(|bytes| Compound::new(bytes));
    packets.filter_map(|p| if let Packet::Remb { bitrate, .. } = p { Some(bitrate) } else { None }).collect()
}

/// R: a sender is granted its rate from its first packet on, and at least twice a second.
#[test]
fn a_sender_reaches_its_rate() {
    let mut world = World::new();
    let mut amina = world.open(page("amina", "r"));
    let check = amina.check(true);
    world.datagram(amina.address, &check);
    amina.key(&mut world);
    amina.send(&mut world, &amina.video(1, 1, true));
    world.flush();
    let granted = rembs(&amina.reports(&mut world));
    assert!(granted.iter().any(|bps| (2_499_000..=2_500_000).contains(bps)), "{granted:?}");
    for _ in 0..10 {
        world.pass(500 * MS);
        assert!(!rembs(&amina.reports(&mut world)).is_empty());
    }
    let limit =
        LimitRates { scope: Some(limit_rates::Scope::Transport("amina".into())), send_bps: 300_000, receive_bps: 0 };
    world.command(Command::LimitRates(limit));
    world.pass(500 * MS);
    assert!(rembs(&amina.reports(&mut world)).iter().all(|bps| (299_000..=300_000).contains(bps)));
}

/// RFC 3550 6.4.1: fraction lost, highest number, and the echo of the sender's report.
#[test]
fn receiver_reports_are_right() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let info = SenderInfo { ntp: 0x1234_5678_9ABC_DEF0, rtp: 0, packets: 0, octets: 0 };
    world.pass(SECOND);
    amina.reports(&mut world);
    amina.rtcp(&mut world, |writer| writer.sender_report(MICROPHONE, &info, &[]).unwrap());
    for n in 0..100 {
        if n % 4 != 3 {
            amina.send(&mut world, &amina.audio(65_500 + n, 30));
        }
    }
    amina.rtcp(&mut world, |writer| writer.sender_report(MICROPHONE, &info, &[]).unwrap());
    world.pass(500 * MS);
    let reports = amina.reports(&mut world);
    let blocks: Vec<Report> = reports
        .iter()
        .flat_map(|bytes| Compound::new(bytes))
        .flat_map(|packet| match packet {
            Packet::ReceiverReport { reports, .. } => reports.collect(),
            _ => Vec::new(),
        })
        .filter(|block| block.ssrc == MICROPHONE)
        .collect();
    let block = blocks.iter().find(|block| block.highest > 65_500).unwrap();
    assert_eq!(block.highest, 65_598);
    assert_eq!(block.lost, 24);
    assert!((60..=64).contains(&block.fraction_lost), "{}", block.fraction_lost);
    assert_eq!(block.last_sr, 0x5678_9ABC);
    assert!(block.delay_since_last_sr <= 65_536 / 2);
}

/// R: a receiver's report gives the round trip and its loss, and ends the MID in its packets.
#[test]
fn a_receivers_report_is_heard() {
    let mut world = World::new();
    let mut amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let now = plane_core::rtcp::ntp(1_700_000_000 * SECOND + world.now);
    let info = SenderInfo { ntp: now, rtp: 3000, packets: 1, octets: 1 };
    amina.send(&mut world, &amina.video(1, 1, true));
    amina.rtcp(&mut world, |writer| writer.sender_report(CAMERA, &info, &[]).unwrap());
    world.flush();
    assert!(badr.got(&mut world)[0].extensions.contains_key(&3));
    world.pass(600 * MS);
    let ssrc = 0x5245_0000 | VIDEO_SLOT << 1;
    let sent = badr.reports(&mut world);
    let last_sr = sent
        .iter()
        .flat_map(|bytes| Compound::new(bytes))
        .find_map(|packet| match packet {
            Packet::SenderReport { ssrc: of, info, .. } if of == ssrc => Some(plane_core::rtcp::middle(info.ntp)),
            _ => None,
        })
        .expect("a sender report");
    let report = Report { ssrc, fraction_lost: 64, last_sr, ..Report::default() };
    badr.rtcp(&mut world, |writer| writer.receiver_report(1, &[report]).unwrap());
    amina.send(&mut world, &amina.video(2, 2, false));
    world.flush();
    assert!(!badr.got(&mut world)[0].extensions.contains_key(&3));
    let counters = world.shard.counters(world.now);
    let figures = counters.transports.iter().find(|t| t.transport == "badr").unwrap();
    assert!(figures.rtt_ms > 0.0 && figures.rtt_ms < 700.0, "{}", figures.rtt_ms);
    assert!((figures.loss - 0.25).abs() < 0.01);
}
