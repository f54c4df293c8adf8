//! What the hand-written pages say of the catalog is what it says.

mod support;

use meetgate::catalog;

const PAGES: [&str; 6] = [
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "docs/guides/c.md",
    "docs/reference/sandbox.md",
    "bindings/python/README.md",
];

/// What stands behind a number of operations.
const WORDS: [&str; 4] = [" documented operations", " operations", " such functions", " 个接口"];

#[test]
fn the_number_of_operations_is_the_catalogs() {
    let of =
        |platform: &str| catalog::operations().iter().filter(|operation| operation.name.starts_with(platform)).count();
    let (all, later) = (of(""), later());
    // All of them, those of the documents, those of the later pages, and the documented ones of each platform.
    let right = [all, all - later, later, of("hst.") - later, of("youme."), of("avd.")];
    for page in PAGES {
        let text = std::fs::read_to_string(support::root().join(page)).unwrap();
        let said: Vec<usize> = WORDS.iter().flat_map(|words| numbers_before(&text, words)).collect();
        let is_said = |number| said.contains(number);
        assert!(
            is_said(&all) || is_said(&(all - later)),
            "{page} says {said:?}, there are {all}, {later} of them later"
        );
        assert!(said.iter().all(|number| right.contains(number)), "{page} says {said:?}, the catalog {right:?}");
        let documented = text.contains(" documented operations") || text.contains("文档中的");
        assert!(!documented || text.contains(&format!("{later} ")), "{page} does not tell of the {later} later ones");
    }
}

/// Operations of hst that no numbered document has.
fn later() -> usize {
    let text = std::fs::read_to_string(support::root().join("catalog/hst.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let sources = file.values().filter(|entry| entry.get("request").is_some()).filter_map(|entry| entry.get("source"));
    sources.filter(|source| source.as_str().is_some_and(|source| source.starts_with("later pages"))).count()
}

fn numbers_before(text: &str, words: &str) -> Vec<usize> {
    let before = text.match_indices(words).map(|(at, _)| &text[..at]);
    before.filter_map(|before| before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect()
}
