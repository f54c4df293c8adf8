//! The site: what an administrator sets for the whole deployment, and no operation can. The documents show it only through
//! its error numbers (004 L3738-L3740, L3756, L3759).

use serde_json::{Value, json};

/// Who decides about the composed view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewRule {
    Free,
    ForcedOn,
    ForcedOff,
    /// "No site params set, check init": the site was never set up.
    Unset,
}

const VIEW_RULES: [(&str, ViewRule); 4] = [
    ("free", ViewRule::Free),
    ("forced_on", ViewRule::ForcedOn),
    ("forced_off", ViewRule::ForcedOff),
    ("unset", ViewRule::Unset),
];

pub(crate) struct Site {
    pub(crate) composed_view: ViewRule,
    /// Whether the site knows whose it is.
    pub(crate) company: bool,
    /// Whether the service that installs licences answers.
    pub(crate) licence_service: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self { composed_view: ViewRule::Free, company: true, licence_service: true }
    }
}

impl Site {
    pub(crate) fn describe(&self) -> Value {
        let rule = VIEW_RULES.iter().find(|(_, rule)| *rule == self.composed_view);
        json!({
            "composed_view": rule.map(|(name, _)| *name),
            "company": self.company,
            "licence_service": self.licence_service,
        })
    }

    /// Takes over the members that are given; an error says which one is wrong, and then nothing has changed.
    pub(crate) fn change(&mut self, settings: &Value) -> Result<(), String> {
        let members = settings.as_object().ok_or("the site's settings are a JSON object")?;
        let mut changed = Self { ..*self };
        for (name, value) in members {
            let switch = || value.as_bool().ok_or(format!("{name} is true or false"));
            match name.as_str() {
                "company" => changed.company = switch()?,
                "licence_service" => changed.licence_service = switch()?,
                "composed_view" => {
                    let rule = VIEW_RULES.iter().find(|(known, _)| value == known);
                    let (_, rule) = rule.ok_or("composed_view is free, forced_on, forced_off or unset")?;
                    changed.composed_view = *rule;
                }
                _ => return Err(format!("the site has composed_view, company and licence_service, but no {name:?}")),
            }
        }
        *self = changed;
        Ok(())
    }

    /// Whether a room that opens, or is told to, has the composed view. A room is created all the same (no number of the
    /// view belongs to that).
    pub(crate) fn decides_view(&self, wanted: bool) -> bool {
        match self.composed_view {
            ViewRule::ForcedOn => true,
            ViewRule::Free => wanted,
            ViewRule::ForcedOff | ViewRule::Unset => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_changes_nothing() {
        let mut site = Site::default();
        for wrong in [json!([]), json!({"company": "no"}), json!({"composed_view": "on"}), json!({"nothing": 1})] {
            assert!(site.change(&wrong).is_err(), "{wrong}");
        }
        assert!(site.change(&json!({"company": false, "composed_view": "x"})).is_err());
        assert_eq!(site.describe(), Site::default().describe());
        assert_eq!(site.change(&json!({"company": false, "composed_view": "unset"})), Ok(()));
        assert_eq!(site.describe(), json!({"composed_view": "unset", "company": false, "licence_service": true}));
    }
}
