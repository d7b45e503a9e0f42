//! What the plane must survive. A target takes any bytes and panics when a promise is broken; the promises beyond "no
//! panic" stand beside the code. `tests/smoke.rs` replays the corpora and what lies near them; `engine/run.sh` looks further,
//! led by coverage.

mod control;
mod leaves;
mod media;
mod world;

pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("stun", leaves::stun),
    ("rtp", leaves::rtp),
    ("rtcp", leaves::rtcp),
    ("feedback", leaves::feedback),
    ("red", leaves::red),
    ("vp8", leaves::vp8),
    ("vp9", leaves::vp9),
    ("h264", leaves::h264),
    ("av1", leaves::av1),
    ("dependency", leaves::dependency),
    ("srtp", media::srtp),
    ("demux", world::demux),
    ("tcp", leaves::tcp),
    ("frames", control::frames),
    ("commands", control::commands),
];

pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

pub fn names() -> String {
    TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}
