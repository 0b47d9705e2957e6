//! The operations of interfaces, by opnum: position in the list. An empty name stands for an opnum that the
//! specification does not name.

/// Server Service (MS-SRVS 3.1.4).
#[rustfmt::skip]
pub(super) const SRVSVC: &[&str] = &[
    "NetrCharDevEnum", "NetrCharDevGetInfo", "NetrCharDevControl", "NetrCharDevQEnum", "NetrCharDevQGetInfo",
    "NetrCharDevQSetInfo", "NetrCharDevQPurge", "NetrCharDevQPurgeSelf", "NetrConnectionEnum", "NetrFileEnum",
    "NetrFileGetInfo", "NetrFileClose", "NetrSessionEnum", "NetrSessionDel", "NetrShareAdd", "NetrShareEnum",
    "NetrShareGetInfo", "NetrShareSetInfo", "NetrShareDel", "NetrShareDelSticky", "NetrShareCheck",
    "NetrServerGetInfo", "NetrServerSetInfo", "NetrServerDiskEnum", "NetrServerStatisticsGet",
    "NetrServerTransportAdd", "NetrServerTransportEnum", "NetrServerTransportDel", "NetrRemoteTOD",
    "NetrServerSetServiceBits", "NetprPathType", "NetprPathCanonicalize", "NetprPathCompare", "NetprNameValidate",
    "NetprNameCanonicalize", "NetprNameCompare", "NetrShareEnumSticky", "NetrShareDelStart", "NetrShareDelCommit",
    "NetrpGetFileSecurity", "NetrpSetFileSecurity", "NetrServerTransportAddEx", "NetrServerSetServiceBitsEx",
    "NetrDfsGetVersion", "NetrDfsCreateLocalPartition", "NetrDfsDeleteLocalPartition", "NetrDfsSetLocalVolumeState",
    "NetrDfsSetServerInfo", "NetrDfsCreateExitPoint", "NetrDfsDeleteExitPoint", "NetrDfsModifyPrefix",
    "NetrDfsFixLocalVolume", "NetrDfsManagerReportSiteInfo", "NetrServerTransportDelEx", "NetrServerAliasAdd",
    "NetrServerAliasEnum", "NetrServerAliasDel", "NetrShareDelEx",
];

/// Workstation Service (MS-WKST 3.2.4).
#[rustfmt::skip]
pub(super) const WKSSVC: &[&str] = &[
    "NetrWkstaGetInfo", "NetrWkstaSetInfo", "NetrWkstaUserEnum", "NetrWkstaUserGetInfo", "NetrWkstaUserSetInfo",
    "NetrWkstaTransportEnum", "NetrWkstaTransportAdd", "NetrWkstaTransportDel", "NetrUseAdd", "NetrUseGetInfo",
    "NetrUseDel", "NetrUseEnum", "NetrMessageBufferSend", "NetrWorkstationStatisticsGet", "NetrLogonDomainNameAdd",
    "NetrLogonDomainNameDel", "NetrJoinDomain", "NetrUnjoinDomain", "NetrRenameMachineInDomain", "NetrValidateName",
    "NetrGetJoinInformation", "NetrGetJoinableOUs", "NetrJoinDomain2", "NetrUnjoinDomain2",
    "NetrRenameMachineInDomain2", "NetrValidateName2", "NetrGetJoinableOUs2", "NetrAddAlternateComputerName",
    "NetrRemoveAlternateComputerName", "NetrSetPrimaryComputerName", "NetrEnumerateComputerNames",
];

