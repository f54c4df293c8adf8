//! One attempt against hostile peers: its time, its end from outside, what it says of itself, and what becomes of its connection.

mod requests;
mod tls;

use super::names::Names;
use super::*;
use crate::cancel::Cancel;
use crate::trust::{Authorities, Settings, Trust};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

const MS: Duration = Duration::from_millis(1);

fn agent() -> Agent {
    Agent::new("test", Arc::new(Trust::by_default()), None, 64)
}

fn limits(timeout: u64) -> Limits {
    Limits { timeout: Duration::from_millis(timeout), ..Limits::DEFAULT }
}

fn get(agent: &Agent, url: &str, limits: Limits) -> Result<Answer, Failure> {
    send(agent, url, Method::Get, Body::Empty, limits, &[])
}

fn post(agent: &Agent, url: &str, bytes: &[u8], limits: Limits) -> Result<Answer, Failure> {
    send(agent, url, Method::Post, Body::Bytes { content_type: "text/plain", bytes }, limits, &[])
}

fn send(
    agent: &Agent,
    url: &str,
    method: Method,
    body: Body<'_>,
    limits: Limits,
    cancels: &[&Cancel],
) -> Result<Answer, Failure> {
    let interrupt = Interrupt::begin([cancels.first().copied(), None]);
    let now = Instant::now();
    let attempt = limits.attempt_timeout.map(|timeout| now + timeout);
    let bounds = Bounds {
        deadline: now + limits.timeout,
        timeout_key: "timeout_ms",
        attempt,
        limits,
        interrupt: &interrupt,
        is_timed: false,
        stall: None,
    };
    agent.send(&Request { method, url: base_url::Url::parse(url), is_to_platform: true, headers: &[], body }, &bounds)
}

/// A server that does the same with each connection, in a thread of its own.
fn server(act: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    serve(TcpListener::bind("127.0.0.1:0").unwrap(), act)
}

fn serve(
    listener: TcpListener,
    act: impl Fn(TcpStream, usize) + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let address = listener.local_addr().unwrap();
    let (act, count) = (Arc::new(act), Arc::new(AtomicUsize::new(0)));
    let connections = Arc::clone(&count);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let number = connections.fetch_add(1, Ordering::SeqCst);
            let act = Arc::clone(&act);
            thread::spawn(move || act(connection, number));
        }
    });
    (address, count)
}

/// Reads up to the end of a head; false at the end of the connection.
fn read_head(connection: &mut TcpStream) -> bool {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read(&mut byte).unwrap_or(0) == 0 {
            return false;
        }
        head.push(byte[0]);
    }
    true
}

fn answering(answer: impl Into<Vec<u8>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let answer = answer.into();
    server(move |mut connection, _| while read_head(&mut connection) && connection.write_all(&answer).is_ok() {})
}

/// Where connections are not accepted any more, and no more of them answered. The others keep it so.
fn full_backlog() -> (SocketAddr, Vec<Socket>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept = vec![listener];
    loop {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let done = socket.connect_timeout(&address, 200 * MS);
        kept.push(socket);
        if done.is_err() {
            return (address.as_socket().unwrap(), kept);
        }
        assert!(kept.len() < 50, "the backlog has no end");
    }
}

/// Accepts, and reads nothing of what comes, with little room for it.
fn reads_nothing() -> SocketAddr {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_recv_buffer_size(4096).unwrap();
    let any: SockAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into();
    listener.bind(&any).unwrap();
    listener.listen(10).unwrap();
    serve(listener.into(), |_connection, _| thread::sleep(60_000 * MS)).0
}

fn silent() -> SocketAddr {
    server(|_connection, _| thread::sleep(60_000 * MS)).0
}

/// One byte of an answer, or of the request, now and then.
fn drips() -> SocketAddr {
    let act = |mut connection: TcpStream, _| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".iter().chain(std::iter::repeat(&b'x'));
        for byte in answer {
            if connection.write_all(&[*byte]).is_err() {
                return;
            }
            thread::sleep(20 * MS);
        }
    };
    server(act).0
}

