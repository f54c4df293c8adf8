//! The operations of the three platforms: the types, and the look-up by name.
//!
//! The rows are in [`table`], which `cargo xtask codegen` renders from `catalog/*.toml`.

mod packed;
pub mod table;
mod word;

pub use word::{Text, Word};

use serde::Serialize;
use std::fmt;
use std::ops::Deref;

/// One of the three conferencing platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformName {
    /// 好视通 FSP business gateway.
    Hst,
    /// 游密 video REST.
    Youme,
    /// 叁体 AVD, nice2meet sdkapi v2.
    Avd,
}

impl PlatformName {
    pub const ALL: [PlatformName; 3] = [PlatformName::Hst, PlatformName::Youme, PlatformName::Avd];

    pub const fn as_str(self) -> &'static str {
        match self {
            PlatformName::Hst => "hst",
            PlatformName::Youme => "youme",
            PlatformName::Avd => "avd",
        }
    }

    /// The prefix that every documented path of the platform takes, from the host root.
    pub const fn path_prefix(self) -> &'static str {
        match self {
            PlatformName::Hst => table::HST_PREFIX,
            PlatformName::Youme => table::YOUME_PREFIX,
            PlatformName::Avd => table::AVD_PREFIX,
        }
    }

    /// The platform's error table, ascending by number.
    pub const fn errors(self) -> &'static [ErrorNumber] {
        match self {
            PlatformName::Hst => table::HST_ERRORS,
            PlatformName::Youme => table::YOUME_ERRORS,
            PlatformName::Avd => table::AVD_ERRORS,
        }
    }

    /// What the platform's documents say about one of its error numbers.
    pub fn error(self, code: i64) -> Option<&'static ErrorNumber> {
        let errors = self.errors();
        let index = errors.binary_search_by_key(&code, |error| error.code).ok()?;
        errors.get(index)
    }
}

impl fmt::Display for PlatformName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub const ALL: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Where an operation's parameters travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Query,
    Form,
    Json,
    /// The file in a multipart body, the other parameters in the query.
    Upload,
}

/// When a call may be repeated after bytes were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// The operation only reads.
    Safe,
    /// It may have acted: repeat only if no byte was sent.
    AfterConnectFailure,
}

/// What the caller passes for a parameter, and what an answer's member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    File,
}

impl Type {
    pub const fn as_str(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Boolean => "boolean",
            Type::Array => "array",
            Type::Object => "object",
            Type::File => "file",
        }
    }
}

/// One allowed (or, in an open list, known) value, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Value {
    pub value: Literal,
    pub meaning: Text,
}

impl Value {
    pub const fn text(text: Word) -> Value {
        Value { value: Literal::Text(text), meaning: Text::NONE }
    }

    pub const fn number(number: i64) -> Value {
        Value { value: Literal::Number(number), meaning: Text::NONE }
    }

    pub const fn meaning(self, meaning: Text) -> Value {
        Value { meaning, ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    Text(Word),
    Number(i64),
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Literal::Text(text) => text.fmt(out),
            Literal::Number(number) => write!(out, "{number}"),
        }
    }
}

/// A parameter, or a member of a nested one.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: Word,
    pub kind: Type,
    pub required: bool,
    /// `values` are the known ones; others pass.
    pub open: bool,
    pub secret: bool,
    /// The default is sent when the caller gives nothing.
    pub always_sent: bool,
    /// The type of an array's scalar elements.
    pub items: Option<Type>,
    /// Most have nothing more: apart from it, a field is small.
    pub more: Option<&'static More>,
}

/// What few fields have.
#[derive(Debug)]
pub struct More {
    /// The members of an object, or of each object of an array.
    pub fields: &'static [Field],
    pub unit: Word,
    pub values: &'static [Value],
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Further JSON types taken as they are.
    pub also: &'static [Type],
    pub default: Word,
    /// A second name under which the value travels too.
    pub also_sent_as: Word,
}

