//! `lacre verify`: no site, no network, no account. The same as the stand-alone `lacre-verify`.
use crate::cli::{Lang, Verify};
use crate::context::{Context, read_file};
use crate::failure::Failure;
use lacre_package::document::TrustSheet;
use lacre_package::report::{self, render};
use lacre_package::{Options, verify};
use std::fs::File;

/// Verifies the package and reports; the exit code is the verdict.
pub(super) fn run(args: &Verify, context: &mut Context<'_>) -> Result<u8, Failure> {
    let path = context.path(&args.file);
    let trust = match &args.trust {
        Some(trust) => {
            let octets = read_file(&context.path(trust))?;
            let sheet = TrustSheet::parse(&octets).map_err(|error| {
                Failure::usage(format!("{} is no trust sheet: {error}", trust.display()))
            })?;
            Some(sheet)
        }
        None => None,
    };
    let head = match &args.head {
        Some(head) => Some(read_file(&context.path(head))?),
        None => None,
    };
    let file = File::open(&path).map_err(|error| Failure::file("open", &path, &error))?;
    let options = Options { trust, head };
    let report = verify(std::io::BufReader::new(file), &options)
        .map_err(|error| Failure::with(2, format!("{}: {error}", args.file.display())))?;
    if context.common.json {
        context.json(&report)?;
    } else {
        let lang = match context.lang() {
            Lang::Es => report::Lang::Es,
            Lang::En => report::Lang::En,
        };
        let text = render(&report, lang);
        context.line(text.trim_end())?;
    }
    Ok(report.exit_code)
}
