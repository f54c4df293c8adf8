//! An operation, as every output shows it.

use super::enums::Enums;
use super::field::{Field, values};
use super::names::{self, pascal};
use super::statuses::Class;
use super::types::{Place, Side};
use super::{cpp_example, field};
use crate::catalog::{self, ErrorNumber, Result, Rule, Settles, Value};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Serialize)]
pub struct Operation<'c> {
    /// As callers name it: `avd.room.mix_record.start`.
    pub name: String,
    /// Without the platform, and its last part.
    pub local: &'c str,
    pub last: String,
    pub function: String,
    pub constant: String,
    pub summary: &'c str,
    pub zh: &'c str,
    /// What its documentation begins with: what is dangerous, else the summary; and the Chinese title.
    pub head: String,
    pub danger: &'c str,
    pub doc: &'c str,
    pub note: &'c str,
    pub method: &'c str,
    pub methods: Vec<&'c str>,
    pub path: String,
    pub carrier: &'static str,
    pub fetches_token: bool,
    pub bare_reply: bool,
    pub retry: &'c str,
    /// How it goes on after it: the sentences on repeating, undoing and waiting.
    pub course: String,
    /// The whole name of the operation that it undoes, or nothing; and its parameters that are named otherwise there.
    pub undoes: String,
    pub undoes_with: &'c BTreeMap<String, String>,
    /// The name, without the platform, of the operation that undoes it, or nothing.
    pub undone_by: &'c str,
    pub settles: Option<&'c Settles>,
    /// The known values of the number that settles it.
    pub settling: Vec<field::Value>,
    /// The arguments of a wait: what it needs is required there.
    pub wait_arguments: Vec<Field>,
    pub source: &'c str,
    pub traps: &'c [String],
    /// Its own; the platform's common ones come on top.
    pub errors: Vec<&'c ErrorNumber>,
    /// Both, as text: `40004 no such room; and those of every operation`. Empty where the platform has no numbers.
    pub numbers: String,
    /// The numbers of both, ascending.
    pub all_errors: Vec<i64>,
    /// Its own, by the exception of Python and of C# that each becomes.
    pub raised: Vec<Raised<'c>>,
    pub thrown: Vec<Raised<'c>>,
    /// In the order in which they are sent.
    pub params: Vec<Field>,
    /// What the document says of two of them together.
    pub rules: Vec<Told<'c>>,
    /// Those whose names in Python are not the platform's.
    pub renamed: Vec<Renamed>,
    /// All of them, what is required first.
    pub arguments: Vec<Field>,
    pub returns: Vec<Field>,
    pub example: &'c catalog::Example,
    /// The members of the example's answer that `returns` does not name.
    pub envelope: Vec<Envelope>,
    /// Whether what `returns` names lies in the envelope's `result`.
    pub is_nested: bool,
    /// It answers page by page, and pages can be counted.
    pub is_paged: bool,
    /// So many parameters may be left out that C# has a class for them, too.
    pub has_request: bool,
    /// `RoomMixRecordStart`.
    pub pascal: String,
    pub python: String,
    pub cpp: Cpp,
}

/// A rule, and its sentence.
#[derive(Serialize)]
pub struct Told<'c> {
    #[serde(flatten)]
    pub rule: &'c Rule,
    pub words: String,
}

#[derive(Serialize)]
pub struct Raised<'c> {
    pub exception: String,
    pub errors: Vec<&'c ErrorNumber>,
}

#[derive(Serialize)]
pub struct Renamed {
    pub wire: String,
    pub python: String,
}

#[derive(Serialize)]
pub struct Envelope {
    pub name: String,
    pub kind: &'static str,
}

#[derive(Serialize)]
pub struct Cpp {
    pub method: String,
    /// How it is called on a client named as its platform.
    pub path: String,
    /// The builder of its parameters.
    pub params: String,
    /// The worked example as a call, for the documentation and for a test.
    pub shown: String,
    pub tested: String,
}

/// What C#'s callers can be asked to read in one method.
const MOST_OPTIONAL: usize = 4;

/// In the documentation of a method, and in the tests.
const EXAMPLE_WIDTHS: (usize, usize) = (113, 100);

