//! Devices called into a room (004 L3214-L3604).
//!
//! ```text
//! call -> 0 inviting -> 1 talking -> 2 hung up      kick, room closed
//!              '-> 3 failed                         nobody answers there
//! ```

use serde_json::json;

use super::params::Params;
use super::participants::{Participant, Video};
use super::refusal::{
    ACCOUNT_NOT_INVITED, FRAME_RATE_NOT_SUPPORTED, INVALID_ADDRESS, NO_GATE_SET, NO_SUCH_CALL, NO_SUCH_ROOM,
    NOT_INVITED, Refusal, TYPE_NOT_SUPPORTED, USER_IN_ROOM, VIDEO_NOT_SUPPORTED,
};
use super::world::World;
use super::{Answer, Call, success};

/// 004 L3585.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Inviting = 0,
    Talking = 1,
    HungUp = 2,
    Failed = 3,
}

pub struct Invitation {
    pub call_id: String,
    pub user_id: String,
    pub room_id: String,
    pub name: String,
    pub url: String,
    pub state: State,
    pub rings_until_ms: i64,
    pub video_open: bool,
    pub muted: bool,
}

/// How long a device rings before it answers, or before it is clear that nobody will.
const RINGING_MS: i64 = 1000;
/// 004 L3230: "主要是sip,rtsp,323,pstn,rtmp".
const SCHEMES: [&str; 9] = ["sip", "sips", "rtsp", "rtsps", "323", "h323", "pstn", "rtmp", "rtmps"];
const TEXT: &str = "no such room_id";

impl Invitation {
    fn is_live(&self) -> bool {
        matches!(self.state, State::Inviting | State::Talking)
    }

    fn scheme(&self) -> &str {
        self.url.split(':').next().unwrap_or_default()
    }

    /// A telephone has no picture.
    pub fn has_video(&self) -> bool {
        self.scheme() != "pstn"
    }
}

impl World {
    /// Devices that have rung long enough answer and join their room. A host under `.invalid`, which RFC 2606 promises
    /// never to exist, does not answer.
    pub fn settle_invitations(&mut self, now_ms: i64) {
        let mut answered = Vec::new();
        for (index, invitation) in self.invitations.iter_mut().enumerate() {
            if invitation.state == State::Inviting && now_ms >= invitation.rings_until_ms {
                if invitation.url.trim_end_matches('/').ends_with(".invalid") {
                    invitation.state = State::Failed;
                } else {
                    answered.push(index);
                }
            }
        }
        for index in answered {
            self.join(index, now_ms);
        }
    }

    fn join(&mut self, index: usize, now_ms: i64) {
        let node_id = self.new_node_id();
        let Some(invitation) = self.invitations.get_mut(index) else {
            return;
        };
        let room = self.rooms.get_mut(&invitation.room_id);
        let Some(meeting) = room.and_then(|room| room.meeting_mut()) else {
            invitation.state = State::Failed;
            return;
        };
        invitation.state = State::Talking;
        let video = Video {
            id: format!("{}_{:016x}", invitation.user_id, node_id),
            name: invitation.name.clone(),
            published: invitation.video_open,
        };
        let device = Participant {
            id: invitation.user_id.clone(),
            name: invitation.name.clone(),
            client: invitation.scheme().to_owned(),
            node_id,
            user_data: None,
            videos: if invitation.has_video() { vec![video] } else { Vec::new() },
            audios: Vec::new(),
        };
        meeting.join(device, invitation.rings_until_ms.min(now_ms) / 1000);
    }

