//! Renders everything that follows from the catalog, and checks that what is checked in is that.
//!
//! It reads in one direction: the catalog, the view that all outputs share, a template for each output, and at the end a
//! formatter where one exists.

mod format;
mod header;
mod native;
mod sandbox;
mod templates;
mod text;
mod view;

use crate::catalog::{self, Catalog, Result};
use format::Format;
use minijinja::context;
use std::fs;
use std::path::Path;
use templates::Templates;
use view::View;

/// A rendered file: its path from the root, and its text.
type Rendered = (String, String);

const PYTHON: &str = "bindings/python/src/meetgate";
const CSHARP: &str = "bindings/csharp/src/Meetgate/Generated";

/// Writes the files that changed.
pub fn write(root: &Path) -> Result<()> {
    let catalog = catalog::load(root)?;
    let view = View::of(&catalog)?;
    let templates = Templates::over(&view)?;
    let rendered = rust(&templates)?.into_iter().chain(others(root, &catalog, &templates)?);
    rendered.into_iter().try_for_each(|(path, text)| write_changed(root, &path, &text))?;
    // cbindgen reads the Rust sources, the ones just written among them.
    for (path, text) in header_and_imports(root, &catalog, &templates)? {
        write_changed(root, &path, &text)?;
    }
    Ok(())
}

/// Fails when a checked-in file is not what the catalog renders to.
pub fn check(root: &Path) -> Result<()> {
    let catalog = catalog::load(root)?;
    let view = View::of(&catalog)?;
    let templates = Templates::over(&view)?;
    let mut rendered = rust(&templates)?;
    rendered.extend(others(root, &catalog, &templates)?);
    rendered.extend(header_and_imports(root, &catalog, &templates)?);
    let stale: Vec<String> = rendered
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale: {}\nrun: cargo xtask codegen", stale.join(", ")).into())
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
    for (path, template, format) in [
        ("docs/reference/configuration.md", "configuration.md", Format::AsIs),
        ("tests/c/operations.h", "c/operations.h", Format::AsIs),
        ("include/meetgate/options.hpp", "cpp/options.hpp", Format::AsIs),
        ("tests/cpp/examples.hpp", "cpp/examples.hpp", Format::AsIs),
        ("tests/cpp/operations.hpp", "cpp/operations.hpp", Format::AsIs),
        ("bindings/python/src/meetgate/_version.py", "python/version.py", Format::Python),
        ("bindings/python/src/meetgate/_options.py", "python/options.py", Format::Python),
        ("bindings/python/tests/examples.json", "examples.json", Format::AsIs),
        ("bindings/csharp/tests/Generated/Examples.cs", "csharp/Examples.cs", Format::AsIs),
    ] {
        rendered.push(one(templates, path, template, format)?);
    }
    for file in
        ["AssemblyInfo.cs", "CallOptions.cs", "ConfigurationParameters.cs", "MeetgateStatus.cs", "Version.props"]
    {
        rendered.push(one(templates, &format!("{CSHARP}/{file}"), &format!("csharp/{file}"), Format::CSharp)?);
    }
    for platform in &templates.view().platforms {
        let name = platform.name;
        let mut render = |path: String, template: &str, kind: &str, format: Format| -> Result<()> {
            let text = templates.render(template, context! { platform, kind })?;
            rendered.push((path, format.apply(text)?));
            Ok(())
        };
        render(format!("docs/reference/{name}.md"), "platform.md", "", Format::AsIs)?;
        render(format!("include/meetgate/{name}.hpp"), "cpp/platform.hpp", "", Format::AsIs)?;
        render(format!("{PYTHON}/types/{name}.py"), "python/types.py", "", Format::Python)?;
        render(format!("{PYTHON}/_{name}.py"), "python/client.py", "blocking", Format::Python)?;
        render(format!("{PYTHON}/_{name}_async.py"), "python/client.py", "async", Format::Python)?;
        render(format!("{CSHARP}/{}Client.cs", platform.pascal), "csharp/Client.cs", "", Format::CSharp)?;
        render(format!("{CSHARP}/{}Replies.cs", platform.pascal), "csharp/Replies.cs", "", Format::CSharp)?;
        if !platform.objects.is_empty() {
            render(format!("{CSHARP}/{}Parameters.cs", platform.pascal), "csharp/Parameters.cs", "", Format::CSharp)?;
        }
    }
    Ok(rendered)
}

fn header_and_imports(root: &Path, catalog: &Catalog, templates: &Templates<'_>) -> Result<Vec<Rendered>> {
    let (path, header) = header::render(root, catalog, templates)?;
    let imports = templates.render("csharp/NativeMethods.cs", native::imports(&header)?)?;
    Ok(vec![(path, header), (format!("{CSHARP}/NativeMethods.cs"), Format::CSharp.apply(imports)?)])
}

fn one(templates: &Templates<'_>, path: &str, template: &str, format: Format) -> Result<Rendered> {
    Ok((path.to_owned(), format.apply(templates.render(template, context! {})?)?))
}

fn write_changed(root: &Path, path: &str, text: &str) -> Result<()> {
    let file = root.join(path);
    if fs::read_to_string(&file).ok().as_deref() != Some(text) {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text)?;
        println!("wrote {path}");
    }
    Ok(())
}
