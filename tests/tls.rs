//! The key `tls`: whom a client trusts, what it shows of itself, and the words for each thing that goes wrong.

#[path = "authority/mod.rs"]
mod authority;
mod support;

use authority::{Authority, Own, TlsServer, config, servers_of_each_curve};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use meetgate::{Client, Status};
use meetgate_sandbox::{Options, Sandbox};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, date_time_ymd};
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, ServerConfig};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;
use support::Folder;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const STATE: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;

fn client(url: &str, tls: &Value) -> Client {
    Client::new(&json!({ "platform": "avd", "base_url": url, "token": "t", "tls": tls }).to_string()).unwrap()
}

fn served(own: &Own) -> TlsServer {
    TlsServer::start(config(own, &[&TLS12, &TLS13], None))
}

/// The call succeeds.
fn accepted(server: &TlsServer, tls: &Value) {
    client(&server.url(), tls).call("avd.room.read", READ).unwrap_or_else(|error| panic!("{tls}: {error}"));
}

/// It fails with the status TLS, and these words. No request has arrived.
#[track_caller]
fn refused(server: &TlsServer, tls: &Value, words: &[&str]) {
    says(&server.url(), tls, words);
    assert!(server.seen().is_empty(), "a request arrived");
}

#[track_caller]
fn says(url: &str, tls: &Value, words: &[&str]) {
    let error = client(url, tls).call_with("avd.room.read", READ, r#"{"max_attempts":1}"#, None).unwrap_err();
    assert_eq!(error.status(), Status::Tls, "{error}");
    let document = error.document();
    assert!(!document.retryable && document.attempts == Some(1), "{document:?}");
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "{message}\nlacks {word:?}");
    }
}

/// A configuration that is refused when the client is made.
#[track_caller]
fn impossible(tls: &Value, words: &[&str]) -> String {
    let config = json!({ "platform": "avd", "base_url": "https://h", "token": "t", "tls": tls });
    let error = Client::new(&config.to_string()).map(|_| ()).expect_err(&tls.to_string());
    assert_eq!(error.status(), Status::InvalidConfig, "{error:?}");
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "{message}\nlacks {word:?}");
    }
    message
}

fn pin(own: &Own) -> String {
    format!("sha256//{}", BASE64_STANDARD.encode(own.digest()))
}

// Whom one trusts.

#[test]
fn a_private_authority_is_trusted_by_file_and_by_text() {
    let folder = Folder::new();
    let (authority, other) = (Authority::new("ours"), Authority::new("another"));
    let server = served(&authority.certify(|_| {}));
    let file = folder.path().join("会议 ca.pem");
    fs::write(&file, &authority.pem).unwrap();
    for tls in [
        json!({ "ca_file": file }),
        json!({ "ca_pem": authority.pem }),
        json!({ "ca_file": file, "ca_pem": other.pem }),
        json!({ "roots": "none", "ca_pem": format!("# one\n{}\n# two\r\n{}", other.pem, authority.pem.replace('\n', "\r\n")) }),
        json!({ "roots": "bundled", "ca_pem": authority.pem, "min_version": "1.2" }),
    ] {
        accepted(&server, &tls);
    }
    let trusting = client(&server.url(), &json!({ "ca_file": file }));
    // What the client knows is what the file said when it was made.
    fs::remove_file(&file).unwrap();
    trusting.call("avd.room.read", READ).unwrap();
}

#[test]
fn an_unknown_issuer_is_named_and_so_is_what_was_trusted() {
    let authority = Authority::new("Room\u{1b}[2J 会议 CA");
    let server = served(&authority.certify(|_| {}));
    let issuer = r#"unknown issuer, "Room?[2J 会议 CA""#;
    refused(&server, &json!({}), &[issuer, "public roots that are built into this library and 0 certificates"]);
    let other = Authority::new("another").pem;
    refused(
        &server,
        &json!({ "roots": "none", "ca_pem": other }),
        &[issuer, "no roots and 1 certificate of tls.ca_file"],
    );
}

