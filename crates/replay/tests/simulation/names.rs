//! Names of shares and files: what a live request says where the captured one said something else.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::{self, message};
use smb2::header::offset;
use smb2::{Command, FileId, HeaderFlags, utf16};
use smbreplay_replay::{Mapping, Options};
use store::runs::Verdict;

const TREE: u32 = 5;
const DFS_OPERATIONS: u32 = HeaderFlags::DFS_OPERATIONS;
/// SMB2_SHARE_CAP_DFS.
const SHARE_CAP_DFS: u32 = 8;
const FSCTL_DFS_GET_REFERRALS: u32 = 0x0006_0194;

fn root(root: &str) -> Options {
    Options { mapping: Mapping { root: Some(root.parse().unwrap()), ..Mapping::default() }, ..options() }
}

fn paths(rules: &[&str]) -> Options {
    let paths = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    Options { mapping: Mapping { paths, ..Mapping::default() }, ..options() }
}

fn on_tree(mut message: Vec<u8>, tree: u32) -> Vec<u8> {
    message[offset::TREE_ID..offset::TREE_ID + 4].copy_from_slice(&tree.to_le_bytes());
    message
}

fn with_flags(mut message: Vec<u8>, flags: u32) -> Vec<u8> {
    message[offset::FLAGS..offset::FLAGS + 4].copy_from_slice(&flags.to_le_bytes());
    message
}

fn tree_connect(message_id: u64, path: &str) -> Vec<u8> {
    let path = utf16::from_str(path);
    let mut body = vec![9, 0, 0, 0, 72, 0];
    body.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
    body.extend(path);
    message(Command::TREE_CONNECT, message_id, &body)
}

/// The body of a TREE_CONNECT response for a disk.
fn connected(capabilities: u32) -> Vec<u8> {
    let mut body = vec![16, 0, 1, 0, 0, 0, 0, 0];
    body.extend(capabilities.to_le_bytes());
    body.extend([0; 4]);
    body
}

/// A CREATE of this name, UTF-16LE, on the tree.
fn create(message_id: u64, name: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 56];
    body[0] = 57;
    body[44] = 120;
    body[46..48].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    body.extend(name);
    if name.is_empty() {
        body.push(0);
    }
    on_tree(message(Command::CREATE, message_id, &body), TREE)
}

/// A FileRenameInformation on a handle of the tree.
fn rename(message_id: u64, file_id: FileId, name: &str) -> Vec<u8> {
    let name = utf16::from_str(name);
    let length = u32::try_from(name.len()).unwrap();
    let mut body = vec![33, 0, 1, 10];
    body.extend((20 + length).to_le_bytes());
    body.extend([96, 0, 0, 0, 0, 0, 0, 0]);
    body.extend(file_id.0);
    body.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    body.extend([0; 8]);
    body.extend(length.to_le_bytes());
    body.extend(name);
    on_tree(message(Command::SET_INFO, message_id, &body), TREE)
}

/// A DFS referral request.
fn referral(message_id: u64, name: &str) -> Vec<u8> {
    let input = [vec![4, 0], utf16::from_str(name), vec![0, 0]].concat();
    let mut body = vec![57, 0, 0, 0];
    body.extend(FSCTL_DFS_GET_REFERRALS.to_le_bytes());
    body.extend([0xff; 16]);
    body.extend(120u32.to_le_bytes());
    body.extend(u32::try_from(input.len()).unwrap().to_le_bytes());
    body.extend([0; 24]);
    body.extend(input);
    on_tree(message(Command::IOCTL, message_id, &body), TREE)
}

/// A connection on which `\\fs1\docs` was connected to as message 1, and then these requests were sent.
fn captured(requests: impl FnOnce(&mut Captured)) -> Captured {
    let mut captured = Captured::with_connections(1);
    let mut connect = captured.request(0, 10, tree_connect(1, "\\\\fs1\\docs")).answered_with(11, 0, &connected(0));
    let response = connect.operation().response.take().unwrap().to_vec();
    connect.operation().response = Some(on_tree(response, TREE).into());
    requests(&mut captured);
    captured
}

/// Replays up to the answer of the TREE_CONNECT, to a share with these capabilities.
fn simulate(captured: Captured, options: Options, capabilities: u32) -> Simulation {
    let mut simulation = Simulation::begin(captured, options);
    let request = simulation.latest(0, 1).bytes;
    let response = wire::response(&request, 0, 10, &connected(capabilities));
    simulation.receive(0, &on_tree(response, 77));
    simulation
}

#[test]
fn every_name_goes_below_the_root_with_all_its_bytes() {
    let lone_surrogate = [utf16::from_str("a"), vec![0x3d, 0xd8], utf16::from_str(":s:$DATA")].concat();
    for name in [utf16::from_str("x\\y.txt"), lone_surrogate, Vec::new()] {
        let captured = captured(|captured| {
            captured.request(0, 20, create(2, &name)).answered(21);
        });
        let sent = simulate(captured, root("a\\b"), 0).latest(0, 2).bytes;
        let folder = if name.is_empty() { utf16::from_str("a\\b") } else { utf16::from_str("a\\b\\") };
        let mut expected = on_tree(create(2, &[folder, name.clone()].concat()), 77);
        if name.is_empty() {
            expected.push(0);
        }
        assert_eq!(sent, expected);
    }
}

