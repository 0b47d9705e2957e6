//! Captured shares, and `--map-share`.

use crate::map::rule::{RuleError, sides};
use crate::map::{is_same, units};
use crate::message::tree_connect;
use std::net::IpAddr;

/// What a share holds (ShareType, MS-SMB2 2.2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareKind {
    /// Files.
    Disk,
    /// Named pipes.
    Pipe,
    /// A printer.
    Print,
}

impl ShareKind {
    /// That of a share of this ShareType and name.
    fn of(share_type: Option<u8>, name: &str) -> Self {
        const PIPE: u8 = 2;
        const PRINT: u8 = 3;
        match share_type {
            Some(PIPE) => Self::Pipe,
            Some(PRINT) => Self::Print,
            _ if name.eq_ignore_ascii_case("IPC$") => Self::Pipe,
            _ => Self::Disk,
        }
    }
}

/// A share that a TREE_CONNECT of the capture names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedShare {
    /// Address of the captured server.
    pub address: Option<IpAddr>,
    /// Name of the captured server, as the client wrote it; empty when it wrote none.
    pub server: String,
    /// Name of the share, as the client wrote it first.
    pub name: String,
    /// What it holds.
    pub kind: ShareKind,
    /// Whether the captured server let anybody in.
    pub connected: bool,
}

impl CapturedShare {
    /// Notes a TREE_CONNECT to `path` (`\\\\server\\share`) on the server at `address`, which let the client in or not;
    /// the index of its share in `shares`, which grows if it is a new one.
    pub fn note(
        shares: &mut Vec<Self>,
        address: Option<IpAddr>,
        path: &str,
        share_type: Option<u8>,
        connected: bool,
    ) -> usize {
        let name = tree_connect::share_name(path);
        let kind = ShareKind::of(share_type, name);
        let index = shares.iter().position(|share| share.is(address, name)).unwrap_or(shares.len());
        if index == shares.len() {
            let server = tree_connect::server_name(path).to_owned();
            shares.push(Self { address, server, name: name.to_owned(), kind, connected });
        } else if let Some(share) = shares.get_mut(index).filter(|share| connected && !share.connected) {
            share.connected = true;
            share.kind = kind;
        }
        index
    }

    /// Takes over what `all` of a whole capture says of `shares`, which keep their places, and puts the others behind them: a
    /// part of the capture gives each share the place that the whole one gives it.
    pub fn put_beside(shares: &mut Vec<Self>, all: &[Self]) {
        for share in all {
            match shares.iter_mut().find(|known| known.is(share.address, &share.name)) {
                Some(known) => known.clone_from(share),
                None => shares.push(share.clone()),
            }
        }
    }

    /// Whether a TREE_CONNECT at `address` to `name` is about this share.
    pub fn is(&self, address: Option<IpAddr>, name: &str) -> bool {
        self.address == address && is_same(&units(&self.name), &units(name))
    }
}

/// `A=B` or `\\SERVER\A=B`: the captured share A is B on the live server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRule {
    /// Name or address of the captured server; `None`: any.
    server: Option<String>,
    captured: String,
    live: String,
}

impl ShareRule {
    /// The live share, if the rule is about this captured one.
    pub fn apply(&self, share: &CapturedShare) -> Option<&str> {
        let same = |a: &str, b: &str| is_same(&units(a), &units(b));
        let address = share.address.map(|address| address.to_string());
        let is_server =
            |server: &str| same(server, &share.server) || address.is_some_and(|address| same(server, &address));
        (same(&self.captured, &share.name) && self.server.as_deref().is_none_or(is_server)).then_some(&self.live)
    }
}

impl std::str::FromStr for ShareRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (captured, live) = sides(text)?;
        let slashes: &[_] = &['\\', '/'];
        let (server, captured) = match captured.strip_prefix("\\\\").or_else(|| captured.strip_prefix("//")) {
            Some(path) => path.split_once(slashes).map_or((None, path), |(server, share)| (Some(server), share)),
            None => (None, captured),
        };
        Ok(Self { server: server.map(str::to_owned), captured: name(captured, "before")?, live: name(live, "behind")? })
    }
}

fn name(text: &str, side: &'static str) -> Result<String, RuleError> {
    let text = text.trim_matches(['\\', '/']);
    if text.is_empty() {
        return Err(RuleError::Empty { what: "share", side });
    }
    let bad = |character: char| character.is_control() || "\"*/:<>?\\|".contains(character);
    if text.contains(bad) { Err(RuleError::Share { name: text.to_owned() }) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn share(server: &str, name: &str) -> CapturedShare {
        CapturedShare {
            address: Some([10, 0, 0, 9].into()),
            server: server.to_owned(),
            name: name.to_owned(),
            kind: ShareKind::Disk,
            connected: true,
        }
    }

    #[test]
    fn a_share_is_named_without_case_and_with_its_server_where_that_matters() {
        let rule: ShareRule = "Büro=lab".parse().unwrap();
        assert_eq!(rule.apply(&share("fs1", "BÜRO")), Some("lab"));
        assert_eq!(rule.apply(&share("fs1", "BÜROS")), None);
        for rule in ["\\\\FS1\\büro=lab", "//10.0.0.9/büro=lab"] {
            let rule: ShareRule = rule.parse().unwrap();
            assert_eq!(rule.apply(&share("fs1", "BÜRO")), Some("lab"));
        }
        let rule: ShareRule = "\\\\fs2\\büro=lab".parse().unwrap();
        assert_eq!(rule.apply(&share("fs1", "BÜRO")), None);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for rule in ["docs", "=lab", "docs=", "docs=a\\b", "do*cs=lab", "\\\\fs1=lab\u{7}"] {
            assert!(rule.parse::<ShareRule>().is_err(), "{rule}");
        }
    }
}
