//! Which names mean the same object of a share.

/// Name of an object, by which requests that touch the same one are found: share and path in upper case, because servers
/// compare without case, and without what may be left out of the name of a stream (MS-FSCC 2.1.5: `file::$DATA` is
/// `file`, `file:stream:$DATA` is `file:stream`).
pub(crate) fn key(share: &str, path: &str) -> String {
    const DATA: &str = ":$DATA";
    let mut key = format!("{share}\\{path}").to_uppercase();
    if key.ends_with(DATA) {
        key.truncate(key.len().saturating_sub(DATA.len()));
        if key.ends_with(':') {
            key.pop();
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn the_default_stream_is_the_file_itself() {
        for path in ["dir\\File", "DIR\\file::$data"] {
            assert_eq!(key("s", path), "S\\DIR\\FILE");
        }
        assert_eq!(key("s", "f:One:$DATA"), key("s", "f:one"));
        assert_ne!(key("s", "f:one"), key("s", "f"));
    }
}
