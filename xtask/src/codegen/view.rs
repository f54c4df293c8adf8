//! What the templates see: the catalog with everything that more than one output needs worked out once.

mod cpp_example;
mod csharp;
mod enums;
mod field;
mod group;
mod names;
pub mod operation;
mod statuses;
mod taken;
mod types;

use crate::catalog::{self, Catalog, ErrorNumber, PLATFORMS, Result};
use enums::Enums;
use group::Group;
use operation::Operation;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use types::{Place, Side};

pub use field::Field;
pub use names::{csharp, pascal};

/// The key that is a boolean in JSON, and takes a function in each binding.
const PROVIDER: &str = "token_provider";
/// The key that a client's class stands for.
const PLATFORM: &str = "platform";

#[derive(Serialize)]
pub struct View<'c> {
    pub version: &'static str,
    pub abi: u32,
    /// What a token provider returns that gives a reason.
    pub token_reason: u32,
    pub platforms: Vec<Platform<'c>>,
    /// Every configuration key once.
    pub keys: Vec<Key>,
    pub options: Vec<Field>,
    /// The options of one call that are no configuration keys: they shape the reply, so that each language has its own way.
    pub call_options: Vec<Field>,
    pub download_options: Vec<Field>,
    pub wait_options: Vec<Field>,
    pub events_options: Vec<Field>,
    pub statuses: Vec<statuses::Status<'c>>,
    /// Of the error document.
    pub members: &'c [catalog::Member],
    pub classes: Vec<statuses::Class<'c>>,
    /// Where a platform is found when nobody says so.
    pub first_addresses: Vec<Address<'c>>,
    /// Where the operations stand, ascending by their names.
    pub places_by_name: Vec<usize>,
    /// Members of answers and requests that must never be shown.
    pub secret_names: BTreeSet<&'c str>,
    /// Those of configurations, too, whose objects C# shows.
    pub all_secret_names: BTreeSet<&'c str>,
}

#[derive(Serialize)]
pub struct Platform<'c> {
    pub name: &'c str,
    pub pascal: String,
    pub title: &'c str,
    pub zh: &'c str,
    pub doc: &'c str,
    pub prefix: &'c str,
    pub errors: &'c [ErrorNumber],
    pub operations: Vec<Operation<'c>>,
    /// All groups, outer ones before inner ones.
    pub groups: Vec<Group>,
    pub root: Group,
    pub keys: Vec<Field>,
    /// The same, what is required first.
    pub key_arguments: Vec<Field>,
    pub has_tokens: bool,
    /// The objects in parameters, inner ones first, each C++ class once; `key_objects` those of the configuration.
    pub objects: Vec<Field>,
    pub key_objects: Vec<Field>,
    /// The keys as properties of C#'s options.
    pub options: Vec<Field>,
    pub enums: Enums,
}

#[derive(Serialize)]
pub struct Address<'c> {
    pub platform: &'c str,
    pub url: &'c str,
}

#[derive(Serialize)]
pub struct Key {
    #[serde(flatten)]
    pub field: Field,
    pub platforms: Vec<String>,
    /// All platforms have it.
    pub is_shared: bool,
    pub per_call: bool,
}

impl<'c> View<'c> {
    pub fn of(catalog: &'c Catalog) -> Result<Self> {
        let no_enums = Enums::default();
        let place = |side| Place { platform: "", python: String::new(), csharp: String::new(), side, enums: &no_enums };
        let first_addresses = catalog.config.iter().filter(|key| key.field.default.starts_with("https://"));
        let first_addresses = first_addresses
            .flat_map(|key| key.platforms.iter().map(|platform| Address { platform, url: &key.field.default }));
        let classes = statuses::classes(catalog)?;
        let platforms = catalog
            .platforms
            .iter()
            .map(|platform| {
                Platform::of(catalog, platform, &classes)
                    .map_err(|error| format!("{}: {error}", platform.about.name).into())
            })
            .collect::<Result<Vec<Platform<'c>>>>()?;
        let operations = platforms.iter().flat_map(|platform| &platform.operations);
        let by_name: BTreeMap<&str, usize> =
            operations.enumerate().map(|(place, operation)| (operation.name.as_str(), place)).collect();
        Ok(View {
            version: env!("CARGO_PKG_VERSION"),
            abi: statuses::abi()?,
            token_reason: statuses::token_reason()?,
            places_by_name: by_name.into_values().collect(),
            platforms,
            keys: catalog
                .config
                .iter()
                .map(|key| {
                    let is_shared = key.platforms.len() == PLATFORMS.len();
                    Ok(Key {
                        field: Field::of(&key.field, &place(Side::Argument))?,
                        platforms: key.platforms.clone(),
                        is_shared,
                        per_call: key.per_call,
                    })
                })
                .collect::<Result<_>>()?,
            options: catalog
                .config
                .iter()
                .filter(|key| key.per_call)
                // The default of an option is the client's own.
                .map(|key| catalog::Field { default: String::new(), required: false, ..key.field.clone() })
                .map(|field| Field::of(&field, &place(Side::Option)))
                .collect::<Result<_>>()?,
            call_options: Field::all(&catalog.call_options, &place(Side::Option))?,
            download_options: Field::all(&catalog.download_options, &place(Side::Option))?,
            wait_options: Field::all(&catalog.wait_options, &place(Side::Option))?,
            events_options: Field::all(&catalog.events_options, &place(Side::Option))?,
            statuses: statuses::all(catalog)?,
            members: &catalog.failures.member,
            classes,
            first_addresses: first_addresses.collect(),
            secret_names: secret_names(catalog),
            all_secret_names: all_secret_names(catalog),
        })
    }
}

