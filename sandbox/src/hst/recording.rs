//! Recording tasks: begun, laid out, suspended, resumed, finished and listed (the vendor's later pages).

use super::arguments::Body;
use super::layout;
use super::recorder::{
    AUTOMATIC_EXISTS, AUTOMATIC_TAKES_NO_LAYOUT, Answer, Call, NO_SUCH_TASK, NOT_RECORDING, NOT_SUSPENDED, SUSPENDED,
    TASK_EXISTS, check_application, within,
};
use super::refusal::Refusal;
use super::world::World;
use super::world::recording::{Plan, State, Task};
use crate::calendar::LocalTime;
use crate::media_bytes::Format;
use serde_json::{Value, json};

/// L1: `seq` and `company_id` may be left out. One group has one open task of each kind, automatic or not: chosen, because the
/// pages have a number for a second automatic one (605030038), and one for a task that exists already (605030012).
pub(crate) fn init(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let app_id = body.required_string("app_id")?;
    let group_id = body.required_string("group_id")?;
    let format = if within(&body, "file_type", 0..=1, 0)? == 1 { Format::Mp3 } else { Format::Mp4 };
    let auto = body.inside("auto")?;
    if let Some(auto) = &auto {
        layout::check_automatic(auto)?;
    }
    let seq = body.string("seq")?;
    let id = format!("{:032x}", fastrand::u128(..));
    let plan = Plan {
        app_id: app_id.to_owned(),
        group_id: group_id.to_owned(),
        company_id: body.string("company_id")?.unwrap_or_default().to_owned(),
        // No default is printed: the id.
        file_name: body.string("file_name")?.filter(|name| !name.is_empty()).unwrap_or(&id).to_owned(),
        format,
        file_duration_ms: within(&body, "file_duration", 15..=300, 60)? * 60_000,
        width: within(&body, "width", 1..=1920, 1920)?,
        height: within(&body, "height", 1..=1080, 1080)?,
        record_mode: within(&body, "record_mode", 0..=0, 0)?,
        // What it waits for is not printed: taken to be the first layout.
        timeout_ms: Some(within(&body, "timeout", 5..=1800, 600)? * 1000),
        auto: body.get("auto").cloned(),
    };
    within(&body, "frame_rate", 1..=30, 30)?;
    check_application(world, app_id)?;
    let is_same_kind = |task: &&Task| {
        let same_group = task.plan.app_id == app_id && task.plan.group_id == group_id;
        same_group && task.state().is_open() && task.plan.auto.is_some() == auto.is_some()
    };
    if world.recordings.tasks().iter().any(|task| is_same_kind(&task)) {
        return Err(Refusal::of_recorder(if auto.is_some() { AUTOMATIC_EXISTS } else { TASK_EXISTS }));
    }
    world.recordings.begin(id.clone(), plan, call.now_ms);
    if auto.is_some() {
        // When there is somebody to record; nobody has to join here.
        world.recordings.enter(&id, State::Recording, call.now_ms);
    }
    Ok(with_seq(&id, seq))
}

/// The first layout starts the recording.
pub(crate) fn set_layout(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let task = of_body(world, &body)?;
    let id = task.id.clone();
    layout::check(&body)?;
    if task.plan.auto.is_some() && task.state().is_open() {
        return Err(Refusal::of_recorder(AUTOMATIC_TAKES_NO_LAYOUT));
    }
    match task.state() {
        State::Initialised => world.recordings.enter(&id, State::Recording, call.now_ms),
        State::Recording => {}
        State::Suspended => return Err(Refusal::of_recorder(SUSPENDED)),
        _ => return Err(Refusal::of_recorder(NO_SUCH_TASK)),
    }
    Ok(with_seq(&id, body.string("seq")?))
}

/// Not open to customers, the pages say. Here it is checked, and shows in no file.
pub(crate) fn set_output_overlay(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let task = of_body(world, &body)?;
    layout::check_overlay(&body)?;
    if !task.state().is_open() {
        return Err(Refusal::of_recorder(NO_SUCH_TASK));
    }
    Ok(with_seq(&task.id, body.string("seq")?))
}

pub(crate) fn suspend(world: &mut World, call: &Call) -> Answer {
    change(world, call, State::Recording, State::Suspended, NOT_RECORDING)
}

pub(crate) fn resume(world: &mut World, call: &Call) -> Answer {
    change(world, call, State::Suspended, State::Recording, NOT_SUSPENDED)
}

fn change(world: &mut World, call: &Call, from: State, to: State, otherwise: i64) -> Answer {
    let body = call.body()?;
    let task = of_body(world, &body)?;
    if task.state() != from {
        return Err(Refusal::of_recorder(otherwise));
    }
    let id = task.id.clone();
    world.recordings.enter(&id, to, call.now_ms);
    Ok(json!({ "record_id": id }))
}

