//! How large the code and data of each crate are in a library that still has their names.

use crate::catalog::Result;
use crate::workspace::output_of;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The only crate with code in C and assembly, whose names are not Rust's.
const IN_OTHER_LANGUAGES: &str = "ring";
const OWN: &str = "meetgate";

/// Bytes by crate, of what has a name and takes room in the file.
pub fn by_crate(library: &Path) -> Result<BTreeMap<String, u64>> {
    read(&output_of(Command::new("nm").args(["--print-size", "--defined-only"]).arg(library))?)
}

fn read(symbols: &str) -> Result<BTreeMap<String, u64>> {
    let mut bytes = BTreeMap::new();
    let mut places = BTreeSet::new();
    for line in symbols.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        // What has no size has three words. `b` takes no room in the file.
        let &[place, size, kind, name] = words.as_slice() else { continue };
        // Functions that are alike are one.
        if matches!(kind, "b" | "B") || !places.insert(place) {
            continue;
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| format!("nm wrote {line}"))?;
        *bytes.entry(owner(name).to_owned()).or_default() += size;
    }
    Ok(bytes)
}

fn owner(name: &str) -> &str {
    match name.strip_prefix("_R") {
        Some(mangled) => first_crate(mangled).unwrap_or("core"),
        None if name.starts_with("meetgate_") => OWN,
        None => IN_OTHER_LANGUAGES,
    }
}

/// The first crate that a mangled name (RFC 2603) has: where a function is written, and of an implementation for a type, where
/// that is written.
fn first_crate(mangled: &str) -> Option<&str> {
    let mut rest = mangled;
    loop {
        let mut chars = rest.chars();
        let tag = chars.next()?;
        match tag {
            'C' => return Some(identifier(without_number(chars.as_str()))?.0),
            // With the kind of what it names, which may be a C too.
            'N' => {
                chars.next()?;
                rest = chars.as_str();
            }
            's' | 'L' => rest = without_number(rest),
            '0'..='9' => rest = identifier(rest)?.1,
            _ => rest = chars.as_str(),
        }
    }
}

/// What follows `s…_`, a number that tells two of one name apart, or `L…_`, a lifetime; else the text, but for an `s` that is a
/// type.
fn without_number(text: &str) -> &str {
    let Some(number) = text.strip_prefix(['s', 'L']) else { return text };
    let end = number.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(number.len());
    number.get(end..).and_then(|rest| rest.strip_prefix('_')).unwrap_or(number)
}

/// An identifier with its length before it, and what follows it.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let length: usize = text[..digits].parse().ok()?;
    let name = text[digits..].strip_prefix('_').unwrap_or(&text[digits..]);
    Some((name.get(..length)?, name.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_belongs_to_the_crate_where_it_is_written() {
        for (name, crate_name) in [
            ("_RNvNtNtNtNtCswHGZHOr4FB_4ring2ec10curve255197ed2551912verification7ED25519", "ring"),
            ("_RNvXs0_NtCs1234_6rustls4connNtB5_4ConnNtNtCsabcd_4core3fmt5Debug3fmt", "rustls"),
            ("_RINvNtCs1_4core3ptr13drop_in_placeNtCs2_4ureq5AgentECs3_8meetgate", "core"),
            ("_RNCNvCs1_8meetgate4call0", "meetgate"),
            ("_RNvYNtCs1_4http8MethodNtNtCs2_4core3cmp9PartialEq2ne", "http"),
            ("_RNvMs_Cs1_9socket2_xNtB4_6Socket3new", "socket2_x"),
            ("_RNvC6_123foo3bar", "123foo"),
            ("meetgate_undo", "meetgate"),
            ("ecp_nistz256_precomputed", "ring"),
        ] {
            assert_eq!(owner(name), crate_name, "{name}");
        }
    }

    #[test]
    fn sizes_are_added_up_and_what_is_one_counts_once() {
        let symbols = "0000000000001000 0000000000000010 t _RNvCs1_4http3new\n\
                       0000000000001000 0000000000000010 t _RNvCs1_4http4same\n\
                       0000000000002000 0000000000000001 r _RNvCs1_4http4TEXT\n\
                       0000000000003000 0000000000000100 b _RNvCs1_4http4ZERO\n\
                       0000000000004000 t _init\n";
        assert_eq!(read(symbols).unwrap(), BTreeMap::from([("http".to_owned(), 17)]));
    }
}
