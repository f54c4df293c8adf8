//! JSON as it was written: members in order, each value still its own text.
//!
//! Nothing is converted on the way, so that 64-bit integers, decimals and escapes leave exactly as they came.

pub(crate) mod check;
mod nearest;
pub(crate) mod pointer;
mod readable;

pub(crate) use nearest::{nearest, quoted};
pub(crate) use readable::{
    LONGEST_EXCERPT, LONGEST_SHOWN, beginning, beginning_of_string, boundary_before, excerpt, lenient, readable,
};

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::iter;

/// The one value of a text, without the byte order mark that editors on Windows put first, and without white space around
/// it. The error does not quote the text.
pub(crate) fn value(text: &str) -> Result<&RawValue, String> {
    serde_json::from_str(without_bom(text).trim_ascii()).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> String {
    format!("not valid JSON: {}", problem(error))
}

/// What is wrong with a text, and where. Never the parser's words on a value, which quote it.
fn problem(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        Category::Syntax => error.to_string(),
        Category::Data | Category::Io => {
            format!("an unexpected value at line {} column {}", error.line(), error.column())
        }
    }
}

pub(crate) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A text as a JSON string.
pub(crate) fn quote(text: &str) -> String {
    // Writing a string to memory cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// Puts a text behind another as a JSON string.
pub(crate) fn push_quoted(text: &str, out: &mut String) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..b' ')) {
        return out.push_str(&quote(text));
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// The members of one JSON object, borrowed from its text.
#[derive(Debug, Default)]
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads an object of the caller's. The error says what is wrong, without quoting the text.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let text = without_bom(text).trim_ascii();
        if text.starts_with('{') {
            return serde_json::from_str(text).map_err(|error| not_json(&error)).and_then(Members::without_twins);
        }
        Err(format!("expected a JSON object, got {}", kind(value(text)?).described()))
    }

    /// The members of a caller's value that is known to be an object. A name that comes twice is a slip.
    pub(crate) fn of(value: &'a RawValue) -> Result<Self, String> {
        Members::of_answer(value).and_then(Members::without_twins)
    }

    fn without_twins(self) -> Result<Self, String> {
        match self.twice() {
            Some(twice) => Err(format!("member {} appears twice", quoted(twice))),
            None => Ok(self),
        }
    }

    /// A name that comes more than once.
    fn twice(&self) -> Option<&str> {
        /// So few names are compared faster than they are put into a set, and nothing is allocated.
        const FEW: usize = 16;
        let names = || self.0.iter().map(|(name, _)| name.as_ref());
        if self.0.len() <= FEW {
            return names()
                .enumerate()
                .find(|(index, name)| names().take(*index).any(|other| other == *name))
                .map(|(_, name)| name);
        }
        let mut seen = HashSet::with_capacity(self.0.len());
        names().find(|name| !seen.insert(*name))
    }

    /// The members of a platform's value that is known to be an object. Where a name comes twice, the last one counts.
    pub(crate) fn of_answer(value: &'a RawValue) -> Result<Self, String> {
        serde_json::from_str(value.get()).map_err(|error| problem(&error))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rfind(|(member, _)| member == name).map(|(_, value)| *value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// A member's text, when it is there and a string.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(string)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.get().parse().ok())
    }

    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(|value| value.get().parse().ok())
    }
}

/// Some members of an object, by their names; the rest is passed over. Where a name comes twice, the last one counts.
pub(crate) fn pick<'a, const N: usize>(object: &'a str, names: [&str; N]) -> Result<[Option<&'a RawValue>; N], String> {
    struct Object<'n, const N: usize>([&'n str; N]);
    impl<'de, const N: usize> Visitor<'de> for Object<'_, N> {
        type Value = [Option<&'de RawValue>; N];

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a JSON object")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut picked = [None; N];
            // As they were written: a name may be as long as the whole answer.
            while let Some(name) = map.next_key::<&RawValue>()? {
                match self.0.iter().zip(&mut picked).find(|(wanted, _)| is_name(name, wanted)) {
                    Some((_, place)) => *place = Some(map.next_value::<&RawValue>()?),
                    None => _ = map.next_value::<IgnoredAny>()?,
                }
            }
            Ok(picked)
        }
    }
    let mut text = serde_json::Deserializer::from_str(object);
    let picked = text.deserialize_map(Object(names)).and_then(|picked| text.end().map(|()| picked));
    picked.map_err(|error| problem(&error))
}

/// Whether a member's name, in quotation marks, is this one; it may be spelt with escapes.
fn is_name(quoted: &RawValue, name: &str) -> bool {
    let text = quoted.get();
    let longest = 6 * name.len() + 2;
    let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    plain == Some(name)
        || (text.contains('\\') && text.len() <= longest && string(quoted).is_some_and(|text| text == name))
}

/// A whole number, whatever its spelling: `40003`, `4.0003e4`, `200.0`, and each of them as a string.
pub(crate) fn whole_number(value: &RawValue) -> Option<i64> {
    let text = match kind(value) {
        Kind::Integer | Kind::Number => Cow::Borrowed(value.get()),
        Kind::String => string(value)?,
        _ => return None,
    };
    let text = text.trim();
    text.parse().ok().or_else(|| whole_decimal(text))
}

