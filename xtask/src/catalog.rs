//! The catalog as its files hold it: `catalog/*.toml`, read strictly.

mod citations;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fmt::{Display, Formatter};
use std::fs;
use std::path::Path;

pub use citations::first as first_citation;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How a source begins that is no numbered document: what the vendor's later public pages and demos say.
pub const LATER: &str = "later pages";

/// The platforms, in the order in which everything is rendered.
pub const PLATFORMS: [&str; 3] = ["hst", "youme", "avd"];

pub struct Catalog {
    pub platforms: Vec<Platform>,
    pub config: Vec<Key>,
    /// Options of one call that are no configuration keys.
    pub call_options: Vec<Field>,
    pub download_options: Vec<Field>,
    pub wait_options: Vec<Field>,
    pub events_options: Vec<Field>,
    pub failures: Failures,
}

/// `errors.toml`: how a call can end, and what the error document says of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failures {
    pub member: Vec<Member>,
    pub status: Vec<Status>,
    pub class: Vec<Class>,
}

/// A member of the error document.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub when: String,
    pub doc: String,
}

/// What to do about a status.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub name: String,
    /// Whether something of the call was sent.
    pub sent: String,
    pub todo: String,
    /// When `retryable` can be true.
    pub retry: String,
}

/// A class of the platforms' error numbers.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    pub name: String,
    pub doc: String,
}

#[derive(Serialize)]
pub struct Platform {
    #[serde(flatten)]
    pub about: About,
    pub errors: Vec<ErrorNumber>,
    pub operations: Vec<Operation>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub name: String,
    pub title: String,
    pub zh: String,
    pub prefix: String,
    /// The methods that each operation but an upload may be sent by, where it is not only its own.
    #[serde(default)]
    pub methods: Vec<String>,
    /// How a body travels: `form` or `json`.
    pub body: String,
    pub doc: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorNumber {
    pub code: i64,
    pub name: String,
    pub meaning: String,
    pub zh: String,
    pub class: String,
    #[serde(default)]
    pub transient: bool,
    /// Any operation may answer it, so that no operation lists it.
    #[serde(default)]
    pub common: bool,
    pub source: String,
    #[serde(default)]
    pub note: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Without the platform: `room.mix_record.start`.
    #[serde(default)]
    pub name: String,
    pub request: String,
    pub prefix: Option<String>,
    #[serde(default)]
    pub fetches_token: bool,
    /// A successful answer has neither `ret` nor `code`.
    #[serde(default)]
    pub bare_reply: bool,
    pub summary: String,
    pub zh: String,
    /// What it destroys, or whom it throws out: a sentence that its documentation begins with, in place of the summary.
    #[serde(default)]
    pub danger: String,
    #[serde(default)]
    pub doc: String,
    pub retry: String,
    #[serde(default)]
    pub undoes: String,
    /// Parameters that are named otherwise in the answer of what it undoes: the parameter, and the member.
    #[serde(default)]
    pub undoes_with: BTreeMap<String, String>,
    pub settles: Option<Settles>,
    /// Documents and lines, or `LATER`.
    pub source: String,
    #[serde(default)]
    pub note: String,
    /// Its own numbers; the platform's common ones come on top.
    #[serde(default)]
    pub errors: Vec<i64>,
    /// The platform notes that concern it.
    #[serde(default)]
    pub traps: Vec<String>,
    #[serde(default)]
    pub params: Vec<Field>,
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub returns: Vec<Field>,
    pub example: Example,
}

/// When what an operation reads has come to an end.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// One word: `wait_until_stopped`.
    pub name: String,
    /// `the recording has stopped`
    pub until: String,
    /// An integer of the answer, and its values: those that are waited for, and those that will not become one of them. One that
    /// stands in an array has the way there in front: `record_list.status`.
    pub member: Option<String>,
    #[serde(default)]
    pub done: Vec<i64>,
    #[serde(default)]
    pub failed: Vec<i64>,
    /// Or: texts of the answer, one of which has to be there. Arrays are looked through.
    #[serde(default)]
    pub any: Vec<String>,
    /// Optional parameters without which something else would be waited for.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Document and lines, and what they do not say.
    pub source: String,
}

