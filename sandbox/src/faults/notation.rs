//! Faults in JSON and in TOML: `{"operation": "avd.room.read", "times": 2, "kind": "http", "status": 502}`.

use super::fault::{CloseWhen, Fault, FaultError, FaultKind};
use crate::members::Members;
use serde_json::{Map, Value, json};
use std::time::Duration;

const KINDS: &str =
    "latency, silence, close, length, drip, text, http, number, refuse, reset, drop, duplicate, reorder, cut";

impl Fault {
    /// One of each kind, and what it does.
    pub(crate) const EXAMPLES: [(&str, &str); 14] = [
        (
            r#"{"operation":"*","kind":"latency","ms":200,"jitter_ms":50}"#,
            "answers come late; with \"acted\":false the platform acts only after the wait",
        ),
        (
            r#"{"operation":"avd.room.read","times":1,"kind":"silence","seconds":30}"#,
            "nothing is said; without seconds until the fault is removed",
        ),
        (
            r#"{"operation":"avd.room.create","times":1,"acted":true,"kind":"close","when":"in_head"}"#,
            "the answer is cut: before_head, in_head, after_head or in_body",
        ),
        (r#"{"operation":"avd.*","times":1,"kind":"length","by":10}"#, "Content-Length is wrong by so much"),
        (r#"{"operation":"avd.attachment","kind":"drip","bytes":100,"every_ms":50}"#, "the answer comes in drops"),
        (r#"{"operation":"hst.*","times":1,"kind":"text"}"#, "HTTP 200 and a page instead of JSON; body sets it"),
        (
            r#"{"operation":"youme.*","times":2,"kind":"http","status":503,"retry_after_s":1}"#,
            "an HTTP status from 400 to 599 and a page; body sets it",
        ),
        (
            r#"{"operation":"hst.kickout","times":3,"kind":"number","code":606000006}"#,
            "the platform's own number in the operation's own envelope",
        ),
        (r#"{"kind":"refuse","seconds":2}"#, "nobody listens: the operating system refuses connections"),
        (r#"{"kind":"reset","times":2}"#, "connections are accepted and reset at once"),
        (
            r#"{"operation":"hst.gateway.user_joined","percent":20,"seed":7,"kind":"drop"}"#,
            "a message of hst's event gateway gets lost; percent and seed, and skip, are for every kind that has an operation",
        ),
        (r#"{"operation":"hst.gateway.*","times":1,"kind":"duplicate"}"#, "a message goes out twice"),
        (
            r#"{"operation":"hst.gateway.user_left","times":1,"kind":"reorder","by":2}"#,
            "a message goes out after so many later ones; without by after one",
        ),
        (
            r#"{"operation":"hst.gateway.*","skip":10,"times":1,"kind":"cut"}"#,
            "the connection is closed instead; DELETE /_sandbox/hst/gateway/sessions does it at once",
        ),
    ];

    /// Reads a fault as the control interface takes it. What is wrong or unknown is named.
    pub fn from_json(value: &Value) -> Result<Self, FaultError> {
        let fault = read(value.clone()).map_err(FaultError)?;
        fault.check()?;
        Ok(fault)
    }

    /// Reads a faults file: a `[[fault]]` table each, with the members that the control interface takes.
    pub fn all_from_toml(text: &str) -> Result<Vec<Self>, FaultError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| FaultError(error.to_string()))?;
        let value = serde_json::to_value(table).map_err(|error| FaultError(error.to_string()))?;
        let mut file = Members::of(value, "the faults file").map_err(FaultError)?;
        let list = file.take("fault");
        file.finish().map_err(FaultError)?;
        let items = match list {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(FaultError("faults are written as [[fault]] tables".to_owned())),
        };
        let numbered = items.iter().zip(1..);
        let read = |(item, number)| Self::from_json(item).map_err(|why| FaultError(format!("fault {number}: {why}")));
        numbered.map(read).collect()
    }

    /// The same as `from_json` takes.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("operation".into(), json!(self.operation));
        if let Some(times) = self.times {
            members.insert("times".into(), json!(times));
        }
        if let Some(acted) = self.acted {
            members.insert("acted".into(), json!(acted));
        }
        for (name, number) in
            [("skip", self.skip.map(u64::from)), ("percent", self.percent.map(u64::from)), ("seed", self.seed)]
        {
            if let Some(number) = number {
                members.insert(name.into(), json!(number));
            }
        }
        members.insert("kind".into(), json!(self.kind.name()));
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        match &self.kind {
            FaultKind::Latency { least, jitter } => {
                put("ms", milliseconds(*least));
                put("jitter_ms", milliseconds(*jitter));
            }
            FaultKind::Silence { lasting } => put("seconds", json!(lasting.map(|lasting| lasting.as_secs_f64()))),
            FaultKind::Close { when } => put("when", json!(when.name())),
            FaultKind::Length { by } => put("by", json!(by)),
            FaultKind::Drip { bytes, every } => {
                put("bytes", json!(bytes));
                put("every_ms", milliseconds(*every));
            }
            FaultKind::Text { body } => put("body", json!(body)),
            FaultKind::Http { status, retry_after_s, body } => {
                put("status", json!(status));
                put("retry_after_s", json!(retry_after_s));
                put("body", json!(body));
            }
            FaultKind::Number { code } => put("code", json!(code)),
            FaultKind::Refuse { lasting } => put("seconds", json!(lasting.as_secs_f64())),
            FaultKind::Reorder { by } => put("by", json!(by)),
            FaultKind::Reset | FaultKind::Drop | FaultKind::Duplicate | FaultKind::Cut => {}
        }
        Value::Object(members)
    }
}

fn milliseconds(time: Duration) -> Value {
    json!(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn read(value: Value) -> Result<Fault, String> {
    let mut members = Members::of(value, "a fault")?;
    let operation = members.text("operation")?;
    let times = members.count("times", 1)?.map(|times| u32::try_from(times).unwrap_or(u32::MAX));
    let acted = members.flag("acted")?;
    let skip = members.count("skip", 0)?.map(|skip| u32::try_from(skip).unwrap_or(u32::MAX));
    let percent = members.count("percent", 1)?.map(|percent| u8::try_from(percent).unwrap_or(u8::MAX));
    let seed = members.count("seed", 0)?;
    let word = members.text("kind")?.ok_or_else(|| format!("{}: one of {KINDS}", members.missing("kind")))?;
    members.call_it(format!("a fault of kind `{word}`"));
    let kind = read_kind(&word, &mut members)?;
    // Connections have no operation, so there it may be left out.
    let operation = match operation {
        Some(operation) => operation,
        None if kind.is_about_connections() => "*".to_owned(),
        None => return Err(members.missing("operation")),
    };
    members.finish()?;
    Ok(Fault { operation, times, acted, skip, percent, seed, kind })
}

fn read_kind(word: &str, members: &mut Members) -> Result<FaultKind, String> {
    Ok(match word {
        "latency" => FaultKind::Latency {
            least: Duration::from_millis(members.required_count("ms", 0)?),
            jitter: Duration::from_millis(members.count("jitter_ms", 0)?.unwrap_or(0)),
        },
        "silence" => FaultKind::Silence { lasting: members.seconds("seconds")?.map(Duration::from_secs_f64) },
        "close" => {
            let word = members.required_text("when")?;
            let known = || CloseWhen::ALL.map(|(name, _)| name).join(", ");
            let found = CloseWhen::ALL.iter().find(|(name, _)| *name == word);
            let (_, when) = found.ok_or_else(|| format!("unknown `when` `{word}`: one of {}", known()))?;
            FaultKind::Close { when: *when }
        }
        "length" => FaultKind::Length { by: members.required_integer("by")? },
        "drip" => FaultKind::Drip {
            bytes: usize::try_from(members.required_count("bytes", 1)?).unwrap_or(usize::MAX),
            every: Duration::from_millis(members.required_count("every_ms", 0)?),
        },
        "text" => FaultKind::Text { body: members.text("body")? },
        "http" => FaultKind::Http {
            status: u16::try_from(members.required_count("status", 0)?).unwrap_or(u16::MAX),
            retry_after_s: members.count("retry_after_s", 0)?,
            body: members.text("body")?,
        },
        "number" => FaultKind::Number { code: members.required_integer("code")? },
        "refuse" => FaultKind::Refuse { lasting: read_refusal(members)? },
        "reset" => FaultKind::Reset,
        "drop" => FaultKind::Drop,
        "duplicate" => FaultKind::Duplicate,
        "reorder" => {
            FaultKind::Reorder { by: members.count("by", 1)?.map_or(1, |by| u32::try_from(by).unwrap_or(u32::MAX)) }
        }
        "cut" => FaultKind::Cut,
        _ => return Err(format!("unknown kind `{word}` of fault: one of {KINDS}")),
    })
}

/// Only a time can end a refusal: while nobody listens, the operating system answers, and no program learns how often;
/// nor can anybody reach the control interface to remove it.
fn read_refusal(members: &mut Members) -> Result<Duration, String> {
    if members.take("connections").is_some() {
        return Err("refuse takes `seconds`, not `connections`: what the operating system refuses nobody can count; \
                    a fault of kind `reset` with `times` counts connections"
            .to_owned());
    }
    let seconds = members.seconds("seconds")?.ok_or_else(|| members.missing("seconds"))?;
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(value: Value) -> Fault {
        Fault::from_json(&value).unwrap_or_else(|error| panic!("{error}: {value}"))
    }

    #[test]
    fn there_and_back() {
        for value in [
            json!({"operation": "avd.*", "kind": "latency", "ms": 20, "jitter_ms": 5}),
            json!({"operation": "avd.room.read", "times": 3, "kind": "silence", "seconds": 0.5}),
            json!({"operation": "*", "kind": "silence"}),
            json!({"operation": "*", "kind": "close", "when": "in_body", "acted": true}),
            json!({"operation": "*", "kind": "length", "by": -3}),
            json!({"operation": "*", "kind": "drip", "bytes": 1, "every_ms": 10}),
            json!({"operation": "*", "kind": "text", "body": "hello"}),
            json!({"operation": "*", "kind": "http", "status": 503, "retry_after_s": 2}),
            json!({"operation": "hst.kickout", "kind": "number", "code": 606000006}),
            json!({"operation": "*", "kind": "refuse", "seconds": 1.0}),
            json!({"operation": "*", "times": 2, "kind": "reset"}),
            json!({"operation": "hst.*", "skip": 3, "percent": 50, "seed": u64::MAX, "kind": "drop"}),
            json!({"operation": "hst.gateway.login", "kind": "duplicate"}),
            json!({"operation": "hst.gateway.*", "kind": "reorder", "by": 3}),
            json!({"operation": "*", "acted": true, "kind": "cut"}),
        ] {
            assert_eq!(reads(value.clone()).to_json(), value);
        }
        assert_eq!(reads(json!({"kind": "reset"})).operation, "*");
    }

    #[test]
    fn examples_are_good_and_complete() {
        let kinds = Fault::EXAMPLES.map(|(example, _)| reads(serde_json::from_str(example).unwrap()).kind.name());
        assert_eq!(kinds.join(", "), KINDS);
    }

    #[test]
    fn errors_name_what_is_wrong() {
        for (value, named) in [
            (json!({"operation": "*", "kind": "lateness"}), "unknown kind `lateness`"),
            (json!({"operation": "*"}), "`kind` is missing"),
            (json!({"kind": "text"}), "`operation` is missing"),
            (json!({"operation": "avd.room.reed", "kind": "text"}), "unknown operation `avd.room.reed`"),
            (json!({"operation": "*", "kind": "latency", "ms": 1, "jitter": 2}), "unknown key `jitter`"),
            (json!({"operation": "*", "kind": "latency"}), "`ms` is missing in a fault of kind `latency`"),
            (json!({"operation": "*", "kind": "close", "when": "later"}), "unknown `when` `later`"),
            (json!({"operation": "*", "kind": "text", "ms": 5}), "unknown key `ms` in a fault of kind `text`"),
            (json!({"kind": "refuse", "connections": 2}), "`seconds`, not `connections`"),
            (json!({"operation": "*", "kind": "http", "status": 200}), "from 400 to 599"),
            (json!({"operation": "*", "times": 0, "kind": "text"}), "`times`"),
            (json!({"operation": "*", "percent": 0, "kind": "text"}), "`percent`"),
            (json!({"operation": "hst.kickout", "kind": "drop"}), "drop meets messages of hst's event gateway"),
            (json!({"operation": "hst.gateway.login", "kind": "drip", "bytes": 1, "every_ms": 1}), "calls over HTTP"),
            (json!("text"), "must be a JSON object"),
        ] {
            let error = Fault::from_json(&value).unwrap_err().to_string();
            assert!(error.contains(named), "{value}: {error}");
        }
    }

    #[test]
    fn files() {
        let text = "# a bad morning\n[[fault]]\noperation = \"avd.*\"\ntimes = 2\nkind = \"http\"\nstatus = 502\n\
                    [[fault]]\nkind = \"reset\"\n";
        let faults = Fault::all_from_toml(text).unwrap();
        assert_eq!(faults.len(), 2);
        assert_eq!(faults[0].times, Some(2));
        assert_eq!(Fault::all_from_toml("").unwrap(), []);
        let why = |text: &str| Fault::all_from_toml(text).unwrap_err().to_string();
        assert!(why("[[fault]]\nkind = \"reset\"\n[[fault]]\nkind = \"x\"").contains("fault 2: unknown kind `x`"));
        assert!(why("[[faults]]\nkind = \"reset\"").contains("unknown key `faults`"));
        assert!(why("fault = 1").contains("[[fault]]"));
        assert!(why("[[fault").contains("line 1"));
    }
}
