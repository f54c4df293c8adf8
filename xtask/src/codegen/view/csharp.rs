//! The types of C# for those of the catalog.

use super::enums::{Enum, is_flag};
use super::names::{self, pascal};
use super::types::{Place, Side};
use crate::catalog::{Field, Result};
use serde::Serialize;

#[derive(Serialize)]
pub struct CSharp {
    pub argument: String,
    pub property: String,
    /// The class of one object in it, empty where there is none.
    pub class: String,
    /// The type of what must be given, and of what may be absent.
    pub required: String,
    pub optional: String,
    /// Null can be refused.
    pub is_reference: bool,
    /// What is written of a value `{}` of the one type and of the other.
    pub writes: String,
    pub writes_optional: String,
    /// The type in an answer, and what reads it there.
    pub answered: String,
    pub reads: String,
    /// What the type does not say: `from 1 to 100 ms, default 5`.
    pub described: String,
}

impl CSharp {
    pub fn of(field: &Field, place: &Place<'_>) -> Result<CSharp> {
        let kind = Kind::of(field, place);
        if field.secret && !matches!(kind, Kind::Text) {
            return Err(format!("{}: C# has no secrets but texts", field.name).into());
        }
        let required = kind.passed();
        let optional = format!("{required}?");
        Ok(CSharp {
            argument: names::csharp(&field.name),
            property: property(field, &kind),
            writes: kind.writes("", place),
            writes_optional: kind.writes("?", place),
            is_reference: kind.is_reference(),
            answered: kind.answered(),
            reads: if field.unnamed { kind.reads_unnamed(field)? } else { kind.reads(&field.name, place) },
            described: described(field, &kind, place),
            required,
            optional,
            class: match kind {
                Kind::Items(class) | Kind::Object(class) => class,
                _ => String::new(),
            },
        })
    }
}

/// Text that is no text on the wire is written so.
const AS_TEXT: &str = ".ToString(CultureInfo.InvariantCulture)";

