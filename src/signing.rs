//! The signatures that callers need beside the calls: terminals log in to a media SDK with a user token, and other tools
//! sign requests of their own with a checksum. JSON in, JSON out.

use crate::catalog::{Field, More, Type, Word};
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::json::check::{Rules, check};
use crate::platform::{DevToken, youme_checksum as checksum_of, youme_user_token as youme_user_token_of};
use crate::random;
use crate::unix_time::now_ms;
use serde::Serialize;

const RULES: Rules = Rules { noun: "parameter", tolerant: false };

const HST_USER_TOKEN: &[Field] = &[
    Field { name: Word::of("app_id"), required: true, ..Field::EMPTY },
    Field { name: Word::of("app_secret"), required: true, secret: true, ..Field::EMPTY },
    Field { name: Word::of("group_id"), ..Field::EMPTY },
    Field { name: Word::of("user_id"), ..Field::EMPTY },
    Field { name: Word::of("expire_time"), kind: Type::Integer, ..Field::EMPTY },
    Field {
        name: Word::of("timestamp_ms"),
        kind: Type::Integer,
        more: Some(&More { min: Some(0), ..More::NONE }),
        ..Field::EMPTY
    },
    Field {
        name: Word::of("random"),
        kind: Type::Integer,
        more: Some(&More { min: Some(0), max: Some(0x7fff_ffff), ..More::NONE }),
        ..Field::EMPTY
    },
];

const CHECKSUM: &[Field] = &[
    Field { name: Word::of("app_secret"), required: true, secret: true, ..Field::EMPTY },
    Field { name: Word::of("rest_api_key"), required: true, secret: true, ..Field::EMPTY },
    Field {
        name: Word::of("curtime"),
        kind: Type::Integer,
        more: Some(&More { min: Some(0), ..More::NONE }),
        ..Field::EMPTY
    },
];

const YOUME_USER_TOKEN: &[Field] = &[
    Field { name: Word::of("app_key"), required: true, ..Field::EMPTY },
    Field { name: Word::of("rest_api_key"), required: true, secret: true, ..Field::EMPTY },
    Field { name: Word::of("user_id"), required: true, ..Field::EMPTY },
];

/// The token with which an end user logs in to the media SDK of hst, by the algorithm of the vendor's TokenGenerator:
/// `{"user_token":"001…"}`. Parameters: `meetgate_hst_user_token` in the C header.
pub fn hst_user_token(params: &str) -> Result<String> {
    let params = read("hst user token", HST_USER_TOKEN, params)?;
    let text = |name| params.text(name).unwrap_or_default();
    let (app_id, app_secret, group_id, user_id) =
        (text("app_id"), text("app_secret"), text("group_id"), text("user_id"));
    if app_secret.len() != 16 {
        let got = app_secret.len();
        return Err(Error::invalid_argument(format!(
            "hst user token: parameter \"app_secret\": expected exactly 16 bytes, got {got}"
        )));
    }
    let random = match params.integer("random") {
        Some(random) => random as u32,
        None => random::u31()?,
    };
    let token = DevToken {
        aid: &app_id,
        gid: &group_id,
        uid: &user_id,
        et: params.integer("expire_time").unwrap_or(0),
        ts: params.integer("timestamp_ms").unwrap_or_else(now_ms),
        r: random,
    };
    write(&UserToken { user_token: token.encrypt(&app_secret)? })
}

/// The checksum of a youme request: `{"checksum":"…","curtime":"…"}`. Parameters: `meetgate_youme_checksum` in the C header.
pub fn youme_checksum(params: &str) -> Result<String> {
    let params = read("youme checksum", CHECKSUM, params)?;
    let curtime = params.integer("curtime").unwrap_or_else(|| now_ms() / 1000).to_string();
    let secret = |name| params.text(name).unwrap_or_default();
    #[derive(Serialize)]
    struct Answer<'a> {
        checksum: String,
        curtime: &'a str,
    }
    let checksum = checksum_of(&secret("app_secret"), &secret("rest_api_key"), &curtime);
    write(&Answer { checksum, curtime: &curtime })
}

