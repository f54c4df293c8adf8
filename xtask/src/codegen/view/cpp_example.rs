//! The worked examples as C++ calls: in the documentation, and in a file that the tests compile and run.

use super::names;
use super::types::cpp_object;
use crate::catalog::{About, Field, Operation, Result};
use crate::codegen::text::{columns, literal};
use std::fmt::Write as _;
use toml::{Table, Value};

/// An expression that can be laid out over several lines.
enum Expression {
    Plain(String),
    /// A builder and what is set on it.
    Builder(String, Vec<(String, Expression)>),
    List(Vec<Expression>),
}

/// The builder of an operation's parameters: `avd_room_create_params`.
pub fn params(about: &About, operation: &Operation) -> String {
    format!("{}_{}_params", about.name, operation.name.replace('.', "_"))
}

/// `avd.room.mix_record.start`.
pub fn path(about: &About, operation: &Operation) -> String {
    format!("{}.{}", about.name, names::cpp_path(&operation.name))
}

/// `avd.room.read(meetgate::avd_room_read_params().room_id("1"));`
pub fn call(about: &About, operation: &Operation, width: usize) -> Result<String> {
    let method = path(about, operation);
    // A table of TOML keeps the order of its members; no example holds a null, which it cannot.
    let given: Table = serde_json::from_str(&operation.example.params)?;
    if given.is_empty() {
        return Ok(format!("{method}();"));
    }
    let argument = builder(&about.name, &params(about, operation), &operation.params, &given)?;
    let flat = format!("{method}({});", argument.flat());
    if columns(&flat) <= width {
        return Ok(flat);
    }
    Ok(format!("{method}({});", argument.broken(0, width)))
}

fn builder(platform: &str, name: &str, fields: &[Field], given: &Table) -> Result<Expression> {
    let mut set = Vec::new();
    for (key, value) in given {
        let field = fields.iter().find(|field| field.name == *key).ok_or_else(|| format!("{key}: no such member"))?;
        set.push((names::cpp(key), expression(platform, field, value)?));
    }
    Ok(Expression::Builder(format!("meetgate::{name}()"), set))
}

fn expression(platform: &str, field: &Field, value: &Value) -> Result<Expression> {
    match value {
        Value::Table(given) if !field.fields.is_empty() => {
            builder(platform, &cpp_object(platform, field), &field.fields, given)
        }
        Value::Array(items) if !field.fields.is_empty() || !field.items.is_empty() => {
            let element = Field { kind: field.items.clone(), ..field.clone() };
            let items = items.iter().map(|item| match item {
                Value::Table(given) => builder(platform, &cpp_object(platform, field), &field.fields, given),
                other => expression(platform, &element, other),
            });
            Ok(Expression::List(items.collect::<Result<_>>()?))
        }
        other => free(other),
    }
}

/// A value whose members the catalog does not name.
fn free(value: &Value) -> Result<Expression> {
    Ok(match value {
        Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => Expression::Plain(value.to_string()),
        Value::String(text) => Expression::Plain(literal(text)),
        Value::Array(items) => {
            let items = items.iter().map(free).collect::<Result<Vec<_>>>()?;
            Expression::Plain(format!("meetgate::array({})", Expression::List(items).flat()))
        }
        Value::Table(given) => {
            let set = given.iter().map(|(name, value)| Ok(format!(".set({}, {})", literal(name), free(value)?.flat())));
            Expression::Plain(format!("meetgate::object(){}", set.collect::<Result<String>>()?))
        }
        Value::Datetime(_) => return Err("JSON has no dates".into()),
    })
}

impl Expression {
    fn flat(&self) -> String {
        match self {
            Expression::Plain(text) => text.clone(),
            Expression::Builder(name, set) => set.iter().fold(name.clone(), |mut text, (name, value)| {
                _ = write!(text, ".{name}({})", value.flat());
                text
            }),
            Expression::List(items) => {
                format!("{{{}}}", items.iter().map(Expression::flat).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// On one line where there is room, else a line for each setter or element.
    fn laid_out(&self, indent: usize, width: usize) -> String {
        let flat = self.flat();
        // Something stands before it, and closes after it.
        if indent + columns(&flat) + 24 <= width { flat } else { self.broken(indent, width) }
    }

    fn broken(&self, indent: usize, width: usize) -> String {
        let inner = indent + 4;
        let pad = " ".repeat(inner);
        match self {
            Expression::Plain(text) => text.clone(),
            Expression::Builder(name, set) => set.iter().fold(name.clone(), |mut text, (name, value)| {
                _ = write!(text, "\n{pad}.{name}({})", value.laid_out(inner, width));
                text
            }),
            Expression::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| format!("\n{pad}{}", item.laid_out(inner, width))).collect();
                format!("{{{}}}", items.join(","))
            }
        }
    }
}
