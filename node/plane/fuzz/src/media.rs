//! SRTP (RFC 3711, RFC 7714): what was not sealed does not open, what was sealed does, once.

use plane_core::rtp::Header;
use plane_core::srtp::{Error, MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD, Opener, Profile, ReplayWindow, Sealer};

const PROFILES: [Profile; 3] = [Profile::Aes128CmSha1_80, Profile::AeadAes128Gcm, Profile::AeadAes256Gcm];

/// The first byte chooses the profile and who sealed the rest: nobody, or the peer.
pub fn srtp(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let profile = PROFILES[usize::from(choice & 3) % 3];
    let (key, salt) = ([0x42; 32], [0x17; 14]);
    let (key, salt) = (&key[..profile.key_len()], &salt[..profile.salt_len()]);
    let sealer = Sealer::new(profile, key, salt).expect("the lengths are the profile's");
    let mut opener = Opener::new(profile, key, salt).expect("the lengths are the profile's");
    if choice & 4 == 0 {
        strange(&mut opener, rest);
    } else {
        round(&sealer, &mut opener, rest);
    }
}

fn strange(opener: &mut Opener, bytes: &[u8]) {
    if let Ok(header) = Header::parse(bytes) {
        let mut window = ReplayWindow::new();
        let index = window.estimate(header.sequence);
        assert!(opener.open_rtp(&mut bytes.to_vec(), header.header_len, index).is_err(), "a forgery");
        if window.check(index) {
            window.commit(index);
            assert!(!window.check(index), "a number counts once");
        }
    }
    assert!(opener.open_rtcp(&mut bytes.to_vec()).is_err(), "a forgery");
}

fn round(sealer: &Sealer, opener: &mut Opener, plain: &[u8]) {
    if let Ok(header) = Header::parse(plain) {
        let mut sealed = plain.to_vec();
        sealed.resize(plain.len() + MAX_RTP_OVERHEAD, 0);
        let index = u64::from(header.sequence) | 1 << 16;
        let len = sealer.seal_rtp(&mut sealed, plain.len(), index, header.header_len).expect("there is room");
        let opened = opener.open_rtp(&mut sealed[..len], header.header_len, index);
        assert_eq!(opened, Ok(plain.len()));
        assert_eq!(&sealed[..plain.len()], plain);
    }
    let mut sealed = plain.to_vec();
    sealed.resize(plain.len() + MAX_RTCP_OVERHEAD, 0);
    if let Ok(len) = sealer.seal_rtcp(&mut sealed, plain.len(), 7) {
        let kept = sealed[..len].to_vec();
        assert_eq!(opener.open_rtcp(&mut sealed[..len]), Ok(plain.len()));
        assert_eq!(&sealed[..plain.len()], plain);
        assert_eq!(opener.open_rtcp(&mut kept.clone()), Err(Error::Replay));
    }
}
