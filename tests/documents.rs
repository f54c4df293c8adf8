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
    // All of them, and those of each platform.
    let right = [of(""), of("hst."), of("youme."), of("avd.")];
    for page in PAGES {
        let text = std::fs::read_to_string(support::root().join(page)).unwrap();
        let said: Vec<usize> = WORDS.iter().flat_map(|words| numbers_before(&text, words)).collect();
        assert!(
            said.contains(&right[0]),
            "{page} does not say that there are {} operations; it says {said:?}",
            right[0]
        );
        assert!(said.iter().all(|number| right.contains(number)), "{page} says {said:?}, the catalog {right:?}");
    }
}

fn numbers_before(text: &str, words: &str) -> Vec<usize> {
    let before = text.match_indices(words).map(|(at, _)| &text[..at]);
    before.filter_map(|before| before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect()
}