/// What the platform's document says of two parameters together. Its words are made here and nowhere else.
#[derive(Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// With `param` (of one of the values `is`, where any are named) `needs` has to be given.
    Requires {
        param: String,
        #[serde(default)]
        is: Vec<Value>,
        needs: String,
        source: String,
    },
    /// With `param` of one of the values `is`, `other` takes `values` only; left out, it has its default.
    Allows {
        param: String,
        is: Vec<Value>,
        other: String,
        values: Vec<Value>,
        source: String,
    },
    AtLeastOne {
        params: Vec<String>,
        source: String,
    },
    /// Two times: `last` is not before `first`.
    Ordered {
        first: String,
        last: String,
        source: String,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What the caller passes.
    pub params: String,
    /// The request line without its version; `{…}` stands for what differs from run to run.
    pub sends: String,
    #[serde(default)]
    pub body: String,
    pub reply: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub required: bool,
    pub doc: String,
    #[serde(default)]
    pub values: Vec<Value>,
    #[serde(default)]
    pub open: bool,
    /// An answer's list that the document does not name: the name is the catalog's.
    #[serde(default)]
    pub unnamed: bool,
    /// What each of the values means.
    #[serde(default)]
    pub labels: Vec<String>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub also_sent_as: String,
    #[serde(default)]
    pub items: String,
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub secret: bool,
    #[serde(default)]
    pub default: String,
    #[serde(default)]
    pub always_sent: bool,
    /// Of an answer: the documents disagree on whether the platform sends it.
    #[serde(default)]
    pub optional: bool,
}

#[derive(Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Value {
    Number(i64),
    Text(String),
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => text.fmt(f),
        }
    }
}

/// One configuration key, and where it applies.
#[derive(Serialize)]
pub struct Key {
    #[serde(flatten)]
    pub field: Field,
    pub platforms: Vec<String>,
    /// It is an option of one call, too.
    pub per_call: bool,
}

impl Rule {
    /// Document and lines.
    pub fn source(&self) -> &str {
        match self {
            Rule::Requires { source, .. }
            | Rule::Allows { source, .. }
            | Rule::AtLeastOne { source, .. }
            | Rule::Ordered { source, .. } => source,
        }
    }

    /// The parameter that the rule is told at, if it is told at one.
    pub fn param(&self) -> Option<&str> {
        match self {
            Rule::Requires { param, .. } | Rule::Allows { param, .. } => Some(param),
            Rule::Ordered { last, .. } => Some(last),
            Rule::AtLeastOne { .. } => None,
        }
    }

    pub fn params(&self) -> Vec<&str> {
        match self {
            Rule::Requires { param, needs, .. } => vec![param, needs],
            Rule::Allows { param, other, .. } => vec![param, other],
            Rule::AtLeastOne { params, .. } => params.iter().map(String::as_str).collect(),
            Rule::Ordered { first, last, .. } => vec![first, last],
        }
    }

    /// What it demands; the sentence's subject is the parameter that it is told at.
    pub fn words(&self) -> String {
        let any_of = |values: &[Value]| {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            match values.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, others)) => format!("{} or {last}", others.join(", ")),
                None => String::new(),
            }
        };
        match self {
            Rule::Requires { is, needs, .. } if is.is_empty() => format!("needs {needs}"),
            Rule::Requires { is, needs, .. } => format!("{} needs {needs}", any_of(is)),
            Rule::Allows { is, other, values, .. } => format!("{} needs {other} {}", any_of(is), any_of(values)),
            Rule::AtLeastOne { params, .. } => format!("at least one of {} is needed", params.join(" and ")),
            Rule::Ordered { first, .. } => format!("must not be before {first}"),
        }
    }
}

