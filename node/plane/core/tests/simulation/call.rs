//! A call in virtual time: people, their ways to the plane, and what happens to them.

use std::collections::{HashMap, HashSet};

use plane_core::bandwidth::arrivals::Arrivals;
use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{CloseTransport, Done, SizeSlots, counters, size_slots};
use plane_core::rtcp::{Compound, Packet, Report, SenderInfo, ntp};
use plane_core::rtp;

use crate::camera::{Camera, RIDS};
use crate::common::{MS, Peer, SECOND, VIDEO_SLOT, World, page};
use crate::network::{CALM, Parcel, Way};
use crate::random::Random;
use crate::watcher::Watcher;

const STEP_US: u64 = MS;
/// How often it is looked who sees nothing, and how long that may be so without a word.
const LOOK_US: u64 = 100 * MS;
const DARK_US: u64 = 5 * SECOND;
const CHECK_US: u64 = 2500 * MS;
/// Id of the transport-wide number.
const NUMBERED: u8 = 5;
/// Slots that a page has for pictures.
const SLOTS: usize = 4;

pub struct Person {
    pub peer: Peer,
    pub owner: u8,
    pub camera: Camera,
    pub up: Way,
    pub down: Way,
    pub watchers: HashMap<u32, Watcher>,
    /// Sound that came, by when.
    pub heard_us: Vec<u64>,
    pub muted: bool,
    /// What this person's browser says that its way bears; 0: it says nothing.
    pub bears_bps: u64,
    came: HashSet<u64>,
    reported_us: u64,
    checked_us: u64,
    asked_us: u64,
    /// What came, by the numbers of the whole transport, where that is agreed.
    arrivals: Option<Arrivals>,
    /// The plane has said that the way bears no picture.
    pub held: bool,
    /// Since when it is no longer so.
    lifted_us: Option<u64>,
    /// The last picture shown, and for how long since then nothing has explained that there is none.
    newest_us: Option<u64>,
    dark_us: u64,
}

impl Person {
    fn new(peer: Peer, owner: u8, layers: usize, now: u64, random: &mut Random) -> Person {
        Person {
            camera: Camera::new(owner, layers, now, random),
            peer,
            owner,
            up: Way::new(),
            down: Way::new(),
            watchers: HashMap::new(),
            heard_us: Vec::new(),
            muted: false,
            bears_bps: 0,
            came: HashSet::new(),
            reported_us: now,
            checked_us: now,
            asked_us: now,
            arrivals: None,
            held: false,
            lifted_us: None,
            newest_us: None,
            dark_us: 0,
        }
    }

    pub fn track(&self) -> String {
        self.peer.track("camera")
    }

    /// The plane has a word on whether there are pictures. That there are again has to be true: one has been shown before
    /// the next word.
    fn hold(&mut self, held: bool, now: u64) {
        let name = &self.peer.name;
        assert_ne!(self.held, held, "{name} is told so already");
        let kept = self.lifted_us.is_none_or(|lifted| self.newest() >= Some(lifted));
        assert!(!held || kept, "{name} was told of pictures at {:?}, and none came until {now}", self.lifted_us);
        (self.held, self.lifted_us) = (held, (!held).then_some(now));
    }

    /// When the last picture was shown.
    fn newest(&self) -> Option<u64> {
        self.watchers.values().filter_map(|watcher| watcher.shown.last()).map(|shown| shown.at_us).max()
    }

    fn round_trip_us(&self) -> u64 {
        self.up.conditions.delay_us + self.down.conditions.delay_us + self.down.conditions.disorder_us
    }

