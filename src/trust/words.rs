//! What went wrong with TLS, in words that a person can act on.

use super::certificate::shown;
use super::reason::Reason;
use super::{Roots, Trust};
use crate::unix_time::utc;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as A, CertificateError as C, Error as E, PeerIncompatible as P};

/// So many of a certificate's names are told.
const MOST_NAMES: usize = 8;
/// This library was written then, 2026-01-01: no clock that is right says less.
const WRITTEN: u64 = 1_767_225_600;

pub(super) fn words(trust: &Trust, error: &E, host: &str, address: &str) -> String {
    let what = match error {
        _ if let Some(reason) = Reason::of(error) => because(trust, reason, host),
        E::InvalidMessage(_) => format!(
            "{address} does not speak TLS ({error}); if this port speaks plain HTTP, base_url has to begin with http://"
        ),
        E::InvalidCertificate(why) => certificate(why, &format!("the certificate of {host}")),
        E::AlertReceived(alert) => refused(trust, *alert, address),
        E::PeerIncompatible(P::ServerTlsVersionIsDisabledByOurConfig | P::ServerDoesNotSupportTls12Or13) => {
            no_version(trust, address)
        }
        E::PeerIncompatible(why) => {
            format!("{address} and this library have no cipher or key exchange in common ({why:?})")
        }
        E::UnsupportedNameType => {
            format!("{host:?} is no name that a certificate can have; tls.server_name can say another")
        }
        other => format!("no handshake with {address}: {other}"),
    };
    format!("TLS: {what}")
}

fn because(trust: &Trust, reason: &Reason, host: &str) -> String {
    match reason {
        Reason::UnknownIssuer(issuer) => format!(
            "the certificate of {host} comes from an unknown issuer, \"{issuer}\"; trusted are {}; tls.ca_file or tls.ca_pem can name \
             the issuer, unless the server sends its chain without the intermediate certificates",
            trusted(trust)
        ),
        Reason::SelfSigned(pin) => format!(
            "the certificate of {host} is self-signed; trusted are {}; once it is known to be the right one, tls.ca_file or tls.ca_pem \
             can name it, or tls.pin_sha256 with tls.roots \"none\" its key, which is {pin}",
            trusted(trust)
        ),
        Reason::DateAbove(why) => certificate(
            why,
            &format!("a certificate between that of {host} and its authority, or the authority's own,"),
        ),
        Reason::Version1 => format!(
            "the certificate of {host} is not supported: it is of X.509 version 1, without names; the server needs a certificate of \
             version 3"
        ),
        Reason::OtherPin(pin) => format!(
            "none of the {} in tls.pin_sha256 is that of the certificate of {host}, whose pin is {pin}; paste it there only if this \
             certificate is known to be the right one",
            counted(trust.settings().pins.len(), "pin")
        ),
        Reason::NoCertificate => format!("what {host} shows cannot be read as a certificate"),
        Reason::NoRoots(places) => {
            format!("tls.roots is \"system\", and this system has no certificate of an authority: looked at {places}")
        }
    }
}

/// What a certificate's issuer is looked for in.
fn trusted(trust: &Trust) -> String {
    let settings = trust.settings();
    let count = trust.made.get().map_or(0, |made| made.roots);
    let roots = match settings.roots {
        #[cfg(feature = "bundled-roots")]
        Roots::Bundled => format!("the {count} public roots that are built into this library"),
        Roots::System => format!("the {count} roots of this system"),
        Roots::None => "no roots".to_owned(),
    };
    format!("{roots} and {} of tls.ca_file and tls.ca_pem", counted(settings.authorities.count(), "certificate"))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `whose` is the certificate.
fn certificate(why: &C, whose: &str) -> String {
    match why {
        C::ExpiredContext { time, not_after } => format!(
            "{whose} expired at {}; the clock of this machine says {}{}",
            date(*not_after),
            date(*time),
            if time.as_secs() < WRITTEN { early() } else { "" }
        ),
        C::NotValidYetContext { time, not_before } => format!(
            "{whose} is not valid before {}; the clock of this machine says {}{}",
            date(*not_before),
            date(*time),
            if time.as_secs() < WRITTEN { early() } else { "" }
        ),
        C::NotValidForNameContext { expected, presented } => format!(
            "{whose} is for another host than {}: {}; if this is the right server, tls.server_name can say the name that its \
             certificate has",
            expected.to_str(),
            names(presented)
        ),
        C::NotValidForName => {
            format!("{whose} is for another host; does base_url name the right one?")
        }
        C::Expired | C::NotValidYet => {
            format!("by the clock of this machine, {whose} is not valid ({why}); is the clock right?")
        }
        C::UnsupportedSignatureAlgorithmContext { .. } | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            format!(
                "{whose} is not supported: it is signed in a way that is too weak or too rare; SHA-256 with RSA from 2048 \
             bits, ECDSA or Ed25519 would do"
            )
        }
        C::BadSignature => format!("{whose} is not signed by the issuer that it names"),
        C::BadEncoding => format!("{whose} cannot be read as a certificate"),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            format!("{whose} is not for servers: its extended key usage says so")
        }
        other => format!("{whose} is refused: {}", shown(&other.to_string())),
    }
}

