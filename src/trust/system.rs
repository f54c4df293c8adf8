//! The authorities that this system trusts.

use super::reason::Reason;
use crate::error::is_lack;
use rustls::RootCertStore;
use rustls_native_certs::ErrorKind;

/// So many of the things that went wrong are told.
const MOST_TOLD: usize = 3;

/// From `SSL_CERT_FILE` and `SSL_CERT_DIR`, or where the system has them. An error where there is none, unless they `may_lack`.
pub(super) fn add_to(store: &mut RootCertStore, may_lack: bool) -> Result<(), rustls::Error> {
    let found = rustls_native_certs::load_native_certs();
    // With a part of them, a server would be refused for as long as the client lives.
    let lacks = found.errors.iter().find(|error| matches!(&error.kind, ErrorKind::Io { inner, .. } if is_lack(inner)));
    if let Some(error) = lacks {
        return Err(
            Reason::NoRoots(format!("{}; this machine has run out of something: {error}", place())).into_error()
        );
    }
    // What one cannot use, another may: systems have odd ones among theirs.
    store.add_parsable_certificates(found.certs);
    if may_lack || !store.is_empty() {
        return Ok(());
    }
    let mut told: Vec<String> = found.errors.iter().take(MOST_TOLD).map(ToString::to_string).collect();
    told.insert(0, place());
    Err(Reason::NoRoots(told.join("; ")).into_error())
}

/// Where that was.
fn place() -> String {
    let set = |name| Some(format!("{name}={}", std::env::var_os(name)?.display()));
    let named: Vec<String> = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(set).collect();
    if !named.is_empty() {
        return named.join(" and ");
    }
    if cfg!(any(windows, target_os = "macos")) {
        return "the system's own store".to_owned();
    }
    "the places where systems keep them, such as /etc/ssl/certs and /etc/pki/tls; SSL_CERT_FILE and SSL_CERT_DIR are not set"
        .to_owned()
}
