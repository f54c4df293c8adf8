//! What both READMEs show is so: their program runs and prints what they print, and their five messages are the library's.

mod scripted;
mod support;

use meetgate::{Client, Error};
use meetgate_sandbox::{Options, Sandbox};
use scripted::{NOBODY_LISTENS, Server, json};
use std::process::Command;

const PAGES: [&str; 2] = ["README.md", "README.zh-CN.md"];

fn page(name: &str) -> String {
    std::fs::read_to_string(support::root().join(name)).unwrap()
}

/// The blocks of a language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let start = format!("\n```{language}\n");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split("\n```\n").next()).collect()
}

#[test]
fn the_program_runs() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for name in PAGES {
        let page = page(name);
        let program = blocks(&page, "c").into_iter().find(|block| block.contains("int main(")).unwrap();
        // The page starts the sandbox on a fixed port, which may be taken here.
        assert!(page.contains("meetgate-sandbox --listen 127.0.0.1:8800") && program.contains("127.0.0.1:8800"));
        let program = program.replace("127.0.0.1:8800", &sandbox.address().to_string());
        let source = support::scratch().join(format!("{name}.c"));
        std::fs::write(&source, program + "\n").unwrap();
        let program = support::compile(&source.to_string_lossy(), &["-std=c99"], &format!("{name}-room"));
        let output = support::run(&mut Command::new(program));
        assert!(output.status.success(), "{}", support::both(&output));
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.starts_with("topic: 周会\nroom.read: OK\n  {"), "{printed}");
        let document = blocks(&page, "json")[0].replace("\n ", "");
        assert_eq!(printed.lines().last().unwrap().trim_start(), document);
    }
}

/// The messages of the first section; `…` stands for what differs.
fn messages(page: &str) -> Vec<String> {
    let section = page.split("\n## ").nth(1).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('`').nth(1)).map(str::to_owned).collect()
}

#[test]
fn the_five_messages_are_the_librarys() {
    let shown = messages(&page("README.md"));
    assert_eq!(shown, messages(&page("README.zh-CN.md")));
    let errors = frequent();
    assert_eq!(shown.len(), errors.len());
    for (shown, error) in shown.iter().zip(errors) {
        let message = error.to_string();
        let mut rest = message.as_str();
        for part in shown.split('…').map(str::trim) {
            let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("{message:?} is not {shown:?}"));
            rest = after;
        }
    }
}

/// In the order of the pages.
fn frequent() -> [Error; 5] {
    let avd = |url: &str, params: &str| {
        let config = format!(r#"{{"platform":"avd","base_url":"{url}","access_key":"no","secret_key":"wrong-key"}}"#);
        Client::new(&config).unwrap().call("avd.room.read", params).unwrap_err()
    };
    let room = r#"{"room_id":"12345123456"}"#;
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let secure = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let secure = Client::new(&secure.configurations()["avd"].to_string()).unwrap();
    let plain = format!("http://{}", sandbox.address());
    let fixed = format!(r#"{{"platform":"avd","base_url":"http://{NOBODY_LISTENS}","token":"t"}}"#);
    [
        Client::new(&fixed).unwrap().call("avd.room.read", room).unwrap_err(),
        secure.call("avd.room.read", room).unwrap_err(),
        avd(&plain, room),
        contested(),
        avd(&plain, r#"{"roomid":"12345123456"}"#),
    ]
}

/// All tokens of the account die as soon as they are there: somebody else fetches others.
fn contested() -> Error {
    let server = Server::start(|_, request| match request.target.starts_with("/access/token") {
        true => {
            json(r#"{"code":0,"msg":"OK","result":{"timeout":7200,"access_token":"k3v9x1q7m5b2n8c4z6l0j9h7g5f3d1s2"}}"#)
        }
        false => json(r#"{"code":606000001,"msg":"access_token timed out"}"#),
    });
    let config =
        format!(r#"{{"platform":"hst","base_url":"{}","dev_id":"d","dev_secret":"0123456789abcdef"}}"#, server.url());
    let hst = Client::new(&config).unwrap();
    let call = || hst.call("hst.online.user.state", r#"{"app_id":"a","msg_id":1}"#).unwrap_err();
    let mut errors = (0..9).map(|_| call());
    errors.find(|error| error.to_string().contains("another process")).unwrap_or_else(call)
}

/// One is the other's twin.
#[test]
fn both_pages_have_the_same_parts() {
    let [english, chinese] = PAGES.map(page);
    let headings = |page: &str| page.lines().filter(|line| line.starts_with('#')).map(level).collect::<Vec<_>>();
    assert_eq!(headings(&english), headings(&chinese));
    for language in ["sh", "json"] {
        let commands = |page: &str| -> Vec<String> {
            let lines = blocks(page, language).into_iter().flat_map(str::lines);
            lines.map(|line| line.split('#').next().unwrap_or_default().trim_end().to_owned()).collect()
        };
        assert_eq!(commands(&english), commands(&chinese));
    }
    let of_one = ["README.md", "README.zh-CN.md"];
    let links = |page: &str| {
        let links = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let mut links: Vec<String> =
            links.filter(|link| !of_one.contains(link) && !link.starts_with('#')).map(str::to_owned).collect();
        links.sort();
        links
    };
    assert_eq!(links(&english), links(&chinese));
    let rows = |page: &str| page.lines().filter(|line| line.starts_with('|')).count();
    assert_eq!(rows(&english), rows(&chinese));
    let bold = |page: &str| page.lines().filter(|line| line.starts_with("**")).count();
    assert_eq!(bold(&english), bold(&chinese));
    for link in links(&english).iter().filter(|link| !link.starts_with("http")) {
        assert!(support::root().join(link.split('#').next().unwrap_or_default()).exists(), "{link} leads nowhere");
    }
}

fn level(heading: &str) -> usize {
    heading.chars().take_while(|c| *c == '#').count()
}
