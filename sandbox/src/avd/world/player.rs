//! A player in a room, and what it has played.

use crate::files::MediaFacts;

/// The numbers of 004 L1916 are given no meaning; this order is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Idle = 0,
    Playing = 1,
    Paused = 2,
    Ended = 3,
}

pub(crate) struct Player {
    pub(crate) room_id: String,
    pub(crate) play_id: String,
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) created_s: i64,
    pub(crate) state: State,
    /// What it has played, in order of their first time.
    pub(crate) files: Vec<PlayedFile>,
    /// The URL that it plays or played last.
    pub(crate) current: String,
    /// How long all repetitions together last; `None` never ends.
    pub(crate) total_ms: Option<i64>,
    /// How far it was when it last began or was paused.
    pub(crate) position_ms: i64,
    pub(crate) since_ms: i64,
}

pub(crate) struct PlayedFile {
    pub(crate) url: String,
    pub(crate) facts: MediaFacts,
    pub(crate) plays: i64,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
}

impl Player {
    pub(crate) fn new(room_id: &str, play_id: String, user_id: String, name: &str, now_s: i64) -> Self {
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
    pub(crate) fn begin(&mut self, url: &str, facts: MediaFacts, replay_times: i64, now_ms: i64) {
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

    pub(crate) fn pause(&mut self, now_ms: i64) {
        self.position_ms = self.position(now_ms);
        self.state = State::Paused;
    }

    pub(crate) fn resume(&mut self, now_ms: i64) {
        self.since_ms = now_ms;
        self.state = State::Playing;
    }

    /// A file that has come to its end is over.
    pub(crate) fn settle(&mut self, now_ms: i64) {
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
