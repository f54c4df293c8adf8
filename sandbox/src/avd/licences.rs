//! Licences and who uses them (004 L2557-L2782).

use super::call::{Answer, Call, success};
use super::refusal::{NO_LICENCE, NO_SITE_LICENCE, Refusal};
use super::site;
use super::world::World;
use super::world::recording::Recording;
use super::world::room::Room;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// As the sample shows it (004 L2587).
const MAX_USERS: i64 = 500;
/// 40001: "access_key or secret_key error".
const KEY_WRONG: i64 = 40001;

/// `/app/get_licence_info` (004 L2557-L2600). A site that knows no company: 40070. Without any licence: 40071.
pub(crate) fn get_licence_info(world: &mut World, _call: &Call) -> Answer {
    site::check_company(&world.site)?;
    if world.licences.is_empty() {
        return Err(Refusal::of(NO_SITE_LICENCE));
    }
    let online: usize = world.rooms.values().map(|room| room.present().count()).sum();
    Ok(json!({"ret": 0, "msg": "success", "active_usernum": online, "max_users": MAX_USERS}))
}

/// `/app/get_system_info` (004 L2602-L2645).
pub(crate) fn get_system_info(world: &mut World, _call: &Call) -> Answer {
    Ok(json!({"ret": 0, "msg": "success", "sys_info": world.system_info}))
}

/// `/app/apply_file_permit` (004 L2647-L2685). Applying an installed licence again changes nothing.
pub(crate) fn apply_file_permit(world: &mut World, call: &Call) -> Answer {
    let certificate = call.params.required("licence_cert")?;
    site::check_licence_service(&world.site)?;
    if !looks_issued(certificate) {
        return Err(Refusal::of(NO_LICENCE));
    }
    world.licences.insert(certificate.to_owned());
    success()
}

/// `/app/delete_file_permit` (004 L2687-L2727): 40072 for one that is not installed.
pub(crate) fn delete_file_permit(world: &mut World, call: &Call) -> Answer {
    let certificate = call.params.required("licence_cert")?;
    site::check_licence_service(&world.site)?;
    if !world.licences.remove(certificate) {
        return Err(Refusal::of(NO_LICENCE));
    }
    success()
}

/// The sandbox's own certificates, or what has the form of the document's example: hexadecimal parts with `$` between
/// them (004 L2660).
fn looks_issued(certificate: &str) -> bool {
    let mut parts = certificate.split('$');
    let hex = |part: &str| part.len() >= 32 && part.bytes().all(|b| b.is_ascii_hexdigit());
    certificate.starts_with("LICENCE-SANDBOX-") || (certificate.contains('$') && parts.all(hex))
}

/// `/app/get_key_licence` (004 L2729-L2782): who is online under an access key, recorders included. There is one key here.
pub(crate) fn get_key_licence(world: &mut World, call: &Call) -> Answer {
    if call.params.required("access_key")? != call.access_key {
        return Err(Refusal::of(KEY_WRONG));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for user in world.rooms.values().flat_map(Room::present) {
        *counts.entry(user.client.as_str()).or_default() += 1;
    }
    let recorders = world.recordings.iter().filter(|recording| Recording::is_running(recording)).count();
    if recorders > 0 {
        counts.insert("avd_record", recorders);
    }
    let total: usize = counts.values().sum();
    let detail: serde_json::Map<String, Value> =
        counts.into_iter().map(|(client, count)| (client.to_owned(), json!({"count": count}))).collect();
    Ok(json!({"detail": detail, "msg": "success", "info": {}, "usernum": total, "ret": 0}))
}
