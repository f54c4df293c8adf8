//! Says where the static libcurl is that was built for this program: two lines, its headers and its library.

fn main() {
    println!("{}\n{}/build/libcurl.a", env!("STATIC_CURL_INCLUDE"), env!("STATIC_CURL_ROOT"));
}
