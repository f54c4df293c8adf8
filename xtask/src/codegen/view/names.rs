//! What things are called in each language: one function for the arguments of each.

/// The words of Python that no name can be.
const PYTHON: &str = "False None True and as assert async await break class continue def del elif else except finally for \
    from global if import in is lambda nonlocal not or pass raise return try while with yield";

/// The words of C# that could be a parameter's name.
const CSHARP: &str = "base bool case checked class default event fixed in is lock long new object operator out params ref \
    string switch this using";

const CPP: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class \
    compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default \
    delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable \
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast \
    requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw \
    true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq";

/// What the builders of C++ have, and the types that their setters take.
const CPP_BUILDERS: &str = "array array_of assign decimal empty flag integer json put set str text";

/// What the groups of C++ have, and the types that their methods name.
const CPP_GROUPS: &str = "call_options reply run";

/// What the clients have beside that.
const CPP_CLIENTS: &str = "call close handle info json lend lend_all made raw_call set_token set_token_provider";

/// An argument, a method or a group in Python: `UserId` becomes `user_id`, and a keyword gets an underscore.
pub fn python(wire: &str) -> String {
    let mut snake = String::new();
    let mut letters = wire.chars().peekable();
    let mut before = '_';
    while let Some(letter) = letters.next() {
        let ends_capitals = before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && before != '_' && (!before.is_uppercase() || ends_capitals) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        before = letter;
    }
    unless_taken(&snake, &[PYTHON])
}

/// An argument in C#: `room_id` and `RoomId` become `roomId`.
pub fn csharp(wire: &str) -> String {
    let pascal = pascal(wire);
    let mut letters = pascal.chars();
    let camel: String = letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect());
    if is_among(&camel, CSHARP) { format!("@{camel}") } else { camel }
}

/// An argument in C++: the setter's name.
pub fn cpp(wire: &str) -> String {
    unless_taken(wire, &[CPP, CPP_BUILDERS])
}

/// The last part of an operation's or a group's whole name, as a member of the C++ client or group that holds it.
pub fn cpp_member(whole: &str) -> String {
    match whole.rsplit_once('.') {
        Some((_, name)) => unless_taken(name, &[CPP, CPP_GROUPS]),
        None => unless_taken(whole, &[CPP, CPP_GROUPS, CPP_CLIENTS]),
    }
}

/// All parts of it: `room.mix_record.start`.
pub fn cpp_path(whole: &str) -> String {
    let ends = whole.match_indices('.').map(|(end, _)| end).chain([whole.len()]);
    let members: Vec<String> = ends.filter_map(|end| whole.get(..end)).map(cpp_member).collect();
    members.join(".")
}

/// `room.mix_record` and `room_mix_record` become `RoomMixRecord`, `fromId` becomes `FromId`.
pub fn pascal(name: &str) -> String {
    name.split(['.', '_', '-'])
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// A member of an enum in C#: `not converted` and `not-converted` become `NotConverted`.
pub fn identifier(words: &str) -> String {
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).collect::<Vec<_>>().join("_");
    let name = pascal(&words);
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Whether Python can write it as a member of a `TypedDict`, which can have no other name than the wire's.
pub fn is_python_member(wire: &str) -> bool {
    !is_among(wire, PYTHON) && wire.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn unless_taken(name: &str, taken: &[&str]) -> String {
    if taken.iter().any(|words| is_among(name, words)) { format!("{name}_") } else { name.to_owned() }
}

fn is_among(name: &str, words: &str) -> bool {
    words.split_whitespace().any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_wire_names_in_the_case_of_each_language() {
        assert_eq!(pascal("mix_record"), "MixRecord");
        assert_eq!(pascal("fromId"), "FromId");
        assert_eq!(csharp("UserId"), "userId");
        assert_eq!(csharp("room_id"), "roomId");
        assert_eq!(csharp("class"), "@class");
        assert_eq!(python("UserId"), "user_id");
        assert_eq!(python("room_id"), "room_id");
        assert_eq!(python("APIKey2Of"), "api_key2_of");
        assert_eq!(python("from"), "from_");
        assert_eq!(cpp("text"), "text_");
        assert_eq!(cpp_path("info.delete"), "info_.delete_");
    }
}
