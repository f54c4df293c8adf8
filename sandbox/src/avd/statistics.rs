//! `/room/get_statistic` (004 L222-L279): the one success without any envelope (T41).

use super::call::{Answer, Call};
use super::refusal::{Refusal, TOKEN_INVALID};
use super::world::World;
use serde_json::json;

pub(crate) fn of_room(world: &mut World, call: &Call) -> Answer {
    let room_id = call.params.required("room_id")?;
    let from = call.params.required_integer("start_time")?;
    let until = call.params.required_integer("end_time")?;
    if from > until {
        return Err(Refusal::args_error("end_time"));
    }
    // T60: "no such room" under the number of a dead token, as 004 L275 prints it.
    let room = world.rooms.get(room_id).ok_or_else(|| Refusal::with(TOKEN_INVALID, "no such room_id"))?;
    let now = call.now_s();
    let mut total = 0;
    let mut seconds = 0;
    let mut clients: Vec<&str> = Vec::new();
    for meeting in &room.meetings {
        let closed = meeting.closed.unwrap_or(now);
        if meeting.opened > until || closed < from {
            continue;
        }
        total += 1;
        seconds += closed.min(until) - meeting.opened.max(from);
        let there = |joined: i64, left: Option<i64>| joined <= until && left.unwrap_or(now) >= from;
        let visits = meeting.visits.iter().filter(|visit| there(visit.joined, visit.left));
        clients.extend(visits.map(|visit| visit.user.client.as_str()));
    }
    let count = |client: &str| clients.iter().filter(|other| **other == client).count();
    let named: usize = ["ios", "pc", "android", "box", "web"].into_iter().map(count).sum();
    // T46: the table's andronid_cnt is the sample's android_cnt.
    Ok(json!({
        "meeting_total": total,
        "ios_cnt": count("ios"),
        "pc_cnt": count("pc"),
        "user_cnt": clients.len(),
        "other_cnt": clients.len() - named,
        "android_cnt": count("android"),
        "time_total": seconds,
        "box_cnt": count("box"),
        "web_cnt": count("web"),
    }))
}
