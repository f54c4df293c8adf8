//! What a client does with its account's token, from each language: the scenarios of tests/fixtures/tokens.toml, run
//! through the drivers. The languages' own tests have what is only theirs: types, closures, causes, lifetimes.

mod drivers;
mod scripted;
mod support;

use drivers::{Answer, Driver, Line};
use scripted::{Act, Request, Server, json};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use support::Folder;

#[test]
fn in_rust() {
    run_all(&mut drivers::Rust::default());
}

#[test]
fn in_c() {
    run_all_in(drivers::c());
}

#[test]
fn in_c_under_valgrind() {
    drivers::c_under_valgrind().into_iter().for_each(run_all_in);
}

#[test]
fn in_cpp() {
    drivers::cpp().into_iter().for_each(run_all_in);
}

#[test]
fn in_python() {
    drivers::python().into_iter().for_each(run_all_in);
}

#[test]
fn in_csharp() {
    drivers::csharp().into_iter().for_each(run_all_in);
}

#[test]
fn in_csharp_on_mono() {
    drivers::csharp_on_mono().into_iter().for_each(run_all_in);
}

#[test]
fn in_csharp_on_windows() {
    if let Some(mut driver) = drivers::csharp_on_windows() {
        run_those(&mut driver, |scenario| !scenario.unix);
        driver.end();
    }
}

fn run_all_in(mut driver: drivers::Program) {
    run_all(&mut driver);
    driver.end();
}

fn run_all(driver: &mut dyn Driver) {
    run_those(driver, |_| true);
}

