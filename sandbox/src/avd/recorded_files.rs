//! How answers describe the files that a recording left on the server.

use super::world::recording::Recording;
use crate::file_answer;
use crate::files::{Files, extension};
use serde_json::{Value, json};

/// Where a file of the server can be downloaded.
pub(crate) fn url_of(origin: &str, path: &str) -> String {
    file_answer::url_of(origin, "/attachment", path)
}

/// The path inside such a URL, or what already is a path (004 L2315 sends the bare path).
pub(crate) fn path_in(url: &str) -> String {
    match url.split_once("/attachment?file=") {
        Some((_, encoded)) => {
            form_urlencoded::parse(encoded.replace('+', "%2B").as_bytes()).map(|(path, _)| path.into_owned()).collect()
        }
        None => url.to_owned(),
    }
}

/// One file of a recording, on its way into an answer.
pub(crate) struct Described<'a> {
    pub(crate) recording: &'a Recording,
    pub(crate) path: &'a str,
    pub(crate) files: &'a Files,
    pub(crate) origin: &'a str,
}

impl<'a> Described<'a> {
    pub(crate) fn all_of(recording: &'a Recording, files: &'a Files, origin: &'a str) -> Vec<Self> {
        recording.files.iter().map(|path| Self { recording, path, files, origin }).collect()
    }

    pub(crate) fn url(&self) -> String {
        url_of(self.origin, self.path)
    }

    /// The web player around the URL, which is not encoded once more (004 L738).
    pub(crate) fn play_url(&self) -> String {
        format!("{}/videoPlayer?url={}", self.origin, self.url())
    }

    /// "67.008s"
    pub(crate) fn duration(&self) -> String {
        let ms = self.files.duration_ms(self.path);
        format!("{}.{:03}s", ms / 1000, ms % 1000)
    }

    /// "0.234M"
    pub(crate) fn size(&self) -> String {
        size_text(self.files.length(self.path))
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// As `mix_record/stop` and `desktop_record/get` list a file (004 L729-L749, L1565-L1580).
    pub(crate) fn with_times(&self, name: &str) -> Value {
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
    pub(crate) fn inside(&self) -> Value {
        json!({
            "download_url": self.url(),
            "duration": self.duration(),
            "file_size": self.size(),
            "play_url": self.play_url(),
        })
    }
}

/// All files of a recording together, "20.547M".
pub(crate) fn size_of(recording: &Recording, files: &Files) -> String {
    size_text(recording.files.iter().chain(&recording.source).map(|path| files.length(path)).sum())
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
}
