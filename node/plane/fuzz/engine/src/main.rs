//! libFuzzer on the target that `REGIE_FUZZ` names; the rest of its command line is libFuzzer's own. `run.sh` builds and runs it.

#![no_main]

use std::sync::OnceLock;

use regie_fuzz::{Target, names, target};

static CHOSEN: OnceLock<Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("REGIE_FUZZ").unwrap_or_default();
        let Some(chosen) = target(&name) else {
            eprintln!("REGIE_FUZZ names none of: {}", names());
            std::process::exit(2);
        };
        CHOSEN.get_or_init(|| chosen);
    },
    |bytes: &[u8]| CHOSEN.get().expect("init came first")(bytes)
);