fn run_those(driver: &mut dyn Driver, is_asked_for: fn(&Scenario) -> bool) {
    let file = fs::read_to_string(support::root().join("tests/fixtures/tokens.toml")).unwrap();
    let table: Table = toml::from_str(&file).unwrap();
    let mut failures = Vec::new();
    for scenario in table.scenario.iter().filter(|scenario| is_asked_for(scenario)) {
        for kind in [HST, AVD] {
            if !scenario.platforms.iter().any(|name| name == kind.name) {
                continue;
            }
            let mut run =
                Run { driver: &mut *driver, platform: Platform::start(kind, &scenario.alive), folder: Folder::new() };
            if let Err(problem) = run.scenario(scenario) {
                failures.push(format!("{} ({}): {problem}", scenario.name, kind.name));
            }
            // Whatever the scenario left.
            for client in ["a", "b"] {
                run.driver.ask(Line::Free(client));
            }
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

// The table -----------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    scenario: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(default = "both")]
    platforms: Vec<String>,
    #[serde(default)]
    alive: Vec<String>,
    steps: Vec<Step>,
    fetches: Option<usize>,
    carried: Option<Vec<String>>,
    /// It looks at who may read and write a folder, as Unix has it.
    #[serde(default)]
    unix: bool,
}

fn both() -> Vec<String> {
    [HST, AVD].map(|kind| kind.name.to_owned()).to_vec()
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    New,
    Call,
    Missing,
    Fetch,
    SetToken,
    Provide,
    Asked,
    Info,
    Free,
    Kill,
    Refuse,
    Late,
    Open,
    Private,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum From {
    Keys,
    Token,
    Provider,
    Nothing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    r#do: Verb,
    #[serde(default = "first_client")]
    client: String,
    from: Option<From>,
    #[serde(default)]
    more: Map<String, Value>,
    #[serde(default)]
    token: String,
    #[serde(default)]
    answers: Vec<Value>,
    #[serde(default)]
    told: Vec<String>,
    #[serde(default = "ok")]
    status: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    is: BTreeMap<String, Value>,
    #[serde(default)]
    holds: BTreeMap<String, String>,
    #[serde(default)]
    between: BTreeMap<String, (f64, f64)>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    nowhere: Vec<String>,
}

fn first_client() -> String {
    "a".to_owned()
}

fn ok() -> String {
    "OK".to_owned()
}

// Running -------------------------------------------------------------------------------------------------------------

struct Run<'d> {
    driver: &'d mut dyn Driver,
    platform: Platform,
    folder: Folder,
}

impl Run<'_> {
    fn scenario(&mut self, scenario: &Scenario) -> Result<(), String> {
        for (index, step) in scenario.steps.iter().enumerate() {
            self.step(step).map_err(|problem| format!("step {}: {problem}", index + 1))?;
        }
        let state = self.platform.state();
        if scenario.fetches.is_some_and(|fetches| fetches != state.fetches) {
            return Err(format!("{} fetches", state.fetches));
        }
        match &scenario.carried {
            Some(carried) if *carried != state.carried => Err(format!("the calls carried {:?}", state.carried)),
            _ => Ok(()),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let client = step.client.as_str();
        let kind = self.platform.kind;
        let answer = match step.r#do {
            Verb::New => {
                let config = self.config(step);
                self.driver.ask(Line::New(client, &config))
            }
            Verb::Call => self.driver.ask(Line::Call(client, kind.call.0, kind.call.1)),
            Verb::Missing => self.driver.ask(Line::Call(client, kind.call.0, kind.missing)),
            Verb::Fetch => self.driver.ask(Line::Call(client, kind.fetch, "{}")),
            Verb::SetToken => self.driver.ask(Line::SetToken(client, &step.token)),
            Verb::Provide => self.driver.ask(Line::Provide(client, &Value::from(step.answers.clone()).to_string())),
            Verb::Asked => return self.check_told(step),
            Verb::Info => self.driver.ask(Line::Info(client)),
            Verb::Free => self.driver.ask(Line::Free(client)),
            Verb::Private => return self.check_private(),
            Verb::Kill | Verb::Refuse | Verb::Late | Verb::Open => {
                match step.r#do {
                    Verb::Kill => self.platform.state().alive.clear(),
                    Verb::Refuse => self.platform.state().takes_keys = false,
                    Verb::Late => self.platform.state().is_late = true,
                    _ => self.open_a_folder(),
                }
                return Ok(());
            }
        };
        self.check(step, &answer).map_err(|problem| format!("{problem}\n  {} {}", answer.status, answer.text()))
    }

    fn config(&self, step: &Step) -> String {
        let kind = self.platform.kind;
        let mut config = Map::from_iter([
            ("platform".to_owned(), Value::from(kind.name)),
            ("base_url".to_owned(), Value::from(self.platform.server.url())),
        ]);
        match step.from.as_ref().expect("a new client needs `from`") {
            From::Keys => config.extend(kind.keys.map(|(key, value)| (key.to_owned(), Value::from(value)))),
            From::Token => _ = config.insert("token".to_owned(), Value::from("first")),
            From::Provider => _ = config.insert("token_provider".to_owned(), Value::from(true)),
            From::Nothing => {}
        }
        config.extend(step.more.iter().map(|(key, value)| (self.filled(key), value.clone())));
        self.filled(&Value::from(config).to_string())
    }

    /// With what the table's placeholders stand for.
    fn filled(&self, text: &str) -> String {
        let [_, (secret_key, secret)] = self.platform.kind.keys;
        let folder = self.folder.path().display().to_string();
        let refused = self.platform.kind.refused.to_string();
        let port = self.platform.server.address.port().to_string();
        let text = text.replace("{folder}", &folder).replace("{port}", &port).replace("{refused}", &refused);
        text.replace("{secret_key}", secret_key).replace("{secret}", secret)
    }

    fn check(&self, step: &Step, answer: &Answer) -> Result<(), String> {
        if answer.status != step.status {
            return Err(format!("expected {}", step.status));
        }
        let text = answer.text();
        if let Some(shown) = step.nowhere.iter().find(|part| text.contains(&self.filled(part))) {
            return Err(format!("it shows {shown}"));
        }
        let reply: Value = serde_json::from_str(&text).unwrap_or_default();
        let at = |pointer: &String| reply.pointer(pointer).cloned().ok_or_else(|| format!("{pointer} is absent"));
        for (pointer, expected) in &step.is {
            let expected = match expected.as_str() {
                Some("{dead}") => self.platform.kind.dead.into(),
                Some("{refused}") => self.platform.kind.refused.into(),
                _ => expected.clone(),
            };
            equal(pointer, &expected, &at(pointer)?)?;
        }
        let message = (!step.message.is_empty()).then(|| ("/message".to_owned(), step.message.clone()));
        for (pointer, part) in step.holds.clone().into_iter().chain(message) {
            let (part, value) = (self.filled(&part), at(&pointer)?);
            if !value.as_str().is_some_and(|text| text.contains(&part)) {
                return Err(format!("{pointer} does not hold \"{part}\""));
            }
        }
        for (pointer, (least, most)) in &step.between {
            if !at(pointer)?.as_f64().is_some_and(|number| (*least..=*most).contains(&number)) {
                return Err(format!("{pointer} is not between {least} and {most}"));
            }
        }
        match step.absent.iter().find(|pointer| reply.pointer(pointer).is_some()) {
            Some(pointer) => Err(format!("{pointer} is there")),
            None => Ok(()),
        }
    }

    fn check_told(&mut self, step: &Step) -> Result<(), String> {
        let answer = self.driver.ask(Line::Asked(&step.client));
        let told: Value = serde_json::from_str(&answer.text()).map_err(|error| error.to_string())?;
        let expected = step.told.iter().map(|token| if token.is_empty() { Value::Null } else { token.as_str().into() });
        equal("told", &expected.collect(), &told)
    }

    fn open_a_folder(&self) {
        let folder = self.folder.path().join("open");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    }

    fn check_private(&self) -> Result<(), String> {
        let folder = self.folder.path().join("tokens");
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        if mode(&folder) != 0o700 || files.is_empty() || files.iter().any(|file| mode(file) != 0o600) {
            return Err(format!("{:o} {files:?}", mode(&folder)));
        }
        Ok(())
    }
}