    /// Everything that this person sends by itself at `now`.
    fn speak(&mut self, now: u64, world: &World, random: &mut Random) {
        for bytes in self.camera.make(now, &self.peer, random) {
            self.up.send(now, random, bytes);
        }
        if now >= self.checked_us + CHECK_US {
            self.checked_us = now;
            let check = self.peer.check(true);
            self.up.send(now, random, check);
        }
        if now >= self.asked_us + 20 * MS {
            self.asked_us = now;
            let round_trip = self.round_trip_us();
            for (&slot, watcher) in &mut self.watchers {
                let (numbers, key) = watcher.ask(now, round_trip);
                let ssrc = 0x5245_0000 | slot << 1;
                if numbers.is_empty() && !key {
                    continue;
                }
                let bytes = self.peer.sealed_rtcp(|writer| {
                    if !numbers.is_empty() {
                        let _ = writer.nack(1, ssrc, &numbers);
                    }
                    if key {
                        let _ = writer.pli(1, ssrc);
                    }
                });
                self.up.send(now, random, bytes);
            }
        }
        if let Some(arrivals) = &mut self.arrivals
            && arrivals.due_us(now).is_some_and(|due| due <= now)
        {
            let bytes = self.peer.sealed_rtcp(|writer| {
                let _ = writer.transport_cc(1, 0x5245_0000 | VIDEO_SLOT << 1, |out| arrivals.write(now, out));
            });
            self.up.send(now, random, bytes);
        }
        if now >= self.reported_us + SECOND {
            self.reported_us = now;
            let blocks: Vec<Report> = self
                .watchers
                .keys()
                .map(|slot| Report { ssrc: 0x5245_0000 | slot << 1, ..Report::default() })
                .collect();
            let (wall, clocks) = (now + world.unix_offset_us(), self.camera.clocks(now));
            let bears = self.bears_bps;
            let bytes = self.peer.sealed_rtcp(|writer| {
                for (ssrc, rtp) in clocks {
                    let _ =
                        writer.sender_report(ssrc, &SenderInfo { ntp: ntp(wall), rtp, ..SenderInfo::default() }, &[]);
                }
                let _ = writer.receiver_report(1, &blocks);
                if bears > 0 {
                    let _ = writer.remb(1, bears, &[]);
                }
            });
            self.up.send(now, random, bytes);
        }
    }

    /// A datagram of the plane has come.
    fn listen(&mut self, now: u64, parcel: Parcel, random: &mut Random) {
        let Parcel { number, sent_us, bytes } = parcel;
        if !self.came.insert(number) || bytes[0] < 128 {
            return; // the network said it twice; SRTP would refuse it (RFC 3711 3.3.2)
        }
        if rtp::is_rtcp(&bytes) {
            let plain = self.peer.open_report(bytes);
            let cameras = self.camera.ssrcs();
            let asked: Vec<(u32, Vec<u16>, bool)> = Compound::new(&plain)
                .filter_map(|packet| match packet {
                    Packet::Nack { media, lost, .. } => Some((media, lost.collect(), false)),
                    Packet::Pli { media, .. } => Some((media, Vec::new(), true)),
                    _ => None,
                })
                .filter(|(media, ..)| cameras.contains(media))
                .collect();
            for (ssrc, numbers, key) in asked {
                for bytes in numbers.into_iter().filter_map(|n| self.camera.again(&self.peer, ssrc, n)) {
                    self.up.send(now, random, bytes);
                }
                if key {
                    self.camera.key_frame(ssrc, sent_us);
                }
            }
            return;
        }
        let len = bytes.len();
        let Some(got) = self.peer.open(bytes) else { return };
        let number = got.extensions.get(&NUMBERED).and_then(|value| value.as_slice().try_into().ok());
        if let (Some(arrivals), Some(number)) = (&mut self.arrivals, number) {
            arrivals.record(u16::from_be_bytes(number), now, len);
        }
        if (VIDEO_SLOT..VIDEO_SLOT + SLOTS as u32).contains(&got.slot()) {
            self.watchers.entry(got.slot()).or_default().take(now, &got);
        } else {
            self.heard_us.push(now);
        }
    }
}

pub struct Call {
    pub world: World,
    pub people: Vec<Person>,
    pub random: Random,
    joined: u8,
    /// Those who come from now on agree transport-wide feedback.
    pub numbered: bool,
    /// Layers of everybody who comes; 0: chance decides.
    pub layers: usize,
}

