//! The view of a room into which the server puts all videos.

use serde_json::{Map, Value};

/// The view of one room while it is on.
pub(crate) struct ComposedView {
    /// 0 fixed, 1 gallery, 2 speaker (004 L1301; T15).
    pub(crate) layout_mode: i64,
    pub(crate) name: String,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) frame_rate: i64,
    pub(crate) bit_rate: Option<i64>,
    pub(crate) stream_id: String,
    /// The selected videos, by name.
    pub(crate) videos: Map<String, Value>,
}

impl ComposedView {
    /// What a room has that was created with the composed view on: 1080p, as the sample shows (004 L2302).
    pub(crate) fn automatic(stream_id: String) -> Self {
        Self {
            layout_mode: 1,
            name: "avc".to_owned(),
            width: 1920,
            height: 1080,
            frame_rate: 25,
            bit_rate: None,
            stream_id,
            videos: Map::new(),
        }
    }

    /// Takes over what the call sets of it.
    pub(crate) fn change(&mut self, change: Change) {
        if let Some(mode) = change.layout_mode {
            self.layout_mode = mode;
        }
        if let Some(name) = change.name {
            self.name = name;
        }
        if let Some(rate) = change.frame_rate {
            self.frame_rate = rate;
        }
        if let Some(rate) = change.bit_rate {
            self.bit_rate = Some(rate);
        }
        if let Some((width, height)) = change.resolution {
            self.width = width;
            self.height = height;
        }
    }
}

/// What a call sets of a view.
pub(crate) struct Change {
    pub(crate) layout_mode: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) frame_rate: Option<i64>,
    pub(crate) bit_rate: Option<i64>,
    pub(crate) resolution: Option<(i64, i64)>,
}