impl Operation {
    /// Whether the numbered documents do not have it.
    pub fn is_later(&self) -> bool {
        self.source.starts_with(LATER)
    }

    /// A member of the answer, by the names of those that hold it: `record_list.status`.
    pub fn returned(&self, path: &str) -> Option<&Field> {
        let (mut fields, mut found) = (&self.returns, None);
        for name in path.split('.') {
            let field = fields.iter().find(|field| field.name == name)?;
            (fields, found) = (&field.fields, Some(field));
        }
        found
    }

    pub fn method(&self) -> &str {
        self.request.split_once(' ').map_or("", |(method, _)| method)
    }

    /// Whole, from the host root.
    pub fn path(&self, platform: &About) -> String {
        let prefix = self.prefix.as_deref().unwrap_or(&platform.prefix);
        format!("{prefix}{}", self.request.split_once(' ').map_or("", |(_, path)| path))
    }

    /// The C function's name.
    pub fn function(&self, platform: &About) -> String {
        format!("meetgate_{}_{}", platform.name, self.name.replace('.', "_"))
    }

    /// Every number that it may answer, ascending: its own and the common ones. A call that fetches the token has none that
    /// could be dead.
    pub fn all_errors(&self, errors: &[ErrorNumber]) -> Vec<i64> {
        let common = |error: &ErrorNumber| error.common && !(self.fetches_token && error.class == "token_dead");
        let is_answered = |error: &&ErrorNumber| common(error) || self.errors.contains(&error.code);
        errors.iter().filter(is_answered).map(|error| error.code).collect()
    }

    /// The name of its row in the Rust table.
    pub fn constant(&self, platform: &About) -> String {
        format!("{}_{}", platform.name, self.name.replace('.', "_")).to_uppercase()
    }
}

impl Catalog {
    /// For those who read no vendor's documents: without the places in them, and without the numbers of our notes on them.
    pub fn without_citations(mut self) -> Catalog {
        for platform in &mut self.platforms {
            uncite(&mut platform.about.doc);
            for operation in &mut platform.operations {
                [&mut operation.danger, &mut operation.doc, &mut operation.note].into_iter().for_each(uncite);
                uncite_fields(&mut operation.params);
                uncite_fields(&mut operation.returns);
            }
        }
        self.config.iter_mut().for_each(|key| uncite_fields(std::slice::from_mut(&mut key.field)));
        uncite_fields(&mut self.call_options);
        uncite_fields(&mut self.download_options);
        uncite_fields(&mut self.wait_options);
        uncite_fields(&mut self.events_options);
        self
    }
}

fn uncite(text: &mut String) {
    *text = citations::removed(text);
}

fn uncite_fields(fields: &mut [Field]) {
    for field in fields {
        uncite(&mut field.doc);
        uncite_fields(&mut field.fields);
    }
}

/// Reads and checks the whole catalog.
pub fn load(root: &Path) -> Result<Catalog> {
    let folder = root.join("catalog");
    let platforms = PLATFORMS
        .iter()
        .map(|name| {
            platform(&folder.join(format!("{name}.toml")))
                .map_err(|error| format!("catalog/{name}.toml: {error}").into())
        })
        .collect::<Result<Vec<Platform>>>()?;
    let (config, [call_options, download_options, wait_options, events_options]) =
        config(&folder.join("config.toml")).map_err(|error| format!("catalog/config.toml: {error}"))?;
    let failures = fs::read_to_string(folder.join("errors.toml"))?;
    let failures = toml::from_str(&failures).map_err(|error| format!("catalog/errors.toml: {error}"))?;
    Ok(Catalog { platforms, config, call_options, download_options, wait_options, events_options, failures })
}

