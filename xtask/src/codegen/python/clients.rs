//! `_<platform>.py` and `_<platform>_async.py`: the clients, their groups, and a method for each operation.

use super::PACKAGE;
use super::docs::{docstring, members, method};
use super::source::{HEAD, WIDTH, camel, list, name, object, quoted, reply, taken, typing, uses};
use super::types::parameter;
use crate::catalog::{Catalog, Field, Key, Operation, Platform, Result};
use crate::codegen::Rendered;
use crate::codegen::operations::kind;
use crate::codegen::text::wrap;
use std::collections::BTreeMap;

/// What every client has beside its operations.
const TAKEN: [&str; 13] = [
    "call",
    "call_text",
    "close",
    "closed",
    "from_config",
    "info",
    "max_workers",
    "parse_float",
    "platform",
    "raw_call",
    "set_token",
    "set_token_provider",
    "with_options",
];

/// The key that is a boolean in JSON, and takes a function in Python.
const PROVIDER: &str = "token_provider";
const PROVIDER_DOC: &str = "In place of keys: a function that gives tokens, for those who host them centrally. It is called \
     with the token that the platform refused, or with None where one is needed for another reason, and returns a token, \
     or a tuple of a token and its lifetime in seconds. See `meetgate.TokenProvider`. (callable)";

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Blocking,
    Async,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Kind::Blocking => "",
            Kind::Async => "Async",
        }
    }
}

/// The operations and groups under one name: `room` has `create` and `mix_record`.
#[derive(Default)]
struct Group<'c> {
    /// From the platform on, empty for the client itself.
    path: String,
    operations: Vec<&'c Operation>,
    groups: BTreeMap<&'c str, Group<'c>>,
}

impl<'c> Group<'c> {
    fn of(platform: &'c Platform) -> Group<'c> {
        let mut root = Group::default();
        for operation in &platform.operations {
            let mut group = &mut root;
            let (path, _) = operation.name.rsplit_once('.').unwrap_or_default();
            for part in path.split('.').filter(|part| !part.is_empty()) {
                let path = format!("{}{}{part}", group.path, if group.path.is_empty() { "" } else { "." });
                group = group.groups.entry(part).or_insert_with(|| Group { path, ..Group::default() });
            }
            group.operations.push(operation);
        }
        root
    }
}

pub fn render(catalog: &Catalog, platform: &Platform, kind: Kind) -> Result<Rendered> {
    let root = Group::of(platform);
    for taken in TAKEN {
        let is_operation = root.operations.iter().any(|operation| operation.name == taken);
        if is_operation || root.groups.contains_key(taken) {
            return Err(format!("{}.{taken}: every Python client has {taken:?} already", platform.about.name).into());
        }
    }
    let keys: Vec<&Key> = catalog
        .config
        .iter()
        .filter(|key| key.field.name != "platform" && key.platforms.contains(&platform.about.name))
        .collect();
    let module = Module { platform, kind, options: catalog.config.iter().filter(|key| key.per_call).collect() };
    let mut body = String::new();
    module.groups(&root, &mut body);
    module.client(&root, &keys, &mut body);

    let about = &platform.about;
    let mut text = format!(
        "{HEAD} from catalog/{}.toml and catalog/config.toml. Do not edit.\n\
         # mypy: disable-error-code=\"no-any-return\"\n",
        about.name
    );
    let doc = format!("{}: {} ({}).", about.name, about.title, about.zh);
    text.push_str(&docstring(&wrap(&doc, WIDTH, "", ""), 0));
    text.push_str("\nfrom __future__ import annotations\n\n");
    const TYPING: [&str; 13] = [
        "TYPE_CHECKING",
        "Any",
        "AsyncIterator",
        "Callable",
        "Iterator",
        "List",
        "Literal",
        "Mapping",
        "Optional",
        "Sequence",
        "Tuple",
        "TypeVar",
        "Union",
    ];
    text.push_str(&typing(&format!("{body} TYPE_CHECKING"), &TYPING));
    text.push('\n');
    let calls = format!("{}Calls", kind.prefix());
    text.push_str(&format!("from ._calls import {calls}\n"));
    let base = module.base(&keys);
    if !base.ends_with("TokenClient") {
        text.push_str(&format!("from ._client import {base}\n"));
    }
    if module.has_pages() {
        text.push_str(&format!("from ._pages import {}\n", if kind == Kind::Async { "async_pages" } else { "pages" }));
    }
    if base.ends_with("TokenClient") {
        text.push_str(&format!("from ._token_client import {base}\n"));
    }
    text.push_str("\nif TYPE_CHECKING:\n");
    let objects =
        keys.iter().filter(|key| !key.field.fields.is_empty()).map(|key| (object("", &key.field), "_options"));
    let others = [("Number", "_json"), ("TokenProvider", "_token_provider"), ("File", "_upload")];
    let mut imports: Vec<(String, &str)> = objects
        .chain(others.map(|(word, from)| (word.to_owned(), from)))
        .filter(|(word, _)| uses(&body, word))
        .collect();
    imports.sort_by_key(|(_, from)| *from);
    for (word, from) in imports {
        text.push_str(&format!("    from .{from} import {word}\n"));
    }
    text.push_str(&format!("    from .types import {} as t\n", about.name));
    text.push_str(&body);
    let suffix = if kind == Kind::Async { "_async" } else { "" };
    Ok((format!("{PACKAGE}/_{}{suffix}.py", about.name), text))
}

struct Module<'c> {
    platform: &'c Platform,
    kind: Kind,
    options: Vec<&'c Key>,
}

