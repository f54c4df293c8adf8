//! Pushing a recording's sound elsewhere: `audio_data_exporter_address` (004 L666) and its three numbers (L3781-L3783).
//!
//! Which of them says what is not written. Taken here: an object that names nobody to push to has no push information;
//! somebody who publishes no sound has no stream to push; a host that is down cannot be connected to.

use super::address;
use super::refusal::{NO_PUSH_INFO, NO_PUSHED_STREAM, PUSH_UNREACHABLE, RECORDING_SETTING, Refusal};
use super::world::room::Room;
use serde_json::Value;

const NAME: &str = "audio_data_exporter_address";

/// Checks the parameter; nothing is really pushed.
pub(crate) fn check(text: &str, room: &Room) -> Result<(), Refusal> {
    let settings: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    if !settings.is_object() {
        return Err(wrong());
    }
    let mixed = targets(&settings, "mixer_audio")?;
    let single = targets(&settings, "single_audios")?;
    if mixed.is_empty() && single.is_empty() {
        return Err(Refusal::of(NO_PUSH_INFO));
    }
    for target in single {
        let user_id = target.get("user_id").and_then(Value::as_str).ok_or_else(wrong)?;
        let heard = room.present().any(|user| user.id == user_id && user.audios.iter().any(|audio| audio.published));
        if !heard {
            return Err(Refusal::of(NO_PUSHED_STREAM));
        }
    }
    for target in mixed.iter().chain(single) {
        let to = target.get("address").and_then(Value::as_str).ok_or_else(wrong)?;
        if address::is_down(address::host(to)) {
            return Err(Refusal::of(PUSH_UNREACHABLE));
        }
    }
    Ok(())
}

fn targets<'a>(settings: &'a Value, name: &str) -> Result<&'a [Value], Refusal> {
    match settings.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(targets)) => Ok(targets),
        Some(_) => Err(wrong()),
    }
}

fn wrong() -> Refusal {
    Refusal::setting(RECORDING_SETTING, NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avd::world::room::{Audio, Participant};

    fn room() -> Room {
        let mut room = Room::new("1", "16");
        room.open(0);
        for (id, published) in [("16", true), ("49", false)] {
            let audio = Audio { id: format!("{id}_default"), name: "microphone".to_owned(), published };
            let user = Participant {
                id: id.to_owned(),
                name: id.to_owned(),
                client: "web".to_owned(),
                node_id: 1,
                user_data: None,
                videos: Vec::new(),
                audios: vec![audio],
            };
            room.meeting_mut().unwrap().join(user, 0);
        }
        room
    }

    #[test]
    fn what_is_pushed_where() {
        let number = |text: &str| check(text, &room()).map_err(|refusal| refusal.number);
        let to = r#""type":"udp","address":"192.0.2.40:9000""#;
        assert_eq!(number(&format!(r#"{{"mixer_audio":[{{{to}}}]}}"#)), Ok(()));
        assert_eq!(number(&format!(r#"{{"single_audios":[{{"user_id":"16",{to}}}]}}"#)), Ok(()));
        assert_eq!(number(r#"{"mixer_audio":[],"single_audios":[]}"#), Err(40101));
        assert_eq!(number("{}"), Err(40101));
        assert_eq!(number(&format!(r#"{{"single_audios":[{{"user_id":"49",{to}}}]}}"#)), Err(40102));
        assert_eq!(number(r#"{"mixer_audio":[{"address":"down.invalid:9000"}]}"#), Err(40104));
        for text in ["", "[]", r#"{"mixer_audio":{}}"#, r#"{"mixer_audio":[{}]}"#, r#"{"single_audios":[{}]}"#] {
            assert_eq!(number(text), Err(40043), "{text}");
        }
    }
}