/// A task that was finished before is gone for the recorder: 605030001. Its two durations differ by what was suspended, and
/// its `flow` is 150 KB a second: both chosen.
pub(crate) fn finish(world: &mut World, call: &Call) -> Answer {
    const KB_PER_S: i64 = 150;
    let body = call.body()?;
    let task = of_body(world, &body)?;
    if !task.state().is_open() {
        return Err(Refusal::of_recorder(NO_SUCH_TASK));
    }
    let id = task.id.clone();
    let media_s = task.recorded_ms(call.now_ms) / 1000;
    let whole_s = task.started_ms.map_or(0, |started_ms| (call.now_ms - started_ms) / 1000);
    world.recordings.enter(&id, State::Waiting, call.now_ms);
    Ok(json!({
        "record_id": id, "media_duration": media_s, "record_duration": whole_s, "flow": media_s * KB_PER_S,
    }))
}

/// L11: no format of the times is printed. Here they are like `2021-12-01 10:00:00` in UTC+8, in the answer too; a task is in
/// the range when it started there. Oldest first.
pub(crate) fn list(world: &mut World, call: &Call) -> Answer {
    let query = call.query();
    let app_id = query.required_text("app_id")?;
    check_application(world, app_id)?;
    let (record_id, group_id) = (query.text("record_id"), query.text("group_id"));
    let status = query.number("status")?;
    if status.is_some_and(|status| !(-1..=7).contains(&status)) {
        return Err(Refusal::wrong("status is -1 to 7"));
    }
    let (from, until) = (time(query.text("start_time"))?, time(query.text("stop_time"))?);
    let page = query.number("page")?.unwrap_or(1);
    let page_size = query.number("page_size")?.unwrap_or(50);
    if page < 1 || !(1..=500).contains(&page_size) {
        return Err(Refusal::wrong("page starts at 1, and page_size is 1 to 500"));
    }
    let is_wanted = |task: &&Task| {
        let started = local(task.started_ms);
        task.plan.app_id == app_id
            && record_id.is_none_or(|id| id == task.id)
            && group_id.is_none_or(|id| id == task.plan.group_id)
            && status.is_none_or(|status| status == task.state().number())
            && from.is_none_or(|from| started.as_str() >= from)
            && until.is_none_or(|until| !started.is_empty() && started.as_str() <= until)
    };
    let wanted: Vec<&Task> = world.recordings.tasks().iter().filter(is_wanted).collect();
    let size = usize::try_from(page_size).unwrap_or_default();
    let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let rows: Vec<Value> = wanted.iter().skip(skipped).take(size).map(|task| describe(task, call.now_ms)).collect();
    Ok(json!({"record_list": rows, "total_num": wanted.len()}))
}

fn describe(task: &Task, now_ms: i64) -> Value {
    let plan = &task.plan;
    let mut row = json!({
        "record_id": task.id,
        "record_mode": plan.record_mode,
        "group_id": plan.group_id,
        "start_time": local(task.started_ms),
        "stop_time": local(task.stopped_ms),
        "status": task.state().number(),
        "file_name": plan.file_name,
        "company_id": plan.company_id,
        "record_time": task.recorded_ms(now_ms) / 1000,
        "width": plan.width,
        "height": plan.height,
    });
    if let (Some(auto), Some(members)) = (&plan.auto, row.as_object_mut()) {
        members.insert("auto".to_owned(), auto.clone());
    }
    row
}

fn local(at_ms: Option<i64>) -> String {
    at_ms.map(|at_ms| LocalTime::at(at_ms / 1000).text()).unwrap_or_default()
}

/// Texts of this form sort as the times do.
fn time(text: Option<&str>) -> Result<Option<&str>, Refusal> {
    let is_like = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    let form = "0000-00-00 00:00:00";
    match text {
        Some(text) if text.len() != form.len() || !text.bytes().zip(form.bytes()).all(is_like) => {
            Err(Refusal::wrong("times are like 2021-12-01 10:00:00"))
        }
        text => Ok(text),
    }
}

/// The task that `app_id` and `record_id` name.
fn of_body<'w>(world: &'w World, body: &Body) -> Result<&'w Task, Refusal> {
    let app_id = body.required_string("app_id")?;
    let record_id = body.required_string("record_id")?;
    check_application(world, app_id)?;
    world.recordings.find(app_id, record_id).ok_or_else(|| Refusal::of_recorder(NO_SUCH_TASK))
}

fn with_seq(id: &str, seq: Option<&str>) -> Value {
    match seq {
        Some(seq) => json!({"record_id": id, "seq": seq}),
        None => json!({ "record_id": id }),
    }
}
