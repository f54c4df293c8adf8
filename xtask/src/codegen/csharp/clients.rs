//! The clients: constructors from the configuration's keys, groups nested as in the catalog, a method and its asynchronous
//! twin for each operation.

use super::docs::Source;
use super::names::{Shape, camel, pascal};
use super::{parameters, replies};
use crate::catalog::{Field, Key, Operation, Platform, Result};
use std::collections::BTreeSet;

/// The configuration key whose argument is a function, and what there is to say of it.
const PROVIDER: &str = "token_provider";
const PROVIDER_TYPE: &str = "Func<string, ProvidedToken>";
const PROVIDER_DOC: &str = "In place of keys: a function that gives tokens, for those who host them centrally. It gets the \
    token that the platform refused, or null where one is needed for another reason, and answers a text or a \
    <c>ProvidedToken</c>. It runs on a thread whose call needs a token, one at a time, and must not use this \
    client. What it throws is the <c>InnerException</c> of that call's <c>MeetgateAuthException</c>. \
    <c>token_provider</c>.";

/// What a client has beside its operations.
const CLIENT: [&str; 9] =
    ["Call", "CallAsync", "RawCall", "RawCallAsync", "Dispose", "With", "Info", "SetToken", "SetTokenProvider"];

/// Operations and groups under one prefix, in the order of the catalog.
#[derive(Default)]
struct Group<'p> {
    /// From the platform on; empty for the client itself.
    path: Vec<&'p str>,
    operations: Vec<&'p Operation>,
    groups: Vec<Group<'p>>,
}

