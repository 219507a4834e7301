//! `lacre init`: a site, and what leaves the house.
use crate::cli::Init;
use crate::context::{Context, write_new};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_custody::register::{Author, Book};
use lacre_custody::site::{Handover, Plan, Site};
use lacre_custody::warrant::{Change, Role, User};
use lacre_engine::embedded;
use std::path::{Path, PathBuf};

/// Makes the site and writes out shares, court keys and trust sheet.
pub(super) fn run(args: &Init, context: &mut Context<'_>) -> Result<u8, Failure> {
    let dir = context.path(&args.dir);
    let out = match &args.out {
        Some(out) => context.path(out),
        None => beside(&dir)?,
    };
    if out.starts_with(&dir) {
        return Err(Failure::usage(
            "the handover folder must not lie inside the site: its keys must leave the house",
        ));
    }
    refuse_full(&dir)?;
    refuse_full(&out)?;
    make_dir(&dir)?;
    make_dir(&out)?;
    let _lock = embedded::lock(&dir).map_err(|error| Failure::with(6, error.to_string()))?;
    let engine = embedded::open(&dir).map_err(|error| Failure::with(6, error.to_string()))?;
    let plan = if args.dev {
        Plan { name: args.name.clone(), dev: true, shares: 1, threshold: 1 }
    } else {
        let (shares, threshold) = (args.shares, args.threshold);
        Plan { name: args.name.clone(), dev: false, shares, threshold }
    };
    let (site, handover) = Site::create(engine, &plan, clock::now())?;
    if let Some(name) = &context.common.person {
        first_administrator(&site, name)?;
    }
    site.settle_ledger()?;
    let files = write_out(&out, &handover)?;
    write_new(&dir.join("trust.json"), &handover.trust, false)?;
    report(args, &dir, &files, &site, context)
}

/// Registers who makes the site, when named, as its first administrator.
fn first_administrator(site: &Site, name: &str) -> Result<(), Failure> {
    let now = clock::now();
    let role = Role::Administrator;
    let author = Author { person: name.to_owned(), role: role.word().to_owned(), reason: None };
    let added = Change::UserAdded(User { name: name.to_owned(), role });
    Ok(Book::load(site, now)?.change(site, added, &author, now)?)
}

fn beside(dir: &Path) -> Result<PathBuf, Failure> {
    let name = dir
        .file_name()
        .ok_or_else(|| Failure::usage("the site needs a folder of its own, such as ./site"))?;
    let mut name = name.to_os_string();
    name.push("-handover");
    Ok(dir.with_file_name(name))
}

fn refuse_full(dir: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::usage(format!(
                "{} is not empty: choose another folder; nothing was changed",
                dir.display()
            ))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::file("read", dir, &error)),
    }
}

fn make_dir(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(dir).map_err(|error| Failure::file("make", dir, &error))
}

fn write_out(out: &Path, handover: &Handover) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut write = |name: String, octets: &[u8], private: bool| -> Result<(), Failure> {
        let path = out.join(name);
        write_new(&path, octets, private)?;
        files.push(path);
        Ok(())
    };
    for (at, share) in handover.shares.iter().enumerate() {
        write(format!("share-{}.txt", at + 1), format!("{share}\n").as_bytes(), true)?;
    }
    for (at, key) in handover.court_keys.iter().enumerate() {
        write(format!("court-key-{}.txt", at + 1), format!("{key}\n").as_bytes(), true)?;
    }
    write("trust.json".into(), &handover.trust, false)?;
    Ok(files)
}

fn report(
    args: &Init,
    dir: &Path,
    files: &[PathBuf],
    site: &Site,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.init/1",
            "site": dir,
            "dev": args.dev,
            "origin": site.facts().origin,
            "handover": files,
        }))?;
    } else {
        for file in files {
            let line = file.display().to_string();
            context.line(&line)?;
        }
    }
    let text = if args.dev {
        context.say(
            "SITIO DE PRUEBAS (--dev): su clave está dentro; quien copie la carpeta lo lee todo. \
             No guarde aquí nada verdadero.",
            "DEV SITE: its share lies inside; whoever copies the folder reads everything. \
             Keep nothing true in it.",
        )
    } else {
        context.say(
            "Reparta cada fracción (share) a una persona, entregue al juzgado sus claves y la \
             hoja de confianza (trust.json), y borre la carpeta: aquí no queda copia.",
            "Give each share to one person, the court keys and the trust sheet (trust.json) to the \
             court, then erase the folder: no copy stays here.",
        )
    };
    let text = text.to_owned();
    context.tell(&text)?;
    Ok(0)
}
