//! avd's 40003 has two meanings (T60): a dead token, and a missing room. A wrong room number must be in nobody's way.

mod scripted;

use meetgate::{Client, ProvidedToken, Status};
use scripted::{Act, Request, Server, answer, json};
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const GET_TOKEN: &str = "/sdkapi/v2/app/get_token";
const GOOD: &str = r#"{"room_id":"12345123456"}"#;
const MISSING: &str = r#"{"room_id":"40300000000"}"#;

fn keys(server: &Server) -> Client {
    let config = r#""access_key":"key","secret_key":"the-secret-key""#;
    Client::new(&format!(r#"{{"platform":"avd","base_url":"{}",{config}}}"#, server.url())).unwrap()
}

fn is_missing(request: &Request) -> bool {
    request.target.contains("room_id=40300000000") || String::from_utf8_lossy(&request.body).contains("=40300000000")
}

fn refusal() -> Act {
    json(r#"{"ret":40003,"msg":"as told"}"#)
}

fn success() -> Act {
    json(r#"{"ret":0,"data":{}}"#)
}

/// That the refusal was reported as it came.
fn assert_refused(client: &Client, operation: &str, params: &str) {
    let error = client.call(operation, params).unwrap_err();
    let document = error.document();
    assert_eq!((error.status(), document.code, document.class), (Status::Api, Some(40003), None), "{error:?}");
}

#[test]
fn while_no_token_can_be_fetched_the_suspect_serves_all_good_calls() {
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN if number == 0 => json(r#"{"ret":0,"token":"t"}"#),
        GET_TOKEN => Act::Send(answer("503 Busy", "", "busy")),
        _ if is_missing(request) => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    let start = Instant::now();
    for _ in 0..50 {
        assert_refused(&client, "avd.room.read", MISSING);
        client.call("avd.room.read", GOOD).unwrap();
    }
    // Three requests each, at once and after every pause: at the least a quarter of a second, and then twice as long as before.
    let pauses = (0..).map(|pause| Duration::from_millis(250 << pause));
    let ends = pauses.scan(Duration::ZERO, |end, pause| {
        *end += pause;
        Some(*end)
    });
    let most = 3 * (1 + ends.take_while(|end| *end <= start.elapsed()).count());
    let fetches = server.count(GET_TOKEN) - 1;
    assert!((1..=most).contains(&fetches), "{fetches} fetches, at most {most}");
}

#[test]
fn while_a_suspect_is_looked_into_the_others_go_on_with_it() {
    let (answer_now, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (may_answer, asks) = (Arc::clone(&answer_now), Arc::clone(&asked));
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN => {
            asks.fetch_add(1, Ordering::SeqCst);
            while number > 0 && !may_answer.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(2));
            }
            json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#))
        }
        _ if is_missing(request) => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        let refused = scope.spawn(|| assert_refused(&client, "avd.room.read", MISSING));
        while asked.load(Ordering::SeqCst) < 2 {
            thread::sleep(Duration::from_millis(2));
        }
        for _ in 0..20 {
            client.call_with("avd.room.read", GOOD, r#"{"timeout_ms":5000}"#, None).unwrap();
        }
        assert!(!refused.is_finished());
        answer_now.store(true, Ordering::SeqCst);
        refused.join().unwrap();
    });
}

#[test]
fn wrong_rooms_in_many_operations_at_once_are_one_fetch_and_no_death() {
    const OPERATIONS: [&str; 4] =
        ["avd.room.read", "avd.room.close", "avd.room.participate.list", "avd.room.mix_record.stop"];
    let together = Barrier::new(OPERATIONS.len());
    // All are refused before the first of them asks for a token, and the repeats are slow.
    let server = Server::start(move |number, request| match request.target.split('?').next() {
        Some(GET_TOKEN) => json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#)),
        _ if !is_missing(request) => success(),
        _ if request.target.contains("token=t0") => {
            together.wait();
            refusal()
        }
        _ => {
            thread::sleep(Duration::from_millis(300));
            refusal()
        }
    });
    let client = keys(&server);
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        for operation in OPERATIONS {
            let client = &client;
            scope.spawn(move || assert_refused(client, operation, MISSING));
        }
    });
    client.call("avd.room.read", GOOD).unwrap();
    assert_eq!(server.count(GET_TOKEN), 2);
    assert!(!client.info().unwrap().contains("warning"), "nothing died");
}

#[test]
fn a_call_that_goes_well_later_proves_that_a_suspect_lives() {
    let server = Server::start(move |number, request| match request.target.as_str() {
        GET_TOKEN => json(&format!(r#"{{"ret":0,"token":"t{number}"}}"#)),
        _ if request.target.contains("room_id=403") => refusal(),
        _ => success(),
    });
    let client = keys(&server);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                client.call("avd.room.read", GOOD).unwrap();
            }
        });
        for room in 0..40 {
            // Each room is another one: nothing is known of it.
            assert_refused(&client, "avd.room.read", &format!(r#"{{"room_id":"403{room:08}"}}"#));
        }
        stop.store(true, Ordering::SeqCst);
    });
    let fetches = server.count(GET_TOKEN);
    assert!(fetches <= 10, "{fetches} fetches for 40 rooms");
}

