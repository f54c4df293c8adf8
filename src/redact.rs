//! What of other people's text may be shown: everything but secrets.
//!
//! Text from outside is [`Foreign`]. It cannot be printed, so that it gets into an error only as [`Redacted`], which a
//! [`Redactor`] makes. A redactor is filled by whatever signs and sends: keys, tokens, what was derived from them, and the
//! secret parameters.

mod decoded;
mod json;
mod named;
mod pattern;

pub(crate) use json::secret_members;
pub(crate) use named::is_secret_name;

use crate::json::{LONGEST_EXCERPT, LONGEST_SHOWN, boundary_before, excerpt};
use decoded::View;
use pattern::Pattern;
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt;
use std::ops::{Deref, Range};
use zeroize::Zeroizing;

/// What stands in a secret's place.
const MASK: &str = "***";
/// A shorter secret is a part of words: it is masked where it is the whole value.
const SHORTEST_WITHIN: usize = 4;
/// How much of an answer is shown where it is not shown whole.
const LONGEST_REPLY_TEXT: usize = 4 << 10;
/// With more secrets than this nothing foreign is shown: only a raw call of the caller's own making has so many.
const MOST_SECRETS: usize = 64;
/// The values that an answer itself calls secret, of which so many are looked for in its message.
const MOST_OF_ANSWER: usize = 16;
/// A character in two encodings over each other has at most so many bytes: `%26%23x41%3B`.
const WIDEST: usize = 12;

/// Text from outside: an answer, a part of it, the words of another library. It has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Foreign(String);

impl Foreign {
    /// For reading it, and for giving a success to the caller.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl<T: Into<String>> From<T> for Foreign {
    fn from(text: T) -> Foreign {
        Foreign(text.into())
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "({} foreign bytes)", self.0.len())
    }
}

/// Text that may be shown: the library's own words, or what a redactor left of foreign ones.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Redacted(String);

impl From<&'static str> for Redacted {
    fn from(own_words: &'static str) -> Redacted {
        Redacted(own_words.to_owned())
    }
}

impl Deref for Redacted {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// JSON that may be shown.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct RedactedJson(Box<RawValue>);

impl Deref for RedactedJson {
    type Target = RawValue;

    fn deref(&self) -> &RawValue {
        &self.0
    }
}

/// An answer as an error shows it.
pub(crate) enum Shown {
    Json(RedactedJson),
    /// JSON that is too long to be shown whole, or no JSON: the beginning.
    Text(Redacted),
}

/// The secrets of one call.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Of any length, for whole values.
    secrets: Vec<Zeroizing<String>>,
    /// Those that are looked for within texts, in each of their spellings.
    patterns: Vec<Pattern>,
    /// There are too many secrets to look for.
    shows_nothing: bool,
}

impl Redactor {
    pub(crate) fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Redactor {
        let mut redactor = Redactor::default();
        secrets.into_iter().for_each(|secret| redactor.add(secret));
        redactor
    }

    pub(crate) fn add(&mut self, secret: &str) {
        if secret.is_empty() || self.secrets.iter().any(|known| known.as_str() == secret) {
            return;
        }
        if self.secrets.len() >= MOST_SECRETS {
            self.shows_nothing = true;
            return;
        }
        self.secrets.push(Zeroizing::new(secret.to_owned()));
        if secret.len() >= SHORTEST_WITHIN {
            self.patterns.extend(pattern::spellings(secret.as_bytes()));
        }
    }

    /// The values too that an answer itself calls secret: its message may repeat one.
    pub(crate) fn add_secrets_of(&mut self, answer: &Foreign) {
        if answer.0.len() <= LONGEST_SHOWN {
            secret_members(&answer.0).iter().take(MOST_OF_ANSWER).for_each(|value| self.add(value));
        }
    }

    /// A text, cut where it is long. Masked before it is cut: of a secret that is cut in two, one half would stay.
    pub(crate) fn text(&self, text: &Foreign) -> Redacted {
        Redacted(excerpt(&self.beginning(&text.0), LONGEST_EXCERPT))
    }

