//! Small, correct messages, written down byte by byte.

/// The bytes that `digits` spell; white space and what follows a `#` on a line do not count.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: String = digits
        .lines()
        .flat_map(|line| line.split('#').next())
        .flat_map(|line| line.chars().filter(|digit| !digit.is_whitespace()))
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {digits}");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A message with `body` behind a header of this `command`, `status` and `flags`.
pub(crate) fn message(command: u16, status: u32, flags: u32, body: &str) -> Vec<u8> {
    let mut message = hex("fe534d42 4000 0100");
    message.extend(status.to_le_bytes());
    message.extend(command.to_le_bytes());
    message.extend(hex("0100"));
    message.extend(flags.to_le_bytes());
    message.extend(hex("00000000 0700000000000000 fffe0000 05000000 3900000000180000"));
    message.resize(64, 0);
    message.extend(hex(body));
    message
}

fn request(command: u16, body: &str) -> Vec<u8> {
    message(command, 0, 0, body)
}

fn response(command: u16, body: &str) -> Vec<u8> {
    message(command, 0, 1, body)
}

pub(crate) fn negotiate_request() -> Vec<u8> {
    request(
        0,
        "2400 0200 0100 0000 7f000000 000102030405060708090a0b0c0d0e0f
         68000000 0700 0000                         # contexts at 104, 7 of them
         0203 1103                                  # 3.0.2 (odd on purpose: the list is not sorted), 3.1.1
         0100 0a00 00000000 0100 0400 0100 aabbccdd 000000000000   # SHA-512, salt
         0200 0600 00000000 0200 0200 0100 0000     # AES-128-GCM, AES-128-CCM
         0300 0c00 00000000 0200 0000 01000000 0200 0500 00000000  # chained; LZ77, LZ4
         0500 0400 00000000 7300 7600 00000000      # netname sv
         0600 0400 00000000 01000000 00000000       # transport
         0700 0a00 00000000 0100 0000 00000000 0200 000000000000   # RDMA signing
         0800 0600 00000000 0200 0200 0100          # AES-GMAC, AES-CMAC; the last one is not padded",
    )
}

pub(crate) fn negotiate_response() -> Vec<u8> {
    response(
        0,
        "4100 0100 1103 0100 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff 2f000000 00008000 00008000 00008000
         0080aabbccddda01 0000000000000000 8000 0400 88000000
         60020606 00000000                          # security buffer, padding
         0800 0400 00000000 0100 0200",
    )
}

pub(crate) fn session_setup_request() -> Vec<u8> {
    request(1, "1900 01 02 01000000 00000000 5800 0300 1122334455667788 4e544c")
}

pub(crate) fn session_setup_response() -> Vec<u8> {
    message(1, 0xc000_0016, 1, "0900 0000 4800 0200 a181")
}

pub(crate) fn tree_connect_request() -> Vec<u8> {
    request(3, "0900 0000 4800 0a00 5c00 5c00 7300 5c00 6400")
}

/// With the extension of SMB 3.1.1 between the fixed part and the path.
pub(crate) fn tree_connect_extension() -> Vec<u8> {
    request(3, "0900 0400 5800 0400 20000000 0100 00000000000000000000 5c00 5c00")
}

pub(crate) fn create_request() -> Vec<u8> {
    request(
        5,
        "3900 00 ff 02000000 0000000000000000 0000000000000000 81001000 80000000 07000000 01000000 60000000
         7800 0600 80000000 58000000
         6100 5c00 6200 0000                        # a\\b, padding
         20000000 1000 0400 0000 1800 00000000      # first context: next at 32, no data
         4d784163 00000000 0000000000000000         # MxAc
         00000000 1000 0400 0000 1800 20000000      # last context: 32 bytes
         52714c73 00000000                          # RqLs
         000102030405060708090a0b0c0d0e0f 07000000 00000000 0000000000000000",
    )
}

pub(crate) fn create_response() -> Vec<u8> {
    response(
        5,
        "5900 09 00 01000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000
         0010000000000000 2a00000000000000 20000000 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 98000000 20000000
         00000000 1000 0400 0000 1800 08000000 4d784163 00000000 00000000 ff011f00",
    )
}

pub(crate) fn read_request() -> Vec<u8> {
    request(
        8,
        "3100 50 00 00100000 0020000000000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 00000000 01000000 00000000 7000 0400
         deadbeef",
    )
}

pub(crate) fn read_response() -> Vec<u8> {
    response(8, "1100 50 00 05000000 00000000 00000000 68656c6c6f")
}

/// At the end of a file: no data, and a DataOffset that points behind the message.
pub(crate) fn read_response_without_data() -> Vec<u8> {
    response(8, "1100 51 00 00000000 00000000 00000000")
}

