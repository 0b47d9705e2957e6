//! Everything at once: the clients, `/health`, the jobs, and a look at the memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};

use anyhow::anyhow;
use lab::Samba;

use super::addresses::Question;
use super::http::{Client, Connections};
use super::jobs::{self, Work};
use super::measured::Api;
use super::served::Served;
use super::site::Site;
use super::{health, memory, wrk};
use crate::bench::interrupt::Interrupt;
use crate::bench::process_files::load_average;

/// How many clients ask for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) connections: u32,
    pub(super) seconds: u32,
}

impl Load {
    /// Puts the load on; all but what was known before is measured.
    pub(super) fn run(
        self,
        asked: &[Question],
        server: &Served<'_>,
        samba: &Samba,
        site: &Site<'_>,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Api> {
        let (url, process) = (server.url(), server.id());
        let over = AtomicBool::new(false);
        let done = |work| jobs::again_and_again(work, &Client::new(url, Connections::Kept), &over);
        thread::scope(|scope| {
            // The threads end however this ends.
            let end = AtTheEnd(&over);
            let kept = scope.spawn(|| health::probe(url, Connections::Kept, &over));
            let fresh = scope.spawn(|| health::probe(url, Connections::Fresh, &over));
            let loaded = scope.spawn(|| memory::peak(process, &over));
            let ingests = scope.spawn(move || done(Work::Ingest));
            let replays = scope.spawn(move || done(Work::Replay(samba)));
            let clients = wrk::run(asked, url, (self.connections, self.seconds), site, interrupt)?;
            let load = load_average();
            drop(end);
            Ok(Api {
                clients: clients.latency,
                seconds: clients.seconds,
                bytes: clients.bytes,
                kept: join(kept)?,
                fresh: join(fresh)?,
                loaded: join(loaded)?,
                ingests: join(ingests)?,
                replays: join(replays)?,
                load,
                ..Api::default()
            })
        })
    }
}

fn join<T>(thread: ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    thread.join().map_err(|_| anyhow!("a thread of the bench panicked"))?
}

/// Tells the threads that it is over.
struct AtTheEnd<'a>(&'a AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
