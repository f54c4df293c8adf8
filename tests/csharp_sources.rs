//! What no compiler checks of the C# sources: how they reach the C library.

mod support;

use std::fs;
use std::path::Path;

#[test]
fn every_call_between_csharp_and_c_is_cdecl() {
    for (file, source) in sources() {
        for (name, text) in [
            ("delegate* ", "delegate* unmanaged[Cdecl]<"),
            ("[UnmanagedFunctionPointer", CDECL_DELEGATE),
            ("[UnmanagedCallersOnly", "[UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]"),
        ] {
            let (all, right) = (source.matches(name).count(), source.matches(text).count());
            assert_eq!(all, right, "{file}: {name}");
        }
    }
    let native = native();
    assert!(native.contains("delegate* unmanaged[Cdecl]<") && native.contains(CDECL_DELEGATE), "nothing was compared");
}

const CDECL_DELEGATE: &str = "[UnmanagedFunctionPointer(CallingConvention.Cdecl)]";

/// The search of .NET Framework looks into the current directory, where anybody may have put a library.
#[test]
fn only_libraries_of_the_system_are_imported_by_name() {
    let allowed = ["kernel32", "libdl.so.2", "libc"];
    let mut imports = 0;
    for (file, source) in sources() {
        for (_, import) in source.match_indices("[DllImport(").map(|(at, found)| source.split_at(at + found.len())) {
            let import = import.split("extern").next().unwrap();
            assert!(allowed.iter().any(|name| import.starts_with(&format!("\"{name}\""))), "{file}: {import}");
            assert!(import.contains("[DefaultDllImportSearchPaths(DllImportSearchPath.S"), "{file}: {import}");
            imports += 1;
        }
        assert!(!source.contains("[LibraryImport("), "{file}");
    }
    assert!(imports > 0, "nothing was looked at");
}

#[test]
fn every_function_that_csharp_binds_is_in_the_header() {
    let header = read(&support::root().join("include/meetgate.h"));
    let native = native();
    let bound: Vec<&str> = native.split("export(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(bound.contains(&"meetgate_call_with"), "{bound:?}");
    for function in bound {
        assert!(header.contains(&format!("MEETGATE_CALL {function}(")), "{function}");
    }
}

#[test]
fn only_the_room_beside_c_is_unsafe() {
    for (file, source) in sources() {
        let is_unsafe = source.split(|c: char| !c.is_alphanumeric()).any(|word| word == "unsafe");
        let may_be = file.starts_with("Native/") || file == "Generated/NativeMethods.cs";
        assert!(!is_unsafe || may_be, "{file}");
    }
}

/// Paths from the library's folder, and what is in them.
fn sources() -> Vec<(String, String)> {
    let folder = support::root().join("bindings/csharp/src/Meetgate");
    let mut found = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "cs") {
                found.push((path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned(), read(&path)));
            }
        }
    }
    found
}

fn native() -> String {
    read(&support::root().join("bindings/csharp/src/Meetgate/Generated/NativeMethods.cs"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