/// A whole number with a point or an exponent, by its digits: a floating point number does not tell all large ones apart.
fn whole_decimal(text: &str) -> Option<i64> {
    /// More digits than this are no number of 64 bits.
    const MOST_DIGITS: usize = 19;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let zeros = exponent.parse::<i64>().ok()?.checked_sub(fraction.len().try_into().ok()?)?;
    let places = usize::try_from(zeros.unsigned_abs()).ok()?;
    if digits.bytes().any(|digit| digit.is_ascii_digit() && digit != b'0') {
        match zeros {
            0.. => digits.extend(iter::repeat_n('0', Some(places).filter(|places| *places < MOST_DIGITS)?)),
            _ => {
                let kept = digits.len().checked_sub(places)?;
                digits.bytes().skip(kept).all(|digit| digit == b'0').then(|| digits.truncate(kept))?;
            }
        }
    }
    digits.parse().ok()
}

/// A member's name, borrowed where it holds no escape.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = Members::default();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.0.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// What a value's text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// With its article, for a sentence.
    pub(crate) const fn described(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Integer => "an integer",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

pub(crate) fn kind(value: &RawValue) -> Kind {
    match value.get().as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::String,
        Some(b't' | b'f') => Kind::Boolean,
        Some(b'n') => Kind::Null,
        _ if value.get().contains(['.', 'e', 'E']) => Kind::Number,
        _ => Kind::Integer,
    }
}

/// The text of a string value; `None` for anything else, and for an escape that is no character.
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(value.get()).ok().map(|Text(text)| text)
}

/// A value as it travels in a query or a form: the text of a string, the JSON of everything else; `None` as for [`string`].
pub(crate) fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    match kind(value) {
        Kind::String => string(value),
        _ => Some(Cow::Borrowed(value.get())),
    }
}

/// The elements of an array value, `None` for anything else.
pub(crate) fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text() {
        let text = r#"{"n": 1.10, "big": 18446744073709551616, "s": "a\u4f1a", "o": {"x" : 1}}"#;
        let members = Members::parse(text).unwrap();
        assert_eq!(members.get("n").unwrap().get(), "1.10");
        assert_eq!(members.get("big").unwrap().get(), "18446744073709551616");
        assert_eq!(members.text("s").unwrap(), "a会");
        assert_eq!(members.get("o").unwrap().get(), r#"{"x" : 1}"#);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(Members::parse("{").unwrap_err().starts_with("not valid JSON"));
        assert!(Members::parse("[1]").unwrap_err().contains("got an array"));
        assert!(Members::parse(r#"{"a":1,"a":2}"#).unwrap_err().contains(r#""a" appears twice"#));
        assert!(Members::parse("{} {}").unwrap_err().starts_with("not valid JSON"));
        let many: Vec<String> = (0..40).map(|number| format!("\"m{number}\":0")).collect();
        assert!(Members::parse(&format!("{{{}}}", many.join(","))).is_ok());
        let twice = Members::parse(&format!("{{{},\"m7\":1}}", many.join(","))).unwrap_err();
        assert!(twice.contains(r#""m7" appears twice"#), "{twice}");
    }

    #[test]
    fn an_escape_that_is_no_character_is_no_string() {
        let members = Members::parse(r#"{"s":"\ud800"}"#).unwrap();
        assert!(members.text("s").is_none());
    }

    #[test]
    fn members_are_picked_and_the_last_of_two_counts() {
        let picked = |text| {
            let [a, b] = pick(text, ["a", "b"])?;
            Ok::<_, String>((a.map(RawValue::get), b.map(RawValue::get)))
        };
        assert_eq!(picked(r#"{"x":[{"a":9}],"a":1,"a":"2"}"#), Ok((Some("\"2\""), None)));
        assert_eq!(picked(r#"{"b":null}"#), Ok((None, Some("null"))));
        assert!(picked(r#"{"a":1} x"#).is_err() && picked(r#"{"a":1,}"#).is_err() && picked("[]").is_err());
    }

    #[test]
    fn every_spelling_of_a_whole_number_counts() {
        let of = |text: &str| whole_number(value(text).unwrap());
        for zero in ["0", "-0", "0.0", "0e5", "\"0\"", "\"0.0\"", "\" 0 \"", "-0.0"] {
            assert_eq!(of(zero), Some(0), "{zero}");
        }
        for number in ["40003", "40003.0", "4.0003e4", "4.0003E+4", "400030e-1", "\"40003.00\""] {
            assert_eq!(of(number), Some(40003), "{number}");
        }
        for large in ["9007199254740993.0", "9007199254740993000e-3", "9.007199254740993e15"] {
            assert_eq!(of(large), Some(9_007_199_254_740_993), "{large}");
        }
        assert_eq!((of("-9223372036854775808.0"), of("-12e1")), (Some(i64::MIN), Some(-120)));
        assert_eq!((of("6050030000.0"), of("9223372036854775807")), (Some(6_050_030_000), Some(i64::MAX)));
        for none in [
            "0.5",
            "1e300",
            "null",
            "true",
            "\"x\"",
            "\"\"",
            "\"inf\"",
            "\"NaN\"",
            "[0]",
            "{}",
            "1e-1",
            "1e999",
            "9223372036854775808.0",
            "1e19",
            "1e-99999999999999999999",
            "\"-\"",
            "\".\"",
            "\"1.-0\"",
            "\"e1\"",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_pushed_is_quoted_as_everywhere() {
        for text in ["", "room_id", "会议", "a\"b", "\\", "\n", "\u{1f}", "\u{7f}", " "] {
            let mut out = "x".to_owned();
            push_quoted(text, &mut out);
            assert_eq!(out, format!("x{}", quote(text)));
        }
    }

    #[test]
    fn kinds() {
        let members = Members::parse(r#"{"a":-1,"b":1e3,"c":null,"d":[],"e":true}"#).unwrap();
        let kinds: Vec<Kind> = members.iter().map(|(_, value)| kind(value)).collect();
        assert_eq!(kinds, [Kind::Integer, Kind::Number, Kind::Null, Kind::Array, Kind::Boolean]);
    }
}
