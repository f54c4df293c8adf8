//! The imports and the status numbers, read from the header.

use super::docs::Source;
use super::names::{camel, pascal};
use crate::catalog::Result;

const PREFIX: &str = "MEETGATE_";

/// One import for each function of the header that is no operation: those are called by their names.
const FUNCTIONS: [&str; 14] = [
    "meetgate_string_free",
    "meetgate_version",
    "meetgate_abi_version",
    "meetgate_status_name",
    "meetgate_catalog",
    "meetgate_client_new",
    "meetgate_client_free",
    "meetgate_client_info",
    "meetgate_client_set_token",
    "meetgate_client_set_token_provider",
    "meetgate_call_with",
    "meetgate_raw_call_with",
    "meetgate_hst_user_token",
    "meetgate_youme_checksum",
];

const PROVIDER: &str = "meetgate_token_provider";

pub fn imports(header: &str) -> Result<Source> {
    let mut out = Source::at(1);
    out.summary(
        "The functions of include/meetgate.h that the library is made of. Every operation goes through meetgate_call_with, by its name.",
    );
    out.open("internal static class NativeMethods");
    let abi = header.lines().find_map(|line| line.strip_prefix("#define MEETGATE_ABI_VERSION "));
    out.summary("Of the header that these imports were made from.");
    out.line(&format!("internal const long AbiVersion = {};", abi.ok_or("the header has no ABI number")?));
    out.blank();
    out.line("private const string Library = \"meetgate\";");
    let arguments = provider(header)?;
    out.blank();
    out.element(
        "summary",
        "<c>meetgate_token_provider</c>. Whoever hands one to C keeps it for as long as C may call it.",
    );
    out.line("[UnmanagedFunctionPointer(CallingConvention.Cdecl)]");
    out.arguments("internal delegate int TokenProvider(", &arguments, ");");
    for name in FUNCTIONS {
        let Declaration { returns, arguments } = declaration(header, name)?;
        out.blank();
        out.line("[DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]");
        out.arguments(&format!("internal static extern {returns} {name}("), &arguments, ");");
    }
    out.close();
    Ok(out)
}

pub fn statuses(header: &str) -> Result<Source> {
    let (_, body) = header.split_once("typedef enum meetgate_status {").ok_or("the header has no statuses")?;
    let (body, _) = body.split_once("} meetgate_status;").ok_or("the statuses do not end")?;
    let mut out = Source::at(1);
    out.summary("How a call ended. The numbers never change and are never reused; new ones may come.");
    out.open("public enum MeetgateStatus");
    let mut comment: Vec<&str> = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some((name, number)) = line.strip_suffix(',').and_then(|line| line.split_once(" = ")) {
            let name = name.strip_prefix(PREFIX).ok_or("a status without its prefix")?;
            // A C# enum is an int as it is.
            if name == "STATUS_WIDEST" {
                break;
            }
            out.summary(&comment.join(" "));
            out.line(&format!("{} = {number},", pascal(&name.to_lowercase())));
            out.blank();
            comment.clear();
        } else if let Some(text) = line.strip_prefix("* ") {
            comment.push(text);
        }
    }
    out.close();
    Ok(out)
}

struct Declaration {
    returns: &'static str,
    arguments: Vec<String>,
}

/// Reads one function of the header.
fn declaration(header: &str, name: &str) -> Result<Declaration> {
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
        "const char *" | "char *" => "IntPtr",
        other => return Err(unknown(other).into()),
    };
    // A client that is freed comes from inside its own handle.
    let is_free = name == "meetgate_client_free";
    let arguments = arguments.split(',').filter(|argument| *argument != "void").map(|argument| {
        let (kind, name) = kind_and_name(argument);
        let kind = match kind {
            "const char *" => "byte[]",
            "char *" => "IntPtr",
            "char **" => "out IntPtr",
            "meetgate_client *" if is_free => "IntPtr",
            "meetgate_client *" => "ClientHandle",
            "meetgate_client **" => "out ClientHandle",
            "meetgate_cancel *" => "IntPtr",
            "int32_t" => "int",
            "void *" => "IntPtr",
            PROVIDER => "TokenProvider",
            other => return Err(unknown(other)),
        };
        Ok(format!("{kind} {}", camel(name)))
    });
    let arguments = arguments.collect::<std::result::Result<Vec<String>, String>>()?;
    Ok(Declaration { returns, arguments })
}

/// The arguments of the callback. Here the texts come from C.
fn provider(header: &str) -> Result<Vec<String>> {
    let start = format!("typedef int (MEETGATE_CALL *{PROVIDER})(");
    let (_, after) = header.split_once(&start).ok_or_else(|| format!("{PROVIDER} is not in the header"))?;
    let (arguments, _) = after.split_once(");").ok_or_else(|| format!("{PROVIDER} does not end"))?;
    let arguments = arguments.split(',').map(|argument| {
        let (kind, name) = kind_and_name(argument);
        let kind = match kind {
            "void *" | "const char *" | "char *" => "IntPtr",
            "size_t" => "UIntPtr",
            "int64_t *" => "ref long",
            other => return Err(format!("{PROVIDER}: no C# type is known for {other:?}")),
        };
        Ok(format!("{kind} {}", camel(name)))
    });
    Ok(arguments.collect::<std::result::Result<Vec<String>, String>>()?)
}

fn kind_and_name(argument: &str) -> (&str, &str) {
    let argument = argument.trim();
    let (kind, name) = argument.split_at(argument.rfind([' ', '*']).map_or(0, |at| at + 1));
    (kind.trim(), name)
}
