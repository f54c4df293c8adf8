//! Unpacks the catalog's JSON, which `build.rs` packs: it is read by tools alone, and says most words many times.

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.packed"));

/// The catalog as one JSON object.
pub(super) fn unpacked() -> String {
    let json = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
    String::from_utf8(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_what_was_packed() {
        let source = match cfg!(feature = "catalog-texts") {
            true => include_str!("whole.json"),
            false => include_str!("brief.json"),
        };
        assert_eq!(unpacked(), source);
    }
}
