//! Writes the first inputs of every corpus, made by the plane's own writers: `cargo run -p regie-fuzz --example seeds`.

use std::fs;
use std::path::Path;

use plane_core::bandwidth::feedback;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{
    AssignSlots, CloseTransport, Codec, GetSnapshot, HeaderExtensions, Kind, MuteTracks, OpenTransport, Receive, Send,
    SetKeys, SlotPolicy, Source, SrtpProfile, ToPlane, assign_slots, mute_tracks,
};
use plane_core::ext::Extension;
use plane_core::rtcp::{Report, SenderInfo, Writer};
use plane_core::rtp::{self, Fields};
use plane_core::stun::{self, Check, Integrity};
use prost::Message;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, inputs) in all() {
        fs::create_dir_all(folder.join(name))?;
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(name).join(format!("seed-{number:02}")), input)?;
        }
    }
    Ok(())
}

fn all() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let descriptors: Vec<Vec<u8>> = vp8();
    let srtp = |plain: &[Vec<u8>]| {
        plain.iter().flat_map(|bytes| (0..7).map(|choice| [&[choice], &bytes[..]].concat())).collect::<Vec<_>>()
    };
    let framed: Vec<_> =
        commands().iter().map(|body| [&(body.len() as u32).to_be_bytes(), &body[..]].concat()).collect();
    let listed: Vec<_> =
        commands().iter().map(|body| [&(body.len() as u16).to_be_bytes(), &body[..]].concat()).collect();
    vec![
        ("stun", checks()),
        ("rtp", packets()),
        ("rtcp", compounds()),
        ("feedback", feedbacks()),
        (
            "red",
            vec![
                vec![111, 7, 8],
                vec![0xEF, 15, 0, 2, 111, 1, 2, 7],
                vec![0xEF, 30, 0, 1, 0xEF, 15, 0, 2, 111, 1, 2, 2, 7],
                vec![0xEF, 30, 3, 0xFF, 111],
            ],
        ),
        ("vp8", descriptors),
        (
            "vp9",
            vec![vec![0x8A, 0x81, 0x23, 0x05, 1, 2, 3], vec![0xAA, 0x01, 0x10, 0, 9], vec![0x0E, 0x18, 0, 0, 0, 1]],
        ),
        (
            "h264",
            vec![
                vec![0x78, 0, 4, 0x67, 0x42, 0xE0, 0x1F, 0, 2, 0x68, 0xCE, 0, 3, 0x65, 0x88, 0x84],
                vec![0x7C, 0x85, 0x88, 0x80, 0x40],
                vec![0x67, 0x42, 0xE0, 0x1F],
                vec![0x41, 0x9A, 0x24],
            ],
        ),
        ("av1", vec![vec![0x18, 0x0A, 0x0B, 0, 0, 0], vec![0x08, 3, 0x0A, 1, 2, 0x32, 0], vec![0x90, 0x80, 0x80, 1]]),
        ("dependency", dependencies()),
        ("srtp", srtp(&[packets()[0].clone(), compounds()[1].clone()])),
        ("demux", scenes()),
        ("tcp", (0..3u8).map(|cut| [&[cut * 50], &frames(&[&checks()[0], &packets()[1], &[]])[..]].concat()).collect()),
        ("frames", (0..3).map(|cut| [&[cut * 7], &framed.concat()[..]].concat()).collect()),
        (
            "commands",
            vec![listed.concat(), listed[..2].concat(), [&listed[..1].concat()[..], &listed.concat()].concat()],
        ),
    ]
}

/// L1T2 as libwebrtc writes it, with frames in its words (AV1 RTP specification, appendix A).
fn dependencies() -> Vec<Vec<u8>> {
    let l1t2 = [0xC0, 0x00, 0x01, 0x80, 0x01, 0x13, 0xAA, 0x11, 0x45, 0x04, 0x50, 0x10, 0x8C, 0x13, 0xFC, 0x0B, 0x3C];
    let short = [0x83, 0x00, 0x07];
    let with_flags = [0x81, 0x00, 0x08, 0x48, 0x40];
    let behind = |first: &[u8], second: &[u8]| [&[first.len() as u8], first, second].concat();
    vec![behind(&l1t2, &short), behind(&l1t2, &with_flags), behind(&l1t2, &[]), behind(&short, &l1t2)]
}

