//! Fetching files: over as many attempts as it takes, never a wrong one, and nothing but the file that was named.

mod file_server;
mod scripted;
mod support;

use file_server::{FileServer, Ways};
use meetgate::{Cancel, Client, Error, Status};
use meetgate_sandbox::{Options, Sandbox};
use scripted::{Act, Server, answer, json};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use support::Folder;

fn avd(base_url: &str) -> Client {
    Client::new(&json!({ "platform": "avd", "base_url": base_url, "token": "fixed-token==" }).to_string()).unwrap()
}

fn elsewhere() -> Client {
    avd("http://127.0.0.1:1")
}

/// A download into an empty folder.
struct Download {
    folder: Folder,
    file: PathBuf,
}

impl Download {
    fn new() -> Download {
        let folder = Folder::new();
        let file = folder.path().join("recording.mp4");
        Download { folder, file }
    }

    fn with(&self, client: &Client, url: &str, options: &Value) -> Result<Value, Error> {
        let reply = client.download(url, &self.file, &options.to_string(), None, None)?;
        Ok(serde_json::from_str(&reply).unwrap())
    }

    fn from(&self, server: &FileServer) -> Result<Value, Error> {
        self.with(&elsewhere(), &server.url(), &json!({}))
    }

    /// Fetches a part of the file: how much.
    fn begin(&self, server: &FileServer) -> u64 {
        server.change(|ways| ways.cut_after = Some(90_000));
        let error = elsewhere().download(&server.url(), &self.file, "{}", Some(&|_, _| false), None).unwrap_err();
        assert_eq!(error.status(), Status::Cancelled, "{error}");
        server.change(|ways| ways.cut_after = None);
        let part = self.folder.path().join(".recording.mp4.meetgate-part");
        let length = fs::metadata(part).unwrap().len();
        assert!((1..=90_000).contains(&length), "{length}");
        length
    }

    /// All that lies in the folder.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn is(&self, server: &FileServer) {
        assert!(fs::read(&self.file).unwrap() == server.content(), "other bytes");
        assert_eq!(self.left(), ["recording.mp4"]);
    }
}

#[test]
fn a_recording_of_the_sandbox_is_fetched_from_its_url_and_from_its_path() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = Client::new(&sandbox.configurations()["avd"].to_string()).unwrap();
    let welcome = "/attachment?file=/opt/3tee/resources/welcome.mp4";
    let whole = format!("http://{}{welcome}", sandbox.address());
    for url in [welcome, &whole] {
        let download = Download::new();
        let done = download.with(&client, url, &json!({})).unwrap();
        assert_eq!(done["bytes"], fs::metadata(&download.file).unwrap().len());
        assert!(done["bytes"].as_u64().unwrap() > 0 && done["etag"].is_string(), "{done}");
        assert_eq!((&done["resumed_from"], &done["attempts"]), (&json!(0), &json!(1)));
        assert!(done["seconds"].is_f64(), "{done}");
    }
    let download = Download::new();
    let error = download.with(&client, "/attachment?file=/no/such/file.mp4", &json!({})).unwrap_err();
    assert_eq!((error.status(), error.document().http_status), (Status::Api, Some(404)), "{error}");
    assert_eq!(download.left(), [""; 0]);
    assert_eq!(error.document().operation, Some("download"));
}

#[test]
fn cut_connections_are_gone_on_with_and_no_byte_is_another() {
    for etag in [Some("\"one\""), None] {
        let last_modified = etag.is_none().then_some("Wed, 21 Oct 2026 07:28:00 GMT");
        let server = FileServer::start(Ways {
            length: 1_000_003,
            etag,
            last_modified,
            cut_after: Some(150_000),
            ..Ways::default()
        });
        let download = Download::new();
        let done = download.from(&server).unwrap();
        assert_eq!((&done["bytes"], &done["attempts"]), (&json!(1_000_003), &json!(7)), "{done}");
        download.is(&server);
        let heads = server.heads();
        assert!(heads[1].contains("range: bytes=150000-") || heads[1].contains("Range: bytes=150000-"), "{}", heads[1]);
        assert!(heads[6].to_lowercase().contains("if-range: "), "{}", heads[6]);
    }
}

