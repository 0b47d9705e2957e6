//! Recording a run on a thread of its own, so that the one that replays does not wait for the disk.

use super::{RunError, RunRow, RunWriter};
use crate::parquet_writer::Weight as _;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Bytes of rows that were handed over and are not written; beyond it the one who hands over waits. A single row may
/// have more. With the largest READ or WRITE that Samba takes, 8 MiB, one is written while the next
/// waits.
const MOST_WAITING: usize = 16 << 20;
/// Bytes of rows that are handed over at a time.
const PART_BYTES: usize = 64 << 10;
/// Rows that are handed over at a time.
const PART_ROWS: usize = 64;

/// Records the operations of a run like a [`RunWriter`], on another thread. What is dropped before
/// [`BackgroundRecording::finish`] leaves nothing.
pub struct BackgroundRecording {
    part: Vec<RunRow>,
    part_bytes: usize,
    waiting: Arc<Waiting>,
    /// `None` once it was waited for.
    thread: Option<JoinHandle<Result<(), RunError>>>,
    target: PathBuf,
}

impl BackgroundRecording {
    /// Lets a thread write what is pushed from now on.
    ///
    /// # Errors
    /// [`RunError::Io`]: the system has no thread to give.
    pub fn start(writer: RunWriter) -> Result<Self, RunError> {
        let target = writer.target().to_owned();
        let waiting = Arc::new(Waiting::default());
        let taken = Arc::clone(&waiting);
        let thread = std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || write(writer, &taken))
            .map_err(|source| RunError::Io { path: target.clone(), source })?;
        Ok(Self { part: Vec::new(), part_bytes: 0, waiting, thread: Some(thread), target })
    }

    /// Records a row; waits while too many bytes are not written yet.
    ///
    /// # Errors
    /// [`RunError::Io`]: a row could not be written, this one or one before it. Later ones are not recorded either.
    pub fn push(&mut self, row: RunRow) -> Result<(), RunError> {
        self.part_bytes = self.part_bytes.saturating_add(row.weight());
        self.part.push(row);
        let is_full = self.part_bytes >= PART_BYTES || self.part.len() >= PART_ROWS;
        if is_full { self.hand_over() } else { Ok(()) }
    }

    /// Waits until all is written, and gives the file its name.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn finish(mut self) -> Result<(), RunError> {
        self.hand_over()?;
        self.waiting.end(End::Complete);
        self.join()
    }

    fn hand_over(&mut self) -> Result<(), RunError> {
        let bytes = std::mem::take(&mut self.part_bytes);
        let rows = std::mem::replace(&mut self.part, Vec::with_capacity(PART_ROWS));
        if self.waiting.put(Part { rows, bytes }) {
            return Ok(());
        }
        // The thread ends by itself only because of an error.
        self.join()?;
        Err(self.stopped())
    }

    /// What the thread ended with.
    fn join(&mut self) -> Result<(), RunError> {
        let ended = self.thread.take().map(JoinHandle::join);
        ended.and_then(Result::ok).unwrap_or_else(|| Err(self.stopped()))
    }

    fn stopped(&self) -> RunError {
        let source = std::io::Error::other("the recording has stopped");
        RunError::Io { path: self.target.clone(), source }
    }
}

impl Drop for BackgroundRecording {
    fn drop(&mut self) {
        self.waiting.end(End::GivenUp);
        // Only when the thread has ended, its file is gone. Nobody is left to be told of an error.
        let _ = self.join();
    }
}

impl std::fmt::Debug for BackgroundRecording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackgroundRecording").field("target", &self.target).finish_non_exhaustive()
    }
}

/// What the thread does.
fn write(mut writer: RunWriter, waiting: &Waiting) -> Result<(), RunError> {
    let listener = Listener(waiting);
    loop {
        match listener.0.take() {
            Taken::Part(part) => {
                part.rows.into_iter().try_for_each(|row| writer.push(row))?;
                listener.0.written(part.bytes);
            }
            Taken::End(End::Complete) => return writer.finish(),
            Taken::End(End::GivenUp) => return Ok(()),
        }
    }
}

/// Rows, and the bytes that they weigh.
struct Part {
    rows: Vec<RunRow>,
    bytes: usize,
}

/// How a recording ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    GivenUp,
}

/// What there is for the thread to do.
enum Taken {
    Part(Part),
    End(End),
}

/// Parts that wait to be written.
#[derive(Default)]
struct Waiting {
    state: Mutex<State>,
    /// Something is to do, was done, or is never going to be.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    parts: VecDeque<Part>,
    /// Bytes of the parts, and of the one that is being written.
    bytes: usize,
    end: Option<End>,
    /// Nobody takes parts any more.
    is_deserted: bool,
}