/// The token with which an end user logs in to the media SDK of youme (Y24): `{"user_token":"…"}`. Parameters:
/// `meetgate_youme_user_token` in the C header.
pub fn youme_user_token(params: &str) -> Result<String> {
    let params = read("youme user token", YOUME_USER_TOKEN, params)?;
    let text = |name| params.text(name).unwrap_or_default();
    write(&UserToken { user_token: youme_user_token_of(&text("app_key"), &text("rest_api_key"), &text("user_id")) })
}

#[derive(Serialize)]
struct UserToken {
    user_token: String,
}

fn read<'a>(what: &str, fields: &[Field], params: &'a str) -> Result<Members<'a>> {
    let refuse = |problem: String| Error::invalid_argument(format!("{what}: {problem}"));
    let members = Members::parse(params).map_err(refuse)?;
    check(fields, &members, RULES).map_err(refuse)?;
    match fields.iter().find(|field| field.required && members.text(&field.name).is_some_and(|text| text.is_empty())) {
        Some(empty) => Err(refuse(format!("parameter \"{}\" is empty", empty.name))),
        None => Ok(members),
    }
}

fn write(answer: &impl Serialize) -> Result<String> {
    serde_json::to_string(answer).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &str = r#"{"app_id":"a92b622559266609176621caf44f5857","app_secret":"1234567890123456",
        "timestamp_ms":1575962150000,"random":42}"#;

    #[test]
    fn the_user_token_is_the_vendors() {
        assert_eq!(
            hst_user_token(VECTOR).unwrap(),
            r#"{"user_token":"001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL"}"#
        );
        let with =
            |member: &str| hst_user_token(&VECTOR.replace("\"random\"", &format!("{member},\"random\""))).unwrap();
        let all = [r#""group_id":"g""#, r#""user_id":"u""#, r#""expire_time":60"#].map(with);
        assert!(all.iter().all(|token| *token != hst_user_token(VECTOR).unwrap()), "each takes part");
        assert_eq!(with(r#""group_id":"","expire_time":0"#), hst_user_token(VECTOR).unwrap(), "unused is left out");
    }

    #[test]
    fn the_checksum_is_the_documents() {
        let vector = r#"{"app_secret":"appsecret","rest_api_key":"restapikey","curtime":1575962150}"#;
        assert_eq!(
            youme_checksum(vector).unwrap(),
            r#"{"checksum":"ce676fea59cd36616466e14f1d1abd337ae2e100","curtime":"1575962150"}"#
        );
    }

    #[test]
    fn the_user_token_of_youme_is_what_sha1sum_makes() {
        for (user_id, token) in [
            ("u1001", "20925236e642d4b5cec89a12be848104d001153d"),
            ("张三", "3cb7785996443fee6b13273df366a15026ae5e97"),
        ] {
            let params = format!(r#"{{"app_key":"appkey","rest_api_key":"restapikey","user_id":"{user_id}"}}"#);
            assert_eq!(youme_user_token(&params).unwrap(), format!(r#"{{"user_token":"{token}"}}"#));
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_shown() {
        let short = VECTOR.replace("3456", "");
        for (params, words) in [
            (short.as_str(), ["\"app_secret\"", "16 bytes, got 8"]),
            (r#"{"app_secret":"1234567890123456"}"#, ["\"app_id\"", "missing"]),
            (r#"{"app_id":"","app_secret":"1234567890123456"}"#, ["\"app_id\"", "empty"]),
            (
                r#"{"app_id":"a","app_secret":"1234567890123456","userid":"u"}"#,
                ["\"userid\"", "did you mean \"user_id\""],
            ),
            (r#"{"app_id":"a","app_secret":"1234567890123456","expire_time":"1"}"#, ["\"expire_time\"", "integer"]),
        ] {
            let error = hst_user_token(params).unwrap_err();
            assert_eq!(error.status(), Status::InvalidArgument);
            for word in words {
                assert!(error.to_string().contains(word), "{error} lacks {word}");
            }
            assert!(!error.to_json().contains("12345678"), "{error}");
        }
        assert!(youme_checksum("[]").is_err());
    }
}
