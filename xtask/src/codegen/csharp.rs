//! What the templates of C# do with text.

use super::view::pascal;
use minijinja::{Error, Value};
use std::collections::{BTreeMap, HashSet};

/// What generated files use, and where it is.
const NAMESPACES: [(&str, &str); 9] = [
    (
        "System",
        "ArgumentNullException DateTimeOffset Func ObjectDisposedException OperationCanceledException TimeSpan Uri",
    ),
    ("System.Collections.Generic", "IAsyncEnumerable IEnumerable IReadOnlyList"),
    ("System.Diagnostics", "DebuggerBrowsable"),
    ("System.Globalization", "CultureInfo"),
    ("System.Runtime.InteropServices", "UnmanagedFunctionPointer"),
    ("System.Text.Json", "JsonElement"),
    ("System.Text.Json.Nodes", "JsonNode"),
    ("System.Text.Json.Serialization", "JsonConverter JsonIgnore"),
    ("System.Threading", "CancellationToken"),
];
const TASKS: (&str, &str) = ("System.Threading.Tasks", "Task");

/// The using directives of a file, with an empty line behind them.
pub fn usings(code: &str) -> String {
    // A comment uses what it refers to.
    let parts = code.lines().flat_map(|line| match line.trim_start().strip_prefix("///") {
        Some(comment) => comment.split("cref=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect(),
        None => vec![line],
    });
    let words: HashSet<&str> = parts.flat_map(|part| part.split(|c: char| !is_in_name(c))).collect();
    let used = NAMESPACES.iter().chain([&TASKS]);
    let used = used.filter(|(_, names)| names.split(' ').any(|name| words.contains(name)));
    let mut usings: String = used.map(|(namespace, _)| format!("using {namespace};\n")).collect();
    if !usings.is_empty() {
        usings.push('\n');
    }
    usings
}

/// What fields are called on the wire and here.
pub fn names_of(fields: &Value, member: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut names = BTreeMap::new();
    for field in fields.try_iter()? {
        let name = field.get_attr("csharp")?.get_attr(member)?.to_string();
        names.insert(field.get_attr("name")?.to_string(), name.trim_start_matches('@').to_owned());
    }
    Ok(names)
}

/// Text of the catalog with the names of C#, as code: of fields, and of operations that stand in a group. Outside of
/// backticks a name of one word could be a word of English.
pub fn names_in(text: &str, fields: &BTreeMap<String, String>, operations: &HashSet<String>) -> Result<String, Error> {
    let named = |word: &str| match fields.get(word) {
        Some(name) => Some(name.clone()),
        None if operations.contains(word) && word.contains('.') => {
            Some(word.split('.').map(pascal).collect::<Vec<_>>().join("."))
        }
        None => None,
    };
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&format!("`{}`", named(part).unwrap_or_else(|| part.to_owned())));
            continue;
        }
        for word in part.split_inclusive(|c: char| !is_in_name(c) && c != '.') {
            let name = word.trim_end_matches(|c: char| !is_in_name(c));
            match named(name).filter(|_| is_compound(name)) {
                Some(new) => out.push_str(&format!("`{new}`{}", word.get(name.len()..).unwrap_or_default())),
                None => out.push_str(word),
            }
        }
    }
    Ok(out)
}

fn is_compound(name: &str) -> bool {
    name.contains(['_', '.']) || name.chars().skip(1).any(|letter| letter.is_ascii_uppercase())
}

fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_language() {
        let fields = BTreeMap::from([("room_id", "roomId"), ("name", "name"), ("BeginTime", "beginTime")]);
        let fields = fields.into_iter().map(|(wire, name)| (wire.to_owned(), name.to_owned())).collect();
        let operations = HashSet::from(["room.mix_record.stop".to_owned(), "kickout".to_owned()]);
        for (before, after) in [
            ("Give room_id, and a name.", "Give `roomId`, and a name."),
            ("Not before BeginTime.", "Not before `beginTime`."),
            ("The `room_id` of `code`.", "The `roomId` of `code`."),
            ("Call room.mix_record.stop.", "Call `Room.MixRecord.Stop`."),
            ("`room.mix_record.stop` ends a kickout", "`Room.MixRecord.Stop` ends a kickout"),
            ("avd.room.mix_record.stop, my_room_id", "avd.room.mix_record.stop, my_room_id"),
        ] {
            assert_eq!(names_in(before, &fields, &operations).unwrap(), after);
        }
    }

    #[test]
    fn what_is_used_is_imported() {
        let code = "/// <summary>A Uri of <see cref=\"Task\"/>.</summary>\nJsonNode? Extend(IEnumerable<string> ids);";
        assert_eq!(
            usings(code),
            "using System.Collections.Generic;\nusing System.Text.Json.Nodes;\nusing System.Threading.Tasks;\n\n"
        );
        assert_eq!(usings("enum X { }"), "");
    }
}
