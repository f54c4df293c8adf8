//! Names the shared library for the linker, and packs the catalog's JSON.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    pack_catalog();
    link_small_curves();
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "android" | "freebsd") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmeetgate.so.0");
            // Unloading code with thread-local destructors crashes old glibc: dlclose leaves the library in place.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
            if env::var("PROFILE").as_deref() == Ok("release") && links_with_lld() {
                // Functions of the same code become one: 1 % of the library.
                println!("cargo:rustc-cdylib-link-arg=-Wl,--icf=all");
            }
        }
        Ok("macos") => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmeetgate.0.dylib"),
        _ => {}
    }
}

/// `cargo xtask dist` says where they are, when it has `ring` compiled so that it needs them.
fn link_small_curves() {
    const VARIABLE: &str = "MEETGATE_SMALL_CURVES";
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    if let Ok(folder) = env::var(VARIABLE) {
        println!("cargo:rerun-if-changed=xtask/src/dist/small_curves.c");
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-lib=static=small_curves");
    }
}

/// Whether this compiler brings a linker of its own and nobody has chosen another: others do not know all of its arguments.
fn links_with_lld() -> bool {
    let is_chosen = env::var_os("RUSTC_LINKER").is_some()
        || env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    !is_chosen
        && env::var("TARGET").as_deref() == Ok("x86_64-unknown-linux-gnu")
        && version().is_some_and(|it| it >= 90)
}

/// The compiler's second number, as 90 of 1.90.
fn version() -> Option<u32> {
    let told = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?.stdout;
    let told = String::from_utf8(told).ok()?;
    told.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()
}

/// As `src/catalog/packed.rs` reads it: a fifth of its size.
fn pack_catalog() {
    let name = if env::var_os("CARGO_FEATURE_CATALOG_TEXTS").is_some() { "whole" } else { "brief" };
    let source = format!("src/catalog/{name}.json");
    println!("cargo:rerun-if-changed={source}");
    let json = fs::read(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where the output goes"));
    let packed = miniz_oxide::deflate::compress_to_vec(&json, 10);
    fs::write(folder.join("catalog.packed"), packed).expect("the output can be written");
}
