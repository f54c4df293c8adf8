//! HTTPS: what the sandbox tells about it, and the settings of its three ports.

mod certificates;

use certificates::{Authority, Identity};
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::WebPkiClientVerifier;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// What a client needs to know when the sandbox speaks HTTPS. Everything is made at start and trusted by nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate of the private CA that signed all the others.
    pub ca_pem: String,
    /// The same sandbox, behind a certificate for another host.
    pub wrong_host: String,
    /// The same sandbox, behind a certificate that is over.
    pub expired: String,
    /// A client certificate that the sandbox takes where it demands one.
    pub client_certificate_pem: String,
    pub client_key_pem: String,
}

impl Tls {
    /// The second line that the command prints.
    pub fn to_json(&self) -> Value {
        json!({"tls": {
            "ca_pem": self.ca_pem,
            "wrong_host": self.wrong_host,
            "expired": self.expired,
            "client_certificate_pem": self.client_certificate_pem,
            "client_key_pem": self.client_key_pem,
        }})
    }
}

/// The certificates of one start, and how each port speaks TLS.
pub(crate) struct Ports {
    pub ca_pem: String,
    pub client: Identity,
    pub main: TlsAcceptor,
    pub wrong_host: TlsAcceptor,
    pub expired: TlsAcceptor,
}

/// Why no TLS could be set up.
pub(crate) type TlsError = Box<dyn std::error::Error + Send + Sync>;

impl Ports {
    /// `listening` is an address that clients use beside 127.0.0.1 and localhost.
    pub(crate) fn new(listening: IpAddr, demand_client_certificates: bool) -> Result<Self, TlsError> {
        let authority = Authority::new()?;
        let provider = Arc::new(ring::default_provider());
        let acceptor = |identity: &Identity| -> Result<TlsAcceptor, TlsError> {
            let config = server_config(&provider, &authority, identity, demand_client_certificates)?;
            Ok(TlsAcceptor::from(Arc::new(config)))
        };
        Ok(Self {
            main: acceptor(&authority.server(listening)?)?,
            wrong_host: acceptor(&authority.server_of_another_host()?)?,
            expired: acceptor(&authority.server_that_is_over(listening)?)?,
            client: authority.client()?,
            ca_pem: authority.certificate_pem(),
        })
    }
}

fn server_config(
    provider: &Arc<CryptoProvider>,
    authority: &Authority,
    identity: &Identity,
    demand_client_certificates: bool,
) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider)).with_safe_default_protocol_versions()?;
    let builder = if demand_client_certificates {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate_der())?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build()?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_single_cert(vec![identity.certificate_der()], identity.key_der())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
