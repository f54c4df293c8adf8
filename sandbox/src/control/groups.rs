//! hst's groups, as the event gateway tells of them: who comes, goes and broadcasts.

use super::request::{Answer, Request};
use crate::control_error::ControlError;
use crate::hst::{Broadcast, MediaType};
use crate::lock::lock;
use crate::members::Members;
use crate::shared::Shared;
use serde_json::{Value, json};

pub(crate) fn full_state(shared: &Shared, request: &Request) -> Answer {
    let mut query = request.query()?;
    let app_id = query.required_text("app_id")?;
    query.finish()?;
    lock(&shared.hst).full_state(&app_id)
}

pub(crate) fn join(shared: &Shared, request: &Request) -> Answer {
    let [app_id, group_id, user_id] = read_user(request.members()?)?;
    version(lock(&shared.hst).join_group(&app_id, &group_id, &user_id))
}

pub(crate) fn leave(shared: &Shared, request: &Request) -> Answer {
    let [app_id, group_id, user_id] = read_user(request.query()?)?;
    version(lock(&shared.hst).leave_group(&app_id, &group_id, &user_id))
}

pub(crate) fn start_media(shared: &Shared, request: &Request) -> Answer {
    let broadcast = read_broadcast(request.members()?)?;
    version(lock(&shared.hst).start_media(&broadcast))
}

pub(crate) fn stop_media(shared: &Shared, request: &Request) -> Answer {
    let broadcast = read_broadcast(request.query()?)?;
    version(lock(&shared.hst).stop_media(&broadcast))
}

fn version(version: Result<i64, ControlError>) -> Answer {
    Ok(json!({"version": version?}))
}

fn read_user(mut members: Members) -> Result<[String; 3], ControlError> {
    let user =
        [members.required_text("app_id")?, members.required_text("group_id")?, members.required_text("user_id")?];
    members.finish()?;
    Ok(user)
}

fn read_broadcast(mut members: Members) -> Result<Broadcast, ControlError> {
    let broadcast = Broadcast {
        app_id: members.required_text("app_id")?,
        group_id: members.required_text("group_id")?,
        user_id: members.required_text("user_id")?,
        media_id: members.required_text("media_id")?,
        media_type: read_media_type(members.take("media_type").ok_or_else(|| members.missing("media_type"))?)?,
    };
    members.finish()?;
    Ok(broadcast)
}

/// A number; in a query it comes as text.
fn read_media_type(value: Value) -> Result<MediaType, ControlError> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let found = MediaType::ALL.iter().find(|(known, _)| Some(*known) == number);
    let what = "`media_type` must be 0 (screen), 1 (audio), 2 (video) or 4 (whiteboard)";
    found.map(|(_, kind)| *kind).ok_or_else(|| ControlError::bad(format!("{what}, not {value}")))
}
