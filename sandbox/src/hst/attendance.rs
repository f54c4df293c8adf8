//! Users who join and leave groups and broadcast there, with the media service, which no operation can do for them. The
//! control interface does. Anybody can: presence is another service's.

use super::world::World;
use super::world::groups::{Groups, Unchanged};
use super::world::media::{Media, MediaType};
use super::world::news::News;
use crate::control_error::ControlError;

/// A stream that a user broadcasts in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    pub app_id: String,
    pub group_id: String,
    pub user_id: String,
    pub media_id: String,
    pub media_type: MediaType,
}

impl Broadcast {
    fn media(&self) -> Media {
        Media { id: self.media_id.clone(), kind: self.media_type }
    }
}

/// The application's version then; so for all of these.
pub(crate) fn join(world: &mut World, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
    change(world, app_id, |groups| groups.join(group_id, user_id).map(|news| vec![news]))
}

pub(crate) fn leave(world: &mut World, app_id: &str, group_id: &str, user_id: &str) -> Result<i64, ControlError> {
    change(world, app_id, |groups| groups.leave(group_id, user_id))
}

pub(crate) fn start(world: &mut World, broadcast: &Broadcast) -> Result<i64, ControlError> {
    let Broadcast { app_id, group_id, user_id, .. } = broadcast;
    change(world, app_id, |groups| groups.start(group_id, user_id, broadcast.media()).map(|news| vec![news]))
}

pub(crate) fn stop(world: &mut World, broadcast: &Broadcast) -> Result<i64, ControlError> {
    let Broadcast { app_id, group_id, user_id, .. } = broadcast;
    change(world, app_id, |groups| groups.stop(group_id, user_id, &broadcast.media()).map(|news| vec![news]))
}

pub(crate) fn no_such_application(app_id: &str) -> ControlError {
    ControlError::not_found(format!("there is no application {app_id}"))
}

fn change(
    world: &mut World,
    app_id: &str,
    change: impl FnOnce(&mut Groups) -> Result<Vec<News>, Unchanged>,
) -> Result<i64, ControlError> {
    let changed = world.change_groups(app_id, change).ok_or_else(|| no_such_application(app_id))?;
    changed.map_err(|why| match why {
        Unchanged::AlreadyThere => ControlError::conflict("it is so already".to_owned()),
        Unchanged::NotThere => {
            ControlError::not_found("the group has no such user, or the user no such media".to_owned())
        }
        Unchanged::UserNotInGroup => ControlError::conflict("the user is not in this group: join first".to_owned()),
    })
}