impl<'c> Platform<'c> {
    fn of(catalog: &'c Catalog, platform: &'c catalog::Platform, classes: &[statuses::Class<'_>]) -> Result<Self> {
        let about = &platform.about;
        let enums = Enums::of(platform, &catalog.config)?;
        let operations = platform
            .operations
            .iter()
            .map(|operation| {
                Operation::of(platform, operation, classes, &enums)
                    .map_err(|error| format!("{}: {error}", operation.name).into())
            })
            .collect::<Result<Vec<Operation<'c>>>>()?;
        let root = Group::root(platform.operations.iter().map(|operation| operation.name.as_str()));
        taken::check(&root, &operations)?;
        let keys: Vec<catalog::Field> = catalog
            .config
            .iter()
            .filter(|key| key.field.name != PLATFORM && key.platforms.contains(&about.name))
            .map(|key| key.field.clone())
            .collect();
        let place =
            |csharp: String, side| Place { platform: &about.name, python: String::new(), csharp, side, enums: &enums };
        let argument = place(String::new(), Side::Argument);
        let mut objects = Vec::new();
        let mut key_objects = Vec::new();
        for field in platform.operations.iter().flat_map(|operation| &operation.params) {
            collect(field, &mut objects)?;
        }
        keys.iter().try_for_each(|key| collect(key, &mut key_objects))?;
        let of_operations = place(pascal(&about.name), Side::Passed);
        let all = |fields: Vec<&catalog::Field>, place: &Place<'_>| -> Result<Vec<Field>> {
            fields.into_iter().map(|field| Field::of(field, place)).collect()
        };
        let platform = Platform {
            name: &about.name,
            pascal: pascal(&about.name),
            title: &about.title,
            zh: &about.zh,
            doc: about.doc.trim(),
            prefix: &about.prefix,
            errors: &platform.errors,
            operations,
            groups: root.below(),
            root,
            has_tokens: keys.iter().any(|key| key.name == PROVIDER),
            key_arguments: Field::all(&operation::required_first(&keys), &argument)?,
            keys: Field::all(&keys, &argument)?,
            objects: all(objects, &of_operations)?,
            key_objects: all(key_objects, &argument)?,
            options: Field::all(&keys, &place(String::new(), Side::Option))?,
            enums,
        };
        taken::check_csharp(&platform)?;
        Ok(platform)
    }
}

/// The objects in a field, inner ones first, each once: two of one name have the same members, wherever they stand.
fn collect<'c>(field: &'c catalog::Field, found: &mut Vec<&'c catalog::Field>) -> Result<()> {
    if field.fields.is_empty() {
        return Ok(());
    }
    field.fields.iter().try_for_each(|member| collect(member, found))?;
    match found.iter().find(|other| types::cpp_object("", other) == types::cpp_object("", field)) {
        None => found.push(field),
        Some(other) if shape(other) == shape(field) => {}
        Some(_) => return Err(format!("two different objects are called {:?}", field.name).into()),
    }
    Ok(())
}

/// Names and types, inwards.
fn shape(field: &catalog::Field) -> String {
    let members =
        field.fields.iter().map(|member| format!("{}:{}{}{}", member.name, member.kind, member.items, shape(member)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn secret_names(catalog: &Catalog) -> BTreeSet<&str> {
    let mut names = BTreeSet::from(["checksum", "token"]);
    for operation in catalog.platforms.iter().flat_map(|platform| &platform.operations) {
        collect_secrets(&operation.params, &mut names);
        collect_secrets(&operation.returns, &mut names);
    }
    names.extend(catalog.config.iter().filter(|key| key.field.secret).map(|key| key.field.name.as_str()));
    names
}

fn all_secret_names(catalog: &Catalog) -> BTreeSet<&str> {
    let mut names = secret_names(catalog);
    // What meetgate_hst_user_token and meetgate_youme_user_token answer is in no operation.
    names.insert("user_token");
    // Their values may be keys of a gateway.
    names.insert("headers");
    catalog.config.iter().for_each(|key| collect_secrets(&key.field.fields, &mut names));
    names
}

fn collect_secrets<'f>(fields: &'f [catalog::Field], names: &mut BTreeSet<&'f str>) {
    for field in fields {
        if field.secret {
            names.insert(&field.name);
        }
        collect_secrets(&field.fields, names);
    }
}
