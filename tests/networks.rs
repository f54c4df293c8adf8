//! The networks of terminals: two cards, rooms without DNS, reverse proxies, and what is kept before the machine sleeps.

mod proxy_servers;
mod support;

use meetgate::{Client, Status};
use meetgate_sandbox::{Options, Sandbox};
use proxy_servers::Scripted;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use support::Folder;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const ONCE: &str = r#"{"max_attempts":1}"#;

/// A client of the sandbox's avd whose configuration has more keys.
fn client(sandbox: &Sandbox, more: &Value) -> Client {
    Client::new(&config(sandbox, more).to_string()).unwrap()
}

fn config(sandbox: &Sandbox, more: &Value) -> Value {
    merged(sandbox.configurations()["avd"].clone(), more)
}

fn merged(mut config: Value, more: &Value) -> Value {
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// A server that answers each request alike, and tells from where it was called.
fn platform() -> Scripted {
    Scripted::start(|mut connection| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"ret\":0,\"msg\":\"success\",\"a\":1}";
        while !proxy_servers::read_head(&mut connection).is_empty() && connection.write_all(&answer[..]).is_ok() {}
    })
}

/// A client of such a server, at a base URL of its own.
fn at(base_url: &str, more: &Value) -> Client {
    let config = json!({ "platform": "avd", "base_url": base_url, "token": "t" });
    Client::new(&merged(config, more).to_string()).unwrap()
}

fn failed(client: &Client) -> String {
    let error = client.call_with("avd.room.del", READ, ONCE, None).unwrap_err();
    assert_eq!(error.status(), Status::Network, "{error:?}");
    assert!(error.document().retryable, "nothing was sent: {error:?}");
    error.to_string()
}

fn sources(server: &Scripted) -> Vec<IpAddr> {
    server.connections().iter().map(SocketAddr::ip).collect()
}