#[test]
fn an_intermediate_certificate_has_to_be_sent() {
    let authority = Authority::new("ours");
    let intermediate = authority.under("between", |_| {});
    let mut own = intermediate.certify(|_| {});
    let tls = json!({ "ca_pem": authority.pem });
    refused(&served(&own), &tls, &[r#"unknown issuer, "between""#, "intermediate"]);
    own.chain.push(intermediate.der.clone());
    accepted(&served(&own), &tls);
}

#[test]
fn a_self_signed_certificate_is_trusted_once_it_is_named() {
    // As `openssl req -x509` makes them: authorities of their own.
    let authority =
        |params: &mut CertificateParams| params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    for own in [Own::self_signed(|_| {}), Own::self_signed(authority)] {
        let server = served(&own);
        let pin = pin(&own);
        refused(&server, &json!({}), &["self-signed", "tls.ca_file", &pin]);
        refused(&server, &json!({ "pin_sha256": [pin] }), &["self-signed"]);
        accepted(&server, &json!({ "ca_pem": own.pem }));
        accepted(&server, &json!({ "roots": "none", "pin_sha256": [pin] }));
    }
    // Its dates and names count all the same.
    let old = Own::self_signed(|params| {
        authority(params);
        params.not_after = date_time_ymd(2020, 1, 2);
    });
    refused(&served(&old), &json!({ "ca_pem": old.pem }), &["expired at 2020-01-02 00:00:00 UTC"]);
    let early = Own::self_signed(|params| {
        authority(params);
        params.not_before = date_time_ymd(3000, 1, 2);
    });
    refused(&served(&early), &json!({ "ca_pem": early.pem }), &["not valid before 3000-01-02 00:00:00 UTC"]);
    let elsewhere = Own::self_signed(|params| {
        authority(params);
        params.subject_alt_names = CertificateParams::new(["other.example".to_owned()]).unwrap().subject_alt_names;
    });
    refused(&served(&elsewhere), &json!({ "ca_pem": elsewhere.pem }), &["for another host", "other.example"]);
}

/// In a program of its own, since the environment is the process's.
#[test]
fn the_systems_authorities_are_found_as_openssl_finds_them() {
    let folder = Folder::new();
    let authority = Authority::new("of the system");
    let server = served(&authority.certify(|_| {}));
    let file = folder.path().join("ca.pem");
    fs::write(&file, &authority.pem).unwrap();
    let run = |name: &str, value: &std::path::Path| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "calls_with_the_systems_roots", "--ignored", "--nocapture"]);
        child.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        let done = child.env(name, value).env("SERVER", server.url()).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    for (name, value) in [("SSL_CERT_FILE", file.as_path()), ("SSL_CERT_DIR", folder.path())] {
        let said = run(name, value);
        assert!(said.contains("answer: {\"ret\":0}"), "{said}");
    }
    let missing = folder.path().join("none.pem");
    let said = run("SSL_CERT_FILE", &missing);
    for word in
        ["Tls", "has no certificate of an authority", &format!("SSL_CERT_FILE={}", missing.display()), "No such file"]
    {
        assert!(said.contains(word), "{said}\nlacks {word}");
    }
    // The system's own do not know it, where there are any.
    let said = run("OTHER", &missing);
    assert!(said.contains("roots of this system and 0 certificates") || said.contains("are not set"), "{said}");
}

#[test]
#[ignore = "a program of the test above"]
fn calls_with_the_systems_roots() {
    let Ok(url) = std::env::var("SERVER") else { return };
    match client(&url, &json!({ "roots": "system" })).call("avd.room.read", READ) {
        Ok(answer) => println!("answer: {answer}"),
        Err(error) => println!("{:?}: {error}", error.status()),
    }
}

// What is wrong with a certificate.

#[test]
fn dates_are_told_with_those_of_our_clock() {
    let authority = Authority::new("ours");
    let tls = json!({ "ca_pem": authority.pem });
    let old = authority.certify(|params| params.not_after = date_time_ymd(2020, 1, 2));
    let year = httpdate::fmt_http_date(std::time::SystemTime::now())[12..16].to_owned();
    let clock = format!("the clock of this machine says {year}-");
    refused(&served(&old), &tls, &["expired at 2020-01-02 00:00:00 UTC", &clock]);
    let early = authority.certify(|params| params.not_before = date_time_ymd(3000, 1, 2));
    refused(&served(&early), &tls, &["not valid before 3000-01-02 00:00:00 UTC", &clock]);
}

#[test]
fn dates_above_are_told_apart_from_those_of_the_server() {
    let authority = Authority::new("ours");
    let old = authority.under("between", |params| params.not_after = date_time_ymd(2020, 1, 2));
    let mut own = old.certify(|_| {});
    own.chain.push(old.der.clone());
    let tls = json!({ "ca_pem": authority.pem });
    refused(
        &served(&own),
        &tls,
        &["a certificate between that of 127.0.0.1 and its authority", "expired at 2020-01-02"],
    );
}

#[test]
fn the_names_of_the_certificate_of_another_host_are_told() {
    let authority = Authority::new("ours");
    let named = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        authority.certify(|params| params.subject_alt_names = CertificateParams::new(names).unwrap().subject_alt_names)
    };
    let tls = json!({ "ca_pem": authority.pem });
    let own = named(&["avd.example", "*.meet.example", "10.0.0.5"]);
    refused(
        &served(&own),
        &tls,
        &["for another host than 127.0.0.1: it is for avd.example, *.meet.example, 10.0.0.5;", "tls.server_name"],
    );
    refused(&served(&named(&[])), &tls, &["has no names"]);
    let many: Vec<String> = (0..500).map(|number| format!("n{number}.example")).collect();
    refused(&served(&named(&many.iter().map(String::as_str).collect::<Vec<_>>())), &tls, &["n7.example and 492 more"]);
}

