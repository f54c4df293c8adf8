//! The closed sets of values that are enums in C#.

use super::names::{identifier, pascal};
use crate::catalog::{Field, Key, Operation, Platform, Result, Value};
use serde::Serialize;

/// Those of one platform.
#[derive(Default, Serialize)]
pub struct Enums {
    pub all: Vec<Enum>,
}

#[derive(Serialize)]
pub struct Enum {
    pub name: String,
    /// Words on the wire, not numbers.
    pub is_text: bool,
    /// On the wire.
    pub field: String,
    /// Where it stands: the names of operations, or nothing for a configuration key.
    pub operations: Vec<String>,
    pub is_passed: bool,
    pub is_answered: bool,
    pub members: Vec<Member>,
}

#[derive(Serialize)]
pub struct Member {
    pub name: String,
    pub value: Value,
    /// Empty where the name says it.
    pub label: String,
}

/// What the value of a set is called that this version does not know.
const UNKNOWN: &str = "Unknown";

impl Enums {
    pub fn of(platform: &Platform, keys: &[Key]) -> Result<Enums> {
        let mut enums = Enums::default();
        for operation in &platform.operations {
            operation.params.iter().try_for_each(|field| enums.collect(operation, field, false))?;
            operation.returns.iter().try_for_each(|field| enums.collect(operation, field, true))?;
        }
        let is_own = |key: &&Key| key.platforms.contains(&platform.about.name) && key.field.name != super::PLATFORM;
        for key in keys.iter().filter(is_own) {
            enums.add(None, &key.field, false)?;
        }
        enums.name(&pascal(&platform.about.name));
        Ok(enums)
    }

    pub fn find(&self, field: &Field) -> Option<&Enum> {
        self.all.iter().find(|it| it.is_of(field))
    }

    fn collect(&mut self, operation: &Operation, field: &Field, is_answered: bool) -> Result<()> {
        self.add(Some(operation), field, is_answered)?;
        field.fields.iter().try_for_each(|inner| self.collect(operation, inner, is_answered))
    }

    fn add(&mut self, operation: Option<&Operation>, field: &Field, is_answered: bool) -> Result<()> {
        if !is_enum(field) {
            return Ok(());
        }
        let operation = operation.map(|operation| operation.name.clone());
        if let Some(known) = self.all.iter_mut().find(|it| it.is_of(field)) {
            known.operations.extend(operation.filter(|name| !known.operations.contains(name)));
            known.is_passed |= !is_answered;
            known.is_answered |= is_answered;
            return Ok(());
        }
        let members = members(field).map_err(|problem| format!("{}: {problem}", field.name))?;
        self.all.push(Enum {
            name: String::new(),
            is_text: field.kind == "string",
            field: field.name.clone(),
            operations: operation.into_iter().collect(),
            is_passed: !is_answered,
            is_answered,
            members,
        });
        Ok(())
    }

    /// A name of one word, such as `status`, says nothing without the group of its operation. A name that stands for two
    /// sets has its operation in front.
    fn name(&mut self, platform: &str) {
        let fields: Vec<String> = self.all.iter().map(|it| it.field.clone()).collect();
        let group_of = |it: &Enum| {
            let operation = it.operations.first().map_or("", String::as_str);
            operation.rsplit_once('.').map_or(String::new(), |(group, _)| group.to_owned())
        };
        let places: Vec<(String, String)> = self.all.iter().map(|it| (it.field.clone(), group_of(it))).collect();
        for it in &mut self.all {
            let operation = it.operations.first().map_or("", String::as_str);
            let group = operation.rsplit_once('.').map_or("", |(group, _)| group);
            let field = pascal(&it.field);
            // No other set of the name is in the group.
            let is_alone = places.iter().filter(|(name, place)| *name == it.field && place == group).count() == 1;
            let is_one_word = field.chars().filter(|letter| letter.is_uppercase()).count() == 1;
            let before = match fields.iter().filter(|name| **name == it.field).count() {
                1 if is_one_word => pascal(group),
                // Its name does not change because another group has got one.
                _ if is_one_word && is_alone && !group.is_empty() => pascal(group),
                1 => String::new(),
                _ => pascal(operation),
            };
            it.name = format!("{platform}{before}{field}");
        }
    }
}

impl Enum {
    /// The member of a value, as the documentation of a field names it.
    pub fn member(&self, value: &str) -> Option<&str> {
        let member = self.members.iter().find(|member| member.value.to_string() == value);
        member.map(|member| member.name.as_str())
    }

    fn is_of(&self, field: &Field) -> bool {
        is_enum(field)
            && self.field == field.name
            && self.is_text == (field.kind == "string")
            && self.members.len() == field.values.len()
            && self.members.iter().zip(&field.values).all(|(member, value)| {
                // A set with a word more is another one.
                member.value.to_string() == value.to_string()
            })
    }
}

