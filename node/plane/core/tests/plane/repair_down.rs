//! What a receiver lost is sent again in its own RTX stream (RFC 4588), from the one ring of the track.

use crate::common::*;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{LimitRates, limit_rates};
use plane_core::drops::Cause;

fn slot_ssrc() -> u32 {
    0x5245_0000 | VIDEO_SLOT << 1
}

/// R: a lost packet comes again, exactly as it was.
#[test]
fn a_lost_packet_comes_again() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    for n in 0..20 {
        amina.send(&mut world, &amina.video(65_530 + n, n as u16, n == 0));
    }
    world.flush();
    let got = badr.got(&mut world);
    let lost = got[7].clone();
    badr.rtcp(&mut world, |writer| writer.nack(1, slot_ssrc(), &[lost.header.sequence]).unwrap());
    world.flush();
    let again = badr.got(&mut world);
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].header.ssrc, again[0].header.payload_type), (slot_ssrc() | 1, 124));
    assert_eq!(again[0].payload[..2], lost.header.sequence.to_be_bytes());
    assert_eq!(again[0].payload[2..], lost.payload[..], "with the picture ids that it was sent with");
    assert_eq!(again[0].header.timestamp, lost.header.timestamp);
    assert_eq!(again[0].header.marker, lost.header.marker);
}

/// H10: asking for the same again within a round trip brings nothing; for everything, no more than was sent anyway.
#[test]
fn h10_a_storm_of_nacks() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let (mut sent, mut again) = (0, 0);
    for n in 0..1000u64 {
        amina.send(&mut world, &amina.video(n, n as u16, n == 0));
        world.pass(5 * MS);
        let got = badr.got(&mut world);
        let all: Vec<u16> = (0..100).map(|back| got[0].header.sequence.wrapping_sub(back)).rev().collect();
        sent += got.iter().filter(|p| !p.is_rtx()).map(|p| p.bytes).sum::<usize>();
        badr.rtcp(&mut world, |writer| writer.nack(1, slot_ssrc(), &all).unwrap());
        world.flush();
        again += badr.got(&mut world).iter().filter(|p| p.is_rtx()).map(|p| p.bytes).sum::<usize>();
    }
    assert!(again <= sent + (64 << 10), "{again} bytes again for {sent}");
    assert!(world.shard.dropped(Cause::NackRepeated) + world.shard.dropped(Cause::NackBudget) > 0);
}

/// R: what was never sent, or another track's before a switch, is not sent again.
#[test]
fn nonsense_is_not_answered() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    amina.send(&mut world, &amina.video(5, 5, true));
    world.flush();
    let first = badr.got(&mut world)[0].header.sequence;
    let never = [first.wrapping_sub(1), first.wrapping_add(1), first.wrapping_add(30_000)];
    badr.rtcp(&mut world, |writer| {
        for number in never {
            writer.nack(1, slot_ssrc(), &[number]).unwrap();
        }
        writer.nack(1, 0xDEAD_BEEF, &[first]).unwrap();
    });
    world.flush();
    assert!(badr.got(&mut world).is_empty());
}

/// R: a cap on what somebody is sent holds their repairs as well, however much they say is missing.
#[test]
fn repairs_are_within_the_cap() {
    let mut world = World::new();
    let amina = world.join("amina", "r");
    let mut badr = world.join("badr", "r");
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let scope = Some(limit_rates::Scope::Transport("badr".into()));
    world.command(Command::LimitRates(LimitRates { scope, send_bps: 0, receive_bps: 500_000 }));
    let (mut bytes, mut repairs, mut seen) = (0, 0, Vec::new());
    for n in 0..2000u64 {
        amina.send(&mut world, &amina.piece(n, n as u16, n == 0, true, true, 500)); // 400 kbit/s
        world.pass(10 * MS);
        let got = badr.got(&mut world);
        bytes += got.iter().map(|one| one.bytes).sum::<usize>();
        repairs += got.iter().filter(|one| one.is_rtx()).count();
        seen.extend(got.iter().filter(|one| !one.is_rtx()).map(|one| one.header.sequence));
        let latest = &seen[seen.len().saturating_sub(60)..];
        badr.rtcp(&mut world, |writer| writer.nack(1, 0x5245_0000 | VIDEO_SLOT << 1, latest).unwrap());
    }
    let bps = bytes as u64 * 8 / 20;
    assert!(bps <= 530_000 && repairs > 100, "{bps} bit/s, {repairs} repairs");
}
