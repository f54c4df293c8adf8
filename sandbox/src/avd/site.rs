//! The site: what an administrator sets for the whole deployment, and no operation can. The documents show it only through
//! its error numbers (004 L3738-L3740, L3756, L3759).

use serde_json::{Value, json};

use super::composed_view::ComposedView;
use super::refusal::{
    COMPOSED_VIEW_FORCED_OFF, COMPOSED_VIEW_FORCED_ON, LICENCE_SERVICE_DOWN, NO_COMPANY, NO_SITE_SETTINGS, Refusal,
};
use super::world::World;

/// Who decides about the composed view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ViewRule {
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

pub struct Site {
    composed_view: ViewRule,
    /// Whether the site knows whose it is.
    company: bool,
    /// Whether the service that installs licences answers.
    licence_service: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self { composed_view: ViewRule::Free, company: true, licence_service: true }
    }
}

impl Site {
    pub fn describe(&self) -> Value {
        let rule = VIEW_RULES.iter().find(|(_, rule)| *rule == self.composed_view);
        json!({
            "composed_view": rule.map(|(name, _)| *name),
            "company": self.company,
            "licence_service": self.licence_service,
        })
    }

    /// Takes over the members that are given; an error says which one is wrong, and then nothing has changed.
    fn change(&mut self, settings: &Value) -> Result<(), String> {
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

    /// Whether a call may turn the composed view on.
    pub fn check_view_on(&self) -> Result<(), Refusal> {
        match self.composed_view {
            ViewRule::ForcedOff => Err(Refusal::of(COMPOSED_VIEW_FORCED_OFF)),
            rule => rule.check_set(),
        }
    }

    /// Whether a call may turn it off.
    pub fn check_view_off(&self) -> Result<(), Refusal> {
        match self.composed_view {
            ViewRule::ForcedOn => Err(Refusal::of(COMPOSED_VIEW_FORCED_ON)),
            rule => rule.check_set(),
        }
    }

    /// Whether a room that opens, or is told to, has the composed view. A room is created all the same (no number of the
    /// view belongs to that).
    pub fn decides_view(&self, wanted: bool) -> bool {
        match self.composed_view {
            ViewRule::ForcedOn => true,
            ViewRule::Free => wanted,
            ViewRule::ForcedOff | ViewRule::Unset => false,
        }
    }

    pub fn check_company(&self) -> Result<(), Refusal> {
        if self.company { Ok(()) } else { Err(Refusal::of(NO_COMPANY)) }
    }

    pub fn check_licence_service(&self) -> Result<(), Refusal> {
        self.check_company()?;
        if self.licence_service { Ok(()) } else { Err(Refusal::of(LICENCE_SERVICE_DOWN)) }
    }
}

impl ViewRule {
    fn check_set(self) -> Result<(), Refusal> {
        if self == Self::Unset { Err(Refusal::of(NO_SITE_SETTINGS)) } else { Ok(()) }
    }
}

impl World {
    /// Changes the site. A forced composed view is forced on the open rooms at once.
    pub fn change_site(&mut self, settings: &Value) -> Result<(), String> {
        self.site.change(settings)?;
        let stream_ids: Vec<String> = (0..self.rooms.len()).map(|_| self.new_uuid()).collect();
        for (room, stream_id) in self.rooms.values_mut().zip(stream_ids) {
            match self.site.composed_view {
                ViewRule::ForcedOn if room.is_open() && room.composed_view.is_none() => {
                    room.composed_view = Some(ComposedView::automatic(stream_id));
                }
                ViewRule::ForcedOff => room.composed_view = None,
                _ => {}
            }
        }
        Ok(())
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
