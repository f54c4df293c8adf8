//! The links of the pages lead somewhere, and no section has the number of another.

mod support;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// Every page of the project but those of what is built.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    let mut folders = vec![support::root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                folders.push(path);
            } else if name.ends_with(".md") {
                let text = std::fs::read_to_string(&path).unwrap();
                pages.insert(path, text);
            }
        }
    }
    pages
}

/// The text outside blocks of code.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// Where a link into a page can lead to: its headings, as GitHub names them, and its marks.
fn anchors(page: &str) -> Vec<String> {
    let prose = prose(page);
    let marks = prose.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    });
    marks.chain(headings).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 10, "{:?}", pages.keys());
    let mut dead = Vec::new();
    let mut tried = 0;
    for (file, page) in &pages {
        let prose = prose(page);
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            tried += 1;
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { Some(file.clone()) } else { resolve(file, path) };
            let is_there = match (target.as_ref().and_then(|target| pages.get(target)), anchor) {
                (Some(page), Some(anchor)) => anchors(page).iter().any(|known| known == anchor),
                _ => target.is_some(),
            };
            if !is_there {
                dead.push(format!("{}: {link}", file.strip_prefix(support::root()).unwrap().display()));
            }
        }
    }
    assert!(tried > 100, "only {tried} links");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

fn resolve(page: &Path, link: &str) -> Option<PathBuf> {
    page.parent()?.join(link).canonicalize().ok()
}

#[test]
fn no_mark_stands_twice() {
    for (file, page) in pages() {
        let prose = prose(&page);
        let mut seen = HashSet::new();
        for mark in prose.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(seen.insert(mark.to_owned()), "{}: {mark} stands twice", file.display());
        }
    }
}
