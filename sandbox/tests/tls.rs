//! HTTPS with a private CA, as a client sees it that checks certificates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use meetgate_sandbox::{CloseWhen, Fault, FaultKind, Options, Sandbox, StartError, Tls};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

fn start(options: Options) -> (Sandbox, Tls) {
    let sandbox = Sandbox::start(Options { tls: true, ..options }).unwrap();
    let tls = sandbox.tls().unwrap().clone();
    (sandbox, tls)
}

/// A client that trusts this CA, and shows a certificate if it has one.
fn client(ca_pem: Option<&str>, identity: Option<(&str, &str)>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca_pem {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    Arc::new(match identity {
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
        None => builder.with_no_client_auth(),
    })
}

fn address_of(url: &str) -> SocketAddr {
    url.strip_prefix("https://").unwrap().parse().unwrap()
}

/// Everything that came in answer to a request, without the certainty that it is all: see `whole`.
fn ask(config: &Arc<ClientConfig>, address: SocketAddr, host: &str, path: &str) -> (String, io::Result<usize>) {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), socket);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut bytes = Vec::new();
    let ended = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut bytes));
    (String::from_utf8(bytes).unwrap(), ended)
}

/// The answer, or why TLS failed.
fn whole(config: &Arc<ClientConfig>, address: SocketAddr, host: &str) -> Result<String, Error> {
    match ask(config, address, host, "/sdkapi/v2/room/list") {
        (text, Ok(_)) => Ok(text),
        (_, Err(error)) => Err(error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).unwrap().clone()),
    }
}

#[test]
fn trusted_by_its_ca_and_by_nobody_else() {
    let (sandbox, tls) = start(Options::default());
    let trusting = client(Some(&tls.ca_pem), None);
    for host in ["127.0.0.1", "localhost"] {
        let text = whole(&trusting, sandbox.address(), host).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.contains("40002"), "{text}");
    }
    let other = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    for stranger in [client(None, None), client(Some(&other.tls().unwrap().ca_pem), None)] {
        let error = whole(&stranger, sandbox.address(), "127.0.0.1").unwrap_err();
        let untrusted = [CertificateError::UnknownIssuer, CertificateError::BadSignature];
        assert!(untrusted.into_iter().any(|reason| error == Error::InvalidCertificate(reason)), "{error:?}");
    }
    // It is the same sandbox underneath, and still well.
    assert!(whole(&trusting, sandbox.address(), "127.0.0.1").is_ok());
}

#[test]
fn base_urls_are_https() {
    let (sandbox, tls) = start(Options { control: true, ..Options::default() });
    let base_url = format!("https://{}", sandbox.address());
    for platform in ["hst", "youme", "avd"] {
        assert_eq!(sandbox.configurations()[platform]["base_url"], base_url);
    }
    assert!(Sandbox::start(Options::default()).unwrap().tls().is_none());
    // URLs in answers too.
    let trusting = client(Some(&tls.ca_pem), None);
    let options = Options::default();
    let keys = format!("access_key={}&secret_key={}", options.avd_access_key, options.avd_secret_key);
    let get = |path: &str| ask(&trusting, sandbox.address(), "127.0.0.1", path).0;
    let answer = get(&format!("/sdkapi/v2/app/get_token?{keys}"));
    let token = answer.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap();
    let answer = get(&format!("/sdkapi/v2/room/record/get?room_id=12345123456&token={token}"));
    assert!(answer.contains(&format!("\"{base_url}/attachment?file=")), "{answer}");
    // What the second line prints is to be had from the control interface.
    let answer = get("/_sandbox/tls");
    let shown: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(shown, tls.to_json());
}

#[test]
fn wrong_certificates_on_other_ports() {
    let (_sandbox, tls) = start(Options::default());
    let trusting = client(Some(&tls.ca_pem), None);
    let wrong_host = whole(&trusting, address_of(&tls.wrong_host), "127.0.0.1").unwrap_err();
    let expected = "NotValidForName";
    assert!(format!("{wrong_host:?}").contains(expected), "{wrong_host:?}");
    let expired = whole(&trusting, address_of(&tls.expired), "127.0.0.1").unwrap_err();
    assert!(format!("{expired:?}").contains("Expired"), "{expired:?}");
    // Whoever asks by the other name is answered: it is the same sandbox.
    assert!(whole(&trusting, address_of(&tls.wrong_host), "another-host.invalid").is_ok());
}

