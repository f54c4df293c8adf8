//! What the first segment of a path asks for.

/// Where a path begins with none of them, the answer is the sandbox's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wish {
    Usual,
    /// `/rows-<bytes>`: many small objects, as of a long list.
    Rows(usize),
    /// `/text-<bytes>`: one long string.
    Text(usize),
    /// `/delay-<ms>`: the usual answer, later. So many callers at once need as many connections.
    Delay(u64),
    /// `/never`: no answer at all.
    Never,
}

/// The wish, and the path after it.
pub fn split(path: &str) -> (Wish, &str) {
    let first = path.strip_prefix('/').unwrap_or(path);
    let (segment, _) = first.split_once('/').unwrap_or((first, ""));
    let wish = match segment.split_once('-') {
        Some(("rows", bytes)) => bytes.parse().ok().map(Wish::Rows),
        Some(("text", bytes)) => bytes.parse().ok().map(Wish::Text),
        Some(("delay", ms)) => ms.parse().ok().map(Wish::Delay),
        _ if segment == "never" => Some(Wish::Never),
        _ => None,
    };
    match wish {
        Some(wish) => (wish, path.get(1 + segment.len()..).unwrap_or_default()),
        None => (Wish::Usual, path),
    }
}
