//! avd: 叁体 AVD, nice2meet sdkapi v2 (document 004).
//!
//! The token travels as a parameter. The envelope has three shapes (T40, T41), and the number of a dead token is
//! printed for a missing room too (T60).

use super::{Judgement, Route, Signed, Signing, envelope, form, message, number, plain_body, target};
use crate::catalog::{Carrier, Method, Operation, PlatformName, table};
use crate::config::{self, AvdKeys, HttpMethod};
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::request::{Body, Prepared};
use crate::secret::Secret;
use crate::token::{Token, is_token};
use crate::transport::{BaseUrl, Upload};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// 004 L3611, T20: more only with `storage_only_cluster`.
const LARGEST_UPLOAD: u64 = 50 << 20;

pub(crate) struct Platform {
    account: Arc<config::Avd>,
}

impl Platform {
    pub(crate) fn new(account: Arc<config::Avd>) -> Platform {
        Platform { account }
    }
}

impl super::Platform for Platform {
    fn name(&self) -> PlatformName {
        PlatformName::Avd
    }

    fn base_url(&self) -> Option<&BaseUrl> {
        Some(&self.account.base_url)
    }

    /// T12, T13. An upload has one way only.
    fn route(&self, operation: &'static Operation) -> Route {
        let (method, carrier) = match (operation.carrier, self.account.http_method) {
            (Carrier::Upload, _) | (_, HttpMethod::Auto) => (operation.method, operation.carrier),
            (_, HttpMethod::Get) => (Method::Get, Carrier::Query),
            (_, HttpMethod::Post) => (Method::Post, Carrier::Form),
        };
        Route { method, path: Cow::Borrowed(operation.path), carrier }
    }

    fn is_tolerant(&self) -> bool {
        true
    }

    /// 004 L3609-L3610.
    fn upload_type(&self, path: &Path) -> Result<&'static str> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("png") => Ok("image/png"),
            Some("jpg") => Ok("image/jpeg"),
            Some("mp3") => Ok("audio/mpeg"),
            Some("mp4") => Ok("video/mp4"),
            Some("avi") => Ok("video/x-msvideo"),
            _ => Err(Error::invalid_argument(
                "parameter \"file\": expected a file whose name ends in png, jpg, mp3, mp4 or avi; the platform takes no others",
            )),
        }
    }

    fn check_upload(&self, upload: &Upload, params: &Members<'_>) -> Result<()> {
        let cluster = params.get("storage_only_cluster");
        let cluster = cluster.is_some_and(|value| matches!(value.get(), "true" | "\"true\""));
        if upload.file_length() <= LARGEST_UPLOAD || cluster {
            return Ok(());
        }
        Err(Error::invalid_argument(format!(
            "parameter \"file\": {} has {} bytes; the platform takes more than 50 MB only with \"storage_only_cluster\": true",
            upload.path().display(),
            upload.file_length()
        )))
    }

    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>> {
        let token = signing.token.map(|token| ("token", token));
        let (in_query, body) = match &prepared.body {
            Body::Form(pairs) => (None, form(token.as_slice(), pairs)),
            Body::Empty if prepared.method == Method::Post => (None, form(token.as_slice(), &[])),
            // T7: the document's table lists no token here.
            upload @ Body::Upload(_) => (token.filter(|_| self.account.upload_token), plain_body(upload, JSON)),
            other => (token, plain_body(other, JSON)),
        };
        Ok(Signed {
            method: prepared.method,
            target: target(&prepared.path, in_query.as_slice(), &prepared.query),
            headers: Vec::new(),
            body,
            request_id: None,
        })
    }

    fn sign_token_request(&self, _signing: &Signing<'_>) -> Result<Signed<'static>> {
        let Some(AvdKeys { access_key, secret_key }) = self.account.credential.keys() else {
            return Err(Error::new(Status::Internal, "a token that was given is not fetched"));
        };
        let route = self.route(&table::AVD_APP_GET_TOKEN);
        let keys = [("access_key", access_key.as_str()), ("secret_key", secret_key.reveal())];
        let (query, body) = match route.carrier {
            Carrier::Query => (keys.as_slice(), super::SignedBody::Empty),
            _ => ([].as_slice(), form(&keys, &[])),
        };
        let target = target(&route.path, query, &[]);
        Ok(Signed { method: route.method, target, headers: Vec::new(), body, request_id: None })
    }

    /// `ret` decides where there is one; else `code`, which is 0 or 200 for a success; with neither, the object itself is
    /// the answer.
    fn judge(&self, body: &[u8]) -> Judgement {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            ret: Option<&'a RawValue>,
            #[serde(borrow)]
            code: Option<&'a RawValue>,
            #[serde(borrow)]
            msg: Option<&'a RawValue>,
        }
        let envelope: Envelope<'_> = match envelope(body) {
            Ok(envelope) => envelope,
            Err(problem) => return Judgement::Unreadable(problem),
        };
        let (name, value, success): (_, _, &[i64]) = match (envelope.ret, envelope.code) {
            (Some(ret), _) => ("ret", ret, &[0]),
            (None, Some(code)) => ("code", code, &[0, 200]),
            (None, None) => return Judgement::Success,
        };
        match number(value) {
            Some(code) if success.contains(&code) => Judgement::Success,
            Some(code) => Judgement::Failure { code, message: message(envelope.msg) },
            None => Judgement::Unreadable(format!("has a \"{name}\" that is no number")),
        }
    }

    /// No lifetime is documented: it lives until it is refused.
    fn read_token(&self, body: &[u8]) -> std::result::Result<(Token, Option<Duration>), String> {
        #[derive(Deserialize)]
        struct Envelope {
            token: Option<String>,
        }
        match envelope::<Envelope>(body)?.token {
            Some(token) if is_token(&token) => Ok((Secret::new(token), None)),
            _ => Err("the platform's answer holds no token".to_owned()),
        }
    }

    fn dead_token_is_ambiguous(&self) -> bool {
        true
    }

    fn hint(&self, code: i64) -> Option<&'static str> {
        match (code, self.account.http_method) {
            (40002, HttpMethod::Auto) => Some(
                "if the parameters are right, the deployment may want them another way: try \"http_method\" \"get\" or \"post\" in the configuration",
            ),
            _ => None,
        }
    }
}

