//! What the program says about words that it cannot follow: nothing is sent, and it ends with 2.

use std::process::{Command, Output};

fn said(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_regie-load")).args(words).output().expect("the program starts")
}

#[test]
fn what_is_no_option_is_named_with_what_there_is() {
    for words in [&[][..], &["dance", "http://127.0.0.1:1/"], &["whep", "http://127.0.0.1:1/", "--peple", "3"]] {
        let output = said(words);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{words:?}: {error}");
        assert!(error.starts_with("regie-load: ") && error.contains("--people"), "{words:?}: {error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn nobody_there_is_said_and_not_waited_for() {
    let output = said(&["whep", "http://host.invalid:1/", "--seconds", "1"]);
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("host.invalid"), "{error}");
}