fn sips() -> SocketAddr {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_recv_buffer_size(4096).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(10).unwrap();
    let act = |mut connection: TcpStream, _| {
        while connection.read(&mut [0]).is_ok_and(|count| count > 0) {
            thread::sleep(20 * MS);
        }
    };
    serve(listener.into(), act).0
}

type Act = Box<dyn Fn(Limits, &[&Cancel]) -> Failure + Send + Sync>;

/// Everything that takes its time, by what a call against it does.
fn slow_peers() -> Vec<(&'static str, Act)> {
    let long: Arc<Vec<u8>> = Arc::new(vec![b'x'; 20 << 20]);
    let reads = |scheme: &str, address: SocketAddr| {
        let url = format!("{scheme}://{address}/");
        Box::new(move |limits: Limits, cancels: &[&Cancel]| {
            send(&agent(), &url, Method::Get, Body::Empty, limits, cancels).unwrap_err()
        }) as Act
    };
    let uploads = |address: SocketAddr| {
        let (url, long) = (format!("http://{address}/"), Arc::clone(&long));
        Box::new(move |limits: Limits, cancels: &[&Cancel]| {
            let body = Body::Bytes { content_type: "text/plain", bytes: &long };
            send(&agent(), &url, Method::Post, body, limits, cancels).unwrap_err()
        }) as Act
    };
    let (backlog, kept) = full_backlog();
    std::mem::forget(kept);
    vec![
        ("backlog", reads("http", backlog)),
        ("handshake", reads("https", silent())),
        ("silence", reads("http", silent())),
        ("drip", reads("http", drips())),
        ("handshake that drips", reads("https", drips_tls())),
        ("nothing read", uploads(reads_nothing())),
        ("sips", uploads(sips())),
        ("look-up", {
            Box::new(move |limits: Limits, cancels: &[&Cancel]| {
                let names = Names::asking(|_, _| {
                    thread::sleep(5000 * MS);
                    Ok(Vec::new())
                });
                let agent = Agent::asking("test", names);
                send(&agent, "http://slow.example:1/", Method::Get, Body::Empty, limits, cancels).unwrap_err()
            })
        }),
    ]
}

/// The beginning of a TLS record, byte by byte.
fn drips_tls() -> SocketAddr {
    let act = |mut connection: TcpStream, _| {
        for byte in [0x16, 3, 3, 0x3f, 0xff].into_iter().chain([2, 0, 0x3f, 0xf0]).chain(std::iter::repeat(0)) {
            if connection.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(20 * MS);
        }
    };
    server(act).0
}

#[test]
fn every_wait_ends_at_the_calls_deadline() {
    for (what, call) in slow_peers() {
        let start = Instant::now();
        let failure = call(limits(300), &[]);
        let took = start.elapsed();
        assert_eq!(failure.status, Status::Timeout, "{what}: {}", failure.message.as_str());
        assert!(
            failure.message.as_str().contains("within 300 ms (timeout_ms)"),
            "{what}: {}",
            failure.message.as_str()
        );
        assert!(!failure.kind.attempt_ended, "{what}");
        // A machine that is busy with other tests wakes late.
        assert!(took >= 299 * MS && took < 1000 * MS, "{what}: {took:?}");
        let is_before_sending = ["backlog", "handshake", "handshake that drips", "look-up"].contains(&what);
        assert_eq!(failure.kind.nothing_sent, is_before_sending, "{what}");
    }
}

