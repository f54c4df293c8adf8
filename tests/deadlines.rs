//! A call ends at its time and not much later, whatever it waits for.

mod scripted;
mod support;

use meetgate::{Client, Status};
use scripted::{Act, Server};
use socket2::{Domain, Socket, Type};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const CALLS: usize = 15;
const TIMEOUT: Duration = Duration::from_millis(100);
const PROMISED: Duration = Duration::from_millis(20);
/// A busy machine has a quiet moment in between.
const TRIES: usize = 5;

/// How much later than its time a call ends, in the middle of some calls.
fn median_over(base_url: &str, operation: &str, params: &str, reason: &str) -> Duration {
    let config =
        format!(r#"{{"platform":"avd","base_url":"{base_url}","token":"t","timeout_ms":{}}}"#, TIMEOUT.as_millis());
    let client = Client::new(&config).unwrap();
    let mut over: Vec<Duration> = (0..CALLS)
        .map(|_| {
            let start = Instant::now();
            let error = client.call(operation, params).unwrap_err();
            let taken = start.elapsed();
            assert_eq!(error.status(), Status::Timeout, "{error}");
            assert!(error.to_string().contains(reason), "{error}");
            // The system's clock for connecting has no parts of a millisecond.
            assert!(taken + Duration::from_millis(1) >= TIMEOUT, "{taken:?}");
            taken.saturating_sub(TIMEOUT)
        })
        .collect();
    over.sort();
    over[CALLS / 2]
}

fn each_connection(act: impl Fn(TcpStream) + Send + Sync + Copy + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || act(connection));
        }
    });
    url
}

#[test]
fn a_call_exceeds_its_time_by_20_ms_at_most() {
    let silent = Server::start(|_, _| Act::Silence);
    let drip = each_connection(|mut connection| {
        _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while connection.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    });
    let says_nothing = each_connection(|_connection| thread::sleep(Duration::from_secs(60)));
    let shakes_no_hands = says_nothing.replace("http:", "https:");
    // One connection waits to be accepted: there is room for no other.
    let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    full.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let _waits = TcpStream::connect(address).unwrap();
    let black_hole = format!("http://{address}");

    let folder = support::Folder::new();
    let clip = folder.path().join("clip.mp4");
    std::fs::write(&clip, vec![b'x'; 20 << 20]).unwrap();
    let upload = format!(r#"{{"file":{clip:?},"storage_only_cluster":true}}"#);
    let read = r#"{"room_id":"12345123456"}"#;
    let limit = "100 ms (timeout_ms)";
    for (name, url, operation, params) in [
        ("silence", &silent.url(), "avd.room.read", read),
        ("an answer byte by byte", &drip, "avd.room.read", read),
        ("a connection that nobody takes", &black_hole, "avd.room.read", read),
        ("a handshake without an answer", &shakes_no_hands, "avd.room.read", read),
        ("an upload that nobody reads", &says_nothing, "avd.uploadfile", &upload),
    ] {
        let tries = (0..TRIES).map(|_| median_over(url, operation, params, limit));
        let mut all = Vec::new();
        let is_kept = tries.inspect(|over| all.push(*over)).any(|over| over <= PROMISED);
        assert!(is_kept, "{name}: {all:?} too late");
    }
}
