//! The client's own certificate.

use super::pem;
use crate::hex::hex;
use ring::digest::{SHA256, digest};
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroize as _;

/// A certificate with its key. Not `Debug`: the key is a secret.
#[derive(Clone)]
pub(crate) struct ClientCertificate(Arc<CertifiedKey>);

/// Which of the two texts is wrong, and how it goes on.
pub(crate) enum Wrong {
    Certificate(String),
    Key(String),
}

impl ClientCertificate {
    pub(crate) fn read(certificates: &[u8], key: &[u8]) -> Result<ClientCertificate, Wrong> {
        let chain = pem::certificates(certificates).map_err(Wrong::Certificate)?;
        let mut key = pem::key(key).map_err(Wrong::Key)?;
        let signing = any_supported_type(&key);
        key.zeroize();
        // The error of a key could tell of it.
        let signing = signing.map_err(|_| {
            Wrong::Key(
                "has a private key that cannot be used: RSA from 2048 bits, ECDSA P-256 or P-384, or Ed25519 is needed"
                    .to_owned(),
            )
        })?;
        let certified = CertifiedKey::new(chain, signing);
        match certified.keys_match() {
            Ok(()) => Ok(ClientCertificate(Arc::new(certified))),
            Err(rustls::Error::InconsistentKeys(_)) => {
                Err(Wrong::Key("has another key than that of the client certificate".to_owned()))
            }
            Err(error) => Err(Wrong::Certificate(format!("has a certificate that cannot be used: {error}"))),
        }
    }

    /// What tells it from others.
    pub(super) fn digest(&self) -> String {
        let certificate = self.0.cert.first().map(CertificateDer::as_ref).unwrap_or_default();
        hex(digest(&SHA256, certificate).as_ref())
    }
}

/// What a server gets that asks for a client's certificate.
pub(super) struct Shown {
    own: Option<Arc<CertifiedKey>>,
    is_asked_for: AtomicBool,
}

impl Shown {
    pub(super) fn new(own: Option<&ClientCertificate>) -> Shown {
        Shown { own: own.map(|own| Arc::clone(&own.0)), is_asked_for: AtomicBool::new(false) }
    }

    /// Whether a server has asked for one.
    pub(super) fn is_asked_for(&self) -> bool {
        self.is_asked_for.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.is_asked_for.store(true, Ordering::Relaxed);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Shown")
    }
}
