//! What must hold of a shared library before it is handed out, read from the file itself.

use super::target::{GLIBC_FLOOR, System, Target};
use crate::catalog::Result;
use object::read::elf::{ElfFile, FileHeader};
use object::{Endianness, FileKind, Object as _, ObjectSection as _, elf, read::pe};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// In each library behind its version: `src/ffi/library.rs` writes it.
const RELEASE: &[u8] = b"\0a release build\0";
const PREFIX: &str = "meetgate_";

/// What was found.
pub struct Artefact {
    pub bytes: u64,
    /// The newest glibc that a symbol asks for.
    pub glibc: Option<String>,
    /// The libraries that must be there when it is loaded.
    pub needs: Vec<String>,
    pub exports: BTreeSet<String>,
}

/// Reads a library and finds all that is wrong with it; `functions` are those of the header.
pub fn checked(library: &Path, target: &Target, functions: &BTreeSet<String>) -> Result<Artefact> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", library.display());
    let bytes = fs::read(library).map_err(|error| named(&error))?;
    let (artefact, problems) = read(&bytes, target, functions).map_err(|error| named(&error))?;
    if problems.is_empty() {
        return Ok(artefact);
    }
    Err(format!("{} cannot be handed out:\n  {}", library.display(), problems.join("\n  ")).into())
}

fn read(bytes: &[u8], target: &Target, functions: &BTreeSet<String>) -> Result<Found> {
    match FileKind::parse(bytes)? {
        FileKind::Elf64 => of_elf::<elf::FileHeader64<Endianness>>(bytes, target, functions),
        FileKind::Elf32 => of_elf::<elf::FileHeader32<Endianness>>(bytes, target, functions),
        FileKind::Pe64 => of_windows::<object::pe::ImageNtHeaders64>(bytes, functions),
        FileKind::Pe32 => of_windows::<object::pe::ImageNtHeaders32>(bytes, functions),
        other => Err(format!("it is no shared library but {other:?}").into()),
    }
}

type Found = (Artefact, Vec<String>);

fn of_elf<H: FileHeader<Endian = Endianness>>(
    bytes: &[u8],
    target: &Target,
    functions: &BTreeSet<String>,
) -> Result<Found> {
    let file = ElfFile::<H>::parse(bytes)?;
    let (header, endian) = (file.elf_header(), file.endian());
    let mut problems = Vec::new();
    let mut need = |holds: bool, problem: &str| {
        if !holds {
            problems.push(problem.to_owned());
        }
    };
    let segments = header.program_headers(endian, bytes)?;
    let kinds = || segments.iter().map(|segment| object::read::elf::ProgramHeader::p_type(segment, endian));
    need(kinds().any(|kind| kind == elf::PT_GNU_RELRO), "its relocations stay writable: no RELRO");
    let stack =
        segments.iter().find(|segment| object::read::elf::ProgramHeader::p_type(*segment, endian) == elf::PT_GNU_STACK);
    let stack_flags = stack.map(|segment| object::read::elf::ProgramHeader::p_flags(segment, endian));
    need(stack_flags.is_some_and(|flags| flags & elf::PF_X == 0), "it asks for a stack that can be executed");
    let dynamic = file.elf_section_table().dynamic(endian, bytes)?.ok_or("it is no shared library")?;
    let strings = file.elf_section_table().strings(endian, bytes, dynamic.1)?;
    let mut needs = Vec::new();
    let (mut soname, mut is_bound_now) = (None, false);
    for entry in dynamic.0 {
        use object::read::elf::Dyn as _;
        let value: u64 = entry.d_val(endian).into();
        let text = || entry.string(endian, strings).map(|text| String::from_utf8_lossy(text).into_owned());
        match entry.tag32(endian) {
            Some(elf::DT_NEEDED) => needs.push(text()?),
            Some(elf::DT_SONAME) => soname = Some(text()?),
            Some(elf::DT_RPATH | elf::DT_RUNPATH) => {
                need(false, "it has a path of this machine in which to look (RPATH)")
            }
            Some(elf::DT_FLAGS) => is_bound_now |= value & u64::from(elf::DF_BIND_NOW) != 0,
            Some(elf::DT_FLAGS_1) => is_bound_now |= value & u64::from(elf::DF_1_NOW) != 0,
            Some(elf::DT_TEXTREL) => need(false, "its code has relocations"),
            _ => {}
        }
    }
    need(is_bound_now, "its functions are looked up at the first call: no BIND_NOW");
    need(soname.as_deref() == Some("libmeetgate.so.0"), &format!("its soname is {soname:?}"));
    let names_left =
        file.sections().any(|section| section.name().is_ok_and(|name| name == ".symtab" || name.starts_with(".debug")));
    need(!names_left, "it is not stripped");
    let glibc = newest_glibc(&file, endian, bytes)?;
    match (target.system, &glibc) {
        (System::Glibc, Some(glibc)) if number(glibc) > number(GLIBC_FLOOR) => {
            need(false, &format!("it needs glibc {glibc}, and the floor is {GLIBC_FLOOR}"));
        }
        (System::Musl, Some(glibc)) => need(false, &format!("it needs glibc {glibc}, and is for musl")),
        _ => {}
    }
    // musl's functions have no versions: for it the linker has looked alone.
    if target.system == System::Glibc {
        let strangers = without_version(&file, endian, bytes)?;
        need(strangers.is_empty(), &format!("it asks for what glibc has not: {}", strangers.join(", ")));
    }
    let exports = exports(&file)?;
    let artefact = Artefact { bytes: bytes.len() as u64, glibc, needs, exports };
    problems.extend(of_all(bytes, &artefact, functions));
    Ok((artefact, problems))
}

