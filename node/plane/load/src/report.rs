//! What a run came to, as a table for people and as JSON for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::figures::Figures;

/// One participant.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub publishes: bool,
    /// When it was asked to join, µs since 1970, and how long the answer took, µs.
    pub asked_us: u64,
    pub answer_us: u64,
    pub connected_us: Option<u64>,
    pub secured_us: Option<u64>,
    pub refused: Option<String>,
    pub failed: Option<String>,
    /// Since the start, and what of it was before the measured time.
    pub figures: Figures,
    pub before: Figures,
}

#[derive(Debug, Clone, Default)]
pub struct Report {
    pub asked: usize,
    /// Time that was measured, once everybody was in, and what it cost this process, µs of CPU; and the whole run.
    pub measured_us: u64,
    pub busy_us: u64,
    pub cpu_us: u64,
    pub rows: Vec<Row>,
    pub left: usize,
    pub leave_errors: Vec<String>,
}

/// Of some values: how many, the middle, the hundredth from the top, the worst.
fn spread(mut values: Vec<u64>) -> Value {
    values.sort_unstable();
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize] as f64 / 1000.0;
    if values.is_empty() {
        return Value::Null;
    }
    json!({"p50": at(0.5), "p99": at(0.99), "max": at(1.0)})
}

fn tally<'a>(reasons: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, u64> {
    let mut counted = BTreeMap::new();
    for reason in reasons {
        *counted.entry(reason.as_str()).or_insert(0) += 1;
    }
    counted
}

impl Report {
    fn watchers(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.publishes)
    }

    fn joined(&self) -> usize {
        self.rows.iter().filter(|row| row.secured_us.is_some()).count()
    }

    fn receiving(&self) -> usize {
        self.watchers().filter(|row| row.figures.packets > row.before.packets).count()
    }

    /// Whether everybody went in, received when there was something to receive, and left.
    pub fn good(&self) -> bool {
        self.joined() == self.asked && self.receiving() == self.watchers().count() && self.leave_errors.is_empty()
    }

    pub fn json(&self) -> Value {
        let (mut sum, mut before) = (Figures::default(), Figures::default());
        for row in &self.rows {
            sum.add(&row.figures);
            before.add(&row.before);
        }
        let seconds = self.measured_us as f64 / 1e6;
        let delivered = sum.packets - before.packets;
        let expected = (sum.expected - before.expected).max(1);
        let lost = sum.lost.saturating_sub(before.lost);
        let since = |of: fn(&Row) -> Option<u64>| {
            spread(self.rows.iter().filter_map(|row| Some(of(row)?.saturating_sub(row.asked_us))).collect())
        };
        let jitter =
            |of: fn(&Figures) -> Option<u64>| spread(self.watchers().filter_map(|row| of(&row.figures)).collect());
        json!({
            "asked": self.asked,
            "joined": self.joined(),
            "receiving": self.receiving(),
            "watchers": self.watchers().count(),
            "publishers": self.rows.iter().filter(|row| row.publishes).count(),
            "left": self.left,
            "refused": tally(self.rows.iter().filter_map(|row| row.refused.as_ref())),
            "failed": tally(self.rows.iter().filter_map(|row| row.failed.as_ref())),
            "not_left": tally(self.leave_errors.iter()),
            "ms": {
                "answer": spread(self.rows.iter().filter(|row| row.answer_us > 0).map(|row| row.answer_us).collect()),
                "connected": since(|row| row.connected_us),
                "secured": since(|row| row.secured_us),
                "first_packet": since(|row| row.figures.first_us),
                "audio_jitter": jitter(|figures| figures.audio_jitter_us),
                "video_jitter": jitter(|figures| figures.video_jitter_us),
            },
            "measured": {
                "seconds": seconds,
                "packets": delivered,
                "packets_per_second": delivered as f64 / seconds.max(1e-9),
                "megabits_per_second": (sum.bytes - before.bytes) as f64 * 8e-6 / seconds.max(1e-9),
                "lost": lost,
                "lost_percent": 100.0 * lost as f64 / expected as f64,
                "cpu_percent": 100.0 * self.busy_us as f64 / self.measured_us.max(1) as f64,
            },
            "total": {
                "packets": sum.packets, "bytes": sum.bytes, "lost": sum.lost, "late": sum.late,
                "repairs": sum.repairs, "repaired": sum.repaired, "duplicates": sum.duplicates,
                "unopened": sum.wrong, "unknown": sum.unknown, "key_frames": sum.key_frames,
                "nacks": sum.nacks, "plis": sum.plis, "feedbacks": sum.feedbacks,
                "sent": sum.sent, "resent": sum.resent, "asked_keys": sum.asked_keys, "reports": sum.reports, "told": sum.told,
                "cpu_seconds": self.cpu_us as f64 / 1e6,
            },
        })
    }

    /// The same in lines.
    pub fn table(&self) -> String {
        let all = self.json();
        let spread = |name: &str| {
            let of = &all["ms"][name];
            let value = |key: &str| of[key].as_f64().unwrap_or(f64::NAN);
            if of.is_null() {
                "-".into()
            } else {
                format!("{:.1} / {:.1} / {:.1}", value("p50"), value("p99"), value("max"))
            }
        };
        let float = |group: &str, name: &str| all[group][name].as_f64().unwrap_or(0.0);
        let whole = |group: &str, name: &str| all[group][name].as_u64().unwrap_or(0);
        let mut lines = vec![
            format!(
                "joined {} of {}, receiving {} of {}, left {}",
                all["joined"], all["asked"], all["receiving"], all["watchers"], all["left"]
            ),
            format!("answer ms         p50 / p99 / max  {}", spread("answer")),
            format!("ICE connected ms                   {}", spread("connected")),
            format!("DTLS done ms                       {}", spread("secured")),
            format!("first packet ms                    {}", spread("first_packet")),
            format!("jitter ms, sound                   {}", spread("audio_jitter")),
            format!("jitter ms, picture                 {}", spread("video_jitter")),
            format!(
                "{:.1} s measured: {} packets, {:.0} a second, {:.1} Mbit/s, lost {} ({:.3} %), {:.0} % of one core here",
                float("measured", "seconds"),
                whole("measured", "packets"),
                float("measured", "packets_per_second"),
                float("measured", "megabits_per_second"),
                whole("measured", "lost"),
                float("measured", "lost_percent"),
                float("measured", "cpu_percent"),
            ),
            format!(
                "in all: {} packets, {} bytes, NACK {}, PLI {}, repaired {} of {} repairs, duplicates {}, not opened {}, unknown {}",
                whole("total", "packets"),
                whole("total", "bytes"),
                whole("total", "nacks"),
                whole("total", "plis"),
                whole("total", "repaired"),
                whole("total", "repairs"),
                whole("total", "duplicates"),
                whole("total", "unopened"),
                whole("total", "unknown"),
            ),
        ];
        if whole("total", "sent") > 0 {
            lines.push(format!(
                "published: {} packets, {} repeated, key frame asked for {} times, {} reports",
                whole("total", "sent"),
                whole("total", "resent"),
                whole("total", "asked_keys"),
                whole("total", "reports"),
            ));
        }
        for (group, word) in [("refused", "refused"), ("failed", "failed"), ("not_left", "did not leave")] {
            for (reason, count) in all[group].as_object().into_iter().flatten() {
                lines.push(format!("{word}: {count} × {reason}"));
            }
        }
        lines.join("\n")
    }
}
