//! What things are called in C++.

use crate::catalog::{Field, Operation, Platform, Result};

/// The language's own words.
const KEYWORDS: [&str; 92] = [
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char8_t",
    "char16_t",
    "char32_t",
    "class",
    "compl",
    "concept",
    "const",
    "consteval",
    "constexpr",
    "constinit",
    "const_cast",
    "continue",
    "co_await",
    "co_return",
    "co_yield",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

/// What the builders have, and the types that their setters take.
const IN_BUILDERS: [&str; 12] =
    ["array_of", "assign", "decimal", "empty", "flag", "integer", "object", "object_of", "put", "set", "str", "text"];

/// What the groups have, and the types that their methods name.
const IN_GROUPS: [&str; 3] = ["call_options", "reply", "run"];

/// What the clients have beside that.
const IN_CLIENTS: [&str; 11] = [
    "call",
    "close",
    "handle",
    "info",
    "json",
    "lend",
    "lend_all",
    "made",
    "raw_call",
    "set_token",
    "set_token_provider",
];

/// A parameter's name as a setter's.
pub fn setter(name: &str) -> String {
    unless_taken(name, KEYWORDS.contains(&name) || IN_BUILDERS.contains(&name))
}

/// The last part of an operation's or a group's whole name, as a member of the client or group that holds it.
pub fn member(whole: &str) -> String {
    let (is_root, name) = whole.rsplit_once('.').map_or((true, whole), |(_, name)| (false, name));
    let taken = KEYWORDS.contains(&name) || IN_GROUPS.contains(&name) || (is_root && IN_CLIENTS.contains(&name));
    unless_taken(name, taken)
}

/// All parts of it: `room.mix_record.start`.
pub fn path(whole: &str) -> String {
    let ends = whole.match_indices('.').map(|(end, _)| end).chain([whole.len()]);
    let members: Vec<String> = ends.map(|end| member(&whole[..end])).collect();
    members.join(".")
}

fn unless_taken(name: &str, taken: bool) -> String {
    if taken { format!("{name}_") } else { name.to_owned() }
}

/// `avd_room_create_params`.
pub fn params(platform: &Platform, operation: &Operation) -> String {
    format!("{}_{}_params", platform.about.name, operation.name.replace('.', "_"))
}

/// `avd_config`.
pub fn config(platform: &Platform) -> String {
    format!("{}_config", platform.about.name)
}

/// `avd_room_mix_record_group`.
pub fn group(platform: &Platform, path: &str) -> String {
    format!("{}_{}_group", platform.about.name, path.replace('.', "_"))
}

/// How the operation is called on a client named as its platform: `avd.room.mix_record.start`.
pub fn call(platform: &Platform, operation: &Operation) -> String {
    format!("{}.{}", platform.about.name, path(&operation.name))
}

/// The type of a nested object, or of one element of an array of objects: `avd_video` for `videos`.
pub fn object(platform: &Platform, field: &Field) -> String {
    let name = match field.kind.as_str() {
        "array" => match field.name.strip_suffix("_list") {
            Some(stem) => stem,
            None => field.name.strip_suffix('s').unwrap_or(&field.name),
        },
        _ => &field.name,
    };
    format!("{}_{name}", platform.about.name)
}

/// What a setter takes.
pub fn argument(platform: &Platform, field: &Field, kind: &str) -> Result<String> {
    Ok(match kind {
        "string" | "file" => "text".to_owned(),
        "integer" => "integer".to_owned(),
        "number" => "decimal".to_owned(),
        "boolean" => "flag".to_owned(),
        "object" if field.fields.is_empty() => "object_of<object>".to_owned(),
        "object" => format!("object_of<{}>", object(platform, field)),
        "array" if !field.fields.is_empty() => format!("array_of<{}>", object(platform, field)),
        "array" if field.items.is_empty() => "array_of<detail::element>".to_owned(),
        "array" => {
            let element = Field { items: String::new(), ..field.clone() };
            format!("array_of<{}>", argument(platform, &element, &field.items)?)
        }
        other => return Err(format!("{}: C++ has no type for {other:?}", field.name).into()),
    })
}
