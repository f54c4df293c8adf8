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

use serde_json::{Value, json};

use super::files::MediaFacts;
use super::refusal::{NO_MEDIA_INFO, NO_SUCH_PLAYER, PLAYER_EXISTS, PLAYER_SETTING, Refusal};
use super::world::World;
use super::{Answer, Call, media_play, success};

/// The numbers of 004 L1916 are given no meaning; this order is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Idle = 0,
    Playing = 1,
    Paused = 2,
    Ended = 3,
}

pub struct Player {
    pub room_id: String,
    pub play_id: String,
    pub user_id: String,
    pub name: String,
    pub created_s: i64,
    pub state: State,
    /// What it has played, in order of their first time.
    pub files: Vec<PlayedFile>,
    /// The URL that it plays or played last.
    pub current: String,
    /// How long all repetitions together last; `None` never ends.
    pub total_ms: Option<i64>,
    /// How far it was when it last began or was paused.
    pub position_ms: i64,
    pub since_ms: i64,
}

pub struct PlayedFile {
    pub url: String,
    pub facts: MediaFacts,
    pub plays: i64,
    pub created_s: i64,
    pub updated_s: i64,
}

impl Player {
    pub fn new(room_id: &str, play_id: String, user_id: String, name: &str, now_s: i64) -> Self {
        Self {
            room_id: room_id.to_owned(),
            play_id,
            user_id,
            name: name.to_owned(),
            created_s: now_s,
            state: State::Idle,
            files: Vec::new(),
            current: String::new(),
            total_ms: None,
            position_ms: 0,
            since_ms: 0,
        }
    }

    /// Plays a file from its beginning. 004 L1657: 0 once, -1 for ever, above 0 so many times.
    pub fn begin(&mut self, url: &str, facts: MediaFacts, replay_times: i64, now_ms: i64) {
        // A stream has no length, so it has no end.
        let endless = replay_times < 0 || facts.duration_ms == 0;
        self.total_ms = (!endless).then(|| facts.duration_ms.saturating_mul(replay_times.max(1)));
        self.state = State::Playing;
        self.current = url.to_owned();
        self.position_ms = 0;
        self.since_ms = now_ms;
        match self.files.iter_mut().find(|file| file.url == url) {
            Some(file) => {
                file.plays += 1;
                file.updated_s = now_ms / 1000;
                file.facts = facts;
            }
            None => self.files.push(PlayedFile {
                url: url.to_owned(),
                facts,
                plays: 1,
                created_s: now_ms / 1000,
                updated_s: now_ms / 1000,
            }),
        }
    }

    fn position(&self, now_ms: i64) -> i64 {
        match self.state {
            State::Playing => self.position_ms + (now_ms - self.since_ms).max(0),
            _ => self.position_ms,
        }
    }

    fn pause(&mut self, now_ms: i64) {
        self.position_ms = self.position(now_ms);
        self.state = State::Paused;
    }

    fn resume(&mut self, now_ms: i64) {
        self.since_ms = now_ms;
        self.state = State::Playing;
    }

    /// A file that has come to its end is over.
    fn settle(&mut self, now_ms: i64) {
        let position = self.position(now_ms);
        if let Some(total) = self.total_ms
            && self.state == State::Playing
            && position >= total
        {
            self.position_ms = total;
            self.state = State::Ended;
        }
    }
}

impl World {
    pub fn settle_players(&mut self, now_ms: i64) {
        self.players.iter_mut().for_each(|player| player.settle(now_ms));
    }

    /// The player that a call names, in the room that it names.
    pub fn player_mut(&mut self, call: &Call) -> Result<&mut Player, Refusal> {
        let play_id = call.params.required("play_id")?;
        let room_id = self.open_room(call, "no such room_id")?.id.clone();
        let found = self.players.iter_mut().find(|player| player.play_id == play_id && player.room_id == room_id);
        found.ok_or_else(|| Refusal::of(NO_SUCH_PLAYER))
    }
}

pub fn wrong_state(what: &str) -> Refusal {
    Refusal::setting(PLAYER_SETTING, what)
}

/// `/media/create` (004 L1594-L1641). Two players of one name in one room: 40080. Once created it must be stopped.
pub fn create(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    call.params.flag("auto_publish_mock_audio")?;
    let room_id = world.open_room(call, "no such room_id")?.id.clone();
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
pub fn stop(world: &mut World, call: &Call) -> Answer {
    let play_id = world.player_mut(call)?.play_id.clone();
    world.players.retain(|player| player.play_id != play_id);
    success()
}

/// `/media/pause` (004 L1742-L1781).
pub fn pause(world: &mut World, call: &Call) -> Answer {
    let player = world.player_mut(call)?;
    if player.state != State::Playing {
        return Err(wrong_state("the player is not playing"));
    }
    player.pause(call.now_ms);
    success()
}

/// `/media/resume` (004 L1783-L1822).
pub fn resume(world: &mut World, call: &Call) -> Answer {
    let player = world.player_mut(call)?;
    if player.state != State::Paused {
        return Err(wrong_state("the player is not paused"));
    }
    player.resume(call.now_ms);
    success()
}

/// `/media/get_media_info` (004 L1878-L1962): 40082 for what is no file of the server, 40084 for a file that this player
/// never played.
pub fn get_media_info(world: &mut World, call: &Call) -> Answer {
    let url = call.params.required("url")?;
    let player = world.player_mut(call)?;
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
        media_play::facts_of(&world.files, url)?;
        return Err(Refusal::of(NO_MEDIA_INFO));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> MediaFacts {
        MediaFacts { width: 640, height: 352, duration_ms: 10_000, has_video: true, has_audio: true }
    }

    #[test]
    fn a_pause_does_not_count() {
        let mut player = Player::new("1", "p".to_owned(), "u".to_owned(), "n", 0);
        player.begin("/a.mp4", facts(), 0, 0);
        player.pause(4_000);
        player.settle(1_000_000);
        assert_eq!(player.state, State::Paused);
        player.resume(1_000_000);
        player.settle(1_005_999);
        assert_eq!(player.state, State::Playing);
        player.settle(1_006_000);
        assert_eq!(player.state, State::Ended);
    }

    #[test]
    fn repetitions() {
        let mut player = Player::new("1", "p".to_owned(), "u".to_owned(), "n", 0);
        player.begin("/a.mp4", facts(), 3, 0);
        player.settle(29_999);
        assert_eq!(player.state, State::Playing);
        player.settle(30_000);
        assert_eq!(player.state, State::Ended);
        player.begin("/a.mp4", facts(), -1, 0);
        player.settle(i64::MAX / 2);
        assert_eq!(player.state, State::Playing);
        assert_eq!(player.files[0].plays, 2);
    }
}
