//! avd's error numbers (004 L3660-L3793) and their texts.

use std::borrow::Cow;

/// Why a call is refused. `text` differs between operations for the same number, as the documents' examples do; clients
/// must not compare it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) number: i64,
    pub(crate) text: Cow<'static, str>,
    /// What exactly was wrong. Only the log says it: the platform's own texts are as terse as the documents show them.
    pub(crate) detail: Option<String>,
}

pub(crate) const ARGS: i64 = 40002;
pub(crate) const TOKEN_INVALID: i64 = 40003;
pub(crate) const NO_SUCH_ROOM: i64 = 40004;
pub(crate) const ROOM_EXISTS: i64 = 40005;
pub(crate) const AUTOMATIC_RECORDING_ON: i64 = 40006;
pub(crate) const AUTOMATIC_RECORDING_OFF: i64 = 40007;
pub(crate) const USER_NOT_IN_ROOM: i64 = 40008;
pub(crate) const ROOM_NOT_OPEN: i64 = 40009;
pub(crate) const GATE_URL_EXISTS: i64 = 40019;
pub(crate) const NO_SUCH_GATE: i64 = 40020;
pub(crate) const NUMBER_EXISTS: i64 = 40021;
pub(crate) const NO_SUCH_ACCOUNT: i64 = 40022;
pub(crate) const NO_GATE_SET: i64 = 40023;
pub(crate) const ACCOUNT_NOT_INVITED: i64 = 40024;
pub(crate) const USER_IN_ROOM: i64 = 40031;
pub(crate) const INVALID_ADDRESS: i64 = 40032;
pub(crate) const NOT_INVITED: i64 = 40033;
pub(crate) const TYPE_NOT_SUPPORTED: i64 = 40036;
pub(crate) const NO_SUCH_CALL: i64 = 40037;
/// T62: one number for two meanings, resolution and rate.
pub(crate) const VIDEO_NOT_SUPPORTED: i64 = 40038;
pub(crate) const FRAME_RATE_NOT_SUPPORTED: i64 = 40039;
pub(crate) const ALREADY_RECORDING: i64 = 40040;
pub(crate) const NOT_RECORDING: i64 = 40041;
pub(crate) const RECORDING_SETTING: i64 = 40043;
/// T63: printed in examples only.
pub(crate) const COMPOSED_VIEW_INTERNAL: i64 = 40045;
pub(crate) const COMPOSED_VIEW_ON: i64 = 40050;
pub(crate) const COMPOSED_VIEW_OFF: i64 = 40051;
pub(crate) const NO_ROOM_TO_COMPOSE: i64 = 40052;
pub(crate) const COMPOSED_VIEW_FORCED_OFF: i64 = 40053;
pub(crate) const NO_SITE_SETTINGS: i64 = 40054;
pub(crate) const COMPOSED_VIEW_FORCED_ON: i64 = 40055;
pub(crate) const ALREADY_LIVE: i64 = 40060;
pub(crate) const NOT_LIVE: i64 = 40061;
pub(crate) const LIVE_SETTING: i64 = 40063;
pub(crate) const LIVE_UNREACHABLE: i64 = 40064;
pub(crate) const LIVE_HAS_STOPPED: i64 = 40065;
pub(crate) const NO_COMPANY: i64 = 40070;
pub(crate) const NO_SITE_LICENCE: i64 = 40071;
pub(crate) const NO_LICENCE: i64 = 40072;
pub(crate) const LICENCE_SERVICE_DOWN: i64 = 40073;
pub(crate) const PLAYER_EXISTS: i64 = 40080;
pub(crate) const NO_SUCH_PLAYER: i64 = 40081;
pub(crate) const PLAYER_SETTING: i64 = 40082;
pub(crate) const STREAM_UNREACHABLE: i64 = 40083;
pub(crate) const NO_MEDIA_INFO: i64 = 40084;
pub(crate) const NO_SUCH_RECORD_ID: i64 = 40090;
/// T63: printed in examples only.
pub(crate) const NO_SUCH_RECORD: i64 = 40094;
pub(crate) const NO_PUSH_INFO: i64 = 40101;
pub(crate) const NO_PUSHED_STREAM: i64 = 40102;
pub(crate) const PUSH_UNREACHABLE: i64 = 40104;
/// T64: an internal error that also hides "room not found".
pub(crate) const INTERNAL: i64 = 41005;
pub(crate) const UPLOAD_BODY: i64 = 10910;
/// T65: the table says "no file read", the example "not support file type".
pub(crate) const UPLOAD_FILE: i64 = 10911;
pub(crate) const UPLOAD_STORE: i64 = 10912;

