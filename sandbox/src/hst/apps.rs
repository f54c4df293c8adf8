//! Applications: create, change, delete (000 L3-L101).

use super::arguments::{Body, Query};
use super::refusal::{Answer, Refusal};
use super::world::groups::Groups;
use super::world::{Application, Service, World};
use serde_json::{Map, Value, json};

/// `POST /v1/app` (000 L3-L41).
pub(crate) fn create(world: &mut World, body: &Body) -> Answer {
    let name = app_name(body.required_string("app_name")?)?;
    let online = status(body)?.unwrap_or(false);
    let consumption_limit = body.int("consumption_limit")?;
    let services = services(body.required_list("service")?)?;
    let application = Application {
        id: format!("{:032x}", fastrand::u128(..)),
        // H27: 16 characters, the length of an AES-128 key: the vendor's token generators take no other.
        secret: format!("{:016x}", fastrand::u64(..)),
        name,
        online,
        consumption_limit,
        services,
        users: Vec::new(),
        groups: Groups::default(),
    };
    let answer = describe(&application);
    world.applications.push(application);
    Ok(Some(answer))
}

/// `PATCH /v1/app` (000 L43-L82). H7: `status` left out means its default, so it takes the application offline.
pub(crate) fn update(world: &mut World, body: &Body) -> Answer {
    let id = body.required_string("app_id")?;
    let name = body.string("app_name")?.map(app_name).transpose()?;
    let online = status(body)?.unwrap_or(false);
    let consumption_limit = body.int("consumption_limit")?;
    let services = body.list("service")?.map(|list| services(list)).transpose()?;
    let application = application_mut(world, id)?;
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
    let answer = describe(application);
    if !online {
        // Nobody is online in it then, so nobody is in its groups.
        world.empty_groups(id);
    }
    Ok(Some(answer))
}

/// `DELETE /v1/app?app_id=` (000 L84-L101): only the common part in the answer.
pub(crate) fn delete(world: &mut World, query: &Query) -> Answer {
    let id = query.required_text("app_id")?;
    application(world, id)?;
    world.empty_groups(id);
    world.applications.retain(|application| application.id != id);
    Ok(None)
}

pub(crate) fn application<'w>(world: &'w World, id: &str) -> Result<&'w Application, Refusal> {
    world.application(id).ok_or_else(no_such_application)
}

pub(crate) fn application_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut Application, Refusal> {
    world.application_mut(id).ok_or_else(no_such_application)
}

/// No number says "no such application": 606000003, a wrong parameter, comes nearest.
fn no_such_application() -> Refusal {
    Refusal::wrong("no application has this app_id")
}

/// 000 L27-L41. Members that were never set are left out: the document gives them no empty value.
fn describe(application: &Application) -> Value {
    let mut members = Map::new();
    members.insert("app_id".into(), json!(application.id));
    members.insert("app_secret".into(), json!(application.secret));
    members.insert("app_name".into(), json!(application.name));
    members.insert("status".into(), json!(if application.online { "online" } else { "offline" }));
    if let Some(limit) = application.consumption_limit {
        members.insert("consumption_limit".into(), json!(limit));
    }
    let services: Vec<Value> = application.services.iter().map(describe_service).collect();
    members.insert("service".into(), Value::Array(services));
    Value::Object(members)
}

fn describe_service(service: &Service) -> Value {
    let name = service_name(service.id).unwrap_or_default();
    match service.use_limit {
        Some(limit) => json!({"service_id": service.id, "service_name": name, "use_limit": limit}),
        None => json!({"service_id": service.id, "service_name": name}),
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

/// 000 L14: "只允许中英文、下划线", Chinese characters, English letters and underscores only. Yet the vendor's own quick start
/// creates `test123`, so ASCII digits are taken too (H26).
fn app_name(name: &str) -> Result<String, Refusal> {
    let allowed = |c: char| {
        c.is_ascii_alphanumeric()
            || c == '_'
            || matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
    };
    if !name.is_empty() && name.chars().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err(Refusal::wrong("app_name takes Chinese and English letters, digits and underscores only"))
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
        for name in ["会议_Demo", "test123", "2"] {
            assert!(app_name(name).is_ok(), "{name}");
        }
        for name in ["", "demo 1", "demo-a", "会议！", "１２"] {
            assert!(app_name(name).is_err(), "{name}");
        }
    }
}