#[test]
fn a_later_call_goes_on_where_an_earlier_one_ended() {
    let server = FileServer::start(Ways { length: 500_000, cut_after: Some(200_000), ..Ways::default() });
    let download = Download::new();
    let once = json!({ "max_attempts": 1 });
    // It brought bytes, so that it goes on: cancel it.
    let cancel = Cancel::new();
    let stop = |bytes: u64, _| bytes < 100_000;
    let error = elsewhere().download(&server.url(), &download.file, "{}", Some(&stop), Some(&cancel)).unwrap_err();
    assert_eq!(error.status(), Status::Cancelled);
    assert_eq!(download.left(), [".recording.mp4.meetgate-part", ".recording.mp4.meetgate-part.json"]);
    let there = fs::metadata(download.folder.path().join(".recording.mp4.meetgate-part")).unwrap().len();
    assert!(there >= 100_000, "{there}");
    server.change(|ways| ways.cut_after = None);
    let done = download.with(&elsewhere(), &server.url(), &once).unwrap();
    assert_eq!((&done["resumed_from"], &done["attempts"]), (&json!(there), &json!(1)), "{done}");
    download.is(&server);
}

#[test]
fn another_file_of_the_same_name_is_never_glued_to_the_first_ones_beginning() {
    type Change = fn(&mut Ways);
    let changes: [(&str, Change); 5] = [
        ("another etag: the server sends all of it", |ways| (ways.seed, ways.etag) = (2, Some("\"two\""))),
        ("another etag, and the server takes no notice of If-Range", |ways| {
            (ways.seed, ways.etag, ways.ignores_if_range) = (2, Some("\"two\""), true);
        }),
        ("no ranges any more", |ways| ways.ranges = false),
        ("a shorter file", |ways| (ways.length, ways.etag, ways.seed) = (150_000, Some("\"short\""), 3)),
        ("another range than the one that was asked for", |ways| ways.range_from = Some(0)),
    ];
    for (name, change) in changes {
        let server = FileServer::start(Ways { length: 300_000, ..Ways::default() });
        let download = Download::new();
        download.begin(&server);
        server.change(change);
        let done = download.from(&server).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(fs::read(&download.file).unwrap() == server.content(), "{name}: other bytes");
        assert_eq!(done["bytes"], server.content().len(), "{name}");
    }
}

#[test]
fn what_has_no_validator_begins_anew() {
    for etag in [None, Some("W/\"weak\"")] {
        let server = FileServer::start(Ways { etag, cut_after: Some(60_000), ..Ways::default() });
        let download = Download::new();
        let error = download.from(&server).unwrap_err();
        assert_eq!((error.status(), error.document().attempts), (Status::Network, Some(3)), "{error}");
        assert!(server.heads().iter().all(|head| !head.to_lowercase().contains("range:")), "{:?}", server.heads());
        assert_eq!(download.left(), [""; 0], "nothing that could be gone on with");
        server.change(|ways| ways.cut_after = None);
        download.from(&server).unwrap();
        download.is(&server);
    }
}

#[test]
fn all_of_it_is_there_already() {
    let server = FileServer::start(Ways::default());
    let download = Download::new();
    let stop = |bytes: u64, total: u64| bytes < total;
    elsewhere().download(&server.url(), &download.file, "{}", Some(&stop), None).unwrap_err();
    let done = download.from(&server).unwrap();
    assert_eq!((&done["resumed_from"], &done["bytes"]), (&json!(100_000), &json!(100_000)), "{done}");
    download.is(&server);
    // Or all of another one, of the same length.
    elsewhere().download(&server.url(), &download.file, "{}", Some(&stop), None).unwrap_err();
    server.change(|ways| (ways.seed, ways.etag, ways.ignores_if_range) = (2, Some("\"two\""), true));
    download.from(&server).unwrap();
    download.is(&server);
}

