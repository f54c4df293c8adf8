//! The catalog for programs, which `meetgate_catalog` hands out: whole, and without what only a person reads.

use super::view::{Field, View, operation::Operation};
use crate::catalog::{ErrorNumber, Result, Value};
use serde::Serialize;
use std::fmt::Write as _;

/// What an entry keeps of the catalog's texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    Kept,
    LeftOut,
}

/// One line for each operation and each error number.
pub fn render(view: &View<'_>, texts: Texts) -> Result<String> {
    let mut json = format!("{{\"version\":{},\n\"operations\":[\n", serde_json::to_string(view.version)?);
    let operations = view.platforms.iter().flat_map(|platform| {
        platform.operations.iter().map(|operation| OperationEntry::of(platform.name, operation, texts))
    });
    push_lines(&mut json, operations)?;
    json.push_str("],\n\"errors\":{");
    for (index, platform) in view.platforms.iter().enumerate() {
        let comma = if index == 0 { "" } else { ",\n" };
        _ = writeln!(json, "{comma}{}:[", serde_json::to_string(platform.name)?);
        push_lines(&mut json, platform.errors.iter().map(|error| ErrorEntry::of(error, texts)))?;
        json.push(']');
    }
    json.push_str("}}\n");
    Ok(json)
}

fn push_lines(json: &mut String, entries: impl Iterator<Item = impl Serialize>) -> Result<()> {
    for (index, entry) in entries.enumerate() {
        json.push_str(if index == 0 { "" } else { ",\n" });
        json.push_str(&serde_json::to_string(&entry)?);
    }
    Ok(())
}

#[derive(Serialize)]
struct OperationEntry<'v> {
    name: &'v str,
    platform: &'v str,
    method: &'v str,
    methods: &'v [&'v str],
    path: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zh: Option<&'v str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    danger: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    doc: String,
    retry: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    undoes: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settles: Option<SettlesEntry<'v>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: String,
    params: Vec<FieldEntry<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RuleEntry<'v>>,
    returns: Vec<FieldEntry<'v>>,
    errors: &'v [i64],
}

#[derive(Serialize)]
struct SettlesEntry<'v> {
    name: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    until: &'v str,
    #[serde(flatten)]
    when: WhenEntry<'v>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    needs: &'v [String],
}

#[derive(Serialize)]
#[serde(untagged)]
enum WhenEntry<'v> {
    Is { member: &'v str, done: &'v [i64], failed: &'v [i64] },
    Any { any: &'v [String] },
}

#[derive(Serialize)]
struct RuleEntry<'v> {
    words: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'v str,
}

#[derive(Serialize)]
struct FieldEntry<'v> {
    name: &'v str,
    #[serde(rename = "type")]
    kind: &'v str,
    required: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    doc: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'v str,
    values: Vec<ValueEntry<'v>>,
    #[serde(skip_serializing_if = "is_false")]
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'v [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    items: &'v str,
    fields: Vec<FieldEntry<'v>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    default: &'v str,
    #[serde(skip_serializing_if = "is_false")]
    secret: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    also_sent_as: &'v str,
}

#[derive(Serialize)]
struct ValueEntry<'v> {
    value: &'v Value,
    #[serde(skip_serializing_if = "str::is_empty")]
    meaning: &'v str,
}

#[derive(Serialize)]
struct ErrorEntry<'v> {
    code: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zh: Option<&'v str>,
    class: &'v str,
    #[serde(skip_serializing_if = "is_false")]
    transient: bool,
    #[serde(skip_serializing_if = "is_false")]
    common: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'v str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: String,
}

impl Texts {
    /// A text that an entry always has.
    fn always(self, text: &str) -> Option<&str> {
        (self == Texts::Kept).then_some(text)
    }

    fn text(self, text: &str) -> &str {
        self.always(text).unwrap_or_default()
    }

    /// The same on one line.
    fn line(self, text: &str) -> String {
        super::templates::plain(self.text(text))
    }
}

impl<'v> OperationEntry<'v> {
    fn of(platform: &'v str, operation: &'v Operation<'_>, texts: Texts) -> Self {
        OperationEntry {
            name: &operation.name,
            platform,
            method: operation.method,
            methods: &operation.methods,
            path: &operation.path,
            summary: texts.always(operation.summary),
            zh: texts.always(operation.zh),
            danger: texts.text(operation.danger),
            doc: texts.line(operation.doc),
            retry: operation.retry,
            undoes: &operation.undoes,
            settles: operation.settles.map(|settles| SettlesEntry {
                name: &settles.name,
                until: texts.text(&settles.until),
                when: match &settles.member {
                    Some(member) => WhenEntry::Is { member, done: &settles.done, failed: &settles.failed },
                    None => WhenEntry::Any { any: &settles.any },
                },
                needs: &settles.needs,
            }),
            source: texts.text(operation.source),
            note: texts.line(operation.note),
            params: FieldEntry::all(&operation.params, texts),
            rules: operation
                .rules
                .iter()
                .map(|told| RuleEntry { words: &told.words, source: texts.text(told.rule.source()) })
                .collect(),
            returns: FieldEntry::all(&operation.returns, texts),
            errors: &operation.all_errors,
        }
    }
}

impl<'v> FieldEntry<'v> {
    fn all(fields: &'v [Field], texts: Texts) -> Vec<Self> {
        fields.iter().map(|field| FieldEntry::of(field, texts)).collect()
    }

    fn of(field: &'v Field, texts: Texts) -> Self {
        FieldEntry {
            name: &field.name,
            kind: &field.kind,
            required: field.required,
            doc: texts.line(&field.doc),
            unit: &field.unit,
            values: field
                .values
                .iter()
                .map(|known| ValueEntry { value: &known.value, meaning: texts.text(&known.meaning) })
                .collect(),
            open: field.open,
            min: field.min,
            max: field.max,
            also: &field.also,
            items: &field.items,
            fields: FieldEntry::all(&field.fields, texts),
            default: &field.default,
            secret: field.secret,
            also_sent_as: &field.also_sent_as,
        }
    }
}

impl<'v> ErrorEntry<'v> {
    fn of(error: &'v ErrorNumber, texts: Texts) -> Self {
        ErrorEntry {
            code: error.code,
            name: texts.always(&error.name),
            meaning: texts.always(&error.meaning),
            zh: texts.always(&error.zh),
            class: &error.class,
            transient: error.transient,
            common: error.common,
            source: texts.text(&error.source),
            note: texts.line(&error.note),
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
