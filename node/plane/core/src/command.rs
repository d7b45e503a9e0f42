//! What the control process asks for, one handler a command.

use crate::contract::failed;
use crate::contract::from_plane::Body;
use crate::contract::to_plane::Command;
use crate::contract::{Done, Failed, IceCredentials, Kind, SendDtls, SetKeys, SrtpProfile};
use crate::ice::Credentials;
use crate::mac::Name;
use crate::shard::Shard;
use crate::slab::NONE;
use crate::srtp::{Opener, Profile, Sealer};
use crate::transport::{Bucket, DTLS_BYTES_KEYED, Keys};

pub(crate) type Refusal = (failed::Cause, String);

pub(crate) fn invalid(detail: impl Into<String>) -> Refusal {
    (failed::Cause::Invalid, detail.into())
}

pub(crate) fn unknown(what: &str, id: &str) -> Refusal {
    (failed::Cause::Unknown, format!("no {what} {id}"))
}

pub(crate) fn done() -> Result<Option<Body>, Refusal> {
    Ok(Some(Body::Done(Done {})))
}

impl Shard {
    /// Carries out one command. `None`: nothing is to be answered. Attach and Shutdown are the driver's.
    pub fn handle_command(&mut self, now: u64, command: Command) -> Option<Body> {
        let outcome = match command {
            Command::OpenTransport(open) => self.open_transport(now, &open),
            Command::SetKeys(keys) => self.set_keys(now, &keys),
            Command::SendDtls(dtls) => self.send_dtls(&dtls),
            Command::RestartIce(restart) => self.restart_ice(&restart.transport),
            Command::CloseTransport(close) => self.close_one(&close.transport),
            Command::CloseRoom(close) => self.close_room(&close.room),
            Command::MuteTracks(mute) => self.mute_tracks(now, &mute),
            Command::AssignSlots(assign) => self.assign_slots(now, &assign),
            Command::RequestKeyFrame(request) => match self.track_names.get(request.track.as_str()) {
                Some(&track) => {
                    self.request_key_frames(track, now);
                    done()
                }
                None => Err(unknown("track", &request.track)),
            },
            Command::LimitRates(limit) => self.limit_rates(now, &limit),
            Command::RecordTracks(record) => self.record_tracks(now, &record),
            Command::SizeSlots(size) => self.size_slots(now, &size),
            Command::GetSnapshot(_) => Ok(Some(Body::Snapshot(self.snapshot(now).assemble()))),
            Command::Attach(_) | Command::Shutdown(_) => Err(invalid("not a command of a shard")),
        };
        outcome.unwrap_or_else(|(cause, detail)| Some(Body::Failed(Failed { cause: cause as i32, detail })))
    }

    pub(crate) fn transport_index(&self, id: &str) -> Result<u32, Refusal> {
        self.transport_names.get(id).copied().ok_or_else(|| unknown("transport", id))
    }

    pub(crate) fn new_credentials(&mut self, slot: u32) -> Credentials {
        self.generation = (self.generation + 1) & 0xFF_FFFF;
        let name = Name { shard: self.config.shard, slot, generation: self.generation };
        Credentials::new(&self.naming, name)
    }

    // ------------------------------------------------------------ keys, DTLS, ICE

    fn set_keys(&mut self, now: u64, keys: &SetKeys) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(&keys.transport)?;
        let profile = match keys.profile() {
            SrtpProfile::Aes128CmSha180 => Profile::Aes128CmSha1_80,
            SrtpProfile::AeadAes128Gcm => Profile::AeadAes128Gcm,
            SrtpProfile::AeadAes256Gcm => Profile::AeadAes256Gcm,
            SrtpProfile::Unspecified => return Err(invalid("an SRTP profile is needed")),
        };
        let wrong = |_| invalid("key and salt do not fit the profile");
        let opener = Opener::new(profile, &keys.inbound_key, &keys.inbound_salt).map_err(wrong)?;
        let sealer = Sealer::new(profile, &keys.outbound_key, &keys.outbound_salt).map_err(wrong)?;
        if let Some(before) = self.transports.get(index).and_then(|transport| transport.keys.as_ref()) {
            // Ours went on under numbers that a new key's receiver would count from anew; and the old key a second time,
            // with the replay windows cleared, would let in again all that it ever sealed.
            return if *before.said == *keys {
                done()
            } else {
                Err((failed::Cause::Exists, format!("transport {} has its keys", keys.transport)))
            };
        }
        let Some(transport) = self.transports.get_mut(index) else { return Err(unknown("transport", &keys.transport)) };
        transport.keys = Some(Keys { opener, sealer, tag_len: profile.tag_len(), said: Box::new(keys.clone()) });
        transport.dtls = Bucket::new(DTLS_BYTES_KEYED, DTLS_BYTES_KEYED, now);
        // The first grant goes out at once: without one Chromium stays at 300 kbit/s.
        self.report(index, now);
        let shown: Vec<u32> = self.transports.get_mut(index).map_or(Vec::new(), |transport| {
            let slots = transport.slots.iter_mut().filter(|slot| slot.kind == Kind::Video && slot.wanted != NONE);
            slots
                .map(|slot| {
                    slot.asked_us = now; // before, nothing could be sent
                    slot.wanted
                })
                .collect()
        });
        for track in shown {
            self.show_at_once(index, track, now);
        }
        done()
    }

    fn send_dtls(&mut self, dtls: &SendDtls) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(&dtls.transport)?;
        let Some(transport) = self.transports.get_mut(index) else { return Ok(None) };
        // Before a path is proved there is nowhere to send to, and nothing to amplify (H4).
        let Some(path) = transport.ice.path() else { return Err(invalid("no path yet")) };
        for datagram in &dtls.datagrams {
            transport.totals.sent_bytes += datagram.len() as u64;
            self.outbox.write(path, datagram.len(), |out| {
                out[..datagram.len()].copy_from_slice(datagram);
                datagram.len()
            });
        }
        Ok(None)
    }

    fn restart_ice(&mut self, id: &str) -> Result<Option<Body>, Refusal> {
        let index = self.transport_index(id)?;
        let credentials = self.new_credentials(index);
        let ice = IceCredentials { ufrag: credentials.ufrag.clone(), password: credentials.password.clone() };
        if let Some(transport) = self.transports.get_mut(index) {
            transport.ice.restart(credentials);
        }
        Ok(Some(Body::IceCredentials(ice)))
    }
}
