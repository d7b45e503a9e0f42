//! One record a line on standard error, as the node's own: JSON unless somebody reads it on a terminal, and what happened
//! under a stable name, `action`. No addresses, names or media in it.
//!
//! A command that a request of somebody's led to carries that request's id; it is logged at debug, so that one id can be
//! followed from a page to here.

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::sys;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

static CURRENT: AtomicU8 = AtomicU8::new(Level::Info as u8);
static AS_JSON: AtomicBool = AtomicBool::new(true);

impl Level {
    pub fn parse(word: &str) -> Option<Level> {
        Some(match word {
            "error" => Level::Error,
            "warn" | "warning" => Level::Warn,
            "info" => Level::Info,
            "debug" => Level::Debug,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warn => "warning",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }
}

pub fn configure(level: Level) {
    CURRENT.store(level as u8, Ordering::Relaxed);
    AS_JSON.store(!io::stderr().is_terminal(), Ordering::Relaxed);
}

pub fn is_on(level: Level) -> bool {
    level as u8 <= CURRENT.load(Ordering::Relaxed)
}

pub fn write(level: Level, action: &str, fields: &[(&str, &dyn Display)]) {
    // A full disk or a closed pipe is no reason to stop: eprintln! would panic.
    let _ = io::stderr().write_all(line(level, action, fields).as_bytes());
}

pub fn line(level: Level, action: &str, fields: &[(&str, &dyn Display)]) -> String {
    if AS_JSON.load(Ordering::Relaxed) {
        json(sys::unix_us(), level, action, fields)
    } else {
        plain(level, action, fields)
    }
}

fn plain(level: Level, action: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut line = format!("plane {} {action}", level.word());
    for (name, value) in fields {
        let _ = write!(line, " {name}={value}");
    }
    line.push('\n');
    line
}

fn json(unix_us: u64, level: Level, action: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut line =
        format!("{{\"timestamp\":\"{}\",\"level\":\"{}\",\"action\":\"{action}\"", stamp(unix_us), level.word());
    for (name, value) in fields {
        let value = value.to_string();
        let number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
        let _ = write!(line, ",\"{name}\":");
        if number { line.push_str(&value) } else { quote(&mut line, &value) }
    }
    line.push_str("}\n");
    line
}

/// A string of RFC 8259, section 7.
fn quote(line: &mut String, text: &str) {
    line.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => line.extend(['\\', letter]),
            letter if letter < ' ' => {
                let _ = write!(line, "\\u{:04x}", u32::from(letter));
            }
            letter => line.push(letter),
        }
    }
    line.push('"');
}

/// RFC 3339, UTC. Years of 400 begin in March, so that the day that is not always there is the last one.
fn stamp(unix_us: u64) -> String {
    let (seconds, micros) = (unix_us / 1_000_000, unix_us % 1_000_000);
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month, later) =
        (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 }, u64::from(month >= 10));
    let year = era * 400 + year + later;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[macro_export]
macro_rules! say {
    ($level:ident, $action:literal $(, $name:ident = $value:expr)* $(,)?) => {
        if $crate::log::is_on($crate::log::Level::$level) {
            $crate::log::write($crate::log::Level::$level, $action, &[$((stringify!($name), &$value)),*]);
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_json_whatever_is_in_it() {
        let fields: &[(&str, &dyn Display)] = &[("who", &"a \"b\"\\\n\u{1}é"), ("epoch", &3), ("name", &"007")];
        assert_eq!(
            json(1_709_210_096_000_001, Level::Warn, "attached", fields),
            "{\"timestamp\":\"2024-02-29T12:34:56.000001Z\",\"level\":\"warning\",\"action\":\"attached\",\
             \"who\":\"a \\\"b\\\"\\\\\\u000a\\u0001é\",\"epoch\":3,\"name\":\"007\"}\n"
        );
        assert_eq!(plain(Level::Info, "closed", &[("shard", &1)]), "plane info closed shard=1\n");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, date) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (11_017, "2000-03-01"), (20_818, "2026-12-31")]
        {
            assert!(stamp(days * 86_400_000_000).starts_with(date), "{date}");
        }
    }
}
