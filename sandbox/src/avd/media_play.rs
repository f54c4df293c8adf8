//! Putting a file or stream into a player: play, replay, switch (004 L1643-L1697, L1824-L1876, L1964-L2016).

use serde_json::json;

use super::address;
use super::files::{Files, MediaFacts};
use super::players::{State, wrong_state};
use super::refusal::{Refusal, STREAM_UNREACHABLE};
use super::world::World;
use super::{Answer, Call};

/// `/media/play`. The file has to lie on the server (L1655): another is a "set error". Whatever the player was playing before
/// gives way.
pub fn play(world: &mut World, call: &Call) -> Answer {
    let url = call.params.required("url")?;
    let replay_times = call.params.integer("replay_times")?.unwrap_or(0);
    call.params.flag("enable_auto_close_stream")?;
    if replay_times < -1 {
        return Err(wrong_state("replay_times"));
    }
    begin(world, call, url, replay_times)
}

/// `/media/replay`: only after the end (L1826: "播放结束播放器还在"). Without `url` the same file again.
pub fn replay(world: &mut World, call: &Call) -> Answer {
    let player = world.player_mut(call)?;
    if player.state != State::Ended {
        return Err(wrong_state("the player has not come to the end"));
    }
    let url = call.params.text("url").unwrap_or(&player.current).to_owned();
    begin(world, call, &url, 0)
}

/// `/media/switch`: only while it plays or is paused (L1966: "播放器未停止"). Without `url` the same file from its beginning.
pub fn switch(world: &mut World, call: &Call) -> Answer {
    let player = world.player_mut(call)?;
    if !matches!(player.state, State::Playing | State::Paused) {
        return Err(wrong_state("the player has stopped"));
    }
    let url = call.params.text("url").unwrap_or(&player.current).to_owned();
    begin(world, call, &url, 0)
}

fn begin(world: &mut World, call: &Call, url: &str, replay_times: i64) -> Answer {
    // The player first: a player that does not exist says more than a file that does not.
    world.player_mut(call)?;
    let facts = facts_of(&world.files, url)?;
    // T47: the tables' heigh and heigth are the samples' height. Width and height are text, the rest numbers.
    let answer = json!({
        "ret": 0,
        "msg": "success",
        "data": {
            "width": facts.width.to_string(),
            "duration": facts.duration_ms,
            "has_video": i32::from(facts.has_video),
            "height": facts.height.to_string(),
            "has_audio": i32::from(facts.has_audio),
        },
    });
    world.player_mut(call)?.begin(url, facts, replay_times, call.now_ms);
    Ok(answer)
}

/// A file of the server, or a stream from anywhere, of which nothing is known beforehand. One from a host that is down
/// cannot be connected to: 40083 (004 L3768).
pub fn facts_of(files: &Files, url: &str) -> Result<MediaFacts, Refusal> {
    let schemes = ["rtmp://", "rtmps://", "rtsp://", "http://", "https://"];
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
        if address::is_down(address::host(rest)) {
            return Err(Refusal::of(STREAM_UNREACHABLE));
        }
        return Ok(MediaFacts { width: 1280, height: 720, duration_ms: 0, has_video: true, has_audio: true });
    }
    files.media(url).cloned().ok_or_else(|| wrong_state("no such file on the server"))
}