#[test]
fn a_server_name_is_sent_and_checked_in_place_of_the_host() {
    let authority = Authority::new("ours");
    let name = |name: &str| CertificateParams::new([name.to_owned()]).unwrap().subject_alt_names;
    let server = served(&authority.certify(|params| params.subject_alt_names = name("avd.example")));
    accepted(&server, &json!({ "ca_pem": authority.pem, "server_name": "avd.example" }));
    assert_eq!(server.seen()[0].server_name.as_deref(), Some("avd.example"));
    says(
        &server.url(),
        &json!({ "ca_pem": authority.pem, "server_name": "hst.example" }),
        &["for another host than hst.example: it is for avd.example"],
    );
    let server = served(&authority.certify(|params| params.subject_alt_names = name("10.0.0.5")));
    accepted(&server, &json!({ "ca_pem": authority.pem, "server_name": "10.0.0.5" }));
    for wrong in ["avd.example:443", "https://avd.example", "", "a b", "会议", "10.0.0.5:9610"] {
        impossible(&json!({ "server_name": wrong }), &["\"tls.server_name\"", "without scheme and port"]);
    }
}

#[test]
fn a_certificate_for_another_purpose_is_refused() {
    let authority = Authority::new("ours");
    let own = authority.certify(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    refused(&served(&own), &json!({ "ca_pem": authority.pem }), &["not for servers"]);
}

/// Old certificates, as openssl makes them.
#[test]
fn old_kinds_of_certificates_are_told() {
    if !support::has("openssl") {
        return;
    }
    let folder = Folder::new();
    let run = |arguments: &str| {
        let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    fs::write(folder.path().join("ext"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ours");
    run("req -newkey rsa:2048 -nodes -keyout key.pem -out request -subj /CN=127.0.0.1");
    run("x509 -req -in request -CA ca.pem -CAkey ca.key -days 30 -set_serial 2 -out v1.pem");
    run("x509 -req -in request -CA ca.pem -CAkey ca.key -days 30 -set_serial 3 -sha1 -extfile ext -out sha1.pem");
    let shown = |name: &str, versions: &[&'static rustls::SupportedProtocolVersion]| {
        use rustls::pki_types::pem::PemObject as _;
        let chain = rustls::pki_types::CertificateDer::from_pem_slice(read(name).as_bytes()).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(read("key.pem").as_bytes()).unwrap();
        let signing = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        // rustls itself refuses to read the first version's.
        let certified = rustls::sign::CertifiedKey::new(vec![chain], signing);
        let builder =
            ServerConfig::builder_with_provider(authority::provider()).with_protocol_versions(versions).unwrap();
        let resolver = rustls::sign::SingleCertAndKey::from(certified);
        TlsServer::start(builder.with_no_client_auth().with_cert_resolver(std::sync::Arc::new(resolver)))
    };
    let tls = json!({ "ca_pem": read("ca.pem") });
    let both: &[&rustls::SupportedProtocolVersion] = &[&TLS12, &TLS13];
    refused(&shown("sha1.pem", both), &tls, &["not supported", "too weak"]);
    let v1 = shown("v1.pem", both);
    refused(&v1, &tls, &["not supported", "version 1"]);
    // A pin is enough for it, with TLS 1.3, and no verification for both.
    run("x509 -in v1.pem -pubkey -noout -out public.pem");
    run("pkey -pubin -in public.pem -outform DER -out public.der");
    run("dgst -sha256 -binary -out digest public.der");
    let pin = BASE64_STANDARD.encode(fs::read(folder.path().join("digest")).unwrap());
    accepted(&v1, &json!({ "roots": "none", "pin_sha256": [pin] }));
    for versions in [&[&TLS12], &[&TLS13]] as [&[&rustls::SupportedProtocolVersion]; 2] {
        accepted(&shown("v1.pem", versions), &json!({ "insecure": true, "insecure_reason": "a test" }));
    }
}

// Pins and no verification.

#[test]
fn a_pin_has_to_fit_beside_all_else() {
    let authority = Authority::new("ours");
    let (own, other) = (authority.certify(|_| {}), authority.certify(|_| {}));
    let (right, wrong) = (pin(&own), pin(&other));
    let server = served(&own);
    let tls = |pins: &[&str]| json!({ "ca_pem": authority.pem, "pin_sha256": pins });
    refused(&server, &tls(&[&wrong]), &["none of the 1 pin in tls.pin_sha256", &right]);
    // Not that of the issuer.
    let issuer = Own { chain: vec![], pem: String::new(), key: rcgen::KeyPair::generate().unwrap() };
    refused(&server, &tls(&[&wrong, &pin(&issuer)]), &["none of the 2 pins"]);
    refused(&server, &json!({ "pin_sha256": [right] }), &["unknown issuer"]);
    for versions in [&[&TLS12], &[&TLS13]] as [&[&rustls::SupportedProtocolVersion]; 2] {
        let server = TlsServer::start(config(&own, versions, None));
        let hex: String = own.digest().iter().map(|byte| format!("{byte:02X}")).collect();
        for spelling in [right.as_str(), &right["sha256//".len()..], &hex] {
            accepted(&server, &tls(&[&wrong, spelling]));
            accepted(&server, &json!({ "roots": "none", "pin_sha256": [spelling] }));
            accepted(&server, &json!({ "insecure": true, "insecure_reason": "a test", "pin_sha256": [spelling] }));
        }
        says(&server.url(), &json!({ "roots": "none", "pin_sha256": [wrong] }), &[&right]);
        says(
            &server.url(),
            &json!({ "insecure": true, "insecure_reason": "a test", "pin_sha256": [wrong] }),
            &[&right],
        );
    }
    impossible(&json!({ "pin_sha256": [right, "sha256//AAAA"] }), &["\"tls.pin_sha256[1]\"", "sha256//"]);
    impossible(&json!({ "pin_sha256": [] }), &["\"tls.pin_sha256\"", "empty"]);
    impossible(&json!({ "pin_sha256": [7] }), &["\"tls.pin_sha256[0]\""]);
    impossible(&json!({ "pin_sha256": right }), &["\"tls.pin_sha256\""]);
}

/// A server that has the pinned certificate, and another key than that of it.
#[test]
fn a_pinned_certificate_is_nothing_without_its_key() {
    let authority = Authority::new("ours");
    let (own, thief) = (authority.certify(|_| {}), authority.certify(|_| {}));
    let signing = rustls::crypto::ring::sign::any_supported_type(&thief.private_key()).unwrap();
    for versions in [&[&TLS12], &[&TLS13]] as [&[&rustls::SupportedProtocolVersion]; 2] {
        let resolver =
            rustls::sign::SingleCertAndKey::from(rustls::sign::CertifiedKey::new(own.chain.clone(), signing.clone()));
        let builder =
            ServerConfig::builder_with_provider(authority::provider()).with_protocol_versions(versions).unwrap();
        let server = TlsServer::start(builder.with_no_client_auth().with_cert_resolver(std::sync::Arc::new(resolver)));
        for tls in [
            json!({ "roots": "none", "pin_sha256": [pin(&own)] }),
            json!({ "insecure": true, "insecure_reason": "a test", "pin_sha256": [pin(&own)] }),
        ] {
            refused(&server, &tls, &["TLS:"]);
        }
    }
}

#[test]
fn nothing_is_verified_only_with_a_reason_and_info_tells_it() {
    let old = Own::self_signed(|params| {
        params.not_after = date_time_ymd(2020, 1, 2);
        params.subject_alt_names = vec![];
    });
    let server = served(&old);
    let tls = json!({ "insecure": true, "insecure_reason": " until the new certificate comes " });
    accepted(&server, &tls);
    let info =
        |tls: &Value| serde_json::from_str::<Value>(&client("https://h", tls).info().unwrap()).unwrap()["tls"].take();
    assert_eq!(info(&tls)["insecure"], "until the new certificate comes");
    assert_eq!(
        info(&json!({})),
        json!({ "roots": "bundled", "authorities": 0, "pins": 0, "client_certificate": false, "min_version": "1.2" })
    );
    for (tls, words) in [
        (json!({ "insecure": true }), "\"tls.insecure_reason\" is missing"),
        (json!({ "insecure": true, "insecure_reason": " " }), "empty text"),
        (json!({ "insecure": true, "insecure_reason": "a\nb" }), "control character"),
        (json!({ "insecure": true, "insecure_reason": "x".repeat(257) }), "at most 256 bytes, got 257"),
        (json!({ "insecure_reason": "why" }), "no meaning without"),
        (json!({ "insecure": false, "insecure_reason": "why" }), "no meaning without"),
        (json!({ "insecure": true, "insecure_reason": "why", "ca_pem": old.pem }), "nothing is verified then"),
        (json!({ "insecure": "yes", "insecure_reason": "why" }), "\"tls.insecure\""),
    ] {
        impossible(&tls, &[words]);
    }
}

// Versions, and what is no TLS.

#[test]
fn the_oldest_version_is_kept() {
    let authority = Authority::new("ours");
    let server = TlsServer::start(config(&authority.certify(|_| {}), &[&TLS12], None));
    refused(
        &server,
        &json!({ "ca_pem": authority.pem, "min_version": "1.3" }),
        &["does not speak TLS 1.3", "tls.min_version"],
    );
    accepted(&server, &json!({ "ca_pem": authority.pem }));
    let server = TlsServer::start(config(&authority.certify(|_| {}), &[&TLS13], None));
    accepted(&server, &json!({ "ca_pem": authority.pem, "min_version": "1.3" }));
    impossible(&json!({ "min_version": "1.1" }), &["\"tls.min_version\"", "1.2, 1.3"]);
}

/// A server that says these bytes to whatever comes.
fn saying(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, bytes) = (listener.local_addr().unwrap(), bytes.into());
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            _ = connection.read(&mut [0; 4096]);
            _ = connection.write_all(&bytes);
        }
    });
    address
}

