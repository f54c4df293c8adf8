//! The files of a platform: recordings, uploads and what the seed put there. A path names a file, as on the real server.

use crate::media_bytes::Format;
use axum::body::Bytes;
use std::collections::BTreeMap;

/// Uploads are kept in memory; above this nothing more fits on the "disk".
const MOST_UPLOADED: usize = 512 * 1024 * 1024;

enum Content {
    Made { format: Format, duration_ms: i64 },
    Uploaded(Bytes),
}

/// What a player learns about a file before it plays it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaFacts {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) duration_ms: i64,
    pub(crate) has_video: bool,
    pub(crate) has_audio: bool,
}

struct StoredFile {
    content: Content,
    media: Option<MediaFacts>,
}

/// Uploads have used up what there is.
#[derive(Debug)]
pub(crate) struct DiskFull;

#[derive(Default)]
pub(crate) struct Files {
    stored: BTreeMap<String, StoredFile>,
    uploaded: usize,
}

impl Files {
    /// A file whose bytes are made when somebody asks for them.
    pub(crate) fn put_made(&mut self, path: &str, format: Format, duration_ms: i64) {
        let media = (format != Format::Tms).then(|| MediaFacts {
            width: if format.is_audio() { 0 } else { 128 },
            height: if format.is_audio() { 0 } else { 96 },
            duration_ms,
            has_video: !format.is_audio(),
            has_audio: format.is_audio(),
        });
        self.put(path, Content::Made { format, duration_ms }, media);
    }

    /// A file of the seed, with the facts of the documents' samples.
    pub(crate) fn put_resource(&mut self, path: &str, media: MediaFacts) {
        let content = Content::Made { format: Format::Mp4, duration_ms: media.duration_ms };
        self.put(path, content, Some(media));
    }

    /// An upload, which replaces one of the same path. Nobody looks into it: a player is told of a minute of it.
    pub(crate) fn put_uploaded(&mut self, path: &str, bytes: Bytes) -> Result<(), DiskFull> {
        self.remove(path);
        if self.uploaded.saturating_add(bytes.len()) > MOST_UPLOADED {
            return Err(DiskFull);
        }
        self.uploaded += bytes.len();
        let video = matches!(extension(path), "mp4" | "avi");
        let media = (video || extension(path) == "mp3").then_some(MediaFacts {
            width: if video { 1280 } else { 0 },
            height: if video { 720 } else { 0 },
            duration_ms: 60_000,
            has_video: video,
            has_audio: true,
        });
        self.put(path, Content::Uploaded(bytes), media);
        Ok(())
    }

    pub(crate) fn remove(&mut self, path: &str) {
        if let Some(StoredFile { content: Content::Uploaded(bytes), .. }) = self.stored.remove(path) {
            self.uploaded -= bytes.len();
        }
    }

    pub(crate) fn media(&self, path: &str) -> Option<&MediaFacts> {
        self.stored.get(path)?.media.as_ref()
    }

    pub(crate) fn bytes(&self, path: &str) -> Option<Bytes> {
        Some(match &self.stored.get(path)?.content {
            Content::Made { format, duration_ms } => Bytes::from(format.bytes(*duration_ms)),
            Content::Uploaded(bytes) => bytes.clone(),
        })
    }

    pub(crate) fn length(&self, path: &str) -> usize {
        match self.stored.get(path).map(|file| &file.content) {
            Some(Content::Made { format, duration_ms }) => format.length(*duration_ms),
            Some(Content::Uploaded(bytes)) => bytes.len(),
            None => 0,
        }
    }

    pub(crate) fn duration_ms(&self, path: &str) -> i64 {
        match self.stored.get(path).map(|file| &file.content) {
            Some(Content::Made { duration_ms, .. }) => *duration_ms,
            _ => 0,
        }
    }

    fn put(&mut self, path: &str, content: Content, media: Option<MediaFacts>) {
        self.remove(path);
        self.stored.insert(path.to_owned(), StoredFile { content, media });
    }
}

/// What follows the last dot of a path's last part.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// A caller's word as one part of a path.
pub(crate) fn path_part(text: &str) -> String {
    let safe = |c: char| if c == '/' || c == '\\' || c.is_control() { '_' } else { c };
    text.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        assert_eq!(path_part("../../etc/x"), ".._.._etc_x");
    }
}
