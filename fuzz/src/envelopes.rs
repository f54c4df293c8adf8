//! The first byte of the input chooses a call and the HTTP status of its answer; the rest is the answer's body. A success gives
//! that body, byte for byte; a failure shows no secret of it.

use crate::server::{self, Server};
use crate::shown;
use meetgate::{Client, Status};
use std::sync::LazyLock;

/// Each of these may come back in an answer of the platform that it was sent to.
const TOKEN: &str = "fixed+token/of~the%20fuzzer==";
const DEV_SECRET: &str = "0123456789abc+ef";
const SECRET_KEY: &str = "secret+key/of the fuzzer";
const APP_SECRET: &str = "app+secret/of the fuzzer";
const REST_API_KEY: &str = "rest&key=of the fuzzer";
const PASSWORD: &str = "password+of/the account";

/// One call: whose client, what is called, and the status of the answer.
struct Case {
    keys: Keys,
    call: &'static str,
    params: &'static str,
    http_status: u16,
}

#[derive(Clone, Copy)]
enum Keys {
    Avd,
    AvdToken,
    Hst,
    HstToken,
    /// The address is asked for first: that answer is the input.
    HstDiscovered,
    Youme,
}

const fn case(keys: Keys, call: &'static str, params: &'static str, http_status: u16) -> Case {
    Case { keys, call, params, http_status }
}

const ROOM: &str = r#"{"room_id":"12345123456"}"#;
const TIMES: &str = r#"{"room_id":"12345123456","start_time":1575962150,"end_time":1575965750}"#;
const APP: &str = r#"{"app_id":"a"}"#;
const DAY: &str = r#"{"QueryDate":"20191210"}"#;

const SIP: &str = r#"{"name":"n","password":"password+of/the account","number":"1","sip_gate_id":1}"#;

/// The first is chosen by the letter `a`.
const CASES: [Case; 15] = [
    case(Keys::AvdToken, "avd.room.read", ROOM, 200),
    case(Keys::AvdToken, "avd.room.read", ROOM, 400),
    case(Keys::AvdToken, "avd.room.get_statistic", TIMES, 200),
    case(Keys::AvdToken, "", r#"{"method":"GET","path":"/sdkapi/v2/novel"}"#, 200),
    case(Keys::Avd, "avd.app.get_token", "{}", 200),
    case(Keys::Avd, "avd.room.read", ROOM, 200),
    case(Keys::HstToken, "hst.app.delete", APP, 200),
    case(Keys::HstToken, "hst.app.delete", APP, 401),
    case(Keys::Hst, "hst.access.token", "{}", 200),
    case(Keys::Hst, "hst.app.delete", APP, 500),
    case(Keys::HstDiscovered, "hst.app.delete", APP, 200),
    case(Keys::Youme, "youme.count_qos_by_day", DAY, 200),
    case(Keys::Youme, "youme.count_qos_by_day", DAY, 503),
    case(Keys::Youme, "", r#"{"method":"POST","path":"/v2/video/novel","body":{}}"#, 200),
    case(Keys::AvdToken, "avd.sip.account.create", SIP, 302),
];

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

pub fn check(input: &[u8]) {
    let Some((&chosen, body)) = input.split_first() else { return };
    let case = &CASES[usize::from(chosen.wrapping_sub(b'a')) % CASES.len()];
    let (http_status, answered) = (case.http_status, body.to_vec());
    SERVER.answers(move |request| match request.method.as_str() {
        "CONNECT" => server::answer(200, b""),
        _ => server::answer(http_status, &answered),
    });
    let (client, secrets) = (client(case.keys), secrets(case));
    let result = match case.call {
        "" => client.raw_call(case.params),
        call => client.call(call, case.params),
    };
    match result {
        Ok(reply) => {
            let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
            assert_eq!(reply.as_bytes(), body, "another answer than came");
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(&reply).is_ok(), "{reply}");
            assert!((200..300).contains(&case.http_status), "{reply}");
        }
        Err(error) => {
            let expected = match case.keys {
                // The address may be one of TLS.
                Keys::HstDiscovered => {
                    &[Status::Auth, Status::Api, Status::Http, Status::Protocol, Status::Network, Status::Tls][..]
                }
                _ => &[Status::Auth, Status::Api, Status::Http, Status::Protocol],
            };
            let document = shown::check_error(&error, expected, &secrets);
            assert!(case.call.is_empty() || document["operation"].is_string(), "{document}");
        }
    }
    shown::check(&client.info().unwrap(), &secrets);
    shown::check(&client.stats().unwrap(), &secrets);
}

/// What a call may not show.
fn secrets(case: &Case) -> Vec<&'static str> {
    let mut secrets = match case.keys {
        Keys::Avd => vec![SECRET_KEY],
        Keys::AvdToken | Keys::HstToken | Keys::HstDiscovered => vec![TOKEN],
        Keys::Hst => vec![DEV_SECRET],
        Keys::Youme => vec![APP_SECRET, REST_API_KEY],
    };
    secrets.extend((case.params == SIP).then_some(PASSWORD));
    secrets
}

/// A new one: what one answer taught it must not matter for the next.
fn client(keys: Keys) -> Client {
    let url = &SERVER.url;
    let settings = match keys {
        Keys::Avd => {
            format!(r#""platform":"avd","base_url":"{url}","access_key":"key","secret_key":"{SECRET_KEY}""#)
        }
        Keys::AvdToken => format!(r#""platform":"avd","base_url":"{url}","token":"{TOKEN}""#),
        Keys::Hst => format!(r#""platform":"hst","base_url":"{url}","dev_id":"dev","dev_secret":"{DEV_SECRET}""#),
        Keys::HstToken => format!(r#""platform":"hst","base_url":"{url}","token":"{TOKEN}""#),
        Keys::HstDiscovered => format!(
            // Through the server as a proxy: whatever address an input names, nobody else is asked.
            r#""platform":"hst","discovery_url":"{url}/address","token":"{TOKEN}","proxy":"{url}""#
        ),
        Keys::Youme => format!(
            r#""platform":"youme","base_url":"{url}","app_key":"key","app_secret":"{APP_SECRET}","rest_api_key":"{REST_API_KEY}""#
        ),
    };
    Client::new(&format!(r#"{{{settings},"max_attempts":1}}"#)).unwrap()
}
