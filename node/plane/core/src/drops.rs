//! Why packets were dropped: one counter a cause, named once.

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A cause; its name is the key in `Counters.drops`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Cause { $($(#[$doc])* $variant,)* }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

causes! {
    /// First byte of no protocol (RFC 7983), or nothing at all.
    Unknown = "unknown_protocol",
    StunMalformed = "stun_malformed",
    /// An answer or indication: a lite agent asks nothing.
    StunNotRequest = "stun_not_request",
    StunUnknownUfrag = "stun_unknown_ufrag",
    /// Of a transport of another shard. It was told that shard's port; an answer from this one would not be the answer of
    /// the address it asked (RFC 8445 7.2.5.2.1), and what it then sent here would find no keys.
    StunOtherShard = "stun_other_shard",
    StunBadMac = "stun_bad_mac",
    /// From an address that another peer proved to be its own a moment ago (H6).
    StunAddressHeld = "stun_addr_held",
    /// From an address that no authenticated check came from (H1, H2, H6).
    DtlsUnknownAddress = "dtls_unknown_addr",
    /// More or larger DTLS than a handshake needs (H3).
    DtlsTooMuch = "dtls_too_much",
    RtpUnknownAddress = "rtp_unknown_addr",
    RtpBeforeKeys = "rtp_before_keys",
    RtpMalformed = "rtp_malformed",
    /// An SSRC that belongs to no m-line, or one too many.
    RtpUnknownSsrc = "rtp_unknown_ssrc",
    /// Of a sender that starts over under another SSRC more often than any does.
    RtpRestarts = "rtp_restarts",
    RtpUnknownPayloadType = "rtp_unknown_pt",
    SrtpAuth = "srtp_auth",
    SrtpReplay = "srtp_replay",
    SrtcpAuth = "srtcp_auth",
    SrtcpReplay = "srtcp_replay",
    RtcpMalformed = "rtcp_malformed",
    /// Of a track that is muted here, whatever its browser does.
    Muted = "muted",
    /// Came twice: the original and its retransmission.
    Duplicate = "rtp_duplicate",
    TooOld = "rtp_too_old",
    /// RTX without a packet in it: a probe.
    RtxEmpty = "rtx_empty",
    /// Asked for again but no longer here.
    NackTooOld = "nack_too_old",
    /// Asked for again within one round trip.
    NackRepeated = "nack_repeated",
    /// Asked for again beyond the retransmission budget (H10).
    NackBudget = "nack_budget",
    /// A receiver without RTX: sealing a packet twice under one nonce is never done.
    NackWithoutRtx = "nack_without_rtx",
    /// A slot whose codecs do not include the track's.
    NoCommonCodec = "no_common_codec",
    TooLong = "rtp_too_long",
    /// Beyond what its sender may send.
    Policed = "policed",
    /// For another shard, which does not keep up.
    MirrorFull = "mirror_full",
}

/// All counters of one shard.
#[derive(Debug, Clone)]
pub struct Drops([u64; NAMES.len()]);

impl Default for Drops {
    fn default() -> Drops {
        Drops([0; NAMES.len()])
    }
}

impl Drops {
    pub fn add(&mut self, cause: Cause) {
        self.0[cause as usize] += 1;
    }

    pub fn get(&self, cause: Cause) -> u64 {
        self.0[cause as usize]
    }

    /// The causes that occurred.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        NAMES.iter().copied().zip(self.0.iter().copied()).filter(|&(_, count)| count > 0)
    }
}
