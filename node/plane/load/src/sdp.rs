//! Session descriptions (RFC 8866, JSEP RFC 8829): the offers and answers that a browser would write, and as much of the
//! server's as a peer has to know.

use std::fmt::Write;
use std::net::SocketAddrV4;

use crate::ice::{Credentials, HOST_PRIORITY};

pub const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub const LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
pub const TIME_URI: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
pub const TRANSPORT_URI: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

const EXTENSIONS: [(u8, &str); 4] = [(1, LEVEL_URI), (2, TIME_URI), (3, TRANSPORT_URI), (4, MID_URI)];

/// A codec of ours: payload type, that of its RTX (0: none), name with rate, parameters.
const OPUS: (u8, u8, &str, &str) = (111, 0, "opus/48000/2", "minptime=10;useinbandfec=1");
const VP8: (u8, u8, &str, &str) = (96, 97, "VP8/90000", "");
const H264: (u8, u8, &str, &str) =
    (102, 103, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");

const FEEDBACK: [&str; 5] = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"];

/// Most of a description that is read; more than any server writes.
const MAX_LINES: usize = 8192;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Audio,
    Video,
}

/// One m-line that we offer.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub kind: Kind,
    /// SSRC, and for video that of its RTX, of what we send; none: we receive.
    pub sends: Option<(u32, u32)>,
}

/// Our side of a connection.
#[derive(Debug, Clone)]
pub struct Local {
    pub ice: Credentials,
    pub fingerprint: String,
    pub address: SocketAddrV4,
    /// The m-lines of an offer.
    pub lines: Vec<Line>,
}

impl Local {
    /// An offer, all candidates in it.
    pub fn offer(&self) -> String {
        let mut text = self.head(&(0..self.lines.len()).map(|mid| mid.to_string()).collect::<Vec<_>>());
        for (mid, line) in self.lines.iter().enumerate() {
            let codecs: &[_] = match (line.kind, line.sends) {
                (Kind::Audio, _) => &[OPUS],
                (Kind::Video, Some(_)) => &[VP8],
                (Kind::Video, None) => &[VP8, H264],
            };
            let formats: Vec<_> = codecs
                .iter()
                .flat_map(|codec| [codec.0, codec.1])
                .filter(|format| *format > 0)
                .map(|format| format.to_string())
                .collect();
            self.media(&mut text, line.kind, &mid.to_string(), &formats.join(" "), "actpass");
            let wanted = |uri: &str| uri != LEVEL_URI || line.kind == Kind::Audio;
            for (id, uri) in EXTENSIONS.iter().filter(|(_, uri)| wanted(uri)) {
                let _ = write!(text, "a=extmap:{id} {uri}\r\n");
            }
            text.push_str(if line.sends.is_some() { "a=sendonly\r\n" } else { "a=recvonly\r\n" });
            for codec in codecs {
                codec_lines(&mut text, codec, line.kind);
            }
            if let Some((ssrc, repair)) = line.sends {
                let _ = write!(text, "a=msid:load {mid}\r\n");
                if line.kind == Kind::Video {
                    let _ = write!(text, "a=ssrc-group:FID {ssrc} {repair}\r\na=ssrc:{repair} cname:load\r\n");
                }
                let _ = write!(text, "a=ssrc:{ssrc} cname:load\r\n");
            }
        }
        text
    }

    /// The answer to an offer of which we receive everything that is sound or picture.
    pub fn answer(&self, offer: &Description) -> String {
        let mids: Vec<_> =
            offer.sections.iter().filter(|section| section.sent()).map(|section| section.mid.clone()).collect();
        let mut text = self.head(&mids);
        for section in &offer.sections {
            let Some(kind) = section.kind.filter(|_| section.sent()) else {
                let _ = write!(
                    text,
                    "m={}\r\nc=IN IP4 0.0.0.0\r\na=mid:{}\r\na=inactive\r\n",
                    section.refusal, section.mid
                );
                continue;
            };
            let formats: Vec<_> = section.payloads.iter().map(|payload| payload.number.to_string()).collect();
            self.media(&mut text, kind, &section.mid, &formats.join(" "), "active");
            for (id, uri) in section.extensions.iter().filter(|(_, uri)| EXTENSIONS.iter().any(|known| known.1 == uri))
            {
                let _ = write!(text, "a=extmap:{id} {uri}\r\n");
            }
            text.push_str("a=recvonly\r\n");
            for line in &section.codec_lines {
                let _ = write!(text, "a={line}\r\n");
            }
        }
        text
    }

