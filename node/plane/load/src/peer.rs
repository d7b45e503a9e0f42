//! One participant's transport: ICE, DTLS, then sealed media both ways. Sans-IO: datagrams and `now` in, datagrams and a
//! deadline out.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

use plane_core::rtcp::{Compound, Report, Writer};
use plane_core::rtp;
use plane_core::srtp::{Opener, Sealer};
use plane_core::stun;

use crate::dtls::{Dtls, Identity, Progress};
use crate::figures::Figures;
use crate::ice::Agent;
use crate::outbox::Outbox;
use crate::publishing::Publisher;
use crate::random;
use crate::receiving::Reception;
use crate::sdp::{Description, Local};
use crate::trace::Trace;

/// Receiver and sender reports, µs (libwebrtc: once a second for video).
const REPORT_EVERY: u64 = 1_000_000;
/// How often OpenSSL is given the chance to repeat a flight, µs; and how often the first flight is repeated while nothing
/// comes, because a server that checks too may not listen yet, and OpenSSL would wait a second where browsers wait 50 ms.
const HANDSHAKE_EVERY: u64 = 100_000;
/// A handshake that takes longer has failed, µs.
const HANDSHAKE_LIMIT: u64 = 20_000_000;
/// Bytes kept free for tag and index behind what is sealed.
const OVERHEAD: usize = 32;

struct Keys {
    sealer: Sealer,
    opener: Opener,
    rtcp_index: u32,
}

/// What happens to every participant alike.
#[derive(Clone)]
pub struct Habits {
    pub identity: Identity,
    /// What is published, if the server takes it.
    pub trace: Option<Arc<Trace>>,
    /// Open every packet, or count what comes without looking inside.
    pub opens: bool,
}

pub struct Peer {
    agent: Agent,
    dtls: Dtls,
    /// We begin the handshake.
    client: bool,
    handshake_due: u64,
    /// Our first flight, and whether the server has said anything since.
    hello: Vec<Vec<u8>>,
    heard: bool,
    keys: Option<Keys>,
    reception: Reception,
    publisher: Option<Publisher>,
    local: Local,
    remote: Description,
    habits: Habits,
    ssrc: u32,
    report_due: u64,
    since: u64,
    /// When ICE had selected a pair, and when the keys were there.
    pub connected_us: Option<u64>,
    pub secured_us: Option<u64>,
    /// Why there will be no media (any more).
    pub failed: Option<String>,
}

impl Peer {
    /// Both descriptions are known: begin. `controlling`: ours was the offer, or the server is lite (RFC 8445 6.1.1).
    pub fn new(
        local: Local,
        remote: Description,
        controlling: bool,
        habits: &Habits,
        now: u64,
    ) -> Result<Peer, String> {
        let client = remote.setup != "active";
        let dtls = Dtls::new(&habits.identity, client, &remote.fingerprint).map_err(|error| error.to_string())?;
        let roles = (controlling || remote.lite, remote.lite);
        let agent = Agent::new(&local.ice, &remote.credentials(), &remote.candidates, roles, now);
        let ssrc = random::word();
        Ok(Peer {
            agent,
            dtls,
            client,
            handshake_due: u64::MAX,
            hello: Vec::new(),
            heard: false,
            keys: None,
            reception: Reception::new(&remote.sections, ssrc, habits.opens),
            publisher: None,
            local,
            remote,
            habits: habits.clone(),
            ssrc,
            // Spread over the second, so that five hundred do not report at once.
            report_due: now + u64::from(random::word()) % REPORT_EVERY,
            since: now,
            connected_us: None,
            secured_us: None,
            failed: None,
        })
    }

    /// A datagram came `from` there; `at_us` is when the kernel had it.
    pub fn receive(&mut self, datagram: &mut [u8], from: SocketAddrV4, at_us: u64, now: u64, out: &mut Outbox) {
        // RFC 7983 7
        match datagram.first() {
            Some(0..=3) if stun::is_stun(datagram) => {
                self.agent.receive(datagram, from, now, out);
                self.connect(now);
            }
            Some(20..=63) if self.agent.knows(from) => {
                self.heard = true;
                self.dtls.receive(datagram);
                self.shake(from, now, out);
            }
            Some(128..=191) if self.agent.knows(from) => self.media(datagram, at_us, now),
            _ => {}
        }
    }

    /// Do what is due. Returns when to call again.
    pub fn tick(&mut self, now: u64, out: &mut Outbox) -> u64 {
        if self.failed.is_some() {
            return u64::MAX;
        }
        self.agent.tick(now, out);
        if self.agent.lost(now) {
            self.failed = Some("ICE found no way, or consent ended".into());
            return u64::MAX;
        }
        let Some(to) = self.agent.selected() else { return self.agent.deadline() };
        if now >= self.handshake_due && self.keys.is_none() {
            self.handshake_due = now + HANDSHAKE_EVERY;
            if !self.heard {
                self.hello.iter().for_each(|datagram| out.push(to, datagram));
            }
            self.shake(to, now, out);
            if now > self.since + HANDSHAKE_LIMIT {
                self.failed = Some("the DTLS handshake did not end".into());
            }
        }
        if self.keys.is_some() {
            self.publish(to, now, out);
            self.report(to, now, out);
        }
        self.deadline()
    }

