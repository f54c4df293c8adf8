//! Checks a JSON object against the fields that its catalog entry names.

use super::{Kind, Members, elements, kind, nearest, quoted, string};
use crate::catalog::{Field, Literal, Type, Value};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::Write as _;

/// How strictly to read, and what to call the members in an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// `parameter`, `configuration key`, `option`.
    pub(crate) noun: &'static str,
    /// Numbers may come as strings and strings as numbers (avd, T54), and nested JSON as a string that holds it.
    pub(crate) tolerant: bool,
}

/// Says what is wrong with the object, naming the member and what was expected.
pub(crate) fn check(fields: &[Field], members: &Members<'_>, rules: Rules) -> Result<(), String> {
    check_object(fields, members, rules, "")
}

fn check_object(fields: &[Field], members: &Members<'_>, rules: Rules, inside: &str) -> Result<(), String> {
    for (name, value) in members.iter() {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            return Err(unknown(fields, name, rules, inside));
        };
        check_value(field, value, rules, &join(inside, name))?;
    }
    match fields.iter().find(|field| field.required && members.get(&field.name).is_none()) {
        Some(field) => Err(format!(
            "required {} \"{}\" is missing: expected {}",
            rules.noun,
            join(inside, &field.name),
            expected(field, rules)
        )),
        None => Ok(()),
    }
}

fn check_value(field: &Field, value: &RawValue, rules: Rules, path: &str) -> Result<(), String> {
    let wrong = || {
        let got = described(field, value);
        let expected = expected(field, rules);
        let meant = string(value).and_then(|text| meant(field, &text)).unwrap_or_default();
        format!("{} \"{path}\": expected {expected}, got {got}{meant}", rules.noun)
    };
    let found = kind(value);
    let text = match found {
        Kind::String => Some(string(value).ok_or_else(|| {
            let noun = rules.noun;
            format!("{noun} \"{path}\": holds an escape that is no character")
        })?),
        _ => None,
    };
    if field.also.iter().any(|also| is_a(*also, found)) {
        return Ok(());
    }
    if let (true, Some(text), Type::Array | Type::Object) = (rules.tolerant, &text, field.kind) {
        let held: &RawValue = serde_json::from_str(text).map_err(|_| wrong())?;
        return match is_a(field.kind, kind(held)) {
            true => check_nested(field, held, rules, path),
            false => Err(wrong()),
        };
    }
    if !fits(field.kind, found, text.as_deref(), rules.tolerant) {
        return Err(wrong());
    }
    match field.kind {
        Type::Array | Type::Object => check_nested(field, value, rules, path),
        _ => {
            let plain = text.as_deref().unwrap_or(value.get());
            if listed(field, plain) && in_range(field, plain) { Ok(()) } else { Err(wrong()) }
        }
    }
}

/// Members of an object, or each element of an array.
fn check_nested(field: &Field, value: &RawValue, rules: Rules, path: &str) -> Result<(), String> {
    if field.kind == Type::Object {
        if field.fields.is_empty() {
            return Ok(());
        }
        let members = Members::of(value).map_err(|problem| format!("{} \"{path}\": {problem}", rules.noun))?;
        return check_object(field.fields, &members, rules, path);
    }
    // What more there is of an array is its members alone.
    let element = match field.items {
        _ if !field.fields.is_empty() => Field { kind: Type::Object, more: field.more, ..Field::EMPTY },
        Some(items) => Field { kind: items, ..Field::EMPTY },
        None => return Ok(()),
    };
    let element = Field { secret: field.secret, ..element };
    for (index, item) in elements(value).unwrap_or_default().into_iter().enumerate() {
        check_value(&element, item, rules, &format!("{path}[{index}]"))?;
    }
    Ok(())
}