    fn head(&self, mids: &[String]) -> String {
        format!(
            "v=0\r\no=- {} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n",
            u32::from(*self.address.ip()) ^ u32::from(self.address.port()) << 12,
            mids.join(" ")
        )
    }

    fn media(&self, text: &mut String, kind: Kind, mid: &str, formats: &str, setup: &str) {
        let (ip, port) = (self.address.ip(), self.address.port());
        let kind = if kind == Kind::Audio { "audio" } else { "video" };
        let _ = write!(
            text,
            "m={kind} {port} UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 {ip}\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
             a=candidate:1 1 udp {HOST_PRIORITY} {ip} {port} typ host generation 0\r\na=end-of-candidates\r\n\
             a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{}\r\na=setup:{setup}\r\na=mid:{mid}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n",
            self.ice.ufrag, self.ice.password, self.fingerprint
        );
    }
}

fn codec_lines(text: &mut String, (number, repair, name, parameters): &(u8, u8, &str, &str), kind: Kind) {
    let _ = write!(text, "a=rtpmap:{number} {name}\r\n");
    let feedback = if kind == Kind::Audio { &FEEDBACK[1..2] } else { &FEEDBACK[..] };
    for item in feedback {
        let _ = write!(text, "a=rtcp-fb:{number} {item}\r\n");
    }
    if !parameters.is_empty() {
        let _ = write!(text, "a=fmtp:{number} {parameters}\r\n");
    }
    if *repair > 0 {
        let _ = write!(text, "a=rtpmap:{repair} rtx/90000\r\na=fmtp:{repair} apt={number}\r\n");
    }
}

// ---------------------------------------------------------------- reading

/// A payload type of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub number: u8,
    /// In lower case.
    pub name: String,
    pub clock_rate: u32,
    /// What an RTX repeats.
    pub repeats: Option<u8>,
}

/// One m-line of the server's.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub kind: Option<Kind>,
    pub mid: String,
    /// `sendrecv`, `sendonly` …, as the server sees it.
    pub direction: String,
    rejected: bool,
    /// The m-line with port 0, for an answer that refuses it.
    refusal: String,
    pub payloads: Vec<Payload>,
    pub extensions: Vec<(u8, String)>,
    /// SSRCs and those of their repairs.
    pub repairs: Vec<(u32, u32)>,
    pub ssrcs: Vec<u32>,
    pub transport_cc: bool,
    /// rtpmap, fmtp and rtcp-fb as they came, for an answer that agrees.
    codec_lines: Vec<String>,
}

impl Section {
    /// Whether the server sends on it.
    pub fn sent(&self) -> bool {
        !self.rejected && matches!(self.direction.as_str(), "sendrecv" | "sendonly") && self.kind.is_some()
    }

    /// Whether the server takes what we send on it.
    pub fn received(&self) -> bool {
        !self.rejected && matches!(self.direction.as_str(), "sendrecv" | "recvonly") && self.kind.is_some()
    }

    /// The id of an extension; 0 when it is not agreed.
    pub fn extension(&self, uri: &str) -> u8 {
        self.extensions.iter().find(|(_, known)| known == uri).map_or(0, |(id, _)| *id)
    }

    /// The payload type named so, and that of its RTX (0: none).
    pub fn payload(&self, name: &str) -> Option<(u8, u8)> {
        let number = self.payloads.iter().find(|payload| payload.name == name)?.number;
        let repair = self.payloads.iter().find(|payload| payload.repeats == Some(number));
        Some((number, repair.map_or(0, |repair| repair.number)))
    }
}

/// The server's description.
#[derive(Debug, Clone, Default)]
pub struct Description {
    pub lite: bool,
    ufrag: String,
    password: String,
    pub fingerprint: String,
    /// `active`: the server begins the DTLS handshake.
    pub setup: String,
    pub candidates: Vec<SocketAddrV4>,
    pub sections: Vec<Section>,
}

impl Description {
    /// Read what the server wrote; says in one sentence what a connection cannot do without.
    pub fn parse(text: &str) -> Result<Description, String> {
        let mut description = Description::default();
        for line in text.lines().take(MAX_LINES) {
            if let Some(line) = line.strip_prefix("m=") {
                description.sections.push(section(line));
            } else if let Some(attribute) = line.strip_prefix("a=") {
                let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
                description.attribute(name, value.trim(), attribute);
            }
        }
        match &description {
            Description { ufrag, password, .. } if ufrag.is_empty() || password.is_empty() => {
                Err("the server's description has no ICE credentials".into())
            }
            Description { fingerprint, .. } if fingerprint.is_empty() => {
                Err("the server's description has no SHA-256 fingerprint".into())
            }
            _ => Ok(description),
        }
    }

