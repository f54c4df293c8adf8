//! How a server's certificate is verified.

use super::certificate::Certificate;
use super::pem::Authorities;
use super::pin::Pin;
use super::reason::Reason;
use super::{Roots, Settings};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::fmt;
use std::time::Duration;

pub(super) struct Verifier {
    /// `None` where the configuration wants no verification, or names pins and no authority.
    trusted: Option<RootCertStore>,
    /// Those that are named may be the server's own, too.
    authorities: Authorities,
    pins: Vec<Pin>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(settings: &Settings, store: RootCertStore, provider: &CryptoProvider) -> Verifier {
        let is_unverified = settings.insecure_reason.is_some();
        let is_by_pin_alone = settings.roots == Roots::None && settings.authorities.count() == 0;
        Verifier {
            trusted: (!is_unverified && !is_by_pin_alone).then_some(store),
            authorities: settings.authorities.clone(),
            pins: settings.pins.clone(),
            algorithms: provider.signature_verification_algorithms,
        }
    }

    /// Whether nothing at all is asked of the server.
    fn is_blind(&self) -> bool {
        self.trusted.is_none() && self.pins.is_empty()
    }

    /// As rustls' own verifier does it, which takes revocation lists along: we have none, and they would be 2 % of the library.
    fn check_issued(
        &self,
        own: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        trusted: &RootCertStore,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let read = ParsedCertificate::try_from(own)?;
        verify_server_cert_signed_by_trust_anchor(&read, trusted, intermediates, now, self.algorithms.all)?;
        verify_server_name(&read, name)
    }

    /// A certificate that the configuration itself names needs no issuer, whatever its extensions say it is for: those that
    /// `openssl req -x509` makes call themselves authorities. Its dates and names count.
    fn check_named(&self, own: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
        let read = Certificate::read(own).ok_or_else(|| Reason::NoCertificate.of_certificate())?;
        let time = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let of = |seconds: i64| UnixTime::since_unix_epoch(Duration::from_secs(seconds.max(0).unsigned_abs()));
        if time < read.not_before {
            let not_before = of(read.not_before);
            return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
        }
        if time > read.not_after {
            return Err(CertificateError::ExpiredContext { time: now, not_after: of(read.not_after) }.into());
        }
        verify_server_name(&ParsedCertificate::try_from(own)?, name)
    }

    fn check_pin(&self, own: &CertificateDer<'_>) -> Result<(), Error> {
        if self.pins.is_empty() {
            return Ok(());
        }
        match Pin::of(own) {
            Some(pin) if self.pins.contains(&pin) => Ok(()),
            Some(pin) => Err(Reason::OtherPin(pin).of_certificate()),
            None => Err(Reason::NoCertificate.of_certificate()),
        }
    }
}

/// With what rustls does not tell.
fn explained(error: Error, own: &CertificateDer<'_>) -> Error {
    let (Error::InvalidCertificate(why), Some(read)) = (&error, Certificate::read(own)) else { return error };
    let reason = match why {
        CertificateError::UnknownIssuer | CertificateError::Other(_) if read.is_self_issued() => {
            Pin::of(own).map(Reason::SelfSigned)
        }
        CertificateError::ExpiredContext { time, .. } | CertificateError::NotValidYetContext { time, .. } => {
            let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
            let is_own = time < read.not_before || time > read.not_after;
            (!is_own).then(|| Reason::DateAbove(why.clone()))
        }
        CertificateError::UnknownIssuer => Some(Reason::UnknownIssuer(read.issuer())),
        CertificateError::Other(_) if read.is_v1 => Some(Reason::Version1),
        _ => None,
    };
    reason.map_or(error, Reason::of_certificate)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trusted) = &self.trusted
            && let Err(error) = self.check_issued(own, intermediates, trusted, name, now)
        {
            if !self.authorities.iter().any(|authority| authority == own) {
                return Err(explained(error, own));
            }
            self.check_named(own, name, now)?;
        }
        self.check_pin(own)?;
        Ok(ServerCertVerified::assertion())
    }

    // Whoever has no key to a certificate can show it all the same: with a pin, the signature has to be the key's.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.is_blind() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        rustls::crypto::verify_tls12_signature(message, own, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.is_blind() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        if self.trusted.is_some() {
            return rustls::crypto::verify_tls13_signature(message, own, signed, &self.algorithms);
        }
        // Also of the first version, which has no extensions.
        let read = Certificate::read(own).ok_or_else(|| Reason::NoCertificate.of_certificate())?;
        let key = SubjectPublicKeyInfoDer::from(read.public_key);
        rustls::crypto::verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Verifier")
    }
}
