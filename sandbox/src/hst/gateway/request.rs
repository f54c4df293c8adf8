//! What a client says to the event gateway.

use crate::hst::arguments::Body;
use crate::hst::refusal::Refusal;
use serde_json::{Map, Value, json};

/// What every request carries as `business`.
const BUSINESS: &str = "EGW";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Login,
    Logout,
    Subscribe,
    Unsubscribe,
    FullState,
    Heartbeat,
}

impl Kind {
    /// The `id` of each, and its name in faults, counts and the record. The answer's `id` is one higher.
    pub(crate) const ALL: [(i64, Self, &str); 6] = [
        (20000, Self::Login, "gateway.login"),
        (20002, Self::Logout, "gateway.logout"),
        (20004, Self::Subscribe, "gateway.subscribe"),
        (20006, Self::Unsubscribe, "gateway.unsubscribe"),
        (20008, Self::FullState, "gateway.full_state"),
        (20010, Self::Heartbeat, "gateway.heartbeat"),
    ];
}

pub(crate) struct Request {
    id: i64,
    pub(crate) kind: Kind,
    /// One of `Kind::ALL`.
    pub(crate) name: &'static str,
    message: Value,
}

/// An entry of `app_list`.
pub(crate) struct Asked {
    pub(crate) app_id: String,
    /// The full state of these groups only.
    pub(crate) group_ids: Option<Vec<String>>,
}

impl Asked {
    fn read(entry: &Value) -> Result<Self, Refusal> {
        let entry = Body::item(entry, "app_list")?;
        let text = |id: &Value| id.as_str().map(str::to_owned);
        let group_ids = entry.list("group_list")?.map(|list| list.iter().map(text).collect::<Option<Vec<String>>>());
        if group_ids == Some(None) {
            return Err(Refusal::wrong("group_list must hold strings"));
        }
        Ok(Self { app_id: entry.required_string("app_id")?.to_owned(), group_ids: group_ids.flatten() })
    }
}

impl Request {
    /// Why it is no request. [?] The pages do not say what the gateway does then; this one says why and ends the session:
    /// there is no `id` that an answer could have.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let message: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        let id = message.get("id").and_then(Value::as_i64).ok_or("not a JSON object with a whole number as id")?;
        let known = Kind::ALL.into_iter().find(|(known, _, _)| *known == id);
        let (_, kind, name) = known.ok_or_else(|| format!("no request has the id {id}"))?;
        Ok(Self { id, kind, name, message })
    }

    /// The members, once it is known that they are for this gateway.
    pub(crate) fn members(&self) -> Result<Body<'_>, Refusal> {
        let members = Body::item(&self.message, "a message")?;
        match members.required_string("business")? {
            BUSINESS => Ok(members),
            _ => Err(Refusal::wrong("business is EGW")),
        }
    }

    /// The applications of `app_list`; none where there is no such member.
    pub(crate) fn applications(members: &Body<'_>) -> Result<Option<Vec<Asked>>, Refusal> {
        members.list("app_list")?.map(|list| list.iter().map(Asked::read).collect()).transpose()
    }

    pub(crate) fn required_applications(members: &Body<'_>) -> Result<Vec<Asked>, Refusal> {
        let list = Self::applications(members)?.filter(|list| !list.is_empty());
        list.ok_or_else(|| Refusal::missing("app_list"))
    }

    /// An answer with these members. [?] Beside that to a login, the pages print no members that say whether it was done:
    /// where it was, there are none.
    pub(crate) fn answer(&self, mut members: Map<String, Value>) -> Value {
        members.insert("id".into(), json!(self.id + 1));
        // Only the full state has one; it goes back as it came.
        if self.kind == Kind::FullState
            && let Some(seq) = self.message.get("seq")
        {
            members.insert("seq".into(), seq.clone());
        }
        Value::Object(members)
    }

    /// [?] The pages show a `result` and a `message` in the answer to a login alone; a refusal of any other request is
    /// taken to look the same.
    pub(crate) fn refusal(&self, refusal: &Refusal) -> Value {
        let members = [("result", json!(refusal.number)), ("message", json!(refusal.text))];
        self.answer(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What it gets when it was told to fail with this number.
    pub(crate) fn failure(&self, number: i64) -> String {
        self.refusal(&Refusal::plain(number)).to_string()
    }
}