#[test]
fn without_rules_a_name_is_not_a_patch() {
    let captured = captured(|captured| {
        captured.request(0, 20, create(2, &utf16::from_str("x"))).answered(21);
    });
    let mut simulation = simulate(captured, options(), 0);
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    let patched: Vec<_> = outcome.record(0, 2).patches.iter().map(|patch| patch.what).collect();
    assert!(!patched.contains(&"Name") && !patched.contains(&"NameLength"), "{patched:?}");
}

#[test]
fn a_rename_follows_the_rules_and_that_of_a_stream_stays() {
    for (name, live) in [("Old\\b", "new\\b"), ("\\old", "\\new"), (":stream", ":stream")] {
        let captured = captured(|captured| {
            captured.request(0, 20, create(2, &utf16::from_str("f"))).opened(21, wire::file(3), 0, "f");
            captured.request(0, 30, rename(3, wire::file(3), name)).answered(31);
        });
        let mut simulation = simulate(captured, paths(&["old=new"]), 0);
        simulation.answer_with(0, 2, 0, 10, &wire::created(wire::file(9), 0));
        assert_eq!(simulation.latest(0, 3).bytes, on_tree(rename(3, wire::file(9), live), 77));
    }
}

#[test]
fn a_name_with_server_and_share_loses_them_where_the_live_share_is_not_in_dfs() {
    let dfs = |name: &str| with_flags(create(2, &utf16::from_str(name)), DFS_OPERATIONS);
    let captured_with = |name: &str| {
        let request = dfs(name);
        captured(move |captured| {
            captured.request(0, 20, request).answered(21);
        })
    };
    let mut simulation = simulate(captured_with("fs1\\docs\\a"), root("r"), 0);
    let sent = simulation.latest(0, 2);
    assert_eq!(sent.bytes, on_tree(create(2, &utf16::from_str("r\\a")), 77));
    simulation.answer(0, 2);
    assert_eq!(simulation.run_out().record(0, 2).marks, ["dfs_prefix_dropped"]);

    let in_dfs = simulate(captured_with("fs1\\docs\\a"), root("r"), SHARE_CAP_DFS).latest(0, 2);
    assert_eq!(in_dfs.bytes, on_tree(dfs("lab\\share\\r\\a"), 77));
}

#[test]
fn referral_requests_are_about_the_live_share() {
    for (name, live) in [
        ("\\fs1\\docs", "\\lab\\share\\r"),
        ("\\fs1\\DOCS\\a", "\\lab\\share\\r\\a"),
        ("\\FS1", "\\lab"),
        ("\\corp.example\\dfs", "\\corp.example\\dfs"),
        ("", ""),
    ] {
        let captured = captured(|captured| {
            captured.request(0, 20, referral(2, name)).answered(21);
        });
        let sent = simulate(captured, root("r"), 0).latest(0, 2).bytes;
        assert_eq!(sent, on_tree(referral(2, live), 77), "{name}");
    }
}

#[test]
fn a_related_create_is_on_the_tree_of_its_chain() {
    let related = with_flags(create(3, &utf16::from_str("x")), HeaderFlags::RELATED_OPERATIONS);
    let related = on_tree(related, u32::MAX);
    let first = create(2, &utf16::from_str("w"));
    let captured = captured(|captured| captured.chain(0, 20, &[first, related], 21, &[0, 0]));
    let simulation = simulate(captured, root("r"), 0);
    let sent = simulation.latest(0, 3);
    assert_eq!(sent.bytes[120..], utf16::from_str("r\\x"));
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 3), Verdict::NoResponse);
}

#[test]
fn a_share_that_was_not_there_keeps_its_name_and_pipes_go_to_ipc() {
    const BAD_NETWORK_NAME: u32 = 0xc000_00cc;
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, tree_connect(1, "\\\\fs1\\nosuch")).answered_with(11, BAD_NETWORK_NAME, &[9, 0, 0, 0]);
    captured.request(0, 20, tree_connect(2, "\\\\fs1\\ipc$")).answered(21);
    let mut simulation = Simulation::begin(captured, root("r"));
    assert_eq!(simulation.latest(0, 1).bytes[72..], utf16::from_str("\\\\lab\\nosuch"));
    simulation.answer_with(0, 1, BAD_NETWORK_NAME, 10, &[]);
    assert_eq!(simulation.latest(0, 2).bytes[72..], utf16::from_str("\\\\lab\\IPC$"));
}

#[test]
fn printing_is_sent_and_not_compared() {
    const PRINT: u8 = 3;
    let mut captured = Captured::with_connections(1);
    let mut connect = captured.request(0, 10, tree_connect(1, "\\\\fs1\\laser")).answered(11);
    connect.operation().share_type = Some(PRINT);
    let mut simulation = Simulation::begin(captured, options());
    assert_eq!(simulation.latest(0, 1).bytes[72..], utf16::from_str("\\\\lab\\laser"));
    simulation.answer_with(0, 1, 0xc000_00cc, 10, &[]);
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 1), outcome.reason(0, 1)), (Verdict::NotCompared, "printing is not compared"));
}
