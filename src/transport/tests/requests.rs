//! What arrives of a request.

use super::*;
use crate::lock::Mutex;
use std::sync::mpsc;

#[test]
fn requests_of_any_length_arrive_whole() {
    let (told, requests) = mpsc::channel();
    let told = Mutex::new(told);
    let (address, connections) = server(move |mut connection, _| {
        while let Some((head, body)) = read_request(&mut connection) {
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
            told.lock().send((head, body)).unwrap();
        }
    });
    let agent = agent();
    for length in [10, 8_000, 17_000, 65_000] {
        let path = format!("/{}", "x".repeat(length));
        assert_eq!(get(&agent, &format!("http://{address}{path}"), limits(5000)).unwrap().http_status, 200);
        let (head, body) = requests.recv().unwrap();
        assert!(head.starts_with(&format!("GET {path} HTTP/1.1\r\n")) && body.is_empty(), "{length}");
    }
    for length in [0, 1, 6_000, 8_000, 20_000, 65_000, 66_000, 300_000, 3_000_000] {
        let sent: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        assert_eq!(post(&agent, &format!("http://{address}/"), &sent, limits(5000)).unwrap().http_status, 200);
        assert!(requests.recv().unwrap().1 == sent, "{length}");
    }
    // What a long one needed is given back, and the connection kept.
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_header_of_many_kilobytes_arrives() {
    let (address, _) = server(|mut connection, _| {
        let (head, _) = read_request(&mut connection).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("authorization: ")).map_or(0, str::len);
        let body = length.to_string();
        write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    for length in [1, 8191, 30_000] {
        let headers = [("Authorization", "t".repeat(length))];
        let interrupt = Interrupt::begin([None, None]);
        let limits = limits(5000);
        let bounds = Bounds {
            deadline: Instant::now() + limits.timeout,
            timeout_key: "timeout_ms",
            attempt: None,
            limits,
            interrupt: &interrupt,
            is_timed: false,
            stall: None,
        };
        let url = base_url::Url::parse(&format!("http://{address}/{}", "x".repeat(10_000)));
        let request = Request { method: Method::Post, url, is_to_platform: true, headers: &headers, body: Body::Empty };
        assert_eq!(agent().send(&request, &bounds).unwrap().body, length.to_string().into_bytes());
    }
}

/// The head and the body of a request; `None` at the end of the connection.
fn read_request(connection: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut request, mut piece) = (Vec::new(), [0; 8192]);
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match connection.read(&mut piece).ok()? {
            0 => return None,
            count => request.extend_from_slice(&piece[..count]),
        }
    };
    let head = String::from_utf8(request[..end].to_vec()).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = request.split_off(end);
    let came = body.len();
    body.resize(length, 0);
    connection.read_exact(body.get_mut(came..)?).ok()?;
    Some((head, body))
}