fn platform(path: &Path) -> Result<Platform> {
    let mut file: toml::Table = fs::read_to_string(path)?.parse()?;
    let about: About = file.remove("platform").ok_or("[platform] is missing")?.try_into()?;
    let errors: Vec<ErrorNumber> = match file.remove("error") {
        Some(errors) => errors.try_into()?,
        None => Vec::new(),
    };
    if !errors.is_sorted_by_key(|error| error.code) {
        return Err("the error numbers are not in ascending order".into());
    }
    let mut operations = Vec::new();
    for (name, table) in file {
        let operation: Operation = table.try_into().map_err(|error| format!("{name}: {error}"))?;
        let operation = Operation { name: name.clone(), ..operation };
        check(&operation, &errors).map_err(|problem| format!("{name}: {problem}"))?;
        operations.push(with_rules_told(operation));
    }
    operations
        .iter()
        .try_for_each(|it| check_undoes(it, &operations).map_err(|problem| format!("{}: {problem}", it.name)))?;
    Ok(Platform { about, errors, operations })
}

/// What a reader of the catalog would stumble over, and the type of its members cannot say.
fn check(operation: &Operation, errors: &[ErrorNumber]) -> Result<()> {
    if !operation.danger.is_empty() && !operation.danger.ends_with('.') {
        return Err("the danger is not a sentence".into());
    }
    check_source(&operation.source)?;
    check_fields(&operation.params)?;
    check_fields(&operation.returns)?;
    operation.rules.iter().try_for_each(|rule| check_rule(operation, rule))?;
    if let Some(settles) = &operation.settles {
        check_settles(operation, settles)?;
    }
    for code in &operation.errors {
        if !errors.iter().any(|error| error.code == *code) {
            return Err(format!("error {code} is not in the platform's table").into());
        }
    }
    let example: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&operation.example.params)?;
    for name in example.keys() {
        if !operation.params.iter().any(|param| param.name == *name) {
            return Err(format!("the example passes {name:?}, which is no parameter").into());
        }
    }
    let reply: serde_json::Value = serde_json::from_str(&operation.example.reply)?;
    if !reply.is_object() {
        return Err("the example's reply is no object".into());
    }
    check_members(&operation.returns, &[reply.get("result").filter(|it| it.is_object()).unwrap_or(&reply)])
}

/// A numbered document, `004 L12`, or the later pages: nothing else tells an operation that is documented from one that is not.
fn check_source(source: &str) -> Result<()> {
    match citations::begins(source) || source.starts_with(LATER) {
        true => Ok(()),
        false => {
            Err(format!("the source {source:?} begins neither with a document and its line nor with {LATER:?}").into())
        }
    }
}

/// What the document's own sample does not have, the platform may leave out.
fn check_members(fields: &[Field], objects: &[&serde_json::Value]) -> Result<()> {
    for field in fields {
        let values: Vec<_> = objects.iter().filter_map(|object| object.get(&field.name)).collect();
        if values.len() < objects.len() && !field.optional {
            return Err(format!("the example's reply has no {:?}, which is not said to be optional", field.name).into());
        }
        let items = values.iter().filter_map(|value| value.as_array()).flatten();
        let inner: Vec<_> = values.iter().copied().chain(items).filter(|value| value.is_object()).collect();
        check_members(&field.fields, &inner)?;
    }
    Ok(())
}

/// Each rule becomes a sentence of the parameter that it is told at, or of the operation.
fn with_rules_told(mut operation: Operation) -> Operation {
    for rule in &operation.rules {
        let field = operation.params.iter_mut().find(|field| Some(field.name.as_str()) == rule.param());
        let doc = field.map_or(&mut operation.doc, |field| &mut field.doc);
        let words = rule.words();
        let mut letters = words.chars();
        let first = letters.next().map_or(String::new(), |first| first.to_uppercase().collect());
        *doc = format!("{} {first}{}.", doc.trim_end(), letters.as_str()).trim_start().to_owned();
    }
    operation
}