impl<'c> Operation<'c> {
    pub fn of(
        platform: &'c catalog::Platform,
        operation: &'c catalog::Operation,
        classes: &[Class<'_>],
        enums: &Enums,
    ) -> Result<Self> {
        let about = &platform.about;
        let name = format!("{}.{}", about.name, operation.name);
        let last = operation.name.rsplit('.').next().unwrap_or_default();
        let pascal = pascal(&operation.name);
        // Sorted, whatever order the JSON library keeps.
        let answer: BTreeMap<String, Json> = serde_json::from_str(&operation.example.reply)?;
        let is_returned = |name: &str| operation.returns.iter().any(|field| field.name == name);
        let is_nested = answer.contains_key("result") && !is_returned("result");
        let csharp = names::pascal(&about.name);
        let place = |python: String, csharp: &str, side: Side| Place {
            platform: &about.name,
            python,
            csharp: csharp.to_owned(),
            side,
            enums,
        };
        let reply = format!("{pascal}Reply{}", if is_nested { "Result" } else { "" });
        let params = Field::all(&operation.params, &place(pascal.clone(), &csharp, Side::Passed))?;
        // Where they need not be given, how pages are counted is not documented.
        let must_give = |name: &str| params.iter().any(|field| field.name == name && field.required);
        let danger = operation.danger.trim_end_matches('.');
        let carrier = carrier(about, operation)?;
        let known = |code: &i64| platform.errors.iter().find(|error| error.code == *code);
        let errors: Vec<&ErrorNumber> = operation.errors.iter().filter_map(known).collect();
        let undone_by = platform
            .operations
            .iter()
            .find(|other| other.undoes == operation.name)
            .map_or("", |other| other.name.as_str());
        Ok(Operation {
            local: &operation.name,
            function: operation.function(about),
            constant: operation.constant(about),
            summary: &operation.summary,
            zh: &operation.zh,
            head: format!("{} ({}).", if danger.is_empty() { &operation.summary } else { danger }, operation.zh),
            danger: &operation.danger,
            doc: operation.doc.trim(),
            note: operation.note.trim(),
            method: operation.method(),
            methods: match (carrier, about.methods.as_slice()) {
                ("Upload", _) | (_, []) => vec![operation.method()],
                (_, methods) => methods.iter().map(String::as_str).collect(),
            },
            path: operation.path(about),
            carrier,
            fetches_token: operation.fetches_token,
            bare_reply: operation.bare_reply,
            retry: &operation.retry,
            course: course(operation, undone_by),
            undoes: match operation.undoes.as_str() {
                "" => String::new(),
                undone => format!("{}.{undone}", about.name),
            },
            undoes_with: &operation.undoes_with,
            undone_by,
            settles: operation.settles.as_ref(),
            settling: operation
                .settles
                .as_ref()
                .and_then(|settles| operation.returned(settles.member.as_deref()?))
                .map_or_else(Vec::new, values),
            source: &operation.source,
            traps: &operation.traps,
            numbers: numbers(&errors, &platform.errors),
            all_errors: operation.all_errors(&platform.errors),
            raised: raised(&errors, classes, "ApiError", |class| &class.python),
            thrown: raised(&errors, classes, "MeetgateApiException", |class| &class.exceptions.csharp),
            errors,
            is_paged: must_give("page") && must_give("page_size"),
            has_request: params.iter().filter(|field| !field.required).count() > MOST_OPTIONAL,
            arguments: Field::all(&required_first(&operation.params), &place(pascal.clone(), &csharp, Side::Passed))?,
            wait_arguments: match &operation.settles {
                Some(settles) => Field::all(
                    &required_first(&with_needs(&operation.params, settles)),
                    &place(pascal.clone(), &csharp, Side::Passed),
                )?,
                None => Vec::new(),
            },
            renamed: renamed(&params)?,
            params,
            rules: operation.rules.iter().map(Told::of).collect(),
            returns: Field::all(&operation.returns, &place(reply, "", Side::Answered))?,
            example: &operation.example,
            envelope: answer
                .iter()
                .filter(|(name, _)| !is_returned(name))
                .map(|(name, value)| envelope(name, value, is_nested))
                .collect::<Result<_>>()?,
            is_nested,
            python: names::python(last),
            cpp: Cpp {
                method: names::cpp_member(&operation.name),
                path: cpp_example::path(about, operation),
                params: cpp_example::params(about, operation),
                shown: cpp_example::call(about, operation, EXAMPLE_WIDTHS.0)?,
                tested: cpp_example::call(about, operation, EXAMPLE_WIDTHS.1)?,
            },
            last: last.to_owned(),
            pascal,
            name,
        })
    }
}

fn course(operation: &catalog::Operation, undone_by: &str) -> String {
    let mut course = match operation.retry.as_str() {
        "safe" => "It only reads, and may be repeated.".to_owned(),
        _ => "Not idempotent: if no answer came, check the state before repeating.".to_owned(),
    };
    if !undone_by.is_empty() {
        _ = write!(course, " `{undone_by}` undoes it.");
    }
    let Some(settles) = &operation.settles else { return course };
    _ = write!(course, " A wait with it ends when {}", settles.until);
    if let Some(member) = &settles.member {
        let label = |value: &i64| {
            let labelled =
                operation.returned(member).map(|field| field.values.iter().zip(&field.labels)).into_iter().flatten();
            let label = labelled.filter(|(known, _)| **known == Value::Number(*value)).map(|(_, label)| label).next();
            label.map_or(value.to_string(), |label| format!("{value} ({label})"))
        };
        let labels = |values: &[i64]| values.iter().map(label).collect::<Vec<_>>().join(" or ");
        _ = write!(course, ": `{member}` is {}", labels(&settles.done));
        if !settles.failed.is_empty() {
            _ = write!(course, "; {} is an error", labels(&settles.failed));
        }
    }
    course.push('.');
    if !settles.needs.is_empty() {
        let needs = settles.needs.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        _ = write!(course, " The wait needs {needs}.");
    }
    course
}

impl<'c> Told<'c> {
    fn of(rule: &'c Rule) -> Told<'c> {
        let subject = rule.param().map(|param| format!("{param} ")).unwrap_or_default();
        Told { rule, words: format!("{subject}{}", rule.words()).replace('`', "\"") }
    }
}

/// As Python and C# want their arguments.
fn with_needs(params: &[catalog::Field], settles: &Settles) -> Vec<catalog::Field> {
    let needed = |field: &catalog::Field| catalog::Field {
        required: field.required || settles.needs.contains(&field.name),
        ..field.clone()
    };
    params.iter().map(needed).collect()
}

pub fn required_first(fields: &[catalog::Field]) -> Vec<catalog::Field> {
    let (required, optional): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|field| field.required);
    [required, optional].concat()
}

fn raised<'c>(
    errors: &[&'c ErrorNumber],
    classes: &[Class<'_>],
    otherwise: &str,
    exception: impl for<'k> Fn(&'k Class<'_>) -> &'k str,
) -> Vec<Raised<'c>> {
    let mut all: Vec<Raised<'c>> = Vec::new();
    for error in errors {
        let class = classes.iter().find(|class| class.name == error.class);
        let exception = class.map_or(otherwise, &exception);
        match all.iter_mut().find(|raised| raised.exception == exception) {
            Some(raised) => raised.errors.push(error),
            None => all.push(Raised { exception: exception.to_owned(), errors: vec![error] }),
        }
    }
    all
}

fn renamed(params: &[Field]) -> Result<Vec<Renamed>> {
    for (index, field) in params.iter().enumerate() {
        if params.iter().skip(index + 1).any(|other| other.python.name == field.python.name) {
            return Err(format!("two parameters would be {:?} in Python", field.python.name).into());
        }
    }
    let renamed = params.iter().filter(|field| field.python.name != field.name);
    Ok(renamed.map(|field| Renamed { wire: field.name.clone(), python: field.python.name.clone() }).collect())
}

fn numbers(own: &[&ErrorNumber], all: &[ErrorNumber]) -> String {
    let own: Vec<String> = own.iter().map(|error| format!("{} {}", error.code, error.meaning)).collect();
    match (own.join(", "), all.iter().any(|error| error.common)) {
        (own, false) => own,
        (own, true) if own.is_empty() => "those of every operation".to_owned(),
        (own, true) => format!("{own}; and those of every operation"),
    }
}

fn carrier(about: &catalog::About, operation: &catalog::Operation) -> Result<&'static str> {
    Ok(match (operation.method(), about.body.as_str()) {
        _ if operation.params.iter().any(|param| param.kind == "file") => "Upload",
        ("GET" | "DELETE", _) => "Query",
        (_, "form") => "Form",
        (_, "json") => "Json",
        (_, other) => return Err(format!("unknown body {other:?}").into()),
    })
}

fn envelope(name: &str, value: &Json, is_nested: bool) -> Result<Envelope> {
    let kind = match value {
        Json::Object(_) if is_nested && name == "result" => "object",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        _ => return Err(format!("the example's {name:?} is neither documented nor an envelope").into()),
    };
    Ok(Envelope { name: name.to_owned(), kind })
}
