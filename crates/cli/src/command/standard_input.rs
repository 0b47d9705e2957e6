//! Standard input that can be interrupted while nothing comes.

use crate::interrupt::Interrupt;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;
/// Chunks that wait to be read.
const QUEUE: usize = 4;
/// How long an interrupt may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(100);

/// Reads standard input in a thread of its own, which ends with the process.
pub(crate) struct StandardInput {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
    interrupt: Interrupt,
}

impl StandardInput {
    /// Begins to read.
    pub(crate) fn open(interrupt: Interrupt) -> Self {
        let (sender, chunks) = sync_channel(QUEUE);
        std::thread::spawn(move || {
            let mut input = io::stdin().lock();
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = input.read(&mut chunk);
                let ended = !matches!(&read, Ok(1..)) && !is_interrupted(&read);
                let sent = match read {
                    Ok(length) => {
                        chunk.truncate(length);
                        sender.send(Ok(chunk))
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
                    Err(error) => sender.send(Err(error)),
                };
                if ended || sent.is_err() {
                    break;
                }
            }
        });
        Self { chunks, chunk: io::Cursor::default(), interrupt }
    }
}

fn is_interrupted(read: &io::Result<usize>) -> bool {
    matches!(read, Err(error) if error.kind() == io::ErrorKind::Interrupted)
}

impl Read for StandardInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.chunk.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => {
                    let chunk = chunk?;
                    if chunk.is_empty() {
                        return Ok(0);
                    }
                    self.chunk = io::Cursor::new(chunk);
                }
                Err(RecvTimeoutError::Timeout) if self.interrupt.is_set() => {
                    return Err(io::Error::other("interrupted"));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
