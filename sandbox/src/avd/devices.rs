//! Devices called into a room (004 L3214-L3604).
//!
//! ```text
//! call -> 0 inviting -> 1 talking -> 2 hung up      kick, room closed
//!              '-> 3 failed                         nobody answers there
//! ```

use super::call::{Answer, Call, success};
use super::params::Params;
use super::refusal::{
    ACCOUNT_NOT_INVITED, FRAME_RATE_NOT_SUPPORTED, INVALID_ADDRESS, NO_GATE_SET, NO_SUCH_CALL, NO_SUCH_ROOM,
    NOT_INVITED, Refusal, TYPE_NOT_SUPPORTED, USER_IN_ROOM, VIDEO_NOT_SUPPORTED,
};
use super::world::World;
use super::world::invitation::{Invitation, State};
use super::world::room::Visit;
use serde_json::json;

/// How long a device rings before it answers, or before it is clear that nobody will.
const RINGING_MS: i64 = 1000;
/// 004 L3230: "主要是sip,rtsp,323,pstn,rtmp".
const SCHEMES: [&str; 9] = ["sip", "sips", "rtsp", "rtsps", "323", "h323", "pstn", "rtmp", "rtmps"];
const TEXT: &str = "no such room_id";

/// The device that a call names in its room, ringing or talking. Anybody else was not invited: 40033; of a SIP account,
/// named by its number, 40024 says the same (004 L3702, L3713).
fn device_mut<'w>(world: &'w mut World, call: &Call) -> Result<&'w mut Invitation, Refusal> {
    let user_id = call.params.required("user_id")?;
    let room_id = call.open_room(world, TEXT)?.id.clone();
    let is_account = world.accounts.values().any(|account| account.number == user_id);
    let why_not = if is_account { ACCOUNT_NOT_INVITED } else { NOT_INVITED };
    let found = world
        .invitations
        .iter_mut()
        .find(|invitation| invitation.room_id == room_id && invitation.user_id == user_id && invitation.is_live());
    found.ok_or_else(|| Refusal::of(why_not))
}

/// `/device/call` (004 L3216-L3268). T8: the table says `url`, the example `uri`; either is taken.
pub(crate) fn call(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    call.params.required("room_id")?;
    let url = call.params.text("url").or(call.params.text("uri")).ok_or_else(Refusal::args_required)?;
    check_settings(call.params)?;
    let room = call.open_room(world, TEXT)?;
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
pub(crate) fn kick(world: &mut World, call: &Call) -> Answer {
    let device = device_mut(world, call)?;
    let (room_id, user_id, call_id) = (device.room_id.clone(), device.user_id.clone(), device.call_id.clone());
    world.hang_up(&room_id, &user_id);
    if let Some(meeting) = world.rooms.get_mut(&room_id).and_then(|room| room.meeting_mut()) {
        meeting.leave(&user_id, call.now_s());
    }
    Ok(json!({"ret": 0, "msg": "success", "call_id": call_id, "user_id": user_id}))
}

/// `/device/video/focus` (004 L3315-L3354).
pub(crate) fn focus(world: &mut World, call: &Call) -> Answer {
    let user_id = video_device(world, call)?.user_id.clone();
    call.open_room_mut(world, TEXT)?.focus = Some(user_id);
    success()
}

/// `/device/video/unfocus` (004 L3356-L3395). Taking the focus from a device that does not have it changes nothing.
pub(crate) fn unfocus(world: &mut World, call: &Call) -> Answer {
    let user_id = video_device(world, call)?.user_id.clone();
    call.open_room_mut(world, TEXT)?.focus.take_if(|focus| *focus == user_id);
    success()
}

/// `/device/video/close` (004 L3397-L3437).
pub(crate) fn close_video(world: &mut World, call: &Call) -> Answer {
    set_video(world, call, false)
}

/// `/device/video/open` (004 L3439-L3480). Its table lists `call_id` and `user_id` in the answer, its sample has neither.
pub(crate) fn open_video(world: &mut World, call: &Call) -> Answer {
    set_video(world, call, true)
}

/// `/device/audio/mute` (004 L3482-L3521).
pub(crate) fn mute(world: &mut World, call: &Call) -> Answer {
    device_mut(world, call)?.muted = true;
    success()
}

/// `/device/audio/unmute` (004 L3523-L3562).
pub(crate) fn unmute(world: &mut World, call: &Call) -> Answer {
    device_mut(world, call)?.muted = false;
    success()
}

/// `/device/get_invite_status` (004 L3564-L3604). Its failure example is 40004, "no such room_id": that is a call whose room
/// is gone. A call that never was is 40037, "no such call record" (L3717).
pub(crate) fn get_invite_status(world: &mut World, call: &Call) -> Answer {
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
    let device = device_mut(world, call)?;
    if device.has_video() { Ok(device) } else { Err(Refusal::of(TYPE_NOT_SUPPORTED)) }
}

fn set_video(world: &mut World, call: &Call, open: bool) -> Answer {
    let device = video_device(world, call)?;
    device.video_open = open;
    let user_id = device.user_id.clone();
    // The participants' list shows it.
    if let Some(meeting) = call.open_room_mut(world, TEXT)?.meeting_mut() {
        let of_device = |visit: &&mut Visit| visit.left.is_none() && visit.user.id == user_id;
        for visit in meeting.visits.iter_mut().filter(of_device) {
            visit.user.videos.iter_mut().for_each(|video| video.published = open);
        }
    }
    success()
}