impl Call {
    pub fn new(seed: u64, people: usize) -> Call {
        let mut call = Call::empty(seed);
        for _ in 0..people {
            call.join();
        }
        call
    }

    pub fn empty(seed: u64) -> Call {
        let random = Random::new(seed);
        Call { world: World::new(), people: Vec::new(), random, joined: 0, numbered: false, layers: 0 }
    }

    /// Somebody comes; everybody sees everybody.
    pub fn join(&mut self) {
        self.joined += 1;
        let name = format!("person{}", self.joined);
        let by_chance = if self.random.chance(500) { 3 } else { 1 };
        let layers = if self.layers > 0 { self.layers } else { by_chance };
        let mut open = page(&name, "r");
        if layers > 1 {
            let camera = &mut open.sends[1];
            camera.rids = RIDS.map(str::to_owned).to_vec();
            camera.extensions.as_mut().unwrap().rid = 10;
            camera.extensions.as_mut().unwrap().repaired_rid = 11;
        }
        for receive in open.receives.iter_mut().filter(|_| self.numbered) {
            receive.extensions.get_or_insert_default().transport_cc = NUMBERED.into();
        }
        let mut peer = self.world.open(open);
        peer.connect(&mut self.world);
        let person = Person::new(peer, self.joined, layers, self.world.now, &mut self.random);
        let arrivals = self.numbered.then(|| Arrivals::new(self.world.now));
        let person = Person { arrivals, ..person };
        self.people.push(person);
        self.arrange();
    }

    pub fn leave(&mut self, at: usize) {
        let person = self.people.remove(at);
        let close = CloseTransport { transport: person.peer.name.clone() };
        assert_eq!(self.world.command(Command::CloseTransport(close)), Body::Done(Done {}));
        self.arrange();
    }

    /// Mutes the camera, or lets it be seen again.
    pub fn mute(&mut self, at: usize, muted: bool) {
        self.people[at].muted = muted;
        let track = self.people[at].track();
        assert_eq!(self.world.mute(&track, muted), Body::Done(Done {}));
    }

    /// The browser makes another stream for the same camera: every number starts anew.
    pub fn restart(&mut self, at: usize) {
        self.people[at].camera.restart(&mut self.random);
    }

    /// Who is in which slot changes for one person.
    pub fn shuffle(&mut self, at: usize) {
        let mut others = self.others(at);
        let by = self.random.next() as usize % others.len().max(1);
        others.rotate_left(by);
        self.show(at, &others);
    }

    /// The tiles of one person become larger or smaller.
    pub fn resize(&mut self, at: usize) {
        let transport = self.people[at].peer.name.clone();
        let size = |place: usize, height: u64| size_slots::Change {
            transport: transport.clone(),
            slot: VIDEO_SLOT + place as u32,
            width: height as u32 * 16 / 9,
            height: height as u32,
        };
        let changes = (0..SLOTS).map(|place| size(place, self.random.between(60, 800))).collect();
        let done = self.world.command(Command::SizeSlots(SizeSlots { changes }));
        assert_eq!(done, Body::Done(Done {}));
    }

    /// A new address, as behind a NAT that forgets, or from one network to another.
    pub fn move_away(&mut self, at: usize) {
        let port = self.people[at].peer.address.port();
        self.people[at].peer.address.set_port(20_000 + self.random.between(0, 20_000) as u16 + port % 50);
        self.people[at].checked_us = 0;
    }

    fn others(&self, at: usize) -> Vec<String> {
        let others = self.people.iter().enumerate().filter(|&(other, _)| other != at);
        others.map(|(_, person)| person.track()).collect()
    }

    fn arrange(&mut self) {
        for at in 0..self.people.len() {
            let others = self.others(at);
            self.show(at, &others);
        }
    }

    fn show(&mut self, at: usize, tracks: &[String]) {
        for place in 0..SLOTS {
            let track = tracks.get(place).map_or("", String::as_str);
            let name = self.people[at].peer.name.clone();
            assert_eq!(self.world.assign(&name, VIDEO_SLOT + place as u32, track), Body::Done(Done {}));
        }
    }

