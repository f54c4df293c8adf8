//! The seeded hst account: two applications, three users, a month of usage records. The ids are fixed; only the figures
//! of the usage records come from the seed. What records or is live at start began ten minutes before.

mod recordings;

use super::groups::Groups;
use super::media::{Media, MediaType};
use super::{Application, Service, UsageRecord, User, World};

/// The range of the document's own example (000 L121), milliseconds.
const USAGE_FROM_MS: i64 = 1_588_146_896_000;
const USAGE_UNTIL_MS: i64 = 1_590_738_896_000;
const USAGE_RECORDS: i64 = 25;

pub(crate) fn world(seed: u64, now_ms: i64) -> World {
    let applications = applications(seed);
    World {
        usage: usage(seed, &applications),
        applications,
        recordings: recordings::recordings(now_ms),
        live_streams: recordings::live_streams(now_ms),
        untold: Vec::new(),
    }
}

fn applications(seed: u64) -> Vec<Application> {
    let mut random = fastrand::Rng::with_seed(seed);
    // H27: 16 characters, the length of an AES-128 key.
    let mut secret = || format!("{:016x}", random.u64(..));
    let service = |id, use_limit| Service { id, use_limit };
    let user = |id: &str, terminal: &str, exclusivity: &str, online| User {
        id: id.to_owned(),
        terminal: terminal.to_owned(),
        exclusivity: exclusivity.to_owned(),
        company: "123".to_owned(),
        online,
    };
    vec![
        Application {
            id: "8f14e45fceea467a9f36dedd4bea2543".to_owned(),
            secret: secret(),
            name: "会议演示".to_owned(),
            online: true,
            consumption_limit: Some(5000),
            services: vec![
                service(3, Some(100_000)),
                service(4, Some(100_000)),
                service(6, None),
                service(7, Some(500)),
            ],
            users: vec![
                user("u1001", "T-1001", "pc", true),
                user("u1002", "T-1002", "mobile", true),
                user("u1003", "T-1003", "pc", false),
            ],
            groups: meeting(),
        },
        Application {
            id: "c9f0f895fb98ab9159f51fd0297e236d".to_owned(),
            secret: secret(),
            name: "spare".to_owned(),
            online: false,
            consumption_limit: None,
            services: vec![service(3, None)],
            users: Vec::new(),
            groups: Groups::default(),
        },
    ]
}

/// One group with two users; one of them is heard and seen. The steps there are the application's versions 1 to 4.
fn meeting() -> Groups {
    let mut groups = Groups::default();
    let media = |id: &str, kind| Media { id: id.to_owned(), kind };
    // None of these can be refused: nobody is there before.
    let _ = groups.join("g2001", "u1001");
    let _ = groups.start("g2001", "u1001", media("a1001", MediaType::Audio));
    let _ = groups.start("g2001", "u1001", media("v1001", MediaType::Video));
    let _ = groups.join("g2001", "u1002");
    groups
}

/// 25 records of the first application, oldest first.
fn usage(seed: u64, applications: &[Application]) -> Vec<UsageRecord> {
    let Some(application) = applications.first() else {
        return Vec::new();
    };
    let mut random = fastrand::Rng::with_seed(seed ^ 0xb111);
    let step = (USAGE_UNTIL_MS - USAGE_FROM_MS) / USAGE_RECORDS;
    let kinds = [
        (1, 101, "音频通信", 0.007, ""),
        (2, 102, "视频通信", 0.028, "1280*720"),
        (4, 104, "屏幕共享", 0.028, "1920*1080"),
        (6, 106, "信令通道", 0.0001, ""),
        (7, 107, "在线服务", 0.05, ""),
    ];
    (0..USAGE_RECORDS)
        .zip(kinds.iter().cycle())
        .map(|(index, (charge_term, product_id, product_name, price, resolution))| {
            let stream = matches!(charge_term, 1 | 2 | 4);
            let of_stream = |text: String| if stream { text } else { String::new() };
            UsageRecord {
                app_id: application.id.clone(),
                app_name: application.name.clone(),
                product_id: *product_id,
                product_name,
                charge_term: *charge_term,
                price: *price,
                started_at_ms: USAGE_FROM_MS + index * step + random.i64(0..step / 2) / 1000 * 1000,
                total_time_s: if *charge_term == 6 { 0 } else { random.i64(60..5400) },
                signals: if *charge_term == 6 { random.i64(100..20_000) } else { 0 },
                group_id: of_stream("g2001".to_owned()),
                resolution,
                stream_id: of_stream(format!("{:016x}", random.u64(..))),
                client_id: of_stream(format!("{:08x}", random.u32(..))),
                transfer_type: if stream { random.i32(1..=2) } else { 0 },
            }
        })
        .collect()
}
