//! `/server/address`: where the public cloud's gateway is now. No document of these four has it; the platform notes tell it
//! from the vendor's later pages (H28).

use super::gateway;
use super::refusal::Refusal;
use crate::exchange::Reply;
use serde_json::json;

pub(crate) const PATH: &str = "/server/address";
/// Others of the vendor's services have other numbers.
const BUSINESS_GATEWAY: &str = "10";
const EVENT_GATEWAY: &str = "8";

/// No credentials: it comes before them. Its numbers are taken to be those of the gateway. The text is called `message`
/// here, not `msg`.
pub(crate) fn answer(query: &[(String, String)], origin: &str) -> Reply {
    let app_type = query.iter().find(|(name, _)| name == "appType").map(|(_, value)| value.as_str());
    let found = match app_type {
        Some(BUSINESS_GATEWAY) => origin.to_owned(),
        Some(EVENT_GATEWAY) => event_gateway(origin),
        _ => {
            let why = "appType is 10 for the business gateway, 8 for the event gateway";
            return refuse(&Refusal::wrong(why));
        }
    };
    Reply::json(&json!({"code": 0, "message": "OK", "result": found}), 0)
}

/// `ws://…` for an origin `http://…`, `wss://…` for `https://…`.
fn event_gateway(origin: &str) -> String {
    let rest = origin.strip_prefix("http").unwrap_or(origin);
    format!("ws{rest}{}", gateway::PATH)
}

pub(crate) fn refuse(refusal: &Refusal) -> Reply {
    Reply::json(&json!({"code": refusal.number, "message": refusal.text}), refusal.number)
}
