//! The statuses of the library and the classes of the platforms' error numbers, from where they stand.

use super::pascal;
use crate::catalog::{Catalog, Result};
use serde::Serialize;

const STATUS: &str = include_str!("../../../../src/ffi/status.rs");
const LIBRARY: &str = include_str!("../../../../src/ffi/library.rs");
/// Which exception stands for which class.
const PYTHON_ERRORS: &str = include_str!("../../../../bindings/python/src/meetgate/_errors.py");

#[derive(Serialize)]
pub struct Status {
    /// The word of the error document.
    pub name: String,
    pub number: i32,
    pub doc: String,
    pub pascal: String,
}

#[derive(Serialize)]
pub struct Class {
    pub name: &'static str,
    pub doc: &'static str,
    /// The Python exception; two where it depends on the status (T60).
    pub python: String,
}

/// In the order in which they are shown.
const CLASSES: [(&str, &str); 10] = [
    ("auth", "Keys or signature refused."),
    ("token_dead", "The token expired or was replaced."),
    ("bad_request", "A parameter is missing or wrong."),
    ("not_found", "There is no such thing."),
    ("conflict", "It exists already, or is not in the state that the call needs."),
    ("forbidden", "Switched off by the site or the licence."),
    ("limit", "A limit is reached."),
    ("unsupported", "The platform cannot do this."),
    ("busy", "Try later."),
    ("server", "The platform's own fault."),
];

pub fn classes(catalog: &Catalog) -> Result<Vec<Class>> {
    let unknown = catalog
        .platforms
        .iter()
        .flat_map(|platform| &platform.errors)
        .find(|error| CLASSES.iter().all(|(name, _)| *name != error.class));
    if let Some(error) = unknown {
        return Err(format!("{}: there is no class {:?}", error.code, error.class).into());
    }
    let class = |(name, doc): (&'static str, &'static str)| {
        let python = match name {
            "auth" => "AuthError".to_owned(),
            "token_dead" => "AuthError, ApiError".to_owned(),
            _ => {
                let exception = PYTHON_ERRORS.split(&format!("    \"{name}\": ")).nth(1);
                let exception = exception.and_then(|rest| rest.split(',').next());
                exception.ok_or_else(|| format!("_errors.py has no exception for {name:?}"))?.to_owned()
            }
        };
        Ok(Class { name, doc, python })
    };
    CLASSES.into_iter().map(class).collect()
}

pub fn abi() -> Result<u32> {
    let abi = LIBRARY.split("MEETGATE_ABI_VERSION: u32 = ").nth(1).and_then(|rest| rest.split(';').next());
    Ok(abi.ok_or("src/ffi/library.rs has no MEETGATE_ABI_VERSION")?.parse()?)
}

/// The variants of `meetgate_status`.
pub fn all() -> Result<Vec<Status>> {
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
            all.push(Status {
                name: name.to_owned(),
                number: number.parse()?,
                doc: doc.join(" "),
                pascal: pascal(&name.to_lowercase()),
            });
            doc.clear();
        }
    }
    Ok(all)
}
