//! No two members of a client or group may have one name, in any language; nor two of any class in C#.

use super::Platform;
use super::field::Field;
use super::group::Group;
use super::operation::Operation;
use crate::catalog::Result;
use std::collections::BTreeSet;

/// What every Python and every C# client has beside its operations. C++ gives what is taken another name.
const PYTHON: [&str; 14] = [
    "call",
    "call_text",
    "close",
    "closed",
    "events",
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
const CSHARP: &str = "Call CallAsync Dispose DisposeAsync Equals GetHashCode GetType Info LibraryVersion RawCall RawCallAsync \
    ReadCatalog SetToken SetTokenProvider ToString With";
/// What C#'s groups have, too.
const CSHARP_GROUPS: &str = "Client Send SendAsync";
/// What every answer has, and every object in one.
const CSHARP_ANSWERS: &str = "Equals GetHashCode GetType Json RawText ToString Utf8";
/// What the answers of a platform have beside that.
const CSHARP_ENVELOPES: [(&str, &str); 3] =
    [("hst", "Code Msg"), ("youme", "Code Msg Status"), ("avd", "Code Msg Ret")];
const CSHARP_OBJECTS: &str = "Equals GetHashCode GetType Json ToString";
/// What all other classes of members have.
const CSHARP_PARAMETERS: &str = "Equals GetHashCode GetType ToString Write";
/// What every method takes beside its own.
const CSHARP_ARGUMENTS: &str = "cancellationToken options request";

pub fn check(group: &Group, operations: &[Operation<'_>]) -> Result<()> {
    let is_root = group.path.is_empty();
    let mut python: BTreeSet<String> = PYTHON.iter().filter(|_| is_root).map(|name| (*name).to_owned()).collect();
    let mut csharp = words(CSHARP_GROUPS);
    csharp.extend(if is_root { words(CSHARP) } else { BTreeSet::new() });
    let mut cpp = BTreeSet::new();
    let own: Vec<&Operation<'_>> = group.operations.iter().filter_map(|index| operations.get(*index)).collect();
    for operation in &own {
        let name = super::pascal(&operation.last);
        let pages = [format!("Iterate{name}"), format!("Iterate{name}Async")];
        csharp.extend([format!("{name}Async")]);
        csharp.extend(pages.into_iter().filter(|_| operation.is_paged));
    }
    let members = own.iter().map(|it| (&it.python, super::pascal(&it.last), &it.cpp.method));
    let groups = group.groups.iter().map(|it| (&it.python, super::pascal(&it.last), &it.cpp));
    for (in_python, in_csharp, in_cpp) in members.chain(groups) {
        for (is_new, name, language) in [
            (python.insert(in_python.clone()), in_python, "Python"),
            (csharp.insert(in_csharp.clone()), &in_csharp, "C#"),
            (cpp.insert(in_cpp.clone()), in_cpp, "C++"),
        ] {
            if !is_new {
                return Err(format!("{}.{name}: the name is taken in {language}", group.path).into());
            }
        }
    }
    group.groups.iter().try_for_each(|inner| check(inner, operations))
}

/// The classes of a platform in C#, each with its members.
pub fn check_csharp(platform: &Platform<'_>) -> Result<()> {
    let pascal = &platform.pascal;
    let mut types = words("");
    types.extend(["Client", "ClientOptions", "OperationNames", "Words"].map(|name| format!("{pascal}{name}")));
    let groups = platform.groups.iter().map(|group| format!("{pascal}{}Operations", group.pascal));
    let enums = platform.enums.all.iter().map(|it| it.name.clone());
    let objects = platform.objects.iter().map(|field| field.csharp.class.clone());
    let of_operations = |name: &str, operation: &Operation<'_>| format!("{pascal}{}{name}", operation.pascal);
    let requests = platform.operations.iter().filter(|operation| operation.has_request);
    let requests = requests.map(|operation| of_operations("Request", operation));
    let answers = platform.operations.iter().map(|operation| of_operations("Reply", operation));
    add(&mut types, "a class", groups.chain(enums).chain(objects).chain(requests).chain(answers))?;

    for field in platform.objects.iter().chain(&platform.key_objects) {
        add(&mut words(CSHARP_PARAMETERS), &field.csharp.class, properties(&field.fields))?;
    }
    let mut options = words(CSHARP_PARAMETERS);
    options.insert("AsyncTokenProvider".to_owned());
    add(&mut options, "the options", properties(&platform.options))?;
    for operation in &platform.operations {
        let arguments = operation.params.iter().map(|field| field.csharp.argument.clone());
        add(&mut words(CSHARP_ARGUMENTS), &operation.name, arguments)?;
        add(&mut words(CSHARP_PARAMETERS), &operation.name, properties(&operation.params))?;
        let mut taken = words(CSHARP_ANSWERS);
        taken.extend(CSHARP_ENVELOPES.iter().filter(|(name, _)| *name == platform.name).flat_map(|(_, it)| words(it)));
        answer(taken, &operation.name, &operation.returns)?;
    }
    Ok(())
}

/// The members of an object in an answer, its classes among them, inwards.
fn answer(mut taken: BTreeSet<String>, place: &str, fields: &[Field]) -> Result<()> {
    add(&mut taken, place, properties(fields))?;
    let classes = || fields.iter().filter(|field| !field.csharp.class.is_empty());
    add(&mut taken, place, classes().map(|field| field.csharp.class.clone()))?;
    for field in classes() {
        let mut inner = words(CSHARP_OBJECTS);
        // A member cannot be called like its class.
        inner.insert(field.csharp.class.clone());
        answer(inner, &format!("{place} {}", field.name), &field.fields)?;
    }
    Ok(())
}

fn properties(fields: &[Field]) -> impl Iterator<Item = String> {
    fields.iter().map(|field| field.csharp.property.clone())
}

fn add(taken: &mut BTreeSet<String>, place: &str, names: impl Iterator<Item = String>) -> Result<()> {
    for name in names {
        if !taken.insert(name.clone()) {
            return Err(format!("{place}: the name {name} is taken in C#").into());
        }
    }
    Ok(())
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::catalog;
    use crate::codegen::view::View;

    /// What the check says when the catalog has one more parameter, or one more member of an answer.
    fn with(change: impl FnOnce(&mut catalog::Operation)) -> String {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut catalog = catalog::load(root).unwrap();
        let mut operations = catalog.platforms.iter_mut().flat_map(|platform| &mut platform.operations);
        change(operations.find(|operation| operation.name == "room.read").unwrap());
        View::of(&catalog).err().map_or(String::new(), |problem| problem.to_string())
    }

    fn field(name: &str) -> catalog::Field {
        toml::from_str(&format!("name = \"{name}\"\ntype = \"string\"\ndoc = \"\"")).unwrap()
    }

    #[test]
    fn members_of_answers_have_names_of_their_own() {
        assert_eq!(with(|_| {}), "");
        assert_eq!(with(|read| read.returns.push(field("room_name"))), "");
        for name in ["ret", "code", "msg", "json", "raw_text", "to_string", "data_object"] {
            let problem = with(|read| read.returns.push(field(name)));
            assert!(problem.ends_with("is taken in C#"), "{name}: {problem}");
        }
        let problem = with(|read| read.returns[0].fields.push(field("json")));
        assert!(problem.ends_with("avd.room.read data: the name Json is taken in C#"), "{problem}");
    }

    #[test]
    fn arguments_have_names_of_their_own() {
        for name in ["options", "request", "cancellation_token", "RoomId"] {
            let problem = with(|read| read.params.push(field(name)));
            assert!(problem.contains("is taken in C#") || problem.contains("in Python"), "{name}: {problem}");
        }
    }

    #[test]
    fn a_twin_is_no_other_operation() {
        let problem = with(|read| read.name = "room.close_async".to_owned());
        assert!(problem.ends_with("room.CloseAsync: the name is taken in C#"), "{problem}");
    }
}
