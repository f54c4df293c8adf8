//! The calls of the control interface.

pub(crate) const PREFIX: &str = "/_sandbox";
/// The page, below the prefix.
pub(crate) const CONSOLE: &str = "/console";

/// Every method and path there is; this is also what `GET /_sandbox` shows.
pub(crate) const ROUTES: [(&str, &str, &str); 36] = [
    ("GET", "", "what there is: this"),
    ("GET", "/configurations", "what the first line printed"),
    ("GET", "/exchanges", "recorded calls; ?operation=avd.room.read or avd.*, ?secrets=1 shows what else is masked"),
    ("GET", "/exchanges/<id>", "one of them; secrets masked"),
    ("DELETE", "/exchanges", "forget them"),
    ("GET", "/counts", "how many calls of each operation arrived"),
    ("GET", "/counts/acted", "on how many the platform acted"),
    ("GET", "/counts/failed", "how many got no success, by operation, HTTP status and the platform's number"),
    ("DELETE", "/counts", "count from 0 again"),
    ("GET", "/faults", "the planned faults, with their ids"),
    ("POST", "/faults", "plan one: {\"operation\",\"times\",\"acted\",\"kind\",…}; answers {\"id\"}"),
    ("DELETE", "/faults", "remove all"),
    ("DELETE", "/faults/<id>", "remove one"),
    ("POST", "/tokens/expire", "all live hst and avd tokens die now"),
    ("GET", "/clock", "{\"offset_s\"}: how far the sandbox's clock is ahead of the machine's"),
    ("PUT", "/clock", "set it: {\"offset_s\"}"),
    ("POST", "/clock/advance", "move it on: {\"seconds\"}"),
    ("POST", "/avd/participants", "somebody joins: {\"room_id\",\"user_id\",\"user_name\",\"type\",\"user_data\"}"),
    ("DELETE", "/avd/participants", "somebody leaves: ?room_id=&user_id="),
    ("POST", "/avd/chat", "somebody in the room says something: {\"room_id\",\"user_id\",\"message\",\"to\"}"),
    ("GET", "/avd/site", "what avd's administrator has set"),
    ("PUT", "/avd/site", "set it: {\"composed_view\",\"company\",\"licence_service\"}"),
    ("PUT", "/hst/users", "{\"app_id\",\"user_id\",\"state\",\"mutex_type\",\"terminal_seq_num\",\"company_id\"}"),
    ("GET", "/hst/groups", "?app_id=: the full state of an application and its version, as the event gateway has it"),
    (
        "POST",
        "/hst/groups/users",
        "somebody joins a group: {\"app_id\",\"group_id\",\"user_id\"}; answers {\"version\"}",
    ),
    ("DELETE", "/hst/groups/users", "somebody leaves: ?app_id=&group_id=&user_id="),
    (
        "POST",
        "/hst/groups/media",
        "somebody begins to broadcast: {\"app_id\",\"group_id\",\"user_id\",\"media_id\",\"media_type\"}, the type 0 screen, 1 audio, \
         2 video, 4 whiteboard",
    ),
    ("DELETE", "/hst/groups/media", "stops: ?app_id=&group_id=&user_id=&media_id=&media_type="),
    ("GET", "/hst/gateway/sessions", "who is connected to the event gateway"),
    ("DELETE", "/hst/gateway/sessions", "cuts all of these connections now; answers {\"cut\"}"),
    ("GET", "/worlds", "what the three platforms hold: rooms, recordings, applications, users, calls"),
    ("GET", "/overview", "all of this in one answer; ?after=<id> shows only the calls since then"),
    ("GET", CONSOLE, "a page that shows it, with --console"),
    ("GET", "/operations", "the names of the operations"),
    ("GET", "/tls", "what the second line printed under --tls"),
    ("POST", "/reset", "the world, the clock, the faults and the record as they were at start"),
];
