//! Carries the commands of engines to sockets, and what sockets give back to them.

mod entrance;
mod start;

use crate::alarm::Alarm;
use crate::engine::{Command, Engine, Record};
use crate::options::Pace;
use capture::Timestamp;
use client::sockets::{Arrival, Event, Sockets};
use entrance::Entrance;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often an interrupt is looked for.
const TICK: Duration = Duration::from_millis(100);
/// How long the server may take to close its side at the end.
const FAREWELL: Duration = Duration::from_millis(500);

/// Runs the engines, one for each clone, side by side against `address` to their end. Every record goes to `record` as it
/// comes, with the number of its engine; when nothing has happened for a while, it is called with none. When it fails, or
/// `cancelled` is set, the run is brought to an orderly end.
/// What is due, and what was held back for a while, is done to a fraction of a millisecond. Nothing happens before `start_at`
/// by the clock of this machine.
///
/// # Errors
/// What `record` failed with, or that the system cannot serve the connections.
pub fn drive<E: From<io::Error>>(
    engines: &mut [Engine],
    address: SocketAddr,
    patience: Duration,
    pace: Pace,
    start_at: Option<Timestamp>,
    cancelled: &AtomicBool,
    mut record: impl FnMut(usize, &Engine, Option<Record>) -> Result<(), E>,
) -> Result<(), E> {
    let mut driver = Driver::new(address, patience)?;
    let mut alarm = if waits_for_times(engines, pace) { Some(Alarm::new(driver.sockets.bell()?)?) } else { None };
    if let Some(time) = start_at {
        start::wait_for(time, cancelled);
    }
    let start = Instant::now();
    let mut clock = Clock::default();
    let mut interrupted = cancelled.load(Ordering::Relaxed);
    let mut touched: Vec<usize> = (0..engines.len()).collect();
    for engine in engines.iter_mut() {
        if interrupted {
            engine.interrupt(Duration::ZERO);
        } else {
            engine.handle_timeout(Duration::ZERO);
        }
    }
    loop {
        for clone in touched.drain(..) {
            let Some(engine) = engines.get_mut(clone) else { continue };
            driver.carry_out(clone, engine);
            while let Some(found) = engine.poll_record() {
                record(clone, engine, Some(found))?;
            }
            clock.set(clone, engine);
        }
        if clock.all_done(engines.len()) {
            break;
        }
        driver.connect();
        if cancelled.load(Ordering::Relaxed) && !interrupted {
            interrupted = true;
            engines.iter_mut().for_each(|engine| engine.interrupt(start.elapsed()));
            touched.extend(0..engines.len());
            continue;
        }
        let tick = start.elapsed().saturating_add(TICK);
        let next = clock.next().filter(|at| *at < tick);
        let wake = start.checked_add(next.unwrap_or(tick)).unwrap_or(start);
        let wake = alarm.as_mut().filter(|_| next.is_some()).map_or(wake, |alarm| alarm.set(wake));
        driver.wait(engines, start, wake, &mut touched)?;
        if touched.is_empty() {
            for (clone, engine) in engines.iter().enumerate() {
                record(clone, engine, None)?;
            }
        }
        let now = start.elapsed();
        for clone in clock.due(now) {
            if let Some(engine) = engines.get_mut(clone) {
                engine.handle_timeout(now);
                touched.push(clone);
            }
        }
        touched.sort_unstable();
        touched.dedup();
    }
    for (clone, engine) in engines.iter_mut().enumerate() {
        engine.finish(start.elapsed());
        driver.carry_out(clone, engine);
        while let Some(found) = engine.poll_record() {
            record(clone, engine, Some(found))?;
        }
    }
    driver.say_farewell()?;
    Ok(())
}

/// Whether steps are due, or held back for a while that is much shorter than what clocks of threads count in.
fn waits_for_times(engines: &[Engine], pace: Pace) -> bool {
    let holds = |engine: &Engine| engine.plan().requests.iter().any(|request| !request.rare().conflicts.is_empty());
    pace != Pace::Asap || engines.first().is_some_and(holds)
}

