//! 64 threads on one client, and a server that resets one connection in ten and answers 503 to one request in ten: whatever only
//! reads succeeds, and nothing is done twice.
//!
//! It takes 10 seconds, or `MEETGATE_STORM_SECONDS`.

mod hostile;

use hostile::{BODY, ID, ahead, answer, good};
use meetgate::{Client, Status};
use socket2::SockRef;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const THREADS: usize = 64;
/// As many as a configuration allows: see [`Server::fate`].
const MOST_ATTEMPTS: usize = 10;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Busy,
    ResetUnread,
    ResetBeforeTheHead,
    ResetWithinTheHead,
    ResetWithinTheBody,
}

#[derive(Default)]
struct Server {
    /// How often each request came, and how often it was read to its end, by its id.
    came: Mutex<HashMap<String, (usize, usize)>>,
    requests: AtomicU64,
    resets: AtomicUsize,
    busy: AtomicUsize,
}

impl Server {
    fn start() -> (Arc<Server>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Arc::new(Server::default());
        let serving = Arc::clone(&server);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let server = Arc::clone(&serving);
                thread::spawn(move || server.serve(connection));
            }
        });
        (server, url)
    }

    fn serve(&self, mut connection: TcpStream) -> Option<()> {
        let mut bytes = [0; 4096];
        loop {
            let count = connection.peek(&mut bytes).ok().filter(|count| *count > 0)?;
            let Some(request) = ahead(&String::from_utf8_lossy(&bytes[..count])) else {
                thread::sleep(Duration::from_millis(1));
                continue;
            };
            let fate = self.fate(&request.id);
            if fate != Fate::ResetUnread {
                connection.read_exact(&mut bytes[..request.length]).ok()?;
                self.came.lock().unwrap().get_mut(&request.id)?.1 += 1;
            }
            let good = good("").replace(ID, &request.id);
            let said = match fate {
                Fate::Answered => good.as_str(),
                Fate::Busy => &answer("503 Service Unavailable", "", "busy"),
                Fate::ResetUnread | Fate::ResetBeforeTheHead => "",
                Fate::ResetWithinTheHead => &good[..20],
                Fate::ResetWithinTheBody => &good[..good.len() - 20],
            };
            if !matches!(fate, Fate::Answered | Fate::Busy) {
                SockRef::from(&connection).set_linger(Some(Duration::ZERO)).ok()?;
                return connection.write_all(said.as_bytes()).ok();
            }
            connection.write_all(said.as_bytes()).ok()?;
        }
    }

    /// Two requests in ten have bad luck. Ten times in a row is one request in ten million, and a storm makes a million: so that
    /// nothing but the library can fail, a request that comes for the tenth time has good luck.
    fn fate(&self, id: &str) -> Fate {
        let times = {
            let mut came = self.came.lock().unwrap();
            let (times, _) = came.entry(id.to_owned()).or_default();
            *times += 1;
            *times
        };
        let dice = scattered(self.requests.fetch_add(1, Ordering::Relaxed));
        let fate = match dice % 10 {
            _ if times >= MOST_ATTEMPTS => Fate::Answered,
            0 => Fate::Busy,
            1 => match dice / 10 % 4 {
                0 => Fate::ResetUnread,
                1 => Fate::ResetBeforeTheHead,
                2 => Fate::ResetWithinTheHead,
                _ => Fate::ResetWithinTheBody,
            },
            _ => Fate::Answered,
        };
        match fate {
            Fate::Answered => {}
            Fate::Busy => _ = self.busy.fetch_add(1, Ordering::Relaxed),
            _ => _ = self.resets.fetch_add(1, Ordering::Relaxed),
        }
        fate
    }
}

/// The same numbers in each run, and none that follows from the one before it (splitmix64).
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn in_a_storm_all_that_reads_succeeds_and_nothing_is_done_twice() {
    let seconds = std::env::var("MEETGATE_STORM_SECONDS").map_or(10, |seconds| seconds.parse().unwrap());
    let (server, url) = Server::start();
    // The budget of repeats lasts: of a hundred calls that read, some 25 are repeated, which costs 25 repeats, and the hundred
    // successes earn 50. It is there for the time when nothing succeeds any more.
    let client = Client::new(&format!(
        r#"{{"platform":"avd","base_url":"{url}","token":"t","http_method":"post",
            "max_attempts":{MOST_ATTEMPTS},"timeout_ms":120000}}"#
    ))
    .unwrap();
    let (reads, acts, numbers) = (AtomicUsize::new(0), Mutex::new(HashMap::new()), AtomicUsize::new(0));
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while start.elapsed() < Duration::from_secs(seconds) {
                    let id = |kind: usize| format!("call-{kind}-{:07}", numbers.fetch_add(1, Ordering::Relaxed));
                    let read = id(1);
                    let answer = client.call("avd.room.read", &format!(r#"{{"room_id":"{read}"}}"#));
                    assert_eq!(answer.expect("a call that reads"), BODY.replace(ID, &read));
                    reads.fetch_add(1, Ordering::Relaxed);
                    let act = id(2);
                    let done = client.call("avd.room.create", &format!(r#"{{"user_id":"{act}"}}"#));
                    if let Ok(answer) = &done {
                        assert_eq!(*answer, BODY.replace(ID, &act));
                    }
                    acts.lock().unwrap().insert(act, done);
                    thread::sleep(Duration::from_millis(5));
                }
            });
        }
    });
    let acts = acts.into_inner().unwrap();
    let came = server.came.lock().unwrap().clone();
    let (mut done, mut unknown, mut not_done) = (0, 0, 0);
    for (id, end) in &acts {
        let (_, processed) = came.get(id).copied().unwrap_or_default();
        assert!(processed <= 1, "{id} was done {processed} times");
        match end {
            Ok(_) => {
                assert_eq!(processed, 1, "{id}");
                done += 1;
            }
            Err(error) => {
                let document = error.document();
                assert!(matches!(error.status(), Status::Network | Status::Http), "{error:?}");
                assert!(!document.retryable || processed == 0, "{id} may not be repeated: {error:?}");
                if processed == 1 { unknown += 1 } else { not_done += 1 }
            }
        }
    }
    let (requests, resets) = (server.requests.load(Ordering::Relaxed), server.resets.load(Ordering::Relaxed));
    let (busy, reads) = (server.busy.load(Ordering::Relaxed), reads.into_inner());
    println!(
        "{seconds} s: {requests} requests, {resets} resets, {busy} times 503; {reads} reads, 0 failed; {} acts: {done} done and \
         answered, {unknown} read and not answered well, {not_done} not read; none twice",
        acts.len()
    );
    assert!(reads > 500 && acts.len() > 500);
    let tenth = usize::try_from(requests).unwrap() / 10;
    for (what, count) in [("resets", resets), ("503", busy)] {
        assert!((tenth * 8 / 10..tenth * 12 / 10).contains(&count), "{count} {what} of {requests}");
    }
}