impl Module<'_> {
    fn class(&self, path: &str) -> String {
        format!("{}{}{}", self.kind.prefix(), camel(&self.platform.about.name), camel(path))
    }

    /// The client's base class.
    fn base(&self, keys: &[&Key]) -> String {
        let has_tokens = keys.iter().any(|key| key.field.name == "token");
        format!("{}{}Client", self.kind.prefix(), if has_tokens { "Token" } else { "" })
    }

    /// Inner groups first.
    fn groups(&self, group: &Group<'_>, out: &mut String) {
        for inner in group.groups.values() {
            self.groups(inner, out);
            self.group(inner, out);
        }
    }

    fn group(&self, group: &Group<'_>, out: &mut String) {
        out.push_str(&format!("\n\nclass {}:\n", self.class(&group.path)));
        let names: Vec<String> = group
            .groups
            .keys()
            .map(|inner| name(inner))
            .chain(group.operations.iter().map(|operation| self.method_name(operation)))
            .collect();
        let doc = format!("`{}.{}`: {}.", self.platform.about.name, group.path, names.join(", "));
        out.push_str(&docstring(&wrap(&doc, WIDTH - 8, "", ""), 4));
        out.push_str(&format!(
            "\n    def __init__(self, calls: {}Calls) -> None:\n        self._calls = calls\n",
            self.kind.prefix()
        ));
        for (inner, group) in &group.groups {
            out.push_str(&format!("        self.{} = {}(calls)\n", name(inner), self.class(&group.path)));
        }
        for operation in &group.operations {
            self.operation(operation, out);
        }
    }

    fn method_name(&self, operation: &Operation) -> String {
        name(operation.name.rsplit('.').next().unwrap_or_default())
    }

    fn operation(&self, operation: &Operation, out: &mut String) {
        let inside = camel(&operation.name);
        let arguments: Vec<String> = ordered(&operation.params).map(|field| argument(field, &inside)).collect();
        let (def, call) = match self.kind {
            Kind::Blocking => ("def", "return "),
            Kind::Async => ("async def", "return await "),
        };
        let returns = format!(") -> t.{}:", reply(operation));
        out.push('\n');
        out.push_str(&signature(&format!("{def} {}(", self.method_name(operation)), arguments, &returns));
        out.push_str(&docstring(&method(self.platform, operation, 8), 8));
        let wire = quoted(&format!("{}.{}", self.platform.about.name, operation.name));
        let params: Vec<String> =
            operation.params.iter().map(|field| format!("{}: {}", quoted(&field.name), name(&field.name))).collect();
        let line = format!("        {call}self._calls.call({wire}, {{{}}})\n", params.join(", "));
        if line.chars().count() <= WIDTH + 1 {
            out.push_str(&line);
        } else {
            out.push_str(&format!("        {call}self._calls.call(\n            {wire},\n"));
            out.push_str(&list("{", &params, "},", 12));
            out.push_str("        )\n");
        }
        if is_paged(operation) {
            self.pages(operation, out);
        }
    }

    /// `iter_records` beside `records`.
    fn pages(&self, operation: &Operation, out: &mut String) {
        let inside = camel(&operation.name);
        let (iterator, function) = match self.kind {
            Kind::Blocking => ("Iterator", "pages"),
            Kind::Async => ("AsyncIterator", "async_pages"),
        };
        let row = operation.returns.iter().find(|field| field.kind == "array" && !field.fields.is_empty());
        let row = row.map_or("Any".to_owned(), |field| format!("t.{}", object(&format!("{inside}ReplyResult"), field)));
        let mut arguments: Vec<String> = ordered(&operation.params)
            .filter(|field| field.name != "page" && field.name != "page_size")
            .map(|field| argument(field, &inside))
            .collect();
        let most = operation.params.iter().find(|field| field.name == "page_size").and_then(|field| field.max);
        arguments.push(format!("page_size: int = {}", most.unwrap_or(100)));
        let method = self.method_name(operation);
        out.push('\n');
        out.push_str(&signature(&format!("def iter_{method}("), arguments, &format!(") -> {iterator}[{row}]:")));
        let lines = [
            vec![format!("{}, one by one.", operation.summary.trim_end_matches(", page by page"))],
            vec![String::new()],
            wrap(
                &format!(
                    "Asks for page after page, from the first, which is 1, to the first that has fewer than `page_size` \
                     rows. Each page is a call of `{method}`, made when its first row is wanted. Arguments and errors are \
                     those of `{method}`."
                ),
                WIDTH - 8,
                "",
                "",
            ),
        ];
        out.push_str(&docstring(&lines.concat(), 8));
        let passed: Vec<String> =
            operation.params.iter().map(|field| format!("{}: {}", quoted(&field.name), name(&field.name))).collect();
        let wire = quoted(&format!("{}.{}", self.platform.about.name, operation.name));
        out.push_str(&format!(
            "        return {function}(\n            lambda page: self._calls.call(\n                {wire},\n"
        ));
        out.push_str(&list("{", &passed, "},", 16));
        out.push_str("            ),\n            page_size,\n        )\n");
    }

    fn has_pages(&self) -> bool {
        self.platform.operations.iter().any(is_paged)
    }

    fn client(&self, root: &Group<'_>, keys: &[&Key], out: &mut String) {
        let about = &self.platform.about;
        let class = self.class("");
        out.push_str(&format!("\n\nclass {class}({}):\n", self.base(keys)));
        let mut lines =
            wrap(&format!("A client of {}: {} ({}).", about.name, about.title, about.zh), WIDTH - 8, "", "");
        lines.push(String::new());
        lines.extend(wrap(&about.doc, WIDTH - 8, "", ""));
        out.push_str(&docstring(&lines, 4));
        out.push_str(&format!("\n    platform = {}\n", quoted(&about.name)));
        for (inner, group) in &root.groups {
            out.push_str(&format!("    {}: {}\n", name(inner), self.class(&group.path)));
        }

        let parameters = |required: bool| keys.iter().filter(move |key| key.field.required == required);
        let arguments = parameters(true).chain(parameters(false)).map(|key| key_argument(&key.field));
        let mut arguments: Vec<String> = arguments.collect();
        arguments.push("parse_float: Callable[[str], Any] = float".to_owned());
        if self.kind == Kind::Async {
            arguments.push("max_workers: int = 32".to_owned());
        }
        out.push('\n');
        out.push_str(&signature("def __init__(", arguments, ") -> None:"));
        out.push_str(&docstring(&self.configuration(keys), 8));
        out.push_str("        super().__init__(\n            {\n");
        for key in keys {
            out.push_str(&format!("                {}: {},\n", quoted(&key.field.name), name(&key.field.name)));
        }
        out.push_str("            },\n            parse_float,\n");
        if self.kind == Kind::Async {
            out.push_str("            max_workers,\n");
        }
        out.push_str("        )\n");

        let options: Vec<String> = self.options.iter().map(|key| key_argument(&optional(&key.field))).collect();
        out.push('\n');
        out.push_str(&signature("def with_options(", options, &format!(") -> {class}:")));
        let mut lines =
            vec!["This client with other options, for the calls that are made through what it returns.".into()];
        lines.push(String::new());
        lines.extend(wrap(
            "It shares everything with this one: the connections, the token, the end by `close`. What is left out stays.",
            WIDTH - 8,
            "",
            "",
        ));
        lines.extend([String::new(), "Args:".to_owned()]);
        for key in &self.options {
            lines.extend(key_lines(&optional(&key.field)));
        }
        out.push_str(&docstring(&lines, 8));
        let options: Vec<String> =
            self.options.iter().map(|key| format!("{}: {}", quoted(&key.field.name), name(&key.field.name))).collect();
        out.push_str(&list("return self._with({", &options, "})", 8));

        out.push_str("\n    def _make_groups(self) -> None:\n");
        if root.groups.is_empty() {
            out.push_str("        pass\n");
        }
        for (inner, group) in &root.groups {
            out.push_str(&format!("        self.{} = {}(self._calls)\n", name(inner), self.class(&group.path)));
        }
        for operation in &root.operations {
            self.operation(operation, out);
        }
    }

    fn configuration(&self, keys: &[&Key]) -> Vec<String> {
        let mut lines = vec!["Makes a client; nothing is sent before the first call.".to_owned()];
        lines.extend([String::new(), "Args:".to_owned()]);
        for key in keys.iter().filter(|key| key.field.required).chain(keys.iter().filter(|key| !key.field.required)) {
            lines.extend(key_lines(&key.field));
        }
        let own = [
            "parse_float: What makes a Python number of a decimal in an answer; `decimal.Decimal` keeps every digit. \
             (Python only, default float)",
            "max_workers: How many calls can run at once, each in a thread of its own; more wait. (Python only, default 32)",
        ];
        for text in own.iter().take(if self.kind == Kind::Async { 2 } else { 1 }) {
            lines.extend(wrap(text, WIDTH - 8, "    ", "        "));
        }
        lines.extend([String::new(), "Raises:".to_owned()]);
        lines.push("    InvalidConfig: what cannot be right, named.".to_owned());
        lines
    }
}

