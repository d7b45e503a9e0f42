//! The threads that speak HTTP, so that the one that carries media never waits for a server.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use crate::door::{Door, Joined};
use crate::http::Client;
use crate::sdp::Local;

pub enum Job {
    Join { who: usize, local: Box<Local> },
    Keep { resource: String },
    Leave { who: usize, resource: String },
}

pub enum Done {
    /// With how long it took, µs.
    Joined {
        who: usize,
        local: Box<Local>,
        took_us: u64,
        result: Box<Result<Joined, String>>,
    },
    Left {
        who: usize,
        result: Result<(), String>,
    },
}

pub struct Crew {
    jobs: Sender<Job>,
    pub done: Receiver<Done>,
}

impl Crew {
    /// `size` threads; they end when this is dropped and their request has been answered.
    pub fn new(door: &Arc<dyn Door>, size: usize, trusting: bool) -> Crew {
        let (jobs, waiting) = mpsc::channel();
        let (report, done) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..size {
            let (door, waiting, report) = (door.clone(), waiting.clone(), report.clone());
            thread::spawn(move || work(&*door, &waiting, &report, trusting));
        }
        Crew { jobs, done }
    }

    pub fn ask(&self, job: Job) {
        let _ = self.jobs.send(job); // without a thread left there is nobody to ask, and nothing to answer either
    }
}

fn work(door: &dyn Door, waiting: &Mutex<Receiver<Job>>, report: &Sender<Done>, trusting: bool) {
    let mut http = Client::new(trusting);
    loop {
        let job = match waiting.lock() {
            Ok(waiting) => waiting.recv(),
            Err(_) => return,
        };
        let done = match job {
            Err(_) => return,
            Ok(Job::Join { who, local }) => {
                let start = Instant::now();
                let result = Box::new(door.join(who, &local, &mut http));
                Done::Joined { who, local, took_us: start.elapsed().as_micros() as u64, result }
            }
            Ok(Job::Keep { resource }) => {
                let _ = door.keep(&resource, &mut http); // a server that forgets somebody says so by its silence
                continue;
            }
            Ok(Job::Leave { who, resource }) => Done::Left { who, result: door.leave(&resource, &mut http) },
        };
        if report.send(done).is_err() {
            return;
        }
    }
}