/// Each behind its length (RFC 4571).
fn frames(all: &[&[u8]]) -> Vec<u8> {
    all.iter().flat_map(|frame| [&(frame.len() as u16).to_be_bytes(), *frame].concat()).collect()
}

fn checks() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (username, use_candidate) in [(&b"abcd:efgh"[..], true), (b"0AAA/long+ufrag:peer", false), (b"", true)] {
        let mut out = [0; 256];
        let check = Check { transaction: [7; 12], username, priority: 0x6E00_1EFF, tie_breaker: 9, use_candidate };
        let len = stun::write_check(&mut out, &check, &Integrity::new(b"password of the seeds")).expect("it fits");
        all.push(out[..len].to_vec());
    }
    let mut out = [0; 256];
    let key = Integrity::new(b"password of the seeds");
    let peer = "[2001:db8::1]:5000".parse().expect("an address");
    let len = stun::write_success(&mut out, &[7; 12], peer, &key).expect("it fits");
    all.push(out[..len].to_vec());
    let len = stun::write_error(&mut out, &[7; 12], 487, &key).expect("it fits");
    all.push(out[..len].to_vec());
    all
}

fn packets() -> Vec<Vec<u8>> {
    let fields = |payload_type, ssrc| Fields { marker: true, payload_type, sequence: 7, timestamp: 3000, ssrc };
    let long = [5; 40];
    let cases: [(Fields, &[Extension<'_>], u8); 4] = [
        (fields(111, 1001), &[Extension { id: 1, value: &[0x9E] }, Extension { id: 4, value: b"0" }], 0),
        (fields(96, 2001), &[Extension { id: 4, value: b"1" }], 0),
        (fields(97, 2002), &[Extension { id: 4, value: b"1" }, Extension { id: 20, value: &long }], 9),
        (fields(96, 2001), &[], 255),
    ];
    let payload = &vp8()[0];
    let write = |(fields, extensions, padding): &(Fields, &[Extension<'_>], u8)| {
        let mut out = vec![0; 1500];
        let written = rtp::write(&mut out, fields, extensions, payload, *padding).expect("it fits");
        out.truncate(written.len);
        out
    };
    let mut all: Vec<_> = cases.iter().map(write).collect();
    let mut sources = all[3].clone();
    sources[0] |= 15; // fifteen CSRCs
    all.push(sources);
    all
}

fn compounds() -> Vec<Vec<u8>> {
    let fill = |write: &dyn Fn(&mut Writer<'_>)| {
        let mut out = vec![0; 1200];
        let mut writer = Writer::new(&mut out);
        write(&mut writer);
        let len = writer.len();
        out.truncate(len);
        out
    };
    let info = SenderInfo { ntp: 1 << 40, rtp: 90_000, packets: 5, octets: 500 };
    let report = Report {
        ssrc: 0x5245_0028,
        fraction_lost: 9,
        lost: -3,
        highest: 70_000,
        jitter: 5,
        last_sr: 77,
        delay_since_last_sr: 6,
    };
    vec![
        fill(&|writer| {
            writer.sender_report(2001, &info, &[report; 2]).expect("it fits");
            writer.sdes(2001, b"somebody").expect("it fits");
        }),
        fill(&|writer| {
            writer.receiver_report(1, &[report]).expect("it fits");
            writer.nack(1, 0x5245_0028, &[5, 6, 9, 40, 65_535]).expect("it fits");
            writer.pli(1, 0x5245_0028).expect("it fits");
        }),
        fill(&|writer| {
            writer.fir(1, 0x5245_0028, 3).expect("it fits");
            writer.remb(1, 1_500_000, &[0x5245_0028, 0x5245_002A]).expect("it fits");
            writer.bye(2001).expect("it fits");
        }),
        fill(&|writer| writer.receiver_report(1, &[]).expect("it fits")),
        fill(&|writer| {
            let body = &feedbacks()[0];
            let write = |room: &mut [u8]| {
                room[..body.len()].copy_from_slice(body);
                body.len()
            };
            writer.transport_cc(1, 2001, write).expect("it fits");
        }),
    ]
}

fn feedbacks() -> Vec<Vec<u8>> {
    let write = |step: u64, lost: u64, count: u64| {
        let mut out = vec![0; 1100];
        let arrival = |packet: u64| (packet % lost != 1).then_some(1_000_000 + packet * step);
        let (len, _) = feedback::write(&mut out, 7, 100, 100 + count, arrival);
        out.truncate(len);
        out
    };
    vec![write(1_000, 5, 20), write(70_000, 2, 60), write(250, 1_000, 300)]
}

fn vp8() -> Vec<Vec<u8>> {
    let frame = [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, 9, 9];
    let with = |descriptor: &[u8]| [descriptor, &frame].concat();
    vec![
        with(&[0x90, 0xE0, 0x81, 0x23, 7, 0x60]),
        with(&[0x90, 0x80, 0x12]),
        with(&[0x10]),
        vec![0x80, 0x10, 0x3F, 1, 2],
    ]
}

/// What [`regie_fuzz`]'s `demux` reads: what, who, length, bytes.
fn scenes() -> Vec<Vec<u8>> {
    let step = |what: u8, who: u8, bytes: &[u8]| [&[what, who, bytes.len() as u8], bytes].concat();
    let media: Vec<_> = packets().iter().take(3).map(|packet| step(2, 0, &packet[..packet.len().min(255)])).collect();
    let reports: Vec<_> = compounds().iter().map(|compound| step(3, 1, compound)).collect();
    let strange: Vec<_> = checks().iter().map(|check| step(0, 0, check)).collect();
    let moves = [step(5, 0x80, &[]), step(5, 0xC1, &[]), step(6, 1, &[1]), step(7, 0x80, &[]), step(4, 0, &[0; 50])];
    vec![
        [media.concat(), reports.concat()].concat(),
        [strange.concat(), moves.concat(), media.concat()].concat(),
        [media.concat(), step(4, 0, &[0; 100]), reports.concat(), moves.concat(), media.concat()].concat(),
    ]
}

fn commands() -> Vec<Vec<u8>> {
    let codec = |payload_type, rtx_payload_type, name: &str, clock_rate| Codec {
        payload_type,
        rtx_payload_type,
        name: name.into(),
        clock_rate,
        fmtp: String::new(),
    };
    let extensions =
        || Some(HeaderExtensions { mid: 4, audio_level: 1, abs_send_time: 2, ..HeaderExtensions::default() });
    let open = OpenTransport {
        transport: "t1".into(),
        room: "r".into(),
        label: b"x".to_vec(),
        sends: vec![Send {
            track: "t1/camera".into(),
            kind: Kind::Video.into(),
            source: Source::Camera.into(),
            mid: "1".into(),
            ssrcs: vec![2001],
            rtx_ssrc: 2002,
            codecs: vec![codec(96, 97, "VP8", 90_000)],
            extensions: extensions(),
            ..Send::default()
        }],
        receives: vec![Receive {
            index: 3,
            kind: Kind::Video.into(),
            mid: "3".into(),
            codecs: vec![codec(120, 124, "VP8", 90_000)],
            extensions: extensions(),
            policy: SlotPolicy::Assigned.into(),
            ..Receive::default()
        }],
        ..OpenTransport::default()
    };
    let keys = SetKeys {
        transport: "t1".into(),
        profile: SrtpProfile::AeadAes128Gcm.into(),
        inbound_key: vec![1; 16],
        inbound_salt: vec![2; 12],
        outbound_key: vec![3; 16],
        outbound_salt: vec![4; 12],
    };
    let assign = assign_slots::Change { transport: "t1".into(), slot: 3, track: "t1/camera".into() };
    let mute = mute_tracks::Change { track: "t1/camera".into(), muted: true };
    let all = [
        Command::OpenTransport(open),
        Command::SetKeys(keys),
        Command::AssignSlots(AssignSlots { changes: vec![assign] }),
        Command::MuteTracks(MuteTracks { changes: vec![mute] }),
        Command::GetSnapshot(GetSnapshot {}),
        Command::CloseTransport(CloseTransport { transport: "t1".into() }),
    ];
    let number =
        |(id, command)| ToPlane { id: id as u64 + 1, command: Some(command), ..Default::default() }.encode_to_vec();
    all.into_iter().enumerate().map(number).collect()
}
