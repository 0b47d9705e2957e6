//! IOCTL, by control code (MS-FSCC 2.3, MS-SMB2 2.2.32). Outputs of other codes, and of those that have none, are not
//! compared: DFS referrals, network interfaces, statistics, object ids and hashes are a server's own.

use super::command::{rpc_context_results, rpc_packet_type};
use super::{Layout, Part, count, flags, opaque, structure, table};
use crate::compare::value::Value;
use smb2::fscc::ReparsePoint;
use smb2::message::IoctlResponse;
use smb2::message::ioctl::copy_chunk::CopyChunkResponse;
use smb2::{Malformed, wire};

table! {
    /// FSCTL_PIPE_TRANSCEIVE: the answer of an RPC server.
    PIPE_TRANSCEIVE of structure => {
        Compared rpc_packet_type = |b| rpc_packet_type(b);
        Compared rpc_context_results = |b| rpc_context_results(b);
        Volatile data = |b| Value::Data(b);
    }
}

table! {
    /// FSCTL_SRV_COPYCHUNK, FSCTL_SRV_COPYCHUNK_WRITE (MS-SMB2 2.2.32.1).
    COPY_CHUNK of CopyChunkResponse::parse => {
        Compared chunks_written = |view| Value::Number(view.chunks_written().into());
        Compared chunk_bytes_written = |view| Value::Number(view.chunk_bytes_written().into());
        Compared total_bytes_written = |view| Value::Number(view.total_bytes_written().into());
    }
}

table! {
    /// FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2 2.2.32.3).
    RESUME_KEY of structure => {
        Volatile resume_key = |b| opaque::<24>(b, 0);
    }
}

table! {
    /// FSCTL_SRV_ENUMERATE_SNAPSHOTS (MS-SMB2 2.2.32.2). Snapshots are named by their times.
    ENUMERATE_SNAPSHOTS of structure => {
        Compared number_of_snapshots = |b| count::<4>(b, 0);
        Volatile snapshots = |b| Value::text(b.get(12..).unwrap_or_default());
    }
}

table! {
    /// FSCTL_GET_REPARSE_POINT (MS-FSCC 2.1.2).
    GET_REPARSE_POINT of ReparsePoint::parse => {
        Compared reparse_tag = |view| Value::Flags(view.tag.into());
        Compared substitute_name = |view| view.target.map_or(Value::Absent, |to| Value::path(to.substitute_name));
        Compared print_name = |view| view.target.map_or(Value::Absent, |to| Value::path(to.print_name));
        Compared symlink_flags = |view| view.target.map_or(Value::Absent, |to| Value::Flags(to.flags.into()));
        Compared reparse_data = |view| match view.target {
            Some(_) => Value::NotComparable,
            None => Value::Text(view.data.escape_ascii().to_string().into()),
        };
    }
}

table! {
    /// FSCTL_QUERY_ALLOCATED_RANGES: pairs of offset and length.
    ALLOCATED_RANGES of structure => {
        Compared allocated_ranges = |b| Value::set(b.as_chunks::<16>().0.iter().map(|range| {
            let [offset, length] = [0, 8].map(|at| wire::u64_at(range, at, "range").unwrap_or_default());
            format!("{length} bytes at {offset}")
        }));
    }
}

table! {
    /// FSCTL_QUERY_FILE_REGIONS.
    FILE_REGIONS of structure => {
        Compared region_entry_count = |b| count::<4>(b, 8);
        Compared regions = |b| Value::set(b.get(16..).unwrap_or_default().as_chunks::<24>().0.iter().map(|region| {
            let [offset, length] = [0, 8].map(|at| wire::u64_at(region, at, "region").unwrap_or_default());
            format!("{length} bytes at {offset}, usage {:#x}", wire::u32_at(region, 16, "Usage").unwrap_or_default())
        }));
    }
}

table! {
    /// FSCTL_GET_COMPRESSION.
    GET_COMPRESSION of structure => {
        Compared compression_format = |b| count::<2>(b, 0);
    }
}

table! {
    /// FSCTL_GET_INTEGRITY_INFORMATION.
    GET_INTEGRITY of structure => {
        Compared checksum_algorithm = |b| count::<2>(b, 0);
        Compared integrity_flags = |b| flags(b, 4);
        Volatile checksum_chunk_size = |b| count::<4>(b, 8);
        Volatile cluster_size = |b| count::<4>(b, 12);
    }
}

table! {
    /// FSCTL_OFFLOAD_READ.
    OFFLOAD_READ of structure => {
        Compared offload_flags = |b| flags(b, 4);
        Compared transfer_length = |b| count::<8>(b, 8);
        Volatile token = |b| opaque::<512>(b, 16);
    }
}

table! {
    /// FSCTL_OFFLOAD_WRITE.
    OFFLOAD_WRITE of structure => {
        Compared offload_flags = |b| flags(b, 4);
        Compared length_written = |b| count::<8>(b, 8);
    }
}

table! {
    /// FSCTL_FILE_LEVEL_TRIM.
    FILE_LEVEL_TRIM of structure => {
        Compared num_ranges_processed = |b| count::<4>(b, 0);
    }
}

table! {
    /// FSCTL_CREATE_OR_GET_OBJECT_ID, FSCTL_GET_OBJECT_ID (MS-FSCC 2.1.3).
    OBJECT_ID of structure => {
        Volatile object_id = |b| opaque::<16>(b, 0);
    }
}

table! {
    /// FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT (MS-RSVD 2.2.4.18).
    SHARED_VIRTUAL_DISK of structure => {
        Compared shared_virtual_disk_support = |b| flags(b, 0);
        Compared shared_virtual_disk_handle_state = |b| flags(b, 4);
    }
}

const fn output(parts: &'static [Part]) -> Layout {
    Layout { parts, bytes: ioctl_output }
}

macro_rules! control_codes {
    ($($code:literal => $FIELDS:ident;)*) => {
        /// Every layout of this file, with what it is of.
        pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
            let name = |code: u32| smb2::names::ctl_code(code).unwrap_or("another code");
            [$($code,)*].into_iter().map(move |code: u32| (format!("IOCTL {}", name(code)), layout(code)))
        }

        /// The layout of a control code's output.
        pub(super) fn layout(code: u32) -> Layout {
            match code {
                $($code => output(&[Part { fields: $FIELDS, offset: 0 }]),)*
                _ => Layout::NOTHING,
            }
        }
    };
}

control_codes! {
    0x0011_c017 => PIPE_TRANSCEIVE;
    0x0014_40f2 => COPY_CHUNK;
    0x0014_80f2 => COPY_CHUNK;
    0x0014_0078 => RESUME_KEY;
    0x0014_4064 => ENUMERATE_SNAPSHOTS;
    0x0009_00a8 => GET_REPARSE_POINT;
    0x0009_40cf => ALLOCATED_RANGES;
    0x0009_0284 => FILE_REGIONS;
    0x0009_003c => GET_COMPRESSION;
    0x0009_027c => GET_INTEGRITY;
    0x0009_4264 => OFFLOAD_READ;
    0x0009_8268 => OFFLOAD_WRITE;
    0x0009_8208 => FILE_LEVEL_TRIM;
    0x0009_009c => OBJECT_ID;
    0x0009_00c0 => OBJECT_ID;
    0x0009_0300 => SHARED_VIRTUAL_DISK;
}

/// The output of an IOCTL response.
fn ioctl_output(message: &[u8]) -> Result<&[u8], Malformed> {
    IoctlResponse::parse(message)?.output()
}