/// The options of one call, for `call`; the objects that keys take; and where a platform is found when nobody says so, for `doctor`.
pub fn options(catalog: &Catalog) -> Result<Rendered> {
    let mut out = format!(
        "{HEAD} from catalog/config.toml. Do not edit.\n\
         \"\"\"Options of one call, objects in a configuration, and default addresses.\"\"\"\n\n\
         from __future__ import annotations\n\nfrom typing import Dict, TypedDict\n\n\n\
         class CallOptions(TypedDict, total=False):\n"
    );
    out.push_str(&docstring(&["Options of one call; what is left out is as the client has it.".to_owned()], 4));
    out.push('\n');
    for key in catalog.config.iter().filter(|key| key.per_call) {
        let field = optional(&key.field);
        out.push_str(&format!("    {}: {}\n", field.name, taken(&field, "", "")));
        out.push_str(&docstring(&wrap(&format!("{} ({})", field.doc, kind(&field)), WIDTH - 8, "", ""), 4));
    }
    let mut objects: Vec<&str> = Vec::new();
    for Key { field, .. } in catalog.config.iter().filter(|key| !key.field.fields.is_empty()) {
        if objects.contains(&field.name.as_str()) {
            return Err(format!("configuration key {:?}: its Python type stands twice", field.name).into());
        }
        objects.push(&field.name);
        parameter(field, "", "a client", &mut out)?;
    }
    out.push_str(
        "\n\n#: Where the first request goes when `base_url` is left out.\nFIRST_ADDRESS: Dict[str, str] = {\n",
    );
    for key in catalog.config.iter().filter(|key| key.field.default.starts_with("https://")) {
        for platform in &key.platforms {
            out.push_str(&format!("    {}: {},\n", quoted(platform), quoted(&key.field.default)));
        }
    }
    out.push_str("}\n");
    Ok((format!("{PACKAGE}/_options.py"), out))
}

