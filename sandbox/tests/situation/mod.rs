//! Reading `situations.toml`, and doing what it says.

use crate::caller::{Caller, encode, now_ms, signing};
use crate::catalog::Operation;
use meetgate_sandbox::Options;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub struct Situation {
    pub platform: String,
    pub code: Option<i64>,
    pub fault: bool,
    pub steps: Vec<Step>,
    /// The number, or youme's kind.
    pub name: String,
    /// Other operations that answer the same.
    pub also: Vec<String>,
}

/// A number that operations list although no call leads there.
pub struct Unprovoked {
    pub codes: Vec<i64>,
    pub operations: Vec<String>,
}

/// As the file has it: `cargo xtask codegen` has checked the members' names.
pub struct Step(Value);

/// A call alone.
pub fn call(operation: &str, params: Value) -> Step {
    Step(json!({"operation": operation, "params": params}))
}

/// Where a situation is played: one sandbox and its caller.
pub struct Stage {
    caller: Caller,
    last_seq: u32,
}

fn file() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("situations.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Those that the page shows.
pub fn all() -> Vec<Situation> {
    file()["situation"].as_array().unwrap().iter().map(read).collect()
}

pub fn further() -> Vec<Situation> {
    file()["further"].as_array().unwrap().iter().map(read).collect()
}

pub fn unprovoked() -> Vec<Unprovoked> {
    let read = |entry: &Value| Unprovoked {
        codes: entry["codes"].as_array().unwrap().iter().map(|code| code.as_i64().unwrap()).collect(),
        operations: texts_of(&entry["operations"]),
    };
    file()["unprovoked"].as_array().unwrap().iter().map(read).collect()
}

fn read(entry: &Value) -> Situation {
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    let code = entry["code"].as_i64();
    Situation {
        platform: text("platform").unwrap(),
        code,
        fault: entry["fault"] == true,
        steps: entry["steps"].as_array().unwrap().iter().cloned().map(Step).collect(),
        name: code.map(|code| code.to_string()).or(text("kind")).unwrap(),
        also: texts_of(&entry["also"]),
    }
}

fn texts_of(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect()
}

impl Situation {
    /// The operation that answers the number.
    pub fn operation(&self) -> &str {
        self.steps.last().unwrap().0["operation"].as_str().unwrap()
    }

    /// The same with each operation of `also` in place of the last step.
    pub fn on_others(&self, catalog: &BTreeMap<String, Operation>) -> Vec<Self> {
        let (last, before) = self.steps.split_last().unwrap();
        let on = |name: &String| {
            let operation = catalog.get(name).unwrap_or_else(|| panic!("{name} is no operation"));
            let mut params = operation.example.clone();
            let given = last.0["params"].as_object().into_iter().flatten();
            params.extend(
                given.filter(|(name, _)| operation.params.contains(*name)).map(|(n, v)| (n.clone(), v.clone())),
            );
            let step = Step(json!({"operation": name, "params": params, "answers": {}}));
            Self {
                platform: self.platform.clone(),
                code: self.code,
                fault: self.fault,
                steps: before.iter().map(|step| Step(step.0.clone())).chain([step]).collect(),
                name: format!("{} on {name}", self.name),
                also: Vec::new(),
            }
        };
        self.also.iter().map(on).collect()
    }
}

pub fn is_success(answer: &Value) -> bool {
    match (&answer["ret"], &answer["code"], &answer["ErrorCode"]) {
        (Value::Null, Value::Null, error_code) => *error_code == 0,
        (Value::Null, code, _) => *code == 0 || *code == 200,
        (ret, _, _) => *ret == 0,
    }
}

impl Stage {
    pub fn new() -> Self {
        Self { caller: Caller::with(Options { control: true, ..Options::default() }), last_seq: 0 }
    }

    /// Takes all steps; every one but the last has to succeed. Returns the last answer, once it has what it should have.
    pub fn play(&mut self, situation: &Situation) -> Result<Value, String> {
        let (last, before) = situation.steps.split_last().ok_or("no steps")?;
        let answers = last.0["answers"].as_object().ok_or("the last step has no answers")?;
        for step in before {
            let answer = self.send(step)?;
            let control = step.0.get("control").is_some();
            if !control && !is_success(&answer) {
                return Err(format!("{} {answer}", step.0));
            }
        }
        if situation.fault {
            let code = situation.code.or_else(|| answers["ErrorCode"].as_i64());
            let fault = json!({"operation": last.0["operation"], "kind": "number", "code": code, "times": 1});
            self.control("POST /_sandbox/faults", &fault)?;
        }
        let answer = self.send(last)?;
        match answers.iter().find(|(name, value)| answer.get(name) != Some(value)) {
            Some((name, value)) => Err(format!("{name} is not {value} in {answer}")),
            None => Ok(answer),
        }
    }

    /// The clock as it was.
    pub fn set_clock(&self) {
        self.control("PUT /_sandbox/clock", &json!({"offset_s": 0})).unwrap();
    }

    pub fn send(&mut self, step: &Step) -> Result<Value, String> {
        if let Some(control) = step.0["control"].as_str() {
            return self.control(control, step.0.get("body").unwrap_or(&json!({})));
        }
        let operation = step.0["operation"].as_str().ok_or("a step without an operation")?;
        let nothing = Map::new();
        let params = step.0["params"].as_object().unwrap_or(&nothing);
        let credentials = step.0["credentials"].as_str();
        match operation.split_once('.') {
            Some(("hst", name)) => self.hst(step, name, params, credentials),
            Some(("youme", command)) => self.youme(command, params, credentials),
            Some(("avd", "uploadfile")) => Ok(self.upload(step, params)),
            Some(("avd", name)) => Ok(self.avd(name, params, credentials)),
            _ => Err(format!("no operation {operation}")),
        }
    }

    fn control(&self, route: &str, body: &Value) -> Result<Value, String> {
        let (method, path) = route.split_once(' ').ok_or("a route is a method and a path")?;
        let kind = [("Content-Type", "application/json")];
        let answer = self.caller.send(method, path, &kind, body.to_string().as_bytes());
        if answer.status == 200 { Ok(answer.json()) } else { Err(format!("{route}: {}", answer.json())) }
    }

    fn hst(
        &mut self,
        step: &Step,
        name: &str,
        params: &Map<String, Value>,
        credentials: Option<&str>,
    ) -> Result<Value, String> {
        let later = format!("/v1/{}", name.replace('.', "/"));
        let (method, path, in_body) = match name {
            "access.token" => {
                let id = self.caller.setting("hst", "dev_id");
                let secret = match credentials {
                    Some("wrong") => "another-16-bytes".to_owned(),
                    _ => self.caller.setting("hst", "dev_secret"),
                };
                let header = format!("{id}.{}", signing::dev_token(&id, secret.as_bytes(), now_ms()));
                return Ok(self.caller.send("GET", "/access/token", &[("Authorization", &header)], b"").json());
            }
            "app.create" => ("POST", "/v1/app", true),
            "app.update" => ("PATCH", "/v1/app", true),
            "app.delete" => ("DELETE", "/v1/app", false),
            "consuming.records" => ("GET", "/v1/consuming/records", false),
            "kickout" => ("POST", "/v1/kickout", true),
            "online.user.state" => ("GET", "/v1/online/user/state", false),
            "online.trans_cmd" => ("POST", "/v1/online/trans-cmd", true),
            "online.invite" => ("POST", "/v1/online/invite", true),
            "record.file.delete" => ("POST", "/v1/record/file", true),
            "record.set_output_overlay" => ("POST", "/v1/record/set-output-overlay", true),
            "record.task.list" | "record.file.download.url" | "live.list" => ("GET", later.as_str(), false),
            _ if name.starts_with("record.") || name.starts_with("live.") => ("POST", later.as_str(), true),
            _ => return Err(format!("hst has no {name}")),
        };
        if let Some(body) = step.0["body"].as_str() {
            let token = self.caller.hst_fetch_token();
            let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
            return Ok(self.caller.send(method, path, &headers, body.as_bytes()).json());
        }
        if in_body {
            return Ok(self.caller.hst_json(method, path, &Value::Object(params.clone())));
        }
        let texts = texts(params);
        Ok(self.caller.hst_query(method, path, &pairs(&texts)))
    }

    fn youme(
        &mut self,
        command: &str,
        params: &Map<String, Value>,
        credentials: Option<&str>,
    ) -> Result<Value, String> {
        if credentials != Some("repeated") {
            self.last_seq += 1;
        }
        let curtime = (now_ms() / 1000).to_string();
        let mut query = self.caller.youme_query(&curtime, Some(&format!("situation-{}", self.last_seq)));
        if credentials == Some("wrong") {
            query = query.replace("checksum=", "checksum=0");
        }
        Ok(self.caller.youme_with(command, &query, &Value::Object(params.clone()).to_string()))
    }

    fn avd(&mut self, name: &str, params: &Map<String, Value>, credentials: Option<&str>) -> Value {
        let texts = texts(params);
        let pairs = pairs(&texts);
        let address = format!("/{}", name.replace('.', "/"));
        let path = format!("/sdkapi/v2{address}");
        match (name, credentials) {
            ("app.get_token", _) => {
                let access_key = self.caller.setting("avd", "access_key");
                let secret_key = match credentials {
                    Some("wrong") => "404".to_owned(),
                    _ => self.caller.setting("avd", "secret_key"),
                };
                self.caller.avd_get(&path, &[("access_key", &access_key), ("secret_key", &secret_key)])
            }
            (_, Some("none")) => self.caller.avd_get(&path, &pairs),
            (_, Some(_)) => self.caller.avd_get(&path, &[&[("token", "bm9ib2R5")], &pairs[..]].concat()),
            (_, None) => self.caller.avd(&address, &pairs),
        }
    }

    fn upload(&mut self, step: &Step, params: &Map<String, Value>) -> Value {
        let texts = texts(params);
        let query = encode(&pairs(&texts));
        if let Some(body) = step.0["body"].as_str() {
            return self.caller.send("POST", "/uploadfile", &[("Content-Type", "text/plain")], body.as_bytes()).json();
        }
        let name = step.0["file"].as_str().unwrap();
        self.caller.upload(&query, "file", name, b"\x89PNG picture").json()
    }
}

/// avd takes everything as text; what is nested travels as JSON text.
fn texts(params: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    params.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn pairs(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
