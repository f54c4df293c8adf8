//! hst: tokens and users in random order.

use super::Documented;
use crate::caller::{Caller, encode, patient_agent};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const APP: &str = "8f14e45fceea467a9f36dedd4bea2543";
/// The seeded users, their terminals' classes, and whether they are signed in.
const USERS: [(&str, &str, bool); 3] = [("u1001", "pc", true), ("u1002", "mobile", true), ("u1003", "pc", false)];
const LIFETIME_S: u64 = 100;

#[derive(Clone, Debug)]
pub enum Action {
    Fetch,
    /// With a secret that is not ours.
    FetchWrongly,
    Expire,
    Wait(u64),
    /// With one of the tokens ever fetched, counted from the newest.
    Kick {
        token: usize,
        user: usize,
        class: Option<&'static str>,
    },
    /// Takes the application online or offline.
    Update {
        online: bool,
    },
    Create,
    Delete,
}

pub fn action() -> impl Strategy<Value = Action> {
    let class = prop_oneof![2 => Just(None), 1 => Just(Some("pc")), 1 => Just(Some("mobile"))];
    prop_oneof![
        4 => Just(Action::Fetch),
        1 => Just(Action::FetchWrongly),
        1 => Just(Action::Expire),
        2 => (1..LIFETIME_S).prop_map(Action::Wait),
        5 => (0..3_usize, 0..4_usize, class).prop_map(|(token, user, class)| Action::Kick { token, user, class }),
        2 => any::<bool>().prop_map(|online| Action::Update { online }),
        1 => Just(Action::Create),
        1 => Just(Action::Delete),
    ]
}

struct Run {
    caller: Caller,
    documented: Documented,
    /// Oldest first; which of them lives we know better than the sandbox does.
    tokens: Vec<String>,
    dies_at_s: u64,
    now_s: u64,
    app_online: bool,
    online: BTreeMap<&'static str, bool>,
    /// Applications made on the way.
    made: Vec<String>,
}

pub fn play(actions: &[Action]) -> Result<(), String> {
    let options = meetgate_sandbox::Options { hst_token_lifetime: LIFETIME_S, ..Default::default() };
    let mut caller = Caller::with(options);
    caller.agent = patient_agent();
    caller.sandbox.hold_clock();
    let online = USERS.iter().map(|(id, _, online)| (*id, *online)).collect();
    let mut run = Run {
        caller,
        documented: Documented::new(),
        tokens: Vec::new(),
        dies_at_s: 0,
        now_s: 0,
        app_online: true,
        online,
        made: Vec::new(),
    };
    run.fetch()?;
    for action in actions {
        run.perform(action).map_err(|why| format!("{action:?}: {why}"))?;
        run.check_tokens().map_err(|why| format!("after {action:?}: {why}"))?;
        run.check_users().map_err(|why| format!("after {action:?}: {why}"))?;
    }
    Ok(())
}

