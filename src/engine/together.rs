//! Checks what the catalog says of two parameters together.

use crate::catalog::{Demand, Operation, Rule, Word};
use crate::json::{Members, text_of};
use std::borrow::Cow;

/// Says which rule is broken, and by which of the values given. The parameters have been checked one by one before.
pub(super) fn check(operation: &Operation, params: &Members<'_>) -> Result<(), String> {
    let broken = |rule: &'static Rule| {
        let found = Given { operation, params }.against(&rule.demand)?;
        Some(format!("{}, but {found} ({})", rule.words, rule.source))
    };
    operation.rules.iter().find_map(broken).map_or(Ok(()), Err)
}

struct Given<'a, 'p> {
    operation: &'a Operation,
    params: &'a Members<'p>,
}

impl Given<'_, '_> {
    /// What is found where the demand is not met.
    fn against(&self, demand: &Demand) -> Option<String> {
        match demand {
            Demand::Requires { param, is, needs } => {
                (self.is_one_of(param, is) && !self.has(needs)).then(|| format!("{needs} is missing"))
            }
            Demand::Allows { param, is, other, values } => match self.text(other) {
                _ if !self.is_one_of(param, is) => None,
                Some(text) if is_among(&text, values) => None,
                Some(text) => Some(format!("{other} is \"{text}\"")),
                None => match self.default(other) {
                    "" => None,
                    default if is_among(default, values) => None,
                    default => Some(format!("{other} is missing, and then it is \"{default}\"")),
                },
            },
            Demand::AtLeastOne(names) => (!names.iter().any(|name| self.has(name))).then(|| "none is given".to_owned()),
            Demand::Ordered { first, last } => {
                let (first_time, last_time) = (self.time(first)?, self.time(last)?);
                (last_time < first_time).then(|| format!("{first} is {first_time} and {last} is {last_time}"))
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.params.get(name).is_some()
    }

    fn is_one_of(&self, name: &str, values: &[Word]) -> bool {
        self.has(name) && (values.is_empty() || self.text(name).is_some_and(|text| is_among(&text, values)))
    }

    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        text_of(self.params.get(name)?)
    }

    fn time(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    fn default(&self, name: &str) -> &'static str {
        self.operation.params.iter().find(|field| field.name == name).map_or("", |field| field.default.as_str())
    }
}

fn is_among(text: &str, values: &[Word]) -> bool {
    values.iter().any(|value| *value == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::find;

    fn problem(operation: &str, params: &str) -> Option<String> {
        check(find(operation).unwrap(), &Members::parse(params).unwrap()).err()
    }

    fn recording(params: &str) -> Option<String> {
        problem("avd.room.mix_record.start", params)
    }

    #[test]
    fn what_is_needed_has_to_be_given() {
        let lacking = "osds needs videos, but videos is missing (004 L649)";
        assert_eq!(recording(r#"{"osds":{}}"#).as_deref(), Some(lacking));
        assert_eq!(recording(r#"{"osds":{},"videos":[]}"#), None);
        let lacking = "enable_osdts_record \"true\" needs videos, but videos is missing (004 L649)";
        assert_eq!(recording(r#"{"enable_osdts_record":true}"#).as_deref(), Some(lacking));
        assert_eq!(recording(r#"{"enable_osdts_record":"true"}"#).as_deref(), Some(lacking));
        assert_eq!(recording(r#"{"enable_osdts_record":false}"#), None);
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let words = "audio_file_type \"wav\" needs audio_codec \"pcm\", but audio_codec is";
        let with = |end: &str| Some(format!("{words} {end} (004 L659)"));
        assert_eq!(recording(r#"{"audio_file_type":"wav","audio_codec":"aac"}"#), with("\"aac\""));
        assert_eq!(recording(r#"{"audio_file_type":"wav"}"#), with("missing, and then it is \"aac\""));
        assert_eq!(recording(r#"{"audio_file_type":"wav","audio_codec":"pcm","audio_samples":8000}"#), None);
        assert_eq!(recording(r#"{"audio_file_type":"mp3"}"#), None);
        assert!(recording(r#"{"audio_file_type":"mp3","audio_codec":"pcm"}"#).is_some());
        assert!(recording(r#"{"audio_samples":"8000"}"#).is_some());
        // No default is documented for it.
        assert_eq!(recording(r#"{"enable_backup":true}"#), None);
        assert!(recording(r#"{"enable_backup":true,"enable_realtime_transcode":false}"#).is_some());
    }

    #[test]
    fn one_of_them_has_to_be_given() {
        let update = |params| problem("avd.room.mix_record.update_layout", params);
        let none = "at least one of videos and audio_user_ids is needed, but none is given (004 L1033-L1034)";
        assert_eq!(update("{}").as_deref(), Some(none));
        assert_eq!(update(r#"{"audio_user_ids":["1"]}"#), None);
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        let found = "EndTime must not be before BeginTime, but BeginTime is 11 and EndTime is 9 (002 L140-L142)";
        let ask = |params| problem("youme.query_instance_all_records_by_time", params);
        assert_eq!(ask(r#"{"BeginTime":"11","EndTime":"9"}"#).as_deref(), Some(found));
        assert_eq!(ask(r#"{"BeginTime":"9","EndTime":"9"}"#), None);
        assert_eq!(ask(r#"{"BeginTime":"9"}"#), None);
        assert!(problem("hst.consuming.records", r#"{"start_time":2,"end_time":1}"#).is_some());
    }
}
