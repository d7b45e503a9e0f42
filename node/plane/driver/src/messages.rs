//! What the control thread and the shards tell each other: values over channels, never a wait.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use plane_core::contract::from_plane::Body;
use plane_core::contract::to_plane::Command;
use plane_core::contract::{RequestKeyFrame, Send};
use plane_core::counters::SnapshotParts;

use crate::accept::Arrived;
use crate::spool::Spooled;
use crate::sys::Wake;

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyTo {
    /// The controller, as it is.
    Controller { connection: u64, id: u64 },
    /// The control thread, which joins it with those of other shards, or looks at it first.
    Part(u64),
    /// Nobody: the control thread asked by itself.
    Nobody,
}

/// To a shard.
pub enum ToShard {
    Command {
        reply: ReplyTo,
        command: Box<Command>,
    },
    /// One that began with a check for this shard.
    Connection(Box<Arrived>),
    /// Mirror a track that is at home on another shard.
    OpenMirror {
        room: String,
        home: u8,
        send: Box<Send>,
    },
    CloseMirrors(Vec<String>),
    /// Close everything and end the thread.
    Stop,
}

/// From a shard.
pub enum FromShard {
    /// Without a body: done, and nothing is to be answered.
    Reply {
        reply: ReplyTo,
        body: Option<Body>,
    },
    Snapshot {
        reply: ReplyTo,
        parts: Box<SnapshotParts>,
    },
    Event {
        shard: usize,
        body: Body,
    },
    /// From the writer of the spool.
    Spool(Spooled),
}

/// Where a shard takes its commands.
#[derive(Clone)]
pub struct ShardHandle {
    pub commands: Sender<ToShard>,
    pub wake: Arc<Wake>,
}

impl ShardHandle {
    pub fn send(&self, message: ToShard) {
        // A shard lives as long as the process; if its thread is gone, the process is ending.
        if self.commands.send(message).is_ok() {
            self.wake.wake();
        }
    }

    pub fn ask_key_frame(&self, track: &str) {
        let track = track.to_owned();
        self.command(ReplyTo::Nobody, Command::RequestKeyFrame(RequestKeyFrame { track }));
    }

    pub fn command(&self, reply: ReplyTo, command: Command) {
        self.send(ToShard::Command { reply, command: Box::new(command) });
    }
}
