//! The faults, one row each, and what a call must make of them.

use super::Act::{Close, Drip, Flood, Hold, Refuse, Reset, SayNow, Sip, Unread};
use super::{Act, BODY, ELSEWHERE, Peer, answer, good, say};
use std::time::{Duration, SystemTime};

/// What kind of operation meets the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only reads: the catalog's `safe`.
    Reads,
    Acts,
}

/// Which operations `retryable` allows to be repeated after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    All,
    Reads,
    None,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub fault: &'static str,
    pub status: &'static str,
    pub http: Option<u16>,
    /// Of what reads, and of what acts.
    pub attempts: [u64; 2],
    pub again: Again,
    /// A part of the error document.
    pub says: &'static str,
    pub peer: Peer,
    /// Options of the call.
    pub options: String,
    /// Only of one kind of operation.
    pub only: Option<Kind>,
    /// What acts is an upload.
    pub uploads: bool,
    pub at_least: Duration,
}

const OK: &str = "OK";
const NETWORK: &str = "NETWORK";
const TIMEOUT: &str = "TIMEOUT";
const HTTP: &str = "HTTP";
const PROTOCOL: &str = "PROTOCOL";
const TLS: &str = "TLS";
const API: &str = "API";
const LIMIT: &str = "LIMIT";

