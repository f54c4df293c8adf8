//! The documents' example requests, shaped for the seeded world, and the shapes of their answers.

pub mod avd_recordings;
pub mod avd_rooms;
pub mod avd_studio;
pub mod avd_system;
pub mod failures;
pub mod hst;
mod hst_later;
pub mod table_failures;
pub mod youme;

use crate::caller::Caller;
use serde_json::{Value, json};

/// One operation's example.
pub struct Example {
    pub operation: &'static str,
    pub sends: Sends,
    pub shape: Value,
}

/// How the example travels.
pub enum Sends {
    HstToken,
    HstQuery(&'static str, &'static str, Vec<(&'static str, &'static str)>),
    HstJson(&'static str, &'static str, Value),
    Youme(&'static str, Value),
    AvdToken,
    Avd(&'static str, Vec<(&'static str, &'static str)>),
    AvdUpload,
}

impl Example {
    /// Sends it; avd once as GET with a query and, when told so, as POST with a form.
    pub fn send(&self, caller: &mut Caller, as_form: bool) -> Value {
        match &self.sends {
            Sends::HstToken => {
                let header = caller.hst_authorization();
                caller.send("GET", "/access/token", &[("Authorization", &header)], b"").json()
            }
            Sends::HstQuery(method, path, pairs) => caller.hst_query(method, path, pairs),
            Sends::HstJson(method, path, body) => caller.hst_json(method, path, body),
            Sends::Youme(command, body) => caller.youme(command, body),
            Sends::AvdToken => caller.avd_fetch_token(),
            Sends::Avd(address, pairs) if as_form => caller.avd_form(address, pairs),
            Sends::Avd(address, pairs) => caller.avd(address, pairs),
            Sends::AvdUpload => caller.upload("", "file", "welcome.png", b"\x89PNG picture").json(),
        }
    }
}

pub fn all() -> Vec<Example> {
    let parts = [
        hst::examples(),
        youme::examples(),
        avd_rooms::examples(),
        avd_recordings::examples(),
        avd_studio::examples(),
        avd_system::examples(),
    ];
    parts.into_iter().flatten().collect()
}

fn avd(
    operation: &'static str,
    address: &'static str,
    pairs: &[(&'static str, &'static str)],
    shape: Value,
) -> Example {
    Example { operation, sends: Sends::Avd(address, pairs.to_vec()), shape }
}

/// The success that most of avd's operations answer with.
fn plain() -> Value {
    json!({"ret": 0, "msg": "success"})
}

/// What no document has but the vendor's later pages.
pub fn later() -> Vec<Example> {
    hst_later::examples()
}
