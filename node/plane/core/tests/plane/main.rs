//! Conversations with a whole shard, without a socket and in virtual time. One behaviour a file.

mod common;
mod connections;

mod addresses;
mod first_frame;
mod forward;
mod grouping;
mod h264;
mod ice;
mod key_frames;
mod layers_wanted;
mod lip_sync;
mod loudest;
mod many_sizes;
mod mirror;
mod mirror_churn;
mod mirror_layers;
mod mute;
mod recording;
mod refusals;
mod repair_down;
mod repair_up;
mod repeating;
mod replay;
mod reports;
mod restarts;
mod rtp_hostile;
mod several;
mod simulcast;
mod simulcaster;
mod slots;
mod spatial;
mod stun_flood;
