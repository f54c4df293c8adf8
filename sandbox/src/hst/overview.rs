//! What there is in the world, for somebody who looks on: the control interface shows it. No secrets.

use super::world::groups::Group;
use super::world::recording::Task;
use super::world::{Application, LiveStream, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The most rows of one list. `totals` tells how many there are.
const MOST: usize = 1000;

pub(crate) fn overview(world: &World) -> Value {
    json!({
        "totals": {
            "applications": world.applications.len(),
            "usage_records": world.usage.len(),
            "recordings": world.recordings.tasks().len(),
            "live_streams": world.live_streams.len(),
        },
        "applications": world.applications.iter().take(MOST).map(of_application).collect::<Value>(),
        "groups": groups(world),
        "recordings": world.recordings.tasks().iter().rev().take(MOST).map(of_recording).collect::<Value>(),
        "live_streams": world.live_streams.iter().take(MOST).map(of_live_stream).collect::<Value>(),
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

fn groups(world: &World) -> Value {
    let of_application = |application: &Application| {
        let version = application.groups.version();
        let row = |(id, group): (&String, &Group)| {
            json!({
                "app_id": application.id,
                "id": id,
                "users": group.keys().collect::<Vec<&String>>(),
                "media": group.values().map(BTreeSet::len).sum::<usize>(),
                "version": version,
            })
        };
        application.groups.all().iter().map(row).collect::<Vec<Value>>()
    };
    world.applications.iter().flat_map(of_application).take(MOST).collect()
}

fn of_recording(task: &Task) -> Value {
    json!({
        "id": task.id,
        "app_id": task.plan.app_id,
        "group_id": task.plan.group_id,
        "state": task.state().name(),
        "started_ms": task.started_ms,
        "stopped_ms": task.stopped_ms,
        "files": task.files.len(),
    })
}

fn of_live_stream(live: &LiveStream) -> Value {
    json!({"app_id": live.app_id, "group_id": live.group_id, "started_ms": live.started_ms})
}