impl Field {
    /// What the generated table fills up from.
    pub const EMPTY: Field = Field {
        name: Word::NONE,
        kind: Type::String,
        required: false,
        open: false,
        secret: false,
        always_sent: false,
        items: None,
        more: None,
    };
}

impl More {
    pub const NONE: More = More {
        fields: &[],
        unit: Word::NONE,
        values: &[],
        min: None,
        max: None,
        also: &[],
        default: Word::NONE,
        also_sent_as: Word::NONE,
    };
}

impl Deref for Field {
    type Target = More;

    fn deref(&self) -> &More {
        self.more.unwrap_or(const { &More::NONE })
    }
}

/// What the platform's document says of two parameters together.
#[derive(Debug)]
pub struct Rule {
    /// `osds needs videos`
    pub words: Word,
    /// Document and lines.
    pub source: Word,
    pub demand: Demand,
}

/// Values are compared as they travel: as text.
#[derive(Debug)]
pub enum Demand {
    /// With `param` (of one of the values `is`, where any are named) `needs` has to be given.
    Requires {
        param: Word,
        is: &'static [Word],
        needs: Word,
    },
    /// With `param` of one of the values `is`, `other` takes `values` only; left out, it has its default.
    Allows {
        param: Word,
        is: &'static [Word],
        other: Word,
        values: &'static [Word],
    },
    AtLeastOne(&'static [Word]),
    /// Two times: `last` is not before `first`.
    Ordered {
        first: Word,
        last: Word,
    },
}

/// When what an operation reads has come to an end, so that it can be waited for.
#[derive(Debug)]
pub struct Settles {
    /// `stopped`
    pub name: Word,
    /// `the recording has stopped`
    pub until: Word,
    pub when: When,
    /// Optional parameters without which something else would be waited for.
    pub needs: &'static [Word],
}

/// What an answer is looked at for.
#[derive(Debug)]
pub enum When {
    /// An integer, by the names of members (`record_list.status`), arrays looked through for the first: what is waited for, and what
    /// will not become that any more.
    Is {
        member: Word,
        done: &'static [i64],
        failed: &'static [i64],
        /// The member's known values, for the words of an error.
        known: &'static [Value],
    },
    /// Texts by the names of members (`data.download_url`), arrays looked through: one that is there and not empty.
    Any { any: &'static [Word] },
}

/// One documented operation.
#[derive(Debug)]
pub struct Operation {
    /// `avd.room.mix_record.start`
    pub name: Word,
    pub platform: PlatformName,
    /// How it is sent unless the configuration says otherwise.
    pub method: Method,
    /// Whole, from the host root.
    pub path: Word,
    pub retry: Retry,
    /// The operation that this one ends.
    pub undoes: Word,
    /// Its parameters that are named otherwise in the answer of what it undoes: the parameter, and the member.
    pub undoes_with: &'static [(Word, Word)],
    /// When what it reads has come to an end.
    pub settles: Option<Settles>,
    pub carrier: Carrier,
    /// The operation fetches the platform's token.
    pub fetches_token: bool,
    /// A successful answer has neither `ret` nor `code`; a failed one has.
    pub bare_reply: bool,
    pub params: &'static [Field],
    pub rules: &'static [Rule],
    /// The members of its answer, where an operation undoes it.
    pub answered: &'static [Word],
}

impl Operation {
    /// The name without its platform, as the error document shows it.
    pub fn short_name(&self) -> &'static str {
        let name = self.name.as_str();
        name.split_once('.').map_or(name, |(_, rest)| rest)
    }
}

/// What kind of failure an error number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Keys or signature refused.
    Auth,
    /// The token expired or was replaced.
    TokenDead,
    BadRequest,
    NotFound,
    /// Exists already, or is not in the state that the call needs.
    Conflict,
    /// Switched off by the site or the licence.
    Forbidden,
    Limit,
    Unsupported,
    /// Transient: try later.
    Busy,
    /// The platform's own fault.
    Server,
}

