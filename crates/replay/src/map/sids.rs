//! Domains and machines whose accounts a captured security descriptor names, and the live ones in their place.

use crate::map::rule::{RuleError, sides};

/// The three numbers that are drawn when a domain or machine is set up: `S-1-5-21-a-b-c` (MS-DTYP 2.4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainSid(pub [u32; 3]);

impl DomainSid {
    /// Length on the wire, bytes.
    pub const LENGTH: usize = 12;

    /// The numbers as they lie in a SID.
    pub fn to_wire(self) -> [u8; Self::LENGTH] {
        let [[a, b, c, d], [e, f, g, h], [i, j, k, l]] = self.0.map(u32::to_le_bytes);
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    /// The numbers that lie in a SID.
    pub fn from_wire(bytes: [u8; Self::LENGTH]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
        Self([[a, b, c, d], [e, f, g, h], [i, j, k, l]].map(u32::from_le_bytes))
    }
}

impl std::fmt::Display for DomainSid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "S-1-5-21-{a}-{b}-{c}")
    }
}

impl std::str::FromStr for DomainSid {
    type Err = RuleError;

    /// `S-1-5-21-1004336348-1177238915-682003330`.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let refused = || RuleError::DomainSid { text: text.to_owned() };
        let text = text.trim();
        let numbers = text.get(..9).filter(|start| start.eq_ignore_ascii_case("S-1-5-21-")).and_then(|_| text.get(9..));
        let numbers: Option<Vec<u32>> =
            numbers.map(|numbers| numbers.split('-').map_while(|number| number.parse().ok()).collect());
        let counted = text.matches('-').count() == 6;
        numbers.filter(|_| counted).and_then(|numbers| numbers.try_into().ok()).map(Self).ok_or_else(refused)
    }
}

/// `--map-sid A=B`: accounts of the captured domain A are those of the live domain B with the same relative id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SidRule {
    /// The captured domain or machine.
    pub captured: DomainSid,
    /// The live one.
    pub live: DomainSid,
}

impl std::str::FromStr for SidRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (captured, live) = sides(text)?;
        Ok(Self { captured: captured.parse()?, live: live.parse()? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_rule_names_two_domains() {
        let rule: SidRule = "S-1-5-21-1-2-4294967295=s-1-5-21-7-8-9".parse().unwrap();
        assert_eq!((rule.captured, rule.live), (DomainSid([1, 2, u32::MAX]), DomainSid([7, 8, 9])));
        assert_eq!(rule.captured.to_string(), "S-1-5-21-1-2-4294967295");
        assert_eq!(DomainSid::from_wire(rule.captured.to_wire()), rule.captured);
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let known = "S-1-5-21-1-2-3";
        for text in
            ["", "S-1-5-32-544", "S-1-5-21-1-2", "S-1-5-21-1-2-3-500", "S-1-5-21-1-2-x", "S-1-5-21-1-2-4294967296"]
        {
            assert!(format!("{text}={known}").parse::<SidRule>().is_err(), "{text}");
        }
        assert!(known.parse::<SidRule>().is_err());
    }
}
