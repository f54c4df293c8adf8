//! Renders everything that follows from the catalog, and checks that what is checked in is that.
//!
//! It reads in one direction: the catalog, the view that all outputs share, a template for each output, and at the end a
//! formatter where one exists.

mod csharp;
mod format;
mod header;
mod machine;
mod native;
mod sandbox;
mod templates;
mod text;
mod view;
mod words;

use crate::catalog::{self, Catalog, Result};
use format::Format;
use machine::Texts;
use minijinja::context;
use std::fs;
use std::path::Path;
use templates::Templates;
use view::View;

/// A rendered file: its path from the root, and its text.
type Rendered = (String, String);

const PYTHON: &str = "bindings/python/src/meetgate";
const CSHARP: &str = "bindings/csharp/src/Meetgate/Generated";
const CSHARP_TESTS: &str = "bindings/csharp/tests/Meetgate.Tests/Generated";

/// Writes the files that changed, and removes those that nothing renders any more.
pub fn write(root: &Path) -> Result<()> {
    // cbindgen reads the Rust sources: they are written before it does.
    render(root, |path, text| write_changed(root, path, text))?;
    Ok(())
}

/// Fails when a checked-in file is not what the catalog renders to.
pub fn check(root: &Path) -> Result<()> {
    let mut stale = Vec::new();
    render(root, |path, text| {
        if fs::read_to_string(root.join(path)).ok().as_deref() != Some(text) {
            stale.push(path.to_owned());
        }
        Ok(())
    })?;
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale: {}\nrun: cargo xtask codegen", stale.join(", ")).into())
}

fn render(root: &Path, mut each: impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let catalog = catalog::load(root)?;
    let plain = catalog::load(root)?.without_citations();
    let (view, plain) = (View::of(&catalog)?, View::of(&plain)?);
    let (templates, plain) = (Templates::over(&view)?, Templates::over(&plain)?);
    for (path, text) in rust(&templates)? {
        each(&path, &text)?;
    }
    for (path, texts) in [("src/catalog/whole.json", Texts::Kept), ("src/catalog/brief.json", Texts::LeftOut)] {
        each(path, &machine::render(&view, texts)?)?;
    }
    let mut rendered = others(root, &catalog, &templates)?;
    rendered.extend(bindings(&plain)?);
    rendered.extend(header_and_imports(root, &catalog, &templates)?);
    for (path, text) in &rendered {
        each(path, text)?;
    }
    leftovers(root, &rendered)?.iter().try_for_each(|path| each(path, ""))
}

/// Files where only generated ones lie, and which are none any more.
fn leftovers(root: &Path, rendered: &[Rendered]) -> Result<Vec<String>> {
    let mut left = Vec::new();
    for folder in [CSHARP, CSHARP_TESTS] {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten() {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if rendered.iter().all(|(other, _)| *other != path) {
                left.push(path);
            }
        }
    }
    Ok(left)
}

fn rust(templates: &Templates<'_>) -> Result<Vec<Rendered>> {
    [("src/catalog/table.rs", "rust/table.rs"), ("src/ffi/operations.rs", "rust/operations.rs")]
        .into_iter()
        .map(|(path, template)| one(templates, path, template, Format::Rust))
        .collect()
}

/// What follows from the view alone, and the sandbox's page.
fn others(root: &Path, catalog: &Catalog, templates: &Templates<'_>) -> Result<Vec<Rendered>> {
    let mut rendered = vec![sandbox::render(root, catalog, templates)?];
    for (path, template) in [
        ("docs/reference/configuration.md", "configuration.md"),
        ("docs/reference/errors.md", "errors.md"),
        ("tests/c/operations.h", "c/operations.h"),
        ("include/meetgate/options.hpp", "cpp/options.hpp"),
        ("tests/cpp/examples.hpp", "cpp/examples.hpp"),
        ("tests/cpp/operations.hpp", "cpp/operations.hpp"),
    ] {
        rendered.push(one(templates, path, template, Format::AsIs)?);
    }
    for platform in &templates.view().platforms {
        let name = platform.name;
        for (path, template) in [
            (format!("docs/reference/{name}.md"), "platform.md"),
            (format!("include/meetgate/{name}.hpp"), "cpp/platform.hpp"),
        ] {
            rendered.push((path, templates.render(template, context! { platform })?));
        }
    }
    Ok(rendered)
}