#[test]
fn every_wait_ends_with_the_attempt_and_connecting_sooner() {
    for (what, call) in slow_peers() {
        let start = Instant::now();
        let failure = call(Limits { attempt_timeout: Some(150 * MS), ..limits(10_000) }, &[]);
        assert!(
            failure.message.as_str().contains("150 ms (attempt_timeout_ms)"),
            "{what}: {}",
            failure.message.as_str()
        );
        assert!(failure.kind.attempt_ended && failure.status == Status::Timeout, "{what}");
        assert!(start.elapsed() < 1000 * MS, "{what}: {:?}", start.elapsed());
        if !["backlog", "handshake", "handshake that drips"].contains(&what) {
            continue;
        }
        let start = Instant::now();
        let failure = call(Limits { connect_timeout: 150 * MS, ..limits(10_000) }, &[]);
        assert!(
            failure.message.as_str().contains("150 ms (connect_timeout_ms)"),
            "{what}: {}",
            failure.message.as_str()
        );
        assert!(failure.kind.attempt_ended && failure.kind.nothing_sent, "{what}");
        assert!(start.elapsed() < 1000 * MS, "{what}: {:?}", start.elapsed());
    }
}

#[test]
fn every_wait_ends_when_the_call_is_cancelled() {
    for (what, call) in slow_peers() {
        let cancel = Cancel::default();
        let triggered = thread::scope(|scope| {
            let trigger = scope.spawn(|| {
                thread::sleep(150 * MS);
                let now = Instant::now();
                cancel.trigger();
                now
            });
            let failure = call(limits(20_000), &[&cancel]);
            let end = Instant::now();
            assert_eq!(failure.status, Status::Cancelled, "{what}: {}", failure.message.as_str());
            (trigger.join().unwrap(), end)
        });
        let took = triggered.1.saturating_duration_since(triggered.0);
        assert!(took < 500 * MS, "{what}: {took:?}");
        let start = Instant::now();
        assert_eq!(call(limits(20_000), &[&cancel]).status, Status::Cancelled, "{what}: triggered before");
        assert!(start.elapsed() < 500 * MS);
    }
}

#[test]
fn a_cancelled_calls_connection_is_not_kept_and_a_late_trigger_hits_nobody() {
    let act = |mut connection: TcpStream, number| {
        while read_head(&mut connection) {
            if number == 0 {
                thread::sleep(300 * MS);
            }
            _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        }
    };
    let (address, connections) = server(act);
    let (agent, url, cancel) = (agent(), format!("http://{address}/"), Cancel::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(50 * MS);
            cancel.trigger();
        });
        let failure = send(&agent, &url, Method::Get, Body::Empty, limits(5000), &[&cancel]).unwrap_err();
        assert_eq!(failure.status, Status::Cancelled);
        assert!(!failure.kind.nothing_sent);
    });
    for _ in 0..200 {
        let cancel = Cancel::default();
        thread::scope(|scope| {
            scope.spawn(|| cancel.trigger());
            match send(&agent, &url, Method::Get, Body::Empty, limits(5000), &[&cancel]) {
                Ok(answer) => assert_eq!(answer.body, b"{}"),
                Err(failure) => assert_eq!(failure.status, Status::Cancelled, "{}", failure.message.as_str()),
            }
        });
        // Nobody cancels this one.
        assert_eq!(get(&agent, &url, limits(5000)).unwrap().body, b"{}");
        cancel.trigger();
    }
    assert!(connections.load(Ordering::SeqCst) > 1);
}

