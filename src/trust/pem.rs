//! Certificates and keys as PEM text. Errors are the ends of sentences that begin with where the text is from.

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// Certificates of authorities beside the roots, each of them once.
#[derive(Clone, Default)]
pub(crate) struct Authorities(Option<Arc<[CertificateDer<'static>]>>);

impl Authorities {
    pub(super) const NONE: Authorities = Authorities(None);

    pub(crate) fn new(mut all: Vec<CertificateDer<'static>>) -> Authorities {
        all.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
        all.dedup();
        Authorities((!all.is_empty()).then(|| all.into()))
    }

    /// Of a PEM text.
    pub(crate) fn read(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
        let found = certificates(text)?;
        for certificate in &found {
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(|error| format!("has a certificate that cannot be used: {error}"))?;
        }
        Ok(found)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter().flat_map(|all| all.iter())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.as_ref().map_or(0, |all| all.len())
    }
}

pub(super) fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let found = found.map_err(|error| format!("is not valid PEM: {}", broken(&error)))?;
    if found.is_empty() {
        return Err("has no certificate: expected PEM, with BEGIN CERTIFICATE".to_owned());
    }
    Ok(found)
}

/// rustls tells the bytes of the line.
fn broken(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no END line",
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line is not whole",
        pem::Error::Base64Decode(_) => "what stands between BEGIN and END is not Base64",
        _ => "it cannot be read",
    }
}

/// The first private key: PKCS#8, PKCS#1 or SEC1. No error quotes the text.
pub(super) fn key(text: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    let has = |words: &[u8]| text.windows(words.len()).any(|part| part == words);
    if has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") {
        return Err("has an encrypted private key, which this library cannot open: \
                    write it without its password (openssl pkey -in KEY -out PLAIN-KEY)"
            .to_owned());
    }
    match PrivateKeyDer::pem_slice_iter(text).next() {
        Some(Ok(key)) => Ok(key),
        Some(Err(_)) => Err("is not valid PEM".to_owned()),
        None => Err(
            "has no private key: expected PEM, with BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN EC PRIVATE KEY"
                .to_owned(),
        ),
    }
}