#[test]
fn a_connection_comes_from_the_address_or_the_interface_that_bind_names() {
    let server = platform();
    let call = |bind: &str| at(&server.url(), &json!({ "bind": bind })).call("avd.room.read", READ).unwrap();
    call("127.0.0.2");
    call("127.0.0.3");
    call("lo");
    assert_eq!(sources(&server), ["127.0.0.2", "127.0.0.3", "127.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap()));
    let info: Value =
        serde_json::from_str(&at("http://h", &json!({ "bind": "lo", "ip_version": "4" })).info().unwrap()).unwrap();
    assert_eq!((&info["bind"], &info["ip_version"], &info["proxy"]), (&json!("lo"), &json!("4"), &Value::Null));
}

#[test]
fn where_this_machine_cannot_bind_it_is_said_in_words() {
    let server = platform();
    let said = |bind: &str| failed(&at(&server.url(), &json!({ "bind": bind })));
    assert_eq!(said("10.254.254.254"), "this machine has no address 10.254.254.254 (bind)");
    assert_eq!(said("no-such-card"), "this machine has no network interface \"no-such-card\" (bind)");
    let words = "the host \"127.0.0.1\" has no IPv6 address, and no other may be used (bind is ::1); it has 127.0.0.1";
    assert_eq!(said("::1"), words);
    assert!(sources(&server).is_empty());
}

/// Two cards in two networks, each of which has the platform; and a card that leads nowhere.
#[test]
fn of_two_cards_the_named_one_is_taken() {
    let ip = |arguments: &str| -> bool {
        let output = Command::new("ip").args(arguments.split(' ')).output();
        output.is_ok_and(|output| output.status.success())
    };
    let space = format!("mgtest{}", std::process::id() % 10_000);
    if !support::has("ip") || !ip(&format!("netns add {space}")) {
        support::skipped("two network cards: needs ip, and the right to make a network namespace");
        return;
    }
    struct Gone(String);
    impl Drop for Gone {
        fn drop(&mut self) {
            _ = Command::new("ip").args(["netns", "del", &self.0]).status();
            _ = Command::new("ip").args(["netns", "del", &format!("{}b", self.0)]).status();
        }
    }
    let _gone = Gone(space.clone());
    let other = format!("{space}b");
    let made = [
        format!("netns add {other}"),
        format!("link add mga0 netns {space} type veth peer name mgb0 netns {other}"),
        format!("link add mga1 netns {space} type veth peer name mgb1 netns {other}"),
        format!("-n {space} link set lo up"),
        format!("-n {space} addr add 10.77.0.1/24 dev mga0"),
        format!("-n {space} addr add 10.77.1.1/24 dev mga1"),
        format!("-n {space} link set mga0 up"),
        format!("-n {space} link set mga1 up"),
        format!("-n {other} link set lo up"),
        format!("-n {other} addr add 10.77.0.2/24 dev mgb0"),
        format!("-n {other} addr add 10.77.1.2/24 dev mgb1"),
        // The platform itself is behind both.
        format!("-n {other} addr add 10.78.0.5/32 dev lo"),
        format!("-n {other} link set mgb0 up"),
        format!("-n {other} link set mgb1 up"),
        format!("-n {space} route add 10.78.0.5/32 via 10.77.0.2 metric 10"),
        format!("-n {space} route add 10.78.0.5/32 via 10.77.1.2 metric 20"),
    ];
    if let Some(refused) = made.iter().find(|arguments| !ip(arguments)) {
        support::skipped(&format!("two network cards: ip {refused} is refused"));
        return;
    }
    // The same test program, as the platform in the one namespace and as the client in the other.
    let run = |space: &str, name: &str, settings: &[(&str, &str)]| {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", space]).arg(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"]).envs(settings.iter().copied());
        command
    };
    let mut platform = run(&other, "platform_in_a_namespace", &[]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let call = |bind: &str| {
        let output = support::run(&mut run(&space, "client_in_a_namespace", &[("TEST_BIND", bind)]));
        let said = support::both(&output);
        said.lines().find_map(|line| line.split("CAME ").nth(1)).unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let results = ["", "mga0", "mga1", "10.77.1.1"].map(call);
    let nowhere = call("lo");
    _ = platform.kill();
    _ = platform.wait();
    assert_eq!(results, ["from 10.77.0.1", "from 10.77.0.1", "from 10.77.1.1", "from 10.77.1.1"]);
    assert!(nowhere.contains("no connection to 10.78.0.5:9609"), "{nowhere}");
}

#[test]
#[ignore = "a part of another test"]
fn platform_in_a_namespace() {
    for mut connection in TcpListener::bind("10.78.0.5:9609").unwrap().incoming().flatten() {
        let from = connection.peer_addr().unwrap().ip();
        proxy_servers::read_head(&mut connection);
        let body = format!(r#"{{"ret":0,"msg":"from {from}"}}"#);
        _ = write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
}

#[test]
#[ignore = "a part of another test"]
fn client_in_a_namespace() {
    let bind = std::env::var("TEST_BIND").unwrap();
    let more = if bind.is_empty() { json!({}) } else { json!({ "bind": bind }) };
    let client = at("http://10.78.0.5:9609", &more);
    let mut said = String::new();
    // The platform may need a moment to listen.
    for _ in 0..50 {
        match client.call_with("avd.room.read", READ, r#"{"connect_timeout_ms":1000}"#, None) {
            Ok(reply) => {
                let reply: Value = serde_json::from_str(&reply).unwrap();
                println!("CAME {}", reply["msg"].as_str().unwrap());
                return;
            }
            Err(error) => said = error.to_string(),
        }
        if bind == "lo" {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    println!("CAME {said}");
}

#[test]
fn a_host_is_where_resolve_says() {
    let server = platform();
    let port = server.address.port();
    let url = |host: &str| format!("http://{host}:{port}");
    let call = |host: &str, resolve: Value| {
        at(&url(host), &json!({ "resolve": resolve }))
            .call("avd.room.read", READ)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    call("meet.invalid", json!({ "meet.invalid": "127.0.0.1" })).unwrap();
    call("MEET.invalid", json!({ "Meet.Invalid": ["127.0.0.1"] })).unwrap();
    // The one with the port goes first, and another port is another matter.
    let with_port = format!("meet.invalid:{port}");
    call("meet.invalid", json!({ "meet.invalid": "127.0.0.9", &with_port: "127.0.0.1" })).unwrap();
    let elsewhere = call("meet.invalid", json!({ "meet.invalid:1": "127.0.0.1" })).unwrap_err();
    assert!(elsewhere.contains("could not be resolved"), "{elsewhere}");
    // The first that answers.
    call("meet.invalid", json!({ "meet.invalid": ["127.0.0.9", "127.0.0.1"] })).unwrap();
    let nobody = call("meet.invalid", json!({ "meet.invalid": "127.0.0.9" })).unwrap_err();
    assert!(nobody.contains(&format!("no connection to meet.invalid:{port} (127.0.0.9:{port})")), "{nobody}");
}

#[test]
fn ipv6_and_ip_version() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        support::skipped("IPv6: this machine has none");
        return;
    };
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            proxy_servers::read_head(&mut connection);
            let body = r#"{"ret":0,"msg":"success"}"#;
            _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let url = format!("http://meet.invalid:{port}");
    let both = json!({ "meet.invalid": ["127.0.0.9", "::1"] });
    let call =
        |more: Value| at(&url, &more).call_with("avd.room.read", READ, ONCE, None).map_err(|error| error.to_string());
    call(json!({ "resolve": { "meet.invalid": "[::1]" } })).unwrap();
    call(json!({ "resolve": both, "ip_version": "6" })).unwrap();
    call(json!({ "resolve": both, "ip_version": "any" })).unwrap();
    call(json!({ "resolve": both, "bind": "::1" })).unwrap();
    let four = call(json!({ "resolve": both, "ip_version": "4" })).unwrap_err();
    assert!(four.contains(&format!("no connection to meet.invalid:{port} (127.0.0.9:{port})")), "{four}");
    let none = call(json!({ "resolve": { "meet.invalid": "127.0.0.1" }, "ip_version": "6" })).unwrap_err();
    let words =
        "the host \"meet.invalid\" has no IPv6 address, and no other may be used (ip_version); it has 127.0.0.1";
    assert_eq!(none, words);
    at(&format!("http://[::1]:{port}"), &json!({ "bind": "::1" })).call("avd.room.read", READ).unwrap();
    let literal = at(&format!("http://[::1]:{port}"), &json!({ "ip_version": "4" }));
    assert!(failed(&literal).contains("has no IPv4 address"));
}

/// The certificate is checked for the name.
#[test]
fn tls_checks_the_name_and_not_the_address() {
    let folder = Folder::new();
    let ca_file = folder.path().join("ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let port = sandbox.address().port();
    let call = |host: &str| {
        let more = json!({
            "base_url": format!("https://{host}:{port}"),
            "tls": { "ca_file": ca_file },
            "resolve": { "localhost": "127.0.0.1", "meet.invalid": "127.0.0.1" },
        });
        client(&sandbox, &more).call("avd.room.read", READ).map_err(|error| error.status())
    };
    call("localhost").unwrap();
    assert_eq!(call("meet.invalid").unwrap_err(), Status::Tls);
}

#[test]
fn fixed_headers_arrive_with_every_request() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let headers = json!({ "X-Gateway-Key": "key of the gateway", "x-site": "hangzhou-2" });
    for (platform, operation, params) in [
        ("avd", "avd.room.read", READ),
        ("hst", "hst.online.user.state", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#),
        ("youme", "youme.query_room_info", r#"{"RoomId":"客户服务","BeginTime":"1575907200"}"#),
    ] {
        let config = merged(sandbox.configurations()[platform].clone(), &json!({ "headers": headers }));
        let client = Client::new(&config.to_string()).unwrap();
        for _ in 0..2 {
            _ = client.call(operation, params);
        }
    }
    let arrived = sandbox.exchanges();
    assert!(arrived.len() >= 8, "calls and token fetches: {}", arrived.len());
    for exchange in arrived {
        let of = |name: &str| -> Vec<&str> {
            exchange.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
        };
        assert_eq!(of("x-gateway-key"), ["key of the gateway"], "{exchange:?}");
        assert_eq!(of("x-site"), ["hangzhou-2"], "{exchange:?}");
        assert_eq!(of("host").len(), 1);
    }
}

/// What arrives without any key is the library's own: each of these names is refused.
#[test]
fn no_header_of_the_librarys_own_can_be_set() {
    let text = std::fs::read_to_string(support::root().join("tests/fixtures/headers.toml")).unwrap();
    let fixture: toml::Table = text.parse().unwrap();
    let mut names = BTreeSet::new();
    fn collect(table: &toml::Table, names: &mut BTreeSet<String>) {
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => collect(inner, names),
                _ => _ = names.insert(name.clone()),
            }
        }
    }
    collect(&fixture, &mut names);
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        for name in [name.clone(), name.to_uppercase()] {
            let config = json!({ "platform": "avd", "base_url": "http://h", "token": "t", "headers": { &name: "x" } });
            let error = Client::new(&config.to_string()).map(|_| ()).unwrap_err();
            assert_eq!(error.status(), Status::InvalidConfig, "{name}");
            assert!(error.to_string().contains(&name) && error.to_string().contains("\"headers\""), "{error}");
        }
    }
    // Given in another shape it is not quoted, since it may be a key.
    let config = r#"{"platform":"avd","base_url":"http://h","token":"t","headers":"X-Key: hush-hush"}"#;
    let error = Client::new(config).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("\"headers\"") && !error.contains("hush"), "{error}");
}

#[test]
fn so_many_connections_are_kept_as_the_configuration_says() {
    let server = platform();
    let calls = |most: Value| {
        let before = server.connections().len();
        let client = at(&server.url(), &json!({ "max_idle_connections": most }));
        for _ in 0..5 {
            client.call("avd.room.read", READ).unwrap();
        }
        server.connections().len() - before
    };
    assert_eq!((calls(json!(0)), calls(json!(1)), calls(json!(1024))), (5, 1, 1));
    for wrong in [json!(-1), json!(1025), json!("1")] {
        let config = json!({ "platform": "avd", "base_url": "http://h", "token": "t", "max_idle_connections": wrong });
        let error = Client::new(&config.to_string()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("max_idle_connections") && error.contains("from 0 to 1024"), "{error}");
    }
}

#[test]
fn closing_idle_connections_has_the_next_call_connect_anew() {
    let server = platform();
    let client = at(&server.url(), &json!({}));
    client.close_idle().unwrap();
    for round in 1..4 {
        client.call("avd.room.read", READ).unwrap();
        client.call("avd.room.read", READ).unwrap();
        assert_eq!(server.connections().len(), round);
        client.close_idle().unwrap();
        client.close_idle().unwrap();
    }
}

/// The peer sees the end at once, and one that a call uses ends with it.
#[test]
fn a_closed_connection_ends_and_one_in_use_is_not_kept() {
    let (ends, ended) = std::sync::mpsc::channel();
    let (asks, asked) = std::sync::mpsc::channel();
    let server = Scripted::start(move |mut connection| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"ret\":0,\"msg\":\"success\",\"a\":1}";
        while !proxy_servers::read_head(&mut connection).is_empty() {
            _ = asks.send(());
            thread::sleep(Duration::from_millis(100));
            _ = connection.write_all(answer);
        }
        _ = connection.read(&mut [0]);
        _ = ends.send(());
    });
    let client = at(&server.url(), &json!({}));
    client.call("avd.room.read", READ).unwrap();
    asked.recv().unwrap();
    client.close_idle().unwrap();
    ended.recv_timeout(Duration::from_secs(5)).unwrap();
    thread::scope(|scope| {
        let call = scope.spawn(|| client.call("avd.room.read", READ));
        asked.recv_timeout(Duration::from_secs(5)).unwrap();
        client.close_idle().unwrap();
        call.join().unwrap().unwrap();
    });
    ended.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(server.connections().len(), 2);
}

#[test]
fn closing_while_others_call_disturbs_no_call() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = client(&sandbox, &json!({}));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..100).for_each(|_| drop(client.call("avd.room.read", READ).unwrap()))))
            .collect();
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                client.close_idle().unwrap();
            }
        });
        for call in calls {
            call.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    });
    let reads = sandbox.exchanges().iter().filter(|exchange| exchange.operation == Some("avd.room.read")).count();
    assert_eq!(reads, 800, "none was sent twice");
}
