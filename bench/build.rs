//! Passes on where curl-sys has built its libcurl, which cargo tells build scripts only.

fn main() {
    for (name, given) in [("STATIC_CURL_INCLUDE", "DEP_CURL_INCLUDE"), ("STATIC_CURL_ROOT", "DEP_CURL_ROOT")] {
        println!("cargo::rustc-env={name}={}", std::env::var(given).unwrap_or_default());
    }
}
