//! Names and types of C# for those of the catalog.

use crate::catalog::Field;

/// C# keywords that could be a parameter's name.
const KEYWORDS: [&str; 22] = [
    "base", "bool", "case", "checked", "class", "default", "event", "fixed", "in", "is", "lock", "long", "new",
    "object", "operator", "out", "params", "ref", "string", "switch", "this", "using",
];

/// `room_id` and `roomId` become `RoomId`.
pub fn pascal(name: &str) -> String {
    name.split(['_', '.', '-']).map(capitalised).collect()
}

/// `room_id` and `RoomId` become `roomId`.
pub fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let mut letters = pascal.chars();
    let camel: String = letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect());
    if KEYWORDS.contains(&camel.as_str()) { format!("@{camel}") } else { camel }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The name of one element of a list: `videos` hold a `Video`, and so does a `video_list`. What is no plural stays.
pub fn singular(field: &Field) -> String {
    let name = pascal(&field.name);
    let one = name.strip_suffix("List").or_else(|| name.strip_suffix('s'));
    match one {
        Some(one) if field.kind == "array" && !one.is_empty() && !one.ends_with('s') => one.to_owned(),
        _ => name,
    }
}

/// What a field of the catalog is in C#.
pub enum Shape {
    Text,
    Integer,
    Decimal,
    Boolean,
    /// Anything JSON can hold.
    Any,
    Texts,
    /// A list of objects of this class.
    List(String),
    /// An object of this class.
    Object(String),
}

impl Shape {
    /// Classes of nested members are called `<before><name><after>`.
    pub fn of(field: &Field, before: &str, after: &str) -> Shape {
        if !field.also.is_empty() {
            return Shape::Any;
        }
        match (field.kind.as_str(), field.items.as_str()) {
            ("string" | "file", _) => Shape::Text,
            ("integer", _) => Shape::Integer,
            ("number", _) => Shape::Decimal,
            ("boolean", _) => Shape::Boolean,
            ("array", "string") => Shape::Texts,
            ("array", "") if !field.fields.is_empty() => Shape::List(format!("{before}{}{after}", singular(field))),
            ("object", _) if !field.fields.is_empty() => Shape::Object(format!("{before}{}{after}", singular(field))),
            _ => Shape::Any,
        }
    }

    /// The type of an argument that must be given.
    pub fn required(&self) -> String {
        match self {
            Shape::Integer => "long".to_owned(),
            Shape::Decimal => "decimal".to_owned(),
            Shape::Boolean => "bool".to_owned(),
            _ => self.optional(),
        }
    }

    /// The type of what may be absent.
    pub fn optional(&self) -> String {
        match self {
            Shape::Text => "string".to_owned(),
            Shape::Integer => "long?".to_owned(),
            Shape::Decimal => "decimal?".to_owned(),
            Shape::Boolean => "bool?".to_owned(),
            Shape::Any => "JsonValue".to_owned(),
            Shape::Texts => "IEnumerable<string>".to_owned(),
            Shape::List(class) => format!("IEnumerable<{class}>"),
            Shape::Object(class) => class.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, pascal};

    #[test]
    fn names_are_the_wire_names_in_other_case() {
        assert_eq!(pascal("room_id"), "RoomId");
        assert_eq!(pascal("fromId"), "FromId");
        assert_eq!(pascal("mix_record"), "MixRecord");
        assert_eq!(camel("UserId"), "userId");
        assert_eq!(camel("room_id"), "roomId");
        assert_eq!(camel("class"), "@class");
    }
}
