//! A parameter, a member of an answer, or a configuration key, with its name and type in every language.

use super::csharp::CSharp;
use super::names::is_python_member;
use super::types::{Cpp, Place, Python};
use crate::catalog::{self, Result};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub doc: String,
    /// `integer from 1 to 100, ms, required; one of 0 (all), 1 (video)`.
    pub described: String,
    pub required: bool,
    pub unit: String,
    pub values: Vec<Value>,
    pub open: bool,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub also: Vec<String>,
    pub also_sent_as: String,
    pub items: String,
    pub fields: Vec<Field>,
    pub secret: bool,
    pub default: String,
    pub always_sent: bool,
    /// Of an answer: the platform may leave it out.
    pub optional: bool,
    pub python: Python,
    pub csharp: CSharp,
    pub cpp: Cpp,
}

#[derive(Serialize)]
pub struct Value {
    pub value: catalog::Value,
    pub meaning: String,
    /// The same; empty where the value says it.
    pub label: String,
}

impl Field {
    pub fn all(fields: &[catalog::Field], place: &Place<'_>) -> Result<Vec<Field>> {
        fields.iter().map(|field| Field::of(field, place)).collect()
    }

    pub fn of(field: &catalog::Field, place: &Place<'_>) -> Result<Field> {
        if !is_python_member(&field.name) {
            return Err(format!("{:?} cannot be written as a member of a Python TypedDict", field.name).into());
        }
        let values = values(field);
        Ok(Field {
            described: described(field, &values),
            values,
            python: Python::of(field, place),
            csharp: CSharp::of(field, place)?,
            cpp: Cpp::of(field, place)?,
            fields: Field::all(&field.fields, &place.inside(field))?,
            name: field.name.clone(),
            kind: field.kind.clone(),
            doc: field.doc.trim().to_owned(),
            required: field.required,
            unit: field.unit.clone(),
            open: field.open,
            min: field.min,
            max: field.max,
            also: field.also.clone(),
            also_sent_as: field.also_sent_as.clone(),
            items: field.items.clone(),
            secret: field.secret,
            default: field.default.clone(),
            always_sent: field.always_sent,
            optional: field.optional,
        })
    }
}

pub fn values(field: &catalog::Field) -> Vec<Value> {
    let labels = field.labels.iter().map(String::as_str).chain(std::iter::repeat(""));
    field
        .values
        .iter()
        .zip(labels)
        .map(|(value, label)| {
            let says_the_same = label.eq_ignore_ascii_case(&value.to_string());
            let meaning = label.to_owned();
            Value { value: value.clone(), meaning, label: if says_the_same { String::new() } else { label.to_owned() } }
        })
        .collect()
}

fn described(field: &catalog::Field, values: &[Value]) -> String {
    let mut text = match (field.kind.as_str(), field.items.as_str()) {
        ("array", "") if !field.fields.is_empty() => "array of objects".to_owned(),
        ("array", items) if !items.is_empty() => format!("array of {items}s"),
        ("file", _) => "path of a file".to_owned(),
        (kind, _) => kind.to_owned(),
    };
    for also in &field.also {
        _ = write!(text, " or {also}");
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => _ = write!(text, " from {min} to {max}"),
        (Some(min), None) => _ = write!(text, " of at least {min}"),
        (None, Some(max)) => _ = write!(text, " of at most {max}"),
        (None, None) => {}
    }
    match field.unit.as_str() {
        "" => {}
        "unix-s" => text.push_str(", seconds since 1970-01-01 UTC"),
        "unix-ms" => text.push_str(", milliseconds since 1970-01-01 UTC"),
        unit => _ = write!(text, ", {unit}"),
    }
    if field.optional {
        text.push_str(", may be left out");
    }
    if field.required {
        text.push_str(", required");
    }
    if !field.default.is_empty() {
        _ = write!(text, ", default {}", field.default);
    }
    if !values.is_empty() {
        _ = write!(text, "; {} {}", if field.open { "known:" } else { "one of" }, told(values));
    }
    text
}

/// `0 (all), 1 (video)`.
pub fn told_values(field: &catalog::Field) -> String {
    told(&values(field))
}

fn told(values: &[Value]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|Value { value, label, .. }| match label.as_str() {
            "" => value.to_string(),
            label => format!("{value} ({label})"),
        })
        .collect();
    values.join(", ")
}
