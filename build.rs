//! Names the shared library for the linker, and packs the catalog's JSON.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    pack_catalog();
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

/// As `src/catalog/packed.rs` reads it: a quarter of its size.
fn pack_catalog() {
    let name = if env::var_os("CARGO_FEATURE_CATALOG_TEXTS").is_some() { "whole" } else { "brief" };
    let source = format!("src/catalog/{name}.json");
    println!("cargo:rerun-if-changed={source}");
    let json = fs::read(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where the output goes"));
    fs::write(folder.join("catalog.packed"), pack(&json)).expect("the output can be written");
}

/// The lengths that fit into a piece, and how far back it reaches.
const SHORTEST: usize = 4;
const LONGEST: usize = SHORTEST + 127;
const FARTHEST: usize = u16::MAX as usize;
/// So many places where a text has been are looked at.
const MOST: usize = 200;

fn pack(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let (mut at, mut plain_from) = (0, 0);
    while at < text.len() {
        let key = &text[at..text.len().min(at + SHORTEST)];
        let known = places.get(key).into_iter().flatten().rev().take(MOST).take_while(|&&place| at - place <= FARTHEST);
        let longest =
            known.map(|&place| (common(text, place, at), place)).max().filter(|(length, _)| *length >= SHORTEST);
        let length = longest.map_or(1, |(length, _)| length);
        if let Some((length, place)) = longest {
            push_plain(&text[plain_from..at], &mut packed);
            packed.push((128 + length - SHORTEST) as u8);
            packed.extend(((at - place) as u16).to_le_bytes());
            plain_from = at + length;
        }
        for place in at..at + length {
            if let Some(key) = text.get(place..place + SHORTEST) {
                places.entry(key).or_default().push(place);
            }
        }
        at += length;
    }
    push_plain(&text[plain_from..], &mut packed);
    packed
}

/// How far the text at `at` is that of a place before, which must not reach into it.
fn common(text: &[u8], place: usize, at: usize) -> usize {
    let most = LONGEST.min(at - place);
    text[place..at].iter().zip(&text[at..]).take(most).take_while(|(before, now)| before == now).count()
}

fn push_plain(plain: &[u8], packed: &mut Vec<u8>) {
    for piece in plain.chunks(128) {
        packed.push((piece.len() - 1) as u8);
        packed.extend(piece);
    }
}
