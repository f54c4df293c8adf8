//! The files of recordings: where they are, downloads, deletion (the vendor's later pages).

use super::recorder::{Answer, Call, FILE_NOT_READ, NO_SUCH_TASK, check_application};
use super::refusal::Refusal;
use super::world::World;
use super::world::recording::State;
use crate::exchange::{Received, Reply};
use crate::file_answer;
use crate::files::Files;
use md5::{Digest, Md5};
use serde_json::{Value, json};

/// Where the files are. The pages do not say where the vendor has them, nor whether an address needs a credential: none here.
pub(crate) const PATH: &str = "/recording";
/// The pages name no number for this list: that of the tasks.
const PAGE: usize = 50;

/// Only of a task that is done and has a file; what is answered before is not printed: 605030031, the file could not be read.
pub(crate) fn download_url(world: &mut World, call: &Call) -> Answer {
    let query = call.query();
    let app_id = query.required_text("app_id")?;
    let record_id = query.required_text("record_id")?;
    let page = query.number("page")?.unwrap_or(1);
    check_application(world, app_id)?;
    let task = world.recordings.find(app_id, record_id).ok_or_else(|| Refusal::of_recorder(NO_SUCH_TASK))?;
    if task.state() != State::Done || task.files.is_empty() {
        return Err(Refusal::of_recorder(FILE_NOT_READ));
    }
    let before = match usize::try_from(page) {
        Ok(page) if page > 0 => (page - 1).saturating_mul(PAGE),
        _ => return Err(Refusal::wrong("page starts at 1")),
    };
    let describe = |path: &String| {
        let bytes = world.recordings.files.bytes(path).unwrap_or_default();
        let md5: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let url = file_answer::url_of(&call.origin, PATH, path);
        let name = path.rsplit('/').next().unwrap_or_default();
        json!({"url": url, "md5": md5, "file_name": name, "extent": bytes.len(), "play_url": url})
    };
    let rows: Vec<Value> = task.files.iter().skip(before).take(PAGE).map(describe).collect();
    Ok(json!({"total_num": task.files.len(), "page": page, "data_list": rows}))
}

/// L6: what is gone is deleted, too: ids that nobody knows are no error. A task that is not at its end cannot be deleted: chosen,
/// the pages do not speak of it.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let app_id = body.required_string("app_id")?;
    // L5: a number, or a string that holds it.
    let mode = match body.get("mode") {
        None => return Err(Refusal::missing("mode")),
        Some(mode) => mode.as_i64().or_else(|| mode.as_str()?.parse().ok()),
    };
    let (files_too, task_too) = match mode {
        Some(1) => (true, true),
        Some(2) => (true, false),
        Some(3) => (false, true),
        _ => return Err(Refusal::wrong("mode is 1, 2 or 3")),
    };
    let mut ids = Vec::new();
    for id in body.required_list("record_list")? {
        ids.push(id.as_str().ok_or_else(|| Refusal::wrong("record_list must hold strings"))?);
    }
    check_application(world, app_id)?;
    ids.retain(|id| world.recordings.find(app_id, id).is_some());
    if ids.iter().any(|id| world.recordings.find(app_id, id).is_some_and(|task| !task.state().is_final())) {
        return Err(Refusal::wrong("a task of record_list is not at its end"));
    }
    for id in ids {
        if files_too {
            world.recordings.delete_files(id);
        }
        if task_too {
            world.recordings.delete_task(id);
        }
    }
    Ok(json!({}))
}

/// `GET /recording?file=…`
pub(crate) fn serve(files: &Files, received: &Received) -> Reply {
    file_answer::serve(files, received, |status, text| {
        Reply::json_with_status(status, &json!({"code": status, "msg": text}), Some(i64::from(status)))
    })
}
