//! `/server/address`: where the public cloud's gateway is now. No document of these four has it; the platform notes tell it
//! from the vendor's later pages (H28).

use super::refusal::Refusal;
use crate::exchange::Reply;
use serde_json::json;

pub(crate) const PATH: &str = "/server/address";
/// The business gateway; others of the vendor's services have other numbers.
const BUSINESS_GATEWAY: &str = "10";

/// No credentials: it comes before them. Its numbers are taken to be those of the gateway. The text is called `message`
/// here, not `msg`.
pub(crate) fn answer(query: &[(String, String)], origin: &str) -> Reply {
    let app_type = query.iter().find(|(name, _)| name == "appType").map(|(_, value)| value.as_str());
    if app_type == Some(BUSINESS_GATEWAY) {
        return Reply::json(&json!({"code": 0, "message": "OK", "result": origin}), 0);
    }
    refuse(&Refusal::wrong("appType is 10 for the business gateway"))
}

pub(crate) fn refuse(refusal: &Refusal) -> Reply {
    Reply::json(&json!({"code": refusal.number, "message": refusal.text}), refusal.number)
}
