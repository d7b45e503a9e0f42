//! Ways into a server: what is asked of it, over HTTP, so that a peer and it know each other's description.

use crate::http::{Answer, Client};
use crate::sdp::{Description, Line, Local};
use crate::websocket::WebSocket;

/// A participant that the server has let in.
pub struct Joined {
    pub remote: Description,
    /// Ours was the offer.
    pub controlling: bool,
    /// What [`Door::keep`] and [`Door::leave`] need.
    pub resource: String,
    /// To be kept open and drained while the participant is there.
    pub socket: Option<WebSocket>,
}

/// One way in. Called from several threads, each with an HTTP connection of its own.
pub trait Door: Send + Sync {
    /// The m-lines that participant `who` offers; empty where the server makes the offer.
    fn lines(&self, who: usize) -> Vec<Line>;

    /// Whether participant `who` sends the trace.
    fn publishes(&self, who: usize) -> bool;

    /// Go in. Fails with a sentence that is the same for all who fail in the same way.
    fn join(&self, who: usize, local: &Local, http: &mut Client) -> Result<Joined, String>;

    /// Seconds between two calls of [`Door::keep`]; none: the server does not ask for any.
    fn keep_every(&self) -> Option<u64> {
        None
    }

    /// Say that the participant is still there.
    fn keep(&self, _resource: &str, _http: &mut Client) -> Result<(), String> {
        Ok(())
    }

    fn leave(&self, resource: &str, http: &mut Client) -> Result<(), String>;
}

/// A refusal in a few words: the status, and the code of the body when it has one.
pub fn refusal(what: &str, answer: &Answer) -> String {
    let body: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
    let code = body.as_ref().and_then(|body| body["code"].as_str()).unwrap_or_default();
    format!("{what} was answered with {} {code}", answer.status).trim_end().to_owned()
}

/// Why a request came to nothing.
pub fn unreachable(error: std::io::Error) -> String {
    format!("no answer: {error}")
}
