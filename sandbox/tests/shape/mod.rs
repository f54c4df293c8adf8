//! Documented shapes: which members an answer has, nested how, of which type.

// Each test target uses its own part of this.
#![allow(dead_code)]

use serde_json::{Value, json};

/// Holds an answer against a shape. In a shape
/// - an object has exactly these members; one whose name ends in `?` may be missing,
/// - an array of one element stands for one or more such elements, an empty array for any array,
/// - a text with `$` in front is a type: see `has_type`,
/// - anything else is the very value.
pub fn check(answer: &Value, shape: &Value) -> Result<(), String> {
    at("answer", answer, shape)
}

/// The same for an answer of the same operation in another situation: values may be others of their type, lists may be
/// empty, and so may texts and URLs. `ret`, `code` and `msg` stay what they are.
pub fn check_form(answer: &Value, shape: &Value) -> Result<(), String> {
    at("answer", answer, &form_of(shape))
}

fn form_of(shape: &Value) -> Value {
    match shape {
        Value::Object(members) => {
            let envelope = |name: &str| matches!(name, "ret" | "code" | "msg");
            let form = |(name, member): (&String, &Value)| {
                (name.clone(), if envelope(name) { member.clone() } else { form_of(member) })
            };
            Value::Object(members.iter().map(form).collect())
        }
        Value::Array(elements) => elements.iter().map(|element| json!({"$each": form_of(element)})).collect(),
        Value::String(kind) if matches!(kind.as_str(), "$url" | "$play" | "$text") => json!(format!("{kind}?")),
        Value::String(kind) if kind.starts_with('$') => shape.clone(),
        Value::String(_) => json!("$string"),
        Value::Number(number) if number.is_i64() || number.is_u64() => json!("$int"),
        Value::Number(_) => json!("$number"),
        Value::Bool(_) => json!("$bool"),
        Value::Null => Value::Null,
    }
}

fn at(place: &str, answer: &Value, shape: &Value) -> Result<(), String> {
    match (answer, shape) {
        (_, Value::String(kind)) if kind.starts_with('$') => {
            if has_type(answer, kind) {
                Ok(())
            } else {
                Err(format!("{place}: {answer} is no {kind}"))
            }
        }
        (Value::Object(answer), Value::Object(shape)) => {
            for (name, member) in shape {
                let optional = name.ends_with('?');
                let name = name.trim_end_matches('?');
                match answer.get(name) {
                    Some(value) => at(&format!("{place}.{name}"), value, member)?,
                    None if optional => {}
                    None => return Err(format!("{place}.{name} is missing")),
                }
            }
            let known = |name: &String| shape.contains_key(name) || shape.contains_key(&format!("{name}?"));
            match answer.keys().find(|name| !known(name)) {
                Some(name) => Err(format!("{place}.{name} is not documented")),
                None => Ok(()),
            }
        }
        (Value::Array(answer), Value::Array(shape)) => match shape.as_slice() {
            [] => Ok(()),
            [Value::Object(form)] if form.contains_key("$each") => {
                let form = &form["$each"];
                answer.iter().enumerate().try_for_each(|(i, item)| at(&format!("{place}[{i}]"), item, form))
            }
            [_] if answer.is_empty() => Err(format!("{place} is empty")),
            [element] => {
                answer.iter().enumerate().try_for_each(|(i, item)| at(&format!("{place}[{i}]"), item, element))
            }
            _ => panic!("a shape's array has one element at most"),
        },
        _ if answer == shape => Ok(()),
        _ => Err(format!("{place}: {answer} is not {shape}")),
    }
}

fn has_type(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    let matches = |test: fn(&str) -> bool| text.is_some_and(test);
    if let Some(kind) = kind.strip_suffix('?') {
        return text == Some("") || has_type(value, kind);
    }
    match kind {
        "$string" => text.is_some(),
        "$text" => matches(|text| !text.is_empty()),
        "$int" => value.is_i64() || value.is_u64(),
        "$number" => value.is_number(),
        "$bool" => value.is_boolean(),
        "$object" => value.is_object(),
        "$digits" => matches(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())),
        "$hex16" => matches(|text| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit())),
        "$hex32" => matches(|text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())),
        "$uuid" => matches(|text| text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])),
        "$token" => matches(|text| text.len() == 56 && text.ends_with("==")),
        "$url" => matches(|text| text.starts_with("http://127.0.0.1:") && text.contains("/attachment?file=/")),
        "$play" => matches(|text| text.contains("/videoPlayer") && text.contains("?url=http://127.0.0.1:")),
        "$duration" => matches(|text| text.strip_suffix('s').is_some_and(|n| n.parse::<f64>().is_ok())),
        "$size" => matches(|text| text.strip_suffix('M').is_some_and(|n| n.parse::<f64>().is_ok())),
        "$date" => matches(|text| text.len() == 19 && text.as_bytes()[10] == b' '),
        _ => panic!("unknown type {kind}"),
    }
}
