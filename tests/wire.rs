//! Every worked example of the catalog, from each language through the shared library over a real socket to the sandbox:
//! what was sent is what the example says, what came back is what the sandbox answered, and it has the documented shape.

mod drivers;
mod examples;
mod support;

use drivers::{Driver, Line};
use examples::Example;
use meetgate_sandbox::{Exchange, Options, Sandbox};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// What stands behind the placeholders of an example.
type Values = BTreeMap<&'static str, String>;

#[test]
fn from_c_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    check_every_example(drivers::c());
}

#[test]
fn from_cpp_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    drivers::cpp().into_iter().for_each(check_every_example);
}

#[test]
fn from_python_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    drivers::python().into_iter().for_each(check_every_example);
}

#[test]
fn from_csharp_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    drivers::csharp().into_iter().for_each(check_every_example);
}

#[test]
fn from_csharp_on_mono_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    drivers::csharp_on_mono().into_iter().for_each(check_every_example);
}

#[test]
fn from_csharp_on_windows_every_example_is_sent_as_documented_and_answered_byte_for_byte() {
    drivers::csharp_on_windows().into_iter().for_each(check_every_example);
}

fn check_every_example(mut driver: drivers::Program) {
    let headers: toml::Table = read("tests/fixtures/headers.toml").parse().unwrap();
    let examples = examples::all();
    let failures: Vec<String> = examples
        .iter()
        .filter_map(|example| {
            let problem = check(example, &mut driver, &headers).err()?;
            Some(format!("{}: {problem}", example.name))
        })
        .collect();
    driver.end();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), examples.len(), failures.join("\n"));
}