    pub fn hang_up(&mut self, room_id: &str, user_id: &str) {
        let of_user = |invitation: &&mut Invitation| {
            invitation.room_id == room_id && invitation.user_id == user_id && invitation.is_live()
        };
        for invitation in self.invitations.iter_mut().filter(of_user) {
            invitation.state = State::HungUp;
        }
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.focus.take_if(|focus| focus == user_id);
        }
    }

    pub fn hang_up_all(&mut self, room_id: &str) {
        let in_room = |invitation: &&mut Invitation| invitation.room_id == room_id && invitation.is_live();
        for invitation in self.invitations.iter_mut().filter(in_room) {
            invitation.state = State::HungUp;
        }
    }

    /// The device that a call names in its room, ringing or talking. Anybody else was not invited: 40033; of a SIP account,
    /// named by its number, 40024 says the same (004 L3702, L3713).
    fn device_mut(&mut self, call: &Call) -> Result<&mut Invitation, Refusal> {
        let user_id = call.params.required("user_id")?;
        let room_id = self.open_room(call, TEXT)?.id.clone();
        let is_account = self.accounts.values().any(|account| account.number == user_id);
        let why_not = if is_account { ACCOUNT_NOT_INVITED } else { NOT_INVITED };
        let found = self
            .invitations
            .iter_mut()
            .find(|invitation| invitation.room_id == room_id && invitation.user_id == user_id && invitation.is_live());
        found.ok_or_else(|| Refusal::of(why_not))
    }
}

/// `/device/call` (004 L3216-L3268). T8: the table says `url`, the example `uri`; either is taken.
pub fn call(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    call.params.required("room_id")?;
    let url = call.params.text("url").or(call.params.text("uri")).ok_or_else(Refusal::args_required)?;
    check_settings(call.params)?;
    let room = world.open_room(call, TEXT)?;
    let room_id = room.id.clone();
    let scheme = scheme(url).ok_or_else(|| Refusal::of(INVALID_ADDRESS))?;
    // L3701: a sip device is reached through a gateway.
    if scheme.starts_with("sip") && world.gates.is_empty() {
        return Err(Refusal::of(NO_GATE_SET));
    }
    let wanted_id = call.params.text("user_id");
    let there = |invitation: &Invitation| {
        invitation.room_id == room_id
            && invitation.is_live()
            && (invitation.url == url || wanted_id.is_some_and(|id| id == invitation.user_id))
    };
    if wanted_id.is_some_and(|id| room.has_user(id)) || world.invitations.iter().any(there) {
        return Err(Refusal::of(USER_IN_ROOM));
    }
    let user_id = wanted_id.map_or_else(|| world.new_uuid(), str::to_owned);
    let call_id = world.new_uuid();
    world.invitations.push(Invitation {
        call_id: call_id.clone(),
        user_id: user_id.clone(),
        room_id,
        name: name.to_owned(),
        url: url.to_owned(),
        state: State::Inviting,
        rings_until_ms: call.now_ms + RINGING_MS,
        video_open: true,
        muted: false,
    });
    // The sample says "successs" (004 L3253), and so do we: nobody may compare it.
    Ok(json!({"ret": 0, "msg": "successs", "call_id": call_id, "user_id": user_id}))
}

/// L3231-L3234 and the numbers of L3718-L3720.
fn check_settings(params: &Params) -> Result<(), Refusal> {
    if params.integer("resolution_rate")?.is_some_and(|rate| ![640, 1080, 1280].contains(&rate)) {
        return Err(Refusal::of(VIDEO_NOT_SUPPORTED));
    }
    // L3719: "fit for 1M-4M".
    if params.integer("video_rate")?.is_some_and(|rate| !(1..=4).contains(&rate)) {
        let text = "video_rate set too low or too high for 1M-4M properly";
        return Err(Refusal::with(VIDEO_NOT_SUPPORTED, text));
    }
    // Which rates are supported is not said; more than 60 no device shows.
    if params.integer("frame_rate")?.is_some_and(|rate| !(1..=60).contains(&rate)) {
        return Err(Refusal::of(FRAME_RATE_NOT_SUPPORTED));
    }
    params.integer("voice_multiple")?;
    Ok(())
}

