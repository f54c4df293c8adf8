//! avd: 叁体 AVD, nice2meet sdkapi v2 (document 004).
//!
//! The token travels as a parameter. The envelope has three shapes (T40, T41), and the number of a dead token is
//! printed for a missing room too (T60).

use super::{
    FormIn, FormWay, Judgement, Route, Signed, SignedBody, Signing, Tokens, Uploads, envelope, form, message,
    plain_body, target, token,
};
use crate::catalog::{Carrier, Method, Operation, PlatformName, table};
use crate::config::{self, AvdKeys, HttpMethod};
use crate::error::{Error, Result, Status};
use crate::json::{Members, whole_number};
use crate::request::{Body, Pair, Prepared};
use crate::token::Token;
use crate::transport::{BaseUrl, Upload};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// 004 L3611, T20: more only with `storage_only_cluster`.
const LARGEST_UPLOAD: u64 = 50 << 20;

pub(crate) struct Platform {
    account: Arc<config::Avd>,
    form_way: FormWay,
}

impl Platform {
    pub(crate) fn new(account: Arc<config::Avd>) -> Platform {
        Platform { account, form_way: FormWay::default() }
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
        Route { method, path: Cow::Borrowed(operation.path.as_str()), carrier }
    }

    fn own_parameters(&self) -> &'static [&'static str] {
        &["token"]
    }

    fn is_tolerant(&self) -> bool {
        true
    }

    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>> {
        let token = signing.token.map(|token| ("token", token));
        Ok(match &prepared.body {
            Body::Form(pairs) => signed_form(prepared, token.as_slice(), pairs, signing.form),
            Body::Empty if prepared.method == Method::Post => {
                signed_form(prepared, token.as_slice(), &[], signing.form)
            }
            // T7: the document's table lists no token here.
            upload @ Body::Upload(_) => {
                signed(prepared, token.filter(|_| self.account.upload_token).as_slice(), plain_body(upload, JSON))
            }
            other => signed(prepared, token.as_slice(), plain_body(other, JSON)),
        })
    }

    /// `ret` decides where there is one; else `code`, which is 0 or 200 for a success; with neither, the object itself is
    /// the answer of one operation (T41).
    fn judge(&self, body: &str, bare: bool) -> Judgement {
        let [ret, code, msg] = match envelope(body, ["ret", "code", "msg"]) {
            Ok(envelope) => envelope,
            Err(problem) => return Judgement::Unreadable(problem),
        };
        let (name, value, success): (_, _, &[i64]) = match (ret, code) {
            (Some(ret), _) => ("ret", ret, &[0]),
            (None, Some(code)) => ("code", code, &[0, 200]),
            (None, None) if bare => return Judgement::Success,
            (None, None) => return Judgement::Unreadable("has neither \"ret\" nor \"code\"".to_owned()),
        };
        match whole_number(value) {
            Some(code) if success.contains(&code) => Judgement::Success,
            Some(code) => Judgement::Failure { code, message: message(msg) },
            None => Judgement::Unreadable(format!("has a \"{name}\" that is no number")),
        }
    }

    fn hint(&self, code: i64) -> Option<&'static str> {
        match (code, self.account.http_method) {
            (40002, HttpMethod::Auto) => Some(
                "if the parameters are right, the deployment may want them another way: try \"http_method\" \"get\" or \"post\" in the configuration",
            ),
            _ => None,
        }
    }

    fn hint_on_long_url(&self) -> Option<&'static str> {
        Some("\"http_method\": \"post\" in the configuration puts the parameters into the body")
    }

    fn http_method(&self) -> Option<&'static str> {
        match (self.account.http_method, self.form_way.known()) {
            (HttpMethod::Get, _) | (HttpMethod::Auto, Some(FormIn::Query)) => Some("get"),
            (HttpMethod::Post, _) | (HttpMethod::Auto, Some(FormIn::Body)) => Some("post"),
            (HttpMethod::Auto, None) => None,
        }
    }

    fn tokens(&self) -> Option<&dyn Tokens> {
        Some(self)
    }

    fn uploads(&self) -> Option<&dyn Uploads> {
        Some(self)
    }

    fn form_way(&self) -> Option<&FormWay> {
        (self.account.http_method == HttpMethod::Auto).then_some(&self.form_way)
    }
}