#[test]
fn an_answer_before_its_time_is_an_answer() {
    let refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 7\r\n\r\ntoo big";
    let long = vec![b'x'; 20 << 20];
    let closes = server(move |mut connection, _| {
        read_head(&mut connection);
        _ = connection.write_all(refusal);
    });
    let resets = server(move |mut connection, _| {
        read_head(&mut connection);
        _ = connection.write_all(refusal);
        thread::sleep(20 * MS);
        _ = socket2::SockRef::from(&connection).set_linger(Some(Duration::ZERO));
    });
    let stays = server(move |mut connection, _| {
        read_head(&mut connection);
        _ = connection.write_all(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n");
        thread::sleep(20 * MS);
        _ = connection.write_all(refusal);
        thread::sleep(60_000 * MS);
    });
    for (what, (address, connections)) in [("closes", closes), ("resets", resets), ("stays", stays)] {
        let (agent, url) = (agent(), format!("http://{address}/"));
        for round in 1..=3 {
            let start = Instant::now();
            let answer = post(&agent, &url, &long, limits(10_000)).unwrap_or_else(|failure| {
                panic!("{what}: {}", failure.message.as_str());
            });
            assert_eq!((answer.http_status, answer.body.as_slice()), (413, &b"too big"[..]), "{what}");
            assert_eq!(connections.load(Ordering::SeqCst), round, "{what}: the connection is not kept");
            assert!(start.elapsed() < 2000 * MS, "{what}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn heads_are_taken_as_the_world_makes_them() {
    let many: String = (0..299).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat((64 << 10) - 60));
    for head in [
        "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\n",
        "HTTP/1.1 200 OK\r\n: nameless\r\nno colon\r\nB@d n\0me: x\r\n",
        "HTTP/1.1 200\r\n",
        "\r\nHTTP/1.1 200 OK\nX: y\n",
        &format!("HTTP/1.1 200 OK\r\n{many}"),
        &format!("HTTP/1.1 200 OK\r\n{long}"),
    ] {
        let (address, connections) = answering(format!("{head}Content-Length: 2\r\n\r\n{{}}"));
        let agent = agent();
        for _ in 0..3 {
            let answer = get(&agent, &format!("http://{address}/"), limits(5000));
            let answer = answer.unwrap_or_else(|failure| panic!("{head:.60}: {}", failure.message.as_str()));
            assert_eq!((answer.http_status, answer.body.as_slice()), (200, &b"{}"[..]), "{head:.60}");
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{head:.60}");
    }
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nT: z\r\n\r\n";
    let (address, connections) = answering(chunked);
    let agent = agent();
    for _ in 0..3 {
        assert_eq!(get(&agent, &format!("http://{address}/"), limits(5000)).unwrap().body, b"{}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn what_has_two_meanings_or_none_is_refused() {
    for (answer, status) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}".to_owned(), Status::Protocol),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}".to_owned(), Status::Protocol),
        (format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(64 << 10)), Status::Protocol),
        ("X".repeat(100 << 10), Status::Protocol),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned(), Status::Protocol),
        ("SSH-2.0-OpenSSH_9\r\n".to_owned(), Status::Protocol),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned(), Status::Limit),
    ] {
        let (address, connections) = answering(answer.clone());
        let (agent, url) = (agent(), format!("http://{address}/"));
        for round in 1..=2 {
            let failure = get(&agent, &url, limits(5000)).unwrap_err();
            assert_eq!(failure.status, status, "{answer:.60}: {}", failure.message.as_str());
            assert_eq!(connections.load(Ordering::SeqCst), round, "{answer:.60}: the connection is not kept");
            assert!(!failure.kind.nothing_sent && !failure.kind.is_stale);
        }
    }
    for cut in [
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ] {
        let (address, _) = server(move |mut connection, _| {
            read_head(&mut connection);
            _ = connection.write_all(cut.as_bytes());
        });
        let failure = get(&agent(), &format!("http://{address}/"), limits(5000)).unwrap_err();
        assert_eq!(failure.status, Status::Network, "{cut:?}: {}", failure.message.as_str());
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

#[test]
fn many_threads_make_no_more_connections_than_they_are() {
    let (address, connections) = answering(OK);
    let (agent, url, all) = (agent(), format!("http://{address}/"), Barrier::new(64));
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                all.wait();
                for _ in 0..50 {
                    assert_eq!(get(&agent, &url, limits(20_000)).unwrap().body, b"{}");
                }
            });
        }
    });
    let made = connections.load(Ordering::SeqCst);
    assert!(made <= 64, "{made} connections");
}

