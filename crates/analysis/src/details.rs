//! One message, field by field, with the names of MS-SMB2 and MS-FSCC.
