//! The addresses of hst.

use super::recorder::Handler;
use super::{live, recorded_files, recording};
use axum::http::Method;

#[derive(Clone, Copy)]
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
    /// Not in the documents: the vendor's later pages have it.
    Recorder(Handler),
}

/// Method, path and name of every operation, and what it is.
const OPERATIONS: [(&str, &str, &str, Operation); 21] = [
    ("GET", "/access/token", "access.token", Operation::FetchToken),
    ("POST", "/v1/app", "app.create", Operation::CreateApp),
    ("PATCH", "/v1/app", "app.update", Operation::UpdateApp),
    ("DELETE", "/v1/app", "app.delete", Operation::DeleteApp),
    ("GET", "/v1/consuming/records", "consuming.records", Operation::UsageRecords),
    ("POST", "/v1/kickout", "kickout", Operation::Kickout),
    ("GET", "/v1/online/user/state", "online.user.state", Operation::UserState),
    ("POST", "/v1/online/trans-cmd", "online.trans_cmd", Operation::TransCmd),
    ("POST", "/v1/online/invite", "online.invite", Operation::Invite),
    ("POST", "/v1/record/init", "record.init", Operation::Recorder(recording::init)),
    ("POST", "/v1/record/resume", "record.resume", Operation::Recorder(recording::resume)),
    ("POST", "/v1/record/suspend", "record.suspend", Operation::Recorder(recording::suspend)),
    ("POST", "/v1/record/finish", "record.finish", Operation::Recorder(recording::finish)),
    ("POST", "/v1/record/set/layout", "record.set.layout", Operation::Recorder(recording::set_layout)),
    (
        "POST",
        "/v1/record/set-output-overlay",
        "record.set_output_overlay",
        Operation::Recorder(recording::set_output_overlay),
    ),
    ("GET", "/v1/record/task/list", "record.task.list", Operation::Recorder(recording::list)),
    (
        "GET",
        "/v1/record/file/download/url",
        "record.file.download.url",
        Operation::Recorder(recorded_files::download_url),
    ),
    ("POST", "/v1/record/file", "record.file.delete", Operation::Recorder(recorded_files::delete)),
    ("POST", "/v1/live/start", "live.start", Operation::Recorder(live::start)),
    ("POST", "/v1/live/stop", "live.stop", Operation::Recorder(live::stop)),
    ("GET", "/v1/live/list", "live.list", Operation::Recorder(live::list)),
];

/// Method, path and name of every operation, for those who name them.
pub(crate) fn addresses() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    OPERATIONS.into_iter().map(|(method, path, name, _)| (method, path, name))
}

impl Operation {
    pub(crate) fn find(path: &str, method: &Method) -> Option<Self> {
        let found = OPERATIONS.into_iter().find(|(its, at, _, _)| *at == path && *its == method.as_str());
        found.map(|(_, _, _, operation)| operation)
    }

    /// What a path takes; `None` for a path of no operation.
    pub(crate) fn methods(path: &str) -> Option<String> {
        let methods: Vec<&str> = addresses().filter(|(_, at, _)| *at == path).map(|(method, _, _)| method).collect();
        (!methods.is_empty()).then(|| methods.join(", "))
    }
}
