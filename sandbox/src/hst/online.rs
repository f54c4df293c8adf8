//! Users at their terminals: kick out, presence, commands, invitations (000 L143-L259).

use super::apps::{application, application_mut};
use super::arguments::{Body, Query};
use super::refusal::{Answer, Refusal};
use super::world::{Application, User, World};
use serde_json::{Value, json};

/// `POST /v1/kickout` (000 L143-L162). With `mutex_type` only the terminal of that class is signed out. A user who is
/// not signed in cannot be kicked: 606000005 (the document names no number for it).
pub(crate) fn kickout(world: &mut World, body: &Body) -> Answer {
    let app_id = body.required_string("app_id")?;
    let user_id = body.required_string("user_id")?;
    let exclusivity = body.string("mutex_type")?.filter(|text| !text.is_empty());
    let application = application_mut(world, app_id)?;
    if !application.users.iter().any(|user| user.id == user_id) {
        return Err(Refusal::wrong("the application has no such user_id"));
    }
    let live = application.online;
    let mut kicked = false;
    for user in application.users.iter_mut().filter(|user| user.id == user_id) {
        if live && user.online && exclusivity.is_none_or(|class| class == user.exclusivity) {
            user.online = false;
            kicked = true;
        }
    }
    if !kicked {
        return Err(Refusal::failed("the user is not online"));
    }
    // Who is at no terminal any more is in no group either.
    if !application.users.iter().any(|user| user.id == user_id && user.online) {
        world.leave_groups(app_id, user_id);
    }
    Ok(None)
}

/// `GET /v1/online/user/state` (000 L164-L195). H10: the document's own example lacks `app_id` and `msg_id`; both are
/// required. Without `page_size` everybody is on one page (the document gives no default); H23: it has no limit.
pub(crate) fn user_state(world: &World, query: &Query) -> Answer {
    let application = application(world, query.required_text("app_id")?)?;
    let msg_id = query.required_number("msg_id")?;
    let page = positive(query.number("page")?.unwrap_or(1), "page")?;
    let page_size = query.number("page_size")?.map(|size| positive(size, "page_size")).transpose()?;
    let company = query.text("company_id");
    let of_company = application.users.iter().filter(|user| company.is_none_or(|company| company == user.company));
    let row = |user: &User| {
        json!({
            "state": i32::from(application.is_online(user)),
            "user_id": user.id,
            "terminal_seq_num": user.terminal,
            "mutex_type": user.exclusivity,
        })
    };
    let rows: Vec<Value> = match page_size {
        Some(size) => of_company.skip((page - 1).saturating_mul(size)).take(size).map(row).collect(),
        None if page == 1 => of_company.map(row).collect(),
        None => Vec::new(),
    };
    Ok(Some(json!({"msg_id": msg_id, "user_list": rows})))
}

/// `POST /v1/online/trans-cmd` (000 L197-L233). `code` 0 hides what happened to each user (H12): row `result` 0
/// delivered, 1 abnormal (a user whom nobody knows), 2 no such device online.
pub(crate) fn trans_cmd(world: &World, body: &Body) -> Answer {
    let application = application(world, body.required_string("app_id")?)?;
    let msg_id = body.required_long("msg_id")?;
    body.object("trans_mess")?.ok_or_else(|| Refusal::missing("trans_mess"))?;
    let list = body.required_list("user_list")?;
    if list.is_empty() {
        return Err(Refusal::missing("user_list"));
    }
    let mut rows = Vec::with_capacity(list.len());
    for entry in list {
        let entry = Body::item(entry, "user_list")?;
        let user_id = entry.required_string("user_id")?;
        let exclusivity = entry.required_string("mutex_type")?;
        // Which client ids exist only the terminals know: any is taken.
        entry.required_string("client_guid")?;
        rows.push(deliver(application, user_id, exclusivity));
    }
    Ok(Some(json!({"msg_id": msg_id, "user_list": rows})))
}

/// `POST /v1/online/invite` (000 L235-L259): the answer names those who could not be reached. Groups come into being
/// when somebody joins, so any `group_id` is taken.
pub(crate) fn invite(world: &World, body: &Body) -> Answer {
    let application = application(world, body.required_string("app_id")?)?;
    body.required_string("group_id")?;
    let seq_id = body.required_long("seq_id")?;
    body.object("extend_info")?;
    let list = body.required_list("user_id_list")?;
    if list.is_empty() {
        return Err(Refusal::missing("user_id_list"));
    }
    let mut failed = Vec::new();
    for entry in list {
        let user_id = entry.as_str().ok_or_else(|| Refusal::wrong("user_id_list must hold strings"))?;
        let reached = |user: &User| user.id == user_id && application.is_online(user);
        if !application.users.iter().any(reached) {
            failed.push(user_id);
        }
    }
    Ok(Some(json!({"seq_id": seq_id, "user_id_list": failed})))
}

fn deliver(application: &Application, user_id: &str, exclusivity: &str) -> Value {
    let known = application.users.iter().filter(|user| user.id == user_id);
    let device = known.clone().find(|user| user.exclusivity == exclusivity);
    let (result, terminal) = match (device, known.count()) {
        (Some(user), _) if application.is_online(user) => (0, user.terminal.as_str()),
        (Some(user), _) => (2, user.terminal.as_str()),
        (None, 0) => (1, ""),
        (None, _) => (2, ""),
    };
    json!({
        "result": result,
        "user_id": user_id,
        "terminal_seq_num": terminal,
        "mutex_type": exclusivity,
    })
}

fn positive(number: i64, name: &str) -> Result<usize, Refusal> {
    match usize::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(Refusal::wrong(format_args!("{name} starts at 1"))),
    }
}
