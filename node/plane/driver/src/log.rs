//! One line per record on standard error, `key=value` words after the sentence. No addresses, names or media in it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU8, Ordering};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

static CURRENT: AtomicU8 = AtomicU8::new(Level::Info as u8);

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
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }
}

pub fn set_level(level: Level) {
    CURRENT.store(level as u8, Ordering::Relaxed);
}

pub fn write(level: Level, sentence: std::fmt::Arguments<'_>) {
    if level as u8 <= CURRENT.load(Ordering::Relaxed) {
        // A full disk or a closed pipe is no reason to stop: eprintln! would panic.
        let _ = writeln!(io::stderr(), "plane {} {}", level.word(), sentence);
    }
}

#[macro_export]
macro_rules! say {
    ($level:ident, $($arg:tt)*) => {
        $crate::log::write($crate::log::Level::$level, format_args!($($arg)*))
    };
}
