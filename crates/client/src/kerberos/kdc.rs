//! Messages to a KDC and back, over TCP (RFC 4120 7.2.2).

use super::TicketError;
use kerberos::client::{Exchange, IssuedTicket, Moment, Progress};
use kerberos::configuration::KdcHost;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant, SystemTime};

/// Longest answer that is taken. Tickets of users in very many groups have some ten thousand bytes.
const LONGEST_ANSWER: u32 = 1024 * 1024;
/// Messages in an exchange: one without proof, one with it, and one to spare.
const MOST_MESSAGES: usize = 3;

/// The KDCs of a realm.
pub(super) struct Kdcs<'a> {
    pub(super) realm: &'a str,
    pub(super) hosts: &'a [KdcHost],
    /// How long connecting, and each answer, may take.
    pub(super) patience: Duration,
}

impl Kdcs<'_> {
    /// Carries an exchange out.
    pub(super) fn carry_out(&self, mut exchange: impl Exchange) -> Result<IssuedTicket, TicketError> {
        let mut message = exchange.request(now());
        for _ in 0..MOST_MESSAGES {
            let answer = self.ask(&message)?;
            match exchange.handle(&answer, now())? {
                Progress::Send(next) => message = next,
                Progress::Done(ticket) => return Ok(*ticket),
            }
        }
        Err(kerberos::client::KdcError::Mismatch("it asks for the same again").into())
    }

    /// The answer of the first KDC that gives one.
    fn ask(&self, message: &[u8]) -> Result<Vec<u8>, TicketError> {
        let realm = self.realm.to_owned();
        if self.hosts.is_empty() {
            return Err(TicketError::NoKdc { realm });
        }
        let mut tried = Vec::new();
        for kdc in self.hosts {
            match self.ask_one(kdc, message) {
                Ok(answer) => return Ok(answer),
                Err(error) => tried.push((kdc.to_string(), error)),
            }
        }
        Err(TicketError::Unreachable { realm, tried })
    }

    fn ask_one(&self, kdc: &KdcHost, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = self.connect(kdc)?;
        stream.set_write_timeout(Some(self.patience))?;
        let length = u32::try_from(message.len()).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes(), message].concat())?;
        let mut reading = Until { stream, deadline: Instant::now().checked_add(self.patience) };
        let mut length = [0; 4];
        reading.read_exact(&mut length).map_err(silent)?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST_ANSWER {
            return Err(io::Error::other("what listens there is no KDC"));
        }
        let mut answer = Vec::new();
        reading.take(length.into()).read_to_end(&mut answer).map_err(silent)?;
        if u32::try_from(answer.len()) == Ok(length) {
            Ok(answer)
        } else {
            Err(io::Error::other("the answer is cut off"))
        }
    }

    fn connect(&self, kdc: &KdcHost) -> io::Result<TcpStream> {
        let mut last = io::Error::other("the name has no address");
        for address in (kdc.host.as_str(), kdc.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, self.patience) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// A stream that is read up to a point in time, however small the pieces are that come; `None`: for ever.
struct Until {
    stream: TcpStream,
    deadline: Option<Instant>,
}

impl Read for Until {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(deadline) = self.deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
        }
        self.stream.read(buffer)
    }
}

/// This machine's clock.
pub(super) fn now() -> Moment {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Moment::from_microseconds(u64::try_from(now.as_micros()).unwrap_or(u64::MAX))
}

/// The kinds that a time limit has on different systems are one in words.
fn silent(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => io::Error::other("no answer in time"),
        io::ErrorKind::UnexpectedEof => io::Error::other("the connection was closed instead of an answer"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn an_answer_that_comes_byte_by_byte_is_not_waited_for_longer_than_another() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let kdc = KdcHost { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
        let dripping = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.write_all(&LONGEST_ANSWER.to_be_bytes()).unwrap();
            while stream.write_all(&[0]).is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
        let kdcs = Kdcs { realm: "LAB.TEST", hosts: &[kdc], patience: Duration::from_millis(300) };
        let told = kdcs.ask(b"request").unwrap_err().to_string();
        dripping.join().unwrap();
        assert!(told.ends_with("no answer in time"), "{told}");
    }
}