    pub fn credentials(&self) -> Credentials {
        Credentials { ufrag: self.ufrag.clone(), password: self.password.clone() }
    }

    fn attribute(&mut self, name: &str, value: &str, whole: &str) {
        // Bundled: one transport, so the first that names it will do.
        let first = |place: &mut String| {
            if place.is_empty() {
                value.clone_into(place);
            }
        };
        match name {
            "ice-lite" => self.lite = true,
            "ice-ufrag" => first(&mut self.ufrag),
            "ice-pwd" => first(&mut self.password),
            "fingerprint" if value.to_ascii_lowercase().starts_with("sha-256 ") => first(&mut self.fingerprint),
            "setup" => first(&mut self.setup),
            "candidate" => {
                if let Some(address) = candidate(value).filter(|address| !self.candidates.contains(address)) {
                    self.candidates.push(address);
                }
            }
            _ => {
                if let Some(section) = self.sections.last_mut() {
                    section.attribute(name, value, whole);
                }
            }
        }
    }
}

fn section(line: &str) -> Section {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let kind = match words.first() {
        Some(&"audio") => Some(Kind::Audio),
        Some(&"video") => Some(Kind::Video),
        _ => None,
    };
    let refusal =
        words.iter().enumerate().map(|(at, word)| if at == 1 { "0" } else { word }).collect::<Vec<_>>().join(" ");
    let rejected = words.get(1) == Some(&"0");
    Section { kind, rejected, refusal, direction: "sendrecv".into(), ..Section::default() }
}

impl Section {
    fn attribute(&mut self, name: &str, value: &str, whole: &str) {
        let (head, rest) = value.split_once(' ').unwrap_or((value, ""));
        match name {
            "sendrecv" | "sendonly" | "recvonly" | "inactive" => name.clone_into(&mut self.direction),
            "mid" => value.clone_into(&mut self.mid),
            "bundle-only" => self.rejected = false, // RFC 9143 6: port 0 then says nothing
            "extmap" => {
                if let Ok(id) = head.split('/').next().unwrap_or(head).parse() {
                    self.extensions.push((id, rest.to_owned()));
                }
            }
            "rtpmap" => self.rtpmap(head, rest),
            "fmtp" => {
                let repeats = rest.strip_prefix("apt=").and_then(|number| number.parse().ok());
                if let Some(payload) = self.payloads.iter_mut().find(|payload| head == payload.number.to_string()) {
                    payload.repeats = repeats;
                }
            }
            "rtcp-fb" => self.transport_cc |= rest == "transport-cc",
            "ssrc" => {
                if let Some(ssrc) = head.parse().ok().filter(|ssrc| !self.ssrcs.contains(ssrc)) {
                    self.ssrcs.push(ssrc);
                }
            }
            "ssrc-group" if head == "FID" => {
                let mut numbers = rest.split_ascii_whitespace().filter_map(|number| number.parse().ok());
                if let (Some(ssrc), Some(repair)) = (numbers.next(), numbers.next()) {
                    self.repairs.push((ssrc, repair));
                }
            }
            _ => {}
        }
        if matches!(name, "rtpmap" | "fmtp" | "rtcp-fb") {
            self.codec_lines.push(whole.to_owned());
        }
    }

    fn rtpmap(&mut self, number: &str, encoding: &str) {
        let mut parts = encoding.split('/');
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let clock_rate = parts.next().and_then(|rate| rate.parse().ok());
        if let (Ok(number), Some(clock_rate)) = (number.parse(), clock_rate) {
            self.payloads.push(Payload { number, name, clock_rate, repeats: None });
        }
    }
}

/// The address of a UDP candidate over IPv4; of others none.
fn candidate(value: &str) -> Option<SocketAddrV4> {
    let words: Vec<_> = value.split_ascii_whitespace().collect();
    let [_, "1", transport, _, ip, port, ..] = words[..] else { return None };
    if !transport.eq_ignore_ascii_case("udp") {
        return None;
    }
    Some(SocketAddrV4::new(ip.parse().ok()?, port.parse().ok()?))
}