const JSON: &str = "application/json;charset=UTF-8";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform as _;

    fn platform() -> Platform {
        let text = r#"{"platform":"avd","base_url":"http://h","access_key":"a","secret_key":"b"}"#;
        match config::Config::parse(text).unwrap().account {
            config::Account::Avd(account) => Platform::new(account),
            _ => unreachable!(),
        }
    }

    fn failure(code: i64, message: &str) -> Judgement {
        Judgement::Failure { code, message: Some(message.to_owned()) }
    }

    #[test]
    fn three_envelopes_are_one_judgement() {
        let judge = |text: &str| platform().judge(text.as_bytes());
        for success in [
            r#"{"ret":0,"msg":"success"}"#,
            r#"{"ret":"0"}"#,
            r#"{"code":200,"msg":"success"}"#,
            r#"{"code":"0"}"#,
            r#"{"meeting_total":0}"#,
            r#"{"ret":0,"code":500}"#,
            " {\"ret\":0}\n",
        ] {
            assert_eq!(judge(success), Judgement::Success, "{success}");
        }
        assert_eq!(judge(r#"{"ret":40004,"msg":"no such room"}"#), failure(40004, "no such room"));
        assert_eq!(judge(r#"{"code":"41005","msg":5}"#), failure(41005, "5"));
        assert_eq!(judge(r#"{"ret":200,"code":200,"msg":""}"#), failure(200, ""));
        for unreadable in ["", " ", "[0]", "0", "<html>", r#"{"ret":"x"}"#, r#"{"ret":0,}"#, r#"{"ret":0} x"#] {
            assert!(matches!(judge(unreadable), Judgement::Unreadable(_)), "{unreadable}");
        }
    }

    #[test]
    fn only_documented_files_are_taken() {
        let upload_type = |path: &str| platform().upload_type(Path::new(path));
        assert_eq!(upload_type("/x/a.PNG").unwrap(), "image/png");
        assert!(upload_type("/x/a.crx").is_err());
        assert!(upload_type("/x/png").is_err());
    }
}
