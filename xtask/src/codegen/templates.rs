//! The templates of `xtask/templates`, and what they can do with text.

use super::csharp;
use super::text::{comment, docstring, element, literal, safe, sentence, wrap, xml};
use super::view::View;
use super::words::Words;
use crate::catalog::Result;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::collections::HashSet;

/// Columns of every language but Python.
const WIDTH: usize = 120;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/", $name, ".j2")))),*]
    };
}

const TEMPLATES: [(&str, &str); 40] = templates![
    "c/operations.h",
    "configuration.md",
    "cpp/examples.hpp",
    "cpp/macros",
    "cpp/operations.hpp",
    "cpp/options.hpp",
    "cpp/platform.hpp",
    "csharp/CallOptions.cs",
    "csharp/Client.cs",
    "csharp/ClientOptions.cs",
    "csharp/ConfigurationDefaults.cs",
    "csharp/DownloadOptions.cs",
    "csharp/Enums.cs",
    "csharp/EventsOptions.cs",
    "csharp/Examples.cs",
    "csharp/MeetgateStatus.cs",
    "csharp/NativeMethods.cs",
    "csharp/NestedOptions.cs",
    "csharp/OperationNames.cs",
    "csharp/Parameters.cs",
    "csharp/Replies.cs",
    "csharp/Requests.cs",
    "csharp/SecretNames.cs",
    "csharp/Version.props",
    "csharp/WaitOptions.cs",
    "csharp/macros",
    "errors.md",
    "examples.json",
    "meetgate.h",
    "platform.md",
    "python/client.py",
    "python/macros",
    "python/options.py",
    "python/time_params.py",
    "python/tool_catalog.py",
    "python/types.py",
    "python/version.py",
    "rust/operations.rs",
    "rust/table.rs",
    "sandbox.md",
];

pub struct Templates<'v> {
    environment: Environment<'static>,
    view: &'v View<'v>,
}

impl<'v> Templates<'v> {
    pub fn over(view: &'v View<'v>) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_keep_trailing_newline(true);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        add_filters(&mut environment);
        let operations = view.platforms.iter().flat_map(|platform| &platform.operations);
        let operations: HashSet<String> = operations.map(|operation| operation.local.to_owned()).collect();
        environment.add_filter("in_csharp", move |text: &str, among: Value, member: &str| {
            csharp::names_in(text, &csharp::names_of(&among, member)?, &operations)
        });
        environment.add_global("view", Value::from_serialize(view));
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        Ok(Templates { environment, view })
    }

    pub fn view(&self) -> &'v View<'v> {
        self.view
    }

    /// A template with what it needs beside `view`.
    pub fn render(&self, template: &str, with: impl Serialize) -> Result<String> {
        let rendered = self.environment.get_template(template)?.render(Value::from_serialize(with));
        Ok(rendered.map_err(|error| format!("{error:#}"))?)
    }
}

fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("wrap", |text: &str, width: usize, first: Option<&str>, rest: Option<&str>| {
        let first = first.unwrap_or_default();
        wrap(text, width, first, rest.unwrap_or(first)).join("\n")
    });
    environment.add_filter("comment", |text: &str, indent: usize| comment(text, indent, WIDTH));
    environment.add_filter("sentence", |text: &str, indent: usize| sentence(text, indent, WIDTH));
    environment.add_filter("docstring", docstring);
    environment.add_filter("element", |text: &str, tag: &str, indent: usize| element(text, tag, indent, WIDTH));
    environment.add_filter("xml", xml);
    environment.add_filter("safe_in_c", safe);
    environment.add_filter("literal", literal);
    environment.add_filter("rust", |text: &str| format!("{text:?}"));
    // What is rendered last has all that was rendered before.
    for (filter, class, all) in [("word", "Word", "words"), ("text", "Text", "texts_for_people")] {
        let words = Words::default();
        let literal = words.clone();
        environment.add_filter(filter, move |text: &str| format!("{class}::at({}, {text:?})", words.place(text)));
        environment.add_function(all, move || literal.literal(WIDTH));
    }
    environment.add_filter("json_text", |text: &str| serde_json::Value::from(text).to_string());
    environment.add_filter("plain", plain);
    environment.add_filter("cell", |text: &str| plain(text).replace('|', "\\|"));
    environment.add_filter("prefixed", |text: &str, prefix: &str| {
        let lines = text.lines().map(|line| format!("{prefix}{line}").trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    });
    environment.add_filter("used_in", |names: Vec<String>, text: &str| -> Vec<String> {
        names.into_iter().filter(|name| uses(text, name)).collect()
    });
    environment.add_filter("flat", |fields: Value| flat(&fields, 0, ""));
    environment.add_filter("pascal", super::view::pascal);
    environment.add_filter("capitalized", |text: &str| {
        let mut letters = text.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    });
    environment.add_filter("usings", csharp::usings);
}

/// One line.
pub fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Fields and the members in them, each with its depth, and its path such as `videos[].x`.
fn flat(fields: &Value, depth: usize, inside: &str) -> std::result::Result<Vec<Value>, minijinja::Error> {
    let mut all = Vec::new();
    for field in fields.try_iter()? {
        let path = format!("{inside}{}", field.get_attr("name")?);
        let is_array = field.get_attr("kind")?.as_str() == Some("array");
        let inner = format!("{path}{}.", if is_array { "[]" } else { "" });
        let members = flat(&field.get_attr("fields")?, depth + 1, &inner)?;
        all.push(context! { field, depth, path });
        all.extend(members);
    }
    Ok(all)
}

/// Whether a Python module uses a name outside its docstrings.
fn uses(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split("\"\"\"").step_by(2).any(|code| code.split(|c| !is_word(c)).any(|word| word == name))
}
