//! Which captured share each request is about.

use crate::map::CapturedShare;
use crate::message::tree_connect;
use crate::plan::planned::Planned;
use crate::plan::request::Request;
use crate::trace::Trace;
use smb2::{Command, NtStatus};
use std::collections::HashMap;
use std::net::IpAddr;

/// The captured shares, in the order in which they were connected to first; fills `share` and `tree_connect` of all
/// requests, which are in trace order.
pub(super) fn resolve(trace: &Trace, requests: &mut [Request]) -> Vec<CapturedShare> {
    let servers: HashMap<u32, IpAddr> =
        trace.connections.iter().map(|known| (known.connection, known.server.ip())).collect();
    let mut shares: Vec<CapturedShare> = Vec::new();
    // By index of the TREE_CONNECT.
    let mut share_of: HashMap<usize, usize> = HashMap::new();
    // The latest member of a chain, whose tree a related request uses.
    let mut tree_of_chain: HashMap<(u32, u64), usize> = HashMap::new();
    for (index, request) in requests.iter_mut().enumerate() {
        let tree_connect = match request.command() {
            Some(Command::TREE_CONNECT) => Some(index),
            _ => request.tree().issuer().or_else(|| tree_of_chain.get(&request.chain_key()?).copied()),
        };
        if let (Some(chain), Some(tree)) = (request.chain_key(), tree_connect) {
            tree_of_chain.insert(chain, tree);
        }
        let server = servers.get(&request.connection).copied();
        let planned = trace.planned(request);
        let share = match tree_connect {
            Some(connect) if connect == index => planned.and_then(|planned| add(&mut shares, &planned, server)),
            Some(connect) => share_of.get(&connect).copied(),
            // Connected to before the capture; the capture may still tell which share it is.
            None => planned.and_then(|planned| known(&shares, &planned, server)),
        };
        request.set_share(share);
        if request.tree_connect(index) != tree_connect {
            request.rare_mut().tree_of_chain = tree_connect;
        }
        if tree_connect == Some(index) {
            share_of.extend(share.map(|share| (index, share)));
        }
    }
    shares
}

fn add(shares: &mut Vec<CapturedShare>, request: &Planned<'_>, address: Option<IpAddr>) -> Option<usize> {
    let path = tree_connect::captured_path(request.bytes())?;
    let connected = request.captured_status() == Some(NtStatus::SUCCESS);
    Some(CapturedShare::note(shares, address, &path, request.row.share_type(), connected))
}

fn known(shares: &[CapturedShare], request: &Planned<'_>, address: Option<IpAddr>) -> Option<usize> {
    let name = request.row.share()?;
    shares.iter().position(|share| share.is(address, tree_connect::share_name(name)))
}