#[test]
fn a_kept_connection_that_the_server_closed_is_replaced() {
    let (address, connections) = server(|mut connection, _| {
        read_head(&mut connection);
        _ = connection.write_all(OK);
    });
    let (agent, url) = (agent(), format!("http://{address}/"));
    for round in 1..=5 {
        get(&agent, &url, limits(5000)).unwrap();
        assert_eq!(connections.load(Ordering::SeqCst), round);
        thread::sleep(10 * MS);
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_nobodys() {
    // At once, behind the first answer; or a moment later.
    for pause in [0, 10] {
        let (address, connections) = server(move |mut connection, number| {
            while read_head(&mut connection) {
                let body = format!("{{{number}}}");
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                _ = connection.write_all(answer.as_bytes());
                thread::sleep(pause * MS);
                _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
            }
        });
        let (agent, url) = (agent(), format!("http://{address}/"));
        for round in 0..3 {
            let answer = get(&agent, &url, limits(5000)).unwrap();
            assert_eq!(String::from_utf8(answer.body).unwrap(), format!("{{{round}}}"));
            thread::sleep(50 * MS);
        }
        assert_eq!(connections.load(Ordering::SeqCst), 3);
    }
}

#[test]
fn a_connection_closed_while_it_takes_the_request_is_stale() {
    let (address, _) = server(|mut connection, _| {
        read_head(&mut connection);
        _ = connection.write_all(OK);
        read_head(&mut connection);
    });
    let (agent, url) = (agent(), format!("http://{address}/"));
    get(&agent, &url, limits(5000)).unwrap();
    let failure = post(&agent, &url, b"{}", limits(5000)).unwrap_err();
    assert!(failure.kind.is_stale && !failure.kind.nothing_sent && failure.status == Status::Network, "{failure:?}");
    let (address, _) = server(|mut connection, _| _ = read_head(&mut connection));
    let failure = get(&agent, &format!("http://{address}/"), limits(5000)).unwrap_err();
    assert!(!failure.kind.is_stale && !failure.kind.nothing_sent, "a new connection is not stale");
}

#[test]
fn a_name_is_looked_up_once_for_all_and_each_of_its_addresses_is_tried() {
    let (address, connections) = answering(OK);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let names = Names::asking(move |host, port| {
        count.fetch_add(1, Ordering::SeqCst);
        thread::sleep(100 * MS);
        let nobody = [[127, 0, 0, 3], [127, 0, 0, 2]].map(|address| SocketAddr::from((address, port)));
        Ok(match host {
            "good.example" => [&nobody[..], &[SocketAddr::from((Ipv4Addr::LOCALHOST, port))]].concat(),
            _ => nobody.to_vec(),
        })
    });
    let url = format!("http://good.example:{}/", address.port());
    let agent = Agent::asking("test", names);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    get(&agent, &url, limits(5000)).unwrap();
                }
            });
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(connections.load(Ordering::SeqCst) <= 8);
    let bad = format!("http://bad.example:{}/", address.port());
    for round in 2..=3 {
        let failure = get(&agent, &bad, limits(5000)).unwrap_err();
        assert!(failure.kind.nothing_sent && failure.status == Status::Network);
        let words = format!("no connection to bad.example:{0} (127.0.0.2:{0})", address.port());
        assert!(failure.message.as_str().contains(&words), "{}", failure.message.as_str());
        assert_eq!(asked.load(Ordering::SeqCst), round, "looked up again after a failure");
    }
}

#[test]
fn a_long_answer_takes_no_more_memory_than_it_needs() {
    let body = "会".repeat(500_000);
    let (address, _) = answering(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    let answer = get(&agent(), &format!("http://{address}/"), limits(5000)).unwrap();
    assert!(answer.body == body.as_bytes());
    assert_eq!(answer.body.capacity(), body.len() + 1, "room for what C wants at the end");
}
