//! The request that makes a connection a websocket.

use crate::exchange::{Received, Reply};
use axum::body::Bytes;
use axum::http::header::{HeaderValue, UPGRADE};
use axum::http::{Method, Request};
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::server::create_response;

/// The answer: 101 where the caller asks for a websocket as RFC 6455 has it.
pub(crate) fn answer(received: &Received) -> Reply {
    let mut request = Request::new(());
    *request.method_mut() = received.method.clone();
    *request.headers_mut() = received.headers.clone();
    match create_response(&request) {
        Ok(response) => {
            let headers = response.headers().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            Reply { status: response.status().as_u16(), headers, body: Bytes::new(), number: None, detail: None }
        }
        Err(_) if received.method != Method::GET => {
            let mut reply = refuse(405, "Method not allowed");
            reply.headers.push((axum::http::header::ALLOW, HeaderValue::from_static("GET")));
            reply
        }
        Err(why) => {
            let mut reply = refuse(426, &format!("A websocket is expected here: {why}"));
            reply.headers.push((UPGRADE, HeaderValue::from_static("websocket")));
            reply
        }
    }
}

fn refuse(status: u16, why: &str) -> Reply {
    Reply::json_with_status(status, &json!({"code": status, "msg": why}), Some(status.into()))
}
