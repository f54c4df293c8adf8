//! Layouts: which video goes where (004 L647, L984-L991, L1039).

use serde_json::Value;

/// Whether this is a layout: objects with a video name and a place. T16: one example says `order` for `zorder`. The
/// examples go beyond the picture (x 1.7, h 2), so no range is checked.
pub(crate) fn is_layout(items: &[Value]) -> bool {
    items.iter().all(|item| {
        let named = item.get("video_name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
        let depth = item.get("zorder").or_else(|| item.get("order"));
        named
            && depth.is_some_and(is_number)
            && ["x", "y", "w", "h"].iter().all(|side| item.get(side).is_some_and(is_number))
    })
}

/// `[{"user_id":"123456","channel":1}]`: channel 0 both, 1 left, 2 right, 0 by default (004 L1081).
pub(crate) fn is_audio_layout(items: &[Value]) -> bool {
    items.iter().all(|item| {
        let named = item.get("user_id").is_some_and(|id| id.is_string() || id.is_number());
        let channel = item.get("channel").map_or(Some(0), integer);
        named && channel.is_some_and(|channel| (0..=2).contains(&channel))
    })
}

/// `["49","83c9928591924b98a8d7783730ef4772"]` (004 L1034).
pub(crate) fn are_user_ids(items: &[Value]) -> bool {
    items.iter().all(|item| item.is_string() || item.is_number())
}

/// `1280*720` (004 L644, L1305): width and height.
pub(crate) fn resolution(text: &str) -> Option<(i64, i64)> {
    let (width, height) = text.split_once('*')?;
    let side = |text: &str| text.trim().parse::<i64>().ok().filter(|side| *side > 0);
    Some((side(width)?, side(height)?))
}

/// T54: a number may come as text.
fn is_number(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite))
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn items(value: Value) -> Vec<Value> {
        value.as_array().cloned().unwrap_or_default()
    }

    #[test]
    fn the_documents_layouts() {
        assert!(is_layout(&items(json!([{"video_name": "业务区", "zorder": 0, "x": 0, "y": 0, "w": 0.5, "h": 1}]))));
        assert!(is_layout(&items(json!([{"video_name": "vivo", "order": 1, "x": 1.7, "y": 0, "w": 0.3, "h": "0.3"}]))));
        assert!(!is_layout(&items(json!([{"video_name": "a", "x": 0, "y": 0, "w": 1, "h": 1}]))));
        assert!(!is_layout(&items(json!(["16_video1"]))));
        assert!(is_audio_layout(&items(json!([{"user_id": "2", "channel": 1}, {"user_id": 3}]))));
        assert!(!is_audio_layout(&items(json!([{"user_id": "2", "channel": 3}]))));
        assert_eq!(resolution("1280 * 720"), Some((1280, 720)));
        assert_eq!(resolution("1280x720"), None);
    }
}