pub(crate) fn write_request() -> Vec<u8> {
    request(
        9,
        "3100 7000 03000000 0000010000000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 00000000 00000000 0000 0000 01000000
         616263",
    )
}

pub(crate) fn lock_request() -> Vec<u8> {
    request(
        10,
        "3000 0200 12000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8
         0a00000000000000 0500000000000000 12000000 00000000
         ffffffffffffffff 0100000000000000 04000000 00000000",
    )
}

pub(crate) fn copy_chunk_request() -> Vec<u8> {
    request(
        11,
        "3900 0000 f2401400 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 78000000 38000000 00000000 78000000 00000000 0c000000
         01000000 00000000
         000102030405060708090a0b0c0d0e0f1011121314151617 01000000 00000000
         0001000000000000 0002000000000000 00100000 00000000",
    )
}

pub(crate) fn ioctl_response() -> Vec<u8> {
    response(
        11,
        "3100 0000 78001400 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 70000000 00000000 70000000 1c000000 00000000 00000000
         000102030405060708090a0b0c0d0e0f1011121314151617 00000000",
    )
}

pub(crate) fn query_directory_request() -> Vec<u8> {
    request(14, "2100 25 01 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 6000 0200 00000100 2a00")
}

pub(crate) fn query_directory_response() -> Vec<u8> {
    response(14, "0900 4800 04000000 01020304")
}

pub(crate) fn change_notify_response() -> Vec<u8> {
    response(15, "0900 4800 04000000 01020304")
}

pub(crate) fn query_info_request() -> Vec<u8> {
    request(16, "2900 01 0f 00100000 6800 0000 03000000 00000000 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8 0a0b0c")
}

pub(crate) fn query_info_response() -> Vec<u8> {
    response(16, "0900 4800 04000000 01020304")
}

/// FileRenameInformation to `c\\d`, replacing.
pub(crate) fn rename_request() -> Vec<u8> {
    request(
        17,
        "2100 01 0a 1a000000 6000 0000 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8
         01 00000000000000 0000000000000000 06000000 6300 5c00 6400",
    )
}

/// FileLinkInformation to `e`, not replacing.
pub(crate) fn link_request() -> Vec<u8> {
    request(
        17,
        "2100 01 0b 16000000 6000 0000 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8
         00 00000000000000 0000000000000000 02000000 6500",
    )
}

pub(crate) fn oplock_break_acknowledgment() -> Vec<u8> {
    request(18, "1800 01 00 00000000 a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8")
}

pub(crate) fn lease_break_acknowledgment() -> Vec<u8> {
    request(18, "2400 0000 00000000 000102030405060708090a0b0c0d0e0f 01000000 0000000000000000")
}

pub(crate) fn session_closed() -> Vec<u8> {
    response(19, "0400 0000 00000000 00000000")
}

/// STATUS_ACCESS_DENIED with the byte of padding that Windows sends.
pub(crate) fn access_denied(command: u16) -> Vec<u8> {
    message(command, 0xc000_0022, 1, "0900 00 00 00000000 00")
}

/// STATUS_STOPPED_ON_SYMLINK as before SMB 3.1.1.
pub(crate) fn stopped_on_symlink() -> Vec<u8> {
    message(5, 0x8000_002d, 1, &format!("0900 00 00 24000000 {SYMBOLIC_LINK}"))
}

/// STATUS_STOPPED_ON_SYMLINK as in SMB 3.1.1, with a share redirect behind it to make two contexts.
pub(crate) fn stopped_on_symlink_in_context() -> Vec<u8> {
    let body = format!("0900 02 00 3a000000 24000000 00000000 {SYMBOLIC_LINK} 00000000 02000000 53526472 0102");
    message(5, 0x8000_002d, 1, &body)
}

/// To `..t`, shown as `t`, with 4 bytes of the name unparsed.
const SYMBOLIC_LINK: &str = "20000000 53594d4c 0c0000a0 1400 0400 0200 0600 0000 0200 01000000
                             7400 2e00 2e00 7400";

/// All examples.
pub(crate) fn all() -> Vec<Vec<u8>> {
    vec![
        negotiate_request(),
        negotiate_response(),
        session_setup_request(),
        session_setup_response(),
        tree_connect_request(),
        tree_connect_extension(),
        create_request(),
        create_response(),
        read_request(),
        read_response(),
        read_response_without_data(),
        write_request(),
        lock_request(),
        copy_chunk_request(),
        ioctl_response(),
        query_directory_request(),
        query_directory_response(),
        change_notify_response(),
        query_info_request(),
        query_info_response(),
        rename_request(),
        link_request(),
        oplock_break_acknowledgment(),
        lease_break_acknowledgment(),
        session_closed(),
        access_denied(3),
        stopped_on_symlink(),
        stopped_on_symlink_in_context(),
    ]
}