fn is_a(wanted: Type, found: Kind) -> bool {
    match wanted {
        Type::String | Type::File => found == Kind::String,
        Type::Integer => found == Kind::Integer,
        Type::Number => matches!(found, Kind::Integer | Kind::Number),
        Type::Boolean => found == Kind::Boolean,
        Type::Array => found == Kind::Array,
        Type::Object => found == Kind::Object,
    }
}

fn fits(wanted: Type, found: Kind, text: Option<&str>, tolerant: bool) -> bool {
    if is_a(wanted, found) {
        return true;
    }
    if !tolerant {
        return false;
    }
    match (wanted, text) {
        (Type::String, None) => matches!(found, Kind::Integer | Kind::Number),
        (Type::Integer, Some(text)) => is_integer(text),
        (Type::Number, Some(text)) => {
            serde_json::from_str::<&RawValue>(text).is_ok_and(|held| is_a(Type::Number, kind(held)))
        }
        (Type::Boolean, Some(text)) => matches!(text, "true" | "false"),
        _ => false,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn listed(field: &Field, plain: &str) -> bool {
    field.open
        || field.values.is_empty()
        || field.values.iter().any(|value| match value.value {
            Literal::Text(text) => text == plain,
            Literal::Number(number) => plain.parse() == Ok(number),
        })
}

/// Integers are 64 bits wide; a range binds integers and numbers alike.
fn in_range(field: &Field, plain: &str) -> bool {
    match field.kind {
        Type::Integer => plain
            .parse::<i64>()
            .is_ok_and(|number| field.min.is_none_or(|min| number >= min) && field.max.is_none_or(|max| number <= max)),
        Type::Number if field.min.is_some() || field.max.is_some() => {
            serde_json::from_str::<f64>(plain).is_ok_and(|number| {
                field.min.is_none_or(|min| number >= min as f64) && field.max.is_none_or(|max| number <= max as f64)
            })
        }
        _ => true,
    }
}

fn unknown(fields: &[Field], name: &str, rules: Rules, inside: &str) -> String {
    let mut message = format!("unknown {} {}", rules.noun, quoted(&join(inside, name)));
    match nearest(name, fields.iter().map(|field| field.name.as_str())) {
        Some(near) => _ = write!(message, "; did you mean \"{}\"?", join(inside, near)),
        None if fields.is_empty() => message.push_str("; none is taken here"),
        None => {
            let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            _ = write!(message, "; known: {}", known.join(", "));
        }
    }
    message
}

/// What a field takes, for a sentence: `an integer from 1 to 100`.
fn expected(field: &Field, rules: Rules) -> String {
    let mut text = String::from(match field.kind {
        Type::String => "a string",
        Type::Integer => "a 64-bit integer",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::Array => "an array",
        Type::Object => "an object",
        Type::File => "the path of a file, as a string",
    });
    match (field.min, field.max) {
        (Some(min), Some(max)) => _ = write!(text, " from {min} to {max}"),
        (Some(min), None) => _ = write!(text, " of at least {min}"),
        (None, Some(max)) => _ = write!(text, " of at most {max}"),
        (None, None) => {}
    }
    if !field.unit.is_empty() {
        _ = write!(text, " ({})", field.unit);
    }
    if !field.values.is_empty() && !field.open {
        let values: Vec<String> = field.values.iter().map(Value::to_string).collect();
        _ = write!(text, ", one of {}", values.join(", "));
    }
    for also in field.also {
        _ = write!(text, " or {}", also.as_str());
    }
    if rules.tolerant && matches!(field.kind, Type::Array | Type::Object) {
        text.push_str(" or a string that holds it as JSON");
    }
    text
}

/// The value whose meaning was given in its place, or that differs in case alone.
fn meant(field: &Field, text: &str) -> Option<String> {
    field.values.iter().find_map(|value| match value.value {
        Literal::Text(name) if name.eq_ignore_ascii_case(text) => Some(format!("; did you mean \"{name}\"?")),
        literal => {
            let meaning = value.meaning.get().filter(|meaning| meaning.eq_ignore_ascii_case(text))?;
            Some(match literal {
                Literal::Text(name) => format!("; did you mean \"{name}\" ({meaning})?"),
                Literal::Number(number) => format!("; did you mean {number} ({meaning})?"),
            })
        }
    })
}

/// What was given: its value where it is short, plain and no secret, else its kind alone.
fn described(field: &Field, value: &RawValue) -> String {
    let found = kind(value);
    let scalar = matches!(found, Kind::Integer | Kind::Number | Kind::Boolean | Kind::String);
    if scalar && !holds_secret(field) && value.get().len() <= 60 {
        format!("{} ({})", found.described(), value.get())
    } else {
        found.described().to_owned()
    }
}

/// Whether what was given in its place may be a secret, such as an address with a password where an object was expected.
/// Where an object has any members, nobody knows.
fn holds_secret(field: &Field) -> bool {
    let has_any = field.kind == Type::Object && field.fields.is_empty();
    field.secret || has_any || field.fields.iter().any(holds_secret)
}

fn join<'n>(inside: &str, name: &'n str) -> Cow<'n, str> {
    if inside.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{inside}.{name}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{More, Text, Word};

    const STRICT: Rules = Rules { noun: "parameter", tolerant: false };
    const TOLERANT: Rules = Rules { noun: "parameter", tolerant: true };

    const FIELDS: &[Field] = &[
        Field { name: Word::of("room_id"), kind: Type::String, required: true, ..Field::EMPTY },
        Field {
            name: Word::of("page"),
            kind: Type::Integer,
            more: Some(&More { min: Some(1), max: Some(100), ..More::NONE }),
            ..Field::EMPTY
        },
        Field {
            name: Word::of("mode"),
            kind: Type::Integer,
            more: Some(&More {
                values: &[Value::number(0).meaning(Text::of("all")), Value::number(1).meaning(Text::of("video"))],
                ..More::NONE
            }),
            ..Field::EMPTY
        },
        Field {
            name: Word::of("level"),
            kind: Type::String,
            more: Some(&More {
                values: &[Value::text(Word::of("low")), Value::text(Word::of("middle")).meaning(Text::of("medium"))],
                ..More::NONE
            }),
            ..Field::EMPTY
        },
        Field {
            name: Word::of("media"),
            kind: Type::String,
            more: Some(&More { values: &[Value::text(Word::of("audio"))], ..More::NONE }),
            open: true,
            ..Field::EMPTY
        },
        Field {
            name: Word::of("rate"),
            kind: Type::Integer,
            more: Some(&More { also: &[Type::String], ..More::NONE }),
            ..Field::EMPTY
        },
        Field { name: Word::of("mute"), kind: Type::Boolean, ..Field::EMPTY },
        Field { name: Word::of("ids"), kind: Type::Array, items: Some(Type::String), ..Field::EMPTY },
        Field {
            name: Word::of("videos"),
            kind: Type::Array,
            more: Some(&More {
                fields: &[
                    Field { name: Word::of("x"), kind: Type::Number, required: true, ..Field::EMPTY },
                    Field { name: Word::of("zorder"), kind: Type::Integer, ..Field::EMPTY },
                ],
                ..More::NONE
            }),
            ..Field::EMPTY
        },
        Field { name: Word::of("password"), kind: Type::String, secret: true, ..Field::EMPTY },
    ];

    fn problem(rules: Rules, text: &str) -> Option<String> {
        check(FIELDS, &Members::parse(text).unwrap(), rules).err()
    }

    fn assert_problem(rules: Rules, text: &str, words: &[&str]) {
        let problem = problem(rules, text).unwrap_or_else(|| panic!("{text} passed"));
        for word in words {
            assert!(problem.contains(word), "{problem:?} lacks {word:?}");
        }
    }

    #[test]
    fn what_fits_passes() {
        let text = r#"{"room_id":"1","page":7,"mode":1,"media":"desktop","rate":"1000-1500","mute":true,
            "ids":["a"],"videos":[{"x":0.5,"zorder":1},{"x":1}]}"#;
        assert_eq!(problem(STRICT, text), None);
    }

    #[test]
    fn each_problem_names_the_member_and_what_was_expected() {
        assert_problem(STRICT, "{}", &["required parameter \"room_id\" is missing", "a string"]);
        assert_problem(STRICT, r#"{"room_id":5}"#, &["\"room_id\"", "a string", "an integer (5)"]);
        assert_problem(STRICT, r#"{"room_id":null}"#, &["\"room_id\"", "got null"]);
        assert_problem(STRICT, r#"{"room_id":"1","page":101}"#, &["\"page\"", "from 1 to 100"]);
        assert_problem(STRICT, r#"{"room_id":"1","page":1.5}"#, &["\"page\"", "a number (1.5)"]);
        assert_problem(STRICT, r#"{"room_id":"1","page":9223372036854775808}"#, &["64-bit"]);
        assert_problem(STRICT, r#"{"room_id":"1","mode":2}"#, &["one of 0, 1"]);
        assert_problem(STRICT, r#"{"room_idd":"1"}"#, &["unknown parameter \"room_idd\"", "did you mean \"room_id\"?"]);
        assert_problem(STRICT, r#"{"room_id":"1","ids":["a",2]}"#, &["\"ids[1]\""]);
        assert_problem(STRICT, r#"{"room_id":"1","videos":[{"zorder":0}]}"#, &["\"videos[0].x\" is missing"]);
        assert_problem(STRICT, r#"{"room_id":"1","videos":[{"x":0,"zorde":0}]}"#, &["\"videos[0].zorder\"?"]);
        assert_problem(STRICT, r#"{"room_id":"\ud800"}"#, &["\"room_id\"", "no character"]);
    }

    #[test]
    fn on_avd_numbers_come_as_strings_and_the_reverse() {
        let text = r#"{"room_id":12345,"page":"7","mute":"true","videos":"[{\"x\":\"0.5\"}]"}"#;
        assert_eq!(problem(TOLERANT, text), None);
        assert_problem(STRICT, text, &["\"room_id\""]);
        assert_problem(TOLERANT, r#"{"room_id":true}"#, &["\"room_id\""]);
        assert_problem(TOLERANT, r#"{"room_id":"1","page":"seven"}"#, &["\"page\""]);
        assert_problem(TOLERANT, r#"{"room_id":"1","page":"101"}"#, &["from 1 to 100"]);
        assert_problem(TOLERANT, r#"{"room_id":"1","videos":"{}"}"#, &["\"videos\"", "an array"]);
        assert_problem(TOLERANT, r#"{"room_id":"1","videos":"[{}]"}"#, &["\"videos[0].x\""]);
    }

    #[test]
    #[cfg(feature = "catalog-texts")]
    fn a_meaning_in_place_of_its_value_is_answered_with_the_value() {
        let medium =
            ["\"level\"", "one of low, middle", "got a string (\"medium\"); did you mean \"middle\" (medium)?"];
        assert_problem(STRICT, r#"{"room_id":"1","level":"medium"}"#, &medium);
        assert_problem(STRICT, r#"{"room_id":"1","level":"LOW"}"#, &["did you mean \"low\"?"]);
        assert_problem(TOLERANT, r#"{"room_id":"1","mode":"Video"}"#, &["one of 0, 1", "did you mean 1 (video)?"]);
        let unlike = problem(STRICT, r#"{"room_id":"1","level":"best"}"#).unwrap();
        assert!(unlike.ends_with("got a string (\"best\")"), "{unlike}");
    }

    #[test]
    fn a_secret_is_never_quoted() {
        let problem = problem(STRICT, r#"{"room_id":"1","password":123456}"#).unwrap();
        assert!(!problem.contains("123456"), "{problem}");
    }
}
