//! Well-known interfaces by UUID, and the names of their operations.

use super::operations;
use crate::Guid;

/// An interface that Windows and Samba servers offer over named pipes.
#[derive(Debug)]
pub struct Interface {
    uuid: Guid,
    name: &'static str,
    operations: &'static [&'static str],
}

impl Interface {
    /// The interface with this UUID; `None` for one that the table does not have.
    pub fn by_uuid(uuid: Guid) -> Option<&'static Self> {
        INTERFACES.iter().find(|interface| interface.uuid == uuid)
    }

    /// Its UUID.
    pub fn uuid(&self) -> Guid {
        self.uuid
    }

    /// What it is called, mostly by the name of its pipe: `srvsvc`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The operation of an opnum, as its specification calls it: `NetrShareEnum`.
    pub fn operation(&self, opnum: u16) -> Option<&'static str> {
        self.operations.get(usize::from(opnum)).copied().filter(|name| !name.is_empty())
    }
}

/// A UUID as it is written.
const fn uuid(written: u128) -> Guid {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = written.to_be_bytes();
    Guid([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
}

/// The UUIDs of MS-RPCE's sister specifications (section 1.9 or 2.1 of each).
#[rustfmt::skip]
const INTERFACES: &[Interface] = &[
    Interface { uuid: uuid(0x4b324fc8_1670_01d3_1278_5a47bf6ee188), name: "srvsvc", operations: operations::SRVSVC },
    Interface { uuid: uuid(0x6bffd098_a112_3610_9833_46c3f87e345a), name: "wkssvc", operations: operations::WKSSVC },
    Interface { uuid: uuid(0x12345778_1234_abcd_ef00_0123456789ab), name: "lsarpc", operations: operations::LSARPC },
    Interface { uuid: uuid(0x12345778_1234_abcd_ef00_0123456789ac), name: "samr", operations: operations::SAMR },
    Interface { uuid: uuid(0x12345678_1234_abcd_ef00_01234567cffb), name: "netlogon", operations: operations::NETLOGON },
    Interface { uuid: uuid(0x338cd001_2244_31f1_aaaa_900038001003), name: "winreg", operations: operations::WINREG },
    Interface { uuid: uuid(0x367abb81_9844_35f1_ad32_98f038001003), name: "svcctl", operations: operations::SVCCTL },
    Interface { uuid: uuid(0x12345678_1234_abcd_ef00_0123456789ab), name: "spoolss", operations: operations::SPOOLSS },
    Interface { uuid: uuid(0x82273fdc_e32a_18c3_3f78_827929dc23ea), name: "eventlog", operations: operations::EVENTLOG },
    Interface { uuid: uuid(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa), name: "epmapper", operations: operations::EPMAPPER },
    Interface { uuid: uuid(0xafa8bd80_7d8a_11c9_bef4_08002b102989), name: "mgmt", operations: operations::MGMT },
    Interface { uuid: uuid(0x4fc742e0_4a10_11cf_8273_00aa004ae673), name: "netdfs", operations: operations::NETDFS },
    Interface { uuid: uuid(0x6bffd098_a112_3610_9833_012892020162), name: "browser", operations: operations::BROWSER },
    Interface { uuid: uuid(0x1ff70682_0a51_30e8_076d_740be8cee98b), name: "atsvc", operations: operations::ATSVC },
    Interface { uuid: uuid(0x86d35949_83c9_4044_b424_db363231fd0c), name: "schedule", operations: operations::SCHEDULE },
    Interface { uuid: uuid(0x894de0c0_0d55_11d3_a322_00c04fa321a1), name: "initshutdown", operations: operations::INITSHUTDOWN },
    Interface { uuid: uuid(0x3919286a_b10c_11d0_9ba8_00c04fd92ef5), name: "dssetup", operations: operations::DSSETUP },
    Interface { uuid: uuid(0xc681d488_d850_11d0_8c52_00c04fd90f7e), name: "efsrpc", operations: operations::EFSRPC },
    Interface { uuid: uuid(0xdf1941c5_fe89_4e79_bf10_463657acf44d), name: "efsrpc", operations: operations::EFSRPC },
    Interface { uuid: uuid(0xa8e0653c_2744_4389_a61d_7373df8b2292), name: "fsrvp", operations: operations::FSRVP },
    Interface { uuid: uuid(0xccd8c074_d0e5_4a40_92b4_d074faa6ba28), name: "witness", operations: operations::WITNESS },
    Interface { uuid: uuid(0xe3514235_4b06_11d1_ab04_00c04fc2dcd2), name: "drsuapi", operations: &[] },
    Interface { uuid: uuid(0x76f03f96_cdfd_44fc_a22c_64950a001209), name: "iremotewinspool", operations: &[] },
    Interface { uuid: uuid(0x8d9f4e40_a03d_11ce_8f69_08003e30051b), name: "ntsvcs", operations: &[] },
    Interface { uuid: uuid(0x2f5f6520_ca46_1067_b319_00dd010662da), name: "tapsrv", operations: &[] },
    Interface { uuid: uuid(0x300f3532_38cc_11d0_a3f0_0020af6b0add), name: "trkwks", operations: &[] },
    Interface { uuid: uuid(0x8fb6d884_2388_11d0_8c35_00c04fda2795), name: "w32time", operations: &[] },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn operations_stand_at_their_opnums() {
        // the last of each as its specification numbers it, so that a name left out would show
        let known = [
            ("srvsvc", 15, "NetrShareEnum"),
            ("srvsvc", 57, "NetrShareDelEx"),
            ("wkssvc", 30, "NetrEnumerateComputerNames"),
            ("lsarpc", 77, "LsarLookupNames4"),
            ("samr", 67, "SamrValidatePassword"),
            ("netlogon", 46, "NetrServerGetTrustInfo"),
            ("winreg", 35, "BaseRegDeleteKeyEx"),
            ("svcctl", 56, "RQueryServiceConfigEx"),
            ("spoolss", 89, "RpcAddPrinterDriverEx"),
            ("eventlog", 26, "ElfrReportEventExA"),
            ("netdfs", 25, "NetrDfsGetSupportedNamespaceVersion"),
            ("browser", 11, "I_BrowserrServerEnumEx"),
            ("schedule", 19, "SchRpcEnableTask"),
            ("efsrpc", 20, "EfsRpcFlushEfsCache"),
            ("fsrvp", 12, "PrepareShadowCopySet"),
            ("witness", 4, "WitnessrRegisterEx"),
        ];
        for (name, opnum, operation) in known {
            let interface = INTERFACES.iter().find(|interface| interface.name == name).unwrap();
            assert_eq!(interface.operation(opnum), Some(operation), "{name}");
        }
    }

    #[test]
    fn an_opnum_without_a_name_has_none() {
        let winreg = Interface::by_uuid(uuid(0x338cd001_2244_31f1_aaaa_900038001003)).unwrap();
        assert_eq!((winreg.name(), winreg.operation(14), winreg.operation(36)), ("winreg", None, None));
        assert!(Interface::by_uuid(Guid([0; 16])).is_none());
    }

    #[test]
    fn a_uuid_and_an_operation_of_an_interface_stand_once() {
        let mut uuids = BTreeSet::new();
        for interface in INTERFACES {
            assert!(uuids.insert(interface.uuid), "{}", interface.name);
            let mut names = BTreeSet::new();
            let named = interface.operations.iter().filter(|name| !name.is_empty());
            named.for_each(|name| assert!(names.insert(name), "{} {name}", interface.name));
        }
    }
}
