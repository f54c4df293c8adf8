//! Reads a JSON object member by member, and names what nobody asked for: a misspelt key must not be silently ignored.

use serde_json::{Map, Value};

pub(crate) struct Members {
    /// What the object is, for messages: "a fault", "the body".
    what: String,
    rest: Map<String, Value>,
    known: Vec<&'static str>,
}

/// Everything that can be wrong is a sentence for whoever wrote the object.
type Read<T> = Result<T, String>;

impl Members {
    pub(crate) fn of(value: Value, what: &str) -> Read<Self> {
        match value {
            Value::Object(rest) => Ok(Self { what: what.to_owned(), rest, known: Vec::new() }),
            other => Err(format!("{what} must be a JSON object, not {other}")),
        }
    }

    /// From here on messages speak of this.
    pub(crate) fn call_it(&mut self, what: String) {
        self.what = what;
    }

    /// `null` counts as left out.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.rest.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Read<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, "a string", &other)),
        }
    }

    pub(crate) fn required_text(&mut self, name: &'static str) -> Read<String> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| self.missing(name))
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Read<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.wrong(name, "true or false", &other)),
        }
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Read<Option<i64>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, "a whole number", &value)),
            },
        }
    }

    pub(crate) fn required_integer(&mut self, name: &'static str) -> Read<i64> {
        self.integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number from 0 (or `least`) on.
    pub(crate) fn count(&mut self, name: &'static str, least: u64) -> Read<Option<u64>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().filter(|number| *number >= least) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, &format!("a whole number from {least} on"), &value)),
            },
        }
    }

    pub(crate) fn required_count(&mut self, name: &'static str, least: u64) -> Read<u64> {
        self.count(name, least)?.ok_or_else(|| self.missing(name))
    }

    /// Seconds, also with a fraction, up to a day.
    pub(crate) fn seconds(&mut self, name: &'static str) -> Read<Option<f64>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_f64().filter(|number| (0.0..=86_400.0).contains(number)) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, "a number of seconds from 0 to 86400", &value)),
            },
        }
    }

    pub(crate) fn missing(&self, name: &str) -> String {
        format!("`{name}` is missing in {}", self.what)
    }

    /// An error if anything is left over.
    pub(crate) fn finish(self) -> Read<()> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(unknown) if self.known.is_empty() => Err(format!("{} takes no members, not `{unknown}`", self.what)),
            Some(unknown) => {
                Err(format!("unknown key `{unknown}` in {}: it takes {}", self.what, self.known.join(", ")))
            }
        }
    }

    fn wrong(&self, name: &str, wanted: &str, found: &Value) -> String {
        format!("`{name}` in {} must be {wanted}, not {found}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_named() {
        let mut members = Members::of(json!({"ms": "5", "flag": null, "extra": 1}), "a thing").unwrap();
        assert_eq!(members.count("ms", 0).unwrap_err(), "`ms` in a thing must be a whole number from 0 on, not \"5\"");
        assert_eq!(members.flag("flag"), Ok(None));
        assert_eq!(members.required_text("name").unwrap_err(), "`name` is missing in a thing");
        assert_eq!(members.finish().unwrap_err(), "unknown key `extra` in a thing: it takes ms, flag, name");
        assert!(Members::of(json!([1]), "a thing").is_err());
    }
}
