//! The first line of the input is the name of an operation, and the rest its parameters. They are checked as those of a call
//! that was cancelled before it began: nothing is sent.

use crate::shown;
use meetgate::catalog::{self, Carrier};
use meetgate::{Cancel, Client, Status};
use serde_json::Value;
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, mpsc};

struct Clients {
    /// Of a platform; with parameters that are checked, and without.
    all: Vec<(&'static str, [Arc<Client>; 2])>,
    /// Nobody may come here.
    server: TcpListener,
    cancelled: Cancel,
}

static CLIENTS: LazyLock<Clients> = LazyLock::new(|| {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let address = server.local_addr().unwrap();
    let client = |platform: &str, keys: &str, validate: bool| {
        let config =
            format!(r#"{{"platform":"{platform}","base_url":"http://{address}","validate":{validate},{keys}}}"#);
        Arc::new(Client::new(&config).unwrap())
    };
    let clients = |platform, keys| (platform, [true, false].map(|validate| client(platform, keys, validate)));
    let cancelled = Cancel::new();
    cancelled.trigger();
    Clients {
        all: vec![
            clients("hst", r#""token":"fixed""#),
            clients("youme", r#""app_key":"k","app_secret":"s","rest_api_key":"r""#),
            clients("avd", r#""token":"fixed""#),
        ],
        server,
        cancelled,
    }
});

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (name, params) = text.split_once('\n').unwrap_or((text, "{}"));
    let secrets = secrets(name, params);
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let clients = &*CLIENTS;
    for (platform, of_platform) in &clients.all {
        // A name of another platform's is tried too, where it is short work.
        if !name.starts_with(platform) && params.len() > 16 {
            continue;
        }
        for client in of_platform {
            check_call(client, name, params, &clients.cancelled, &secrets);
        }
    }
    assert!(clients.server.accept().is_err(), "a call that was cancelled came to the server: {text}");
}

/// What is refused is refused in the same words when nobody waits for it.
fn check_call(client: &Arc<Client>, name: &str, params: &str, cancelled: &Cancel, secrets: &[&str]) {
    let error = client.call_with(name, params, "{}", Some(cancelled)).unwrap_err();
    shown::check_error(&error, &[Status::InvalidArgument, Status::Cancelled, Status::Io], secrets);
    let (tell, told) = mpsc::channel();
    let refused = client.call_async(name, params, "{}", Some(cancelled), move |result| _ = tell.send(result));
    match refused {
        Err(refused) => assert_eq!(refused.to_json(), error.to_json(), "{name} {params}"),
        Ok(()) => assert!(error.status() != Status::InvalidArgument || is_checked_late(name), "{name} {params}"),
    }
    if let Ok(result) = told.recv() {
        assert_eq!(result.unwrap_err().status(), Status::Cancelled, "{name} {params}");
    }
}

/// The file of an upload is looked at when it is sent, and whether there are keys when they are.
fn is_checked_late(name: &str) -> bool {
    catalog::find(name).is_some_and(|operation| operation.fetches_token || operation.carrier == Carrier::Upload)
}

/// What the catalog calls secret of these parameters, if it stands nowhere else in them.
fn secrets(name: &str, params: &str) -> Vec<String> {
    let Some(operation) = catalog::find(name) else { return Vec::new() };
    let value: Value = serde_json::from_str(params).unwrap_or_default();
    let secret = operation.params.iter().filter(|field| field.secret);
    let mut found: Vec<String> =
        secret.filter_map(|field| value[field.name.as_str()].as_str()).map(str::to_owned).collect();
    found.retain(|secret| params.matches(secret.as_str()).count() == 1);
    found
}
