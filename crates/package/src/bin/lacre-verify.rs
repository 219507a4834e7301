//! `lacre-verify`: checks a package with no site, no network and no account.
//!
//! The report goes to standard output, complaints to standard error. Exit codes: 0 intact and
//! complete, 3 not intact, 4 unbroken but not everything could be checked, 2 wrong usage, 1 the
//! file could not be read.
//!
//! Rules: decision 13; `spec/package.md`, "Verdicts".
use lacre_package::{
    Options, TrustSheet, VerifyError,
    report::{Lang, render},
    verify,
};
use std::{env, fs, io::Write, path::Path, process::ExitCode};

const USAGE: &str =
    "usage: lacre-verify FILE [--trust trust.json] [--head FILE] [--json] [--lang es|en]";
const WRONG_USAGE: u8 = 2;
const FAILED: u8 = 1;

struct Arguments {
    file: String,
    trust: Option<String>,
    head: Option<String>,
    json: bool,
    lang: Lang,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err((code, why)) => {
            // Nothing is left to tell when standard error itself is gone.
            let _ = writeln!(std::io::stderr(), "error: {why}");
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<u8, (u8, String)> {
    let Some(arguments) = arguments(env::args().skip(1))? else {
        let _ = writeln!(std::io::stdout(), "{USAGE}");
        return Ok(0);
    };
    let trust = arguments.trust.as_deref().map(|path| {
        TrustSheet::parse(&read(path)?).map_err(|error| (WRONG_USAGE, format!("{path}: {error}")))
    });
    let head = arguments.head.as_deref().map(read);
    let options = Options { trust: trust.transpose()?, head: head.transpose()? };
    let path = &arguments.file;
    let file = fs::File::open(path).map_err(|error| (WRONG_USAGE, format!("{path}: {error}")))?;
    let report = verify(file, &options).map_err(|error| match error {
        VerifyError::Head(source) => (WRONG_USAGE, format!("--head: {source}")),
        VerifyError::Unreadable(source) => (FAILED, format!("{path}: {source}")),
    })?;
    let text = if arguments.json {
        let json = serde_json::to_string(&report);
        json.map_err(|error| (FAILED, error.to_string()))? + "\n"
    } else {
        render(&report, arguments.lang)
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| (FAILED, format!("standard output: {error}")))?;
    Ok(report.exit_code)
}

/// None when help was asked for.
fn arguments(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, (u8, String)> {
    let usage = |why: String| (WRONG_USAGE, format!("{why}\n{USAGE}"));
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env::var(name).ok());
    let mut lang = Lang::of_locale(&locale.unwrap_or_default());
    let (mut file, mut trust, mut head, mut json) = (None, None, None, false);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| usage(format!("{word} needs a value")));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => json = true,
            "--trust" => trust = Some(value()?),
            "--head" => head = Some(value()?),
            "--lang" => {
                let word = value()?;
                lang = Lang::parse(&word).ok_or_else(|| usage(format!("no language {word}")))?;
            }
            other if other.starts_with("--") => return Err(usage(format!("no option {other}"))),
            _ if file.is_none() => file = Some(word),
            _ => return Err(usage(format!("more than one file: {word}"))),
        }
    }
    let file = file.ok_or_else(|| usage("which package?".into()))?;
    Ok(Some(Arguments { file, trust, head, json, lang }))
}

fn read(path: &str) -> Result<Vec<u8>, (u8, String)> {
    fs::read(Path::new(path)).map_err(|error| (WRONG_USAGE, format!("{path}: {error}")))
}
