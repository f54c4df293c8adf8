//! The answers, in memory: head and body of each.

use crate::Outcome;
use crate::asking::{ask, encode, find};
use crate::wish::{Wish, split};
use meetgate_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

pub const ROOM: &str = "12345123456";
const READ: &str = "/sdkapi/v2/room/read?";
const QUERY: &str = "/v2/video/query_room_info?";
const UPLOAD: &str = "/uploadfile?";
const REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
/// A row of a long answer. Some of its text is Chinese, as that of the platforms is.
const ROW: &str = r#"{"user_id":"3012","name":"参会者王小明","role":2,"online":true,"enter":1575943200}"#;

type Bytes = Rc<[u8]>;

pub struct Answers {
    pub token: String,
    /// The configuration of a youme client, but for its address.
    pub youme: Value,
    /// As it stands in a query.
    has_token: String,
    /// Of the request for a room of avd.
    read: Bytes,
    /// Of the request for a room of youme.
    query: Bytes,
    /// Of an upload to avd.
    upload: Bytes,
    /// hst's envelope, for every path that is neither avd's nor youme's.
    hst: Bytes,
    refused: Bytes,
    long: RefCell<HashMap<Wish, Bytes>>,
}

impl Answers {
    pub fn of_sandbox() -> Outcome<Answers> {
        let sandbox = Sandbox::start(Options::default())?;
        let configurations = sandbox.configurations();
        let setting = |name: &str| {
            let value = configurations.pointer(name).and_then(Value::as_str);
            value.ok_or_else(|| format!("the sandbox has no {name}"))
        };
        let address = setting("/avd/base_url")?.trim_start_matches("http://");
        let keys = format!(
            "access_key={}&secret_key={}",
            encode(setting("/avd/access_key")?),
            encode(setting("/avd/secret_key")?)
        );
        let (_, body) = ask(address, &format!("GET /sdkapi/v2/app/get_token?{keys}"), "")?;
        let answer: Value = serde_json::from_slice(&body)?;
        let token = answer.get("token").and_then(Value::as_str).ok_or("no token")?.to_owned();
        let has_token = format!("token={}", encode(&token));
        let read = expect(r#""ret":0"#, ask(address, &format!("GET {READ}{has_token}&room_id={ROOM}"), "")?)?;

        let (app_key, secret) = (setting("/youme/app_key")?, setting("/youme/app_secret")?);
        let rest_api_key = setting("/youme/rest_api_key")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut checksum = String::new();
        for byte in Sha1::digest(format!("{secret}{rest_api_key}{now}")) {
            write!(checksum, "{byte:02x}")?;
        }
        let signed = format!("appkey={app_key}&identifier=admin&curtime={now}&checksum={checksum}&seq=1");
        let body = r#"{"RoomId":"客户服务","BeginTime":"1575907200"}"#;
        let query = expect(r#""ErrorCode":0"#, ask(address, &format!("POST {QUERY}{signed}"), body)?)?;
        Ok(Answers {
            token,
            youme: json!({
                "platform": "youme", "app_key": app_key, "app_secret": secret, "rest_api_key": rest_api_key
            }),
            has_token,
            read,
            query,
            upload: answer_of(
                r#"{"ret":0,"msg":"success","download_url":"http://127.0.0.1/attachment?file=/clip.mp4"}"#,
            ),
            hst: answer_of(r#"{"code":0,"msg":"OK","result":{"app_name":"会议演示","status":"online"}}"#),
            refused: REFUSED.into(),
            long: RefCell::default(),
        })
    }

    /// The answer to a request. `None`: there never is one.
    pub fn to(&self, method: &str, target: &str) -> (Wish, Bytes) {
        let (wish, path) = split(target);
        let has = |part: &str| find(path.as_bytes(), part.as_bytes()).is_some();
        let usual = if path.starts_with(READ) {
            (method == "GET" && has(&self.has_token) && has("room_id=")).then_some(&self.read)
        } else if path.starts_with(QUERY) {
            (method == "POST" && has("&checksum=") && has("&curtime=")).then_some(&self.query)
        } else if path.starts_with(UPLOAD) {
            (method == "POST" && has(&self.has_token)).then_some(&self.upload)
        } else {
            Some(&self.hst)
        };
        let answer = match (usual, wish) {
            (None, _) => &self.refused,
            (Some(_), Wish::Rows(_) | Wish::Text(_)) => return (wish, self.long(wish)),
            (Some(usual), _) => usual,
        };
        (wish, Rc::clone(answer))
    }

    /// Made when it is asked for the first time.
    fn long(&self, wish: Wish) -> Bytes {
        Rc::clone(self.long.borrow_mut().entry(wish).or_insert_with(|| {
            let (begin, part, between, end, bytes) = match wish {
                Wish::Text(bytes) => (r#"{"ret":0,"msg":"success","data":{"text":""#, "5L2g5aW9", "", r#""}}"#, bytes),
                Wish::Rows(bytes) => (r#"{"ret":0,"msg":"success","data":["#, ROW, ",", "]}", bytes),
                Wish::Usual | Wish::Delay(_) | Wish::Never => ("{", "", "", "}", 0),
            };
            let parts = bytes / (part.len() + between.len()).max(1);
            answer_of(&format!("{begin}{}{end}", vec![part; parts.max(1)].join(between)))
        }))
    }
}

fn answer_of(body: &str) -> Bytes {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head, body.to_owned()].concat().into_bytes().into()
}

fn expect(part: &str, (head, body): (Vec<u8>, Vec<u8>)) -> Outcome<Bytes> {
    if find(&body, part.as_bytes()).is_none() {
        return Err(String::from_utf8_lossy(&body).into());
    }
    Ok([head, body].concat().into())
}
