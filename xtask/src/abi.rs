//! `cargo xtask abi`: what programs that are built against the library rely on, as the header declares it, kept on record.

use crate::catalog::Result;
use crate::workspace::Workspace;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What is new goes on record. What was on record and is gone, or is another thing now, needs a new ABI number.
pub fn record(workspace: &Workspace) -> Result<()> {
    let found = Abi::of_header(&workspace.root)?;
    if let Some(recorded) = recorded(&workspace.root, found.number)? {
        refuse_changes(&recorded, &found)?;
    }
    let path = path(&workspace.root, found.number);
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    fs::write(&path, found.text())?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The functions that the header declares.
pub fn functions(root: &Path) -> Result<BTreeSet<String>> {
    let abi = Abi::of_header(root)?;
    let names = abi.lines.iter().filter(|line| !line.starts_with("typedef ")).filter_map(|line| line.split_once('('));
    let last_word = |head: &str| head.rsplit([' ', '*']).next().unwrap_or_default().to_owned();
    Ok(names.map(|(head, _)| last_word(head)).collect())
}

struct Abi {
    number: u32,
    /// One to a declaration, without the names of its parameters.
    lines: BTreeSet<String>,
}

impl Abi {
    fn of_header(root: &Path) -> Result<Abi> {
        Abi::of(&fs::read_to_string(root.join("include/meetgate.h"))?)
    }

    fn of(header: &str) -> Result<Abi> {
        let code = without_comments(header);
        let mut number = None;
        let mut lines = BTreeSet::new();
        for line in code.lines() {
            let mut words = line.split_whitespace();
            if let (Some("#define"), Some(name), Some(value)) = (words.next(), words.next(), words.next()) {
                match name {
                    "MEETGATE_ABI_VERSION" => number = Some(value.parse()?),
                    "MEETGATE_TOKEN_REASON" => _ = lines.insert(format!("{name} = {value}")),
                    _ => {}
                }
            }
        }
        let plain: String =
            code.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join(" ");
        let plain = plain.replace("extern \"C\" {", " ");
        for declaration in declarations(&plain) {
            lines.extend(normal(&declaration));
        }
        Ok(Abi { number: number.ok_or("the header has no MEETGATE_ABI_VERSION")?, lines })
    }

    fn text(&self) -> String {
        let mut text =
            format!("# ABI {}, written by `cargo xtask abi`. docs/abi.md says what may change.\n", self.number);
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

fn path(root: &Path, number: u32) -> PathBuf {
    root.join(format!("abi/{number}.txt"))
}

fn recorded(root: &Path, number: u32) -> Result<Option<BTreeSet<String>>> {
    let path = path(root, number);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path)?;
    Ok(Some(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()))
}

fn refuse_changes(recorded: &BTreeSet<String>, found: &Abi) -> Result<()> {
    let gone: Vec<&str> = recorded.difference(&found.lines).map(String::as_str).collect();
    if gone.is_empty() {
        return Ok(());
    }
    Err(format!(
        "programs that are built against ABI {} rely on what is gone or has changed; take it back, or raise ABI_VERSION \
         and the soname:\n  {}",
        found.number,
        gone.join("\n  ")
    )
    .into())
}

fn without_comments(header: &str) -> String {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code
}

/// What stands between semicolons, outside braces.
fn declarations(code: &str) -> Vec<String> {
    let (mut found, mut depth, mut current) = (Vec::new(), 0_usize, String::new());
    for c in code.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                found.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    found
}

/// As it goes on record: an enum as its values, a function or a type of functions without the names of its parameters.
fn normal(declaration: &str) -> Vec<String> {
    let text = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((head, values)) = text.split_once('{') {
        let name = head.trim().trim_start_matches("typedef ").to_owned();
        let values = values.split_once('}').map_or(values, |(values, _)| values);
        return values
            .split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(|value| format!("{name} {value}"))
            .collect();
    }
    let marks = ["MEETGATE_EXPORT ", "MEETGATE_CHECKED ", "MEETGATE_CALL "];
    let text = marks.iter().fold(text, |text, mark| text.replace(mark, ""));
    match text.rsplit_once('(') {
        Some((head, params)) => {
            let params: Vec<String> = params.trim_end_matches(')').split(',').map(unnamed).collect();
            vec![format!("{}({})", head.replace("(*", "(* "), params.join(", "))]
        }
        None => vec![text],
    }
}

/// `const char *text` as `const char *`.
fn unnamed(param: &str) -> String {
    let param = param.trim();
    let name = param.len() - param.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    let kind = param.get(..param.len() - name).unwrap_or_default().trim_end();
    if kind.is_empty() { param.to_owned() } else { kind.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
    }

    #[test]
    fn the_header_is_on_record() {
        let found = Abi::of_header(&root()).unwrap();
        let recorded = recorded(&root(), found.number).unwrap().expect("no record of this ABI: cargo xtask abi");
        refuse_changes(&recorded, &found).unwrap();
        let new: Vec<&String> = found.lines.difference(&recorded).collect();
        assert!(new.is_empty(), "not on record yet: run `cargo xtask abi`: {new:#?}");
        assert!(found.lines.len() > 120, "{}", found.lines.len());
    }

    #[test]
    fn what_programs_rely_on_may_not_change() {
        let header = "#define MEETGATE_ABI_VERSION 1\n/** Words. */\ntypedef enum a { A = 0, B = 1 } a;\n\
                      MEETGATE_EXPORT int MEETGATE_CALL f(const char *text, char **out);\ntypedef void (MEETGATE_CALL *g)(void *user_data);";
        let found = Abi::of(header).unwrap();
        let lines: Vec<&str> = found.lines.iter().map(String::as_str).collect();
        assert_eq!(
            lines,
            ["enum a A = 0", "enum a B = 1", "int f(const char *, char **)", "typedef void (* g)(void *)"]
        );
        for (old, new, fits) in [
            ("B = 1", "B = 1, C = 2", true),
            ("*text", "*other", true),
            ("Words", "Other words", true),
            ("B = 1", "B = 2", false),
            ("A = 0, ", "", false),
            ("const char *text", "char *text", false),
            ("f(const", "h(const", false),
            ("int MEETGATE_CALL f", "long MEETGATE_CALL f", false),
            (", char **out", "", false),
            ("void *user_data", "int user_data", false),
        ] {
            let changed = Abi::of(&header.replace(old, new)).unwrap();
            assert_eq!(refuse_changes(&found.lines, &changed).is_ok(), fits, "{old} -> {new}");
        }
    }
}