impl Run {
    fn perform(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Fetch => self.fetch(),
            Action::FetchWrongly => {
                let answer = self.caller.send("GET", "/access/token", &[("Authorization", "nobody.001AAAA")], b"");
                expect("a wrong developer token", self.documented.check("hst.access.token", &answer.json())?, 606000000)
            }
            Action::Expire => {
                self.caller.sandbox.expire_tokens();
                self.dies_at_s = self.now_s;
                Ok(())
            }
            Action::Wait(seconds) => {
                self.caller.sandbox.advance_clock(Duration::from_secs(*seconds));
                self.now_s += seconds;
                Ok(())
            }
            Action::Kick { token, user, class } => self.kick(*token, *user, *class),
            Action::Update { online } => {
                let status = if *online { "online" } else { "offline" };
                let number =
                    self.json("hst.app.update", "PATCH", "/v1/app", &json!({"app_id": APP, "status": status}))?;
                if number.0 == 0 {
                    self.app_online = *online;
                }
                Ok(())
            }
            Action::Create => {
                let body = json!({"app_name": "made", "status": "online", "consumption_limit": 1, "service": [{"service_id": 3}]});
                let (number, answer) = self.json("hst.app.create", "POST", "/v1/app", &body)?;
                if number == 0 {
                    self.made.push(answer["result"]["app_id"].as_str().unwrap().to_owned());
                }
                Ok(())
            }
            Action::Delete => self.delete(),
        }
    }

    fn lives(&self) -> bool {
        self.now_s < self.dies_at_s
    }

    fn fetch(&mut self) -> Result<(), String> {
        let header = self.caller.hst_authorization();
        let answer = self.caller.send("GET", "/access/token", &[("Authorization", &header)], b"").json();
        expect("a fetch", self.documented.check("hst.access.token", &answer)?, 0)?;
        let token = answer["result"]["access_token"].as_str().unwrap().to_owned();
        if self.tokens.contains(&token) {
            return Err("a token came twice".to_owned());
        }
        self.tokens.push(token);
        self.dies_at_s = self.now_s + LIFETIME_S;
        Ok(())
    }

    /// A call with a body and the newest token: 606000001 when that is dead, and only then.
    fn json(&self, operation: &str, method: &str, path: &str, body: &Value) -> Result<(i64, Value), String> {
        let answer = self.caller.hst_json_with(self.tokens.last().unwrap(), method, path, &body.to_string());
        let number = self.documented.check(operation, &answer)?;
        if (number == 606000001) == self.lives() {
            return Err(format!("{operation} with a token that lives: {}, answers {number}", self.lives()));
        }
        Ok((number, answer))
    }

    fn kick(&mut self, token: usize, user: usize, class: Option<&str>) -> Result<(), String> {
        let (id, of_user) = USERS.get(user).map_or(("u404", ""), |(id, class, _)| (*id, *class));
        let newest = token == 0 || self.tokens.len() == 1;
        let index = self.tokens.len().saturating_sub(1 + token);
        let mut body = json!({"app_id": APP, "user_id": id});
        if let Some(class) = class {
            body["mutex_type"] = json!(class);
        }
        let answer = self.caller.hst_json_with(&self.tokens[index], "POST", "/v1/kickout", &body.to_string());
        let there = self.app_online && self.online.get(id) == Some(&true);
        let expected = match () {
            () if !newest || !self.lives() => 606000001,
            () if id == "u404" => 606000003,
            () if !there || class.is_some_and(|class| class != of_user) => 606000005,
            () => 0,
        };
        expect(&format!("to kick {id}"), self.documented.check("hst.kickout", &answer)?, expected)?;
        if expected == 0 {
            self.online.insert(USERS[user].0, false);
        }
        Ok(())
    }

    fn delete(&mut self) -> Result<(), String> {
        let id = self.made.last().cloned().unwrap_or_else(|| "404".to_owned());
        let path = format!("/v1/app?{}", encode(&[("app_id", &id)]));
        let token = [("Authorization", self.tokens.last().unwrap().as_str())];
        let answer = self.caller.send("DELETE", &path, &token, b"").json();
        let expected = match () {
            () if !self.lives() => 606000001,
            () if self.made.is_empty() => 606000003,
            () => 0,
        };
        expect("to delete an application", self.documented.check("hst.app.delete", &answer)?, expected)?;
        if expected == 0 {
            self.made.pop();
        }
        Ok(())
    }

    /// 001 L8: one token lives at any time, the newest, until its time is over; all older ones are dead.
    fn check_tokens(&self) -> Result<(), String> {
        let path = format!("/v1/online/user/state?app_id={APP}&msg_id=1");
        // The newest, those before it, and the first of all: the ones between have been looked at before.
        let looked_at = |index: &usize| *index == 0 || index + 4 > self.tokens.len();
        for (index, token) in self.tokens.iter().enumerate().filter(|(index, _)| looked_at(index)) {
            let newest = index + 1 == self.tokens.len();
            let answer = self.caller.send("GET", &path, &[("Authorization", token)], b"").json();
            let number = self.documented.check("hst.online.user.state", &answer)?;
            let expected = if newest && self.lives() { 0 } else { 606000001 };
            expect(&format!("token {index} of {}", self.tokens.len()), number, expected)?;
        }
        Ok(())
    }

    /// Presence, commands and invitations tell the same: who is signed in is reached, who is not is not.
    fn check_users(&self) -> Result<(), String> {
        if !self.lives() {
            return Ok(());
        }
        let token = self.tokens.last().unwrap();
        let reached = |id: &str| self.app_online && self.online[id];
        let path = format!("/v1/online/user/state?app_id={APP}&msg_id=1");
        let states = self.caller.send("GET", &path, &[("Authorization", token)], b"").json();
        let list: Vec<Value> = USERS
            .iter()
            .map(|(id, class, _)| json!({"user_id": id, "mutex_type": class, "client_guid": "c"}))
            .collect();
        let body = json!({"app_id": APP, "msg_id": 1, "trans_mess": {}, "user_list": list});
        let (number, command) = self.json("hst.online.trans_cmd", "POST", "/v1/online/trans-cmd", &body)?;
        expect("a command", number, 0)?;
        for (index, (id, _, _)) in USERS.iter().enumerate() {
            let (state, result) = (&states["result"]["user_list"][index], &command["result"]["user_list"][index]);
            if state["user_id"] != *id || state["state"] != i32::from(reached(id)) {
                return Err(format!("{id} reached: {}, but {state}", reached(id)));
            }
            if result["user_id"] != *id || result["result"] != if reached(id) { 0 } else { 2 } {
                return Err(format!("{id} reached: {}, but {result}", reached(id)));
            }
        }
        let ids = USERS.map(|(id, _, _)| id);
        let body = json!({"app_id": APP, "group_id": "g2001", "seq_id": 1, "user_id_list": ids});
        let (number, invited) = self.json("hst.online.invite", "POST", "/v1/online/invite", &body)?;
        expect("an invitation", number, 0)?;
        let failed: Vec<&str> = ids.into_iter().filter(|id| !reached(id)).collect();
        if invited["result"]["user_id_list"] != json!(failed) {
            return Err(format!("{failed:?} are not reached, but {invited}"));
        }
        Ok(())
    }
}

fn expect(what: &str, number: i64, expected: i64) -> Result<(), String> {
    if number == expected { Ok(()) } else { Err(format!("{what} answers {number}, not {expected}")) }
}