fn check_rule(operation: &Operation, rule: &Rule) -> Result<()> {
    for name in rule.params() {
        if !operation.params.iter().any(|param| param.name == name) {
            return Err(format!("a rule names {name:?}, which is no parameter").into());
        }
    }
    Ok(())
}

/// What it takes must be known when it is called: from the parameters of what it undoes, or from the answer.
fn check_undoes(operation: &Operation, all: &[Operation]) -> std::result::Result<(), String> {
    if operation.undoes.is_empty() {
        return Ok(());
    }
    let undone = all.iter().find(|other| other.name == operation.undoes).ok_or("what it undoes is no operation")?;
    for param in operation.params.iter().filter(|param| param.required) {
        let member = operation.undoes_with.get(&param.name).unwrap_or(&param.name);
        if !undone.params.iter().chain(&undone.returns).any(|field| field.name == *member) {
            return Err(format!("{member:?} is neither a parameter nor an answer of {}", undone.name));
        }
    }
    Ok(())
}

fn check_settles(operation: &Operation, settles: &Settles) -> Result<()> {
    if operation.retry != "safe" {
        return Err("settles: the operation does more than read".into());
    }
    match &settles.member {
        Some(member) => {
            let field = operation.returned(member);
            let field = field.ok_or_else(|| format!("settles: {member:?} is not in the answer"))?;
            let is_known = |value: &i64| field.values.contains(&Value::Number(*value));
            if !settles.done.iter().chain(&settles.failed).all(is_known) || settles.done.is_empty() {
                return Err(format!("settles: {member:?} has other values").into());
            }
        }
        None if settles.any.is_empty() => return Err("settles: neither a member nor texts".into()),
        None => {}
    }
    for path in &settles.any {
        let absent = || format!("settles: {path:?} is not in the answer");
        let (parents, last) = path.rsplit_once('.').ok_or_else(absent)?;
        let parent = operation.returned(parents).ok_or_else(absent)?;
        // Some members have a second spelling, which the note tells of (T50).
        if !parent.fields.iter().any(|field| field.name == last) && !operation.note.contains(&format!("`{last}`")) {
            return Err(absent().into());
        }
    }
    match settles.needs.iter().find(|name| !operation.params.iter().any(|param| param.name == **name)) {
        Some(name) => Err(format!("settles: {name:?} is no parameter").into()),
        None => Ok(()),
    }
}

fn check_fields(fields: &[Field]) -> Result<()> {
    let mut names = HashSet::new();
    for field in fields {
        if !names.insert(&field.name) {
            return Err(format!("{:?} stands twice", field.name).into());
        }
        if !field.labels.is_empty() && field.labels.len() != field.values.len() {
            return Err(format!("{:?}: labels and values differ in number", field.name).into());
        }
        check_fields(&field.fields)?;
    }
    Ok(())
}

/// The keys, the options of calls, those of downloads, those of waits, and those of events.
fn config(path: &Path) -> Result<(Vec<Key>, [Vec<Field>; 4])> {
    let mut file: toml::Table = fs::read_to_string(path)?.parse()?;
    let keys: Vec<toml::Table> = file.remove("key").ok_or("[[key]] is missing")?.try_into()?;
    let mut options = |name: &str| -> Result<Vec<Field>> {
        Ok(file.remove(name).ok_or_else(|| format!("[[{name}]] is missing"))?.try_into()?)
    };
    let options =
        [options("call_option")?, options("download_option")?, options("wait_option")?, options("events_option")?];
    let keys = keys
        .into_iter()
        .map(|mut table| {
            let platforms = match table.remove("platforms") {
                Some(platforms) => platforms.try_into()?,
                None => PLATFORMS.map(str::to_owned).to_vec(),
            };
            let per_call = table.remove("per_call").is_some_and(|value| value.as_bool() == Some(true));
            Ok(Key { field: table.try_into()?, platforms, per_call })
        })
        .collect::<Result<_>>()?;
    Ok((keys, options))
}