/// Local Security Authority (MS-LSAD 3.1.4, MS-LSAT 3.1.4).
#[rustfmt::skip]
pub(super) const LSARPC: &[&str] = &[
    "LsarClose", "LsarDelete", "LsarEnumeratePrivileges", "LsarQuerySecurityObject", "LsarSetSecurityObject",
    "LsarChangePassword", "LsarOpenPolicy", "LsarQueryInformationPolicy", "LsarSetInformationPolicy",
    "LsarClearAuditLog", "LsarCreateAccount", "LsarEnumerateAccounts", "LsarCreateTrustedDomain",
    "LsarEnumerateTrustedDomains", "LsarLookupNames", "LsarLookupSids", "LsarCreateSecret", "LsarOpenAccount",
    "LsarEnumeratePrivilegesAccount", "LsarAddPrivilegesToAccount", "LsarRemovePrivilegesFromAccount",
    "LsarGetQuotasForAccount", "LsarSetQuotasForAccount", "LsarGetSystemAccessAccount", "LsarSetSystemAccessAccount",
    "LsarOpenTrustedDomain", "LsarQueryInfoTrustedDomain", "LsarSetInformationTrustedDomain", "LsarOpenSecret",
    "LsarSetSecret", "LsarQuerySecret", "LsarLookupPrivilegeValue", "LsarLookupPrivilegeName",
    "LsarLookupPrivilegeDisplayName", "LsarDeleteObject", "LsarEnumerateAccountsWithUserRight",
    "LsarEnumerateAccountRights", "LsarAddAccountRights", "LsarRemoveAccountRights", "LsarQueryTrustedDomainInfo",
    "LsarSetTrustedDomainInfo", "LsarDeleteTrustedDomain", "LsarStorePrivateData", "LsarRetrievePrivateData",
    "LsarOpenPolicy2", "LsarGetUserName", "LsarQueryInformationPolicy2", "LsarSetInformationPolicy2",
    "LsarQueryTrustedDomainInfoByName", "LsarSetTrustedDomainInfoByName", "LsarEnumerateTrustedDomainsEx",
    "LsarCreateTrustedDomainEx", "LsarCloseTrustedDomainEx", "LsarQueryDomainInformationPolicy",
    "LsarSetDomainInformationPolicy", "LsarOpenTrustedDomainByName", "LsarTestCall", "LsarLookupSids2",
    "LsarLookupNames2", "LsarCreateTrustedDomainEx2", "CredrWrite", "CredrRead", "CredrEnumerate",
    "CredrWriteDomainCredentials", "CredrReadDomainCredentials", "CredrDelete", "CredrGetTargetInfo",
    "CredrProfileLoaded", "LsarLookupNames3", "CredrGetSessionTypes", "LsarRegisterAuditEvent", "LsarGenAuditEvent",
    "LsarUnregisterAuditEvent", "LsarQueryForestTrustInformation", "LsarSetForestTrustInformation", "CredrRename",
    "LsarLookupSids3", "LsarLookupNames4",
];

/// Security Account Manager (MS-SAMR 3.1.5).
#[rustfmt::skip]
pub(super) const SAMR: &[&str] = &[
    "SamrConnect", "SamrCloseHandle", "SamrSetSecurityObject", "SamrQuerySecurityObject", "SamrShutdownSamServer",
    "SamrLookupDomainInSamServer", "SamrEnumerateDomainsInSamServer", "SamrOpenDomain", "SamrQueryInformationDomain",
    "SamrSetInformationDomain", "SamrCreateGroupInDomain", "SamrEnumerateGroupsInDomain", "SamrCreateUserInDomain",
    "SamrEnumerateUsersInDomain", "SamrCreateAliasInDomain", "SamrEnumerateAliasesInDomain", "SamrGetAliasMembership",
    "SamrLookupNamesInDomain", "SamrLookupIdsInDomain", "SamrOpenGroup", "SamrQueryInformationGroup",
    "SamrSetInformationGroup", "SamrAddMemberToGroup", "SamrDeleteGroup", "SamrRemoveMemberFromGroup",
    "SamrGetMembersInGroup", "SamrSetMemberAttributesOfGroup", "SamrOpenAlias", "SamrQueryInformationAlias",
    "SamrSetInformationAlias", "SamrDeleteAlias", "SamrAddMemberToAlias", "SamrRemoveMemberFromAlias",
    "SamrGetMembersInAlias", "SamrOpenUser", "SamrDeleteUser", "SamrQueryInformationUser", "SamrSetInformationUser",
    "SamrChangePasswordUser", "SamrGetGroupsForUser", "SamrQueryDisplayInformation", "SamrGetDisplayEnumerationIndex",
    "SamrTestPrivateFunctionsDomain", "SamrTestPrivateFunctionsUser", "SamrGetUserDomainPasswordInformation",
    "SamrRemoveMemberFromForeignDomain", "SamrQueryInformationDomain2", "SamrQueryInformationUser2",
    "SamrQueryDisplayInformation2", "SamrGetDisplayEnumerationIndex2", "SamrCreateUser2InDomain",
    "SamrQueryDisplayInformation3", "SamrAddMultipleMembersToAlias", "SamrRemoveMultipleMembersFromAlias",
    "SamrOemChangePasswordUser2", "SamrUnicodeChangePasswordUser2", "SamrGetDomainPasswordInformation",
    "SamrConnect2", "SamrSetInformationUser2", "SamrSetBootKeyInformation", "SamrGetBootKeyInformation",
    "SamrConnect3", "SamrConnect4", "SamrUnicodeChangePasswordUser3", "SamrConnect5", "SamrRidToSid",
    "SamrSetDSRMPassword", "SamrValidatePassword",
];

