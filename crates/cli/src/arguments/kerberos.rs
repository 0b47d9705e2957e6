//! How to log on to the lab server with Kerberos.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Nothing of it counts without `--kerberos`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Kerberos on the lab server")]
pub(crate) struct KerberosArguments {
    /// Log on with Kerberos: as the user of --ccache, with a key of --kerberos-keytab, or with the password
    #[arg(long)]
    pub(crate) kerberos: bool,
    /// Credential cache that `kinit` made, a file [default: KRB5CCNAME, else where `kinit` puts it, unless there is
    /// --kerberos-keytab, --password, --password-stdin or SMBREPLAY_PASSWORD]
    #[arg(long, value_name = "FILE", requires = "kerberos", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["kerberos_keytab", "password", "password_stdin"])]
    pub(crate) ccache: Option<PathBuf>,
    /// Keytab with keys of the users who log on
    #[arg(long, value_name = "FILE", requires = "kerberos", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["password", "password_stdin"])]
    pub(crate) kerberos_keytab: Option<PathBuf>,
    /// Realm of the users and the lab server [default: as krb5.conf has it for the server; KRB5_CONFIG says where that is]
    #[arg(long, value_name = "REALM", requires = "kerberos")]
    pub(crate) realm: Option<String>,
    /// KDC of the realm, TCP port 88 where none is named [default: those in krb5.conf]
    #[arg(long, value_name = "HOST[:PORT]", requires = "kerberos")]
    pub(crate) kdc: Option<String>,
    /// Name that the lab server has in its realm, as in cifs/NAME [default: --server-ip, where that is a name]
    #[arg(long, value_name = "NAME", requires = "kerberos")]
    pub(crate) server_name: Option<String>,
}
