//! Putting a file or stream into a player: play, replay, switch (004 L1643-L1697, L1824-L1876, L1964-L2016).

use super::call::{Answer, Call};
use super::playing::{facts_of, player_mut, wrong_state};
use super::world::World;
use super::world::player::State;
use serde_json::json;

/// `/media/play`. The file has to lie on the server (L1655): another is a "set error". Whatever the player was playing before
/// gives way.
pub(crate) fn play(world: &mut World, call: &Call) -> Answer {
    let url = call.params.required("url")?;
    let replay_times = call.params.integer("replay_times")?.unwrap_or(0);
    call.params.flag("enable_auto_close_stream")?;
    if replay_times < -1 {
        return Err(wrong_state("replay_times"));
    }
    begin(world, call, url, replay_times)
}

/// `/media/replay`: only after the end (L1826: "播放结束播放器还在"). Without `url` the same file again.
pub(crate) fn replay(world: &mut World, call: &Call) -> Answer {
    let player = player_mut(world, call)?;
    if player.state != State::Ended {
        return Err(wrong_state("the player has not come to the end"));
    }
    let url = call.params.text("url").unwrap_or(&player.current).to_owned();
    begin(world, call, &url, 0)
}

/// `/media/switch`: only while it plays or is paused (L1966: "播放器未停止"). Without `url` the same file from its beginning.
pub(crate) fn switch(world: &mut World, call: &Call) -> Answer {
    let player = player_mut(world, call)?;
    if !matches!(player.state, State::Playing | State::Paused) {
        return Err(wrong_state("the player has stopped"));
    }
    let url = call.params.text("url").unwrap_or(&player.current).to_owned();
    begin(world, call, &url, 0)
}

fn begin(world: &mut World, call: &Call, url: &str, replay_times: i64) -> Answer {
    // The player first: a player that does not exist says more than a file that does not.
    player_mut(world, call)?;
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
    player_mut(world, call)?.begin(url, facts, replay_times, call.now_ms);
    Ok(answer)
}