impl Tokens for Platform {
    fn sign_request(&self, signing: &Signing<'_>) -> Result<Signed<'static>> {
        let Some(AvdKeys { access_key, secret_key }) = self.account.credential.keys() else {
            return Err(Error::new(Status::Internal, "a token that was given is not fetched"));
        };
        let route = super::Platform::route(self, &table::AVD_APP_GET_TOKEN);
        let keys = [("access_key", access_key.as_str()), ("secret_key", secret_key.reveal())];
        let (method, query, body) = match (route.carrier, signing.form) {
            (Carrier::Query, _) | (_, FormIn::Query) => (Method::Get, keys.as_slice(), SignedBody::Empty),
            (_, FormIn::Body) => (route.method, [].as_slice(), form(&keys, &[])),
        };
        let target = target(&route.path, query, &[]);
        Ok(Signed { method, target, headers: Vec::new(), body, request_id: None, derived: None })
    }

    /// No lifetime is documented: it lives until it is refused.
    fn read(&self, body: &str) -> std::result::Result<(Token, Option<Duration>), String> {
        let [found] = envelope(body, ["token"])?;
        Ok((token(found, "token")?, None))
    }

    fn fetch_kills_old(&self) -> bool {
        false
    }

    fn dead_is_ambiguous(&self) -> bool {
        true
    }
}

impl Uploads for Platform {
    /// 004 L3609-L3610.
    fn content_type(&self, path: &Path) -> Result<&'static str> {
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

    fn check(&self, upload: &Upload<'_>, params: &Members<'_>) -> Result<()> {
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
}

/// A request with the credential in its query.
fn signed<'a>(prepared: &'a Prepared<'a>, own: &[(&str, &str)], body: SignedBody<'a>) -> Signed<'a> {
    let target = target(&prepared.path, own, &prepared.query);
    Signed { method: prepared.method, target, headers: Vec::new(), body, request_id: None, derived: None }
}

/// A form with the credential in it; or the same as a query.
fn signed_form<'a>(prepared: &'a Prepared<'a>, own: &[(&str, &str)], pairs: &[Pair<'_>], way: FormIn) -> Signed<'a> {
    let (method, target, body) = match way {
        FormIn::Body => (prepared.method, target(&prepared.path, &[], &prepared.query), form(own, pairs)),
        FormIn::Query => {
            let all: Vec<Pair<'_>> = prepared.query.iter().chain(pairs).cloned().collect();
            (Method::Get, target(&prepared.path, own, &all), SignedBody::Empty)
        }
    };
    Signed { method, target, headers: Vec::new(), body, request_id: None, derived: None }
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
        Judgement::Failure { code, message: Some(message.into()) }
    }

    #[test]
    fn three_envelopes_are_one_judgement() {
        let judge = |text: &str| platform().judge(text, false);
        for success in [
            r#"{"ret":0,"msg":"success"}"#,
            r#"{"ret":"0"}"#,
            r#"{"code":200,"msg":"success"}"#,
            r#"{"code":"0"}"#,
            r#"{"ret":0.0}"#,
            r#"{"ret":"0.0"}"#,
            r#"{"code":200.0}"#,
            r#"{"ret":1,"ret":0}"#,
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
        assert_eq!(judge(r#"{"ret":4.0003e4}"#), Judgement::Failure { code: 40003, message: None });
        for no_success in [r#"{"ret":null}"#, r#"{"error":"unauthorized"}"#, r#"{"ret":false}"#, r#"{"ret":0.5}"#, "{}"]
        {
            assert!(matches!(judge(no_success), Judgement::Unreadable(_)), "{no_success}");
        }
        let bare = |text: &str| platform().judge(text, true);
        assert_eq!(bare(r#"{"meeting_total":0}"#), Judgement::Success, "get_statistic and raw calls");
        assert!(matches!(bare(r#"{"ret":null}"#), Judgement::Unreadable(_)));
    }

    #[test]
    fn only_documented_files_are_taken() {
        let upload_type = |path: &str| platform().content_type(Path::new(path));
        assert_eq!(upload_type("/x/a.PNG").unwrap(), "image/png");
        assert!(upload_type("/x/a.crx").is_err());
        assert!(upload_type("/x/png").is_err());
    }
}
