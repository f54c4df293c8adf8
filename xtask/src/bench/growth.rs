//! How the cost grows: with clients, threads, and the size of answers. Nothing here has a bar.

use super::footprint;
use super::lab::{Lab, Scene, Trust, Who, Work};
use super::native::{parts, speeds};
use super::row::{Bar, Row};
use super::speed;

pub fn rows(lab: &Lab) -> Vec<Row> {
    let clients = [1, 100, 10_000].into_iter().flat_map(|count| {
        [("client_new", "new_us", "µs"), ("bytes of each", "bytes", "B")].map(|(what, figure, unit)| {
            let name = format!("{count} clients: {what}, {unit}");
            Row::new(name, Bar::None, footprint::clients(lab, count, figure))
        })
    });
    let threads = [1, 2, 4, 16, 32].into_iter().map(|count| {
        let measured = speed::threads(lab, &Scene::new(Work::Read, Trust::Plain), &[Who::Ours, Who::Curl], count);
        Row::new(
            format!("threads {count} plain, calls/s"),
            Bar::None,
            measured.and_then(|rounds| parts(&rounds, "rate")),
        )
    });
    let sizes = [
        ("1 KB", 1_000, 25),
        ("16 KB", 16_000, 25),
        ("256 KB", 256_000, 10),
        ("4 MB", 4_000_000, 1),
        ("16 MB", 16_000_000, 1),
    ];
    let answers = sizes.into_iter().map(|(name, bytes, calls)| {
        let scene = Scene::new(Work::Read, Trust::Plain).wishing(format!("rows-{bytes}"));
        let measured = speed::long(lab, &scene, &[Who::Ours, Who::Curl], calls);
        Row::new(format!("{name} answer, p50 µs"), Bar::None, measured.and_then(|rounds| speeds(&rounds, "p50")))
    });
    clients.chain(threads).chain(answers).collect()
}
