//! What the library does by itself, apart from the network. `cargo bench --bench own_parts` compares with the run before.
//!
//! Against other libraries, and over the network: `cargo xtask bench`.

#![allow(unsafe_code, reason = "JSON pointers are read through the C functions, as every language does")]

use criterion::{Criterion, criterion_group, criterion_main};
use meetgate::{Client, catalog, ffi, signing};
use std::ffi::{CString, c_char};
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::ptr;
use std::thread;

const TOPIC: &str = r#"{"ret":0,"msg":"success","data":{"room_id":"12345123456","topic":"周会","users":[1,2,3]}}"#;

fn signing(criterion: &mut Criterion) {
    let checksum = r#"{"app_secret":"s3cret","rest_api_key":"k3y","curtime":1575962150}"#;
    criterion.bench_function("youme checksum", |bencher| bencher.iter(|| signing::youme_checksum(black_box(checksum))));
    let token = r#"{"app_id":"a","app_secret":"0123456789abcdef","group_id":"g","user_id":"u"}"#;
    assert!(signing::youme_checksum(checksum).is_ok() && signing::hst_user_token(token).is_ok());
    criterion.bench_function("hst user token", |bencher| bencher.iter(|| signing::hst_user_token(black_box(token))));
}

fn json(criterion: &mut Criterion) {
    let small = CString::new(TOPIC).unwrap();
    let rows = vec![r#"{"user_id":"3012","name":"参会者","online":true}"#; 20_000].join(",");
    let large = CString::new(format!(r#"{{"ret":0,"data":[{rows}],"topic":"周会"}}"#)).unwrap();
    for (name, text, pointer) in [
        ("JSON pointer, 100 B", &small, c"/data/topic"),
        ("JSON pointer behind 1 MB", &large, c"/topic"),
        ("JSON pointer into the first of 1 MB", &large, c"/data/0/name"),
    ] {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut value: *mut c_char = ptr::null_mut();
                // SAFETY: both texts end in NUL, and the out-pointer is a local of ours; the string is freed once.
                unsafe {
                    assert_eq!(
                        ffi::meetgate_json_get(text.as_ptr(), pointer.as_ptr(), &mut value),
                        ffi::meetgate_status::MEETGATE_OK
                    );
                    ffi::meetgate_string_free(value);
                }
            });
        });
    }
}

fn calls(criterion: &mut Criterion) {
    criterion.bench_function("find an operation by its name", |bencher| {
        bencher.iter(|| catalog::find(black_box("avd.room.mix_record.start")));
    });
    let config = r#"{"platform":"avd","base_url":"http://127.0.0.1:9","token":"t0ken"}"#;
    criterion
        .bench_function("a client made and freed", |bencher| bencher.iter(|| Client::new(black_box(config)).unwrap()));
    let client = Client::new(config).unwrap();
    // Nothing is sent: all parameters are looked at, and the last is refused.
    let params = r#"{"room_id":"12345123456","room_name":"周会"}"#;
    criterion.bench_function("a refused parameter, with its error document", |bencher| {
        bencher.iter(|| client.call("avd.room.read", black_box(params)).unwrap_err().to_json());
    });
}

/// Over loopback, so that what a good answer costs can be taken from what a refusal costs: masking, and the document.
fn answers(criterion: &mut Criterion) {
    let users = vec![r#"{"user_id":"3012","password":"p4ss","name":"参会者"}"#; 100].join(",");
    for (name, body) in [
        ("a call that is answered", TOPIC.to_owned()),
        ("a call that is answered with an error", r#"{"ret":40004,"msg":"no such room"}"#.to_owned()),
        ("a call that is answered with an error and 6 KB to mask", format!(r#"{{"ret":40004,"users":[{users}]}}"#)),
    ] {
        let client =
            Client::new(&format!(r#"{{"platform":"avd","base_url":"{}","token":"t0ken"}}"#, serve(body))).unwrap();
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| match client.call("avd.room.read", r#"{"room_id":"12345123456"}"#) {
                Ok(answer) => answer,
                Err(error) => error.to_json(),
            });
        });
    }
}

/// Answers each request with this body; gives the address.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, answer) = (connection.unwrap(), answer.clone());
            thread::spawn(move || {
                let mut request = [0; 4096];
                // A request of this bench comes in one piece.
                while matches!(connection.read(&mut request), Ok(1..))
                    && connection.write_all(answer.as_bytes()).is_ok()
                {}
            });
        }
    });
    address
}

criterion_group!(own_parts, signing, json, calls, answers);
criterion_main!(own_parts);
