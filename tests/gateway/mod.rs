//! An event gateway that does what a test scripts, as the vendor's pages have it; and the place where its address and the tokens come
//! from.

#![allow(dead_code, reason = "each test program uses some of it")]

use super::scripted::{Server, json as answer};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket};

pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One connection, after the websocket's handshake.
pub struct Conversation {
    socket: WebSocket<Box<dyn Stream>>,
    /// Which one it is, from 0.
    pub number: usize,
}

impl Conversation {
    /// The next message but heartbeats, which are answered. `None` when the connection is over.
    pub fn hear(&mut self) -> Option<Value> {
        loop {
            match self.socket.read().ok()? {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    assert_eq!(message["business"], "EGW", "{message}");
                    match message["id"].as_i64().unwrap() {
                        20010 => self.say(&json!({ "id": 20011 })),
                        _ => return Some(message),
                    }
                }
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next message but heartbeats has this number.
    pub fn expect(&mut self, id: i64) -> Value {
        let message = self.hear().unwrap_or_else(|| panic!("the connection was over before {id}"));
        assert_eq!(message["id"], id, "{message}");
        message
    }

    pub fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    pub fn say_text(&mut self, text: &str) {
        _ = self.socket.send(Message::text(text));
    }

    /// Takes the login, and the subscription to these applications. The token that it came with.
    pub fn begin(&mut self, app_ids: &[&str]) -> String {
        let login = self.expect(20000);
        assert_eq!(login["dev_id"], "dev");
        self.say(&json!({ "id": 20001, "result": 0, "message": "OK" }));
        let apps: Vec<Value> = app_ids.iter().map(|id| json!({ "app_id": id })).collect();
        assert_eq!(self.expect(20004)["app_list"], json!(apps));
        self.say(&json!({ "id": 20005, "result": 0 }));
        login["token"].as_str().unwrap().to_owned()
    }

    /// Answers the request for a full state.
    pub fn give_state(&mut self, app_id: &str, version: i64, groups: &[&str]) {
        assert_eq!(self.expect(20008)["app_list"][0]["app_id"], app_id);
        self.say(&state(app_id, version, groups));
    }

    /// Answers all that is asked of one application, and tells this after each full state, until the other side goes.
    pub fn serve(&mut self, state: &Value, change: &Value) {
        while let Some(message) = self.hear() {
            match message["id"].as_i64() {
                Some(20000) => self.say(&json!({ "id": 20001, "result": 0 })),
                Some(20004) => self.say(&json!({ "id": 20005 })),
                _ => [state, change].into_iter().for_each(|message| self.say(message)),
            }
        }
    }

    /// Answers heartbeats until the other side goes.
    pub fn stay(&mut self) {
        while self.hear().is_some() {}
    }
}

pub fn state(app_id: &str, version: i64, groups: &[&str]) -> Value {
    let groups: Vec<Value> =
        groups.iter().map(|id| json!({ "group_id": id, "group_media_list": [], "user_list": [] })).collect();
    json!({ "id": 20009, "app_id": app_id, "version": version, "group_list": groups })
}

pub fn joined(group: &str, user: &str, version: i64) -> Value {
    json!({ "id": 20100, "group_id": group, "user_id": user, "version": version })
}

pub struct Gateway {
    pub address: SocketAddr,
    /// What went wrong in a script.
    failures: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Gateway {
    /// Has the script talk over each connection.
    pub fn start(script: impl Fn(&mut Conversation) + Send + Sync + 'static) -> Gateway {
        Gateway::over(|stream| Box::new(stream), script)
    }

    /// The same over what is made of a connection.
    pub fn over(
        wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static,
        script: impl Fn(&mut Conversation) + Send + Sync + 'static,
    ) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (failures, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let all = (Arc::new((wrap, script)), Arc::clone(&failures), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (how, failures, connections) = (Arc::clone(&all.0), Arc::clone(&all.1), Arc::clone(&all.2));
                thread::spawn(move || {
                    let Ok(socket) = tungstenite::accept((how.0)(stream)) else { return };
                    let number = connections.fetch_add(1, Ordering::SeqCst);
                    let talk = || (how.1)(&mut Conversation { socket, number });
                    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(talk)) {
                        let words = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                        failures.lock().unwrap().push(words);
                    }
                });
            }
        });
        Gateway { address, failures, connections }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Every script went as it was written.
    pub fn check(&self) {
        assert_eq!(*self.failures.lock().unwrap(), Vec::<String>::new());
    }
}

/// Where tokens come from, token-1 and so on; and the address of this gateway.
pub fn platform(gateway: &str) -> Server {
    let (gateway, tokens) = (gateway.to_owned(), AtomicUsize::new(0));
    Server::start(move |_, request| match request.target.split('?').next().unwrap() {
        "/access/token" => {
            let number = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            answer(&format!(r#"{{"code":0,"result":{{"timeout":7200,"access_token":"token-{number}"}}}}"#))
        }
        _ => answer(&format!(r#"{{"code":0,"message":"OK","result":"{gateway};"}}"#)),
    })
}

/// A client of this platform, with further keys.
pub fn config(platform: &Server, more: &Value) -> String {
    let mut config = json!({
        "platform": "hst", "base_url": platform.url(), "discovery_url": format!("{}/server/address", platform.url()),
        "dev_id": "dev", "dev_secret": "0123456789abcdef",
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config.to_string()
}

/// Waits until something holds.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
