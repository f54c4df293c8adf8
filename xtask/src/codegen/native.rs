//! What C# imports from the C library, read from the header.

use super::view::csharp;
use crate::catalog::Result;
use serde::Serialize;

/// One import for each function of the header that is no operation: those are called by their names.
const FUNCTIONS: [&str; 30] = [
    "meetgate_string_free",
    "meetgate_version",
    "meetgate_abi_version",
    "meetgate_status_name",
    "meetgate_catalog",
    "meetgate_client_new",
    "meetgate_client_free",
    "meetgate_client_info",
    "meetgate_client_stats",
    "meetgate_client_close_idle",
    "meetgate_client_set_log",
    "meetgate_client_set_token",
    "meetgate_client_set_token_provider",
    "meetgate_call_with",
    "meetgate_raw_call_with",
    "meetgate_call_async",
    "meetgate_raw_call_async",
    "meetgate_upload",
    "meetgate_download",
    "meetgate_undo",
    "meetgate_undone_by",
    "meetgate_wait",
    "meetgate_events_open",
    "meetgate_events_close",
    "meetgate_cancel_new",
    "meetgate_cancel_trigger",
    "meetgate_cancel_free",
    "meetgate_hst_user_token",
    "meetgate_youme_user_token",
    "meetgate_youme_checksum",
];

/// The functions that C calls, and what C# names their types.
const CALLBACKS: [(&str, &str); 6] = [
    ("meetgate_token_provider", "TokenProvider"),
    ("meetgate_log", "Log"),
    ("meetgate_completion", "Completion"),
    ("meetgate_read", "Read"),
    ("meetgate_progress", "Progress"),
    ("meetgate_event", "Event"),
];

#[derive(Serialize)]
pub struct Imports {
    abi: String,
    /// What a provider returns with a reason in place of a token.
    reason: Option<String>,
    callbacks: Vec<Callback>,
    functions: Vec<Declaration>,
}

#[derive(Serialize)]
struct Callback {
    name: &'static str,
    class: &'static str,
    returns: &'static str,
    arguments: Vec<String>,
}

#[derive(Serialize)]
struct Declaration {
    name: &'static str,
    /// Of the arguments, then of what is returned.
    types: Vec<&'static str>,
    arguments: Vec<String>,
}

pub fn imports(header: &str) -> Result<Imports> {
    let number = |name: &str| {
        let define = format!("#define {name} ");
        header.lines().find_map(|line| line.strip_prefix(&define)).map(str::to_owned)
    };
    Ok(Imports {
        abi: number("MEETGATE_ABI_VERSION").ok_or("the header has no ABI number")?,
        reason: number("MEETGATE_TOKEN_REASON"),
        callbacks: CALLBACKS.into_iter().map(|(name, class)| callback(header, name, class)).collect::<Result<_>>()?,
        functions: FUNCTIONS.into_iter().map(|name| declaration(header, name)).collect::<Result<_>>()?,
    })
}

/// Reads one function of the header.
fn declaration(header: &str, name: &'static str) -> Result<Declaration> {
    let unknown = |what: &str| format!("{name}: no C# type is known for {what:?}");
    let start = format!("MEETGATE_CALL {name}(");
    let (before, after) = header.split_once(&start).ok_or_else(|| format!("{name} is not in the header"))?;
    let returns = before.rsplit_once("MEETGATE_EXPORT ").map_or("", |(_, returns)| returns.trim());
    let returns = returns.strip_prefix("MEETGATE_CHECKED ").unwrap_or(returns);
    let (arguments, _) = after.split_once(");").ok_or_else(|| format!("{name} does not end"))?;
    let returns = match returns {
        "void" => "void",
        "uint32_t" => "uint",
        "meetgate_status" => "int",
        "const char *" | "char *" | "meetgate_cancel *" => "nint",
        other => return Err(unknown(other).into()),
    };
    let arguments: Vec<(&str, &str)> =
        arguments.split(',').filter(|argument| *argument != "void").map(kind_and_name).collect();
    let types = arguments.iter().map(|(kind, _)| {
        Ok(match *kind {
            "const char *" => "byte*",
            "char **" | "meetgate_client **" | "meetgate_events **" => "nint*",
            "char *" | "meetgate_client *" | "meetgate_cancel *" | "meetgate_events *" | "void *" => "nint",
            callback if CALLBACKS.iter().any(|(name, _)| *name == callback) => "nint",
            "int32_t" => "int",
            "int64_t" => "long",
            "uint64_t" => "ulong",
            other => return Err(unknown(other)),
        })
    });
    let types = types.chain([Ok(returns)]).collect::<std::result::Result<Vec<&str>, String>>()?;
    Ok(Declaration { name, types, arguments: arguments.into_iter().map(|(_, name)| name.to_owned()).collect() })
}

/// Reads the type of one callback. Here the texts come from C.
fn callback(header: &str, name: &'static str, class: &'static str) -> Result<Callback> {
    let unknown = |what: &str| format!("{name}: no C# type is known for {what:?}");
    let start = format!(" (MEETGATE_CALL *{name})(");
    let (before, after) = header.split_once(&start).ok_or_else(|| format!("{name} is not in the header"))?;
    let returns = match before.rsplit_once("typedef ").map_or("", |(_, returns)| returns) {
        "void" => "void",
        "int" | "int32_t" => "int",
        "int64_t" => "long",
        other => return Err(unknown(other).into()),
    };
    let (arguments, _) = after.split_once(");").ok_or_else(|| format!("{name} does not end"))?;
    let arguments = arguments.split(',').map(|argument| {
        let (kind, name) = kind_and_name(argument);
        let kind = match kind {
            "void *" | "const char *" | "char *" => "nint",
            "size_t" => "nuint",
            "int32_t" | "enum meetgate_status" => "int",
            "uint64_t" => "ulong",
            "int64_t *" => "ref long",
            other => return Err(unknown(other)),
        };
        Ok(format!("{kind} {}", csharp(name)))
    });
    let arguments = arguments.collect::<std::result::Result<Vec<String>, String>>()?;
    Ok(Callback { name, class, returns, arguments })
}

fn kind_and_name(argument: &str) -> (&str, &str) {
    let argument = argument.trim();
    let (kind, name) = argument.split_at(argument.rfind([' ', '*']).map_or(0, |at| at + 1));
    (kind.trim(), name)
}
