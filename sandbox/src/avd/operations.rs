//! The addresses of avd and who answers them.

use super::call::{Answer, Call};
use super::world::World;
use super::{
    chat, composed_view, desktop_recording, devices, licences, live, media_play, mix_recording, participants, players,
    recording_queries, rooms, sip, statistics, transcoding,
};
use axum::http::Method;

pub(crate) type Handler = fn(&mut World, &Call) -> Answer;

/// Where the operations live (004 L10 and on: "…/sdkapi/v2" before each address).
const PREFIX: &str = "/sdkapi/v2";

pub(crate) enum Operation {
    /// Needs no token: it gives one.
    GetToken,
    /// On the host root, outside the prefix (004 L3635).
    Upload,
    Api(Handler),
}

impl Operation {
    /// "[get|post]" for everything but the upload (004 L3613).
    pub(crate) fn takes(&self, method: &Method) -> bool {
        match self {
            Self::Upload => *method == Method::POST,
            Self::GetToken | Self::Api(_) => *method == Method::GET || *method == Method::POST,
        }
    }

    pub(crate) fn methods(&self) -> &'static str {
        match self {
            Self::Upload => "POST",
            Self::GetToken | Self::Api(_) => "GET, POST",
        }
    }
}

/// T40: three operations answer with `code`, 200 for success.
pub(crate) fn answers_with_code(path: &str) -> bool {
    matches!(path.strip_prefix(PREFIX), Some("/room/close" | "/room/participate/kick" | "/room/participate/list"))
}

pub(crate) fn find(path: &str) -> Option<Operation> {
    if path == "/uploadfile" {
        return Some(Operation::Upload);
    }
    let address = path.strip_prefix(PREFIX)?;
    if address == "/app/get_token" {
        return Some(Operation::GetToken);
    }
    let found = |entry: &&(&str, Handler)| entry.0 == address;
    API.iter().find(found).map(|(_, handler)| Operation::Api(*handler))
}

/// Every path, for those who name operations: the token call and the upload among them.
pub(crate) fn paths() -> impl Iterator<Item = String> {
    let below = std::iter::once("/app/get_token").chain(API.iter().map(|(address, _)| *address));
    below.map(|address| format!("{PREFIX}{address}")).chain(std::iter::once("/uploadfile".to_owned()))
}

const API: &[(&str, Handler)] = &[
    ("/room/create", rooms::create),
    ("/room/update", rooms::update),
    ("/room/del", rooms::delete),
    ("/room/read", rooms::read),
    ("/room/close", rooms::close),
    ("/room/list", rooms::list),
    ("/room/get_statistic", statistics::of_room),
    ("/room/get_chat_message_log", chat::log),
    ("/room/participate/kick", participants::kick),
    ("/room/participate/list", participants::list),
    ("/room/get_record", recording_queries::of_room),
    ("/room/get_record_list", recording_queries::of_server),
    ("/room/del_record", recording_queries::delete_all),
    ("/room/delete_record", recording_queries::delete_one),
    ("/room/record/status", recording_queries::status),
    ("/room/record/get", recording_queries::audio),
    ("/room/record/transfer", transcoding::transfer),
    ("/transcode/query", transcoding::query),
    ("/room/mix_record/start", mix_recording::start),
    ("/room/mix_record/stop", mix_recording::stop),
    ("/room/mix_record/get", mix_recording::get),
    ("/room/mix_record/update_layout", mix_recording::update_layout),
    ("/room/mix_record/update_audio_layout", mix_recording::update_audio_layout),
    ("/room/desktop_record/start", desktop_recording::start),
    ("/room/desktop_record/stop", desktop_recording::stop),
    ("/room/desktop_record/get", desktop_recording::get),
    ("/room/mix_live/start", live::start_mixed),
    ("/room/mix_live/stop", live::stop_mixed),
    ("/room/live/start", live::start),
    ("/room/live/stop", live::stop),
    ("/room/avc/start", composed_view::start),
    ("/room/avc/stop", composed_view::stop),
    ("/room/avc/select_media", composed_view::select_media),
    ("/room/avc/set_focus_video", composed_view::set_focus_video),
    ("/room/avc/update_layout", composed_view::update_layout),
    ("/room/avc/get_avc_setting", composed_view::get_setting),
    ("/media/create", players::create),
    ("/media/stop", players::stop),
    ("/media/pause", players::pause),
    ("/media/resume", players::resume),
    ("/media/get_media_info", players::get_media_info),
    ("/media/play", media_play::play),
    ("/media/replay", media_play::replay),
    ("/media/switch", media_play::switch),
    ("/app/get_licence_info", licences::get_licence_info),
    ("/app/get_system_info", licences::get_system_info),
    ("/app/apply_file_permit", licences::apply_file_permit),
    ("/app/delete_file_permit", licences::delete_file_permit),
    ("/app/get_key_licence", licences::get_key_licence),
    ("/sip/gate/create", sip::create_gate),
    ("/sip/gate/update", sip::update_gate),
    // T2: the heading says `reads`.
    ("/sip/gate/read", sip::read_gate),
    ("/sip/gate/del", sip::delete_gate),
    ("/sip/gate/list", sip::list_gates),
    ("/sip/account/create", sip::create_account),
    ("/sip/account/update", sip::update_account),
    // T1: printed as `/sip/gate/read`.
    ("/sip/account/read", sip::read_account),
    ("/sip/account/del", sip::delete_account),
    ("/device/call", devices::call),
    ("/device/kick", devices::kick),
    ("/device/video/focus", devices::focus),
    ("/device/video/unfocus", devices::unfocus),
    ("/device/video/close", devices::close_video),
    ("/device/video/open", devices::open_video),
    ("/device/audio/mute", devices::mute),
    ("/device/audio/unmute", devices::unmute),
    ("/device/get_invite_status", devices::get_invite_status),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// 69 operations, the token call and the upload among them.
    #[test]
    fn sixty_nine() {
        assert_eq!(API.len() + 2, 69);
        for (index, (address, _)) in API.iter().enumerate() {
            assert!(API[..index].iter().all(|(other, _)| other != address), "{address} twice");
        }
    }
}
