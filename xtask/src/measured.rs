//! Pages whose text is written by hand, with parts between marks that a command has measured.

use crate::catalog::Result;

fn marks(name: &str) -> (String, &'static str) {
    (format!("<!-- measured: {name} -->\n"), "<!-- measured: end -->")
}

/// What stands in the page now; `file` names the page in errors.
pub fn part<'p>(file: &str, page: &'p str, name: &str) -> Result<&'p str> {
    let (begin, end) = marks(name);
    let rest = page.split_once(&begin).and_then(|(_, rest)| rest.split_once(end));
    rest.map(|(part, _)| part).ok_or_else(|| format!("{file} has no place for {name}: {begin}{end}").into())
}

/// The page with this in the part's place.
pub fn replaced(file: &str, page: &str, name: &str, with: &str) -> Result<String> {
    let old = part(file, page, name)?;
    let (begin, end) = marks(name);
    Ok(page.replacen(&format!("{begin}{old}{end}"), &format!("{begin}{with}{end}"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_and_what_was_measured_is_new() {
        let page = "before\n<!-- measured: direct -->\nold\n<!-- measured: end -->\nafter\n\
                    <!-- measured: native -->\nkept\n<!-- measured: end -->\n";
        let new = replaced("page.md", page, "direct", "new\n").unwrap();
        assert_eq!(new, page.replace("old", "new"));
        let problem = replaced("page.md", page, "indirect", "").unwrap_err().to_string();
        assert!(problem.contains("page.md has no place for indirect: <!-- measured: indirect -->"), "{problem}");
    }
}
