//! What the site's settings allow a call to do.

use super::refusal::{
    COMPOSED_VIEW_FORCED_OFF, COMPOSED_VIEW_FORCED_ON, LICENCE_SERVICE_DOWN, NO_COMPANY, NO_SITE_SETTINGS, Refusal,
};
use super::world::site::{Site, ViewRule};

/// Whether a call may turn the composed view on.
pub(crate) fn check_view_on(site: &Site) -> Result<(), Refusal> {
    match site.composed_view {
        ViewRule::ForcedOff => Err(Refusal::of(COMPOSED_VIEW_FORCED_OFF)),
        ViewRule::Unset => Err(Refusal::of(NO_SITE_SETTINGS)),
        ViewRule::Free | ViewRule::ForcedOn => Ok(()),
    }
}

/// Whether a call may turn it off.
pub(crate) fn check_view_off(site: &Site) -> Result<(), Refusal> {
    match site.composed_view {
        ViewRule::ForcedOn => Err(Refusal::of(COMPOSED_VIEW_FORCED_ON)),
        ViewRule::Unset => Err(Refusal::of(NO_SITE_SETTINGS)),
        ViewRule::Free | ViewRule::ForcedOff => Ok(()),
    }
}

pub(crate) fn check_company(site: &Site) -> Result<(), Refusal> {
    if site.company { Ok(()) } else { Err(Refusal::of(NO_COMPANY)) }
}

pub(crate) fn check_licence_service(site: &Site) -> Result<(), Refusal> {
    check_company(site)?;
    if site.licence_service { Ok(()) } else { Err(Refusal::of(LICENCE_SERVICE_DOWN)) }
}
