use super::*;

/// A room in virtual time: each voice sends a packet every 20 ms, the selection runs every 100 ms.
struct Scene {
    now: u64,
    voices: Vec<Voice>,
    speakers: Speakers,
    changes: usize,
}

impl Scene {
    fn of(people: usize, places: usize) -> Scene {
        Scene { now: 1_000_000, voices: vec![Voice::new(); people], speakers: Speakers::new(places), changes: 0 }
    }

    /// Let `ms` pass while person n speaks at `levels(n)` −dBov; 127 sends nothing.
    fn pass(&mut self, ms: u64, levels: impl Fn(u32) -> u8) -> &mut Scene {
        for step in 1..=ms / 20 {
            self.now += 20_000;
            for (n, voice) in self.voices.iter_mut().enumerate() {
                if levels(n as u32) < SILENCE {
                    voice.heard(levels(n as u32), self.now);
                }
            }
            if step % 5 == 0 {
                self.tick();
            }
        }
        self
    }

    fn tick(&mut self) {
        let voices = self.voices.iter().enumerate().map(|(n, voice)| (n as u32, voice));
        self.changes += usize::from(self.speakers.tick(self.now, voices));
    }

    fn ranked(&self) -> &[u32] {
        self.speakers.ranked()
    }
}

fn only(who: &'static [u32]) -> impl Fn(u32) -> u8 {
    move |n| if who.contains(&n) { 30 } else { SILENCE }
}

#[test]
fn silence_has_no_speaker() {
    assert_eq!(Scene::of(5, 3).pass(2000, |_| SILENCE).ranked(), []);
    assert_eq!(Scene::of(5, 3).pass(2000, |_| 75).ranked(), [], "room noise");
}

#[test]
fn somebody_who_speaks_is_heard_within_200_ms() {
    assert_eq!(Scene::of(5, 3).pass(200, only(&[4])).ranked(), [4]);
}

#[test]
fn a_cough_changes_nothing() {
    let mut scene = Scene::of(4, 2);
    scene.pass(2000, only(&[0])).pass(40, only(&[0, 1])).pass(1000, only(&[0]));
    assert_eq!(scene.ranked()[0], 0);
    let mut full = Scene::of(4, 1);
    full.pass(2000, only(&[0])).pass(100, |n| [30, 20, 127, 127][n as usize]).pass(1000, only(&[0]));
    assert_eq!((full.ranked(), full.changes), (&[0][..], 1));
}

#[test]
fn the_next_speaker_takes_over_within_two_seconds() {
    let mut scene = Scene::of(3, 3);
    scene.pass(3000, only(&[0])).pass(2000, only(&[1]));
    assert_eq!(scene.ranked()[0], 1);
}

#[test]
fn a_quiet_remark_gets_a_place_but_not_the_first() {
    let mut scene = Scene::of(3, 3);
    scene.pass(2000, |n| [30, 50, 127][n as usize]);
    assert_eq!(scene.ranked(), [0, 1]);
}

#[test]
fn of_twenty_who_speak_the_loudest_are_chosen() {
    let mut scene = Scene::of(20, 3);
    scene.pass(5000, |n| if n >= 17 { 20 } else { 45 });
    let mut chosen = scene.ranked().to_vec();
    chosen.sort_unstable();
    assert_eq!(chosen, [17, 18, 19]);
}

/// Two equally loud people do not take each other's place: changes are few however long they go on.
#[test]
fn equals_do_not_flicker() {
    let mut scene = Scene::of(6, 2);
    for turn in 0..50u32 {
        scene.pass(200, |n| 30 + ((n * 7 + turn * 5) % 4) as u8);
    }
    assert!(scene.changes <= 3, "{} changes", scene.changes);
}

#[test]
fn who_is_muted_loses_the_place_at_once() {
    let mut scene = Scene::of(2, 3);
    scene.pass(1000, only(&[0, 1]));
    let now = scene.now;
    assert!(scene.speakers.tick(now, std::iter::once((1, &scene.voices[1]))));
    assert_eq!(scene.ranked(), [1]);
}

#[test]
fn a_place_left_by_somebody_silent_is_free() {
    let mut scene = Scene::of(3, 1);
    scene.pass(2000, only(&[0])).pass(2500, only(&[2]));
    assert_eq!(scene.ranked(), [2]);
}

/// Opus with DTX sends a packet every 400 ms in silence: its level is low, and speech afterwards counts at once.
#[test]
fn a_voice_has_the_level_of_its_last_packets() {
    let mut voice = Voice::new();
    for n in 0..50 {
        voice.heard(30, n * 20_000);
    }
    assert!((30..33).contains(&voice.level(1_000_000)));
    assert_eq!(voice.level(2_000_000), SILENCE);
    voice.silence();
    assert_eq!(voice.level(1_000_000), SILENCE);
}