fn equal(what: &str, expected: &Value, found: &Value) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected}, found {found}")) }
}

// Platforms -----------------------------------------------------------------------------------------------------------

/// What differs between the platforms.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    /// The second one is the secret.
    keys: [(&'static str, &'static str); 2],
    call: (&'static str, &'static str),
    /// The parameters of a call for what is not there.
    missing: &'static str,
    fetch: &'static str,
    fetch_path: &'static str,
    dead: i64,
    refused: i64,
    answer: fn(i64) -> String,
    fetched: fn(&str) -> String,
    /// The token that a request carries.
    token: fn(&Request) -> Option<String>,
}

const HST: Kind = Kind {
    name: "hst",
    keys: [("dev_id", "developer"), ("dev_secret", "0123456789abcdef")],
    call: ("hst.online.user.state", r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#),
    missing: "{}",
    fetch: "hst.access.token",
    fetch_path: "/access/token",
    dead: 606000001,
    refused: 606000000,
    answer: |code| format!(r#"{{"code":{code},"msg":"as told","result":{{"msg_id":1,"user_list":[]}}}}"#),
    fetched: |token| format!(r#"{{"code":0,"msg":"OK","result":{{"access_token":"{token}","timeout":7200}}}}"#),
    token: |request| {
        let mut lines = request.head.lines();
        let value =
            lines.find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("authorization")));
        value.map(|(_, token)| token.to_owned())
    },
};

const AVD: Kind = Kind {
    name: "avd",
    keys: [("access_key", "key-of-the-account"), ("secret_key", "secret-of-the-account")],
    call: ("avd.room.read", r#"{"room_id":"12345123456"}"#),
    missing: r#"{"room_id":"40300000000"}"#,
    fetch: "avd.app.get_token",
    fetch_path: "/sdkapi/v2/app/get_token",
    dead: 40003,
    refused: 401,
    answer: |code| format!(r#"{{"ret":{code},"msg":"as told","data":{{}}}}"#),
    fetched: |token| format!(r#"{{"ret":0,"msg":"success","token":"{token}"}}"#),
    token: |request| {
        let (_, query) = request.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
    },
};

#[derive(Default)]
struct State {
    alive: Vec<String>,
    takes_keys: bool,
    is_late: bool,
    fetches: usize,
    carried: Vec<String>,
}

struct Platform {
    kind: Kind,
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Platform {
    fn start(kind: Kind, alive: &[String]) -> Platform {
        let state = Arc::new(Mutex::new(State { alive: alive.to_vec(), takes_keys: true, ..State::default() }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |_, request| {
            let is_fetch = request.target.split('?').next() == Some(kind.fetch_path);
            if is_fetch && shared.lock().unwrap().is_late {
                thread::sleep(Duration::from_millis(200));
            }
            shared.lock().unwrap().answer(kind, request)
        });
        Platform { kind, server, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, kind: Kind, request: &Request) -> Act {
        if request.target.split('?').next() == Some(kind.fetch_path) {
            self.fetches += 1;
            if !self.takes_keys {
                return json(&(kind.answer)(kind.refused));
            }
            self.alive = vec![format!("t{}", self.fetches)];
            return json(&(kind.fetched)(&self.alive[0]));
        }
        let token = (kind.token)(request).unwrap_or_default();
        // T60.
        let is_missing = request.target.contains("room_id=40300000000");
        let code = if self.alive.contains(&token) && !is_missing { 0 } else { kind.dead };
        self.carried.push(token);
        json(&(kind.answer)(code))
    }
}