/// Netlogon (MS-NRPC 3.5.4).
#[rustfmt::skip]
pub(super) const NETLOGON: &[&str] = &[
    "NetrLogonUasLogon", "NetrLogonUasLogoff", "NetrLogonSamLogon", "NetrLogonSamLogoff", "NetrServerReqChallenge",
    "NetrServerAuthenticate", "NetrServerPasswordSet", "NetrDatabaseDeltas", "NetrDatabaseSync", "NetrAccountDeltas",
    "NetrAccountSync", "NetrGetDCName", "NetrLogonControl", "NetrGetAnyDCName", "NetrLogonControl2",
    "NetrServerAuthenticate2", "NetrDatabaseSync2", "NetrDatabaseRedo", "NetrLogonControl2Ex",
    "NetrEnumerateTrustedDomains", "DsrGetDcName", "NetrLogonGetCapabilities", "NetrLogonSetServiceBits",
    "NetrLogonGetTrustRid", "NetrLogonComputeServerDigest", "NetrLogonComputeClientDigest", "NetrServerAuthenticate3",
    "DsrGetDcNameEx", "DsrGetSiteName", "NetrLogonGetDomainInfo", "NetrServerPasswordSet2", "NetrServerPasswordGet",
    "NetrLogonSendToSam", "DsrAddressToSiteNamesW", "DsrGetDcNameEx2", "NetrLogonGetTimeServiceParentDomain",
    "NetrEnumerateTrustedDomainsEx", "DsrAddressToSiteNamesExW", "DsrGetDcSiteCoverageW", "NetrLogonSamLogonEx",
    "DsrEnumerateDomainTrusts", "DsrDeregisterDnsHostRecords", "NetrServerTrustPasswordsGet",
    "DsrGetForestTrustInformation", "NetrGetForestTrustInformation", "NetrLogonSamLogonWithFlags",
    "NetrServerGetTrustInfo",
];

/// Windows Remote Registry (MS-RRP 3.1.5).
#[rustfmt::skip]
pub(super) const WINREG: &[&str] = &[
    "OpenClassesRoot", "OpenCurrentUser", "OpenLocalMachine", "OpenPerformanceData", "OpenUsers", "BaseRegCloseKey",
    "BaseRegCreateKey", "BaseRegDeleteKey", "BaseRegDeleteValue", "BaseRegEnumKey", "BaseRegEnumValue",
    "BaseRegFlushKey", "BaseRegGetKeySecurity", "BaseRegLoadKey", "", "BaseRegOpenKey", "BaseRegQueryInfoKey",
    "BaseRegQueryValue", "BaseRegReplaceKey", "BaseRegRestoreKey", "BaseRegSaveKey", "BaseRegSetKeySecurity",
    "BaseRegSetValue", "BaseRegUnLoadKey", "", "", "BaseRegGetVersion", "OpenCurrentConfig", "",
    "BaseRegQueryMultipleValues", "", "BaseRegSaveKeyEx", "OpenPerformanceText", "OpenPerformanceNlsText",
    "BaseRegQueryMultipleValues2", "BaseRegDeleteKeyEx",
];

