//! H.264 (RFC 6184): a receiver begins where there are parameter sets.

use crate::common::*;
use plane_core::contract::OpenTransport;
use plane_core::ext::Extension;
use plane_core::rtp::Fields;

const SETS_AND_PICTURE: &[u8] = &[0x78, 0, 3, 0x67, 0x42, 0, 0, 2, 0x68, 0xCE, 0, 2, 0x65, 0x88];
const PICTURE: &[u8] = &[0x65, 0x88, 1, 2];
const CHANGE: &[u8] = &[0x61, 0x9A, 1, 2];

fn with_h264(name: &str) -> OpenTransport {
    let mut open = page(name, "r");
    open.sends[1].codecs = vec![codec(96, 97, "H264", 90_000)];
    for receive in open.receives.iter_mut().filter(|receive| receive.index >= VIDEO_SLOT) {
        receive.codecs = vec![codec(120, 124, "H264", 90_000)];
    }
    open
}

/// What a receiver is sent of pictures with these contents, which are 33 ms apart.
fn shown(contents: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut world = World::new();
    let (mut amina, mut badr) = (world.open(with_h264("amina")), world.open(with_h264("badr")));
    amina.connect(&mut world);
    badr.connect(&mut world);
    world.assign("badr", VIDEO_SLOT, "amina/camera");
    let mut got = Vec::new();
    for (n, payload) in (0u64..).zip(contents) {
        let extensions = [Extension { id: 4, value: b"1" as &[u8] }];
        let (sequence, timestamp) = (n as u16, n as u32 * 3000);
        let fields = Fields { marker: true, payload_type: 96, sequence, timestamp, ssrc: CAMERA };
        let packet = amina.seal(&fields, n, &extensions, payload);
        amina.send(&mut world, &packet);
        world.pass(33 * MS);
        got.extend(badr.got(&mut world).into_iter().map(|one| one.payload));
    }
    got
}

/// R: not with a change, nor with a picture whose sets were never sent: a decoder could show neither.
#[test]
fn it_begins_with_parameter_sets() {
    assert_eq!(shown(&[CHANGE, PICTURE, CHANGE, SETS_AND_PICTURE, CHANGE]), [SETS_AND_PICTURE, CHANGE]);
}

/// R: a sender that never sends them is asked, and shown to nobody.
#[test]
fn without_them_nothing_is_shown() {
    assert!(shown(&[PICTURE, CHANGE, CHANGE, PICTURE, CHANGE]).is_empty());
}
