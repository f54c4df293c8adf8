//! Live streams of groups (the vendor's later pages).

use super::recorder::{Answer, Call, NO_SUCH_TASK, TASK_EXISTS, check_application, within};
use super::refusal::Refusal;
use super::world::{LiveStream, World};
use serde_json::{Value, json};

/// What the pages say of a second start is nothing: refused here as a task that exists already.
pub(crate) fn start(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let app_id = body.required_string("app_id")?;
    let group_id = body.required_string("group_id")?;
    body.int("width")?;
    body.int("height")?;
    within(&body, "crop_mode", 1..=3, 2)?;
    within(&body, "frame_rate", 1..=30, 30)?;
    within(&body, "quality_level", 1..=3, 2)?;
    check_application(world, app_id)?;
    if world.live_streams.iter().any(|stream| stream.is_of(app_id, group_id)) {
        return Err(Refusal::of_recorder(TASK_EXISTS));
    }
    let stream = LiveStream { app_id: app_id.to_owned(), group_id: group_id.to_owned(), started_ms: call.now_ms };
    let answer = describe(&stream);
    world.live_streams.push(stream);
    Ok(answer)
}

/// A stream that does not run cannot be stopped: 605030001, as for a recording task. The pages say nothing of it.
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    let body = call.body()?;
    let app_id = body.required_string("app_id")?;
    let group_id = body.required_string("group_id")?;
    check_application(world, app_id)?;
    let running = world.live_streams.len();
    world.live_streams.retain(|stream| !stream.is_of(app_id, group_id));
    if world.live_streams.len() == running {
        return Err(Refusal::of_recorder(NO_SUCH_TASK));
    }
    Ok(json!({ "group_id": group_id }))
}

/// L9: the list is where the pages have it; the vendor's demo reads it elsewhere.
pub(crate) fn list(world: &mut World, call: &Call) -> Answer {
    let query = call.query();
    let app_id = query.required_text("app_id")?;
    check_application(world, app_id)?;
    let row = |stream: &LiveStream| {
        let mut row = describe(stream);
        if let Some(members) = row.as_object_mut() {
            members.insert("start_time".to_owned(), json!(stream.started_ms / 1000));
        }
        row
    };
    let rows: Vec<Value> = world.live_streams.iter().filter(|stream| stream.app_id == app_id).map(row).collect();
    Ok(json!({ "list": rows }))
}

/// The sandbox has no media: a host that cannot exist says so.
fn describe(stream: &LiveStream) -> Value {
    let place = format!("live.invalid/{}/{}", stream.app_id, stream.group_id);
    json!({
        "group_id": stream.group_id,
        "flv_url": format!("http://{place}.flv"),
        "m3u8_url": format!("http://{place}.m3u8"),
        "rtmp_url": format!("rtmp://{place}"),
    })
}