/// A connection: the number of its engine, and of its lane there.
type Key = (usize, usize);

/// When each engine wants to be woken, and which of them have nothing more to do.
#[derive(Default)]
struct Clock {
    wakes: BTreeSet<(Duration, usize)>,
    wake_of: FxHashMap<usize, Duration>,
    done: FxHashSet<usize>,
}

impl Clock {
    /// Asks an engine that something has happened to.
    fn set(&mut self, clone: usize, engine: &Engine) {
        if let Some(before) = self.wake_of.remove(&clone) {
            self.wakes.remove(&(before, clone));
        }
        if engine.is_done() {
            self.done.insert(clone);
            return;
        }
        self.done.remove(&clone);
        if let Some(at) = engine.next_timeout() {
            self.wakes.insert((at, clone));
            self.wake_of.insert(clone, at);
        }
    }

    fn next(&self) -> Option<Duration> {
        self.wakes.first().map(|(at, _)| *at)
    }

    fn due(&self, now: Duration) -> Vec<usize> {
        self.wakes.range(..=(now, usize::MAX)).map(|(_, clone)| *clone).collect()
    }

    fn all_done(&self, engines: usize) -> bool {
        self.done.len() == engines
    }
}

struct Driver {
    address: SocketAddr,
    patience: Duration,
    sockets: Sockets<Key>,
    entrance: Entrance<Key>,
}

impl Driver {
    fn new(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        Ok(Self { address, patience, sockets: Sockets::new()?, entrance: Entrance::new() })
    }

    fn carry_out(&mut self, clone: usize, engine: &mut Engine) {
        while let Some(command) = engine.poll_command() {
            match command {
                Command::Connect(lane) => self.entrance.arrives((clone, lane)),
                Command::Write(lane, bytes) => {
                    self.entrance.sends((clone, lane), Instant::now());
                    self.sockets.write((clone, lane), bytes);
                }
                Command::Finish(lane) => self.sockets.finish((clone, lane)),
                Command::Reset(lane) => {
                    self.entrance.leaves((clone, lane));
                    self.sockets.reset((clone, lane));
                }
            }
        }
        self.entrance.pass_silent(|(other, _)| *other == clone);
        self.connect();
    }

    fn connect(&mut self) {
        while let Some(key) = self.entrance.admit(Instant::now(), self.patience) {
            self.sockets.connect(self.address, self.patience, key);
        }
    }

    /// Hands to the engines what happens until `wake`; those that it happens to are `touched`.
    fn wait(
        &mut self,
        engines: &mut [Engine],
        start: Instant,
        wake: Instant,
        touched: &mut Vec<usize>,
    ) -> io::Result<()> {
        let Self { sockets, entrance, .. } = self;
        sockets.wait(Some(wake), |Arrival { key, at, event }| {
            match event {
                Event::Connected => entrance.stands(key),
                _ => entrance.leaves(key),
            }
            let now = at.saturating_duration_since(start);
            let (clone, lane) = key;
            let Some(engine) = engines.get_mut(clone) else { return };
            match event {
                Event::Connected => engine.handle_connected(lane, now),
                Event::ConnectFailed(_) | Event::Closed(_) => engine.handle_closed(lane, now),
                Event::Received(bytes) => engine.handle_bytes(lane, bytes, now),
            }
            touched.push(clone);
        })
    }

    /// Lets what was written go out and the server close, for a moment.
    fn say_farewell(mut self) -> io::Result<()> {
        self.sockets.close_all();
        let end = Instant::now().checked_add(FAREWELL);
        while !self.sockets.is_empty() && end.is_some_and(|end| Instant::now() < end) {
            self.sockets.wait(end, |_| ())?;
        }
        Ok(())
    }
}