#[test]
fn a_provider_is_asked_once_for_all_who_were_refused() {
    let together = Barrier::new(8);
    let server = Server::start(move |_, request| {
        if !is_missing(request) {
            return success();
        }
        together.wait();
        refusal()
    });
    let config = format!(r#"{{"platform":"avd","base_url":"{}","token_provider":true}}"#, server.url());
    let client = Client::new(&config).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&told);
    let provide = move |suspect: Option<&str>| {
        asked.lock().unwrap().push(suspect.map(str::to_owned));
        thread::sleep(Duration::from_millis(200));
        Ok(ProvidedToken { token: "hosted".to_owned(), lifetime: None })
    };
    client.set_token_provider(provide).unwrap();
    client.call("avd.room.read", GOOD).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_refused(&client, "avd.room.read", MISSING));
        }
    });
    client.call("avd.room.read", GOOD).unwrap();
    assert_eq!(*told.lock().unwrap(), [None, Some("hosted".to_owned())]);
}

/// 64 threads on two clients of one account: half on rooms that are there, half on missing ones in twenty operations, while
/// the platform ends all tokens now and then.
#[test]
fn a_storm_of_missing_rooms_over_dying_tokens_fails_no_good_call() {
    const TIME: Duration = Duration::from_secs(20);
    const PAIRS: usize = 32;
    let operations = operations_on_rooms();
    assert_eq!(operations.len(), 20);
    let tokens = Arc::new(Mutex::new(Tokens::default()));
    let platform = Arc::clone(&tokens);
    let server = Server::start(move |number, request| {
        if request.target.split('?').next() == Some(GET_TOKEN) {
            let token = format!("t{number}");
            platform.lock().unwrap().give(&token);
            return json(&format!(r#"{{"ret":0,"token":"{token}"}}"#));
        }
        let text = format!("{}&{}", request.target, String::from_utf8_lossy(&request.body));
        let token = text.split(['?', '&']).find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
        let is_served = platform.lock().unwrap().came_with(token) && !text.contains("room_id=403");
        if is_served { success() } else { refusal() }
    });
    let clients = [keys(&server), keys(&server)];
    let start = Instant::now();
    let (good, missing, mut kills) = (AtomicUsize::new(0), AtomicUsize::new(0), 0);
    let served = [const { AtomicUsize::new(0) }; PAIRS];
    thread::scope(|scope| {
        for (pair, served) in served.iter().enumerate() {
            let (client, good, missing, operations) = (&clients[pair % 2], &good, &missing, &operations);
            scope.spawn(move || {
                while start.elapsed() < TIME {
                    let params = format!(r#"{{"room_id":"123{:08}"}}"#, good.fetch_add(1, Ordering::Relaxed) % 50);
                    client.call("avd.room.read", &params).unwrap();
                    served.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(10));
                }
            });
            scope.spawn(move || {
                while start.elapsed() < TIME {
                    let number = missing.fetch_add(1, Ordering::Relaxed);
                    let (operation, params) = &operations[number % operations.len()];
                    // Half of the rooms were asked for before.
                    let room = if number.is_multiple_of(2) { number } else { number % 10 };
                    assert_refused(client, operation, &params.replace("{room}", &format!("403{room:08}")));
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
        let counts = || served.each_ref().map(|served| served.load(Ordering::SeqCst));
        let wait_for = |is_met: &dyn Fn() -> bool| {
            while !is_met() && start.elapsed() < TIME {
                thread::sleep(Duration::from_millis(5));
            }
        };
        let mut last_kill = start;
        while start.elapsed() < TIME - Duration::from_secs(1) {
            // A token that dies as soon as it is there would be the second refusal of the same call, and so the call's own. So
            // it dies when the clients are known to have it, and each thread has had a whole call since.
            wait_for(&|| last_kill.elapsed() >= Duration::from_secs(3) && tokens.lock().unwrap().is_newest_taken);
            let (known, before) = (tokens.lock().unwrap().newest.clone(), counts());
            wait_for(&|| before.iter().zip(counts()).all(|(before, now)| now >= before + 2));
            let mut tokens = tokens.lock().unwrap();
            if tokens.newest == known && start.elapsed() < TIME {
                tokens.live.clear();
                kills += 1;
                last_kill = Instant::now();
            }
        }
    });
    let (fetches, seconds) = (server.count(GET_TOKEN), start.elapsed().as_secs());
    let (good, missing) = (good.into_inner(), missing.into_inner());
    println!("{good} good calls, {missing} for missing rooms, {kills} kills, {fetches} fetches in {seconds} s");
    assert!(kills >= 4 && good > 100 && missing > 100);
    assert!(fetches > kills, "each death needs one");
    assert!(fetches as u64 <= 1 + 2 * kills as u64 + seconds, "{fetches} fetches for {kills} deaths in {seconds} s");
}

/// What a platform knows of its tokens.
#[derive(Default)]
struct Tokens {
    live: HashSet<String>,
    newest: String,
    /// A call came with it: whoever shares it takes no older one from now on.
    is_newest_taken: bool,
}

impl Tokens {
    fn give(&mut self, token: &str) {
        self.live.insert(token.to_owned());
        self.newest = token.to_owned();
        self.is_newest_taken = false;
    }

    /// A call came with this one. Whether it lives.
    fn came_with(&mut self, token: &str) -> bool {
        self.is_newest_taken |= token == self.newest;
        self.live.contains(token)
    }
}

/// Operations that name a room, with their example's parameters, and `{room}` for the room.
fn operations_on_rooms() -> Vec<(String, String)> {
    let catalog: toml::Table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/avd.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let on_rooms = catalog.iter().filter_map(|(name, operation)| {
        let params: serde_json::Value =
            serde_json::from_str(operation.get("example")?.get("params")?.as_str()?).ok()?;
        let mut params = params.as_object()?.clone();
        params.get("room_id")?.as_str()?;
        params.insert("room_id".to_owned(), "{room}".into());
        Some((format!("avd.{name}"), serde_json::Value::from(params).to_string()))
    });
    on_rooms.take(20).collect()
}
