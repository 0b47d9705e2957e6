//! Seeds of pickles: settings in the instructions of old and new protocols, and what is refused.

const PICKLES: &[&[u8]] = &[
    // Protocol 0, as Python 2 and 3 write it.
    b"(dp0\nS'server_ip'\np1\nS'192.0.2.10'\np2\nsVmax_wait\np3\nF7.5\nsS'port'\nI445\nsS'x'\nL5L\nsS'y'\nI01\ns.",
    b"(dp0\nVdomain\np1\nV\\u20ac\np2\nsVhistory\np3\n(lp4\nVa\np5\naNasg1\ng2\ns.",
    // Protocol 1.
    b"}q\0(X\x08\0\0\0usernameq\x01X\x05\0\0\0erikaq\x02U\x09tree_nameT\x05\0\0\0shareX\x04\0\0\0portM\xbd\x01u.",
    // Protocol 2.
    b"\x80\x02}q\0(X\x0f\0\0\0verbosity_levelq\x01K\x14X\x01\0\0\0aq\x02\x88\x86X\x01\0\0\0b\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\0u.",
    // Protocols 3 to 5.
    b"\x80\x03}q\0(C\x06domainq\x01C\x01dq\x02X\x08\0\0\0max_waitG\x40\x04\0\0\0\0\0\0B\x01\0\0\0x)u.",
    b"\x80\x04\x95\x2a\0\0\0\0\0\0\0}\x94(\x8c\x06replay\x94}\x94\x8c\x04port\x94K\x07s\x8c\x07case_id\x94J\x2a\0\0\0\x8c\x01a\x94]\x94(NN\x87eu.",
    b"\x80\x05}\x94(\x8c\x08password\x94\x8d\x03\0\0\0\0\0\0\0abc\x94\x8c\x01b\x94\x96\x02\0\0\0\0\0\0\0xy\x94h\0j\x01\0\0\0r\x09\0\0\0u.",
    // What is there twice, contains itself, or is taken from the stack again.
    b"}q\0\x8c\x04selfh\0s\x8c\x01ad\x8c\x01b(NNtsN0(NN1(0N2N.",
    // What is refused.
    b"cos\nsystem\n(S'touch x'\ntR.",
    b"(\x8c\x02os\x8c\x06system\x93ios\nsystem\nPx\n.",
];

/// The pickles as inputs.
pub(super) fn pickles() -> Vec<Vec<u8>> {
    PICKLES.iter().map(|bytes| bytes.to_vec()).collect()
}
