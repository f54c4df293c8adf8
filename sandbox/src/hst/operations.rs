//! The addresses of hst.

use axum::http::Method;

/// Method, path and name of every operation.
pub(crate) const OPERATIONS: [(&str, &str, &str); 9] = [
    ("GET", "/access/token", "access.token"),
    ("POST", "/v1/app", "app.create"),
    ("PATCH", "/v1/app", "app.update"),
    ("DELETE", "/v1/app", "app.delete"),
    ("GET", "/v1/consuming/records", "consuming.records"),
    ("POST", "/v1/kickout", "kickout"),
    ("GET", "/v1/online/user/state", "online.user.state"),
    ("POST", "/v1/online/trans-cmd", "online.trans_cmd"),
    ("POST", "/v1/online/invite", "online.invite"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    FetchToken,
    CreateApp,
    UpdateApp,
    DeleteApp,
    UsageRecords,
    Kickout,
    UserState,
    TransCmd,
    Invite,
}

impl Operation {
    pub(crate) fn find(path: &str, method: &Method) -> Option<Self> {
        match (path, method.as_str()) {
            ("/access/token", "GET") => Some(Self::FetchToken),
            ("/v1/app", "POST") => Some(Self::CreateApp),
            ("/v1/app", "PATCH") => Some(Self::UpdateApp),
            ("/v1/app", "DELETE") => Some(Self::DeleteApp),
            ("/v1/consuming/records", "GET") => Some(Self::UsageRecords),
            ("/v1/kickout", "POST") => Some(Self::Kickout),
            ("/v1/online/user/state", "GET") => Some(Self::UserState),
            ("/v1/online/trans-cmd", "POST") => Some(Self::TransCmd),
            ("/v1/online/invite", "POST") => Some(Self::Invite),
            _ => None,
        }
    }

    pub(crate) fn methods(path: &str) -> Option<&'static str> {
        match path {
            "/access/token" | "/v1/consuming/records" | "/v1/online/user/state" => Some("GET"),
            "/v1/app" => Some("POST, PATCH, DELETE"),
            "/v1/kickout" | "/v1/online/trans-cmd" | "/v1/online/invite" => Some("POST"),
            _ => None,
        }
    }
}
