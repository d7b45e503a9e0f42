//! Régie's own door (`node/signaling/README.md`): a join over HTTP, then a WebSocket to say what is published and how many
//! pictures can be shown.

use serde_json::{Value, json};

use crate::door::{Door, Joined, refusal, unreachable};
use crate::http::{Client, Url};
use crate::random;
use crate::sdp::{Description, Kind, Line, Local};
use crate::websocket::WebSocket;

/// Slots for sound that a page offers.
const SOUNDS: usize = 3;
/// Messages to read until `welcome` comes; it is the first unless the room is in a hurry.
const PATIENCE: usize = 16;

pub struct Join {
    /// Any address of the node, and the room.
    pub base: Url,
    pub room: String,
    pub ticket: String,
    /// The first so many publish microphone and camera.
    pub publishers: usize,
    /// Slots for pictures that everybody offers, and shows.
    pub tiles: usize,
}

impl Join {
    /// From a join link `<node>/r/<room>` and the ticket of its fragment.
    pub fn new(link: Url, ticket: String, publishers: usize, tiles: usize) -> Result<Join, String> {
        let room = link.path.rsplit('/').next().unwrap_or_default().to_owned();
        if room.is_empty() {
            return Err("say the whole join link, with its room".into());
        }
        Ok(Join { base: link, room, ticket, publishers, tiles })
    }

    fn enter(&self, session: &str, publishes: bool, trusting: bool) -> Result<WebSocket, String> {
        let mut socket = WebSocket::open(&self.base.at("/ws"), "regie.v1", trusting).map_err(unreachable)?;
        let mut say = vec![json!({"type": "hello", "session": session, "seq": 0, "language": "fr"})];
        if publishes {
            say.push(json!({"type": "publish", "source": "microphone", "on": true}));
            say.push(json!({"type": "publish", "source": "camera", "on": true}));
        }
        if self.tiles > 0 {
            say.push(json!({"type": "layout", "tiles": self.tiles, "pinned": null}));
        }
        for message in say {
            socket.send(&message.to_string()).map_err(unreachable)?;
        }
        for _ in 0..PATIENCE {
            let Some(text) = socket.read().map_err(unreachable)? else { break };
            let message: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            match message["type"].as_str() {
                Some("welcome") => return Ok(socket),
                Some("refused") => return Err(format!("the WebSocket was refused: {}", message["code"])),
                _ => {}
            }
        }
        Err("the WebSocket was closed without a welcome".into())
    }
}

impl Door for Join {
    fn lines(&self, _who: usize) -> Vec<Line> {
        let sends = |kind| Line { kind, sends: Some((random::word(), random::word())) };
        let receives = |kind| Line { kind, sends: None };
        let mut lines = vec![sends(Kind::Audio), sends(Kind::Video), sends(Kind::Video), sends(Kind::Audio)];
        lines.extend((0..SOUNDS).map(|_| receives(Kind::Audio)));
        lines.extend((0..self.tiles).map(|_| receives(Kind::Video)));
        lines
    }

    fn publishes(&self, who: usize) -> bool {
        who < self.publishers
    }

    fn join(&self, who: usize, local: &Local, http: &mut Client) -> Result<Joined, String> {
        let url = self.base.at(&format!("/api/rooms/{}/join", self.room));
        let bearer = format!("Bearer {}", self.ticket);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let name = format!("Load {}", who + 1);
        let body = json!({"name": name, "language": "fr", "sdp": local.offer(), "session": null}).to_string();
        let answer = http.send("POST", &url, &headers, &body).map_err(unreachable)?;
        if answer.status != 201 {
            return Err(refusal("join", &answer));
        }
        let said: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        let session = said["session"].as_str().ok_or("201 without a session")?.to_owned();
        let remote = Description::parse(said["sdp"].as_str().unwrap_or_default())?;
        let socket = self.enter(&session, self.publishes(who), http.trusting())?;
        Ok(Joined { remote, controlling: true, resource: session, socket: Some(socket) })
    }

    fn leave(&self, session: &str, http: &mut Client) -> Result<(), String> {
        let bearer = format!("Bearer {session}");
        let url = self.base.at("/api/session");
        let answer = http.send("DELETE", &url, &[("Authorization", &bearer)], "").map_err(unreachable)?;
        if matches!(answer.status, 200 | 204) { Ok(()) } else { Err(refusal("DELETE", &answer)) }
    }
}
