//! Through proxies: real ones from Debian, with and without credentials, for http and for https; and those that fail at any
//! point, where nothing may act twice.

mod proxy_servers;
mod support;

use meetgate::{Cancel, Client, Error, Status};
use meetgate_sandbox::{Options, Sandbox};
use proxy_servers::{BASIC, ENCODED, PASSWORD, Scripted, USER, join, microsocks, read_head, tinyproxy};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use support::Folder;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const STATE: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;
const CREATE: &str = r#"{"user_id":"16","topic":"Standup"}"#;

fn plain() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

fn with(config: &Value, proxy: &str) -> Client {
    let mut config = config.clone();
    config["proxy"] = json!(proxy);
    Client::new(&config.to_string()).unwrap()
}

fn info(client: &Client) -> Value {
    serde_json::from_str(&client.info().unwrap()).unwrap()
}

/// A platform that is reached by http, and one by https; the folder has its authority's certificate.
fn platforms() -> (Sandbox, Sandbox, Folder) {
    let folder = Folder::new();
    let tls = Options { ca_file: Some(folder.path().join("ca.pem")), ..Options::default() };
    (plain(), Sandbox::start(tls).unwrap(), folder)
}

/// Calls of each kind through a proxy.
fn check_calls(proxy: &str) {
    let (http, https, folder) = platforms();
    let mut secured = https.configurations();
    for platform in ["avd", "hst", "youme"] {
        secured[platform]["tls"] = json!({ "ca_file": folder.path().join("ca.pem") });
    }
    for config in [http.configurations(), secured] {
        let avd = with(&config["avd"], proxy);
        for _ in 0..3 {
            avd.call("avd.room.read", READ).unwrap();
        }
        avd.call("avd.room.create", CREATE).unwrap();
        with(&config["hst"], proxy).call("hst.online.user.state", STATE).unwrap();
        let host = proxy.rsplit('@').next().unwrap().rsplit("//").next().unwrap();
        let told = info(&avd)["proxy"].clone();
        assert_eq!(told["source"], "proxy");
        assert!(told["address"].as_str().unwrap().ends_with(host), "{told}");
        assert!(!told.to_string().contains(USER), "{told}");
    }
}

/// The error of a call, that nothing came of, and that no secret is in it.
fn refused(sandbox: &Sandbox, proxy: &str, options: &str) -> Error {
    let client = with(&sandbox.configurations()["avd"], proxy);
    let error = client.call_with("avd.room.create", CREATE, options, None).unwrap_err();
    let shown = format!("{} {error:?}", error.to_json());
    assert!(![PASSWORD, ENCODED, BASIC].iter().any(|secret| shown.contains(secret)), "{shown}");
    assert!(sandbox.exchanges().is_empty(), "nothing reached the platform: {:?}", sandbox.exchanges());
    error
}

fn said(error: &Error, status: Status, words: &[&str]) {
    assert_eq!(error.status(), status, "{error:?}");
    for word in words {
        assert!(error.to_string().contains(word), "{error} lacks {word:?}");
    }
    assert!(!error.to_string().contains("base_url"), "the hint misleads: {error}");
}

#[test]
fn tinyproxy_leads_to_http_and_to_https() {
    let Some(proxy) = tinyproxy("") else { return };
    check_calls(&format!("http://127.0.0.1:{}", proxy.port));
    assert!(proxy.log().contains("CONNECT 127.0.0.1:"), "{}", proxy.log());
    assert!(!proxy.log().contains("GET "), "{}", proxy.log());
}

#[test]
fn tinyproxy_takes_the_right_credentials_and_no_others() {
    // Its configuration has no quotes: a password of its own.
    let Some(proxy) = tinyproxy("BasicAuth terminal pass-of-proxy") else { return };
    check_calls(&format!("http://terminal:pass-of-proxy@127.0.0.1:{}", proxy.port));
    let sandbox = plain();
    let before = proxy.log().matches(": CONNECT ").count();
    let wrong = refused(&sandbox, &format!("http://terminal:wrong-password@127.0.0.1:{}", proxy.port), "{}");
    said(&wrong, Status::Network, &["the proxy http://127.0.0.1:", "refused the user and the password", "HTTP 401"]);
    assert!(!wrong.document().retryable && !wrong.to_string().contains("wrong-password"), "{wrong:?}");
    let none = refused(&sandbox, &format!("http://127.0.0.1:{}", proxy.port), "{}");
    said(&none, Status::Network, &["it wants a user and a password (HTTP 407)", "the configuration key proxy"]);
    assert!(!none.document().retryable);
    assert_eq!(proxy.log().matches(": CONNECT ").count() - before, 2, "neither was repeated: {}", proxy.log());
}