    /// The address it sends from.
    pub fn source(&self) -> Ipv4Addr {
        *self.local.address.ip()
    }

    /// What it is doing, counted.
    pub fn figures(&self) -> Figures {
        let mut figures = self.reception.sum();
        if let Some(publisher) = &self.publisher {
            figures.add(&publisher.figures);
        }
        figures
    }

    /// Say goodbye.
    pub fn close(&mut self, out: &mut Outbox) {
        self.dtls.close();
        if let Some(to) = self.agent.selected() {
            self.flush(to, out);
        }
    }

    /// When [`Peer::tick`] has something to do.
    pub fn deadline(&self) -> u64 {
        if self.failed.is_some() {
            return u64::MAX;
        }
        let media = match &self.keys {
            None => self.handshake_due,
            Some(_) => {
                let publisher = self.publisher.as_ref().map_or(u64::MAX, Publisher::deadline);
                self.report_due.min(self.reception.deadline()).min(publisher)
            }
        };
        self.agent.deadline().min(media)
    }

    /// A pair may have been selected just now.
    fn connect(&mut self, now: u64) {
        if self.connected_us.is_none() && self.agent.selected().is_some() {
            self.connected_us = Some(now);
            self.handshake_due = if self.client { now } else { now + HANDSHAKE_EVERY };
        }
    }

    fn shake(&mut self, to: SocketAddrV4, now: u64, out: &mut Outbox) {
        match self.dtls.advance() {
            Progress::Going => {}
            Progress::Failed(why) => self.failed = Some(format!("DTLS: {why}")),
            Progress::Keys(keys) => {
                let (sealer, opener) = *keys;
                self.keys = Some(Keys { sealer, opener, rtcp_index: 0 });
                self.secured_us = Some(now);
                if let Some(trace) = &self.habits.trace {
                    let ssrcs: Vec<_> = self.local.lines.iter().filter_map(|line| line.sends).collect();
                    self.publisher = Publisher::new(trace.clone(), &self.remote.sections, &ssrcs, now);
                }
            }
        }
        self.flush(self.agent.selected().unwrap_or(to), out);
    }

    fn flush(&mut self, to: SocketAddrV4, out: &mut Outbox) {
        let flight = self.dtls.outgoing();
        flight.iter().for_each(|datagram| out.push(to, datagram));
        if !self.heard && !flight.is_empty() {
            self.hello = flight;
        }
    }

    fn media(&mut self, datagram: &mut [u8], at_us: u64, now: u64) {
        let Some(keys) = &mut self.keys else { return };
        if !rtp::is_rtcp(datagram) {
            self.reception.rtp(datagram, &keys.opener, at_us);
            return;
        }
        let Ok(len) = keys.opener.open_rtcp(datagram) else {
            self.reception.figures.wrong += 1;
            return;
        };
        for packet in Compound::new(&datagram[..len]) {
            self.reception.rtcp(&packet, now);
            if let Some(publisher) = &mut self.publisher {
                publisher.rtcp(&packet, now);
            }
        }
    }

    fn publish(&mut self, to: SocketAddrV4, now: u64, out: &mut Outbox) {
        let (Some(publisher), Some(keys)) = (&mut self.publisher, &self.keys) else { return };
        let mut more = true;
        while more {
            out.write(to, |bytes| {
                let plain = publisher.next(now, bytes);
                more = plain.is_some();
                let plain = plain?;
                keys.sealer.seal_rtp(bytes, plain.len, plain.index, plain.header_len).ok()
            });
        }
    }

    /// Reports once a second; requests at once (RFC 5506: reduced size was agreed).
    fn report(&mut self, to: SocketAddrV4, now: u64, out: &mut Outbox) {
        let full = now >= self.report_due;
        if !full && now < self.reception.deadline() {
            return;
        }
        let Some(keys) = &mut self.keys else { return };
        let (reception, publisher, ssrc) = (&mut self.reception, &mut self.publisher, self.ssrc);
        if full {
            self.report_due = now + REPORT_EVERY;
        }
        out.write(to, |bytes| {
            let room = bytes.len() - OVERHEAD;
            let mut writer = Writer::new(&mut bytes[..room]);
            let sent = full && publisher.as_mut().is_some_and(|publisher| publisher.report(now, &mut writer));
            let mut blocks = [Report::default(); 31];
            let count = if full { reception.report(now, &mut blocks) } else { 0 };
            if count > 0 || (full && !sent) {
                writer.receiver_report(ssrc, &blocks[..count]).ok()?;
            }
            reception.ask(now, &mut writer);
            reception.feed_back(now, &mut writer);
            let len = writer.len();
            if len == 0 {
                return None;
            }
            keys.rtcp_index += 1;
            keys.sealer.seal_rtcp(bytes, len, keys.rtcp_index).ok()
        });
    }
}