    /// An address without user, query and fragment, which may hold secrets. Masked before these go, as in [`Redactor::text`].
    pub(crate) fn address(&self, address: &Foreign) -> Redacted {
        let masked = self.text(address);
        let address = masked.split(['?', '#']).next().unwrap_or_default();
        Redacted(match address.split_once("://") {
            Some((scheme, rest)) => {
                let host = rest.find('/').map_or(rest, |end| rest.get(..end).unwrap_or_default());
                let user = host.rfind('@').map_or(0, |end| end + 1);
                format!("{scheme}://{}", rest.get(user..).unwrap_or_default())
            }
            None => address.to_owned(),
        })
    }

    /// An answer: whole if it is JSON as it came and not too long, else its beginning.
    pub(crate) fn answer(&self, answer: &Foreign, as_it_came: bool) -> Shown {
        let text = answer.0.trim();
        if self.shows_nothing {
            return Shown::Text(Redacted(MASK.to_owned()));
        }
        if serde_json::from_str::<&RawValue>(text).is_err() {
            return Shown::Text(beginning(&self.beginning(&answer.0), answer));
        }
        let is_whole = as_it_came && text.len() <= LONGEST_SHOWN;
        let masked = json::masked(self, text, if is_whole { usize::MAX } else { LONGEST_REPLY_TEXT }, 0).text;
        match RawValue::from_string(masked) {
            Ok(whole) if is_whole => Shown::Json(RedactedJson(whole)),
            Ok(masked) => Shown::Text(beginning(masked.get(), answer)),
            Err(_) => Shown::Text(Redacted(MASK.to_owned())),
        }
    }

    /// The beginning of a text, masked; far more than an excerpt has.
    fn beginning(&self, text: &str) -> String {
        if self.shows_nothing {
            return MASK.to_owned();
        }
        if text.len() <= LONGEST_SHOWN {
            return self.masked(text, text.len());
        }
        let end = boundary_before(text, LONGEST_SHOWN);
        // Near the cut the beginning of a secret may stand whose end is not there to tell.
        let longest = self.secrets.iter().map(|secret| secret.len()).max().unwrap_or(0);
        let shown = boundary_before(text, end.saturating_sub(longest.saturating_mul(WIDEST)));
        let mut masked = self.masked(text.get(..end).unwrap_or_default(), shown);
        masked.push('…');
        masked
    }

    /// The first `shown` bytes of a text with every secret masked that begins in them.
    fn masked(&self, text: &str, shown: usize) -> String {
        let mut out = String::with_capacity(shown);
        let mut at = 0;
        for span in self.spans(text) {
            if span.start >= shown {
                break;
            }
            out.push_str(text.get(at..span.start).unwrap_or_default());
            out.push_str(MASK);
            at = span.end;
        }
        out.push_str(text.get(at..shown).unwrap_or_default());
        out
    }

    fn is_secret(&self, whole: &[u8]) -> bool {
        self.secrets.iter().any(|secret| secret.as_bytes() == whole)
    }

    /// Where the secrets stand: in order, and apart from each other.
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        for view in View::all(text, self.secrets.iter().any(|secret| secret.contains(' '))) {
            let bytes = view.bytes();
            if self.is_secret(bytes.trim_ascii()) {
                return std::iter::once(0..text.len()).collect();
            }
            let found = &mut |range: Range<usize>| spans.extend(view.in_text(range));
            for pattern in self.patterns.iter().filter(|pattern| view.is_shallow() || pattern.is_plain()) {
                pattern.find(bytes, found);
            }
            named::find(bytes, found);
        }
        spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            let span = boundary_before(text, span.start)..boundary_after(text, span.end);
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        apart
    }
}

/// The beginning of an answer, which was masked, and how long it is in all.
fn beginning(masked: &str, answer: &Foreign) -> Redacted {
    let shown = excerpt(masked, LONGEST_REPLY_TEXT);
    let is_whole = shown.len() == masked.len() && !masked.ends_with('…');
    Redacted(if is_whole { shown } else { format!("{shown} ({} bytes in all)", answer.0.len()) })
}

fn boundary_after(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests;
