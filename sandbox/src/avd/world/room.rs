//! Rooms, their meetings, and who was there.

use super::chat::Session;
use super::composed_view::ComposedView;

pub(crate) struct Room {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) topic: String,
    pub(crate) auto_recording: bool,
    /// It was recorded automatically, and no longer is.
    pub(crate) auto_recording_stopped: bool,
    /// It had a live stream, and no longer has.
    pub(crate) live_stopped: bool,
    pub(crate) voice_activated: bool,
    pub(crate) auto_composed_view: bool,
    /// Oldest first; only the last one can be open.
    pub(crate) meetings: Vec<Meeting>,
    pub(crate) composed_view: Option<ComposedView>,
    /// The user id of the device whose video everybody sees large.
    pub(crate) focus: Option<String>,
    pub(crate) chat: Vec<Session>,
}

/// One opening of a room, from when to when, and who was there.
pub(crate) struct Meeting {
    pub(crate) opened: i64,
    pub(crate) closed: Option<i64>,
    pub(crate) visits: Vec<Visit>,
}

impl Room {
    pub(crate) fn new(id: &str, owner: &str) -> Self {
        Self {
            id: id.to_owned(),
            owner: owner.to_owned(),
            topic: String::new(),
            auto_recording: false,
            auto_recording_stopped: false,
            live_stopped: false,
            voice_activated: false,
            auto_composed_view: false,
            meetings: Vec::new(),
            composed_view: None,
            focus: None,
            chat: Vec::new(),
        }
    }

    pub(crate) fn meeting(&self) -> Option<&Meeting> {
        self.meetings.last().filter(|meeting| meeting.closed.is_none())
    }

    pub(crate) fn meeting_mut(&mut self) -> Option<&mut Meeting> {
        self.meetings.last_mut().filter(|meeting| meeting.closed.is_none())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.meeting().is_some()
    }

    pub(crate) fn open(&mut self, now_s: i64) {
        self.meetings.push(Meeting { opened: now_s, closed: None, visits: Vec::new() });
    }

    pub(crate) fn close(&mut self, now_s: i64) {
        if let Some(meeting) = self.meeting_mut() {
            meeting.closed = Some(now_s);
            for visit in meeting.visits.iter_mut().filter(|visit| visit.left.is_none()) {
                visit.left = Some(now_s);
            }
        }
        self.composed_view = None;
        self.focus = None;
    }
}

/// Somebody in a room, person or device.
#[derive(Clone)]
pub(crate) struct Participant {
    pub(crate) id: String,
    pub(crate) name: String,
    /// 004 L569: web, miniprogram, android, ios, pc; a device has the scheme of its address.
    pub(crate) client: String,
    pub(crate) node_id: i64,
    /// 004 L570: only who joined with an extension field has one.
    pub(crate) user_data: Option<String>,
    pub(crate) videos: Vec<Video>,
    pub(crate) audios: Vec<Audio>,
}

#[derive(Clone)]
pub(crate) struct Video {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) published: bool,
}

#[derive(Clone)]
pub(crate) struct Audio {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) published: bool,
}

/// One stay of one participant.
pub(crate) struct Visit {
    pub(crate) user: Participant,
    pub(crate) joined: i64,
    pub(crate) left: Option<i64>,
}

impl Meeting {
    pub(crate) fn present(&self) -> impl Iterator<Item = &Visit> {
        self.visits.iter().filter(|visit| visit.left.is_none())
    }

    pub(crate) fn join(&mut self, user: Participant, now_s: i64) {
        self.visits.push(Visit { user, joined: now_s, left: None });
    }

    /// Whether somebody of this id was there to leave.
    pub(crate) fn leave(&mut self, user_id: &str, now_s: i64) -> bool {
        let mut left = false;
        for visit in self.visits.iter_mut().filter(|visit| visit.left.is_none() && visit.user.id == user_id) {
            visit.left = Some(now_s);
            left = true;
        }
        left
    }
}

impl Room {
    pub(crate) fn present(&self) -> impl Iterator<Item = &Participant> {
        self.meeting().into_iter().flat_map(|meeting| meeting.present().map(|visit| &visit.user))
    }

    pub(crate) fn has_user(&self, user_id: &str) -> bool {
        self.present().any(|user| user.id == user_id)
    }

    /// Whether this names a video of somebody present: by its resource id, or in the mixing spelling `<user>_video1`.
    pub(crate) fn has_video(&self, name: &str) -> bool {
        let by_user = name
            .rsplit_once("_video")
            .is_some_and(|(user, number)| number.parse::<u8>().is_ok() && self.has_user(user));
        by_user || self.present().any(|user| user.videos.iter().any(|video| video.id == name))
    }
}
