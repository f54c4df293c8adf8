//! Bad answers on request. Now: the next calls of one path fail with a number of the platform's choosing. The place of
//! the other bad days (latency, cut connections, non-JSON, HTTP statuses) is here too: whatever is planned is looked up
//! in `server` before a platform sees the call.

use std::collections::HashMap;

/// Failures planned per path.
#[derive(Default)]
pub struct Planned {
    failures: HashMap<String, Failure>,
}

struct Failure {
    number: i64,
    left: u32,
}

impl Planned {
    /// The next `times` calls of `path` fail with `number`. A new plan for the path replaces the old one.
    pub fn fail_next(&mut self, path: &str, number: i64, times: u32) {
        self.failures.insert(path.to_owned(), Failure { number, left: times });
    }

    /// The number with which this call has to fail, if one is planned.
    pub fn take(&mut self, path: &str) -> Option<i64> {
        // Almost always empty: this is on the way of every call.
        if self.failures.is_empty() {
            return None;
        }
        let failure = self.failures.get_mut(path)?;
        let number = failure.number;
        failure.left = failure.left.saturating_sub(1);
        if failure.left == 0 {
            self.failures.remove(path);
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_often_as_planned() {
        let mut planned = Planned::default();
        planned.fail_next("/a", 5, 2);
        assert_eq!(planned.take("/b"), None);
        assert_eq!(planned.take("/a"), Some(5));
        assert_eq!(planned.take("/a"), Some(5));
        assert_eq!(planned.take("/a"), None);
    }
}