    /// Lets `us` go by.
    pub fn pass(&mut self, us: u64) {
        let end = self.world.now + us;
        while self.world.now < end {
            self.world.now += STEP_US;
            let now = self.world.now;
            for person in &mut self.people {
                person.speak(now, &self.world, &mut self.random);
                while let Some(parcel) = person.up.arrived(now) {
                    self.world.datagram(person.peer.address, &parcel.bytes);
                }
            }
            self.world.flush();
            self.obey();
            if now % LOOK_US < STEP_US {
                self.look_for_the_forgotten();
            }
            for (to, bytes) in std::mem::take(&mut self.world.wire.datagrams) {
                let person = self.people.iter_mut().find(|person| person.peer.address == to);
                if let Some(person) = person {
                    person.down.send(now, &mut self.random, bytes);
                }
            }
            for person in &mut self.people {
                while let Some(parcel) = person.down.arrived(now) {
                    person.listen(now, parcel, &mut self.random);
                }
            }
        }
    }

    /// What the control process does: it tells senders which of their layers somebody watches.
    fn obey(&mut self) {
        for event in std::mem::take(&mut self.world.events) {
            match event {
                Body::LayersWanted(wanted) => {
                    if let Some(person) = self.people.iter_mut().find(|person| person.track() == wanted.track) {
                        person.camera.wanted(&wanted.rids);
                    }
                }
                Body::VideoHeld(told) => {
                    if let Some(person) = self.people.iter_mut().find(|person| person.peer.name == told.transport) {
                        person.hold(told.held, self.world.now);
                    }
                }
                _ => {}
            }
        }
    }

    /// Who has somebody to see sees them, or is told that no picture fits: nobody waits in the dark, whatever the network
    /// does, and a word taken back without a picture is none. What nobody could tell a person is excused: a way that lets
    /// nothing pass, and a narrow one of a browser that does not say what came, or from a camera that does not adapt.
    fn look_for_the_forgotten(&mut self) {
        let now = self.world.now;
        let out: Vec<bool> = self.people.iter().map(|one| one.muted || one.up.conditions.hopeless(false)).collect();
        for at in 0..self.people.len() {
            let shown = out.iter().enumerate().any(|(other, &out)| other != at && !out);
            let person = &mut self.people[at];
            let newest = person.newest();
            let (up, down) = (&person.up.conditions, &person.down.conditions);
            if newest > person.newest_us || !shown || up.hopeless(false) || down.hopeless(person.arrivals.is_some()) {
                (person.newest_us, person.dark_us) = (newest, 0);
            } else if !person.held {
                person.dark_us += LOOK_US;
            }
            let name = &person.peer.name;
            assert!(
                person.dark_us < DARK_US,
                "{name} sees nothing and is not told, at {now}; the last picture: {newest:?}"
            );
        }
    }

    pub fn figures(&self, at: usize) -> counters::Transport {
        let counters = self.world.shard.counters(self.world.now);
        let name = &self.people[at].peer.name;
        counters.transports.into_iter().find(|transport| transport.transport == *name).unwrap()
    }

    pub fn calm(&mut self) {
        for person in &mut self.people {
            person.bears_bps = person.bears_bps.min(1) * 10_000_000;
            person.up.conditions = CALM;
            person.down.conditions = CALM;
        }
    }

    /// Ends with what no receiver may ever have seen.
    pub fn check_faults(&self) {
        for person in &self.people {
            for (slot, watcher) in &person.watchers {
                assert!(watcher.faults.is_empty(), "{} slot {slot}: {:?}", person.peer.name, watcher.faults);
            }
            let asked = &person.camera.plis_us;
            let few = asked.iter().enumerate().all(|(n, &(ssrc, at))| {
                asked[..n].iter().all(|&(other, before)| other != ssrc || at.abs_diff(before) >= 300 * MS - STEP_US)
            });
            assert!(few, "{} is asked for key frames more often than every 300 ms: {asked:?}", person.peer.name);
        }
    }
}