/// Service Control Manager (MS-SCMR 3.1.4).
#[rustfmt::skip]
pub(super) const SVCCTL: &[&str] = &[
    "RCloseServiceHandle", "RControlService", "RDeleteService", "RLockServiceDatabase", "RQueryServiceObjectSecurity",
    "RSetServiceObjectSecurity", "RQueryServiceStatus", "RSetServiceStatus", "RUnlockServiceDatabase",
    "RNotifyBootConfigStatus", "", "RChangeServiceConfigW", "RCreateServiceW", "REnumDependentServicesW",
    "REnumServicesStatusW", "ROpenSCManagerW", "ROpenServiceW", "RQueryServiceConfigW", "RQueryServiceLockStatusW",
    "RStartServiceW", "RGetServiceDisplayNameW", "RGetServiceKeyNameW", "", "RChangeServiceConfigA",
    "RCreateServiceA", "REnumDependentServicesA", "REnumServicesStatusA", "ROpenSCManagerA", "ROpenServiceA",
    "RQueryServiceConfigA", "RQueryServiceLockStatusA", "RStartServiceA", "RGetServiceDisplayNameA",
    "RGetServiceKeyNameA", "", "REnumServiceGroupW", "RChangeServiceConfig2A", "RChangeServiceConfig2W",
    "RQueryServiceConfig2A", "RQueryServiceConfig2W", "RQueryServiceStatusEx", "REnumServicesStatusExA",
    "REnumServicesStatusExW", "", "RCreateServiceWOW64A", "RCreateServiceWOW64W", "", "RNotifyServiceStatusChange",
    "RGetNotifyResults", "RCloseNotifyHandle", "RControlServiceExA", "RControlServiceExW", "", "", "", "",
    "RQueryServiceConfigEx",
];

/// Print System (MS-RPRN 3.1.4).
#[rustfmt::skip]
pub(super) const SPOOLSS: &[&str] = &[
    "RpcEnumPrinters", "RpcOpenPrinter", "RpcSetJob", "RpcGetJob", "RpcEnumJobs", "RpcAddPrinter", "RpcDeletePrinter",
    "RpcSetPrinter", "RpcGetPrinter", "RpcAddPrinterDriver", "RpcEnumPrinterDrivers", "RpcGetPrinterDriver",
    "RpcGetPrinterDriverDirectory", "RpcDeletePrinterDriver", "RpcAddPrintProcessor", "RpcEnumPrintProcessors",
    "RpcGetPrintProcessorDirectory", "RpcStartDocPrinter", "RpcStartPagePrinter", "RpcWritePrinter",
    "RpcEndPagePrinter", "RpcAbortPrinter", "RpcReadPrinter", "RpcEndDocPrinter", "RpcAddJob", "RpcScheduleJob",
    "RpcGetPrinterData", "RpcSetPrinterData", "RpcWaitForPrinterChange", "RpcClosePrinter", "RpcAddForm",
    "RpcDeleteForm", "RpcGetForm", "RpcSetForm", "RpcEnumForms", "RpcEnumPorts", "RpcEnumMonitors", "RpcAddPort",
    "RpcConfigurePort", "RpcDeletePort", "RpcCreatePrinterIC", "RpcPlayGdiScriptOnPrinterIC", "RpcDeletePrinterIC",
    "", "", "", "RpcAddMonitor", "RpcDeleteMonitor", "RpcDeletePrintProcessor", "", "",
    "RpcEnumPrintProcessorDatatypes", "RpcResetPrinter", "RpcGetPrinterDriver2", "", "",
    "RpcFindClosePrinterChangeNotification", "", "RpcReplyOpenPrinter", "RpcRouterReplyPrinter",
    "RpcReplyClosePrinter", "RpcAddPortEx", "RpcRemoteFindFirstPrinterChangeNotification", "", "",
    "RpcRemoteFindFirstPrinterChangeNotificationEx", "RpcRouterReplyPrinterEx",
    "RpcRouterRefreshPrinterChangeNotification", "", "RpcOpenPrinterEx", "RpcAddPrinterEx", "RpcSetPort",
    "RpcEnumPrinterData", "RpcDeletePrinterData", "", "", "", "RpcSetPrinterDataEx", "RpcGetPrinterDataEx",
    "RpcEnumPrinterDataEx", "RpcEnumPrinterKey", "RpcDeletePrinterDataEx", "RpcDeletePrinterKey", "",
    "RpcDeletePrinterDriverEx", "RpcAddPerMachineConnection", "RpcDeletePerMachineConnection",
    "RpcEnumPerMachineConnections", "RpcXcvData", "RpcAddPrinterDriverEx",
];

