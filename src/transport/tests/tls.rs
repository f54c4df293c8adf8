//! The same over TLS, where more comes from the peer than its answer.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

type Secured = StreamOwned<ServerConnection, TcpStream>;

/// A server that does the same with each connection, and an agent that trusts it.
fn secured(act: impl Fn(&mut Secured) + Send + Sync + 'static) -> (Agent, String) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "the authority of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into());
    let config = Arc::new(config.unwrap());
    let (address, _) = server(move |connection, _| {
        let session = ServerConnection::new(Arc::clone(&config)).unwrap();
        act(&mut StreamOwned::new(session, connection));
    });
    let authorities = Authorities::new(vec![authority.der().clone()]);
    let trust = Trust::new(Settings { authorities, ..Settings::default() });
    (Agent::new("test", Arc::new(trust), None, 64), format!("https://{address}/"))
}

/// Reads so much of a request; false where it ends before.
fn read_some(connection: &mut Secured, length: usize) -> bool {
    let mut some = vec![0; length];
    connection.read_exact(&mut some).is_ok()
}

fn answer_and_close(connection: &mut Secured, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
    _ = connection.write_all(answer.as_bytes());
    connection.conn.send_close_notify();
    _ = connection.flush();
}

#[test]
fn a_second_connection_resumes_the_session_of_the_first() {
    let resumed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&resumed);
    let (agent, url) = secured(move |connection| {
        while !read_some(connection, 1) {}
        count
            .fetch_add(usize::from(connection.conn.handshake_kind() == Some(HandshakeKind::Resumed)), Ordering::SeqCst);
        answer_and_close(connection, "200 OK");
    });
    for before in 0..3 {
        assert_eq!(get(&agent, &url, limits(5000)).unwrap().http_status, 200);
        assert_eq!(resumed.load(Ordering::SeqCst), before);
    }
}

#[test]
fn an_answer_that_comes_while_a_long_request_is_sent_is_read() {
    let body = vec![b'x'; 20 << 20];
    for (name, is_kept_open) in [("closes", false), ("stays, and reads no more", true)] {
        let (agent, url) = secured(move |connection| {
            assert!(read_some(connection, 100_000));
            answer_and_close(connection, "413 Too Large");
            if is_kept_open {
                thread::sleep(10_000 * MS);
            }
        });
        let start = Instant::now();
        let answer = post(&agent, &url, &body, limits(8000))
            .unwrap_or_else(|failure| panic!("{name}: {failure:?} {}", failure.message.as_str()));
        assert_eq!(answer.http_status, 413, "{name}");
        assert!(start.elapsed() < 4000 * MS, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn tickets_that_come_while_a_long_request_waits_are_no_answer() {
    let length = 12 << 20;
    let (agent, url) = secured(move |connection| {
        // With the end of the handshake two tickets leave. Then the peer is busy with something else for a while, twice.
        for _ in 0..2 {
            if !read_some(connection, length / 4) {
                return;
            }
            thread::sleep(400 * MS);
        }
        if read_some(connection, length / 2) {
            answer_and_close(connection, "200 OK");
        }
    });
    let answer = post(&agent, &url, &vec![b'x'; length], limits(8000));
    assert_eq!(answer.unwrap().http_status, 200);
}
