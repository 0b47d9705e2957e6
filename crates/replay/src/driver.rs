//! Carries the commands of engines to sockets, and what sockets give back to them.

mod entrance;

use crate::alarm::Alarm;
use crate::engine::{Command, Engine, Record};
use client::driver::{Arrival, Socket, SocketEvent};
use entrance::Entrance;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// How often an interrupt is looked for.
const TICK: Duration = Duration::from_millis(100);
/// How many events may wait to be handled, of all connections together.
const ARRIVALS: usize = 64;
/// How long the server may take to close its side at the end.
const FAREWELL: Duration = Duration::from_millis(500);

/// Runs the engines, one for each clone, side by side against `address` to their end. Every record goes to `record` as it
/// comes, with the number of its engine; when that fails, or `cancelled` is set, the run is brought to an orderly end.
///
/// # Errors
/// What `record` failed with.
pub async fn drive<E>(
    engines: &mut [Engine],
    address: SocketAddr,
    patience: Duration,
    cancelled: &AtomicBool,
    alarm: &Alarm,
    mut record: impl FnMut(usize, &Engine, Record) -> Result<(), E>,
) -> Result<(), E> {
    let (events, mut arrivals) = mpsc::channel(ARRIVALS);
    let mut driver = Driver::new(address, patience, events);
    let start = Instant::now();
    let mut clock = Clock::default();
    let mut interrupted = false;
    let mut touched: Vec<usize> = (0..engines.len()).collect();
    for engine in engines.iter_mut() {
        engine.handle_timeout(Duration::ZERO);
    }
    loop {
        for clone in touched.drain(..) {
            let Some(engine) = engines.get_mut(clone) else { continue };
            driver.carry_out(clone, engine);
            while let Some(found) = engine.poll_record() {
                record(clone, engine, found)?;
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
        let wake = clock.next().map_or(tick, |at| at.min(tick));
        tokio::select! {
            biased;
            arrival = arrivals.recv() => {
                let mut next = arrival;
                while let Some(arrival) = next {
                    touched.push(arrival.key.0);
                    driver.handle(engines, start, arrival);
                    next = arrivals.try_recv().ok();
                }
                touched.sort_unstable();
                touched.dedup();
            }
            () = alarm.at(start.checked_add(wake).unwrap_or(start)) => {
                let now = start.elapsed();
                for clone in clock.due(now) {
                    if let Some(engine) = engines.get_mut(clone) {
                        engine.handle_timeout(now);
                        touched.push(clone);
                    }
                }
            }
        }
    }
    for (clone, engine) in engines.iter_mut().enumerate() {
        engine.finish(start.elapsed());
        driver.carry_out(clone, engine);
        while let Some(found) = engine.poll_record() {
            record(clone, engine, found)?;
        }
    }
    driver.say_farewell(&mut arrivals).await;
    Ok(())
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
    events: Sender<Arrival<Key>>,
    sockets: FxHashMap<Key, Socket>,
    entrance: Entrance<Key>,
}

impl Driver {
    fn new(address: SocketAddr, patience: Duration, events: Sender<Arrival<Key>>) -> Self {
        Self { address, patience, events, sockets: FxHashMap::default(), entrance: Entrance::new() }
    }

    fn carry_out(&mut self, clone: usize, engine: &mut Engine) {
        while let Some(command) = engine.poll_command() {
            match command {
                Command::Connect(lane) => self.entrance.arrives((clone, lane)),
                Command::Write(lane, bytes) => {
                    self.entrance.sends((clone, lane), Instant::now());
                    if let Some(socket) = self.sockets.get(&(clone, lane)) {
                        socket.write(bytes);
                    }
                }
                Command::Finish(lane) => {
                    if let Some(socket) = self.sockets.get(&(clone, lane)) {
                        socket.finish();
                    }
                }
                Command::Reset(lane) => {
                    self.entrance.leaves((clone, lane));
                    if let Some(socket) = self.sockets.remove(&(clone, lane)) {
                        socket.reset();
                    }
                }
            }
        }
        self.entrance.pass_silent(|(other, _)| *other == clone);
        self.connect();
    }

    fn connect(&mut self) {
        while let Some(key) = self.entrance.admit(Instant::now(), self.patience) {
            let socket = Socket::connect(self.address, self.patience, key, self.events.clone());
            self.sockets.insert(key, socket);
        }
    }

    fn handle(&mut self, engines: &mut [Engine], start: Instant, arrival: Arrival<Key>) {
        let now = arrival.at.saturating_duration_since(start);
        match arrival.event {
            SocketEvent::Connected => self.entrance.stands(arrival.key),
            _ => self.entrance.leaves(arrival.key),
        }
        let (clone, lane) = arrival.key;
        let Some(engine) = engines.get_mut(clone) else { return };
        match arrival.event {
            SocketEvent::Connected => engine.handle_connected(lane, now),
            SocketEvent::ConnectFailed(_) | SocketEvent::Closed(_) => engine.handle_closed(lane, now),
            SocketEvent::Received(bytes) => engine.handle_bytes(lane, &bytes, now),
        }
    }

    /// Lets what was written go out and the server close, for a moment.
    async fn say_farewell(self, arrivals: &mut Receiver<Arrival<Key>>) {
        let Self { events, sockets, .. } = self;
        drop(events);
        drop(sockets);
        let closing = async { while arrivals.recv().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, closing).await;
    }
}