#[test]
fn a_proxy_that_does_not_allow_the_target_or_does_not_reach_it_says_so() {
    let sandbox = plain();
    if let Some(proxy) = tinyproxy("ConnectPort 563") {
        let error = refused(&sandbox, &format!("http://127.0.0.1:{}", proxy.port), "{}");
        let target = format!("does not allow a connection to {}", sandbox.address());
        said(&error, Status::Network, &[&target, "HTTP 403"]);
        assert!(!error.document().retryable);
    }
    let nobody = json!({ "platform": "avd", "base_url": "http://127.0.0.1:1", "token": "t" });
    let once = r#"{"max_attempts":1}"#;
    if let Some(proxy) = tinyproxy("") {
        let client = with(&nobody, &format!("http://127.0.0.1:{}", proxy.port));
        let error = client.call_with("avd.room.del", READ, once, None).unwrap_err();
        said(&error, Status::Network, &["has no connection to 127.0.0.1:1: HTTP 5"]);
        assert!(error.document().retryable, "nothing was sent");
    }
    if let Some(proxy) = microsocks(&[]) {
        let client = with(&nobody, &format!("socks5h://127.0.0.1:{}", proxy.port));
        let error = client.call_with("avd.room.del", READ, once, None).unwrap_err();
        said(&error, Status::Network, &["has no connection to 127.0.0.1:1: connection refused (SOCKS reply 5)"]);
        assert!(error.document().retryable, "nothing was sent");
    }
}

#[test]
fn microsocks_leads_to_http_and_to_https() {
    let Some(proxy) = microsocks(&[]) else { return };
    for scheme in ["socks5", "socks5h"] {
        check_calls(&format!("{scheme}://127.0.0.1:{}", proxy.port));
        // One that needs no credentials is not bothered by them.
        check_calls(&format!("{scheme}://u:p@127.0.0.1:{}", proxy.port));
    }
}

#[test]
fn microsocks_takes_the_right_credentials_and_no_others() {
    let Some(proxy) = microsocks(&["-u", USER, "-P", PASSWORD]) else { return };
    let at = format!("127.0.0.1:{}", proxy.port);
    check_calls(&format!("socks5h://{USER}:{ENCODED}@{at}"));
    let sandbox = plain();
    let wrong = refused(&sandbox, &format!("socks5://{USER}:not-it@{at}"), "{}");
    said(&wrong, Status::Network, &["the proxy socks5://127.0.0.1:", "it refused the user and the password"]);
    let none = refused(&sandbox, &format!("socks5://{at}"), "{}");
    said(&none, Status::Network, &["it takes no client without a user and a password"]);
    assert!(!wrong.document().retryable && !none.document().retryable);
}

/// The client looks a name up for socks5, and does not for socks5h and for CONNECT.
#[test]
fn a_name_is_looked_up_where_the_scheme_says() {
    let sandbox = plain();
    let port = sandbox.address().port();
    let mut config = sandbox.configurations()["avd"].clone();
    config["base_url"] = json!(format!("http://meet.invalid:{port}"));
    config["resolve"] = json!({ "meet.invalid": "127.0.0.1", "proxy.invalid": "127.0.0.1" });
    if let Some(proxy) = microsocks(&[]) {
        // The proxy's own name is looked up here in any case.
        with(&config, &format!("socks5://proxy.invalid:{}", proxy.port)).call("avd.room.read", READ).unwrap();
        let client = with(&config, &format!("socks5h://proxy.invalid:{}", proxy.port));
        let error = client.call_with("avd.room.read", READ, r#"{"max_attempts":1}"#, None).unwrap_err();
        said(&error, Status::Network, &["has no connection to meet.invalid:", "SOCKS reply"]);
    }
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, address) = (Arc::clone(&heads), sandbox.address());
    let proxy = Scripted::start(move |mut connection| {
        seen.lock().unwrap().push(read_head(&mut connection));
        connection.write_all(b"HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n").unwrap();
        join(connection, TcpStream::connect(address).unwrap());
    });
    config["headers"] = json!({ "X-Gateway-Key": "of the gateway" });
    with(&config, &proxy.url()).call("avd.room.read", READ).unwrap();
    let connect = format!("CONNECT meet.invalid:{port} HTTP/1.1\r\nHost: meet.invalid:{port}\r\n\r\n");
    assert_eq!(*heads.lock().unwrap(), [connect], "and nothing of what goes to the platform");
    let arrived = sandbox.exchanges();
    let read = arrived.iter().rev().find(|exchange| exchange.operation == Some("avd.room.read")).unwrap();
    assert!(read.headers.contains(&("x-gateway-key".to_owned(), "of the gateway".to_owned())), "{:?}", read.headers);
    assert!(!read.headers.iter().any(|(name, _)| name.starts_with("proxy-")), "{:?}", read.headers);
}

