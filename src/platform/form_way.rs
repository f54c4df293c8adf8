//! Whether a deployment reads forms (T67): found out from its answers.
//!
//! The document allows GET and POST for nearly every call. Every public client of the vendor sends GET, and nobody shows a
//! form being parsed. A form keeps secrets out of logs, so it is tried first.

use std::sync::atomic::{AtomicU8, Ordering};

/// Where a form's parameters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormIn {
    /// Into the body of a POST.
    Body,
    /// Into the query of a GET.
    Query,
}

/// The number of an answer that says that a parameter is missing (004 L3674).
const PARAMETER_MISSING: i64 = 40002;

/// What is known of a deployment, for all threads.
#[derive(Debug, Default)]
pub(crate) struct FormWay(AtomicU8);

const UNKNOWN: u8 = 0;
const BODY: u8 = 1;
const QUERY: u8 = 2;

impl FormWay {
    /// The way to go first.
    pub(crate) fn first(&self) -> FormIn {
        self.known().unwrap_or(FormIn::Body)
    }

    pub(crate) fn known(&self) -> Option<FormIn> {
        match self.0.load(Ordering::Relaxed) {
            BODY => Some(FormIn::Body),
            QUERY => Some(FormIn::Query),
            _ => None,
        }
    }

    /// Whether a form that was answered with this number should go once more, in the query: nothing can have acted.
    pub(crate) fn may_be_unread(&self, code: i64) -> bool {
        code == PARAMETER_MISSING && self.0.load(Ordering::Relaxed) == UNKNOWN
    }

    /// Parameters that went this way were read.
    pub(crate) fn learn(&self, way: FormIn) {
        let way = match way {
            FormIn::Body => BODY,
            FormIn::Query => QUERY,
        };
        // The first proof counts: a deployment that reads both ways keeps the one that it began with.
        _ = self.0.compare_exchange(UNKNOWN, way, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_first_and_the_first_proof_counts() {
        let way = FormWay::default();
        assert_eq!((way.first(), way.known()), (FormIn::Body, None));
        assert!(way.may_be_unread(40002) && !way.may_be_unread(40001));
        way.learn(FormIn::Query);
        way.learn(FormIn::Body);
        assert_eq!((way.first(), way.known()), (FormIn::Query, Some(FormIn::Query)));
        assert!(!way.may_be_unread(40002), "known: the parameter is missing");
    }
}
