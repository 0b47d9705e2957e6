//! `--shard I/N`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which of several shards, counted from 0: `0/4` to `3/4`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardNumber {
    index: u32,
    count: NonZeroU32,
}

impl ShardNumber {
    /// As many as there may be: reports name those that are missing one by one.
    pub const MOST: u32 = 65_536;

    /// The shard `index`, from 0, of `count`; `None` if there is no such one.
    pub fn new(index: u32, count: NonZeroU32) -> Option<Self> {
        (index < count.get() && count.get() <= Self::MOST).then_some(Self { index, count })
    }

    /// Its number, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> NonZeroU32 {
        self.count
    }
}

impl fmt::Display for ShardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// A text names no shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAShard {
    /// It is no two numbers.
    #[error("expected I/N, like 0/4 for the first of four")]
    Form,
    /// There cannot be so many.
    #[error("there can be {} shards at most", ShardNumber::MOST)]
    TooMany,
    /// There are not so many.
    #[error("shards are counted from 0: the last of {count} is {}/{count}", .count.get().saturating_sub(1))]
    Beyond {
        /// How many there are.
        count: NonZeroU32,
    },
}

impl FromStr for ShardNumber {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (index, count) = text.split_once('/').ok_or(NotAShard::Form)?;
        let index = index.parse().map_err(|_| NotAShard::Form)?;
        let count: NonZeroU32 = count.parse().map_err(|_| NotAShard::Form)?;
        if count.get() > Self::MOST {
            return Err(NotAShard::TooMany);
        }
        Self::new(index, count).ok_or(NotAShard::Beyond { count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_written_as_its_number_from_0_and_how_many_there_are() {
        for text in ["0/1", "0/4", "3/4"] {
            assert_eq!(text.parse::<ShardNumber>().map(|shard| shard.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "1", "a/2", "1/0", "-1/2", "1/2/3", "$(JOB_COMPLETION_INDEX)/4"] {
            assert_eq!(text.parse::<ShardNumber>(), Err(NotAShard::Form), "{text}");
        }
        assert_eq!("5/4294967295".parse::<ShardNumber>(), Err(NotAShard::TooMany));
        let beyond = "4/4".parse::<ShardNumber>().map_err(|error| error.to_string());
        assert_eq!(beyond, Err("shards are counted from 0: the last of 4 is 3/4".to_owned()));
    }
}
