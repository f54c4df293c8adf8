//! Certificates made on the spot, and servers that show them.

#![allow(dead_code, reason = "each test program uses some of it")]

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use ring::digest::{SHA256, digest};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// An answer that avd takes for a success.
pub const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{\"ret\":0}";

pub struct Authority {
    pub pem: String,
    pub der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let (params, key) = (params_of_authority(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Authority { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// Another, signed by this one.
    pub fn under(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Authority {
        let (mut params, key) = (params_of_authority(name), KeyPair::generate().unwrap());
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Authority { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// A certificate of this address, as the caller wants it.
    pub fn certify(&self, change: impl FnOnce(&mut CertificateParams)) -> Own {
        self.certify_key(KeyPair::generate().unwrap(), change)
    }

    /// The same for a key of another kind.
    pub fn certify_key(&self, key: KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Own {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Own { chain: vec![certificate.der().clone()], pem: certificate.pem(), key }
    }
}

fn params_of_authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A certificate, what is sent along with it, and its key.
pub struct Own {
    pub chain: Vec<CertificateDer<'static>>,
    pub pem: String,
    pub key: KeyPair,
}

impl Own {
    /// Its own issuer.
    pub fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Own {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.self_signed(&key).unwrap();
        Own { chain: vec![certificate.der().clone()], pem: certificate.pem(), key }
    }

    /// The digest of its public key, as rcgen knows it.
    pub fn digest(&self) -> [u8; 32] {
        use rcgen::PublicKeyData as _;
        digest(&SHA256, &self.key.subject_public_key_info()).as_ref().try_into().unwrap()
    }

    pub fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Of a server that shows this certificate, in these versions, and asks for one of these authorities' clients.
pub fn config(own: &Own, versions: &[&'static SupportedProtocolVersion], clients: Option<&Authority>) -> ServerConfig {
    config_with(provider(), own, versions, clients)
}

/// The same, and it can do no more than this.
fn config_with(
    can: Arc<CryptoProvider>,
    own: &Own,
    versions: &[&'static SupportedProtocolVersion],
    clients: Option<&Authority>,
) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(can).with_protocol_versions(versions).unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    builder.with_single_cert(own.chain.clone(), own.private_key()).unwrap()
}

/// Servers that each take one curve to agree on a key, show a key of one kind, speak one version and ask for the certificate of a
/// client, and what each is called.
pub fn servers_of_each_curve(authority: &Authority) -> Vec<(String, TlsServer)> {
    let mut servers = Vec::new();
    for (kind, algorithm) in
        [("P-256", &PKCS_ECDSA_P256_SHA256), ("P-384", &PKCS_ECDSA_P384_SHA384), ("Ed25519", &PKCS_ED25519)]
    {
        let own = authority.certify_key(KeyPair::generate_for(algorithm).unwrap(), |_| {});
        for group in provider().kx_groups.iter().copied() {
            for version in [&TLS12, &TLS13] {
                let can = CryptoProvider { kx_groups: vec![group], ..rustls::crypto::ring::default_provider() };
                let config = config_with(can.into(), &own, &[version], Some(authority));
                let name = format!("{:?} by {:?} with a key of {kind}", version.version, group.name());
                servers.push((name, TlsServer::start(config)));
            }
        }
    }
    servers
}

/// What a server has seen of one connection whose handshake succeeded.
#[derive(Debug, Clone)]
pub struct Seen {
    pub handshake: HandshakeKind,
    pub server_name: Option<String>,
    pub client: Option<CertificateDer<'static>>,
}

pub struct TlsServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl TlsServer {
    /// Answers one request over each connection.
    pub fn start(config: ServerConfig) -> TlsServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, config) = (listener.local_addr().unwrap(), Arc::new(config));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (config, all) = (Arc::clone(&config), Arc::clone(&all));
                thread::spawn(move || serve(config, connection, &all));
            }
        });
        TlsServer { address, seen }
    }

    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(config: Arc<ServerConfig>, connection: TcpStream, all: &Mutex<Vec<Seen>>) -> Option<()> {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), connection);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).is_err() {
            // The peer is told why.
            while stream.conn.wants_write() && stream.conn.write_tls(&mut stream.sock).is_ok() {}
            return None;
        }
        head.push(byte[0]);
    }
    all.lock().unwrap().push(Seen {
        handshake: stream.conn.handshake_kind()?,
        server_name: stream.conn.server_name().map(str::to_owned),
        client: stream
            .conn
            .peer_certificates()
            .and_then(|chain| chain.first().cloned())
            .map(CertificateDer::into_owned),
    });
    stream.write_all(ANSWER.as_bytes()).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}