/// EventLog (MS-EVEN 3.1.4).
#[rustfmt::skip]
pub(super) const EVENTLOG: &[&str] = &[
    "ElfrClearELFW", "ElfrBackupELFW", "ElfrCloseEL", "ElfrDeregisterEventSource", "ElfrNumberOfRecords",
    "ElfrOldestRecord", "ElfrChangeNotify", "ElfrOpenELW", "ElfrRegisterEventSourceW", "ElfrOpenBELW", "ElfrReadELW",
    "ElfrReportEventW", "ElfrClearELFA", "ElfrBackupELFA", "ElfrOpenELA", "ElfrRegisterEventSourceA", "ElfrOpenBELA",
    "ElfrReadELA", "ElfrReportEventA", "", "", "", "ElfrGetLogInformation", "", "ElfrReportEventAndSourceW",
    "ElfrReportEventExW", "ElfrReportEventExA",
];

/// Endpoint mapper (C706 appendix O).
#[rustfmt::skip]
pub(super) const EPMAPPER: &[&str] = &[
    "ept_insert", "ept_delete", "ept_lookup", "ept_map", "ept_lookup_handle_free", "ept_inq_object",
    "ept_mgmt_delete",
];

/// Remote management of any RPC server (C706 appendix Q).
#[rustfmt::skip]
pub(super) const MGMT: &[&str] = &[
    "rpc__mgmt_inq_if_ids", "rpc__mgmt_inq_stats", "rpc__mgmt_is_server_listening", "rpc__mgmt_stop_server_listening",
    "rpc__mgmt_inq_princ_name",
];

/// Distributed File System: Namespace Management (MS-DFSNM 3.1.4).
#[rustfmt::skip]
pub(super) const NETDFS: &[&str] = &[
    "NetrDfsManagerGetVersion", "NetrDfsAdd", "NetrDfsRemove", "NetrDfsSetInfo", "NetrDfsGetInfo", "NetrDfsEnum",
    "NetrDfsMove", "", "", "", "NetrDfsAddFtRoot", "NetrDfsRemoveFtRoot", "NetrDfsAddStdRoot", "NetrDfsRemoveStdRoot",
    "NetrDfsManagerInitialize", "NetrDfsAddStdRootForced", "NetrDfsGetDcAddress", "NetrDfsSetDcAddress",
    "NetrDfsFlushFtTable", "NetrDfsAdd2", "NetrDfsRemove2", "NetrDfsEnumEx", "NetrDfsSetInfo2",
    "NetrDfsAddRootTarget", "NetrDfsRemoveRootTarget", "NetrDfsGetSupportedNamespaceVersion",
];

