use super::*;
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Vec<Packet<'_>> {
    Compound::new(bytes).collect()
}

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = [0xEE; 1500];
    let mut writer = Writer::new(&mut out);
    write(&mut writer);
    let len = writer.len();
    out[..len].to_vec()
}

fn report() -> impl Strategy<Value = Report> {
    (any::<[u32; 5]>(), any::<u8>(), -0x80_0000..0x80_0000i32).prop_map(|(words, fraction_lost, lost)| Report {
        ssrc: words[0],
        fraction_lost,
        lost,
        highest: words[1],
        jitter: words[2],
        last_sr: words[3],
        delay_since_last_sr: words[4],
    })
}

proptest! {
    #[test]
    fn reports_are_read_as_written(
        ssrc: u32,
        ntp: u64,
        words: [u32; 3],
        reports in prop::collection::vec(report(), 0..32),
    ) {
        let info = SenderInfo { ntp, rtp: words[0], packets: words[1], octets: words[2] };
        let bytes = written(|writer| {
            writer.sender_report(ssrc, &info, &reports[..reports.len().min(20)]).unwrap();
            writer.receiver_report(ssrc ^ 1, &reports).unwrap();
        });
        let packets = read(&bytes);
        prop_assert_eq!(packets.len(), 2);
        let Packet::SenderReport { ssrc: first, info: read_info, reports: read_reports } = &packets[0] else { panic!() };
        prop_assert_eq!((*first, *read_info), (ssrc, info));
        prop_assert_eq!(read_reports.collect::<Vec<_>>(), &reports[..reports.len().min(20)]);
        let Packet::ReceiverReport { ssrc: second, reports: read_reports } = &packets[1] else { panic!() };
        prop_assert_eq!((*second, read_reports.collect::<Vec<_>>()), (ssrc ^ 1, reports));
    }

    #[test]
    fn a_nack_asks_for_what_it_was_given(start: u16, steps in prop::collection::vec(1..40u16, 1..100)) {
        let mut at = start;
        let lost: Vec<u16> = steps.iter().map(|step| { at = at.wrapping_add(*step); at }).collect();
        let bytes = written(|writer| writer.nack(1, 2, &lost).unwrap());
        let Some(Packet::Nack { sender: 1, media: 2, lost: read_lost }) = read(&bytes).pop() else { panic!() };
        prop_assert_eq!(read_lost.collect::<Vec<_>>(), lost);
    }

    #[test]
    fn a_remb_says_at_most_what_was_meant(bitrate in 0u64..1 << 50, ssrcs in prop::collection::vec(any::<u32>(), 0..20)) {
        let bytes = written(|writer| writer.remb(7, bitrate, &ssrcs).unwrap());
        let Some(Packet::Remb { sender: 7, bitrate: read_rate, ssrcs: read_ssrcs }) = read(&bytes).pop() else { panic!() };
        prop_assert!(read_rate <= bitrate && bitrate - read_rate <= bitrate >> 17);
        prop_assert_eq!(read_ssrcs.collect::<Vec<_>>(), ssrcs);
    }

    /// H8: whatever the bytes, an end and no read past it.
    #[test]
    fn arbitrary_bytes_end(kind in 198..208u8, count in 0..32u8, body in prop::collection::vec(any::<u8>(), 0..100)) {
        let words = (body.len() / 4) as u16;
        let mut bytes = vec![0x80 | count, kind, (words >> 8) as u8, words as u8];
        bytes.extend_from_slice(&body);
        for packet in Compound::new(&bytes) {
            drain(packet);
        }
        for packet in Compound::new(&body) {
            drain(packet);
        }
    }
}

/// Read everything a packet offers.
fn drain(packet: Packet<'_>) {
    match packet {
        Packet::SenderReport { reports, .. } | Packet::ReceiverReport { reports, .. } => assert!(reports.count() < 32),
        Packet::Bye { ssrcs } | Packet::Remb { ssrcs, .. } => assert!(ssrcs.count() < 256),
        Packet::Nack { lost, .. } => assert!(lost.count() <= 17 * 100),
        Packet::Fir { requests, .. } => assert!(requests.count() < 100),
        _ => {}
    }
}

#[test]
fn the_small_ones_are_read_as_written() {
    let bytes = written(|writer| {
        writer.sdes(1, b"regie").unwrap();
        writer.pli(1, 2).unwrap();
        writer.fir(1, 3, 9).unwrap();
        writer.bye(4).unwrap();
    });
    let packets = read(&bytes);
    assert_eq!(packets[0], Packet::Sdes);
    assert_eq!(packets[1], Packet::Pli { sender: 1, media: 2 });
    let Packet::Fir { sender: 1, requests } = packets[2] else { panic!() };
    assert_eq!(requests.collect::<Vec<_>>(), [(3, 9)]);
    let Packet::Bye { ssrcs } = packets[3] else { panic!() };
    assert_eq!(ssrcs.collect::<Vec<_>>(), [4]);
    assert_eq!(packets.len(), 4);
}

