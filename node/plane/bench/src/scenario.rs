//! Who publishes and who receives: the shapes of a measurement.

/// What the rooms of a measurement are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One camera and one microphone, and everybody else watches.
    Webinar,
    /// Everybody sees everybody else and hears the three loudest.
    Conference,
    /// Five microphones, no camera; the three loudest are heard.
    Audio,
}

/// Microphones of an audio room.
const TALKERS: u32 = 5;

/// Rooms alike, each with people who publish and people who receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    pub kind: Kind,
    /// Receivers of one room.
    pub people: u32,
    pub rooms: u32,
}

impl Scenario {
    pub fn webinar(people: u32) -> Scenario {
        Scenario { kind: Kind::Webinar, people, rooms: 1 }
    }

    /// `webinar:500`, `conference:20`, `audio:200`, and `conference:20x5` for five rooms of it.
    pub fn parse(word: &str) -> Result<Scenario, String> {
        let bad = || format!("{word} is no scenario: say webinar:500, conference:20, conference:20x5 or audio:200");
        let (kind, size) = word.split_once(':').ok_or_else(bad)?;
        let kind = match kind {
            "webinar" => Kind::Webinar,
            "conference" => Kind::Conference,
            "audio" => Kind::Audio,
            _ => return Err(bad()),
        };
        let (people, rooms) = size.split_once('x').unwrap_or((size, "1"));
        let (people, rooms) = (people.parse().map_err(|_| bad())?, rooms.parse().map_err(|_| bad())?);
        let scenario = Scenario { kind, people, rooms };
        // Publishers are told apart by a byte, receivers by an address.
        let fits = people > 0 && rooms > 0 && scenario.publishers() <= 255 && scenario.receivers() <= 10_000;
        if fits { Ok(scenario) } else { Err(bad()) }
    }

    pub fn name(&self) -> String {
        let kind = match self.kind {
            Kind::Webinar => "webinar",
            Kind::Conference => "conference",
            Kind::Audio => "audio",
        };
        let rooms = if self.rooms > 1 { format!("x{}", self.rooms) } else { String::new() };
        format!("{kind}:{}{rooms}", self.people)
    }

    fn publishers_of_room(&self) -> u32 {
        match self.kind {
            Kind::Webinar => 1,
            Kind::Conference => self.people,
            Kind::Audio => TALKERS,
        }
    }

    pub fn publishers(&self) -> u32 {
        self.publishers_of_room() * self.rooms
    }

    pub fn receivers(&self) -> u32 {
        self.people * self.rooms
    }

    pub fn has_cameras(&self) -> bool {
        self.kind != Kind::Audio
    }

    /// The room of publisher `n`.
    pub fn room_of_publisher(&self, n: u32) -> String {
        format!("bench{}", n / self.publishers_of_room())
    }

    /// The room of receiver `n`.
    pub fn room_of_receiver(&self, n: u32) -> String {
        format!("bench{}", n / self.people)
    }

    /// The publishers whose cameras receiver `n` sees, slot by slot.
    pub fn seen_by(&self, n: u32) -> Vec<u32> {
        let first = n / self.people * self.publishers_of_room();
        match self.kind {
            Kind::Webinar => vec![first],
            // The receiver and the publisher of one person are two transports here; nobody sees himself.
            Kind::Conference => (first..first + self.people).filter(|&publisher| publisher != n).collect(),
            Kind::Audio => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_is_measured() {
        for word in ["webinar:500", "conference:20x5", "audio:200"] {
            assert_eq!(Scenario::parse(word).unwrap().name(), word);
        }
        for word in ["webinar", "webinar:0", "conference:20x13", "party:3"] {
            assert!(Scenario::parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn nobody_sees_himself_or_another_room() {
        let scenario = Scenario::parse("conference:3x2").unwrap();
        assert_eq!((scenario.publishers(), scenario.receivers()), (6, 6));
        assert_eq!(scenario.seen_by(4), [3, 5]);
        assert_eq!(scenario.room_of_publisher(4), scenario.room_of_receiver(4));
    }
}
