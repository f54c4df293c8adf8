//! People who come, go and talk, and the administrator.

use super::request::{Answer, Request, ok};
use crate::avd::{Remark, Visitor};
use crate::control_error::ControlError;
use crate::hst::Presence;
use crate::lock::lock;
use crate::shared::Shared;
use serde_json::{Value, json};

pub(crate) fn join(shared: &Shared, request: &Request) -> Answer {
    let mut members = request.members()?;
    let visitor = Visitor {
        room_id: members.required_text("room_id")?,
        user_id: members.required_text("user_id")?,
        user_name: members.text("user_name")?,
        client: members.text("type")?,
        user_data: members.text("user_data")?,
    };
    members.finish()?;
    lock(&shared.avd).join(visitor)?;
    ok()
}

pub(crate) fn leave(shared: &Shared, request: &Request) -> Answer {
    let mut query = request.query()?;
    let (room_id, user_id) = (query.required_text("room_id")?, query.required_text("user_id")?);
    query.finish()?;
    lock(&shared.avd).leave(&room_id, &user_id)?;
    ok()
}

pub(crate) fn say(shared: &Shared, request: &Request) -> Answer {
    let mut members = request.members()?;
    let remark = Remark {
        room_id: members.required_text("room_id")?,
        user_id: members.required_text("user_id")?,
        message: members.required_text("message")?,
        to: members.text("to")?,
    };
    members.finish()?;
    Ok(json!({"id": lock(&shared.avd).say(remark)?}))
}

pub(crate) fn set_site(shared: &Shared, request: &Request) -> Answer {
    let mut avd = lock(&shared.avd);
    avd.change_site(&request.json()?)?;
    Ok(avd.site())
}

pub(crate) fn set_presence(shared: &Shared, request: &Request) -> Answer {
    let mut members = request.members()?;
    let presence = Presence {
        app_id: members.required_text("app_id")?,
        user_id: members.required_text("user_id")?,
        online: read_state(members.take("state"))?,
        mutex_type: members.text("mutex_type")?,
        terminal_seq_num: members.text("terminal_seq_num")?,
        company_id: members.text("company_id")?,
    };
    members.finish()?;
    lock(&shared.hst).set_presence(presence)?;
    ok()
}

/// 000 L192 has 1 and 0; the words are easier to remember.
fn read_state(state: Option<Value>) -> Result<bool, ControlError> {
    match state {
        Some(state) if state == 1 || state == "online" => Ok(true),
        Some(state) if state == 0 || state == "offline" => Ok(false),
        _ => Err(ControlError::bad("`state` must be 1 or \"online\", 0 or \"offline\"".to_owned())),
    }
}