enum Kind<'e> {
    Text,
    Address,
    File,
    Integer,
    /// A number of the configuration that has no unit and fits into an `int`.
    Count,
    Decimal,
    Boolean,
    /// A number that is 0 or 1.
    Flag,
    /// Since 1970.
    Time {
        is_milliseconds: bool,
        is_text: bool,
    },
    Duration {
        is_milliseconds: bool,
    },
    Number(&'e Enum),
    Word(&'e Enum),
    Texts,
    Items(String),
    Object(String),
    /// Of whatever shape.
    Json,
}

impl<'e> Kind<'e> {
    fn of(field: &Field, place: &Place<'e>) -> Kind<'e> {
        let kind = field.kind.as_str();
        let is_milliseconds = field.unit.ends_with("ms");
        if !field.also.is_empty() {
            return Kind::Json;
        }
        if let Some(set) = place.enums.find(field) {
            return if set.is_text { Kind::Word(set) } else { Kind::Number(set) };
        }
        match field.unit.as_str() {
            "unix-s" | "unix-ms" => return Kind::Time { is_milliseconds, is_text: kind == "string" },
            // A text stays one: its form is the platform's.
            "s" | "ms" if kind == "integer" && place.side != Side::Argument => {
                return Kind::Duration { is_milliseconds };
            }
            _ => {}
        }
        match kind {
            "string" if place.side == Side::Option && field.name.ends_with("_url") => Kind::Address,
            "string" => Kind::Text,
            "file" => Kind::File,
            "integer" if place.side == Side::Answered && is_flag(field) => Kind::Flag,
            "integer" if place.is_configuration() && is_count(field) => Kind::Count,
            "integer" => Kind::Integer,
            "number" => Kind::Decimal,
            "boolean" => Kind::Boolean,
            "array" if field.items == "string" => Kind::Texts,
            "array" if !field.fields.is_empty() => Kind::Items(class(field, place)),
            "object" if !field.fields.is_empty() => Kind::Object(class(field, place)),
            _ => Kind::Json,
        }
    }

    fn is_reference(&self) -> bool {
        match self {
            Kind::Text | Kind::Address | Kind::File | Kind::Texts | Kind::Items(_) | Kind::Object(_) | Kind::Json => {
                true
            }
            Kind::Integer | Kind::Count | Kind::Decimal | Kind::Boolean | Kind::Flag => false,
            Kind::Time { .. } | Kind::Duration { .. } | Kind::Number(_) | Kind::Word(_) => false,
        }
    }

    fn passed(&self) -> String {
        match self {
            Kind::Text => "string".to_owned(),
            Kind::Address => "Uri".to_owned(),
            Kind::File => "UploadFile".to_owned(),
            Kind::Integer => "long".to_owned(),
            Kind::Count => "int".to_owned(),
            Kind::Decimal => "decimal".to_owned(),
            Kind::Boolean | Kind::Flag => "bool".to_owned(),
            Kind::Time { .. } => "DateTimeOffset".to_owned(),
            Kind::Duration { .. } => "TimeSpan".to_owned(),
            Kind::Number(set) | Kind::Word(set) => set.name.clone(),
            Kind::Texts => "IEnumerable<string>".to_owned(),
            Kind::Items(class) => format!("IEnumerable<{class}>"),
            Kind::Object(class) => class.clone(),
            Kind::Json => "JsonNode".to_owned(),
        }
    }

    /// `?` writes what may be null.
    fn writes(&self, or_null: &str, place: &Place<'_>) -> String {
        match self {
            Kind::Address => format!("{{}}{or_null}.OriginalString"),
            Kind::Number(_) => format!("(long{or_null}){{}}"),
            Kind::Word(_) => format!("{}.Of({{}})", words(place)),
            Kind::Time { is_milliseconds, is_text } => {
                let unit = if *is_milliseconds { "UnixMilliseconds" } else { "UnixSeconds" };
                let text = if *is_text { format!("{or_null}{AS_TEXT}") } else { String::new() };
                format!("Times.To{unit}({{}}){text}")
            }
            Kind::Duration { is_milliseconds: true } => "Times.ToMilliseconds({})".to_owned(),
            Kind::Duration { is_milliseconds: false } => "Times.ToSeconds({})".to_owned(),
            _ => "{}".to_owned(),
        }
    }

    fn answered(&self) -> String {
        match self {
            // A list is never null.
            Kind::Texts => "IReadOnlyList<string>".to_owned(),
            Kind::Items(class) => format!("IReadOnlyList<{class}>"),
            Kind::Json => "JsonElement?".to_owned(),
            other => format!("{}?", other.passed()),
        }
    }

    /// H6.
    fn reads_unnamed(&self, field: &Field) -> Result<String> {
        match self {
            Kind::Items(class) => Ok(format!("GetUnnamedItems({})", maker(class))),
            _ => Err(format!("{}: only a list of objects can be unnamed", field.name).into()),
        }
    }

    fn reads(&self, name: &str, place: &Place<'_>) -> String {
        let getter = match self {
            Kind::Text | Kind::Address | Kind::File => "GetText",
            Kind::Integer | Kind::Count => "GetInteger",
            Kind::Decimal => "GetDecimal",
            Kind::Boolean => "GetBoolean",
            Kind::Flag => "GetBoolean",
            Kind::Texts => "GetTexts",
            Kind::Json => "GetJson",
            Kind::Time { is_milliseconds, .. } => {
                return format!("GetTime(\"{name}\", isMilliseconds: {is_milliseconds})");
            }
            Kind::Duration { is_milliseconds } => {
                return format!("GetDuration(\"{name}\", isMilliseconds: {is_milliseconds})");
            }
            Kind::Number(set) => return format!("GetEnum<{}>(\"{name}\")", set.name),
            Kind::Word(set) => return format!("GetWord(\"{name}\", {}.To{})", words(place), set.name),
            Kind::Items(class) => return format!("GetItems(\"{name}\", {})", maker(class)),
            Kind::Object(class) => return format!("GetObject(\"{name}\", {})", maker(class)),
        };
        format!("{getter}(\"{name}\")")
    }
}

fn is_count(field: &Field) -> bool {
    field.unit.is_empty() && field.max.is_some_and(|max| max <= i64::from(i32::MAX))
}

fn maker(class: &str) -> String {
    format!("static (json, path) => new {class}(json, path)")
}

/// The class that turns a platform's words into enums and back.
fn words(place: &Place<'_>) -> String {
    format!("{}Words", pascal(place.platform))
}

/// A duration has its unit by its type.
fn property(field: &Field, kind: &Kind<'_>) -> String {
    let name = match kind {
        Kind::Duration { .. } => field.name.strip_suffix(&format!("_{}", field.unit)).unwrap_or(&field.name),
        _ => &field.name,
    };
    pascal(name)
}

fn class(field: &Field, place: &Place<'_>) -> String {
    let after = match (place.side, field.kind.as_str()) {
        (Side::Answered, "array") => "Item",
        (Side::Answered, _) => "Object",
        _ => "",
    };
    format!("{}{}{after}", place.csharp, singular(field))
}

/// The name of one element of a list: `videos` hold a `Video`, and so does a `video_list`. What is no plural stays.
fn singular(field: &Field) -> String {
    let name = pascal(&field.name);
    let one = name.strip_suffix("List").or_else(|| name.strip_suffix('s'));
    match one {
        Some(one) if field.kind == "array" && !one.is_empty() && !one.ends_with('s') => one.to_owned(),
        _ => name,
    }
}

fn described(field: &Field, kind: &Kind<'_>, place: &Place<'_>) -> String {
    let mut parts = Vec::new();
    match (kind, field.kind.as_str()) {
        (Kind::Json, _) if !field.also.is_empty() => {
            parts.push(format!("{} or {}", field.kind, field.also.join(" or ")))
        }
        (Kind::Json, "array") => parts.push("an array".to_owned()),
        (Kind::Json, "object") => parts.push("an object".to_owned()),
        _ => {}
    }
    let unit = match kind {
        Kind::Time { .. } => String::new(),
        // It has its unit by its type, but its limits need one.
        Kind::Duration { .. } if field.min.or(field.max).is_none() => String::new(),
        _ => field.unit.clone(),
    };
    let range = match (field.min, field.max) {
        (Some(min), Some(max)) => format!("from {min} to {max} {unit}"),
        (Some(min), None) => format!("at least {min} {unit}"),
        (None, Some(max)) => format!("at most {max} {unit}"),
        (None, None) => unit,
    };
    parts.extend(Some(range.trim_end().to_owned()).filter(|range| !range.is_empty()));
    if !field.default.is_empty() {
        let default = place.enums.find(field).and_then(|set| set.member(&field.default));
        parts.push(format!("default {}", default.unwrap_or(&field.default)));
    }
    if !field.values.is_empty() && !matches!(kind, Kind::Number(_) | Kind::Word(_) | Kind::Flag) {
        let values = super::field::told_values(field);
        parts.push(format!("{} {values}", if field.open { "known:" } else { "one of" }));
    }
    parts.join(", ")
}
