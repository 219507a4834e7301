//! `lacre package`: evidence for the court.
use crate::cli::{Lang, Package};
use crate::context::{Context, SharedHouse};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_package::report::{self, render};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// `lacre package make | list`.
pub(super) fn run(
    house: &SharedHouse,
    args: &Package,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Package::Make { order, out } => make(house, order, &context.path(out), context),
        Package::List => {
            for act in house.packages_made()? {
                if context.common.json {
                    context.json(&act)?;
                } else {
                    let order = act.object.get("order").and_then(|it| it.as_str()).unwrap_or("-");
                    context.line(&format!("{}  {:<24} {}", act.at, order, act.person))?;
                }
            }
            Ok(0)
        }
    }
}

/// Writes beside its place, verifies, and only then gives it its name.
fn make(
    house: &SharedHouse,
    order: &str,
    out: &Path,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    if out.exists() {
        return Err(Failure::usage(format!(
            "{} exists: choose another name; nothing was changed",
            out.display()
        )));
    }
    let author = context.author(house)?;
    let draft = draft_of(out)?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&draft)
        .map_err(|error| Failure::file("write", &draft, &error))?;
    let made = house.make_package(order, &file, &author, clock::now());
    let finished = made.map_err(Failure::from).and_then(|package| {
        file.sync_all().map_err(|error| Failure::file("write", &draft, &error))?;
        std::fs::hard_link(&draft, out).map_err(|error| Failure::file("write", out, &error))?;
        Ok(package)
    });
    let _draft_stays_if_it_cannot_go = std::fs::remove_file(&draft);
    let package = finished?;
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.package-made/1",
            "file": out,
            "octets": package.written().octets,
            "files": package.written().files,
            "communications": package.written().communications,
            "withheld": package.written().withheld,
            "parts": package.written().parts,
            "pdus": package.written().pdus,
            "verdict": package.report().verdict,
        }))?;
    } else {
        let lang = match context.lang() {
            Lang::Es => report::Lang::Es,
            Lang::En => report::Lang::En,
        };
        let text = render(package.report(), lang);
        context.tell(text.trim_end())?;
        let line = out.display().to_string();
        context.line(&line)?;
    }
    Ok(0)
}

fn draft_of(out: &Path) -> Result<PathBuf, Failure> {
    let name = out
        .file_name()
        .ok_or_else(|| Failure::usage("the package needs a file name, such as case.asice"))?;
    let mut draft = name.to_os_string();
    draft.push(".draft");
    Ok(out.with_file_name(draft))
}
