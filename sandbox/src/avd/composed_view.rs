//! The composed view, avc: the server puts all videos into one (004 L1284-L1372, L2142-L2313).

use super::call::{Answer, Call, success};
use super::params::Params;
use super::refusal::{COMPOSED_VIEW_INTERNAL, COMPOSED_VIEW_OFF, COMPOSED_VIEW_ON, NO_ROOM_TO_COMPOSE, Refusal};
use super::world::World;
use super::world::composed_view::{Change, ComposedView};
use super::world::room::Room;
use super::{layout, site};
use serde_json::{Map, Value, json};

const TEXT: &str = "no such room id";

/// The settings that start and update_layout share.
fn read_change(params: &Params) -> Result<Change, Refusal> {
    let resolution = match params.text("video_resolution").map(layout::resolution) {
        Some(None) => return Err(Refusal::args_error("video_resolution")),
        Some(resolution) => resolution,
        None => None,
    };
    // T18: a range such as `1000-1500` is taken too; its upper end counts.
    let bit_rate = match params.text("video_bitrate").map(|text| text.rsplit('-').next().unwrap_or(text).trim()) {
        Some(text) => Some(text.parse().map_err(|_| Refusal::args_error("video_bitrate"))?),
        None => None,
    };
    Ok(Change {
        layout_mode: mode(params, 2)?,
        name: params.text("video_name").map(str::to_owned),
        frame_rate: params.integer("video_framerate")?,
        bit_rate,
        resolution,
    })
}

fn mode(params: &Params, highest: i64) -> Result<Option<i64>, Refusal> {
    match params.integer("layout_mode")? {
        Some(mode) if !(0..=highest).contains(&mode) => Err(Refusal::args_error("layout_mode")),
        mode => Ok(mode),
    }
}

/// `/room/avc/start` (004 L1284-L1332). T14: three parameters are printed as required, yet the document's own example sends
/// none of them and the table says what leaving one out means; all are optional. In a room where no meeting runs there is
/// nothing to compose: the view's own "room not found", 40052 (L3737).
pub(crate) fn start(world: &mut World, call: &Call) -> Answer {
    let manual = call.params.flag("enable_manual_avc")?.unwrap_or(false);
    call.params.integer("max_video_number")?;
    let settings = read_change(call.params)?;
    let stream_id = world.new_uuid();
    call.room(world, TEXT)?;
    site::check_view_on(&world.site)?;
    let room = call.room_mut(world, TEXT)?;
    if !room.is_open() {
        return Err(Refusal::of(NO_ROOM_TO_COMPOSE));
    }
    if room.composed_view.is_some() {
        return Err(Refusal::of(COMPOSED_VIEW_ON));
    }
    let mut view = ComposedView::automatic(stream_id);
    // Composed by hand, the layout is a fixed one until somebody chooses another.
    view.layout_mode = if manual { 0 } else { 1 };
    view.change(settings);
    room.composed_view = Some(view);
    success()
}

/// `/room/avc/stop` (004 L1334-L1372).
pub(crate) fn stop(world: &mut World, call: &Call) -> Answer {
    call.room(world, TEXT)?;
    site::check_view_off(&world.site)?;
    let room = call.room_mut(world, TEXT)?;
    room.composed_view.take().ok_or_else(|| Refusal::of(COMPOSED_VIEW_OFF))?;
    success()
}

/// `/room/avc/select_media` (004 L2142-L2182). T15: here the modes are 0 and 1 only.
pub(crate) fn select_media(world: &mut World, call: &Call) -> Answer {
    let videos = call.params.required_json_array("videos")?;
    if !layout::is_layout(&videos) {
        return Err(Refusal::args_error("videos"));
    }
    let layout_mode = mode(call.params, 1)?;
    let room = call.room_mut(world, TEXT)?;
    let mut selected = Map::new();
    for video in videos {
        let name = video.get("video_name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if !room.has_video(&name) {
            return Err(view_of(room).err().unwrap_or_else(|| Refusal::of(COMPOSED_VIEW_INTERNAL)));
        }
        selected.insert(name, video);
    }
    let view = view_of(room)?;
    view.videos = selected;
    if let Some(mode) = layout_mode {
        view.layout_mode = mode;
    }
    success()
}

/// `/room/avc/set_focus_video` (004 L2184-L2223): 40045 when nobody in the room has this video.
pub(crate) fn set_focus_video(world: &mut World, call: &Call) -> Answer {
    let resource_id = call.params.required("resource_id")?;
    let room = call.room_mut(world, TEXT)?;
    view_of(room)?;
    if !room.has_video(resource_id) {
        return Err(Refusal::of(COMPOSED_VIEW_INTERNAL));
    }
    success()
}

/// `/room/avc/update_layout` (004 L2225-L2271).
pub(crate) fn update_layout(world: &mut World, call: &Call) -> Answer {
    let main_video = call.params.required("main_video_resource_id")?;
    let settings = read_change(call.params)?;
    let room = call.room_mut(world, TEXT)?;
    let known = room.has_video(main_video);
    let view = view_of(room)?;
    if !known {
        return Err(Refusal::of(COMPOSED_VIEW_INTERNAL));
    }
    view.change(settings);
    success()
}

/// `/room/avc/get_avc_setting` (004 L2273-L2313). The page with the end of the sample is lost (T3): what `videos` holds is
/// our choice, the selected videos by name. `view_bitrate` is `true` in the sample (T54), and here where no rate was set.
/// Only the speaker layout's name is printed; the other two are formed after it.
pub(crate) fn get_setting(world: &mut World, call: &Call) -> Answer {
    let room = call.room(world, TEXT)?;
    let view = room.composed_view.as_ref().ok_or_else(|| Refusal::of(COMPOSED_VIEW_OFF))?;
    let layout_name = match view.layout_mode {
        0 => "Outgoing_View_Layout_Manual",
        1 => "Outgoing_View_Layout_Auto_Gallery",
        _ => "Outgoing_View_Layout_Auto_Orato",
    };
    Ok(json!({
        "ret": 0,
        "msg": "success",
        "data": {
            "view_width": view.width,
            "layoutMode": layout_name,
            "exporter_name": view.name,
            "view_bitrate": view.bit_rate.map_or(json!(true), |rate| json!(rate)),
            "view_height": view.height,
            "room_id": room.id,
            "view_fps": view.frame_rate,
            "view_stream_id": view.stream_id,
            "videos": view.videos,
        },
    }))
}

fn view_of(room: &mut Room) -> Result<&mut ComposedView, Refusal> {
    room.composed_view.as_mut().ok_or_else(|| Refusal::of(COMPOSED_VIEW_OFF))
}