fn early() -> &'static str {
    ", which is before this library was written: set the clock"
}

fn date(time: UnixTime) -> String {
    utc(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// As rustls tells them: `DnsName("a")`, `IpAddress(10.0.0.5)`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "it has no names (subjectAltName) at all".to_owned();
    }
    let plain = |name: &String| {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
        shown(inner.trim_matches('"'))
    };
    let told: Vec<String> = presented.iter().take(MOST_NAMES).map(plain).collect();
    let more = presented.len().saturating_sub(MOST_NAMES);
    format!("it is for {}{}", told.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}

/// What a server says that gives up the handshake.
fn refused(trust: &Trust, alert: A, address: &str) -> String {
    let is_asked_for = trust.made.get().is_some_and(|made| made.shown.is_asked_for());
    let has_own = trust.settings().client_certificate.is_some();
    match alert {
        A::ProtocolVersion => no_version(trust, address),
        A::CertificateRequired | A::HandshakeFailure | A::BadCertificate | A::AccessDenied | A::CertificateUnknown
            if !has_own && (is_asked_for || alert == A::CertificateRequired) =>
        {
            format!(
                "{address} wants a certificate of the client ({alert:?}), and this client has none: tls.client_cert_file and \
                 tls.client_key_file name one"
            )
        }
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied
        | A::DecryptError
        | A::CertificateRequired
        | A::HandshakeFailure
            if has_own && is_asked_for =>
        {
            let why = match alert {
                A::CertificateExpired => "it has expired, by the server's clock",
                A::CertificateRevoked => "it is revoked",
                A::UnknownCA => "the server does not know its issuer",
                A::UnsupportedCertificate => "it is of a kind or for a purpose that the server does not take",
                A::CertificateRequired => "no certificate of it fits what the server asks for",
                _ => "the server gives no other reason",
            };
            format!("{address} refuses the certificate of this client ({alert:?}): {why}")
        }
        A::HandshakeFailure => format!(
            "{address} gave up the handshake (HandshakeFailure): it has no cipher in common with this library, or wants a certificate of \
             the client"
        ),
        A::UnrecognisedName => format!(
            "{address} knows no host of the name that it was asked for (UnrecognisedName); tls.server_name can say the right one"
        ),
        other => format!("{address} gave up the connection ({other:?})"),
    }
}

fn no_version(trust: &Trust, address: &str) -> String {
    if trust.settings().only_tls13 {
        return format!("{address} does not speak TLS 1.3, and tls.min_version asks for it");
    }
    format!("{address} speaks neither TLS 1.2 nor TLS 1.3, and this library nothing older")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Settings;
    use std::time::Duration;

    #[test]
    fn a_clock_that_starts_in_1970_is_told_to_be_wrong() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let said = |seconds| {
            let why = C::NotValidYetContext { time: at(seconds), not_before: at(1_790_000_000) };
            Trust::by_default().words(&why.into(), "h", "h:443")
        };
        let early = said(3_600);
        assert!(early.contains("not valid before 2026-09-21 14:13:20 UTC"), "{early}");
        assert!(
            early.ends_with("says 1970-01-01 01:00:00 UTC, which is before this library was written: set the clock")
        );
        assert!(said(1_789_000_000).ends_with("says 2026-09-10 00:26:40 UTC"), "{}", said(1_789_000_000));
    }

    #[test]
    fn the_words_of_each_refusal_begin_alike_and_end_without_a_stop() {
        let trust = Trust::new(Settings { only_tls13: true, ..Settings::default() });
        for alert in 0..=255_u8 {
            let said = trust.words(&E::AlertReceived(A::from(alert)), "h", "h:443");
            assert!(said.starts_with("TLS: h:443 ") && !said.ends_with('.'), "{said}");
        }
    }
}
