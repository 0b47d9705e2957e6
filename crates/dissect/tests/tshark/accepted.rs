//! Where we and tshark differ, and why.

/// Values of ours that differ from tshark's.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) capture: &'static str,
    pub(crate) column: &'static str,
    pub(crate) frames: &'static [u64],
    /// What we say in each of these frames.
    pub(crate) ours: &'static str,
    /// Why that is right.
    pub(crate) reason: &'static str,
}

/// Why a whole message is ours alone.
const MISSING_SEGMENT: &str = "a segment of this READ response is not in the capture; we keep the response with a hole, \
                               tshark cannot reassemble it";

pub(crate) const ACCEPTED: &[Accepted] = &[
    Accepted {
        capture: "smb-length-5786.pcap",
        column: "smb2.nt_status",
        frames: &[111, 452, 456, 460, 463, 466, 468, 470, 473, 477, 479, 481, 483, 485, 487, 489, 491, 493],
        ours: "0x00000000;0x00000000",
        reason: "of CREATE and CLOSE; tshark has a third value between them, the NT Status inside the AAPL create \
                 context (resolve id), which is no message's status",
    },
    Accepted {
        capture: "smb-length-5786.pcap",
        column: "smb2.tree",
        frames: &[138, 236, 350, 393, 438, 516, 590, 667],
        ours: "\\\\127.0.0.1\\PUBLIC",
        reason: "lease breaks name neither session nor tree, so that tshark shows no share; their lease key was granted \
                 to opens of this one",
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.protocol_id",
        frames: &[191],
        ours: "0xfe534d42",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.cmd",
        frames: &[191],
        ours: "8",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.flags.response",
        frames: &[191],
        ours: "1",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.flags.async",
        frames: &[191],
        ours: "0",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.flags.signature",
        frames: &[191],
        ours: "0",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.msg_id",
        frames: &[191],
        ours: "54",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.sesid",
        frames: &[191],
        ours: "0x000000002a16df11",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.tid",
        frames: &[191],
        ours: "0x0c09ef82",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.nt_status",
        frames: &[191],
        ours: "0x00000000",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2-peter-minus-p191.pcap",
        column: "smb2.tree",
        frames: &[191],
        ours: "\\\\10.3.1.1\\public",
        reason: MISSING_SEGMENT,
    },
    Accepted {
        capture: "smb2_krb.pcap",
        column: "smb2.protocol_id",
        frames: &[43],
        ours: "0xfe534d42;response: its header is not captured",
        reason: "the second message of the chain lies beyond the snapshot length; it is a row with that reason, where \
                 tshark shows nothing",
    },
];
