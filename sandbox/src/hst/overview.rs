//! What there is in the world, for somebody who looks on: the control interface shows it. No secrets.

use super::world::{Application, World};
use serde_json::{Value, json};

/// The most rows of one list. `totals` tells how many there are.
const MOST: usize = 1000;

pub(crate) fn overview(world: &World) -> Value {
    json!({
        "totals": {"applications": world.applications.len(), "usage_records": world.usage.len()},
        "applications": world.applications.iter().take(MOST).map(of_application).collect::<Value>(),
    })
}

fn of_application(application: &Application) -> Value {
    json!({
        "id": application.id,
        "name": application.name,
        "online": application.online,
        "services": application.services.iter().map(|service| service.id).collect::<Value>(),
        "users": application.users.iter().take(MOST).map(|user| json!({
            "id": user.id,
            "mutex_type": user.exclusivity,
            "terminal": user.terminal,
            "online": application.is_online(user),
        })).collect::<Value>(),
    })
}