#[test]
fn silence_is_given_up_and_gone_on_with() {
    let server = FileServer::start(Ways { silent_after: Some(50_000), ..Ways::default() });
    let download = Download::new();
    let start = Instant::now();
    let options = json!({ "stall_timeout_ms": 500 });
    let done = download.with(&elsewhere(), &server.url(), &options).unwrap();
    assert_eq!(done["attempts"], 2, "{done}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    download.is(&server);
    server.change(|ways| ways.silent_after = Some(0));
    let error = download.with(&elsewhere(), &server.url(), &json!({ "stall_timeout_ms": 100, "max_attempts": 2 }));
    let error = error.unwrap_err();
    assert_eq!((error.status(), error.document().attempts), (Status::Timeout, Some(2)));
    assert!(error.to_string().contains("stall_timeout_ms"), "{error}");
    let error = download.with(&elsewhere(), &server.url(), &json!({ "timeout_ms": 150 })).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
    assert!(error.to_string().contains("150 ms (timeout_ms)"), "{error}");
}

#[test]
fn a_file_without_a_length_ends_with_its_connection() {
    let server = FileServer::start(Ways { is_endless: true, ..Ways::default() });
    let download = Download::new();
    let told = RefCell::new(Vec::new());
    let note = |bytes: u64, total: u64| {
        told.borrow_mut().push((bytes, total));
        true
    };
    elsewhere().download(&server.url(), &download.file, "{}", Some(&note), None).unwrap();
    download.is(&server);
    assert!(told.borrow().iter().all(|(_, total)| *total == 0), "{told:?}");
}

#[test]
fn a_cap_holds_before_and_while_it_is_read() {
    for is_endless in [false, true] {
        let server = FileServer::start(Ways { is_endless, ..Ways::default() });
        let download = Download::new();
        for most in [99_999, 0, 10] {
            let error = download.with(&elsewhere(), &server.url(), &json!({ "max_bytes": most })).unwrap_err();
            assert_eq!(error.status(), Status::Limit, "{error}");
            assert!(error.to_string().contains("max_bytes"), "{error}");
            assert_eq!(download.left(), [""; 0]);
        }
        download.with(&elsewhere(), &server.url(), &json!({ "max_bytes": 100_000 })).unwrap();
        download.is(&server);
    }
}

#[test]
fn the_md5_that_somebody_told_is_compared() {
    let server = FileServer::start(Ways { cut_after: Some(30_000), ..Ways::default() });
    let right = md5(&server.content());
    let download = Download::new();
    let done = download.with(&elsewhere(), &server.url(), &json!({ "md5": right.to_uppercase() })).unwrap();
    assert_eq!(done["md5"], right.as_str(), "{done}");
    download.is(&server);
    fs::remove_file(&download.file).unwrap();
    let wrong = "0123456789abcdef0123456789abcdef";
    let error = download.with(&elsewhere(), &server.url(), &json!({ "md5": wrong })).unwrap_err();
    assert_eq!(error.status(), Status::Protocol);
    assert!(error.to_string().contains(wrong) && error.to_string().contains(&right), "{error}");
    assert_eq!(download.left(), [""; 0]);
    // Also of what an earlier call had fetched.
    let stop = |bytes: u64, _| bytes < 20_000;
    elsewhere().download(&server.url(), &download.file, "{}", Some(&stop), None).unwrap_err();
    download.with(&elsewhere(), &server.url(), &json!({ "md5": right })).unwrap();
    download.is(&server);
    // And the server's own word.
    server.change(|ways| (ways.cut_after, ways.more) = (None, "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n".to_owned()));
    let error = download.from(&server).unwrap_err();
    assert!(error.to_string().contains("00000000000000000000000000000000"), "{error}");
    for wrong in ["", "00", "x123456789abcdef0123456789abcdef", "+123456789abcdef0123456789abcdef"] {
        let error = download.with(&elsewhere(), &server.url(), &json!({ "md5": wrong })).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{wrong}: {error}");
    }
}

/// By the system's own program.
fn md5(bytes: &[u8]) -> String {
    let folder = Folder::new();
    let file = folder.path().join("file");
    fs::write(&file, bytes).unwrap();
    let output = support::run(std::process::Command::new("md5sum").arg(file));
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn a_token_goes_only_where_it_was_asked_for_and_only_to_the_platforms_own_origin() {
    let server = FileServer::start(Ways::default());
    let other = FileServer::start(Ways::default());
    let own = avd(&format!("http://{}", server.address));
    let download = Download::new();
    let with_token = json!({ "token": true });
    download.with(&own, &server.url(), &json!({})).unwrap();
    download.with(&own, "/attachment?file=/x", &with_token).unwrap();
    download.with(&own, &server.url(), &with_token).unwrap();
    let heads = server.heads();
    assert!(!heads[0].contains("fixed-token"), "{}", heads[0]);
    for head in &heads[1..] {
        let target = head.split(' ').nth(1).unwrap();
        assert!(target.contains("/attachment?file=/") && target.ends_with("&token=fixed-token%3D%3D"), "{head}");
    }
    for url in [other.url(), server.url().replace("http:", "https:"), server.url().replace("127.0.0.1", "localhost")] {
        let error = download.with(&own, &url, &with_token).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{url}");
        assert!(error.to_string().contains("another origin"), "{error}");
    }
    assert!(other.heads().is_empty());
    // A redirect to another origin goes without it.
    let location = other.url();
    let redirecting =
        Server::start(move |_, _| Act::Send(answer("302 Found", &format!("Location: {location}\r\n"), "")));
    download.with(&avd(&redirecting.url()), "/a", &with_token).unwrap();
    assert!(redirecting.requests()[0].target.contains("token="));
    assert!(!other.heads()[0].contains("token"), "{:?}", other.heads());
    download.is(&other);
    let youme = r#"{"platform":"youme","app_key":"k","app_secret":"s","rest_api_key":"r"}"#;
    let error = download.with(&Client::new(youme).unwrap(), &server.url(), &with_token).unwrap_err();
    assert!(error.to_string().contains("youme has none"), "{error}");
}

#[test]
fn fixed_headers_go_to_the_platforms_own_origin_only() {
    let (server, other) = (FileServer::start(Ways::default()), FileServer::start(Ways::default()));
    let config = json!({ "platform": "avd", "base_url": format!("http://{}", server.address), "token": "t",
                         "headers": { "X-Gate-Key": "gate-secret" } });
    let client = Client::new(&config.to_string()).unwrap();
    let download = Download::new();
    download.with(&client, "/a", &json!({})).unwrap();
    download.with(&client, &other.url(), &json!({})).unwrap();
    assert!(server.heads()[0].to_lowercase().contains("x-gate-key: gate-secret"));
    assert!(!other.heads()[0].to_lowercase().contains("gate-secret"), "{:?}", other.heads());
}

#[test]
fn a_refusal_in_json_is_an_error_and_no_recording() {
    let refused = |body: &'static str| {
        let server = Server::start(move |_, _| json(body));
        let download = Download::new();
        let error = download.with(&avd(&server.url()), "/attachment?file=/x.mp4", &json!({})).unwrap_err();
        assert_eq!(download.left(), [""; 0]);
        error
    };
    let error = refused(r#"{"ret":40020,"msg":"no such file"}"#);
    assert_eq!((error.status(), error.document().code), (Status::Api, Some(40020)), "{error}");
    // A JSON that is the file.
    let server = Server::start(|_, _| json(r#"{"frames":[1,2]}"#));
    let download = Download::new();
    download.with(&avd(&server.url()), "/notes.json", &json!({})).unwrap();
    assert_eq!(fs::read_to_string(&download.file).unwrap(), r#"{"frames":[1,2]}"#);
    // Errors as of any call.
    for (status, expected) in
        [("403 Forbidden", Status::Http), ("500 Oops", Status::Http), ("206 Partial", Status::Protocol)]
    {
        let server = Server::start(move |_, _| Act::Send(answer(status, "", "<html>no</html>")));
        let error = download.with(&avd(&server.url()), "/a", &json!({})).unwrap_err();
        assert_eq!(error.status(), expected, "{status}: {error}");
    }
}

#[test]
fn a_dead_token_is_renewed_once() {
    let server = Server::start(|_, request| match request.target.split('?').next().unwrap() {
        "/sdkapi/v2/app/get_token" => json(r#"{"ret":0,"token":"token-of-now"}"#),
        _ if request.target.contains("token-of-now") => Act::Send(answer("200 OK", "ETag: \"e\"\r\n", "content")),
        _ => json(r#"{"ret":40003,"msg":"token"}"#),
    });
    let config = json!({ "platform": "avd", "base_url": server.url(), "access_key": "a", "secret_key": "secret" });
    let client = Client::new(&config.to_string()).unwrap();
    let download = Download::new();
    download.with(&client, "/a", &json!({ "token": true })).unwrap();
    assert_eq!(fs::read_to_string(&download.file).unwrap(), "content");
    let error = download.with(&client, "/a", &json!({})).unwrap_err();
    assert_eq!(error.document().code, Some(40003), "without a token nothing is renewed: {error}");
}

#[test]
fn busy_servers_are_asked_again_and_redirects_have_an_end() {
    let server = FileServer::start(Ways {
        instead: Some(|number| (number < 2).then(|| "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_owned())),
        ..Ways::default()
    });
    let download = Download::new();
    assert_eq!(download.from(&server).unwrap()["attempts"], 3);
    download.is(&server);
    server.change(|ways| {
        ways.instead = Some(|_| Some("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".to_owned()));
    });
    let error = download.from(&server).unwrap_err();
    assert!(error.to_string().contains("more than 5 times"), "{error}");
    server.change(|ways| {
        ways.instead =
            Some(|_| Some("HTTP/1.1 302 Found\r\nLocation: ftp://h/x\r\nContent-Length: 0\r\n\r\n".to_owned()));
    });
    let error = download.from(&server).unwrap_err();
    assert_eq!(error.status(), Status::Http, "{error}");
}

#[test]
fn the_file_on_the_disk_is_taken_as_it_is_named() {
    let server = FileServer::start(Ways::default());
    let download = Download::new();
    let client = elsewhere();
    let to = |file: &Path, options: &str| client.download(&server.url(), file, options, None, None);
    let folder = download.folder.path();
    assert!(to(folder, "{}").unwrap_err().to_string().contains("is a folder"));
    assert!(to(Path::new(".."), "{}").is_err() && to(Path::new("/"), "{}").is_err());
    let error = to(&folder.join("no/such/folder/x"), "{}").unwrap_err();
    assert_eq!(error.status(), Status::Io, "{error}");
    assert!(server.heads().is_empty(), "nothing was sent");
    // What is there is replaced, or not.
    fs::write(&download.file, "before").unwrap();
    let error = to(&download.file, r#"{"overwrite":false}"#).unwrap_err();
    assert_eq!(error.status(), Status::Io);
    assert_eq!(fs::read_to_string(&download.file).unwrap(), "before");
    to(&download.file, "{}").unwrap();
    download.is(&server);
    fs::remove_file(&download.file).unwrap();
    to(&download.file, r#"{"overwrite":false}"#).unwrap();
    download.is(&server);
    // A link is replaced, and what it leads to stays; a link in the part's place is refused.
    let precious = folder.join("precious");
    fs::write(&precious, "precious").unwrap();
    fs::remove_file(&download.file).unwrap();
    std::os::unix::fs::symlink(&precious, &download.file).unwrap();
    to(&download.file, "{}").unwrap();
    assert!(!download.file.symlink_metadata().unwrap().is_symlink());
    let part = folder.join(".recording.mp4.meetgate-part");
    std::os::unix::fs::symlink(&precious, &part).unwrap();
    assert_eq!(to(&download.file, "{}").unwrap_err().status(), Status::Io);
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    fs::remove_file(&part).unwrap();
    // What is no file, and the name of none, and a name that is as long as it can be.
    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let to_pipe = folder.join("to-pipe");
    std::os::unix::fs::symlink(&pipe, &to_pipe).unwrap();
    let asked = server.heads().len();
    for odd in [&pipe, &to_pipe] {
        let error = to(odd, "{}").unwrap_err();
        assert!(error.to_string().contains("is no regular file"), "{error}");
    }
    for none in ["x/", "x/.", "./", ""] {
        assert_eq!(to(&folder.join(none), "{}").unwrap_err().status(), Status::InvalidArgument, "{none:?}");
    }
    assert_eq!(server.heads().len(), asked, "nothing was sent");
    let long = folder.join("会".repeat(85));
    server.change(|ways| ways.cut_after = Some(60_000));
    to(&long, "{}").unwrap();
    server.change(|ways| ways.cut_after = None);
    assert_eq!(fs::read(&long).unwrap(), server.content());
    for name in [pipe, to_pipe, long] {
        fs::remove_file(name).unwrap();
    }
    // With the mode of any other file.
    use std::os::unix::fs::PermissionsExt as _;
    let new = folder.join("new");
    fs::write(&new, "").unwrap();
    assert_eq!(
        fs::metadata(&download.file).unwrap().permissions().mode(),
        fs::metadata(&new).unwrap().permissions().mode()
    );
}

#[test]
fn two_downloads_of_one_file_do_not_meet() {
    let server = FileServer::start(Ways { silent_after: Some(50_000), ..Ways::default() });
    let download = Download::new();
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let first = scope.spawn(|| elsewhere().download(&server.url(), &download.file, "{}", None, Some(&cancel)));
        while server.heads().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        let error = download.from(&server).unwrap_err();
        assert_eq!(error.status(), Status::Io);
        assert!(error.to_string().contains("another download"), "{error}");
        cancel.trigger();
        assert_eq!(first.join().unwrap().unwrap_err().status(), Status::Cancelled);
    });
}

#[test]
fn progress_is_told_ten_times_a_second_and_at_the_end() {
    let server = FileServer::start(Ways { length: 30_000_000, ..Ways::default() });
    let download = Download::new();
    let told = RefCell::new(Vec::new());
    let note = |bytes: u64, total: u64| {
        told.borrow_mut().push((bytes, total, Instant::now()));
        true
    };
    let start = Instant::now();
    elsewhere().download(&server.url(), &download.file, "{}", Some(&note), None).unwrap();
    let told = told.into_inner();
    assert!(told.len() as f64 <= start.elapsed().as_secs_f64() * 10.0 + 2.0, "{}", told.len());
    assert!(told.is_sorted() && told.iter().all(|(_, total, _)| *total == 30_000_000));
    assert_eq!(told.last().unwrap().0, 30_000_000);
}

#[test]
fn a_full_disk_is_an_error_in_words_and_the_part_stays() {
    let download = Download::new();
    let tiny = download.folder.path().join("tiny");
    fs::create_dir(&tiny).unwrap();
    let mount =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&tiny).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        support::skipped("a full disk: no small file system can be mounted here");
        return;
    }
    let server = FileServer::start(Ways::default());
    let error = elsewhere().download(&server.url(), &tiny.join("x.mp4"), "{}", None, None).unwrap_err();
    let left = fs::read_dir(&tiny).unwrap().count();
    _ = std::process::Command::new("umount").arg(&tiny).output();
    assert_eq!(error.status(), Status::Io);
    assert!(error.to_string().contains("No space left") && error.to_string().contains("x.mp4"), "{error}");
    assert!(left > 0, "what is there can be gone on with");
}

#[test]
fn odd_urls_are_refused_with_words_and_odd_names_travel() {
    let client = elsewhere();
    let download = Download::new();
    for (url, words) in [
        ("", "begins with http"),
        ("recording.mp4", "begins with http"),
        ("ftp://h/x", "http or https"),
        ("http://user:geheim@h/x", "without a user name"),
        ("http://h/x#y", "fragment"),
        ("http://h/x\ny", "control characters"),
        ("http://会议.example/x", "punycode"),
        ("http://h:0/x", "port"),
    ] {
        let error = download.with(&client, url, &json!({})).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{url}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("geheim"), "{url}: {error}");
    }
    let server = FileServer::start(Ways::default());
    download.with(&client, &format!("http://{}/周会 a.mp4?x=\"1\"", server.address), &json!({})).unwrap();
    assert!(
        server.heads()[0].starts_with("GET /%E5%91%A8%E4%BC%9A%20a.mp4?x=%221%22 HTTP/1.1"),
        "{:?}",
        server.heads()
    );
    for options in [json!({ "timeout": 5 }), json!({ "token": 1 }), json!({ "max_bytes": -1 })] {
        assert_eq!(download.with(&client, &server.url(), &options).unwrap_err().status(), Status::InvalidArgument);
    }
}

/// By which memory may grow, at any size.
const MOST_MEMORY: i64 = 8 << 20;
const CUT: u64 = 100 << 20;

/// `MEETGATE_TRANSFER_MB=1024` makes it longer.
#[test]
fn a_long_file_that_is_cut_every_100_mb_comes_whole_and_takes_no_memory() {
    let megabytes: u64 = std::env::var("MEETGATE_TRANSFER_MB").map_or(256, |text| text.parse().unwrap());
    let length = (megabytes << 20) + 7;
    let server = FileServer::start(Ways { length, cut_after: Some(CUT), ..Ways::default() });
    let download = Download::new();
    let program = support::compile("tests/c/download_memory.c", &["-std=c99"], "download-memory");
    let config = r#"{"platform":"avd","base_url":"http://127.0.0.1:1","token":"0123456789abcdef"}"#;
    let output = support::run(std::process::Command::new(program).arg(config).arg(server.url()).arg(&download.file));
    let printed = support::both(&output);
    let words: Vec<&str> = printed.splitn(4, ' ').collect();
    assert_eq!((words[0], words[2]), ("OK", length.to_string().as_str()), "{printed}");
    let grown: i64 = words[1].parse().unwrap();
    assert!(grown < MOST_MEMORY, "memory grew by {grown} bytes: {printed}");
    let reply: Value = serde_json::from_str(words[3]).unwrap();
    assert_eq!((&reply["bytes"], &reply["attempts"]), (&json!(length), &json!(length.div_ceil(CUT))), "{reply}");

    let mut file = fs::File::open(&download.file).unwrap();
    let (mut got, mut expected, mut at) = (vec![0; 1 << 20], vec![0; 1 << 20], 0);
    loop {
        let count = std::io::Read::read(&mut file, &mut got).unwrap();
        if count == 0 {
            break;
        }
        file_server::fill(1, at, &mut expected[..count]);
        assert!(got[..count] == expected[..count], "other bytes from {at} on");
        at += count as u64;
    }
    assert_eq!(at, length);
}
