//! What a recording leaves on the server when it ends: which files, and their names.

use super::recording::Recording;
use super::room::Room;
use crate::calendar::LocalTime;
use crate::files::{Files, path_part};
use crate::media_bytes::Format;

/// The folder of all recordings; the examples' `test` is our `sandbox`.
const FOLDER: &str = "/home/data/recorder/files/sandbox";

/// Writes a recording that has just ended.
pub(crate) fn write(recording: &mut Recording, room: Option<&Room>, files: &mut Files) {
    let Some((ended, _)) = recording.ended else {
        return;
    };
    let duration_ms = (ended - recording.started_ms).max(1);
    let started = LocalTime::at(recording.started_ms / 1000);
    // 004 L883: room, record id, time stamp.
    let base = format!(
        "{FOLDER}/{}/{}-{}-{}",
        started.compact_date(),
        path_part(&recording.room_id),
        recording.id,
        started.file_stamp()
    );
    let plan = recording.plan.clone();
    let mut put = |path: String, format: Format| {
        files.put_made(&path, format, duration_ms);
        path
    };
    if plan.backup || !plan.realtime {
        recording.source = Some(put(format!("{base}.tms"), Format::Tms));
    }
    if !plan.split || plan.keep_mixed {
        let mixed = match &plan.file_name {
            Some(name) => format!("{base}/{}", path_part(name)),
            None => base.clone(),
        };
        if let Some(format) = plan.audio {
            recording.files.push(put(format!("{mixed}.{}", format.extension()), format));
        }
        if plan.video {
            recording.files.push(put(format!("{mixed}.mp4"), Format::Mp4));
        }
    }
    if plan.split {
        for user in room.into_iter().flat_map(Room::present) {
            let name = if plan.hide_user_names {
                path_part(&user.id)
            } else {
                format!("{}_{}", path_part(&user.name), path_part(&user.id))
            };
            if plan.video {
                for number in 1..=user.videos.len() {
                    recording.files.push(put(format!("{base}/{name}_v{number}.mp4"), Format::Mp4));
                }
            }
            recording.files.push(put(format!("{base}/{name}_a1.mp3"), Format::Mp3));
        }
        recording.files.push(put(format!("{base}/audio_alluser.mp3"), Format::Mp3));
    }
}
