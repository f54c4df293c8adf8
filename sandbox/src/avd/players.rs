//! Players: create, pause, resume, stop, information (004 L1594-L1641, L1699-L1822, L1878-L1962).
//!
//! ```text
//! create -> idle -- play --> playing <-- pause / resume --> paused
//!                               |  ^
//!                 file's end    v  | replay
//!                             ended        stop: gone from any state
//! ```
//! `switch` puts another file into a player that plays or is paused. Everything that does not fit the state is the
//! documents' "set error", 40082.

use super::call::{Answer, Call, success};
use super::playing::{facts_of, player_mut, wrong_state};
use super::refusal::{NO_MEDIA_INFO, PLAYER_EXISTS, Refusal};
use super::world::World;
use super::world::player::{PlayedFile, Player, State};
use serde_json::{Value, json};

/// `/media/create` (004 L1594-L1641). Two players of one name in one room: 40080. Once created it must be stopped.
pub(crate) fn create(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    call.params.flag("auto_publish_mock_audio")?;
    let room_id = call.open_room(world, "no such room_id")?.id.clone();
    // L1610.
    let codec = call.params.text("player_out_audio_codec");
    if codec.is_some_and(|codec| !["pcma", "pcmu", "opus", "g722"].contains(&codec)) {
        return Err(wrong_state("player_out_audio_codec"));
    }
    if world.players.iter().any(|player| player.room_id == room_id && player.name == name) {
        return Err(Refusal::of(PLAYER_EXISTS));
    }
    let user_id = call.params.text("user_id").map_or_else(|| world.new_uuid(), str::to_owned);
    let play_id = world.new_uuid();
    world.players.push(Player::new(&room_id, play_id.clone(), user_id, name, call.now_s()));
    Ok(json!({"ret": 0, "msg": "success", "play_id": play_id}))
}

/// `/media/stop` (004 L1699-L1740): the player is gone.
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    let play_id = player_mut(world, call)?.play_id.clone();
    world.players.retain(|player| player.play_id != play_id);
    success()
}

/// `/media/pause` (004 L1742-L1781).
pub(crate) fn pause(world: &mut World, call: &Call) -> Answer {
    let player = player_mut(world, call)?;
    if player.state != State::Playing {
        return Err(wrong_state("the player is not playing"));
    }
    player.pause(call.now_ms);
    success()
}

/// `/media/resume` (004 L1783-L1822).
pub(crate) fn resume(world: &mut World, call: &Call) -> Answer {
    let player = player_mut(world, call)?;
    if player.state != State::Paused {
        return Err(wrong_state("the player is not paused"));
    }
    player.resume(call.now_ms);
    success()
}

/// `/media/get_media_info` (004 L1878-L1962): 40082 for what is no file of the server, 40084 for a file that this player
/// never played.
pub(crate) fn get_media_info(world: &mut World, call: &Call) -> Answer {
    let url = call.params.required("url")?;
    let player = player_mut(world, call)?;
    let describe = |file: &PlayedFile| {
        json!({
            "play_count": file.plays,
            "duration": file.facts.duration_ms,
            "has_audio": i32::from(file.facts.has_audio),
            "updated": file.updated_s,
            "width": file.facts.width.to_string(),
            "url": file.url,
            "has_video": i32::from(file.facts.has_video),
            "height": file.facts.height.to_string(),
            "created": file.created_s,
        })
    };
    let files: Vec<Value> = player.files.iter().filter(|file| file.url == url).map(describe).collect();
    let files_known = !files.is_empty();
    let answer = json!({
        "ret": 0,
        "msg": "success",
        "data": [{
            "created": player.created_s,
            "room_id": player.room_id,
            "play_id": player.play_id,
            "user_id": player.user_id,
            "name": player.name,
            "play_files": files,
            "status": player.state as i32,
        }],
    });
    if !files_known {
        facts_of(&world.files, url)?;
        return Err(Refusal::of(NO_MEDIA_INFO));
    }
    Ok(answer)
}