#[test]
fn client_certificates_are_demanded() {
    let (sandbox, tls) = start(Options { tls_client_certificates: true, ..Options::default() });
    let error = whole(&client(Some(&tls.ca_pem), None), sandbox.address(), "127.0.0.1").unwrap_err();
    assert!(format!("{error:?}").contains("CertificateRequired"), "{error:?}");
    let shown = (tls.client_certificate_pem.as_str(), tls.client_key_pem.as_str());
    assert!(whole(&client(Some(&tls.ca_pem), Some(shown)), sandbox.address(), "127.0.0.1").is_ok());
    // One of another CA does not do.
    let (_other, foreign) = start(Options::default());
    let foreign = (foreign.client_certificate_pem.as_str(), foreign.client_key_pem.as_str());
    let error = whole(&client(Some(&tls.ca_pem), Some(foreign)), sandbox.address(), "127.0.0.1").unwrap_err();
    assert!(format!("{error:?}").contains("AlertReceived"), "{error:?}");
    // A server that does not ask for one takes it.
    let (asks_none, tls) = start(Options::default());
    let shown = (tls.client_certificate_pem.as_str(), tls.client_key_pem.as_str());
    assert!(whole(&client(Some(&tls.ca_pem), Some(shown)), asks_none.address(), "127.0.0.1").is_ok());
}

/// Who does not speak TLS does not hold up those who do.
#[test]
fn plain_and_silent_clients_harm_nobody() {
    let (sandbox, tls) = start(Options::default());
    let silent = TcpStream::connect(sandbox.address()).unwrap();
    let mut plain = TcpStream::connect(sandbox.address()).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    // An alert, then the end.
    let _ = plain.read_to_end(&mut bytes);
    assert!(!bytes.starts_with(b"HTTP"));
    assert!(whole(&client(Some(&tls.ca_pem), None), sandbox.address(), "127.0.0.1").is_ok());
    drop(silent);
}

/// Faults work above TLS: half a body, and no farewell.
#[test]
fn faults_under_tls() {
    let (sandbox, tls) = start(Options::default());
    let trusting = client(Some(&tls.ca_pem), None);
    let get = || ask(&trusting, sandbox.address(), "127.0.0.1", "/sdkapi/v2/room/list");
    let close = |when| Fault::new("avd.room.list", FaultKind::Close { when }).times(1).acted(true);
    sandbox.add_fault(close(CloseWhen::InBody)).unwrap();
    let (text, ended) = get();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 35") && body.len() == 17, "{text}");
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    sandbox.add_fault(close(CloseWhen::BeforeHead)).unwrap();
    assert_eq!(get().0, "");
    let every = Duration::from_millis(5);
    sandbox.add_fault(Fault::new("avd.room.list", FaultKind::Drip { bytes: 50, every }).times(1)).unwrap();
    assert!(get().0.contains("40002"));
    sandbox.add_fault(Fault::new("*", FaultKind::Reset).times(1)).unwrap();
    assert_eq!(get().1.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    sandbox.add_fault(Fault::new("*", FaultKind::Refuse { lasting: Duration::from_secs(600) })).unwrap();
    assert!(TcpStream::connect(sandbox.address()).is_err());
    sandbox.clear_faults();
    assert!(get().0.contains("40002"));
}

#[test]
fn the_ca_file() {
    let path = std::env::temp_dir().join(format!("meetgate-sandbox-ca-{}.pem", std::process::id()));
    let sandbox = Sandbox::start(Options { ca_file: Some(path.clone()), ..Options::default() }).unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(written, sandbox.tls().unwrap().ca_pem);
    let nowhere = Options { ca_file: Some(path.join("nowhere")), ..Options::default() };
    assert!(matches!(Sandbox::start(nowhere).map(|_| ()), Err(StartError::CaFile(..))));
}
