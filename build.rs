//! Names the shared library for the linker; nothing else is generated at build time.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "android" | "freebsd") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmeetgate.so.0");
            // Unloading code with thread-local destructors crashes old glibc: dlclose leaves the library in place.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        Ok("macos") => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmeetgate.0.dylib"),
        _ => {}
    }
}