impl Refusal {
    /// With the table's own text.
    pub(crate) fn of(number: i64) -> Self {
        Self::with(number, text_of(number))
    }

    pub(crate) fn with(number: i64, text: &'static str) -> Self {
        Self { number, text: Cow::Borrowed(text), detail: None }
    }

    pub(crate) fn saying(number: i64, text: String) -> Self {
        Self { number, text: Cow::Owned(text), detail: None }
    }

    /// A required argument is missing.
    pub(crate) fn args_required() -> Self {
        Self::of(ARGS)
    }

    /// 40002 means "args required or error" (004 L3674).
    pub(crate) fn args_error(name: &str) -> Self {
        Self { detail: Some(name.to_owned()), ..Self::with(ARGS, "args required or error") }
    }

    /// `text` is the spelling of the operation's own example.
    pub(crate) fn no_such_room(text: &'static str) -> Self {
        Self::with(NO_SUCH_ROOM, text)
    }

    /// The documents' "Internal error or set error" when it is the settings that are wrong.
    pub(crate) fn setting(number: i64, what: &str) -> Self {
        Self { detail: Some(what.to_owned()), ..Self::of(number) }
    }
}

/// The table's text for a number.
fn text_of(number: i64) -> &'static str {
    match number {
        401 => "授权错误!",
        10910 => "upload file info error",
        10911 => "no file read",
        10912 => "file store failed",
        10913 => "file read failed",
        10914 => "not support file type",
        40001 => "Authenticate failed, access_key or secret_key error",
        40002 => "args required",
        40003 => "access token invalid",
        40004 => "no such room_id",
        40005 => "room_id exists",
        40006 => "room already start auto_record",
        40007 => "room has't start auto_record",
        40008 => "user not in room",
        40009 => "room not open or not exist",
        40019 => "sip gate url exists",
        40020 => "no such sip_gate_id",
        40021 => "phone number has already exist",
        40022 => "no such account_id",
        40023 => "no sip gate set",
        40024 => "account has'n been invited",
        40025 => "sip service have no rpc_port,set service first",
        40026 => "sip service no response",
        40030 => "sip service internal error",
        40031 => "user is in room",
        40032 => "invalid address, check it correctly",
        40033 => "no invite info for this user_id",
        40034 => "invite failed or internal error",
        40035 => "connect shut down, invite refused or check service port",
        40036 => "not support this type",
        40037 => "no such call record",
        40038 => "not support this video_resolution",
        40039 => "not support this frame_rate",
        40040 => "room already has mix_record or mix_live",
        40041 => "room hasn't start mix_record or mix_live",
        40042 => "rpc connect down, check stream_exporter service port",
        40043 | 40063 | 40082 => "Internal error or set error",
        40045 => "internal server error",
        40050 => "room already has set avc mode",
        40051 => "room hasn't set avc mode",
        40052 => "Internal error return: room not found",
        40053 => "site has force close avc_mode",
        40054 => "no site params set, check init",
        40055 => "site has force open avc_mode",
        40060 => "room has already start live",
        40061 => "room hasn't start live",
        40064 => "connect shut down, check live service",
        40065 => "room live has been stoped",
        40070 => "no company info in this site",
        40071 => "no site licence set",
        40072 => "no licence info",
        40073 => "service not available",
        40080 => "media has already exist",
        40081 => "room doesn't have such play_id media",
        40083 | 40104 => "connect shut down, check service status",
        40084 => "have no media info",
        40090 => "no such record_id",
        40094 => "no such record",
        40101 => "internal server error: no such push_info",
        40102 => "no such pushing stream",
        41001 => "redis error",
        41002 => "mysql error",
        41003 => "http server request timeout",
        41005 => "Internal server error",
        _ => "failed",
    }
}
