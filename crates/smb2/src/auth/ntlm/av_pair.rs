//! AV_PAIR lists: what a server tells about itself, and a client repeats with additions (MS-NLMP 2.2.2.1).

use crate::utf16;

/// AvId: what a pair is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AvId(pub u16);

impl AvId {
    /// MsvAvEOL: ends the list.
    pub const EOL: Self = Self(0);
    /// MsvAvNbComputerName: the server's NetBIOS name.
    pub const NB_COMPUTER_NAME: Self = Self(1);
    /// MsvAvNbDomainName: its NetBIOS domain.
    pub const NB_DOMAIN_NAME: Self = Self(2);
    /// MsvAvDnsComputerName: its DNS name.
    pub const DNS_COMPUTER_NAME: Self = Self(3);
    /// MsvAvDnsDomainName: its DNS domain.
    pub const DNS_DOMAIN_NAME: Self = Self(4);
    /// MsvAvDnsTreeName: its forest.
    pub const DNS_TREE_NAME: Self = Self(5);
    /// MsvAvFlags: u32, [`MIC_PRESENT`] among others.
    pub const FLAGS: Self = Self(6);
    /// MsvAvTimestamp: FILETIME of the server.
    pub const TIMESTAMP: Self = Self(7);
    /// MsvAvTargetName: the SPN the client wants to talk to.
    pub const TARGET_NAME: Self = Self(9);
}

/// Bit of MsvAvFlags: the AUTHENTICATE message carries a MIC.
pub const MIC_PRESENT: u32 = 2;

/// The pairs of a list, up to MsvAvEOL or the first that does not fit.
#[derive(Clone, Copy, Debug)]
pub struct AvPairs<'a> {
    rest: &'a [u8],
}

impl<'a> AvPairs<'a> {
    /// Reads a list; damage shortens it.
    pub fn new(list: &'a [u8]) -> Self {
        Self { rest: list }
    }

    /// Value of the first pair about `id`.
    pub fn get(self, id: AvId) -> Option<&'a [u8]> {
        self.into_iter().find(|(found, _)| *found == id).map(|(_, value)| value)
    }

    /// The same as text; names are UTF-16LE whatever the flags say.
    pub fn text(self, id: AvId) -> Option<String> {
        self.get(id).map(utf16::to_string)
    }

    /// MsvAvTimestamp in 100 ns since 1601.
    pub fn timestamp(self) -> Option<u64> {
        self.get(AvId::TIMESTAMP)?.try_into().ok().map(u64::from_le_bytes)
    }

    /// MsvAvFlags, 0 when there are none.
    pub fn flags(self) -> u32 {
        self.get(AvId::FLAGS).and_then(|value| value.try_into().ok()).map_or(0, u32::from_le_bytes)
    }
}

impl<'a> Iterator for AvPairs<'a> {
    type Item = (AvId, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, rest) = self.rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let id = AvId(u16::from_le_bytes(*id));
        let (value, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        self.rest = rest;
        (id != AvId::EOL).then_some((id, value))
    }
}

/// Builds the list of `pairs`, MsvAvEOL included. Values above 64 KiB are cut.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (AvId, &'a [u8])>) -> Vec<u8> {
    let eol: (AvId, &[u8]) = (AvId::EOL, &[]);
    let mut list = Vec::new();
    for (id, value) in pairs.into_iter().chain([eol]) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        list.extend(id.0.to_le_bytes());
        list.extend(length.to_le_bytes());
        list.extend(value.iter().take(length.into()));
    }
    list
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_list_survives_the_round_trip() {
        let name = utf16::from_str("SERVER");
        let pairs = [(AvId::NB_COMPUTER_NAME, &name[..]), (AvId::FLAGS, &[2, 0, 0, 0]), (AvId::TIMESTAMP, &[1; 8])];
        let list = encode(pairs);
        let read = AvPairs::new(&list);
        assert_eq!(read.collect::<Vec<_>>(), pairs);
        assert_eq!(read.text(AvId::NB_COMPUTER_NAME).unwrap(), "SERVER");
        assert_eq!(read.flags(), MIC_PRESENT);
        assert_eq!(read.timestamp(), Some(0x0101_0101_0101_0101));
    }

    #[test]
    fn a_cut_list_keeps_the_pairs_before_the_cut() {
        let list = encode([(AvId::FLAGS, &[0, 0, 0, 0][..]), (AvId::NB_DOMAIN_NAME, b"DOMAIN")]);
        for cut in 8..18 {
            assert_eq!(AvPairs::new(list.get(..cut).unwrap()).count(), 1, "cut at {cut}");
        }
    }

    #[test]
    fn nothing_is_read_after_the_end_mark() {
        let list = [encode([]), encode([(AvId::FLAGS, &[0; 4][..])])].concat();
        assert_eq!(AvPairs::new(&list).count(), 0);
    }
}
