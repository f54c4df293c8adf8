//! Applications: create, change, delete (000 L3-L101).

use serde_json::{Map, Value, json};

use super::arguments::{Body, Query};
use super::online::User;
use super::{Answer, Hst, Refusal};

pub struct Application {
    pub id: String,
    pub secret: String,
    pub name: String,
    pub online: bool,
    pub consumption_limit: Option<i32>,
    pub services: Vec<Service>,
    pub users: Vec<User>,
}

pub struct Service {
    pub id: i32,
    pub use_limit: Option<i64>,
}

impl Hst {
    /// `POST /v1/app` (000 L3-L41).
    pub(super) fn create_app(&mut self, body: &Body) -> Answer {
        let name = app_name(body.required_string("app_name")?)?;
        let online = status(body)?.unwrap_or(false);
        let consumption_limit = body.int("consumption_limit")?;
        let services = services(body.required_list("service")?)?;
        let application = Application {
            id: self.random_hex(),
            secret: self.random_hex(),
            name,
            online,
            consumption_limit,
            services,
            users: Vec::new(),
        };
        let answer = application.describe();
        self.applications.push(application);
        Ok(Some(answer))
    }

    /// `PATCH /v1/app` (000 L43-L82). H7: `status` left out means its default, so it takes the application offline.
    pub(super) fn update_app(&mut self, body: &Body) -> Answer {
        let id = body.required_string("app_id")?;
        let name = body.string("app_name")?.map(app_name).transpose()?;
        let online = status(body)?.unwrap_or(false);
        let consumption_limit = body.int("consumption_limit")?;
        let services = body.list("service")?.map(|list| services(list)).transpose()?;
        let application = self.application_mut(id)?;
        application.online = online;
        if let Some(name) = name {
            application.name = name;
        }
        if let Some(limit) = consumption_limit {
            application.consumption_limit = Some(limit);
        }
        if let Some(services) = services {
            application.services = services;
        }
        Ok(Some(application.describe()))
    }

    /// `DELETE /v1/app?app_id=` (000 L84-L101): only the common part in the answer.
    pub(super) fn delete_app(&mut self, query: &Query) -> Answer {
        let id = query.required_text("app_id")?;
        self.application(id)?;
        self.applications.retain(|application| application.id != id);
        Ok(None)
    }

    pub(super) fn application(&self, id: &str) -> Result<&Application, Refusal> {
        self.applications.iter().find(|application| application.id == id).ok_or_else(no_such_application)
    }

    pub(super) fn application_mut(&mut self, id: &str) -> Result<&mut Application, Refusal> {
        self.applications.iter_mut().find(|application| application.id == id).ok_or_else(no_such_application)
    }

    fn random_hex(&mut self) -> String {
        format!("{:032x}", self.random.u128(..))
    }
}

/// No number says "no such application": 606000003, a wrong parameter, comes nearest.
fn no_such_application() -> Refusal {
    Refusal::wrong("no application has this app_id")
}

impl Application {
    /// 000 L27-L41. Members that were never set are left out: the document gives them no empty value.
    fn describe(&self) -> Value {
        let mut members = Map::new();
        members.insert("app_id".into(), json!(self.id));
        members.insert("app_secret".into(), json!(self.secret));
        members.insert("app_name".into(), json!(self.name));
        members.insert("status".into(), json!(if self.online { "online" } else { "offline" }));
        if let Some(limit) = self.consumption_limit {
            members.insert("consumption_limit".into(), json!(limit));
        }
        let services: Vec<Value> = self.services.iter().map(Service::describe).collect();
        members.insert("service".into(), Value::Array(services));
        Value::Object(members)
    }
}

impl Service {
    fn describe(&self) -> Value {
        let name = service_name(self.id).unwrap_or_default();
        match self.use_limit {
            Some(limit) => json!({"service_id": self.id, "service_name": name, "use_limit": limit}),
            None => json!({"service_id": self.id, "service_name": name}),
        }
    }
}

/// 000 L21.
fn service_name(id: i32) -> Option<&'static str> {
    match id {
        3 => Some("视频服务"),
        4 => Some("音频服务"),
        5 => Some("屏幕共享服务"),
        6 => Some("信令通道服务"),
        7 => Some("在线服务"),
        8 => Some("录制服务"),
        9 => Some("微信小程序服务"),
        _ => None,
    }
}

/// 000 L14: "只允许中英文、下划线", Chinese characters, English letters and underscores only; so no digits either.
fn app_name(name: &str) -> Result<String, Refusal> {
    let allowed = |c: char| {
        c.is_ascii_alphabetic()
            || c == '_'
            || matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
    };
    if !name.is_empty() && name.chars().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err(Refusal::wrong("app_name takes Chinese and English letters and underscores only"))
    }
}

/// 000 L15.
fn status(body: &Body) -> Result<Option<bool>, Refusal> {
    match body.string("status")? {
        None => Ok(None),
        Some("online") => Ok(Some(true)),
        Some("offline") => Ok(Some(false)),
        Some(_) => Err(Refusal::wrong("status is online or offline")),
    }
}

/// 000 L18-L22. One service twice contradicts itself, so it is refused.
fn services(list: &[Value]) -> Result<Vec<Service>, Refusal> {
    let mut services: Vec<Service> = Vec::with_capacity(list.len());
    for entry in list {
        let entry = Body::item(entry, "service")?;
        let id = entry.int("service_id")?.ok_or_else(|| Refusal::missing("service.service_id"))?;
        if service_name(id).is_none() {
            return Err(Refusal::wrong("service_id is one of 3, 4, 5, 6, 7, 8, 9"));
        }
        if services.iter().any(|service| service.id == id) {
            return Err(Refusal::wrong("the same service_id twice"));
        }
        services.push(Service { id, use_limit: entry.long("use_limit")? });
    }
    Ok(services)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(app_name("会议_Demo").is_ok());
        for name in ["", "demo 1", "demo1", "demo-a", "会议！"] {
            assert!(app_name(name).is_err(), "{name}");
        }
    }
}
