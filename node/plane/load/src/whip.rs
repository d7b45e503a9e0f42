//! WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): one POST in, one DELETE out.

use crate::door::{Door, Joined, refusal, unreachable};
use crate::http::{Client, Url};
use crate::random;
use crate::sdp::{Description, Kind, Line, Local};

pub struct Whip {
    pub url: Url,
    pub token: String,
    /// WHIP: everybody publishes. Otherwise WHEP: everybody watches.
    pub publishes: bool,
}

impl Whip {
    fn headers<'a>(&self, bearer: &'a str) -> Vec<(&'static str, &'a str)> {
        if self.token.is_empty() { Vec::new() } else { vec![("Authorization", bearer)] }
    }
}

impl Door for Whip {
    fn lines(&self, _who: usize) -> Vec<Line> {
        let ssrcs = || self.publishes.then(|| (random::word(), random::word()));
        [Kind::Audio, Kind::Video].into_iter().map(|kind| Line { kind, sends: ssrcs() }).collect()
    }

    fn publishes(&self, _who: usize) -> bool {
        self.publishes
    }

    fn join(&self, _who: usize, local: &Local, http: &mut Client) -> Result<Joined, String> {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = self.headers(&bearer);
        headers.push(("Content-Type", "application/sdp"));
        let answer = http.send("POST", &self.url, &headers, &local.offer()).map_err(unreachable)?;
        if answer.status != 201 {
            return Err(refusal("POST", &answer));
        }
        let location = answer.header("Location").ok_or("201 without a Location")?;
        let resource = self.url.join(location)?;
        let remote = Description::parse(&answer.body)?;
        Ok(Joined { remote, controlling: true, resource: resource.path, socket: None })
    }

    fn leave(&self, resource: &str, http: &mut Client) -> Result<(), String> {
        let bearer = format!("Bearer {}", self.token);
        let url = self.url.at(resource);
        let answer = http.send("DELETE", &url, &self.headers(&bearer), "").map_err(unreachable)?;
        if matches!(answer.status, 200 | 204) { Ok(()) } else { Err(refusal("DELETE", &answer)) }
    }
}
