//! What was started is undone, and what goes on is waited for.

use super::{Client, OPTIONS, find};
use crate::cancel::Cancel;
use crate::catalog::{self, Operation, table};
use crate::engine::Patience;
use crate::error::{Error, Result};
use crate::json::check::check;
use crate::json::{Members, push_quoted, quoted};
use std::time::Duration;

/// What is as the catalog says where the options say nothing, in milliseconds.
const TIMEOUT: i64 = 600_000;
const FIRST_PAUSE: i64 = 1000;
const LONGEST_PAUSE: i64 = 15_000;

impl Client {
    /// Calls the operation that undoes another one. What it needs comes from the other's answer, and from its parameters: `params` and
    /// `answer` are theirs, as they were.
    pub fn undo(
        &self,
        operation: &str,
        params: &str,
        answer: Option<&str>,
        options: &str,
        cancel: Option<&Cancel>,
    ) -> Result<String> {
        self.check_process()?;
        let started = find(operation, self.platform)?;
        let undoing = undoing(started)?;
        let read = |name: &'static str, text| {
            Members::parse(text).map_err(|problem| Error::invalid_argument(format!("{name}: {problem}")))
        };
        let params = read("params", params)?;
        let mut answer = answer.map(|answer| read("start_reply", answer)).transpose()?;
        // One with the facts of its call beside it.
        if let Some((reply, _)) = answer.as_ref().and_then(|answer| answer.get("reply").zip(answer.get("facts"))) {
            answer = Some(read("start_reply", reply.get())?);
        }
        if answer.as_ref().is_some_and(is_error_document) {
            return Err(Error::invalid_argument(format!(
                "start_reply: this is an error document: {} failed, and what it did not start is not undone",
                started.name
            )));
        }
        let params = undoing_params(undoing, started, &params, answer.as_ref()).map_err(Error::invalid_argument)?;
        self.call_operation(undoing, &params, options, cancel)
    }

    /// Calls an operation that reads until what it tells of has come to an end, and gives that answer.
    pub fn wait(&self, operation: &str, params: &str, options: &str, cancel: Option<&Cancel>) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let operation = find(operation, self.platform)?;
        let Some(settles) = &operation.settles else {
            let known = catalog::operations().iter().filter(|known| known.settles.is_some());
            let names: Vec<&str> =
                known.filter(|known| known.platform == self.platform).map(|known| known.name.as_str()).collect();
            let of = if names.is_empty() { format!("nothing of {}", self.platform) } else { names.join(", ") };
            return Err(Error::invalid_argument(format!(
                "{} tells of nothing that ends; expected {of}",
                operation.name
            )));
        };
        let refuse = |problem| Error::invalid_argument(format!("options: {problem}"));
        let options = Members::parse(options).map_err(refuse)?;
        check(table::WAIT_OPTIONS, &options, OPTIONS).map_err(refuse)?;
        let params = Members::parse(params).map_err(|problem| Error::invalid_argument(format!("params: {problem}")))?;
        if let Some(lacking) = settles.needs.iter().find(|name| params.get(name).is_none()) {
            return Err(Error::invalid_argument(format!(
                "{}: a wait needs the parameter {}: without it, another one may be there already",
                operation.name,
                quoted(lacking)
            )));
        }
        let mut terms = self.terms("{}")?;
        if let Some(ms) = options.integer("call_timeout_ms") {
            terms.limits.timeout = milliseconds(ms);
        }
        let patience = Patience {
            timeout: milliseconds(options.integer("timeout_ms").unwrap_or(TIMEOUT)),
            first_pause: milliseconds(options.integer("pause_ms").unwrap_or(FIRST_PAUSE)),
            longest_pause: milliseconds(options.integer("max_pause_ms").unwrap_or(LONGEST_PAUSE)),
        };
        self.engine.wait(operation, settles, &params, terms, patience, cancel)
    }
}

fn milliseconds(count: i64) -> Duration {
    Duration::from_millis(count.unsigned_abs())
}

