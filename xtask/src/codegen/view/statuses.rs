//! The statuses of the library and the classes of the platforms' error numbers, from where they stand.

use super::pascal;
use crate::catalog::{self, Catalog, Result};
use serde::Serialize;

const STATUS: &str = include_str!("../../../../src/ffi/status.rs");
const CREDENTIALS: &str = include_str!("../../../../src/ffi/credentials.rs");
const LIBRARY: &str = include_str!("../../../../src/ffi/library.rs");
/// Which exception stands for which class.
const PYTHON_ERRORS: &str = include_str!("../../../../bindings/python/src/meetgate/_errors.py");
const CPP_ERRORS: &str = include_str!("../../../../include/meetgate/exceptions.hpp");
const CSHARP_ERRORS: &str = include_str!("../../../../bindings/csharp/src/Meetgate/Errors/MeetgateException.cs");

#[derive(Serialize)]
pub struct Status<'c> {
    /// The word of the error document.
    pub name: String,
    pub number: i32,
    pub doc: String,
    pub pascal: String,
    /// What to do about it.
    pub advice: &'c catalog::Status,
    /// `None` where it is no failure of a call.
    pub exceptions: Option<Exceptions>,
}

#[derive(Serialize)]
pub struct Class<'c> {
    pub name: &'c str,
    pub doc: &'c str,
    /// The Python exception; two where it depends on the status (T60).
    pub python: String,
    pub exceptions: Exceptions,
}

/// What each binding throws.
#[derive(Serialize)]
pub struct Exceptions {
    pub cpp: String,
    pub python: String,
    pub csharp: String,
}

impl Exceptions {
    fn new(cpp: &str, python: &str, csharp: &str) -> Exceptions {
        Exceptions { cpp: cpp.to_owned(), python: python.to_owned(), csharp: csharp.to_owned() }
    }

    /// Reads what stands at the case of each binding.
    fn at(cpp: &str, python: &str, csharp: &str) -> Result<Exceptions> {
        Ok(Exceptions {
            cpp: last_name(CPP_ERRORS, cpp, "throw ")?,
            python: last_name(PYTHON_ERRORS, python, ": ")?,
            csharp: last_name(CSHARP_ERRORS, csharp, "new ")?,
        })
    }
}

/// The last name that follows `word` in a case: between its marker and the next one.
fn last_name(source: &str, marker: &str, word: &str) -> Result<String> {
    let (_, case) = source.split_once(marker).unwrap_or_default();
    // Python and C# have a table, one line each.
    let ends: &[&str] = if marker.starts_with("case ") { &["case ", "default:"] } else { &[","] };
    let case = ends.iter().fold(case, |case, end| case.split(end).next().unwrap_or_default());
    let name = case.rsplit_once(word);
    let name: String =
        name.map_or("", |(_, rest)| rest).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if name.is_empty() { Err(format!("a binding has no exception at {marker:?}").into()) } else { Ok(name) }
}

pub fn classes(catalog: &Catalog) -> Result<Vec<Class<'_>>> {
    let classes = &catalog.failures.class;
    let unknown = catalog
        .platforms
        .iter()
        .flat_map(|platform| &platform.errors)
        .find(|error| classes.iter().all(|class| class.name != error.class));
    if let Some(error) = unknown {
        return Err(format!("{}: errors.toml has no class {:?}", error.code, error.class).into());
    }
    classes
        .iter()
        .map(|class| {
            let name = class.name.as_str();
            let exceptions = match name {
                "auth" => Exceptions::new("auth_error", "AuthError", "MeetgateAuthException"),
                "token_dead" => Exceptions::new("token_dead", "AuthError", "MeetgateTokenDeadException"),
                _ => Exceptions::at(
                    &format!("case code_class::{name}:"),
                    &format!("    \"{name}\""),
                    &format!("\"{name}\" =>"),
                )?,
            };
            let python = match name {
                "token_dead" => "AuthError, ApiError".to_owned(),
                _ => exceptions.python.clone(),
            };
            Ok(Class { name, doc: &class.doc, python, exceptions })
        })
        .collect()
}

pub fn abi() -> Result<u32> {
    constant(LIBRARY, "MEETGATE_ABI_VERSION: u32")
}

/// What a token provider returns that gives a reason.
pub fn token_reason() -> Result<u32> {
    constant(CREDENTIALS, "MEETGATE_TOKEN_REASON: c_int")
}

fn constant(source: &str, declared: &str) -> Result<u32> {
    let number = source.split(&format!("{declared} = ")).nth(1).and_then(|rest| rest.split(';').next());
    Ok(number.ok_or_else(|| format!("src/ffi has no {declared}"))?.replace('_', "").parse()?)
}

/// The variants of `meetgate_status`, each with what `errors.toml` says of it.
pub fn all(catalog: &Catalog) -> Result<Vec<Status<'_>>> {
    let (_, body) = STATUS.split_once("pub enum meetgate_status {").ok_or("src/ffi/status.rs has no statuses")?;
    let (body, _) = body.split_once("\n}").ok_or("the statuses do not end")?;
    let mut all = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim());
        } else if let Some((name, number)) = line.trim_end_matches(',').split_once(" = ") {
            let name = name.strip_prefix("MEETGATE_").ok_or("a status without its prefix")?;
            // It only makes the type as wide as an int in C.
            if name == "STATUS_WIDEST" {
                break;
            }
            let pascal = pascal(&name.to_lowercase());
            let advice = catalog.failures.status.iter().find(|status| status.name == name);
            let exceptions = match name {
                "OK" | "ABSENT" => None,
                "API" => Some(Exceptions::new("api_error", "ApiError", "MeetgateApiException")),
                _ => Some(Exceptions::at(
                    &format!("case MEETGATE_{name}:"),
                    &format!("    \"{name}\""),
                    &format!("MeetgateStatus.{pascal} =>"),
                )?),
            };
            all.push(Status {
                name: name.to_owned(),
                number: number.parse()?,
                doc: doc.join(" "),
                advice: advice.ok_or_else(|| format!("errors.toml has no status {name}"))?,
                exceptions,
                pascal,
            });
            doc.clear();
        }
    }
    let unknown = catalog.failures.status.iter().find(|status| all.iter().all(|known| known.name != status.name));
    match unknown {
        Some(status) => Err(format!("src/ffi/status.rs has no status {:?}", status.name).into()),
        None => Ok(all),
    }
}
