//! No two members of a client or group may have one name, in any language.

use super::group::Group;
use super::operation::Operation;
use crate::catalog::Result;
use std::collections::BTreeSet;

/// What every Python and every C# client has beside its operations. C++ gives what is taken another name.
const PYTHON: [&str; 13] = [
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
const CSHARP: [&str; 9] =
    ["Call", "CallAsync", "Dispose", "Info", "RawCall", "RawCallAsync", "SetToken", "SetTokenProvider", "With"];
/// What C#'s groups have, too.
const CSHARP_GROUPS: [&str; 2] = ["Send", "SendAsync"];

pub fn check(group: &Group, operations: &[Operation<'_>]) -> Result<()> {
    let is_root = group.path.is_empty();
    let of_clients = |names: &[&str]| names.iter().filter(|_| is_root).map(|name| (*name).to_owned()).collect();
    let mut python: BTreeSet<String> = of_clients(&PYTHON);
    let mut csharp: BTreeSet<String> = of_clients(&CSHARP);
    csharp.extend(CSHARP_GROUPS.map(str::to_owned));
    let mut cpp = BTreeSet::new();
    let members = group.operations.iter().filter_map(|index| operations.get(*index));
    let members = members.map(|it| (&it.python, super::pascal(&it.last), &it.cpp.method));
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
