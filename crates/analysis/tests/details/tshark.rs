//! Fields against tshark's: the same place, the same length, the same value.

use super::captured::{Shown, captures, messages, operations};
use super::pdml::{self, Field};
use smbreplay_analysis::details::{Details, Mark, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// tshark's name of a field, and ours.
#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    // header
    ("smb2.protocol_id", &["ProtocolId"]), ("smb2.header_len", &["StructureSize"]), ("smb2.credit.charge", &["CreditCharge"]),
    ("smb2.channel_sequence", &["ChannelSequence"]), ("smb2.cmd", &["Command"]),
    ("smb2.credits.requested", &["CreditRequest"]), ("smb2.credits.granted", &["CreditResponse"]),
    ("smb2.flags", &["Flags"]), ("smb2.chain_offset", &["NextCommand"]), ("smb2.msg_id", &["MessageId"]),
    ("smb2.aid", &["AsyncId"]), ("smb2.pid", &["Reserved"]), ("smb2.tid", &["TreeId"]), ("smb2.sesid", &["SessionId"]),
    ("smb2.signature", &["Signature"]), ("smb2.nt_status", &["Status", "ResolveStatus"]),
    // bodies
    ("smb2.buffer_code", &["StructureSize"]),
    ("smb2.dialect_count", &["DialectCount"]), ("smb2.dialect", &["Dialect", "DialectRevision"]),
    ("smb2.capabilities", &["Capabilities"]), ("smb2.client_guid", &["ClientGuid", "Guid"]), ("smb2.server_guid", &["ServerGuid", "Guid"]),
    ("smb2.negotiate_context.offset", &["NegotiateContextOffset"]), ("smb2.negotiate_context.count", &["NegotiateContextCount"]),
    ("smb2.negotiate_context.type", &["ContextType"]), ("smb2.negotiate_context.data_length", &["DataLength"]),
    ("smb2.negotiate_context.hash_alg_count", &["HashAlgorithmCount"]), ("smb2.negotiate_context.hash_algorithm", &["HashAlgorithm"]),
    ("smb2.negotiate_context.salt_length", &["SaltLength"]), ("smb2.negotiate_context.salt", &["Salt"]),
    ("smb2.negotiate_context.cipher_count", &["CipherCount"]), ("smb2.negotiate_context.cipher_id", &["Cipher"]),
    ("smb2.negotiate_context.netname", &["NetName"]),
    ("smb2.max_trans_size", &["MaxTransactSize"]), ("smb2.max_read_size", &["MaxReadSize"]), ("smb2.max_write_size", &["MaxWriteSize"]),
    ("smb2.current_time", &["SystemTime"]), ("smb2.boot_time", &["ServerStartTime", "ClientStartTime"]),
    ("smb2.channel", &["Channel"]), ("smb2.previous_sesid", &["PreviousSessionId"]), ("smb2.session_flags", &["SessionFlags"]),
    ("smb2.ses_req_flags", &["Flags"]),
    ("smb2.tree", &["PathName"]), ("smb2.share_type", &["ShareType"]), ("smb2.share_flags", &["ShareFlags"]), ("smb2.share_caps", &["Capabilities"]),
    ("smb2.create.oplock", &["RequestedOplockLevel", "OplockLevel"]), ("smb2.impersonation.level", &["ImpersonationLevel"]),
    ("smb2.create_flags", &["SmbCreateFlags"]), ("smb.access_mask", &["DesiredAccess", "MaximalAccess", "AccessFlags", "Mask"]),
    ("smb2.file_attribute", &["FileAttributes"]), ("smb.share_access", &["ShareAccess"]),
    ("smb2.create.disposition", &["CreateDisposition"]), ("smb2.create.action", &["CreateAction"]),
    ("smb2.create.rep_flags", &["Flags"]), ("smb2.filename", &["FileName"]), ("smb2.fid", &["FileId", "DurableRequest"]),
    ("smb2.create.time", &["CreationTime"]), ("smb2.last_access.time", &["LastAccessTime"]),
    ("smb2.last_write.time", &["LastWriteTime"]), ("smb2.last_change.time", &["ChangeTime"]),
    ("smb2.allocation_size", &["AllocationSize"]), ("smb2.eof", &["EndofFile", "EndOfFile"]),
    ("smb2.create.chain_offset", &["Next"]), ("smb2.tag", &["Name"]),
    ("smb2.lease.lease_key", &["LeaseKey"]), ("smb2.lease.lease_state", &["LeaseState", "CurrentLeaseState", "NewLeaseState"]),
    ("smb2.lease.lease_flags", &["LeaseFlags", "Flags"]), ("smb2.lease.lease_duration", &["LeaseDuration"]),
    ("smb2.lease.parent_lease_key", &["ParentLeaseKey"]), ("smb2.lease.lease_oplock", &["Epoch", "NewEpoch"]),
    ("smb2.dh2x.timeout", &["Timeout"]), ("smb2.dh2x.flags", &["Flags"]), ("smb2.dh2x.create_guid", &["CreateGuid"]),
    ("smb2.mxac_status", &["QueryStatus"]), ("smb2.mxac_timestamp", &["Timestamp"]), ("smb2.twrp_timestamp", &["Timestamp"]),
    ("smb2.close.flags", &["Flags"]),
    ("smb2.read_padding", &["Padding"]), ("smb2.read_flags", &["Flags"]), ("smb2.read_length", &["Length", "DataLength"]),
    ("smb2.file_offset", &["Offset"]), ("smb2.min_count", &["MinimumCount"]), ("smb2.remaining_bytes", &["RemainingBytes"]),
    ("smb2.channel_info_offset", &["ReadChannelInfoOffset", "WriteChannelInfoOffset"]),
    ("smb2.channel_info_length", &["ReadChannelInfoLength", "WriteChannelInfoLength"]),
    ("smb2.read_remaining", &["DataRemaining"]), ("smb2.write_length", &["Length"]), ("smb2.write.flags", &["Flags"]),
    ("smb2.write.count", &["Count"]), ("smb2.write.remaining", &["Remaining"]),
    ("smb2.lock_count", &["LockCount"]), ("smb2.lock_length", &["Length"]), ("smb2.lock_flags", &["Flags"]),
    ("smb2.ioctl.function", &["CtlCode"]), ("smb2.ioctl.flags", &["Flags"]),
    ("smb2.max_ioctl_in_size", &["MaxInputResponse"]), ("smb2.max_ioctl_out_size", &["MaxOutputResponse"]),
    ("smb2.find.infolevel", &["FileInformationClass"]), ("smb2.find.flags", &["Flags"]), ("smb2.file_index", &["FileIndex"]),
    ("smb2.find.pattern", &["FileName"]), ("smb2.output_buffer_len", &["OutputBufferLength"]),
    ("smb2.short_name_len", &["ShortNameLength"]), ("smb2.ea_size", &["EaSize"]), ("smb2.file_id", &["FileId", "IndexNumber", "DiskFileId"]),
    ("smb2.notify.flags", &["Flags"]), ("smb2.notify.action", &["Action"]), ("smb2.notify.next_offset", &["NextEntryOffset"]),
    ("smb2.class", &["InfoType"]), ("smb2.infolevel", &["FileInfoClass"]), ("smb2.file_info.infolevel", &["FileInfoClass"]),
    ("smb2.fs_info.infolevel", &["FileInfoClass"]), ("smb2.sec_info.infolevel", &["FileInfoClass"]),
    ("smb2.max_response_size", &["OutputBufferLength"]), ("smb2.getinfo_input_size", &["InputBufferLength"]),
    ("smb2.getinfo_input_offset", &["InputBufferOffset"]), ("smb2.setinfo_size", &["BufferLength"]), ("smb2.setinfo_offset", &["BufferOffset"]),
    ("smb2.getsetinfo_additional", &["AdditionalInformation"]), ("smb2.getinfo_flags", &["Flags"]),
    ("smb2.nlinks", &["NumberOfLinks"]), ("smb2.delete_pending", &["DeletePending"]), ("smb2.is_directory", &["Directory"]),
    ("smb2.position_info", &["CurrentByteOffset"]), ("smb2.mode_info", &["Mode"]), ("smb2.alignment_info", &["AlignmentRequirement"]),
    ("smb2.error.context_count", &["ErrorContextCount"]), ("smb2.error.reserved", &["Reserved"]), ("smb2.error.byte_count", &["ByteCount"]),
    ("smb2.fsctl.wait.timeout", &["Timeout"]),
    ("smb2.ioctl.network_interfaces.next_offset", &["Next"]), ("smb2.ioctl.network_interfaces.index", &["IfIndex"]),
    ("smb2.ioctl.network_interfaces.link_speed", &["LinkSpeed"]), ("smb2.ioctl.network_interfaces.capabilities", &["Capability"]),
    ("smb2.windows.sockaddr.family", &["Family"]), ("smb2.windows.sockaddr.port", &["Port"]),
    ("smb2.fsctl.cchunk.count", &["ChunkCount"]), ("smb2.fsctl.cchunk.chunks_written", &["ChunksWritten"]),
    ("ntlmssp.messagetype", &["MessageType"]), ("ntlmssp.ntlmserverchallenge", &["ServerChallenge"]),
    ("ntlmssp.challenge.target_info.item.type", &["AvId"]), ("ntlmssp.challenge.target_info.item.length", &["AvLen"]),
    ("dcerpc.ver", &["rpc_vers"]), ("dcerpc.pkt_type", &["PTYPE"]), ("dcerpc.cn_frag_len", &["frag_length"]),
    ("dcerpc.cn_auth_len", &["auth_length"]), ("dcerpc.cn_call_id", &["call_id"]), ("dcerpc.cn_max_xmit", &["max_xmit_frag"]),
    ("dcerpc.cn_max_recv", &["max_recv_frag"]), ("dcerpc.cn_assoc_group", &["assoc_group_id"]), ("dcerpc.opnum", &["opnum"]),
    ("dcerpc.cn_alloc_hint", &["alloc_hint"]), ("dcerpc.cn_num_ctx_items", &["n_context_elem"]),
    ("nt.acl.size", &["AclSize"]),
    ("nt.ace.type", &["AceType"]), ("nt.ace.size", &["AceSize"]), ("nt.sec_desc.type", &["Control"]),
    ("smb.fs_attr", &["FileSystemAttributes"]), ("smb.volume.serial", &["VolumeSerialNumber"]), ("smb.volume.label.len", &["VolumeLabelLength"]),
];