impl<'p> Group<'p> {
    fn insert(&mut self, rest: &[&'p str], operation: &'p Operation) {
        let [name, rest @ ..] = rest else { return };
        if rest.is_empty() {
            self.operations.push(operation);
            return;
        }
        let at = self.groups.iter().position(|group| group.path.last() == Some(name)).unwrap_or_else(|| {
            let path = self.path.iter().chain([name]).copied().collect();
            self.groups.push(Group { path, ..Group::default() });
            self.groups.len() - 1
        });
        if let Some(group) = self.groups.get_mut(at) {
            group.insert(rest, operation);
        }
    }

    fn class(&self, platform: &Platform) -> String {
        format!("{}{}Operations", pascal(&platform.about.name), pascal(&self.path.join("_")))
    }

    fn property(&self) -> String {
        self.path.last().map_or(String::new(), |name| pascal(name))
    }
}

pub fn render(platform: &Platform, keys: &[&Key]) -> Result<Source> {
    let mut root = Group::default();
    for operation in &platform.operations {
        root.insert(&operation.name.split('.').collect::<Vec<_>>(), operation);
    }
    let mut out = Source::at(1);
    let about = &platform.about;
    let class = format!("{}Client", pascal(&about.name));
    let base = if has_token(keys) { "MeetgateTokenClient" } else { "MeetgateClient" };
    out.summary(&format!("A client of {}: {} ({}).", about.name, about.title, about.zh));
    out.line("/// <remarks>");
    out.element("para", "Any number of threads may use one client at once. Making one connects nowhere yet.");
    out.element("para", "Arguments that are null are left out. The guide is docs/guides/csharp.md.");
    out.line("/// </remarks>");
    out.open(&format!("public sealed class {class} : {base}"));
    constructors(platform, &class, keys, &root, &mut out);
    members(platform, &root, &mut out)?;
    out.close();
    groups(platform, &root, &mut out)?;
    Ok(out)
}

fn has_token(keys: &[&Key]) -> bool {
    keys.iter().any(|key| key.field.name == PROVIDER)
}

fn constructors(platform: &Platform, class: &str, keys: &[&Key], root: &Group<'_>, out: &mut Source) {
    let name = &platform.about.name;
    out.summary("Makes a client from a configuration.");
    out.element(
        "param name=\"configJson\"",
        "One JSON object; <c>platform</c> may be left out. The keys are listed in docs/reference/configuration.md.",
    );
    out.element("exception cref=\"MeetgateInvalidConfigException\"", "A key is missing, unknown or cannot be right.");
    out.line(&format!("public {class}(string configJson)"));
    out.indented(|out| out.line(&format!(": base(Configuration.For(\"{name}\", configJson))")));
    open_groups(root, platform, out);

    out.blank();
    out.summary("Makes a client.");
    for key in keys {
        match key.field.name == PROVIDER {
            true => out.element(&format!("param name=\"{}\"", camel(PROVIDER)), PROVIDER_DOC),
            false => out.parameters(std::iter::once(&key.field)),
        }
    }
    out.element("exception cref=\"MeetgateInvalidConfigException\"", "An argument cannot be right.");
    let arguments: Vec<String> = keys.iter().map(|key| key_argument(&key.field)).collect();
    out.arguments(&format!("public {class}("), &arguments, ")");
    let mut pairs = vec![format!("{{ \"platform\", \"{name}\" }}")];
    pairs.extend(keys.iter().map(|key| key_pair(&key.field)));
    out.indented(|out| {
        out.line(": base(new Parameters");
        out.line("{");
        out.indented(|out| pairs.iter().for_each(|pair| out.line(&format!("{pair},"))));
        match has_token(keys) {
            true => out.line(&format!("}}.ToString(), {})", camel(PROVIDER))),
            false => out.line("}.ToString())"),
        }
    });
    open_groups(root, platform, out);

    out.blank();
    out.line(&format!("private {class}({class} client, CallOptions options)"));
    out.indented(|out| out.line(": base(client, options)"));
    open_groups(root, platform, out);

    out.blank();
    out.summary(
        "The same client with other options. It ends with the client it was made from; disposing it does nothing.",
    );
    out.element("param name=\"options\"", "What is null in it stays as the client was configured.");
    out.line(&format!("public {class} With(CallOptions options) => new {class}(this, options);"));
}

/// The body of a constructor.
fn open_groups(group: &Group<'_>, platform: &Platform, out: &mut Source) {
    out.line("{");
    let client = if group.path.is_empty() { "this" } else { "client" };
    out.indented(|out| {
        for inner in &group.groups {
            out.line(&format!("{} = new {}({client});", inner.property(), inner.class(platform)));
        }
    });
    out.line("}");
}

fn groups(platform: &Platform, group: &Group<'_>, out: &mut Source) -> Result<()> {
    for inner in &group.groups {
        let class = inner.class(platform);
        out.blank();
        out.element("summary", &format!("The operations <c>{}.{}.*</c>.", platform.about.name, inner.path.join(".")));
        out.open(&format!("public sealed class {class} : OperationGroup"));
        out.line(&format!("internal {class}(MeetgateClient client)"));
        out.indented(|out| out.line(": base(client)"));
        open_groups(inner, platform, out);
        members(platform, inner, out)?;
        out.close();
        groups(platform, inner, out)?;
    }
    Ok(())
}

fn members(platform: &Platform, group: &Group<'_>, out: &mut Source) -> Result<()> {
    let mut names: BTreeSet<String> = BTreeSet::from(["Send", "SendAsync"].map(str::to_owned));
    if group.path.is_empty() {
        names.extend(CLIENT.map(str::to_owned));
    }
    for inner in &group.groups {
        names.insert(inner.property());
        out.blank();
        out.element("summary", &format!("The operations <c>{}.{}.*</c>.", platform.about.name, inner.path.join(".")));
        out.line(&format!("public {} {} {{ get; }}", inner.class(platform), inner.property()));
    }
    for operation in &group.operations {
        let name = operation.name.rsplit('.').next().map_or(String::new(), pascal);
        if !names.insert(name.clone()) {
            return Err(format!("{}: {name} stands twice in C#", operation.name).into());
        }
        method(platform, operation, &name, out);
    }
    Ok(())
}

fn method(platform: &Platform, operation: &Operation, name: &str, out: &mut Source) {
    let prefix = parameters::prefix(platform);
    let reply = replies::class(platform, operation);
    // C# wants what is required first; the parameters go out in the order of the catalog all the same.
    let (required, optional): (Vec<&Field>, Vec<&Field>) = operation.params.iter().partition(|field| field.required);
    let fields: Vec<&Field> = required.into_iter().chain(optional).collect();
    let mut arguments: Vec<String> = fields.iter().map(|field| argument(field, &prefix)).collect();
    let pairs: Vec<String> = operation.params.iter().map(pair).collect();
    let operation_name = format!("\"{}.{}\"", platform.about.name, operation.name);
    let make = format!("text => new {reply}(text)");

    out.blank();
    out.operation(platform, operation);
    out.parameters(fields.iter().copied());
    out.outcome(platform, operation);
    out.arguments(&format!("public {reply} {name}("), &arguments, ") =>");
    out.indented(|out| send("Send", &operation_name, &pairs, std::slice::from_ref(&make), out));

    arguments.push("CancellationToken cancellationToken = default(CancellationToken)".to_owned());
    out.blank();
    out.element("summary", &format!("The twin of <see cref=\"{name}\"/> that does not block."));
    out.parameters(fields.iter().copied());
    out.element("param name=\"cancellationToken\"", "Ends the waiting; the call itself goes on to its end.");
    out.element("returns", "The platform's answer.");
    out.arguments(&format!("public Task<{reply}> {name}Async("), &arguments, ") =>");
    out.indented(|out| send("SendAsync", &operation_name, &pairs, &[make, "cancellationToken".to_owned()], out));
}

fn send(method: &str, operation: &str, pairs: &[String], after: &[String], out: &mut Source) {
    if pairs.len() <= 2 {
        let filled = if pairs.is_empty() { "()".to_owned() } else { format!(" {{ {} }}", pairs.join(", ")) };
        let mut arguments = vec![operation.to_owned(), format!("new Parameters{filled}")];
        arguments.extend_from_slice(after);
        return out.arguments(&format!("{method}("), &arguments, ");");
    }
    out.line(&format!("{method}("));
    out.indented(|out| {
        out.line(&format!("{operation},"));
        out.line("new Parameters");
        out.line("{");
        out.indented(|out| pairs.iter().for_each(|pair| out.line(&format!("{pair},"))));
        out.line("},");
        for (i, argument) in after.iter().enumerate() {
            out.line(&format!("{argument}{}", if i + 1 < after.len() { "," } else { ");" }));
        }
    });
}

fn argument(field: &Field, prefix: &str) -> String {
    let shape = Shape::of(field, prefix, "");
    match field.required {
        true => format!("{} {}", shape.required(), camel(&field.name)),
        false => format!("{} {} = null", shape.optional(), camel(&field.name)),
    }
}

/// Of a constructor.
fn key_argument(field: &Field) -> String {
    match field.name == PROVIDER {
        true => format!("{PROVIDER_TYPE} {} = null", camel(PROVIDER)),
        false => argument(field, ""),
    }
}

/// The configuration only says that there is a function.
fn key_pair(field: &Field) -> String {
    match field.name == PROVIDER {
        true => format!("{{ \"{PROVIDER}\", {} == null ? (bool?)null : true }}", camel(PROVIDER)),
        false => pair(field),
    }
}

fn pair(field: &Field) -> String {
    format!("{{ \"{}\", {} }}", field.name, camel(&field.name))
}
