//! The first byte of the input says how the server treats its connections; what follows is written to them as it is, up to a
//! line `----` for the first request, and what is after it for the second. Each call ends in time, and what it gives is what
//! was written for that call.

use crate::server::{self, Reply, Server, Then};
use crate::shown;
use meetgate::{Client, Error, Status};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

const TOKEN: &str = "fixed-token-of-the-fuzzer==";
/// Of the token, however it is spelt.
const MARK: &str = "fixed-token-of-the-fuzzer";
const SEPARATOR: &[u8] = b"\n----\n";
/// How long the server keeps a connection where it does so.
const KEPT: Duration = Duration::from_millis(5);
const TIMEOUT: Duration = Duration::from_millis(2000);
/// A machine that has a lot to do.
const LATE: Duration = Duration::from_secs(10);

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("meetgate-fuzz-{}.part", std::process::id())));

/// What a client may say of such answers.
const EXPECTED: [Status; 8] = [
    Status::Api,
    Status::Auth,
    Status::Network,
    Status::Timeout,
    Status::Http,
    Status::Protocol,
    Status::Limit,
    Status::Io,
];

pub fn check(input: &[u8]) {
    let Some((&flags, bytes)) = input.split_first() else { return };
    let is_set = |bit: u32| flags >> bit & 1 == 1;
    let (keeps, downloads, of_proxy) = (is_set(0), is_set(1), is_set(2));
    let parts: Vec<Vec<u8>> = parts(bytes).into_iter().map(<[u8]>::to_vec).collect();
    // Which part went out for each request.
    let served = Arc::new(Mutex::new(Vec::new()));
    let (of_server, answers) = (Arc::clone(&served), parts.clone());
    // A redirect may hold it: whoever wrote that knows it anyway.
    let is_known = bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes());
    let host = format!("host: {}", SERVER.url.trim_start_matches("http://"));
    SERVER.answers(move |request| {
        if request.method == "CONNECT" && !of_proxy {
            return server::answer(200, b"");
        }
        let is_own = request.head.lines().any(|line| line.eq_ignore_ascii_case(&host));
        assert!(is_own || is_known || !request.head.contains(MARK), "the token goes to another host: {}", request.head);
        let mut served = of_server.lock().unwrap();
        let number = served.len().min(answers.len() - 1);
        served.push(number);
        Reply { bytes: answers[number].clone(), then: if keeps { Then::KeepFor(KEPT) } else { Then::Close } }
    });
    let client = client(downloads);
    for _ in 0..2 {
        let before = served.lock().unwrap().len();
        let start = Instant::now();
        let result = match downloads {
            true => download(&client),
            false => client.call("avd.room.read", r#"{"room_id":"1"}"#).map(String::into_bytes),
        };
        assert!(start.elapsed() < LATE, "{:?}", start.elapsed());
        match result {
            Ok(reply) => {
                // A download may go on with a second answer where the first was cut.
                let served = served.lock().unwrap();
                let came: Vec<u8> = served[before..].iter().flat_map(|number| parts[*number].clone()).collect();
                assert!(
                    is_within(&reply, &came),
                    "what was given was not written for this call: {:?}",
                    String::from_utf8_lossy(&reply)
                );
            }
            Err(error) => _ = shown::check_error(&error, &EXPECTED, &[TOKEN]),
        }
    }
    shown::check(&client.info().unwrap(), &[TOKEN]);
    shown::check(&client.stats().unwrap(), &[TOKEN]);
}

fn client(downloads: bool) -> Client {
    let (url, timeout) = (&SERVER.url, TIMEOUT.as_millis());
    // Downloads follow redirects. Through the server as a proxy, they lead to nobody else.
    let proxy = if downloads { url } else { "" };
    let config = format!(
        r#"{{"platform":"avd","base_url":"{url}","proxy":"{proxy}","token":"{TOKEN}","max_attempts":1,"timeout_ms":{timeout},"max_reply_bytes":1024}}"#,
    );
    Client::new(&config).unwrap()
}

fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    match bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        Some(at) => vec![&bytes[..at], &bytes[at + SEPARATOR.len()..]],
        None => vec![bytes],
    }
}

/// What is in the file.
fn download(client: &Client) -> Result<Vec<u8>, Error> {
    _ = fs::remove_file(&*FILE);
    let timeout = TIMEOUT.as_millis();
    let options = format!(
        r#"{{"resume":false,"token":true,"max_bytes":4096,"timeout_ms":{timeout},"stall_timeout_ms":{timeout}}}"#
    );
    let told = shown::check(&client.download("/files/a", &FILE, &options, None, None)?, &[TOKEN]);
    let bytes = fs::read(&*FILE).unwrap();
    assert_eq!(told["bytes"].as_u64(), Some(bytes.len() as u64), "{told}");
    Ok(bytes)
}

/// Whether the bytes stand in the part, in this order: the marks of chunks may stand between them.
fn is_within(reply: &[u8], part: &[u8]) -> bool {
    let mut rest = part.iter();
    reply.iter().all(|byte| rest.any(|other| other == byte))
}
