//! Why a certificate is refused, where rustls says less.

use super::pin::Pin;
use rustls::{CertificateError, Error, OtherError};
use std::fmt;
use std::sync::Arc;

#[derive(Debug)]
pub(super) enum Reason {
    /// The issuer's name.
    UnknownIssuer(String),
    SelfSigned(Pin),
    /// The dates of a certificate above the server's own do not hold.
    DateAbove(CertificateError),
    /// The certificate is of the first version.
    Version1,
    /// The pin that the server has.
    OtherPin(Pin),
    /// It is none at all.
    NoCertificate,
    /// The system has no roots: where they were looked for, and what went wrong there.
    NoRoots(String),
}

impl Reason {
    /// On its way through rustls.
    pub(super) fn of_certificate(self) -> Error {
        Error::InvalidCertificate(CertificateError::Other(self.wrapped()))
    }

    pub(super) fn into_error(self) -> Error {
        Error::Other(self.wrapped())
    }

    fn wrapped(self) -> OtherError {
        OtherError(Arc::new(self))
    }

    pub(super) fn of(error: &Error) -> Option<&Reason> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(other)) | Error::Other(other) => other.0.downcast_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl std::error::Error for Reason {}