/// What tshark 4.0 shows in the other order of bytes.
const OTHER_ORDER: [&str; 2] = ["smb2.alignment_info", "smb2.mxac_status"];

/// Whether a field of tshark is none of the message: what it repeats of the request, what it finds in the stub of an RPC, and
/// what it reads another way than the specification.
fn is_foreign(field: &Field, details: &Details) -> bool {
    let is_answer = !details.name.ends_with("Request");
    match field.name.as_str() {
        "smb2.class"
        | "smb2.infolevel"
        | "smb2.file_info.infolevel"
        | "smb2.fs_info.infolevel"
        | "smb2.sec_info.infolevel"
        | "smb2.find.infolevel" => is_answer,
        "smb2.tree" => details.name != "SMB2 TREE_CONNECT Request",
        name if name.starts_with("nt.") => details.name != "SMB2 QUERY_INFO Response" || is_answer && field.offset < 72,
        // Without dialect 3.1.1 it is ClientStartTime (MS-SMB2 2.2.3).
        "smb2.negotiate_context.offset" | "smb2.negotiate_context.count" => {
            details.walk().any(|node| node.name == "ClientStartTime")
        }
        // StructureSize 9 and a status that failed: an ERROR Response (MS-SMB2 3.3.4.4).
        "smb2.session_flags" => details.name.ends_with("ERROR Response"),
        _ => false,
    }
}