/// The name of the operation that undoes this one; `None` where nothing does, or where there is no such operation.
pub(crate) fn undone_by(operation: &str) -> Option<&'static str> {
    let undone = catalog::find(operation)?.name;
    catalog::operations().iter().find(|undoing| undoing.undoes == undone).map(|undoing| undoing.name.as_str())
}

fn undoing(started: &'static Operation) -> Result<&'static Operation> {
    undone_by(&started.name).and_then(catalog::find).ok_or_else(|| {
        let all: Vec<&str> = catalog::operations()
            .iter()
            .map(|known| known.undoes.as_str())
            .filter(|undone| !undone.is_empty())
            .collect();
        Error::invalid_argument(format!("nothing undoes {}; expected one of {}", started.name, all.join(", ")))
    })
}

fn is_error_document(answer: &Members<'_>) -> bool {
    answer.text("status").is_some() && answer.boolean("retryable").is_some() && answer.text("message").is_some()
}

/// The answer goes first: the platform knows best what it has made. What the answer should have and has not is an error: without it,
/// something else might be undone. Without an answer at all, the parameters have to do.
fn undoing_params(
    undoing: &Operation,
    started: &Operation,
    params: &Members<'_>,
    answer: Option<&Members<'_>>,
) -> std::result::Result<String, String> {
    let mut text = String::from("{");
    for field in undoing.params {
        let renamed = undoing.undoes_with.iter().find(|(param, _)| *param == field.name);
        let member = renamed.map_or(field.name, |(_, member)| *member);
        let mut found = [answer, Some(params)].into_iter().flatten().filter_map(|members| members.get(&member));
        let Some(value) = found.find(|value| value.get() != "null") else {
            let is_answered = started.answered.contains(&member);
            match answer {
                Some(_) if is_answered => {
                    return Err(format!(
                        "start_reply: has no {}, which {} needs to undo this and nothing else",
                        quoted(&member),
                        undoing.name
                    ));
                }
                None if is_answered && field.required => {
                    return Err(format!(
                        "start_reply is missing: {} needs {} of the answer of {}",
                        undoing.name,
                        quoted(&member),
                        started.name
                    ));
                }
                _ => continue,
            }
        };
        if text.len() > 1 {
            text.push(',');
        }
        push_quoted(&field.name, &mut text);
        text.push(':');
        text.push_str(value.get());
    }
    text.push('}');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_undoes_takes_the_answer_first_and_then_the_parameters() {
        let of = |started: &str, params: &str, answer: &str| {
            let started = catalog::find(started).unwrap();
            let (params, answer) = (Members::parse(params).unwrap(), Members::parse(answer).unwrap());
            undoing_params(undoing(started).unwrap(), started, &params, Some(&answer))
        };
        let params = r#"{"room_id":7,"name":"x","record_id":"of the caller"}"#;
        assert_eq!(
            of("avd.room.mix_record.start", params, r#"{"ret":0,"record_id":"r\"1"}"#),
            Ok(r#"{"room_id":7,"record_id":"r\"1"}"#.to_owned())
        );
        let view = of("avd.room.avc.start", r#"{"room_id":"1"}"#, r#"{"ret":0,"room_id":null}"#);
        assert_eq!(view.unwrap(), r#"{"room_id":"1"}"#);
        assert_eq!(of("avd.sip.gate.create", "{}", r#"{"gate_id":"g"}"#).unwrap(), r#"{"sip_gate_id":"g"}"#);
        let called =
            of("avd.device.call", r#"{"room_id":"1","user_id":"mine"}"#, r#"{"user_id":"made","call_id":"c"}"#);
        assert_eq!(called.unwrap(), r#"{"room_id":"1","user_id":"made"}"#);
    }

    #[test]
    fn the_options_are_as_the_catalog_says() {
        for (name, value) in [("timeout_ms", TIMEOUT), ("pause_ms", FIRST_PAUSE), ("max_pause_ms", LONGEST_PAUSE)] {
            let option = table::WAIT_OPTIONS.iter().find(|option| option.name == name).unwrap();
            assert_eq!(*option.default, value.to_string(), "{name}");
        }
    }
}
