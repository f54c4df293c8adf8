//! What the operations on players share: the player that a call names, and what can be played.

use super::address;
use super::call::Call;
use super::refusal::{NO_SUCH_PLAYER, PLAYER_SETTING, Refusal, STREAM_UNREACHABLE};
use super::world::World;
use super::world::player::Player;
use crate::files::{Files, MediaFacts};

/// The player that a call names, in the room that it names.
pub(crate) fn player_mut<'w>(world: &'w mut World, call: &Call) -> Result<&'w mut Player, Refusal> {
    let play_id = call.params.required("play_id")?;
    let room_id = call.open_room(world, "no such room_id")?.id.clone();
    let found = world.players.iter_mut().find(|player| player.play_id == play_id && player.room_id == room_id);
    found.ok_or_else(|| Refusal::of(NO_SUCH_PLAYER))
}

pub(crate) fn wrong_state(what: &str) -> Refusal {
    Refusal::setting(PLAYER_SETTING, what)
}

/// A file of the server, or a stream from anywhere, of which nothing is known beforehand. One from a host that is down
/// cannot be connected to: 40083 (004 L3768).
pub(crate) fn facts_of(files: &Files, url: &str) -> Result<MediaFacts, Refusal> {
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