/// Names in [`NAMES`] that belong to the header.
const HEADER: usize = 16;

type Key = (u64, u64, u64, bool);

fn value_of(details: &Details, name: &str) -> Option<u64> {
    details.walk().find(|node| node.name == name).and_then(|node| number(node.value.as_deref()?))
}

fn number(text: &str) -> Option<u64> {
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok())
}

fn key(shown: &Shown) -> Option<Key> {
    let details = &shown.details;
    let is_response = value_of(details, "Flags")? & 1 != 0;
    Some((shown.frame, value_of(details, "MessageId")?, value_of(details, "Command")?, is_response))
}

/// Whether a leaf and a field say the same.
fn same(node: &Node, field: &Field) -> bool {
    let value = node.value.as_deref().unwrap_or_default();
    let little_endian = (field.value.len() <= 8)
        .then(|| field.value.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
    let big_endian =
        (field.value.len() <= 8).then(|| field.value.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
    let bytes = field.value.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let found = number(value);
    value == field.show
        || value == bytes
        || (found.is_some()
            && (found == little_endian || found == big_endian)
            && (OTHER_ORDER.contains(&field.name.as_str()) || agrees(found, &field.show)))
        || node.mark == Some(Mark::Withheld)
}

/// Where tshark shows a number, it is the same one.
fn agrees(found: Option<u64>, show: &str) -> bool {
    number(show).is_none_or(|shown| Some(shown) == found)
}

#[test]
fn fields_are_where_tshark_has_them_and_hold_what_tshark_says() {
    let names: HashMap<&str, &[&str]> = NAMES.iter().copied().collect();
    let mut wrong: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut unmatched = Vec::new();
    let (mut compared_messages, mut compared_encrypted) = (0, 0);
    for capture in captures() {
        let Some(theirs) = pdml::messages(&capture) else {
            eprintln!("NOT RUN: no tshark");
            return;
        };
        let mut ours: HashMap<Key, (Details, bool)> = HashMap::new();
        for operation in operations(&capture) {
            for shown in messages(&operation) {
                if let Some(key) = key(&shown) {
                    ours.insert(key, (shown.details, operation.encrypted));
                }
            }
        }
        let file = capture.file_name().unwrap().to_string_lossy().into_owned();
        for message in theirs {
            let field =
                |name: &str| message.fields.iter().find(|field| field.name == name).and_then(|f| number(&f.show));
            let (Some(id), Some(command), Some(flags)) = (field("smb2.msg_id"), field("smb2.cmd"), field("smb2.flags"))
            else {
                continue;
            };
            let Some((details, encrypted)) = ours.get(&(message.frame, id, command, flags & 1 != 0)) else {
                unmatched.push(format!("{file} {} {id} {command}", message.frame));
                continue;
            };
            compared_messages += 1;
            compared_encrypted += u64::from(*encrypted);
            let leaves: HashMap<(usize, usize), &Node> = details
                .walk()
                .filter(|node| node.children.is_empty())
                .map(|node| ((node.offset, node.length), node))
                .collect();
            for field in &message.fields {
                let Some((known, expected)) = names.get_key_value(field.name.as_str()) else { continue };
                if is_foreign(field, details) {
                    continue;
                }
                *seen.entry(known).or_default() += 1;
                let found = leaves.get(&(field.offset, field.length));
                if !found.is_some_and(|node| expected.contains(&&*node.name) && same(node, field)) {
                    let told = format!(
                        "{file} frame {} {}: {field:?} is {:?}",
                        message.frame,
                        details.name,
                        found.map(|node| (&node.name, &node.value))
                    );
                    let entry = wrong.entry(field.name.clone()).or_insert((0, told));
                    entry.0 += 1;
                }
            }
        }
    }
    let header: BTreeSet<&str> = NAMES.iter().take(HEADER).map(|(name, _)| *name).collect();
    let bodies = seen.keys().filter(|name| !header.contains(*name)).count();
    let total: u64 = seen.values().sum();
    eprintln!(
        "{compared_messages} messages, {compared_encrypted} of them encrypted, {total} fields, {bodies} kinds of fields of bodies"
    );
    assert!(unmatched.is_empty(), "only tshark has {unmatched:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(bodies >= 40 && compared_messages > 1000, "{seen:?}");
    if captures().len() > 1 {
        assert!(header.iter().all(|name| seen.contains_key(name)), "{seen:?}");
        assert!(bodies >= 100 && compared_encrypted > 20, "{compared_encrypted} {seen:?}");
    }
}
