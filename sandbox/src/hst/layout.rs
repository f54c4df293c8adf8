//! What a recording shows: layouts, overlays, and how an automatic recording arranges its pictures (the vendor's later pages).

use super::arguments::Body;
use super::recorder::within;
use super::refusal::Refusal;
use serde_json::Value;

/// One of the two lists at least: chosen, since a layout of nothing would start a recording of nothing. Users and media are
/// known to terminals only: any is taken.
pub(crate) fn check(body: &Body) -> Result<(), Refusal> {
    let sounds = body.list("audio_list")?;
    let pictures = body.list("video_list")?;
    if sounds.is_none() && pictures.is_none() {
        return Err(Refusal::missing("audio_list or video_list"));
    }
    for sound in sounds.into_iter().flatten() {
        let sound = Body::item(sound, "audio_list")?;
        sound.required_string("user_id")?;
        sound.required_string("media_id")?;
        sound.required_long("media_type")?;
        within(&sound, "media_type", 1..=1, 1)?;
    }
    for picture in pictures.into_iter().flatten() {
        let picture = Body::item(picture, "video_list")?;
        // L3: a string, or a number.
        if !picture.get("user_id").is_some_and(Value::is_i64) {
            picture.required_string("user_id")?;
        }
        picture.required_string("media_id")?;
        if !matches!(picture.required_long("media_type")?, 0 | 2) {
            return Err(Refusal::wrong("media_type is 0 or 2"));
        }
        within(&picture, "x", 0..=1920, 0)?;
        within(&picture, "y", 0..=1080, 0)?;
        within(&picture, "w", 1..=1920, 320)?;
        within(&picture, "h", 1..=1080, 240)?;
        within(&picture, "crop_mode", 1..=3, 1)?;
    }
    Ok(())
}

/// `auto` of `init`.
pub(crate) fn check_automatic(auto: &Body) -> Result<(), Refusal> {
    within(auto, "type", 1..=2, 1)?;
    auto.string("user_id")?;
    auto.int("media_type")?;
    within(auto, "media_count", 1..=9, 9)?;
    within(auto, "crop_mode", 1..=3, 2)?;
    Ok(())
}

pub(crate) fn check_overlay(body: &Body) -> Result<(), Refusal> {
    for subtitle in body.list("subtitle_list")?.into_iter().flatten() {
        let subtitle = Body::item(subtitle, "subtitle_list")?;
        subtitle.required_string("content")?;
        for name in ["x", "y", "color", "size", "transparency"] {
            subtitle.required_long(name)?;
        }
    }
    for logo in body.list("logo_list")?.into_iter().flatten() {
        let logo = Body::item(logo, "logo_list")?;
        logo.required_string("file_path")?;
        logo.required_long("x")?;
        logo.required_long("y")?;
        if !logo.get("scaleratio").is_some_and(Value::is_number) {
            return Err(Refusal::wrong("scaleratio must be a number"));
        }
    }
    Ok(())
}