fn check(example: &Example, driver: &mut dyn Driver, headers: &toml::Table) -> Result<(), String> {
    let sandbox = Sandbox::start(Options::default()).map_err(|error| error.to_string())?;
    let config = &sandbox.configurations()[example.platform];
    let made = driver.ask(Line::New("a", &config.to_string()));
    if made.status != "OK" {
        return Err(format!("no client: {}", made.text()));
    }
    let answer = driver.ask(Line::Call("a", &example.name, &example.params));
    driver.ask(Line::Free("a"));
    let exchanges = sandbox.exchanges();
    exchanges.iter().flat_map(secrets).for_each(|secret| driver.hide(&secret));
    let sent = exchanges.last().ok_or("nothing was sent")?;

    if answer.status != "OK" {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    if answer.reply != sent.reply {
        return Err("the reply is not what the sandbox answered".to_owned());
    }
    let values = values(example.platform, config, &exchanges)?;
    check_request(example, sent, headers, values)?;
    let reply: serde_json::Value = serde_json::from_slice(&answer.reply).map_err(|error| error.to_string())?;
    same_shape(&example.reply, &reply, "reply")
}

/// What a request has that nobody else should see: tokens, checksums, keys and passwords.
fn secrets(exchange: &Exchange) -> Vec<String> {
    let body = String::from_utf8_lossy(&exchange.body);
    let pairs = exchange.query.split('&').chain(body.split('&')).filter_map(|pair| pair.split_once('='));
    let named = pairs.filter(|(name, _)| ["token", "checksum", "secret_key", "password"].contains(name));
    let header = exchange.header("authorization").into_iter().flat_map(|value| value.split(['.', ' ']));
    named.map(|(_, value)| value).chain(header).map(str::to_owned).collect()
}

fn check_request(example: &Example, sent: &Exchange, headers: &toml::Table, mut values: Values) -> Result<(), String> {
    let target = if sent.query.is_empty() { sent.path.clone() } else { format!("{}?{}", sent.path, sent.query) };
    let kind = match sent.header("content-type") {
        Some(kind) if kind.starts_with("multipart/") => {
            values.insert("boundary", kind.split_once("boundary=").map_or("", |(_, boundary)| boundary).to_owned());
            "upload"
        }
        _ if sent.body.is_empty() => "query",
        _ => "body",
    };
    equal("request", &fill(&example.sends, &values), &format!("{} {target}", sent.method))?;
    let body = fill(&example.body, &values).into_bytes();
    let body = replace(&body, b"{file}", &std::fs::read(support::root().join("tests/fixtures/welcome.png")).unwrap());
    if body != sent.body {
        let (expected, got) = (String::from_utf8_lossy(&body), String::from_utf8_lossy(&sent.body));
        return Err(format!("body: expected {expected}\n  got {got}"));
    }
    values.insert("length", sent.body.len().to_string());
    let table = |names: &[&str]| {
        let found = names.iter().try_fold(headers, |table, name| table.get(*name).and_then(toml::Value::as_table));
        found.into_iter().flatten().map(|(name, value)| (name.clone(), fill(value.as_str().unwrap(), &values)))
    };
    let expected: BTreeMap<String, String> = table(&["all"]).chain(table(&[example.platform, kind])).collect();
    let got: BTreeMap<String, String> =
        sent.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    let is_token_call = sent.path.ends_with("/access/token");
    let expected: BTreeMap<String, String> = expected
        .into_iter()
        .map(|(name, value)| match (name.as_str(), is_token_call) {
            ("authorization", true) => (name, values["developer_authorization"].clone()),
            _ => (name, value),
        })
        .collect();
    equal("headers", &format!("{expected:?}"), &format!("{got:?}"))
}

trait Header {
    fn header(&self, name: &str) -> Option<&str>;
}

impl Header for Exchange {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Taken from the configuration and the sandbox's own record, never from the client.
fn values(platform: &str, config: &serde_json::Value, exchanges: &[Exchange]) -> Result<Values, String> {
    let configured = |name: &str| config[name].as_str().unwrap_or_default().to_owned();
    let mut values = Values::from([
        ("host", configured("base_url").trim_start_matches("http://").to_owned()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ]);
    let sent = exchanges.last().ok_or("nothing was sent")?;
    let first = exchanges.first().ok_or("nothing was sent")?;
    let issued: serde_json::Value = serde_json::from_slice(&first.reply).unwrap_or_default();
    match platform {
        "hst" => {
            values.insert("token", issued["result"]["access_token"].as_str().unwrap_or_default().to_owned());
            // What the developer token holds is the sandbox's to check; here only its frame.
            let authorization = first.header("authorization").unwrap_or_default();
            let developer_token = authorization.strip_prefix(&format!("{}.", configured("dev_id")));
            if !developer_token.is_some_and(|token| token.starts_with("001")) {
                return Err(format!("the token call's Authorization is {authorization:?}"));
            }
            values.insert("developer_authorization", authorization.to_owned());
        }
        "youme" => {
            let parameter = |name: &str| {
                let value = sent.query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
                value.unwrap_or_default().to_owned()
            };
            let curtime = parameter("curtime");
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            if curtime.parse::<u64>().unwrap_or(0).abs_diff(now) > 60 {
                return Err(format!("curtime is {curtime}, now is {now}"));
            }
            let signed = format!("{}{}{curtime}", configured("app_secret"), configured("rest_api_key"));
            let checksum = Sha1::digest(signed).iter().map(|byte| format!("{byte:02x}")).collect();
            if parameter("seq").is_empty() {
                return Err("seq is empty".to_owned());
            }
            values.extend([("appkey", configured("app_key")), ("curtime", curtime), ("checksum", checksum)]);
            values.insert("seq", parameter("seq"));
        }
        _ => {
            let token = issued["token"].as_str().unwrap_or_default();
            values.insert("token", token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
            values.extend([("access_key", configured("access_key")), ("secret_key", configured("secret_key"))]);
        }
    }
    Ok(values)
}

fn fill(template: &str, values: &Values) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Every member of the documented example is in the answer, with the same type, and so on inwards.
fn same_shape(documented: &serde_json::Value, got: &serde_json::Value, path: &str) -> Result<(), String> {
    use serde_json::Value as V;
    match (documented, got) {
        (V::Object(documented), V::Object(got)) => documented.iter().try_for_each(|(name, value)| {
            let member = got.get(name).ok_or_else(|| format!("{path}.{name} is missing in the answer"))?;
            same_shape(value, member, &format!("{path}.{name}"))
        }),
        (V::Array(documented), V::Array(got)) => match (documented.first(), got.first()) {
            (Some(documented), Some(got)) => same_shape(documented, got, &format!("{path}[0]")),
            (Some(_), None) => Err(format!("{path} is empty in the answer")),
            (None, _) => Ok(()),
        },
        (V::Null, V::Null) | (V::Bool(_), V::Bool(_)) | (V::Number(_), V::Number(_)) | (V::String(_), V::String(_)) => {
            Ok(())
        }
        _ => Err(format!("{path}: the example has {documented}, the answer {got}")),
    }
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|window| window == from) {
        Some(start) => [&text[..start], to, &text[start + from.len()..]].concat(),
        None => text.to_vec(),
    }
}

fn equal(what: &str, expected: &str, got: &str) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what}: expected {expected}\n  got {got}")) }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(support::root().join(path)).unwrap()
}
