//! `/uploadfile` (004 L3606-L3656).

use super::call::{Answer, Call};
use super::recorded_files::url_of;
use super::refusal::{Refusal, UPLOAD_BODY, UPLOAD_FILE, UPLOAD_STORE};
use super::world::World;
use crate::exchange::Received;
use crate::files::extension;
use serde_json::json;

/// 004 L3609-L3610.
const TYPES: [&str; 5] = ["png", "jpg", "mp3", "mp4", "avi"];
/// 004 L3611: above it only with `storage_only_cluster` (L3625). nginx' 200 MB (L3627) are the server's limit.
const LARGEST: usize = 50 * 1024 * 1024;
/// 004 L3622.
const DEFAULT_FOLDER: &str = "/opt/3tee/resources";

pub(crate) fn upload(world: &mut World, call: &Call, received: &Received) -> Answer {
    let parts = match &received.parts {
        Some(Ok(parts)) => parts,
        // 10910: the request's body is not laid out as it has to be.
        Some(Err(why)) => return Err(Refusal::saying(UPLOAD_BODY, format!("upload file info error: {why}"))),
        None => return Err(Refusal::of(UPLOAD_BODY)),
    };
    let file = parts.iter().find(|part| part.name == "file");
    let Some((part, name)) = file.and_then(|part| Some((part, part.file_name.as_deref()?))) else {
        return Err(Refusal::of(UPLOAD_FILE));
    };
    // Some browsers send the whole local path.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::of(UPLOAD_FILE));
    }
    let kind = extension(name).to_ascii_lowercase();
    if !TYPES.contains(&kind.as_str()) {
        return Err(Refusal::saying(UPLOAD_FILE, format!("not support file type: {kind}")));
    }
    // No number is documented for a file that is too large: it is not stored, says 10912.
    if part.bytes.len() > LARGEST && !call.params.flag("storage_only_cluster")?.unwrap_or(false) {
        return Err(Refusal::saying(UPLOAD_STORE, "file store failed: larger than 50M".to_owned()));
    }
    let folder = call.params.text("path").unwrap_or(DEFAULT_FOLDER).trim_end_matches('/');
    let climbs = folder.split('/').any(|part| part == "..");
    if !folder.starts_with('/') || climbs || folder.chars().any(char::is_control) {
        return Err(Refusal::saying(UPLOAD_STORE, "file store failed: path must be absolute".to_owned()));
    }
    let path = format!("{folder}/{name}");
    world.files.put_uploaded(&path, part.bytes.clone()).map_err(|_| Refusal::of(UPLOAD_STORE))?;
    Ok(json!({"ret": 0, "msg": "success", "download_url": url_of(&call.origin, &path)}))
}