/// Common Internet File System Browser Auxiliary (MS-BRWSA 3.1.4).
#[rustfmt::skip]
pub(super) const BROWSER: &[&str] = &[
    "I_BrowserrServerEnum", "I_BrowserrDebugCall", "I_BrowserrQueryOtherDomains", "I_BrowserrResetNetlogonState",
    "I_BrowserrDebugTrace", "I_BrowserrQueryStatistics", "I_BrowserResetStatistics", "NetrBrowserStatisticsClear",
    "NetrBrowserStatisticsGet", "I_BrowserrSetNetlogonState", "I_BrowserrQueryEmulatedDomains",
    "I_BrowserrServerEnumEx",
];

/// Task Scheduler, ATSvc (MS-TSCH 3.2.5.2).
#[rustfmt::skip]
pub(super) const ATSVC: &[&str] = &[
    "NetrJobAdd", "NetrJobDel", "NetrJobEnum", "NetrJobGetInfo",
];

/// Task Scheduler, ITaskSchedulerService (MS-TSCH 3.2.5.4).
#[rustfmt::skip]
pub(super) const SCHEDULE: &[&str] = &[
    "SchRpcHighestVersion", "SchRpcRegisterTask", "SchRpcRetrieveTask", "SchRpcCreateFolder", "SchRpcSetSecurity",
    "SchRpcGetSecurity", "SchRpcEnumFolders", "SchRpcEnumTasks", "SchRpcEnumInstances", "SchRpcGetInstanceInfo",
    "SchRpcStopInstance", "SchRpcStop", "SchRpcRun", "SchRpcDelete", "SchRpcRename", "SchRpcScheduledRuntimes",
    "SchRpcGetLastRunInfo", "SchRpcGetTaskInfo", "SchRpcGetNumberOfMissedRuns", "SchRpcEnableTask",
];

/// Remote Shutdown (MS-RSP 3.2.4).
#[rustfmt::skip]
pub(super) const INITSHUTDOWN: &[&str] = &[
    "BaseInitiateShutdown", "BaseAbortShutdown", "BaseInitiateShutdownEx",
];

/// Directory Services Setup (MS-DSSP 3.2.5).
#[rustfmt::skip]
pub(super) const DSSETUP: &[&str] = &[
    "DsRolerGetPrimaryDomainInformation",
];

/// Encrypting File System (MS-EFSR 3.1.4).
#[rustfmt::skip]
pub(super) const EFSRPC: &[&str] = &[
    "EfsRpcOpenFileRaw", "EfsRpcReadFileRaw", "EfsRpcWriteFileRaw", "EfsRpcCloseRaw", "EfsRpcEncryptFileSrv",
    "EfsRpcDecryptFileSrv", "EfsRpcQueryUsersOnFile", "EfsRpcQueryRecoveryAgents", "EfsRpcRemoveUsersFromFile",
    "EfsRpcAddUsersToFile", "", "EfsRpcNotSupported", "EfsRpcFileKeyInfo", "EfsRpcDuplicateEncryptionInfoFile", "",
    "EfsRpcAddUsersToFileEx", "EfsRpcFileKeyInfoEx", "", "EfsRpcGetEncryptedFileMetadata",
    "EfsRpcSetEncryptedFileMetadata", "EfsRpcFlushEfsCache",
];

/// File Server Remote VSS (MS-FSRVP 3.1.4).
#[rustfmt::skip]
pub(super) const FSRVP: &[&str] = &[
    "GetSupportedVersion", "SetContext", "StartShadowCopySet", "AddToShadowCopySet", "CommitShadowCopySet",
    "ExposeShadowCopySet", "RecoveryCompleteShadowCopySet", "AbortShadowCopySet", "IsPathSupported",
    "IsPathShadowCopied", "GetShareMapping", "DeleteShareMapping", "PrepareShadowCopySet",
];

/// Service Witness (MS-SWN 3.1.4).
#[rustfmt::skip]
pub(super) const WITNESS: &[&str] = &[
    "WitnessrGetInterfaceList", "WitnessrRegister", "WitnessrUnRegister", "WitnessrAsyncNotify", "WitnessrRegisterEx",
];