#[test]
fn what_is_no_tls_of_ours_is_told() {
    let https = |address: SocketAddr| format!("https://{address}");
    let plain = saying("HTTP/1.1 400 Bad Request\r\n\r\n");
    says(&https(plain), &json!({}), &["does not speak TLS", "http://"]);
    let alert = |number: u8| saying([0x15, 3, 1, 0, 2, 2, number]);
    says(&format!("http://{}", alert(10)), &json!({}), &["answers in TLS", "https://"]);
    says(&https(alert(70)), &json!({}), &["neither TLS 1.2 nor TLS 1.3"]);
    says(&https(alert(40)), &json!({}), &["no cipher in common"]);
    says(&https(alert(112)), &json!({}), &["tls.server_name"]);
    says(&https(alert(80)), &json!({}), &["InternalError"]);
    // A ServerHello of TLS 1.1.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    says(&https(saying(hello)), &json!({}), &["neither TLS 1.2 nor TLS 1.3"]);
}

// The client's own certificate.

#[test]
fn a_server_that_wants_a_certificate_gets_it() {
    let (authority, clients) = (Authority::new("ours"), Authority::new("of clients"));
    let own = clients.certify(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let folder = Folder::new();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let key = own.key.serialize_pem();
    let both = file("both.pem", &format!("{}\n{key}", own.pem));
    for versions in [&[&TLS12], &[&TLS13]] as [&[&rustls::SupportedProtocolVersion]; 2] {
        let server = TlsServer::start(config(&authority.certify(|_| {}), versions, Some(&clients)));
        refused(
            &server,
            &json!({ "ca_pem": authority.pem }),
            &["wants a certificate of the client", "tls.client_cert_file"],
        );
        for tls in [
            json!({ "ca_pem": authority.pem, "client_cert_pem": own.pem, "client_key_pem": key }),
            json!({ "ca_pem": authority.pem, "client_cert_file": both, "client_key_file": both }),
            json!({ "ca_pem": authority.pem, "client_cert_file": both, "client_key_pem": key }),
        ] {
            accepted(&server, &tls);
        }
        assert!(server.seen().iter().all(|seen| seen.client.as_ref() == own.chain.first()));
        let server = TlsServer::start(config(&authority.certify(|_| {}), versions, Some(&clients)));
        let strangers = Authority::new("strangers").certify(|_| {});
        let stranger = json!({ "ca_pem": authority.pem, "client_cert_pem": strangers.pem, "client_key_pem": strangers.key.serialize_pem() });
        refused(&server, &stranger, &["refuses the certificate of this client", "does not know its issuer"]);
        let expired = clients.certify(|params| params.not_after = date_time_ymd(2020, 1, 2));
        let expired = json!({ "ca_pem": authority.pem, "client_cert_pem": expired.pem, "client_key_pem": expired.key.serialize_pem() });
        refused(&server, &expired, &["refuses the certificate of this client", "expired"]);
    }
}

#[test]
fn each_curve_and_kind_of_key_will_do() {
    let authority = Authority::new("ours");
    let own = authority.certify(|_| {});
    let (certificate, key) = (own.pem.clone(), own.key.serialize_pem());
    let tls = json!({ "ca_pem": authority.pem, "client_cert_pem": certificate, "client_key_pem": key });
    let servers = servers_of_each_curve(&authority);
    assert_eq!(servers.len(), 18);
    for (name, server) in servers {
        println!("{name}");
        accepted(&server, &tls);
        assert!(server.seen().iter().all(|seen| seen.client.as_ref() == own.chain.first()));
    }
}

#[test]
fn a_client_certificate_without_its_key_is_refused() {
    let authority = Authority::new("ours");
    let (own, other) = (authority.certify(|_| {}), authority.certify(|_| {}));
    let (key, others) = (own.key.serialize_pem(), other.key.serialize_pem());
    let secret = key.lines().nth(1).unwrap().to_owned();
    let cut = format!("-----BEGIN PRIVATE KEY-----\n{secret}\n");
    let nonsense = format!("-----BEGIN PRIVATE KEY-----\n{secret}!\n-----END PRIVATE KEY-----\n");
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let old = format!(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\n{secret}\n-----END RSA PRIVATE KEY-----\n"
    );
    for (tls, words) in [
        (json!({ "client_cert_pem": own.pem }), ["the key of the client certificate is missing", "client_key_file"]),
        (json!({ "client_key_pem": key }), ["the certificate of the client key is missing", "client_cert_file"]),
        (
            json!({ "client_cert_pem": own.pem, "client_cert_file": "x", "client_key_pem": key }),
            ["\"tls.client_cert_pem\"", "not both"],
        ),
        (
            json!({ "client_cert_pem": own.pem, "client_key_pem": others }),
            ["\"tls.client_key_pem\"", "another key than that"],
        ),
        (json!({ "client_cert_pem": own.pem, "client_key_pem": encrypted }), ["\"tls.client_key_pem\"", "encrypted"]),
        (json!({ "client_cert_pem": own.pem, "client_key_pem": old }), ["\"tls.client_key_pem\"", "encrypted"]),
        (
            json!({ "client_cert_pem": own.pem, "client_key_pem": own.pem }),
            ["\"tls.client_key_pem\"", "has no private key"],
        ),
        (json!({ "client_cert_pem": key, "client_key_pem": key }), ["\"tls.client_cert_pem\"", "has no certificate"]),
        (json!({ "client_cert_pem": own.pem, "client_key_pem": cut }), ["\"tls.client_key_pem\"", "not valid PEM"]),
        (
            json!({ "client_cert_pem": own.pem, "client_key_pem": nonsense }),
            ["\"tls.client_key_pem\"", "not valid PEM"],
        ),
        (
            json!({ "client_cert_pem": own.pem, "client_key_file": "/no/such.key" }),
            ["\"tls.client_key_file\": /no/such.key", "No such file"],
        ),
        (json!({ "client_cert_pem": own.pem, "client_key_file": "" }), ["\"tls.client_key_file\"", "path"]),
    ] {
        let said = impossible(&tls, &words);
        assert!(!said.contains(&secret[..20]), "{said}");
    }
    let tls = json!({ "client_cert_pem": own.pem, "client_key_pem": key });
    let info = client("https://h", &tls).info().unwrap();
    assert!(info.contains(r#""client_certificate":true"#) && !info.contains(&secret[..20]), "{info}");
}

#[test]
fn keys_are_read_in_each_form() {
    if !support::has("openssl") {
        return;
    }
    let folder = Folder::new();
    let run = |arguments: &str| {
        let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let path = |name: &str| folder.path().join(name);
    run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa8.pem");
    run("rsa -traditional -in rsa8.pem -out rsa1.pem");
    run("ecparam -name prime256v1 -genkey -out sec1.pem");
    run("pkcs8 -topk8 -nocrypt -in sec1.pem -out ec8.pem");
    run("genpkey -algorithm ED25519 -out ed8.pem");
    run("pkcs8 -topk8 -in ec8.pem -out closed.pem -passout pass:x");
    run("rsa -traditional -aes128 -in rsa8.pem -out closed-rsa.pem -passout pass:x");
    run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.pem");
    for key in ["rsa8", "rsa1", "sec1", "ec8", "ed8"] {
        run(&format!("req -x509 -new -key {key}.pem -out {key}.crt -days 30 -subj /CN=client"));
        client(
            "https://h",
            &json!({ "client_cert_file": path(&format!("{key}.crt")), "client_key_file": path(&format!("{key}.pem")) }),
        );
    }
    for (key, words) in
        [("closed", "encrypted"), ("closed-rsa", "encrypted"), ("weak", "cannot be used"), ("rsa8", "another key")]
    {
        let key = path(&format!("{key}.pem"));
        impossible(
            &json!({ "client_cert_file": path("ec8.crt"), "client_key_file": key }),
            &["\"tls.client_key_file\"", words],
        );
    }
}

// Files that cannot be meant.

#[test]
fn a_file_that_cannot_be_meant_is_refused_with_the_keys_name() {
    let folder = Folder::new();
    let written = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let bad = |path: &str, words: &str| {
        impossible(&json!({ "ca_file": path }), &[&format!("\"tls.ca_file\": {path} "), words]);
    };
    bad("/no/such/file.pem", "No such file");
    bad("/", "no regular file");
    bad("/dev/zero", "no regular file");
    bad(&written("empty.pem", b"no certificate\n"), "has no certificate");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    bad(&written("broken.pem", broken.as_bytes()), "has a certificate that cannot be used");
    bad(&written("cut.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n"), "is not valid PEM: a section has no END line");
    bad(&written("long.pem", &vec![b'\n'; (4 << 20) + 1]), "longer than 4 MiB");
    impossible(&json!({ "ca_file": "a\u{0}b" }), &["\"tls.ca_file\"", "path"]);
    impossible(&json!({ "ca_pem": broken }), &["\"tls.ca_pem\": the text has a certificate that cannot be used"]);
    impossible(&json!({ "ca_pem": "" }), &["\"tls.ca_pem\": the text has no certificate"]);
    impossible(&json!({ "roots": "none" }), &["\"tls.roots\"", "nobody is trusted"]);
    impossible(&json!({ "roots": "all" }), &["\"tls.roots\"", "bundled, system, none"]);
    impossible(&json!({ "ca_fiel": "x" }), &["\"tls.ca_fiel\"", "did you mean", "ca_file"]);
    impossible(&json!("none"), &["\"tls\"", "an object"]);
}

// The guide.

/// The blocks of a language in the guide to private networks.
fn blocks(language: &str) -> Vec<String> {
    let guide = fs::read_to_string(support::root().join("docs/guides/private-networks.md")).unwrap();
    let start = format!("\n```{language}\n");
    guide.split(&start).skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0.to_owned()).collect()
}

#[test]
fn the_configurations_of_the_guide_are_accepted() {
    let folder = Folder::new();
    let own = Own::self_signed(|_| {});
    for (name, text) in [
        ("ca.pem", &own.pem),
        ("server.pem", &own.pem),
        ("client.pem", &own.pem),
        ("client.key", &own.key.serialize_pem()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let tls: Vec<String> = blocks("json").into_iter().filter(|block| block.contains("\"tls\"")).collect();
    assert!(tls.len() >= 5);
    for block in tls {
        let config = block.replace("/etc/meetgate", folder.path().to_str().unwrap()).replace('…', "t");
        Client::new(&config).unwrap_or_else(|error| panic!("{block}: {error}"));
    }
}

#[test]
fn the_commands_of_the_guide_fetch_a_certificate_and_its_pin() {
    if !support::has("openssl") {
        return;
    }
    let folder = Folder::new();
    let own = Own::self_signed(|_| {});
    let server = served(&own);
    let run = |block: &str| {
        let command = block.replace("10.0.0.5:9610", &server.address.to_string());
        let done = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    let blocks: Vec<String> = blocks("sh").into_iter().filter(|block| block.contains("s_client")).collect();
    let [fetch, digest] = &blocks[..] else { panic!("{blocks:?}") };
    run(fetch);
    accepted(&server, &json!({ "ca_file": folder.path().join("server.pem") }));
    let printed = run(digest);
    assert_eq!(format!("sha256//{printed}"), pin(&own));
    accepted(&server, &json!({ "roots": "none", "pin_sha256": [printed] }));
}

// Sessions, accounts, and what else obeys.

#[test]
fn sessions_resume_with_every_setting() {
    let (authority, clients) = (Authority::new("ours"), Authority::new("of clients"));
    let own = clients.certify(|_| {});
    let certificate = authority.certify(|_| {});
    for versions in [&[&TLS12], &[&TLS13]] as [&[&rustls::SupportedProtocolVersion]; 2] {
        for (tls, asks) in [
            (json!({ "ca_pem": authority.pem }), None),
            (json!({ "roots": "none", "pin_sha256": [pin(&certificate)] }), None),
            (json!({ "insecure": true, "insecure_reason": "a test" }), None),
            (
                json!({ "ca_pem": authority.pem, "client_cert_pem": own.pem, "client_key_pem": own.key.serialize_pem() }),
                Some(&clients),
            ),
        ] {
            let server = TlsServer::start(config(&certificate, versions, asks));
            let client = client(&server.url(), &tls);
            for _ in 0..3 {
                client.call("avd.room.read", READ).unwrap();
            }
            let kinds: Vec<HandshakeKind> = server.seen().iter().map(|seen| seen.handshake).collect();
            assert_eq!(kinds, [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed], "{tls}");
        }
    }
}

/// A token that came over a connection which one client trusts is none for a client that does not.
#[test]
fn whoever_trusts_others_is_another_account() {
    let folder = Folder::new();
    let ca_file = folder.path().join("ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["avd"].clone();
    // An account lives as long as its clients.
    let mut clients = Vec::new();
    let mut fetches = |tls: &Value| {
        config["tls"] = tls.clone();
        let client = Client::new(&config.to_string()).unwrap();
        client.call("avd.room.read", READ).unwrap_or_else(|error| panic!("{tls}: {error}"));
        clients.push(client);
        sandbox.counts()["avd.app.get_token"]
    };
    let pem = fs::read_to_string(&ca_file).unwrap();
    let other = Authority::new("another").pem;
    let (own, stranger) = (Authority::new("of clients").certify(|_| {}), Authority::new("of clients").certify(|_| {}));
    let (key, file) = (own.key.serialize_pem(), folder.path().join("own.pem"));
    fs::write(&file, format!("{key}{}", own.pem)).unwrap();
    let insecure = |reason: &str| json!({ "insecure": true, "insecure_reason": reason });
    // Each line is one account, however it is written.
    let accounts = [
        vec![
            json!({ "ca_file": ca_file }),
            json!({ "ca_pem": pem.replace('\n', "\r\n") }),
            json!({ "ca_pem": format!("{pem}{pem}"), "roots": "bundled", "min_version": "1.2", "insecure": false }),
            json!({ "ca_file": ca_file, "ca_pem": pem, "min_version": "1.3" }),
        ],
        vec![json!({ "ca_pem": format!("{pem}{other}") }), json!({ "ca_pem": other, "ca_file": ca_file })],
        vec![json!({ "roots": "none", "ca_pem": pem })],
        vec![insecure("a test"), insecure("another reason")],
        vec![
            json!({ "ca_pem": pem, "server_name": "localhost" }),
            json!({ "ca_pem": pem, "server_name": "LOCALHOST" }),
        ],
        vec![
            json!({ "ca_pem": pem, "client_cert_pem": own.pem, "client_key_pem": key }),
            json!({ "ca_file": ca_file, "client_cert_file": file, "client_key_file": file }),
        ],
        vec![json!({ "ca_pem": pem, "client_cert_pem": stranger.pem, "client_key_pem": stranger.key.serialize_pem() })],
    ];
    for (before, account) in accounts.iter().enumerate() {
        for tls in account {
            assert_eq!(fetches(tls), before as u64 + 1, "{tls}");
        }
    }
    config["tls"] = json!({});
    let error = Client::new(&config.to_string()).unwrap().call("avd.room.read", READ).unwrap_err();
    assert_eq!(error.status(), Status::Tls, "{error}");
    assert!(error.document().message.contains("token"), "it had to fetch one of its own: {error}");
}

#[test]
fn discovery_obeys_the_same_trust() {
    let authority = Authority::new("ours");
    let server = served(&authority.certify(|_| {}));
    let call = |tls: &Value| {
        let config = json!({
            "platform": "hst", "dev_id": "d", "dev_secret": "0123456789abcdef", "discovery_url": server.url(), "tls": tls
        });
        Client::new(&config.to_string()).unwrap().call("hst.online.user.state", STATE).unwrap_err()
    };
    let error = call(&json!({}));
    assert_eq!(error.status(), Status::Tls, "{error}");
    assert!(server.seen().is_empty());
    // It is asked, and its answer is none.
    let error = call(&json!({ "ca_pem": authority.pem }));
    assert_eq!(error.status(), Status::Protocol, "{error}");
    assert_eq!(server.seen().len(), 1);
}

/// A real redis with TLS alone, which the same settings lead to.
#[cfg(feature = "redis")]
#[test]
fn a_redis_over_tls_obeys_the_same_trust() {
    if !support::has("redis-server") {
        return;
    }
    let folder = Folder::new();
    let (authority, clients) = (Authority::new("ours"), Authority::new("of clients"));
    let own = authority.certify(|_| {});
    let shown = clients.certify(|_| {});
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (certificate, key) = (file("own.pem", &own.pem), file("key.pem", &own.key.serialize_pem()));
    let of_clients = file("clients.pem", &clients.pem);
    let start = |asks: &str| {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Command::new("redis-server");
        redis.args(["--port", "0", "--tls-port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        redis.arg("--tls-cert-file").arg(&certificate).arg("--tls-key-file").arg(&key);
        redis.arg("--tls-ca-cert-file").arg(&of_clients).args(["--tls-auth-clients", asks]);
        let redis = Running(redis.stdout(std::process::Stdio::null()).spawn().unwrap());
        let ends = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(std::time::Instant::now() < ends, "redis did not start");
            thread::sleep(std::time::Duration::from_millis(10));
        }
        (redis, port)
    };
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let call = |port: u16, tls: Value| {
        let mut config = sandbox.configurations()["avd"].clone();
        config["token_store"] = json!({ "redis": format!("rediss://127.0.0.1:{port}/0") });
        config["tls"] = tls;
        Client::new(&config.to_string()).unwrap().call("avd.room.read", READ).map_err(|error| {
            assert_eq!(error.status(), Status::Store, "{error}");
            error.to_string()
        })
    };
    let says = |said: Result<String, String>, words: &str| {
        let said = said.unwrap_err();
        assert!(said.contains(words), "{said}\nlacks {words}");
    };
    let (_redis, port) = start("no");
    call(port, json!({ "ca_pem": authority.pem })).unwrap();
    call(port, json!({ "roots": "none", "pin_sha256": [pin(&own)] })).unwrap();
    call(port, json!({ "insecure": true, "insecure_reason": "a test" })).unwrap();
    // That is the platform's name.
    call(port, json!({ "ca_pem": authority.pem, "server_name": "avd.example" })).unwrap();
    says(call(port, json!({})), "unknown issuer, \"ours\"");
    says(call(port, json!({ "ca_pem": authority.pem, "pin_sha256": [pin(&shown)] })), &pin(&own));
    let (_redis, port) = start("yes");
    says(call(port, json!({ "ca_pem": authority.pem })), "wants a certificate of the client");
    call(
        port,
        json!({ "ca_pem": authority.pem, "client_cert_pem": shown.pem, "client_key_pem": shown.key.serialize_pem() }),
    )
    .unwrap();
}

#[cfg(feature = "redis")]
struct Running(std::process::Child);

#[cfg(feature = "redis")]
impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
