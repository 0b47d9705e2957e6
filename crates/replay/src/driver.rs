//! Carries an engine's commands to sockets, and what sockets give back to it.

use crate::alarm::Alarm;
use crate::engine::{Command, Engine, Record};
use client::driver::{Arrival, Socket, SocketEvent};
use std::collections::HashMap;
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

/// Runs the engine against `address` to its end. Every record goes to `record` as it comes; when that fails, or
/// `cancelled` is set, the run is brought to an orderly end.
///
/// # Errors
/// What `record` failed with.
pub async fn drive<E>(
    engine: &mut Engine,
    address: SocketAddr,
    patience: Duration,
    cancelled: &AtomicBool,
    alarm: &Alarm,
    mut record: impl FnMut(&Engine, Record) -> Result<(), E>,
) -> Result<(), E> {
    let (events, mut arrivals) = mpsc::channel(ARRIVALS);
    let mut driver = Driver { address, patience, events, sockets: HashMap::new() };
    let start = Instant::now();
    let mut interrupted = false;
    engine.handle_timeout(Duration::ZERO);
    loop {
        driver.carry_out(engine);
        while let Some(found) = engine.poll_record() {
            record(engine, found)?;
        }
        if engine.is_done() {
            break;
        }
        if cancelled.load(Ordering::Relaxed) && !interrupted {
            interrupted = true;
            engine.interrupt(start.elapsed());
            continue;
        }
        let tick = start.elapsed().saturating_add(TICK);
        let wake = engine.next_timeout().map_or(tick, |at| at.min(tick));
        tokio::select! {
            biased;
            arrival = arrivals.recv() => {
                if let Some(arrival) = arrival {
                    handle(engine, start, arrival);
                }
                while let Ok(arrival) = arrivals.try_recv() {
                    handle(engine, start, arrival);
                }
            }
            () = alarm.at(start.checked_add(wake).unwrap_or(start)) => engine.handle_timeout(start.elapsed()),
        }
    }
    engine.finish(start.elapsed());
    driver.carry_out(engine);
    while let Some(found) = engine.poll_record() {
        record(engine, found)?;
    }
    driver.say_farewell(&mut arrivals).await;
    Ok(())
}

struct Driver {
    address: SocketAddr,
    patience: Duration,
    events: Sender<Arrival<usize>>,
    sockets: HashMap<usize, Socket>,
}

impl Driver {
    fn carry_out(&mut self, engine: &mut Engine) {
        while let Some(command) = engine.poll_command() {
            match command {
                Command::Connect(lane) => {
                    let socket = Socket::connect(self.address, self.patience, lane, self.events.clone());
                    self.sockets.insert(lane, socket);
                }
                Command::Write(lane, bytes) => {
                    if let Some(socket) = self.sockets.get(&lane) {
                        socket.write(bytes);
                    }
                }
                Command::Finish(lane) => {
                    if let Some(socket) = self.sockets.get(&lane) {
                        socket.finish();
                    }
                }
                Command::Reset(lane) => {
                    if let Some(socket) = self.sockets.remove(&lane) {
                        socket.reset();
                    }
                }
            }
        }
    }

    /// Lets what was written go out and the server close, for a moment.
    async fn say_farewell(self, arrivals: &mut Receiver<Arrival<usize>>) {
        let Self { events, sockets, .. } = self;
        drop(events);
        drop(sockets);
        let closing = async { while arrivals.recv().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, closing).await;
    }
}

fn handle(engine: &mut Engine, start: Instant, arrival: Arrival<usize>) {
    let now = arrival.at.saturating_duration_since(start);
    match arrival.event {
        SocketEvent::Connected => engine.handle_connected(arrival.key, now),
        SocketEvent::ConnectFailed(_) | SocketEvent::Closed(_) => engine.handle_closed(arrival.key, now),
        SocketEvent::Received(bytes) => engine.handle_bytes(arrival.key, &bytes, now),
    }
}