fn of_windows<H: pe::ImageNtHeaders>(bytes: &[u8], functions: &BTreeSet<String>) -> Result<Found> {
    use pe::ImageOptionalHeader as _;
    let file = pe::PeFile::<H>::parse(bytes)?;
    let mut problems = Vec::new();
    let flags = file.nt_headers().optional_header().dll_characteristics();
    for (flag, what) in [
        (object::pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT, "its data can be executed: no NX_COMPAT"),
        (object::pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "it lies at one address always: no DYNAMIC_BASE"),
    ] {
        if flags & flag == 0 {
            problems.push(what.to_owned());
        }
    }
    let has_debug = file.sections().any(|section| section.name().is_ok_and(|name| name.starts_with(".debug")));
    if has_debug || file.symbols().next().is_some() {
        problems.push("it is not stripped".to_owned());
    }
    let mut needs = BTreeSet::new();
    if let Some(table) = file.import_table()? {
        let mut libraries = table.descriptors()?;
        while let Some(library) = libraries.next()? {
            let name = String::from_utf8_lossy(table.name(library.name.get(object::LittleEndian))?).to_lowercase();
            // Compilers' own libraries are on no user's machine.
            if name.starts_with("libgcc") || name.starts_with("libwinpthread") || name.starts_with("libstdc") {
                problems.push(format!("it needs {name}, which comes with a compiler"));
            }
            needs.insert(name);
        }
    }
    let exports = exports(&file)?;
    let artefact = Artefact { bytes: bytes.len() as u64, glibc: None, needs: needs.into_iter().collect(), exports };
    problems.extend(of_all(bytes, &artefact, functions));
    Ok((artefact, problems))
}

fn of_all(bytes: &[u8], artefact: &Artefact, functions: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    if !bytes.windows(RELEASE.len()).any(|piece| piece == RELEASE) {
        problems.push("it is no release build".to_owned());
    }
    let others: Vec<&str> = artefact.exports.difference(functions).map(String::as_str).collect();
    if !others.is_empty() {
        problems.push(format!("it exports what the header has not: {}", others.join(", ")));
    }
    let missing: Vec<&str> = functions.difference(&artefact.exports).map(String::as_str).collect();
    if !missing.is_empty() {
        problems.push(format!("it lacks what the header has: {}", missing.join(", ")));
    }
    if !artefact.exports.iter().all(|name| name.starts_with(PREFIX)) {
        problems.push(format!("it exports names that do not begin with {PREFIX}"));
    }
    problems
}

fn exports<'d>(file: &impl object::Object<'d>) -> Result<BTreeSet<String>> {
    let exports = file.exports()?;
    Ok(exports.iter().map(|export| String::from_utf8_lossy(export.name()).into_owned()).collect())
}

fn newest_glibc<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'_, H>,
    endian: Endianness,
    bytes: &[u8],
) -> Result<Option<String>> {
    let Some((mut versions, strings)) = file.elf_section_table().gnu_verneed(endian, bytes)? else { return Ok(None) };
    let strings = file.elf_section_table().strings(endian, bytes, strings)?;
    let mut newest: Option<String> = None;
    while let Some((_, mut needed)) = versions.next()? {
        while let Some(version) = needed.next()? {
            let name = String::from_utf8_lossy(version.name(endian, strings)?).into_owned();
            if let Some(glibc) = name.strip_prefix("GLIBC_")
                && newest.as_ref().is_none_or(|newest| number(glibc) > number(newest))
            {
                newest = Some(glibc.to_owned());
            }
        }
    }
    Ok(newest)
}

/// What it cannot be loaded without, and no version of a library is said to have.
fn without_version<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'_, H>,
    endian: Endianness,
    bytes: &[u8],
) -> Result<Vec<String>> {
    let symbols = file.elf_dynamic_symbol_table();
    let versions = file.elf_section_table().versions(endian, bytes)?;
    let mut names = Vec::new();
    for (index, symbol) in symbols.enumerate() {
        use object::read::elf::Sym as _;
        let version = versions.as_ref().map(|versions| versions.version_index(endian, index).index());
        let has_version = version.is_some_and(|version| version > elf::VER_NDX_GLOBAL);
        if symbol.is_undefined(endian) && symbol.st_bind() == elf::STB_GLOBAL && !has_version {
            names.push(String::from_utf8_lossy(symbols.symbol_name(endian, symbol)?).into_owned());
        }
    }
    Ok(names)
}

/// 2.4 is older than 2.17.
fn number(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(number("2.4") < number("2.17") && number("2.17") < number("2.34"));
        assert!(number("2.2.5") < number("2.17") && number("PRIVATE") > number("2.17"));
    }
}
