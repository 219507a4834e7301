//! What a command has to work with: where output goes, who acts and why, the house.
use crate::cli::{Common, Lang};
use crate::failure::Failure;
use lacre_custody::House;
use lacre_custody::register::Author;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One command's surroundings.
pub(crate) struct Context<'a> {
    /// Options of every command.
    pub common: Common,
    /// Folder that relative paths start from: the client's when a server runs the command.
    pub cwd: PathBuf,
    /// Data.
    pub out: &'a mut dyn Write,
    /// People.
    pub err: &'a mut dyn Write,
}

impl Context<'_> {
    /// `path` from where the user stands.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    /// The language for people.
    pub(crate) fn lang(&self) -> Lang {
        self.common.lang.unwrap_or_else(|| {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            if set.is_some_and(|value| value.starts_with("es")) { Lang::Es } else { Lang::En }
        })
    }

    /// The text in the user's language.
    pub(crate) fn say<'t>(&self, es: &'t str, en: &'t str) -> &'t str {
        match self.lang() {
            Lang::Es => es,
            Lang::En => en,
        }
    }

    /// One JSON object on a line of stdout.
    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        Ok(())
    }

    /// A line of data.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// A line for people.
    pub(crate) fn tell(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.err, "{text}")?)
    }

    /// Who acts: a registered person; else, on a `--dev` site, its one person; else the account of
    /// the machine that runs the command, which is all that is known.
    pub(crate) fn author(&self, house: &House) -> Result<Author, Failure> {
        let reason = self.common.reason.clone();
        let dev = house.site().is_dev();
        let author = |person: String, role: &str| Author { person, role: role.into(), reason };
        let Some(person) = &self.common.person else {
            return Ok(if dev {
                author("dev".into(), "dev")
            } else {
                author(account(), "account")
            });
        };
        let role = house.with_book(|book, _| {
            book.register().user(person).map(|user| user.role.word().to_owned())
        });
        match role {
            Some(role) => Ok(author(person.clone(), &role)),
            None if dev => Ok(author(person.clone(), "dev")),
            None => Err(Failure::refused(format!(
                "{person} is not registered here: add them with `lacre user add`"
            ))),
        }
    }
}

/// The account this process runs under.
fn account() -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self")
        .map_or_else(|_| "account".to_owned(), |process| format!("uid {}", process.uid()))
}

/// Octets of a file the user named.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file("read", path, &error))
}

/// Writes a file the user named; one that exists is left alone.
pub(crate) fn write_new(path: &Path, octets: &[u8], private: bool) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let write = || -> std::io::Result<()> {
        let mut file = options.open(path)?;
        file.write_all(octets)?;
        file.sync_all()
    };
    write().map_err(|error| Failure::file("write", path, &error))
}

/// A house shared with a running server, or this command's own.
pub(crate) type SharedHouse = Arc<House>;