/// Python and C#. `templates` are over a view without citations: their readers have no vendor's documents.
fn bindings(templates: &Templates<'_>) -> Result<Vec<Rendered>> {
    let mut rendered = Vec::new();
    for (path, template, format) in [
        ("bindings/python/src/meetgate/_version.py", "python/version.py", Format::Python),
        ("bindings/python/src/meetgate/_options.py", "python/options.py", Format::Python),
        ("bindings/python/src/meetgate/_time_params.py", "python/time_params.py", Format::AsIs),
        ("bindings/python/src/meetgate/_tool/tool_catalog.py", "python/tool_catalog.py", Format::AsIs),
        ("bindings/python/tests/examples.json", "examples.json", Format::AsIs),
    ] {
        rendered.push(one(templates, path, template, format)?);
    }
    rendered.push(one(templates, &format!("{CSHARP_TESTS}/Examples.cs"), "csharp/Examples.cs", Format::AsIs)?);
    for file in [
        "CallOptions.cs",
        "ConfigurationDefaults.cs",
        "DownloadOptions.cs",
        "EventsOptions.cs",
        "MeetgateStatus.cs",
        "SecretNames.cs",
        "NestedOptions.cs",
        "Version.props",
        "WaitOptions.cs",
    ] {
        rendered.push(one(templates, &format!("{CSHARP}/{file}"), &format!("csharp/{file}"), Format::CSharp)?);
    }
    for platform in &templates.view().platforms {
        let name = platform.name;
        let mut render = |path: String, template: &str, kind: &str, format: Format| -> Result<()> {
            let text = templates.render(template, context! { platform, kind })?;
            rendered.push((path, format.apply(text)?));
            Ok(())
        };
        render(format!("{PYTHON}/types/{name}.py"), "python/types.py", "", Format::Python)?;
        render(format!("{PYTHON}/_{name}.py"), "python/client.py", "blocking", Format::Python)?;
        render(format!("{PYTHON}/_{name}_async.py"), "python/client.py", "async", Format::Python)?;
        for (file, is_needed) in [
            ("Client", true),
            ("ClientOptions", true),
            ("Enums", !platform.enums.all.is_empty()),
            ("OperationNames", true),
            ("Parameters", !platform.objects.is_empty()),
            ("Replies", true),
            ("Requests", platform.operations.iter().any(|operation| operation.has_request)),
        ] {
            if is_needed {
                let path = format!("{CSHARP}/{}{file}.cs", platform.pascal);
                render(path, &format!("csharp/{file}.cs"), "", Format::CSharp)?;
            }
        }
    }
    match rendered.iter().find_map(|(path, text)| Some((path, catalog::first_citation(text)?))) {
        Some((path, citation)) => Err(format!("{path} cites {citation}: put it in brackets of its own").into()),
        None => Ok(rendered),
    }
}

fn header_and_imports(root: &Path, catalog: &Catalog, templates: &Templates<'_>) -> Result<Vec<Rendered>> {
    let (path, header) = header::render(root, catalog, templates)?;
    let imports = templates.render("csharp/NativeMethods.cs", native::imports(&header)?)?;
    Ok(vec![(path, header), (format!("{CSHARP}/NativeMethods.cs"), Format::CSharp.apply(imports)?)])
}

fn one(templates: &Templates<'_>, path: &str, template: &str, format: Format) -> Result<Rendered> {
    Ok((path.to_owned(), format.apply(templates.render(template, context! {})?)?))
}

/// An empty text is none.
fn write_changed(root: &Path, path: &str, text: &str) -> Result<()> {
    let file = root.join(path);
    if text.is_empty() {
        fs::remove_file(&file)?;
        println!("removed {path}");
    } else if fs::read_to_string(&file).ok().as_deref() != Some(text) {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text)?;
        println!("wrote {path}");
    }
    Ok(())
}