/// The kind of an address that can be called.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once(':')?;
    let address = rest.trim_start_matches('/');
    let plain = !address.is_empty() && !address.chars().any(|c| c.is_whitespace() || c.is_control());
    (plain && SCHEMES.contains(&scheme)).then_some(scheme)
}

/// `/device/kick` (004 L3270-L3313).
pub fn kick(world: &mut World, call: &Call) -> Answer {
    let device = world.device_mut(call)?;
    let (room_id, user_id, call_id) = (device.room_id.clone(), device.user_id.clone(), device.call_id.clone());
    world.hang_up(&room_id, &user_id);
    if let Some(meeting) = world.rooms.get_mut(&room_id).and_then(|room| room.meeting_mut()) {
        meeting.leave(&user_id, call.now_s());
    }
    Ok(json!({"ret": 0, "msg": "success", "call_id": call_id, "user_id": user_id}))
}

/// `/device/video/focus` (004 L3315-L3354).
pub fn focus(world: &mut World, call: &Call) -> Answer {
    let user_id = video_device(world, call)?.user_id.clone();
    world.open_room_mut(call, TEXT)?.focus = Some(user_id);
    success()
}

/// `/device/video/unfocus` (004 L3356-L3395). Taking the focus from a device that does not have it changes nothing.
pub fn unfocus(world: &mut World, call: &Call) -> Answer {
    let user_id = video_device(world, call)?.user_id.clone();
    world.open_room_mut(call, TEXT)?.focus.take_if(|focus| *focus == user_id);
    success()
}

/// `/device/video/close` (004 L3397-L3437).
pub fn close_video(world: &mut World, call: &Call) -> Answer {
    set_video(world, call, false)
}

/// `/device/video/open` (004 L3439-L3480). Its table lists `call_id` and `user_id` in the answer, its sample has neither.
pub fn open_video(world: &mut World, call: &Call) -> Answer {
    set_video(world, call, true)
}

/// `/device/audio/mute` (004 L3482-L3521).
pub fn mute(world: &mut World, call: &Call) -> Answer {
    world.device_mut(call)?.muted = true;
    success()
}

/// `/device/audio/unmute` (004 L3523-L3562).
pub fn unmute(world: &mut World, call: &Call) -> Answer {
    world.device_mut(call)?.muted = false;
    success()
}

/// `/device/get_invite_status` (004 L3564-L3604). Its failure example is 40004, "no such room_id": that is a call whose room
/// is gone. A call that never was is 40037, "no such call record" (L3717).
pub fn get_invite_status(world: &mut World, call: &Call) -> Answer {
    let call_id = call.params.required("call_id")?;
    let invitation = world.invitations.iter().find(|invitation| invitation.call_id == call_id);
    let invitation = invitation.ok_or_else(|| Refusal::of(NO_SUCH_CALL))?;
    if !world.rooms.contains_key(&invitation.room_id) {
        return Err(Refusal::of(NO_SUCH_ROOM));
    }
    Ok(json!({"ret": 0, "msg": "success", "invite_status": invitation.state as i32}))
}

/// A device that has a picture; for a telephone 40036, "not support this type".
fn video_device<'w>(world: &'w mut World, call: &Call) -> Result<&'w mut Invitation, Refusal> {
    let device = world.device_mut(call)?;
    if device.has_video() { Ok(device) } else { Err(Refusal::of(TYPE_NOT_SUPPORTED)) }
}

fn set_video(world: &mut World, call: &Call, open: bool) -> Answer {
    let device = video_device(world, call)?;
    device.video_open = open;
    let user_id = device.user_id.clone();
    // The participants' list shows it.
    if let Some(meeting) = world.open_room_mut(call, TEXT)?.meeting_mut() {
        let of_device = |visit: &&mut super::participants::Visit| visit.left.is_none() && visit.user.id == user_id;
        for visit in meeting.visits.iter_mut().filter(of_device) {
            visit.user.videos.iter_mut().for_each(|video| video.published = open);
        }
    }
    success()
}
