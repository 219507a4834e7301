//! The only way to hold a package: written, read back, verified.
use crate::{
    document::TrustSheet,
    report::{Report, Verdict},
    sign::SiteIdentity,
    verify::{Options, VerifyError, verify},
    write::{Contents, WriteError, Written, write},
};
use std::io::{Read, Seek, SeekFrom, Write};

/// A package that its own verifier accepts. Private fields: [`make`] is the only way to hold one.
#[derive(Debug)]
pub struct Package {
    written: Written,
    report: Report,
}

impl Package {
    /// What was written.
    #[must_use]
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// What the verifier said of it.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Why no package leaves. What stands in the output then is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// Could not be written.
    #[error("the package could not be written")]
    Write(#[from] WriteError),
    /// Could not be read back.
    #[error("the package could not be read back")]
    Verify(#[from] VerifyError),
    /// The output already holds something.
    #[error("the output is not empty; give a new file")]
    NotEmpty,
    /// Our own verifier refuses it: nothing leaves.
    #[error("the package does not verify: {first}; nothing leaves, see the report")]
    NotIntact {
        /// The first finding.
        first: String,
        /// The whole report.
        report: Box<Report>,
    },
}

/// Writes a package into an empty file and verifies it against the site's own trust sheet.
///
/// # Errors
/// [`MakeError`]; the file is then to be thrown away.
pub fn make<F: Read + Write + Seek>(
    mut file: F,
    contents: Contents<'_>,
    identity: &SiteIdentity,
    trust: &TrustSheet,
) -> Result<Package, MakeError> {
    let length = file.seek(SeekFrom::End(0)).map_err(WriteError::Output)?;
    if length != 0 {
        return Err(MakeError::NotEmpty);
    }
    let written = write(&mut file, contents, identity)?;
    let options = Options { trust: Some(trust.clone()), head: None };
    let report = verify(&mut file, &options)?;
    if report.verdict == Verdict::NotIntact {
        let first = report.findings.first().map_or_else(String::new, |finding| {
            format!("{}: {}", finding.place, finding.what(crate::report::Lang::En))
        });
        return Err(MakeError::NotIntact { first, report: Box::new(report) });
    }
    Ok(Package { written, report })
}