impl Waiting {
    /// Adds a part once there is room; false when nobody is going to take it.
    fn put(&self, part: Part) -> bool {
        let mut state = self.state();
        while !state.is_deserted && state.bytes > 0 && state.bytes.saturating_add(part.bytes) > MOST_WAITING {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_deserted {
            return false;
        }
        state.bytes = state.bytes.saturating_add(part.bytes);
        state.parts.push_back(part);
        self.changed.notify_all();
        true
    }

    /// The next part, or how it ends. Who gives up has no use for what still waits.
    fn take(&self) -> Taken {
        let mut state = self.state();
        loop {
            if state.end != Some(End::GivenUp)
                && let Some(part) = state.parts.pop_front()
            {
                return Taken::Part(part);
            }
            if let Some(end) = state.end {
                return Taken::End(end);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes room for as many bytes.
    fn written(&self, bytes: usize) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Says that no more parts come, unless that was said before.
    fn end(&self, end: End) {
        self.state().end.get_or_insert(end);
        self.changed.notify_all();
    }

    fn desert(&self) {
        let mut state = self.state();
        state.is_deserted = true;
        state.parts.clear();
        self.changed.notify_all();
    }

    /// The state is whole at every moment, also after a panic elsewhere.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread, which may end with an error or a panic: nobody is to wait for it then.
struct Listener<'a>(&'a Waiting);

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.0.desert();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::layout::OutputFolder;
    use crate::runs::{Run, RunFile, Verdict};
    use bytes::Bytes;
    use std::time::Duration;

    fn run() -> (tempfile::TempDir, Run) {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create(&OutputFolder::at(folder.path().join("x.pcap"))).unwrap();
        (folder, run)
    }

    fn row(op: u32, bytes: usize) -> RunRow {
        RunRow { op: Some(op), live_response: Some(Bytes::from(vec![1; bytes])), ..RunRow::new(Verdict::Match) }
    }

    /// A recording by a thread that does `work` only.
    fn by(work: impl FnOnce(&Waiting) -> Result<(), RunError> + Send + 'static) -> BackgroundRecording {
        let waiting = Arc::new(Waiting::default());
        let taken = Arc::clone(&waiting);
        let thread = std::thread::spawn(move || {
            let listener = Listener(&taken);
            work(listener.0)
        });
        BackgroundRecording { part: Vec::new(), part_bytes: 0, waiting, thread: Some(thread), target: "x".into() }
    }

    #[test]
    fn rows_are_written_in_the_order_in_which_they_were_pushed() {
        let (_folder, run) = run();
        let mut recording = BackgroundRecording::start(RunWriter::create(&run).unwrap()).unwrap();
        let rows: Vec<RunRow> = (0..500).map(|op| row(op, if op % 50 == 7 { MOST_WAITING / 3 } else { 10 })).collect();
        rows.iter().for_each(|row| recording.push(row.clone()).unwrap());
        recording.finish().unwrap();
        let found: Vec<RunRow> = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
        assert!(found == rows);
    }

    #[test]
    fn a_recording_that_is_dropped_leaves_nothing() {
        let (_folder, run) = run();
        let mut recording = BackgroundRecording::start(RunWriter::create(&run).unwrap()).unwrap();
        (0..1000).for_each(|op| recording.push(row(op, 1000)).unwrap());
        drop(recording);
        assert_eq!(std::fs::read_dir(run.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_the_thread_fails_with_is_told_to_the_one_who_pushes() {
        let full = || RunError::Io { path: "x".into(), source: std::io::ErrorKind::StorageFull.into() };
        let mut recording = by(move |_| Err(full()));
        let error = std::iter::repeat_with(|| recording.push(row(0, PART_BYTES))).find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), full().to_string());
        assert!(recording.finish().is_err());
    }

    #[test]
    fn a_thread_that_panics_makes_nobody_wait() {
        let mut recording = by(|_| std::panic::resume_unwind(Box::new(())));
        let error = std::iter::repeat_with(|| recording.push(row(0, PART_BYTES))).find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), "x: the recording has stopped");
    }

    #[test]
    fn no_more_than_the_most_bytes_wait() {
        let waiting = Arc::new(Waiting::default());
        let (putting, part) = (Arc::clone(&waiting), || Part { rows: Vec::new(), bytes: MOST_WAITING / 4 });
        let thread = std::thread::spawn(move || (0..40).all(|_| putting.put(part())));
        for _ in 0..40 {
            std::thread::sleep(Duration::from_millis(1));
            assert!(waiting.state().bytes <= MOST_WAITING);
            let Taken::Part(part) = waiting.take() else { break };
            waiting.written(part.bytes);
        }
        assert!(thread.join().unwrap());
    }
}
