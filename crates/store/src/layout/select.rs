//! Which session the user means.

use super::parse_session_file_name;
use capture::Timestamp;

/// A session that can be chosen.
pub trait Candidate {
    /// SessionId.
    fn id(&self) -> u64;
    /// Name of its file.
    fn file_name(&self) -> &str;
    /// Time of its first row.
    fn first_time(&self) -> Timestamp;
}

/// Why no session was chosen. Each message is one line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// The trace has no sessions.
    #[error("the trace has no sessions")]
    None,
    /// No such session.
    #[error("unknown session '{wanted}'; the nearest is {nearest}")]
    Unknown {
        /// As given.
        wanted: String,
        /// Id of the session nearest to it.
        nearest: String,
    },
    /// The number is outside the list.
    #[error("there is no session number {number}; `session --list` shows 1 to {count}")]
    NoSuchNumber {
        /// As given.
        number: String,
        /// Number of sessions.
        count: usize,
    },
    /// The id stands for several files.
    #[error("session {id:#018x} has several files, name one: {}", .files.join(", "))]
    Ambiguous {
        /// The id.
        id: u64,
        /// Names of the files.
        files: Vec<String>,
    },
}

/// Indices of `sessions` in the default order: first time, then id, then file name. What belongs to no session (id 0)
/// comes last, so that the first session is number 1 although its connection began earlier.
pub fn default_order<C: Candidate>(sessions: &[C]) -> Vec<usize> {
    let mut order: Vec<(bool, Timestamp, u64, &str, usize)> = sessions
        .iter()
        .enumerate()
        .map(|(index, session)| (session.id() == 0, session.first_time(), session.id(), session.file_name(), index))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(.., index)| index).collect()
}

/// The session that `wanted` names: an id (`0x…` in upper or lower case, or its hex digits alone), a file name, or a
/// 1-based number in the default order. Digits alone are a number if there is a session with this number, else an id.
///
/// # Errors
/// [`SelectError`].
pub fn select_session<'a, C: Candidate>(sessions: &'a [C], wanted: &str) -> Result<&'a C, SelectError> {
    let wanted = wanted.trim();
    if sessions.is_empty() {
        return Err(SelectError::None);
    }
    if let Some(session) = sessions.iter().find(|session| session.file_name().eq_ignore_ascii_case(wanted)) {
        return Ok(session);
    }
    let digits = wanted.strip_prefix("0x").or_else(|| wanted.strip_prefix("0X"));
    let is_number =
        digits.is_none() && wanted.len() < 16 && !wanted.is_empty() && wanted.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        let index = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let order = default_order(sessions);
        if let Some(session) = index.and_then(|index| order.get(index)).and_then(|index| sessions.get(*index)) {
            return Ok(session);
        }
    }
    let id = u64::from_str_radix(digits.unwrap_or(wanted), 16)
        .ok()
        .or_else(|| parse_session_file_name(wanted).map(|(id, _)| id));
    let matching: Vec<&C> = sessions.iter().filter(|session| Some(session.id()) == id).collect();
    match (matching.as_slice(), id) {
        ([session], _) => Ok(session),
        ([], _) if is_number => Err(SelectError::NoSuchNumber { number: wanted.to_owned(), count: sessions.len() }),
        (several @ [_, ..], Some(id)) => Err(SelectError::Ambiguous {
            id,
            files: several.iter().map(|session| session.file_name().to_owned()).collect(),
        }),
        _ => Err(SelectError::Unknown { wanted: wanted.to_owned(), nearest: nearest(sessions, wanted) }),
    }
}

/// The id that takes the fewest edits to become what was typed.
fn nearest<C: Candidate>(sessions: &[C], wanted: &str) -> String {
    let typed: Vec<u8> = wanted.to_ascii_lowercase().bytes().take(64).collect();
    let typed = typed.strip_prefix(b"0x").unwrap_or(&typed);
    sessions
        .iter()
        .map(|session| format!("{:016x}", session.id()))
        .min_by_key(|id| {
            edit_distance(typed, id.as_bytes()).min(edit_distance(typed, id.trim_start_matches('0').as_bytes()))
        })
        .map_or_else(String::new, |id| format!("0x{id}"))
}

/// Levenshtein distance.
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (to, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let substituted = diagonal.saturating_add(usize::from(from != to));
            diagonal = *cell;
            left = substituted.min(left.saturating_add(1)).min(diagonal.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(a.len())
}