/// The wire form of an SDES chunk: terminated by at least one zero, padded to a word (RFC 3550 6.5).
#[test]
fn a_canonical_name_is_terminated() {
    let bytes = written(|writer| writer.sdes(1, b"ab").unwrap());
    assert_eq!(bytes, [0x81, 202, 0, 3, 0, 0, 0, 1, 1, 2, b'a', b'b', 0, 0, 0, 0]);
}

/// H8: a packet with a lying length ends the compound, but those before it count.
#[test]
fn what_comes_before_a_lying_length_is_kept() {
    let mut bytes = written(|writer| writer.pli(1, 2).unwrap());
    bytes.extend_from_slice(&[0x80, 201, 0xFF, 0xFF, 0, 0, 0, 1]);
    let mut compound = Compound::new(&bytes);
    assert_eq!(compound.by_ref().count(), 1);
    assert!(compound.truncated());
}

/// H8: a report count larger than the packet makes that packet unreadable, not the next.
#[test]
fn a_packet_with_broken_content_costs_only_itself() {
    let mut bytes = vec![0x9F, 201, 0, 1, 0, 0, 0, 1]; // 31 reports in no bytes
    bytes.extend_from_slice(&written(|writer| writer.pli(1, 2).unwrap()));
    let mut compound = Compound::new(&bytes);
    assert_eq!(compound.next(), Some(Packet::Other { payload_type: 201 }));
    assert_eq!(compound.next(), Some(Packet::Pli { sender: 1, media: 2 }));
    assert_eq!((compound.next(), compound.truncated()), (None, false));
}

/// H8: an RR of no blocks is legal; a BYE whose reason claims 255 bytes (CVE-2021-43804) is read for its SSRC only.
#[test]
fn an_empty_report_and_a_lying_farewell_are_harmless() {
    let packets = [0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 2, 0, 0, 0, 5, 255, b'b', b'y', b'e'];
    let packets = read(&packets);
    let Packet::ReceiverReport { ssrc: 1, reports } = packets[0] else { panic!() };
    assert_eq!(reports.count(), 0);
    let Packet::Bye { ssrcs } = packets[1] else { panic!() };
    assert_eq!(ssrcs.collect::<Vec<_>>(), [5]);
}

/// H8: transport-wide feedback that claims 65,535 statuses in four bytes is handed over as those four bytes.
#[test]
fn a_feedback_of_65535_statuses_allocates_nothing() {
    let bytes = [0x8F, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xFF, 0xFF];
    assert_eq!(read(&bytes), [Packet::TransportCc { sender: 1, media: 2, body: &[0, 0, 0xFF, 0xFF] }]);
}

/// A padded feedback packet inside a compound, which some parsers refuse with all that surrounds it.
#[test]
fn padding_is_taken_off() {
    let bytes = [0xAF, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4];
    assert_eq!(read(&bytes), [Packet::TransportCc { sender: 1, media: 2, body: &[1, 2, 3, 4] }]);
}

#[test]
fn a_packet_that_does_not_fit_is_left_out_whole() {
    let mut out = [0; 15];
    let mut writer = Writer::new(&mut out);
    writer.pli(1, 2).unwrap();
    assert_eq!(writer.pli(1, 2), Err(Malformed));
    assert_eq!(writer.len(), 12);
    assert_eq!(Writer::new(&mut [0; 1500]).receiver_report(1, &[Report::default(); 32]), Err(Malformed));
}

#[test]
fn an_impossible_bit_rate_is_the_greatest_one() {
    let bytes = [0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xFF, 0xFF, 0xFF];
    let Packet::Remb { bitrate, .. } = read(&bytes)[0].clone() else { panic!() };
    assert_eq!(bitrate, u64::MAX);
}

/// RFC 3550 6.4.1, figure 2: the worked example of a round trip of 6.125 s.
#[test]
fn the_round_trip_of_the_example_in_rfc_3550_is_found() {
    let report = Report { last_sr: 0xb705_2000, delay_since_last_sr: 0x0005_4000, ..Report::default() };
    assert_eq!(report.round_trip(0xb710_8000), Some(6_125_000));
    assert_eq!(Report::default().round_trip(5), None);
    assert_eq!(report.round_trip(0xb705_2000), None, "a negative one is no measurement");
}

#[test]
fn ntp_time_counts_from_1900() {
    assert_eq!(ntp(0), 2_208_988_800 << 32);
    assert_eq!(ntp(500_000) & 0xFFFF_FFFF, 1 << 31);
    assert_eq!(middle(ntp(500_000)) & 0xFFFF, 0x8000);
}
