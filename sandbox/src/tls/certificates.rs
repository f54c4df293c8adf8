//! A private CA and what it signs, made afresh at each start: nothing on disk, nothing to leak or to run out.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, Error, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: Duration = Duration::from_secs(86_400);
/// Some systems take no server certificate that is valid for longer than this.
const VALID_DAYS: u32 = 397;
/// RFC 2606: a name that never exists.
const ANOTHER_HOST: &str = "another-host.invalid";

pub(crate) struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(crate) struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        name(&mut params, "meetgate-sandbox private CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // It has to cover the certificate that is over, too.
        set_validity(&mut params, now().saturating_sub(DAY * 800), DAY * (800 + VALID_DAYS));
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn certificate_der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(crate) fn server(&self, listening: IpAddr) -> Result<Identity, Error> {
        self.sign_server(&own_names(listening), now().saturating_sub(DAY))
    }

    pub(crate) fn server_of_another_host(&self) -> Result<Identity, Error> {
        self.sign_server(&[ANOTHER_HOST.to_owned()], now().saturating_sub(DAY))
    }

    /// It was over yesterday.
    pub(crate) fn server_that_is_over(&self, listening: IpAddr) -> Result<Identity, Error> {
        self.sign_server(&own_names(listening), now().saturating_sub(DAY * (VALID_DAYS + 1)))
    }

    pub(crate) fn client(&self) -> Result<Identity, Error> {
        let mut params = CertificateParams::default();
        name(&mut params, "meetgate-sandbox client");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        set_validity(&mut params, now().saturating_sub(DAY), DAY * VALID_DAYS);
        self.sign(params)
    }

    fn sign_server(&self, names: &[String], from: Duration) -> Result<Identity, Error> {
        let mut params = CertificateParams::new(names)?;
        name(&mut params, names.first().map_or("", String::as_str));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        set_validity(&mut params, from, DAY * VALID_DAYS);
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity, Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok(Identity { certificate: params.signed_by(&key, &self.issuer)?, key })
    }
}

impl Identity {
    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub(crate) fn certificate_der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(crate) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

/// 127.0.0.1 and localhost, and whatever else the sandbox listens on.
fn own_names(listening: IpAddr) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let listening = listening.to_string();
    if !names.contains(&listening) {
        names.push(listening);
    }
    names
}

fn name(params: &mut CertificateParams, text: &str) {
    params.distinguished_name.push(DnType::OrganizationName, "meetgate-sandbox");
    params.distinguished_name.push(DnType::CommonName, text);
}

/// By the machine's clock, whatever the sandbox's own says: the client looks at its own as well.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn set_validity(params: &mut CertificateParams, from: Duration, for_how_long: Duration) {
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + from;
    params.not_after = epoch + (from + for_how_long);
}
