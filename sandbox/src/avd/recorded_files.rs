//! What a recording leaves on the server: which files, their names, and how the answers describe them.

use std::fmt::Write;

use serde_json::{Value, json};

use super::files::{Files, extension};
use super::media_bytes::Format;
use super::recordings::Recording;
use super::rooms::Room;
use crate::calendar::LocalTime;

/// What was asked for at the start (004 L635-L666).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// A separate audio file, and of which kind (L639, L659).
    pub audio: Option<Format>,
    /// An MP4; not when only audio is recorded (L654).
    pub video: bool,
    /// Converted while it runs (L640).
    pub realtime: bool,
    /// The source is kept as well (L653: only with live conversion, without which the source is all there is at first).
    pub backup: bool,
    /// One file per participant (L651).
    pub split: bool,
    /// The mixed file is kept beside the split ones (L652).
    pub keep_mixed: bool,
    /// The name of the mixed files (L650).
    pub file_name: Option<String>,
    /// Split files are named by user id alone (L655).
    pub hide_user_names: bool,
}

impl Plan {
    /// One MP4, converted while it runs.
    pub fn video() -> Self {
        Self {
            audio: None,
            video: true,
            realtime: true,
            backup: false,
            split: false,
            keep_mixed: true,
            file_name: None,
            hide_user_names: false,
        }
    }

    /// One MP3.
    pub fn audio() -> Self {
        Self { audio: Some(Format::Mp3), video: false, ..Self::video() }
    }
}

/// The folder of all recordings; the examples' `test` is our `sandbox`.
const FOLDER: &str = "/home/data/recorder/files/sandbox";

/// Writes a recording that has just ended.
pub fn write(recording: &mut Recording, room: Option<&Room>, files: &mut Files) {
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

/// A caller's word as one part of a path.
fn path_part(text: &str) -> String {
    let safe = |c: char| if c == '/' || c == '\\' || c.is_control() { '_' } else { c };
    text.chars().map(safe).collect()
}

/// Where a file of the server can be downloaded.
pub fn url_of(origin: &str, path: &str) -> String {
    let mut url = format!("{origin}/attachment?file=");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The path inside such a URL, or what already is a path (004 L2315 sends the bare path).
pub fn path_in(url: &str) -> String {
    match url.split_once("/attachment?file=") {
        Some((_, encoded)) => {
            form_urlencoded::parse(encoded.replace('+', "%2B").as_bytes()).map(|(path, _)| path.into_owned()).collect()
        }
        None => url.to_owned(),
    }
}

/// One file of a recording, on its way into an answer.
pub struct Described<'a> {
    pub recording: &'a Recording,
    pub path: &'a str,
    pub files: &'a Files,
    pub origin: &'a str,
}

impl Described<'_> {
    pub fn url(&self) -> String {
        url_of(self.origin, self.path)
    }

    /// The web player around the URL, which is not encoded once more (004 L738).
    pub fn play_url(&self) -> String {
        format!("{}/videoPlayer?url={}", self.origin, self.url())
    }

    /// "67.008s"
    pub fn duration(&self) -> String {
        let ms = self.files.duration_ms(self.path);
        format!("{}.{:03}s", ms / 1000, ms % 1000)
    }

    /// "0.234M"
    pub fn size(&self) -> String {
        size_text(self.files.length(self.path))
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// As `mix_record/stop` and `desktop_record/get` list a file (004 L729-L749, L1565-L1580).
    pub fn with_times(&self, name: &str) -> Value {
        json!({
            "download_url": self.url(),
            "duration": self.duration(),
            "play_url": self.play_url(),
            "file_size": self.size(),
            "start_time": self.recording.start_text(),
            "end_time": self.recording.end_text(),
            "room_id": self.recording.room_id,
            "file_type": extension(self.path),
            "name": name,
        })
    }

    /// As `mix_record/get` lists a file inside a recording (004 L866-L876).
    pub fn inside(&self) -> Value {
        json!({
            "download_url": self.url(),
            "duration": self.duration(),
            "file_size": self.size(),
            "play_url": self.play_url(),
        })
    }
}

impl Recording {
    pub fn described<'a>(&'a self, files: &'a Files, origin: &'a str) -> Vec<Described<'a>> {
        let describe = |path: &'a String| Described { recording: self, path, files, origin };
        self.files.iter().map(describe).collect()
    }

    /// All of its files together, "20.547M".
    pub fn size(&self, files: &Files) -> String {
        size_text(self.files.iter().chain(&self.source).map(|path| files.length(path)).sum())
    }

    /// The main file: the source where it was kept, else the first of the others.
    pub fn main_file(&self) -> Option<&str> {
        self.source.as_deref().or(self.files.first().map(String::as_str))
    }
}

fn size_text(bytes: usize) -> String {
    format!("{:.3}M", bytes as f64 / 1_048_576.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_there_and_back() {
        let path = "/home/data/周会 1+2&3.mp4";
        let url = url_of("http://127.0.0.1:1", path);
        assert!(url.is_ascii() && !url.contains(' ') && !url.contains('&'));
        assert_eq!(path_in(&url), path);
        assert_eq!(path_in("/a+b.mp4"), "/a+b.mp4");
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        assert_eq!(path_part("../../etc/x"), ".._.._etc_x");
    }
}