/// One number of a platform's error table.
#[derive(Debug)]
pub struct ErrorNumber {
    pub code: i64,
    pub meaning: Text,
    /// The same in Chinese.
    pub zh: Text,
    pub class: ErrorClass,
    /// Worth repeating, for operations that only read.
    pub transient: bool,
}

/// The operation of that whole name (`avd.room.create`).
pub fn find(name: &str) -> Option<&'static Operation> {
    let of = |index: &u8| table::OPERATIONS.get(usize::from(*index)).copied();
    let found = table::BY_NAME.binary_search_by(|index| of(index).map_or("", |it| it.name.as_str()).cmp(name)).ok()?;
    of(table::BY_NAME.get(found)?)
}

/// All operations, in the order of the platforms' documents.
pub fn operations() -> &'static [&'static Operation] {
    table::OPERATIONS
}

/// The whole catalog as JSON: `{"version":…,"operations":[…],"errors":{"avd":[…],…}}`. Without the feature `catalog-texts` it is
/// what programs need of it.
pub fn to_json() -> String {
    // One line, as all JSON of this library. No text of JSON holds a line's end.
    packed::unpacked().replace('\n', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name() {
        assert!(!operations().is_empty());
        for operation in operations() {
            assert_eq!(find(&operation.name).map(|found| found.name), Some(operation.name));
        }
        assert!(find("avd.room.creat").is_none());
        assert!(find("").is_none());
    }

    #[test]
    fn error_tables_are_ascending_so_that_the_search_finds_each() {
        for platform in PlatformName::ALL {
            for error in platform.errors() {
                assert_eq!(platform.error(error.code).map(|e| e.code), Some(error.code));
            }
        }
    }

    #[test]
    fn an_operation_lists_its_own_numbers_and_the_common_ones() {
        let catalog: serde_json::Value = serde_json::from_str(&to_json()).unwrap();
        let errors = |name: &str| -> Vec<i64> {
            let found = catalog["operations"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
            found["errors"].as_array().unwrap().iter().map(|code| code.as_i64().unwrap()).collect()
        };
        assert_eq!(
            errors("avd.device.audio.mute"),
            [40002, 40003, 40004, 40009, 40024, 40033, 41001, 41002, 41003, 41005]
        );
        // No token is dead where one is fetched.
        assert_eq!(errors("avd.app.get_token"), [401, 40001, 40002, 41001, 41002, 41003, 41005]);
        assert_eq!(errors("hst.access.token").len() + 1, errors("hst.kickout").len());
        assert!(errors("youme.query_room_info").is_empty());
    }

    #[test]
    fn what_an_operation_undoes_exists() {
        for operation in operations().iter().filter(|o| !o.undoes.is_empty()) {
            assert!(find(&operation.undoes).is_some(), "{} undoes {}", operation.name, operation.undoes);
        }
    }

    #[test]
    fn the_json_is_one_object_with_all_of_it() {
        let catalog: serde_json::Value = serde_json::from_str(&to_json()).unwrap();
        assert_eq!(catalog["operations"].as_array().unwrap().len(), operations().len());
        assert_eq!(catalog["version"], env!("CARGO_PKG_VERSION"));
        assert!(catalog["errors"]["avd"].as_array().unwrap().len() > 50);
        let of = |name: &str| catalog["operations"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
        let start = of("avd.room.mix_record.start");
        assert_eq!(start["rules"][0]["words"], "osds needs videos");
        // What only a person reads.
        let texts =
            [&start["rules"][0]["source"], &start["summary"], &start["zh"], &catalog["errors"]["avd"][0]["meaning"]];
        assert!(texts.iter().all(|text| text.is_string() == cfg!(feature = "catalog-texts")), "{texts:?}");
    }
}