#[test]
fn a_proxy_that_is_down_is_named() {
    let sandbox = plain();
    for scheme in ["http", "socks5", "socks5h"] {
        let error = refused(&sandbox, &format!("{scheme}://{USER}:{ENCODED}@127.0.0.1:1"), "{}");
        let named = format!("no connection to the proxy {scheme}://127.0.0.1:1 (127.0.0.1:1)");
        said(&error, Status::Network, &[&named, "is the proxy running", "no token could be fetched"]);
        assert!(error.document().retryable, "nothing was sent");
    }
    let error = refused(&sandbox, "http://no-such-proxy.invalid:3128", r#"{"max_attempts":1}"#);
    said(
        &error,
        Status::Network,
        &["the host name of the proxy http://no-such-proxy.invalid:3128 could not be resolved"],
    );
}

#[test]
fn a_proxy_that_hangs_ends_in_the_time_of_connecting() {
    let sandbox = plain();
    let hang = Scripted::start(|_connection| thread::sleep(Duration::from_secs(30)));
    for scheme in ["http", "socks5", "socks5h"] {
        let start = Instant::now();
        let options = r#"{"connect_timeout_ms":200,"max_attempts":1}"#;
        let proxy = format!("{scheme}://{}", hang.address);
        let error = refused(&sandbox, &proxy, options);
        let words = format!("no connection to {} through the proxy {proxy} within 200 ms", sandbox.address());
        said(&error, Status::Timeout, &[&words, "connect_timeout_ms"]);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert!(error.document().retryable, "nothing was sent");
    }
    // One that drips gets no more time.
    let drip = Scripted::start(|mut connection| {
        while connection.write_all(b"H").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let error = refused(&sandbox, &format!("socks5h://{}", drip.address), r#"{"max_attempts":1,"timeout_ms":500}"#);
    assert!([Status::Network, Status::Timeout].contains(&error.status()), "{error:?}");
}

#[test]
fn a_cancel_ends_the_wait_for_a_proxy() {
    let hang = Scripted::start(|_connection| thread::sleep(Duration::from_secs(30)));
    let config = json!({ "platform": "avd", "base_url": "http://127.0.0.1:1", "token": "t" });
    for scheme in ["http", "socks5h"] {
        let client = with(&config, &format!("{scheme}://{}", hang.address));
        let cancel = Cancel::new();
        let start = Instant::now();
        let error = thread::scope(|scope| {
            let call = scope.spawn(|| client.call_with("avd.room.del", READ, "{}", Some(&cancel)).unwrap_err());
            thread::sleep(Duration::from_millis(100));
            cancel.trigger();
            call.join().unwrap()
        });
        assert_eq!(error.status(), Status::Cancelled, "{error}");
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn what_is_no_proxy_is_told_in_words() {
    let sandbox = plain();
    let once = r#"{"max_attempts":1}"#;
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>";
    for (scheme, answer, words) in [
        ("http", &b"<html><body>It works!</body></html>"[..], "a page (HTML), and not in HTTP"),
        ("http", page.as_bytes(), "it answered CONNECT with a page"),
        ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "it answered CONNECT with a page"),
        ("http", b"HTTP/1.1 200 OK\r\n\r\n<html>", "it answered CONNECT with a page"),
        ("http", b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n", "HTTP 405 Method Not Allowed"),
        ("http", b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", "HTTP 302 Found; is its address right"),
        ("http", b"SSH-2.0-OpenSSH_9.2\r\n", "not valid HTTP"),
        ("http", b"\x15\x03\x03\x00\x02\x02\x28", "it speaks TLS"),
        ("http", b"\x05\xff", "if it speaks SOCKS"),
        ("http", b"", "closed the connection before there was a way to"),
        ("http", b"HTTP/1.1 200 Conn", "closed the connection before there was a way to"),
        ("http", b"HTTP/1.1 407 Auth\r\nProxy-Authenticate: NTLM\r\n\r\n", "offers NTLM; this library knows Basic"),
        ("http", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "has no connection to"),
        ("socks5h", b"HTTP/1.1 400 Bad Request\r\n\r\n", "if it speaks HTTP, proxy has to begin with http://"),
        ("socks5h", b"\x00\x5b\x00\x00\x00\x00\x00\x00", "it speaks SOCKS4 only"),
        ("socks5h", b"\x05\xff", "it takes no client without a user and a password"),
        ("socks5h", b"\x05\x02", "it chose the method 2, which was not offered"),
        ("socks5h", b"\x05", "closed the connection before there was a way to"),
        ("socks5h", b"\x05\x00\x05\x02\x00\x01\0\0\0\0\0\0", "not allowed by its rules (SOCKS reply 2)"),
        ("socks5h", b"\x05\x00\x05\x03\x00\x01\0\0\0\0\0\0", "network unreachable (SOCKS reply 3)"),
        ("socks5h", b"\x05\x00\x05\x08\x00\x01\0\0\0\0\0\0", "this type of address (SOCKS reply 8)"),
        ("socks5h", b"\x05\x00\x05\x00\x00\x07\0\0\0\0\0\0", "the address type 7"),
        ("socks5h", b"\x05\x00\x05\x00\x00\x01\0\0", "closed the connection before there was a way to"),
        ("socks5h", b"\xff\xfe\xfd", "it does not speak SOCKS5"),
    ] {
        let proxy = Scripted::answering(answer);
        let error = refused(&sandbox, &format!("{scheme}://{}", proxy.address), once);
        said(&error, Status::Network, &[words, &format!("the proxy {scheme}://{}", proxy.address)]);
    }
    // The head of an answer has no end, or says many things before it.
    let endless = Scripted::start(|mut connection| {
        _ = connection.write_all(b"HTTP/1.1 200 OK\r\n");
        while connection.write_all(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").is_ok() {
        }
    });
    let error = refused(&sandbox, &endless.url(), once);
    said(&error, Status::Network, &["longer than 64 KiB"]);
}

/// Whatever a proxy repeats of what it was sent is masked.
#[test]
fn a_proxy_that_echoes_the_credentials_shows_none() {
    let sandbox = plain();
    let echo = Scripted::start(|mut connection| {
        let head = read_head(&mut connection);
        let line = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: Basic ")).unwrap();
        _ = connection.write_all(format!("HTTP/1.1 500 {line} {PASSWORD}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        _ = connection.shutdown(Shutdown::Write);
        _ = connection.read(&mut [0; 10]);
    });
    let proxy = format!("http://{USER}:{ENCODED}@{}", echo.address);
    let error = refused(&sandbox, &proxy, r#"{"max_attempts":1}"#);
    said(&error, Status::Network, &["HTTP 500", "***"]);
    let wrong = Client::new(
        &json!({ "platform": "avd", "base_url": "http://h", "token": "t", "proxy": "ftp://u:hush-hush@h:1" })
            .to_string(),
    );
    let wrong = wrong.map(|_| ()).unwrap_err();
    assert_eq!(wrong.status(), Status::InvalidConfig);
    assert!(wrong.to_string().contains("\"proxy\"") && !wrong.to_string().contains("hush"), "{wrong}");
}

/// Where a proxy dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dies {
    AtOnce,
    BeforeItAnswers,
    InItsAnswer,
    WhenTheWayIsOpen,
    WhenTheRequestIsThere,
    InTheAnswer,
}

#[test]
fn nothing_acts_twice_through_a_proxy_that_dies_at_any_point() {
    use Dies::*;
    for dies in [AtOnce, BeforeItAnswers, InItsAnswer, WhenTheWayIsOpen, WhenTheRequestIsThere, InTheAnswer] {
        let sandbox = plain();
        let mut config = sandbox.configurations()["avd"].clone();
        let token = {
            let client = Client::new(&config.to_string()).unwrap();
            let reply: Value = serde_json::from_str(&client.call("avd.app.get_token", "{}").unwrap()).unwrap();
            reply["token"].as_str().unwrap().to_owned()
        };
        for key in ["access_key", "secret_key"] {
            config.as_object_mut().unwrap().remove(key);
        }
        config["token"] = json!(token);
        let address = sandbox.address();
        let proxy = Scripted::start(move |mut connection| {
            if dies == AtOnce {
                return;
            }
            read_head(&mut connection);
            let answer = b"HTTP/1.1 200 Connection established\r\n\r\n";
            match dies {
                AtOnce | BeforeItAnswers => return,
                InItsAnswer => {
                    _ = connection.write_all(&answer[..20]);
                    return;
                }
                _ => connection.write_all(answer).unwrap(),
            }
            if dies == WhenTheWayIsOpen {
                return;
            }
            let mut request = vec![0; 64 << 10];
            let length = connection.read(&mut request).unwrap();
            let mut platform = TcpStream::connect(address).unwrap();
            platform.write_all(&request[..length]).unwrap();
            let mut answer = vec![0; 64 << 10];
            let length = platform.read(&mut answer).unwrap();
            if dies == InTheAnswer {
                _ = connection.write_all(&answer[..length.min(30)]);
            }
        });
        let client = with(&config, &proxy.url());
        let error = client.call("avd.room.create", CREATE).unwrap_err();
        assert_eq!(error.status(), Status::Network, "{dies:?}: {error:?}");
        let is_sent = matches!(dies, WhenTheWayIsOpen | WhenTheRequestIsThere | InTheAnswer);
        let (tries, acted) = match dies {
            WhenTheRequestIsThere | InTheAnswer => (1, 1),
            WhenTheWayIsOpen => (1, 0),
            _ => (3, 0),
        };
        assert_eq!(proxy.connections().len(), tries, "{dies:?}: {error}");
        assert_eq!(error.document().retryable, !is_sent, "{dies:?}: {error:?}");
        let created =
            sandbox.exchanges().iter().filter(|exchange| exchange.operation == Some("avd.room.create")).count();
        assert_eq!(created, acted, "{dies:?}: {error}");
        assert!(error.to_string().contains("proxy http://127.0.0.1"), "{dies:?}: {error}");
    }
}

/// A client whose proxy fails does not hold up others of its account.
#[test]
fn another_clients_proxy_is_its_own() {
    let sandbox = plain();
    let config = &sandbox.configurations()["avd"];
    let through = with(config, "http://127.0.0.1:1");
    said(&through.call("avd.room.read", READ).unwrap_err(), Status::Network, &["no token could be fetched"]);
    Client::new(&config.to_string()).unwrap().call("avd.room.read", READ).unwrap();
    // Now there is a token, but no way for a call.
    let error = through.call_with("avd.room.read", READ, r#"{"max_attempts":1}"#, None).unwrap_err();
    said(&error, Status::Network, &["no connection to the proxy"]);
}

/// Discovery goes the same way as the calls.
#[test]
fn discovery_goes_through_the_proxy() {
    let Some(proxy) = tinyproxy("") else { return };
    let sandbox = plain();
    let mut config = sandbox.configurations()["hst"].clone();
    let place = config.as_object_mut().unwrap().remove("base_url").unwrap();
    let answer = json!({ "code": 0, "message": "OK", "result": place });
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let discovery = Scripted::start(move |mut connection| {
        read_head(&mut connection);
        count.fetch_add(1, Ordering::SeqCst);
        let body = answer.to_string();
        _ = write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    });
    config["discovery_url"] = json!(format!("{}/server/address", discovery.url()));
    let client = with(&config, &format!("http://127.0.0.1:{}", proxy.port));
    assert_eq!(info(&client)["proxy"]["source"], "proxy");
    let done = client.call("hst.online.user.state", STATE);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "{done:?}");
    assert!(proxy.log().contains(&format!("CONNECT {}", discovery.address)), "{}", proxy.log());
    done.unwrap();
    assert!(proxy.log().contains(&format!("CONNECT {}", sandbox.address())), "{}", proxy.log());
}

/// A kept tunnel serves the next call, and its proxy's end is found.
#[test]
fn a_tunnel_is_kept() {
    let sandbox = plain();
    let address = sandbox.address();
    let proxy = Scripted::start(move |mut connection| {
        read_head(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        join(connection, TcpStream::connect(address).unwrap());
    });
    let client = with(&sandbox.configurations()["avd"], &proxy.url());
    for _ in 0..5 {
        client.call("avd.room.read", READ).unwrap();
    }
    assert_eq!(proxy.connections().len(), 1);
    client.close_idle().unwrap();
    client.call("avd.room.read", READ).unwrap();
    assert_eq!(proxy.connections().len(), 2);
}

/// What a child process of [`the_environment_is_read_as_the_guide_says`] does: it prints what its client says.
#[test]
#[ignore = "a part of another test"]
fn child() {
    let config = std::env::var("TEST_CONFIG").unwrap();
    match Client::new(&config) {
        Ok(client) => println!("INFO {}", info(&client)["proxy"]),
        Err(error) => println!("INFO {}", error.to_json()),
    }
    if std::env::var_os("TEST_CALL").is_some() {
        println!("CALLED {}", Client::new(&config).unwrap().call("avd.room.read", READ).unwrap().len());
    }
}

/// What a client in a process with this environment says.
fn in_environment(variables: &[(&str, &str)], config: &Value) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"]).env_clear();
    child.envs(variables.iter().copied()).env("TEST_CONFIG", config.to_string());
    let output = support::run(&mut child);
    assert!(output.status.success(), "{}", support::both(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn with_base(url: &str) -> Value {
    json!({ "platform": "avd", "base_url": url, "token": "t", "proxy": "env" })
}

/// Each row of the table in the guide.
#[test]
fn the_environment_is_read_as_the_guide_says() {
    let guide = std::fs::read_to_string(support::root().join("docs/guides/private-networks.md")).unwrap();
    let (_, table) = guide.split_once("| Environment | `base_url` | Proxy |\n").unwrap();
    let rows: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [environment, base_url, expected] = cells[..] else { panic!("{row}") };
        let parts = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let variables = parts(environment);
        let variables: Vec<(&str, &str)> = variables.iter().map(|variable| variable.split_once('=').unwrap()).collect();
        let said = in_environment(&variables, &with_base(&parts(base_url)[0]));
        let said: Value =
            serde_json::from_str(said.lines().find_map(|line| line.split("INFO ").nth(1)).unwrap()).unwrap();
        match (&parts(expected)[..], expected.split(' ').next().unwrap()) {
            ([address, source], _) => {
                assert_eq!(said, json!({ "address": address, "source": source }), "{row}");
            }
            ([source], "none:") => assert_eq!(said, json!({ "source": source }), "{row}"),
            ([], "none") => assert_eq!(said, json!({}), "{row}"),
            ([variable], "refused:") => {
                assert_eq!(said["status"], "INVALID_CONFIG", "{row}: {said}");
                let message = said["message"].as_str().unwrap();
                assert!(message.contains(&format!("the environment variable {variable}")), "{row}: {message}");
                assert!(!message.contains("hush"), "{row}: {message}");
            }
            _ => panic!("{row}"),
        }
    }
}

#[test]
fn a_call_goes_where_the_environment_says() {
    let Some(proxy) = tinyproxy("BasicAuth terminal pass-of-proxy") else { return };
    let sandbox = plain();
    let mut config = sandbox.configurations()["avd"].clone();
    config["proxy"] = json!("env");
    let address = format!("terminal:pass-of-proxy@127.0.0.1:{}", proxy.port);
    let done = in_environment(&[("http_proxy", &address), ("TEST_CALL", "1")], &config);
    assert!(done.contains("CALLED"), "{done}");
    let connects = proxy.log().matches(": CONNECT ").count();
    assert!(connects >= 1, "{}", proxy.log());
    let excepted = [("http_proxy", address.as_str()), ("no_proxy", "127.0.0.0/8"), ("TEST_CALL", "1")];
    assert!(in_environment(&excepted, &config).contains("CALLED"));
    assert_eq!(proxy.log().matches(": CONNECT ").count(), connects, "past the proxy");
}

#[test]
fn many_threads_go_through_one_proxy() {
    let Some(proxy) = microsocks(&["-u", USER, "-P", PASSWORD]) else { return };
    let (_, https, folder) = platforms();
    let mut config = https.configurations()["avd"].clone();
    config["tls"] = json!({ "ca_file": folder.path().join("ca.pem") });
    let client = with(&config, &format!("socks5h://{USER}:{ENCODED}@127.0.0.1:{}", proxy.port));
    thread::scope(|scope| {
        for thread in 0..16 {
            let client = &client;
            scope.spawn(move || {
                for call in 0..20 {
                    client.call("avd.room.read", READ).unwrap();
                    if (thread + call) % 7 == 0 {
                        client.close_idle().unwrap();
                    }
                }
            });
        }
    });
    let reads = https.exchanges().iter().filter(|exchange| exchange.operation == Some("avd.room.read")).count();
    assert_eq!(reads, 320);
}

/// A proxy takes connections and says nothing, for as long as nobody calls it: nothing is sent before a call.
#[test]
fn making_a_client_connects_to_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    drop(with(&json!({ "platform": "avd", "base_url": "http://h", "token": "t" }), &proxy));
    assert!(listener.accept().is_err());
}