/// A closed set that has labels, or words of its own. Bare numbers, such as sample rates, stay numbers.
fn is_enum(field: &Field) -> bool {
    let is_closed = !field.values.is_empty() && !field.open && field.also.is_empty();
    let has_words = field.values.iter().all(|value| match value {
        Value::Number(_) => false,
        Value::Text(text) => text.starts_with(|first: char| first.is_ascii_alphabetic()),
    });
    is_closed && !is_flag(field) && if field.kind == "string" { has_words } else { !field.labels.is_empty() }
}

/// 0 for no and 1 for yes.
pub fn is_flag(field: &Field) -> bool {
    field.kind == "integer" && field.labels == ["no", "yes"]
}

fn members(field: &Field) -> Result<Vec<Member>> {
    let mut members: Vec<Member> = Vec::new();
    for (index, value) in field.values.iter().enumerate() {
        let label = field.labels.get(index).map_or("", String::as_str);
        let name = match value {
            Value::Text(word) => identifier(word),
            // What follows a comma or stands in brackets explains.
            Value::Number(_) => identifier(label.split([',', '(']).next().unwrap_or_default()),
        };
        if name.is_empty() || name == UNKNOWN || members.iter().any(|member| member.name == name) {
            return Err(format!("{value}: an enum cannot have a member {name:?}").into());
        }
        let says_the_same = identifier(label) == name;
        let label = if says_the_same { String::new() } else { label.to_owned() };
        members.push(Member { name, value: value.clone(), label });
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field {
        toml::from_str(&format!("doc = \"\"\n{text}")).unwrap()
    }

    fn platform(params: &[(&str, &str)]) -> Platform {
        let about = "name = \"p\"\ntitle = \"\"\nzh = \"\"\nprefix = \"\"\nbody = \"form\"\ndoc = \"\"";
        let operation = |(name, param): &(&str, &str)| Operation {
            name: (*name).to_owned(),
            params: vec![field(param)],
            ..toml::from_str(
                "request = \"\"\nsummary = \"\"\nzh = \"\"\nretry = \"\"\nsource = \"\"\n\
                 example = { params = \"\", sends = \"\", reply = \"\" }",
            )
            .unwrap()
        };
        Platform {
            about: toml::from_str(about).unwrap(),
            errors: Vec::new(),
            operations: params.iter().map(operation).collect(),
        }
    }

    fn names(params: &[(&str, &str)]) -> Vec<String> {
        let enums = Enums::of(&platform(params), &[]).unwrap();
        let members = |it: &Enum| it.members.iter().map(|member| member.name.clone()).collect::<Vec<_>>().join(" ");
        enums.all.iter().map(|it| format!("{}: {}", it.name, members(it))).collect()
    }

    const LEVEL: &str = "name = \"video_level\"\ntype = \"string\"\nvalues = [\"low\", \"hd-2\"]";
    const STATUS: &str = "name = \"status\"\ntype = \"integer\"\nvalues = [0, 2]\nlabels = [\"off, as ever\", \"on\"]";

    #[test]
    fn members_are_words_or_labels() {
        assert_eq!(names(&[("room.a", LEVEL)]), ["PVideoLevel: Low Hd2"]);
        assert_eq!(names(&[("room.a", STATUS)]), ["PRoomStatus: Off On"]);
    }

    #[test]
    fn one_set_is_one_enum_and_two_of_one_name_have_their_operations_in_front() {
        assert_eq!(names(&[("room.a", LEVEL), ("room.b", LEVEL)]), ["PVideoLevel: Low Hd2"]);
        let other = LEVEL.replace("low", "none");
        assert_eq!(
            names(&[("room.a", LEVEL), ("room.b", other.as_str()), ("room.c", LEVEL)]),
            ["PRoomAVideoLevel: Low Hd2", "PRoomBVideoLevel: None Hd2"]
        );
    }

    #[test]
    fn open_sets_bare_numbers_and_flags_are_none() {
        for field in [
            format!("{LEVEL}\nopen = true"),
            LEVEL.replace("low", "640"),
            STATUS.replace("off, as ever", "no").replace("on", "yes"),
            STATUS.replace("labels = [\"off, as ever\", \"on\"]", ""),
        ] {
            assert!(names(&[("room.a", &field)]).is_empty(), "{field}");
        }
    }

    #[test]
    fn members_that_clash_are_refused() {
        for label in ["on", "unknown"] {
            let field = STATUS.replace("off, as ever", label);
            assert!(Enums::of(&platform(&[("room.a", &field)]), &[]).is_err(), "{label}");
        }
    }
}