fn key_lines(field: &Field) -> Vec<String> {
    let secret = if field.secret { ", secret" } else { "" };
    // A method of the client has the C function's name without the head.
    let doc = field.doc.replace("`meetgate_client_", "`");
    let text = match field.name.as_str() {
        PROVIDER => format!("{PROVIDER}: {PROVIDER_DOC}"),
        key => format!("{}: {doc} ({}{secret})", name(key), kind(field)),
    };
    let mut lines = wrap(&text, WIDTH - 8, "    ", "        ");
    members(&field.fields, 2, WIDTH - 8, &mut lines);
    lines
}

fn key_argument(field: &Field) -> String {
    match field.name.as_str() {
        PROVIDER => format!("{PROVIDER}: Optional[TokenProvider] = None"),
        _ => keyword(field, &taken(field, "", "")),
    }
}

/// A key as an option of one call: its default is the client's.
fn optional(field: &Field) -> Field {
    Field { default: String::new(), required: false, ..field.clone() }
}

/// Pages are counted where page and size must be given; where they need not be, how they are counted is not documented.
fn is_paged(operation: &Operation) -> bool {
    let required = |name: &str| operation.params.iter().any(|field| field.name == name && field.required);
    required("page") && required("page_size")
}

/// Required parameters first, else in the catalog's order.
fn ordered(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.required).chain(fields.iter().filter(|field| !field.required))
}

fn argument(field: &Field, inside: &str) -> String {
    keyword(field, &taken(field, inside, "t."))
}

fn keyword(field: &Field, annotation: &str) -> String {
    match field.required {
        true => format!("{}: {annotation}", name(&field.name)),
        false => format!("{}: Optional[{annotation}] = None", name(&field.name)),
    }
}

/// `def name(self, *, …) -> …:` of a method.
fn signature(before: &str, arguments: Vec<String>, after: &str) -> String {
    let mut all = vec!["self".to_owned()];
    if !arguments.is_empty() {
        all.push("*".to_owned());
        all.extend(arguments);
    }
    list(before, &all, after, 4)
}
