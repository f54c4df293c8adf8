//! The types of each language for those of the catalog.

use super::enums::Enums;
use super::names::{self, pascal};
use crate::catalog::{Field, Result, Value};
use serde::Serialize;

/// Where a field stands.
#[derive(Clone)]
pub struct Place<'p> {
    pub platform: &'p str,
    /// The Python class around it, and what the names of its own C# classes begin with.
    pub python: String,
    pub csharp: String,
    pub side: Side,
    pub enums: &'p Enums,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    /// In what is passed with a call.
    Passed,
    Answered,
    /// A key, as an argument of a client's constructor.
    Argument,
    /// A key, as a property of a class of options.
    Option,
}

impl Place<'_> {
    pub fn is_configuration(&self) -> bool {
        matches!(self.side, Side::Argument | Side::Option)
    }

    /// Of the members of a field in this place.
    pub fn inside(&self, field: &Field) -> Self {
        Place { python: object(&self.python, field), ..self.clone() }
    }
}

#[derive(Serialize)]
pub struct Python {
    pub name: String,
    /// The class of one object in it, empty where there is none.
    pub object: String,
    /// What a caller may pass, as the module of the types writes it.
    pub taken: String,
    /// The same, as a client's module writes it, which knows the types as `t`.
    pub passed: String,
    /// What stands in an answer.
    pub answered: String,
}

impl Python {
    pub fn of(field: &Field, place: &Place<'_>) -> Python {
        Python {
            name: names::python(&field.name),
            object: if field.fields.is_empty() { String::new() } else { object(&place.python, field) },
            taken: taken(field, &place.python, ""),
            passed: taken(field, &place.python, if place.is_configuration() { "_options." } else { "t." }),
            answered: answered(field, &place.python),
        }
    }
}

/// The Python class of one object of a field's: of the field itself, or of an array's elements.
fn object(inside: &str, field: &Field) -> String {
    let element = if field.kind == "array" { "Item" } else { "" };
    format!("{inside}{}{element}", pascal(&field.name))
}

fn taken(field: &Field, inside: &str, module: &str) -> String {
    let mut kinds = vec![match field.kind.as_str() {
        "array" if !field.fields.is_empty() => format!("Sequence[{module}{}]", object(inside, field)),
        "array" => match field.items.as_str() {
            "" => "Sequence[Any]".to_owned(),
            // Not a sequence: a string is one, too.
            items => format!("Union[List[{0}], Tuple[{0}, ...]]", scalar(items, true)),
        },
        "object" if !field.fields.is_empty() => format!("{module}{}", object(inside, field)),
        "object" => "Mapping[str, Any]".to_owned(),
        kind if is_time(field) => format!("Union[{}, datetime.datetime]", scalar(kind, true)),
        kind if field.unit == DAY => format!("Union[{}, datetime.date]", scalar(kind, true)),
        _ if !field.values.is_empty() && !field.open => literal(&field.values),
        kind => scalar(kind, true).to_owned(),
    }];
    kinds.extend(field.also.iter().map(|also| scalar(also, true).to_owned()));
    match kinds.as_slice() {
        [kind] => kind.clone(),
        _ => format!("Union[{}]", kinds.join(", ")),
    }
}

/// `yyyymmdd`, where the platforms are at home.
const DAY: &str = "day in UTC+8";

fn is_time(field: &Field) -> bool {
    matches!(field.unit.as_str(), "unix-s" | "unix-ms")
}

fn answered(field: &Field, inside: &str) -> String {
    match field.kind.as_str() {
        "array" if !field.fields.is_empty() => format!("List[{}]", object(inside, field)),
        "array" if field.items.is_empty() => "List[Any]".to_owned(),
        "array" => format!("List[{}]", scalar(&field.items, false)),
        "object" if !field.fields.is_empty() => object(inside, field),
        "object" => "Dict[str, Any]".to_owned(),
        kind => scalar(kind, false).to_owned(),
    }
}

fn scalar(kind: &str, is_taken: bool) -> &'static str {
    match kind {
        "string" => "str",
        "integer" => "int",
        "boolean" => "bool",
        "number" if is_taken => "Number",
        "number" => "float",
        "file" => "_upload.File",
        _ => "Any",
    }
}

fn literal(values: &[Value]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("\"{text}\""),
        })
        .collect();
    format!("Literal[{}]", values.join(", "))
}

#[derive(Serialize)]
pub struct Cpp {
    pub setter: String,
    /// The class of one object in it.
    pub object: String,
    /// What its setters take, one for each type.
    pub arguments: Vec<String>,
}

impl Cpp {
    pub fn of(field: &Field, place: &Place<'_>) -> Result<Cpp> {
        let kinds = std::iter::once(&field.kind).chain(&field.also);
        let arguments = kinds.map(|kind| cpp_argument(place.platform, field, kind)).collect::<Result<Vec<String>>>()?;
        Ok(Cpp { setter: names::cpp(&field.name), object: cpp_object(place.platform, field), arguments })
    }
}

/// The type of a nested object, or of one element of an array of objects: `avd_video` for `videos`.
pub fn cpp_object(platform: &str, field: &Field) -> String {
    let name = match field.kind.as_str() {
        "array" => match field.name.strip_suffix("_list") {
            Some(stem) => stem,
            None => field.name.strip_suffix('s').unwrap_or(&field.name),
        },
        _ => &field.name,
    };
    format!("{platform}_{name}")
}

fn cpp_argument(platform: &str, field: &Field, kind: &str) -> Result<String> {
    Ok(match kind {
        "string" | "file" => "text".to_owned(),
        "integer" => "integer".to_owned(),
        "number" => "decimal".to_owned(),
        "boolean" => "flag".to_owned(),
        "object" if field.fields.is_empty() => "object_of<object>".to_owned(),
        "object" => format!("object_of<{}>", cpp_object(platform, field)),
        "array" if !field.fields.is_empty() => format!("array_of<{}>", cpp_object(platform, field)),
        "array" if field.items.is_empty() => "array_of<detail::element>".to_owned(),
        "array" => {
            let element = Field { items: String::new(), ..field.clone() };
            format!("array_of<{}>", cpp_argument(platform, &element, &field.items)?)
        }
        other => return Err(format!("{}: C++ has no type for {other:?}", field.name).into()),
    })
}
