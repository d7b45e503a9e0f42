//! Janus, whose own protocol stands where others have WHIP: the HTTP transport and the videoroom plugin of Janus 1.x. The
//! first participants publish; the others subscribe to the first of them, and there Janus makes the offer.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::door::{Door, Joined, unreachable};
use crate::http::{Client, Url};
use crate::random;
use crate::sdp::{Description, Kind, Line, Local};

/// Events to read until the one that answers comes.
const PATIENCE: usize = 32;
/// Seconds; Janus forgets a session that says nothing for 60.
const KEEP_EVERY: u64 = 25;
/// videoroom: the room exists already.
const EXISTS: u64 = 427;

pub struct Janus {
    /// Of the HTTP transport: `http://host:8088/janus`.
    pub url: Url,
    pub room: u64,
    /// Secret of the API, when the server has one.
    pub secret: String,
    pub publishers: usize,
    /// The feed that everybody watches, once it is known.
    feed: Mutex<Option<Value>>,
}

impl Janus {
    pub fn new(url: Url, room: u64, secret: String, publishers: usize) -> Janus {
        Janus { url, room, secret, publishers, feed: Mutex::new(None) }
    }

    fn ask(&self, http: &mut Client, path: &str, mut message: Value) -> Result<Value, String> {
        message["transaction"] = random::ice_chars(12).into();
        if !self.secret.is_empty() {
            message["apisecret"] = self.secret.clone().into();
        }
        let url = self.url.at(&format!("{}{path}", self.url.path.trim_end_matches('/')));
        let headers = [("Content-Type", "application/json")];
        let answer = http.send("POST", &url, &headers, &message.to_string()).map_err(unreachable)?;
        checked(&answer.body)
    }

    /// A message to the plugin that is answered by an event; the long poll brings it.
    fn converse(&self, http: &mut Client, session: u64, handle: u64, message: Value) -> Result<Value, String> {
        let said = self.ask(http, &format!("/{session}/{handle}"), message)?;
        if said["janus"] != "ack" {
            return Ok(said);
        }
        let path = self.url.path.trim_end_matches('/');
        let secret = if self.secret.is_empty() { String::new() } else { format!("&apisecret={}", self.secret) };
        let url = self.url.at(&format!("{path}/{session}?maxev=1{secret}"));
        for _ in 0..PATIENCE {
            let answer = http.send("GET", &url, &[], "").map_err(unreachable)?;
            let event = checked(&answer.body)?;
            if event["janus"] == "event" && event["transaction"] == said["transaction"] {
                return Ok(event);
            }
        }
        Err("Janus did not answer a message".into())
    }

    fn publish(&self, http: &mut Client, session: u64, handle: u64, local: &Local) -> Result<Description, String> {
        let create = json!({"request": "create", "room": self.room, "publishers": 1000, "notify_joining": false});
        if let Err(why) = self.ask(http, &format!("/{session}/{handle}"), json!({"janus": "message", "body": create}))
            && !why.contains(&EXISTS.to_string())
        {
            return Err(why);
        }
        let body = json!({"request": "joinandconfigure", "ptype": "publisher", "room": self.room, "display": "load"});
        let jsep = json!({"type": "offer", "sdp": local.offer()});
        let event = self.converse(http, session, handle, json!({"janus": "message", "body": body, "jsep": jsep}))?;
        Description::parse(event["jsep"]["sdp"].as_str().unwrap_or_default())
    }

    fn subscribe(&self, http: &mut Client, session: u64, handle: u64, local: &Local) -> Result<Description, String> {
        let feed = self.feed(http, session, handle)?;
        let body = json!({"request": "join", "ptype": "subscriber", "room": self.room, "streams": [{"feed": feed}]});
        let event = self.converse(http, session, handle, json!({"janus": "message", "body": body}))?;
        let offer = Description::parse(event["jsep"]["sdp"].as_str().unwrap_or_default())?;
        let jsep = json!({"type": "answer", "sdp": local.answer(&offer)});
        let start = json!({"janus": "message", "body": {"request": "start"}, "jsep": jsep});
        self.converse(http, session, handle, start)?;
        Ok(offer)
    }

    fn feed(&self, http: &mut Client, session: u64, handle: u64) -> Result<Value, String> {
        let mut known = self.feed.lock().map_err(|_| "a thread ended by a panic")?;
        if let Some(feed) = &*known {
            return Ok(feed.clone());
        }
        let body = json!({"request": "listparticipants", "room": self.room});
        let said = self.ask(http, &format!("/{session}/{handle}"), json!({"janus": "message", "body": body}))?;
        let people = said["plugindata"]["data"]["participants"].as_array().cloned().unwrap_or_default();
        let publisher = people.iter().find(|person| person["publisher"] == true);
        let feed = publisher.ok_or("nobody publishes in this room")?["id"].clone();
        *known = Some(feed.clone());
        Ok(feed)
    }
}

/// The message in `body`, unless it is an error of Janus or of the plugin.
fn checked(body: &str) -> Result<Value, String> {
    let message: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let plugin = &message["plugindata"]["data"];
    if message["janus"] == "error" {
        return Err(format!("Janus refused: {} {}", message["error"]["code"], message["error"]["reason"]));
    }
    if !plugin["error_code"].is_null() {
        return Err(format!("the videoroom refused: {} {}", plugin["error_code"], plugin["error"]));
    }
    Ok(message)
}

impl Door for Janus {
    fn lines(&self, who: usize) -> Vec<Line> {
        if !self.publishes(who) {
            return Vec::new();
        }
        let sends = |kind| Line { kind, sends: Some((random::word(), random::word())) };
        vec![sends(Kind::Audio), sends(Kind::Video)]
    }

    fn publishes(&self, who: usize) -> bool {
        who < self.publishers
    }

    fn join(&self, who: usize, local: &Local, http: &mut Client) -> Result<Joined, String> {
        let created = self.ask(http, "", json!({"janus": "create"}))?;
        let session = created["data"]["id"].as_u64().ok_or("Janus made no session")?;
        let attach = json!({"janus": "attach", "plugin": "janus.plugin.videoroom"});
        let attached = self.ask(http, &format!("/{session}"), attach)?;
        let handle = attached["data"]["id"].as_u64().ok_or("Janus made no handle")?;
        let publishes = self.publishes(who);
        let remote = if publishes {
            self.publish(http, session, handle, local)?
        } else {
            self.subscribe(http, session, handle, local)?
        };
        Ok(Joined { remote, controlling: publishes, resource: session.to_string(), socket: None })
    }

    fn keep_every(&self) -> Option<u64> {
        Some(KEEP_EVERY)
    }

    fn keep(&self, session: &str, http: &mut Client) -> Result<(), String> {
        self.ask(http, &format!("/{session}"), json!({"janus": "keepalive"})).map(drop)
    }

    fn leave(&self, session: &str, http: &mut Client) -> Result<(), String> {
        self.ask(http, &format!("/{session}"), json!({"janus": "destroy"})).map(drop)
    }
}