#[rustfmt::skip]
pub fn table() -> Vec<Row> {
    use Again::{All, None, Reads};
    vec![
        // fault                                        status    HTTP attempts again  what the server does
        row("connection refused",                       NETWORK,  0,   [3, 3],  All,   [Refuse]).idle([Close]).says("no connection to 127.9."),

        // The connection ends. While it takes the request, and after it:
        row("reset as the request comes",               NETWORK,  0,   [3, 1],  Reads, [Unread, Reset]),
        row("closed as the request comes",              NETWORK,  0,   [3, 1],  Reads, [Unread, Close]),
        row("reset before the head",                    NETWORK,  0,   [3, 1],  Reads, [Reset]),
        row("reset within the head",                    NETWORK,  0,   [3, 1],  Reads, [say("HTTP/1.1 200 OK\r\nContent-Le"), Reset]),
        row("reset after the head",                     NETWORK,  0,   [3, 1],  Reads, [say(head("Content-Length: 9\r\n")), Reset]),
        row("reset within the body",                    NETWORK,  0,   [3, 1],  Reads, [say(head("Content-Length: 9\r\n") + "{\"ret"), Reset]),
        row("closed before the head",                   NETWORK,  0,   [3, 1],  Reads, [Close]).says("closed the connection"),
        row("closed within the head",                   NETWORK,  0,   [3, 1],  Reads, [say("HTTP/1.1 200 OK\r\nContent-Le"), Close]),
        row("closed after the head",                    NETWORK,  0,   [3, 1],  Reads, [say(head("Content-Length: 9\r\n")), Close]),
        row("closed within the body: length too large", NETWORK,  0,   [3, 1],  Reads, [say(too_long()), Close]),
        row("closed within a chunk",                    NETWORK,  0,   [3, 1],  Reads, [say(chunked("9\r\n{\"ret")), Close]),
        row("closed between chunks",                    NETWORK,  0,   [3, 1],  Reads, [say(chunked("5\r\n{\"ret\r\n")), Close]),
        row("closed after an interim answer",           NETWORK,  0,   [3, 1],  Reads, [say("HTTP/1.1 100 Continue\r\n\r\n"), Close]),
        row("reset after a whole answer",               OK,       0,   [1, 1],  None,  [say(good("")), Reset]),
        row("closed after a whole answer, unannounced", OK,       0,   [1, 1],  None,  [say(good("")), Close]),
        row("Connection: close",                        OK,       0,   [1, 1],  None,  [say(good("Connection: close\r\n")), Close]),

        // Kept connections.
        row("closed while it is idle",                  OK,       0,   [1, 1],  None,  [say(good(""))]).idle([Close]),
        row("reset while it is idle",                   OK,       0,   [1, 1],  None,  [say(good(""))]).idle([Reset]),
        row("closed when it is used again: reads",      OK,       0,   [1, 1],  None,  [Unread, Close]).kept().only(Kind::Reads),
        row("closed when it is used again: acts",       NETWORK,  0,   [0, 1],  Reads, [Unread, Close]).kept().only(Kind::Acts),
        row("reset when it is used again: reads",       OK,       0,   [1, 1],  None,  [Reset]).kept().only(Kind::Reads),
        row("reset when it is used again: acts",        NETWORK,  0,   [0, 1],  Reads, [Reset]).kept().only(Kind::Acts),
        row("an answer that nobody asked for",          OK,       0,   [1, 1],  None,  [say(good(""))]).idle([say(nobodys())]),
        row("a 408 that nobody asked for, and the end", OK,       0,   [1, 1],  None,  [say(good(""))]).idle([say(answer("408 Request Timeout", "", "")), Close]),
        row("two answers at once",                      OK,       0,   [1, 1],  None,  [say(good("") + &nobodys())]),
        row("bytes behind the answer",                  OK,       0,   [1, 1],  None,  [say(good("") + "{}")]),
        row("the answer after the call's time",         TIMEOUT,  0,   [1, 1],  Reads, [Hold, say(good(""))]).says("within 500 ms (timeout_ms)"),
        row("the rest of it after the call's time",     TIMEOUT,  0,   [1, 1],  Reads, [say(&good("")[..60]), Hold, say(&good("")[60..])]),

        // Time.
        row("silence",                                  TIMEOUT,  0,   [1, 1],  Reads, [Hold]),
        row("silence, where attempts have an end",      TIMEOUT,  0,   [3, 1],  Reads, [Hold]).with(r#"{"timeout_ms":8000,"attempt_timeout_ms":200}"#).says("attempt_timeout_ms"),
        row("silence after the head",                   TIMEOUT,  0,   [1, 1],  Reads, [say(too_long()), Hold]),
        row("the head byte by byte",                    TIMEOUT,  0,   [1, 1],  Reads, [Drip(good("").into())]),
        row("the body byte by byte",                    TIMEOUT,  0,   [1, 1],  Reads, [say(head("Content-Length: 99\r\n")), Drip(vec![b' '; 99])]),
        row("chunks byte by byte",                      TIMEOUT,  0,   [1, 1],  Reads, [say(chunked("")), Drip("1\r\n \r\n".repeat(20).into())]),
        row("the request is not read",                  TIMEOUT,  0,   [1, 1],  Reads, [Unread, Hold]).uploading(),
        row("the request is read byte by byte",         TIMEOUT,  0,   [1, 1],  Reads, [Unread, Sip]).uploading(),
        row("interim answers without end",              TIMEOUT,  0,   [1, 1],  Reads, [Flood("HTTP/1.1 102 P\r\n\r\n".into()), Hold]),

        // Lengths and chunks.
        row("a length too small",                       PROTOCOL, 200, [1, 1],  None,  [say(head("Content-Length: 9\r\n") + BODY)]),
        row("two lengths",                              PROTOCOL, 0,   [1, 1],  None,  [say(good("Content-Length: 9\r\n"))]).says("two different lengths"),
        row("the same length twice",                    OK,       0,   [1, 1],  None,  [say(good(&format!("Content-Length: {}\r\n", BODY.len())))]),
        row("a length that is no number",               PROTOCOL, 0,   [1, 1],  None,  [say(head("Content-Length: -1\r\n") + BODY)]).says("no number"),
        row("a length beyond all numbers",              PROTOCOL, 0,   [1, 1],  None,  [say(head("Content-Length: 99999999999999999999\r\n") + BODY)]).says("no number"),
        row("a length beyond the limit",                LIMIT,    0,   [1, 1],  None,  [say(head("Content-Length: 99999999999\r\n") + BODY)]).says("max_reply_bytes"),
        row("a length and chunks",                      PROTOCOL, 0,   [1, 1],  None,  [say(good("Transfer-Encoding: chunked\r\n"))]).says("both"),
        row("an encoding that nobody asked for",        PROTOCOL, 0,   [1, 1],  None,  [say(head("Transfer-Encoding: gzip, chunked\r\n") + BODY)]).says("Transfer-Encoding"),
        row("chunks, with extensions and trailers",     OK,       0,   [1, 1],  None,  [say(chunked(&format!("{:x};a=b\r\n{BODY}\r\n0\r\nA: b\r\n\r\n", BODY.len())))]),
        row("a chunk without a length",                 PROTOCOL, 0,   [1, 1],  None,  [say(chunked("zz\r\n{}\r\n0\r\n\r\n"))]),
        row("a chunk of a length beyond all numbers",   PROTOCOL, 0,   [1, 1],  None,  [say(chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"))]),
        row("a chunk that is longer than it says",      PROTOCOL, 0,   [1, 1],  None,  [say(chunked("2\r\n{}{}{}\r\n0\r\n\r\n"))]),

        // Too much.
        row("a head of 100 MB",                         PROTOCOL, 0,   [1, 1],  None,  [say("HTTP/1.1 200 OK\r\nX: "), Flood("x".into())]).says("64 KiB"),
        row("headers without end",                      PROTOCOL, 0,   [1, 1],  None,  [say("HTTP/1.1 200 OK\r\n"), Flood("X: y\r\n".into())]),
        row("300 headers",                              OK,       0,   [1, 1],  None,  [say(good(&"X: y\r\n".repeat(299)))]),
        row("301 headers",                              PROTOCOL, 0,   [1, 1],  None,  [say(good(&"X: y\r\n".repeat(300)))]).says("300 headers"),
        row("a body without end",                       LIMIT,    0,   [1, 1],  None,  [say(head("")), Flood("x".into())]).says("max_reply_bytes"),
        row("chunks without end",                       LIMIT,    0,   [1, 1],  None,  [say(chunked("")), Flood("5\r\nxxxxx\r\n".into())]).says("max_reply_bytes"),
        row("a chunk's extension without end",          PROTOCOL, 0,   [1, 1],  None,  [say(chunked("5;")), Flood("x".into())]),
        row("trailers without end",                     TIMEOUT,  0,   [1, 1],  Reads, [say(chunked("0\r\n")), Flood("X: y\r\n".into()), Hold]),
        row("a gzip bomb",                              PROTOCOL, 200, [1, 1],  None,  [say(bomb())]).says("compressed (gzip)"),

        // Heads as they are met.
        row("interim answers with headers",             OK,       0,   [1, 1],  None,  [say(interim() + &good(""))]),
        row("another protocol (101)",                   PROTOCOL, 0,   [1, 1],  None,  [say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]).says("protocol"),
        row("folded lines",                             OK,       0,   [1, 1],  None,  [say(good("X: a\r\n b\r\n\tc\r\n"))]),
        row("lines without a name, and without a colon", OK,      0,   [1, 1],  None,  [say(good(": a\r\nno colon\r\n"))]),
        row("NUL bytes in the head",                    OK,       0,   [1, 1],  None,  [say(good("X: a\0b\r\nY\0: c\r\n"))]),
        row("bare line feeds",                          OK,       0,   [1, 1],  None,  [say(good("X: y\r\n").replace('\r', ""))]),
        row("HTTP/1.0 without a length",                OK,       0,   [1, 1],  None,  [say(format!("HTTP/1.0 200 OK\r\n\r\n{BODY}")), Close]),
        row("HTTP/0.9: no head at all",                 PROTOCOL, 0,   [1, 1],  None,  [say("<html>hello</html>\r\n\r\n"), Close]).says("not valid HTTP"),
        row("another program's greeting",               PROTOCOL, 0,   [1, 1],  None,  [say("SSH-2.0-OpenSSH_9\r\n")]).says("not valid HTTP"),
        row("TLS in answer to plain HTTP",              TLS,      0,   [1, 1],  None,  [say([0x15, 3, 3, 0, 2, 2, 70]), Close]).says("https://"),
        row("a status that is none",                    PROTOCOL, 0,   [1, 1],  None,  [say("HTTP/1.1 OK\r\n\r\n")]).says("no status"),

        // Statuses.
        row("408",                                      HTTP,     408, [3, 1],  Reads, [say(answer("408 Request Timeout", "", ""))]).says("HTTP 408"),
        row("HTML with 502",                            HTTP,     502, [3, 1],  Reads, [say(answer("502 Bad Gateway", "", "<html>"))]).says("<html>"),
        row("503",                                      HTTP,     503, [3, 1],  Reads, [say(answer("503 Busy", "", "busy"))]).says("HTTP 503"),
        row("504",                                      HTTP,     504, [3, 1],  Reads, [say(answer("504 Gateway Timeout", "", ""))]).says("HTTP 504"),
        row("500",                                      HTTP,     500, [1, 1],  None,  [say(answer("500 Internal Server Error", "", ""))]).says("HTTP 500"),
        row("429, to be repeated in a second",          HTTP,     429, [2, 1],  Reads, [say(answer("429 Slow", "Retry-After: 1\r\n", ""))]).says("\"retry_after_ms\":1000")
            .with(r#"{"timeout_ms":8000,"max_attempts":2}"#).at_least(Duration::from_millis(990)),
        row("429, to be repeated at a date",            HTTP,     429, [2, 1],  Reads, [SayNow(in_two_seconds)]).says("retry_after_ms")
            .with(r#"{"timeout_ms":8000,"max_attempts":2}"#).at_least(Duration::from_millis(900)),
        row("429, to be repeated after the call's time", HTTP,    429, [1, 1],  Reads, [say(answer("429 Slow", "Retry-After: 60\r\n", ""))]).says("\"retry_after_ms\":60000"),
        row("301",                                      HTTP,     301, [1, 1],  None,  [say(redirect("301 Moved Permanently"))]).says("redirect"),
        row("302",                                      HTTP,     302, [1, 1],  None,  [say(redirect("302 Found"))]).says("redirect"),
        row("303",                                      HTTP,     303, [1, 1],  None,  [say(redirect("303 See Other"))]).says("redirect"),
        row("307",                                      HTTP,     307, [1, 1],  None,  [say(redirect("307 Temporary Redirect"))]).says("redirect"),
        row("308",                                      HTTP,     308, [1, 1],  None,  [say(redirect("308 Permanent Redirect"))]).says("redirect"),
        row("413 before the request is read, and closed", HTTP,   413, [1, 1],  None,  [Unread, say(answer("413 Too Large", "", "too big")), Close]).uploading().says("too big"),
        row("204",                                      PROTOCOL, 204, [1, 1],  None,  [say("HTTP/1.1 204 No Content\r\n\r\n")]),
        row("204 with a body, which is none",           PROTOCOL, 204, [1, 1],  None,  [say(answer("204 No Content", "", &nobodys()))]),

        // Bodies.
        row("200 without a body",                       PROTOCOL, 200, [1, 1],  None,  [say(answer("200 OK", "", ""))]),
        row("HTML with 200",                            PROTOCOL, 200, [1, 1],  None,  [say(answer("200 OK", "", "<html>hello</html>"))]).says("<html>"),
        row("JSON without an envelope",                 PROTOCOL, 200, [1, 1],  None,  [say(answer("200 OK", "", "{\"hello\":1}"))]),
        row("JSON that ends too soon",                  PROTOCOL, 200, [1, 1],  None,  [say(answer("200 OK", "", "{\"ret\":0,"))]),
        row("NUL bytes in the body",                    PROTOCOL, 200, [1, 1],  None,  [say(answer("200 OK", "", "{\"ret\":0,\"msg\":\"a\0b\"}"))]),
        row("a charset that is named, and not used",    OK,       0,   [1, 1],  None,  [say(good("Content-Type: text/html; charset=gb2312\r\n"))]),
        row("a success in GBK",                         PROTOCOL, 200, [1, 1],  None,  [say(bytes(b"{\"ret\":0,\"msg\":\"\xb7\xbf\xbc\xe4\"}"))]).says("UTF-8"),
        row("a refusal in GBK",                         API,      200, [1, 1],  None,  [say(bytes(b"{\"ret\":40004,\"msg\":\"\xb7\xbf\xbc\xe4\"}"))]).says("40004"),
        row("a success in UTF-16",                      PROTOCOL, 200, [1, 1],  None,  [say(bytes(&utf_16()))]),
        row("the platform is busy (41001)",             API,      200, [3, 1],  Reads, [say(answer("200 OK", "", r#"{"ret":41001,"msg":"redis error"}"#))]).says("41001"),
        row("a failure that stays (40004)",             API,      200, [1, 1],  None,  [say(answer("200 OK", "", r#"{"ret":40004,"msg":"no such room"}"#))]).says("40004"),
    ]
}

/// `http` is 0 where the error document has none.
fn row<const N: usize>(
    fault: &'static str,
    status: &'static str,
    http: u16,
    attempts: [u64; 2],
    again: Again,
    acts: [Act; N],
) -> Row {
    // What the server holds up has little time, all else has more than it needs.
    let (timeout, says) = if status == TIMEOUT { (500, "timeout_ms") } else { (8000, "") };
    Row {
        fault,
        status,
        http: Some(http).filter(|http| *http > 0),
        attempts,
        again,
        says,
        peer: Peer { acts: acts.into(), ..Peer::default() },
        options: format!("{{\"timeout_ms\":{timeout}}}"),
        only: None,
        uploads: false,
        at_least: Duration::ZERO,
    }
}

impl Row {
    /// It happens to the connection after the first call, which is therefore over a connection that is then kept.
    fn idle<const N: usize>(mut self, acts: [Act; N]) -> Row {
        self.peer.idle = acts.into();
        self
    }

    /// A new connection serves the call well.
    fn kept(mut self) -> Row {
        self.peer.only_kept = true;
        self
    }

    fn only(mut self, kind: Kind) -> Row {
        self.only = Some(kind);
        self
    }

    fn uploading(mut self) -> Row {
        self.uploads = true;
        self
    }

    fn says(mut self, part: &'static str) -> Row {
        self.says = part;
        self
    }

    fn with(mut self, options: &str) -> Row {
        options.clone_into(&mut self.options);
        self
    }

    fn at_least(mut self, time: Duration) -> Row {
        self.at_least = time;
        self
    }
}

// Answers ---------------------------------------------------------------------------------------------------------------

fn head(lines: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n")
}

fn chunked(chunks: &str) -> String {
    head("Transfer-Encoding: chunked\r\n") + chunks
}

/// The length says more than there is.
fn too_long() -> String {
    head(&format!("Content-Length: {}\r\n", BODY.len() + 1)) + BODY
}

/// A good answer with another body.
fn nobodys() -> String {
    answer("200 OK", "", r#"{"ret":0,"data":"nobody's"}"#)
}

fn interim() -> String {
    ["100 Continue", "102 Processing", "103 Early Hints"]
        .map(|status| format!("HTTP/1.1 {status}\r\nLink: </x>; rel=preload\r\nContent-Length: 5\r\n\r\n"))
        .concat()
}

fn redirect(status: &str) -> String {
    answer(status, &format!("Location: {ELSEWHERE}\r\n"), "")
}

fn in_two_seconds() -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    answer("429 Slow", &format!("Retry-After: {date}\r\n"), "").into()
}

fn bytes(body: &[u8]) -> Vec<u8> {
    [head(&format!("Content-Length: {}\r\n", body.len())).as_bytes(), body].concat()
}

fn utf_16() -> Vec<u8> {
    BODY.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Some 2 MB of zeros for each 100 KB: one zero, and then 258 times the one before, again and again (RFC 1951, 3.2.6).
fn bomb() -> Vec<u8> {
    let bits = |bits: &'static str| bits.bytes().map(|bit| bit == b'1');
    // The last block, with the fixed codes; a literal 0; and lengths of 258 at a distance of 1.
    let stream = bits("110").chain(bits("00110000")).chain(bits("1100010100000").cycle().take(13 * 60_000));
    let stream: Vec<bool> = stream.chain(bits("0000000")).collect();
    let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    body.extend(
        stream.chunks(8).map(|bits| bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at)),
    );
    let head = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", body.len());
    [self::head(&head).as_bytes(), &body].concat()
}
