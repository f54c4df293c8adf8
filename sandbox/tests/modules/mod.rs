//! The modules of a crate and which of them name which, read from the sources. It knows nothing of any crate.
//!
//! A module is a file. It imports another when it names it or something in it: in a `use`, or by a path in its code.
//! `mod x;` alone is no import: a module does not depend on being held. What stands in `#[cfg(test)] mod tests` does not
//! count, since it may look at anything.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

pub struct Modules {
    /// `avd::world`, to the modules that it names.
    imports: BTreeMap<String, BTreeSet<String>>,
    files: Vec<String>,
}

impl Modules {
    /// All `.rs` files below a folder. `lib.rs` and `main.rs` hold the others and are imported by none.
    pub fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        collect(folder, folder, &mut files);
        Self::of(files.iter().map(|(path, text)| (path.as_str(), text.clone())))
    }

    /// The same of paths and texts.
    pub fn of<'a>(files: impl Iterator<Item = (&'a str, String)>) -> Self {
        let files: Vec<(String, String)> = files.map(|(path, text)| (path.to_owned(), text)).collect();
        let names: BTreeSet<String> = files.iter().filter_map(|(path, _)| name_of(path)).collect();
        let mut imports = BTreeMap::new();
        for (path, text) in &files {
            let Some(name) = name_of(path) else { continue };
            let named = paths_in(&code_of(text)).into_iter().filter_map(|path| resolve(&path, &name, &names));
            imports.insert(name.clone(), named.filter(|other| *other != name).collect());
        }
        Self { imports, files: files.into_iter().map(|(path, _)| path).collect() }
    }

    /// Each module and those that it names.
    pub fn imports(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.imports
    }

    /// The same without the imports for which this holds: of a module, and of one that it names.
    pub fn without(mut self, is_left_out: impl Fn(&str, &str) -> bool) -> Self {
        for (module, named) in &mut self.imports {
            named.retain(|other| !is_left_out(module, other));
        }
        self
    }

    pub fn count(&self) -> usize {
        self.imports.len()
    }

    /// The files of the old dialect.
    pub fn called_mod(&self) -> Vec<String> {
        self.files.iter().filter(|path| path.ends_with("mod.rs")).cloned().collect()
    }

    /// The shortest circle, `a -> b -> a`.
    pub fn circle(&self) -> Option<String> {
        let circles = self.imports.keys().filter_map(|start| self.route(start, |module| module == start));
        circles.min_by_key(Vec::len).map(|route| route.join(" -> "))
    }

    /// How a module, or one in it, comes to know another, or one in that.
    pub fn way(&self, from: &str, to: &str) -> Option<String> {
        let starts: Vec<&String> = self.imports.keys().filter(|module| is_in(module, from)).collect();
        assert!(!starts.is_empty(), "there is no module {from}");
        assert!(self.imports.keys().any(|module| is_in(module, to)), "there is no module {to}");
        let routes = starts.into_iter().filter_map(|start| self.route(start, |module| is_in(module, to)));
        routes.min_by_key(Vec::len).map(|route| route.join(" -> "))
    }

    /// The shortest way along imports, at least one of them.
    fn route(&self, start: &str, is_goal: impl Fn(&str) -> bool) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(module) = queue.pop_front() {
            for next in &self.imports[module] {
                if is_goal(next) {
                    let mut route = vec![next.clone(), module.to_owned()];
                    let mut at = module;
                    while at != start {
                        at = came_from[at];
                        route.push(at.to_owned());
                    }
                    route.reverse();
                    return Some(route);
                }
                if next != start && !came_from.contains_key(next.as_str()) {
                    came_from.insert(next, module);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// `avd/world.rs` is `avd::world`; the roots of crates have no name.
fn name_of(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".rs")?;
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    (!matches!(stem, "lib" | "main")).then(|| stem.replace('/', "::"))
}

fn is_in(module: &str, whole: &str) -> bool {
    module.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The code alone: no comments, no texts, no tests.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_text(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = hashes + 2;
            rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len())
        } else if first == '"' {
            end_of_text(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            rest[2..].find('\'').map_or(rest.len(), |at| at + 3)
        } else {
            0
        };
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

/// How many hashes a raw text has that begins here.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Every path of the code, `use` trees spread out: `use a::{b, c::D}` is `a::b` and `a::c::D`.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let mut words = tokens(code).into_iter().peekable();
    let mut paths = Vec::new();
    while let Some(word) = words.next() {
        if word == "use" {
            let mut tree = Vec::new();
            for word in words.by_ref().take_while(|word| word != ";") {
                tree.push(word);
            }
            spread(&mut tree.into_iter().peekable(), &[], &mut paths);
        } else if is_name(&word) {
            let mut path = vec![word];
            while words.next_if(|word| word == "::").is_some() {
                match words.next_if(|word| is_name(word)) {
                    Some(word) => path.push(word),
                    None => break,
                }
            }
            if path.len() > 1 {
                paths.push(path);
            }
        }
    }
    paths
}

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

fn spread(tree: &mut Words, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    while let Some(word) = tree.next() {
        match word.as_str() {
            "::" => {}
            "{" => {
                spread(tree, &path, paths);
                path = prefix.to_vec();
            }
            "," => {
                if path.len() > prefix.len() {
                    paths.push(std::mem::replace(&mut path, prefix.to_vec()));
                }
            }
            "}" => break,
            // The name it gets is no path.
            "as" => drop(tree.next()),
            "self" if !path.is_empty() => paths.push(path.clone()),
            _ => path.push(word),
        }
    }
    if path.len() > prefix.len() {
        paths.push(path);
    }
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".to_owned());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Which module a path in `module` leads to: the longest beginning of it that is one.
fn resolve(path: &[String], module: &str, names: &BTreeSet<String>) -> Option<String> {
    let mut base: Vec<&str> = module.split("::").collect();
    let rest = match path[0].as_str() {
        "crate" => {
            base.clear();
            &path[1..]
        }
        "self" => &path[1..],
        "super" => {
            let ups = path.iter().take_while(|word| *word == "super").count();
            base.truncate(base.len().checked_sub(ups)?);
            &path[ups..]
        }
        // A child, or something of another crate.
        child if names.contains(&format!("{module}::{child}")) => path,
        _ => return None,
    };
    let whole: Vec<&str> = base.into_iter().chain(rest.iter().map(String::as_str)).collect();
    (1..=whole.len()).rev().map(|length| whole[..length].join("::")).find(|name| names.contains(name))
}
