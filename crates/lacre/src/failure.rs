//! A command's failure as people read it: what, why, what to do, and the exit code.
use std::error::Error;
use std::fmt;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Exit code.
    pub code: u8,
    message: String,
}

impl Failure {
    /// Wrong usage or input.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// Refused: no order, no role, no reason, sealed.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { code: 5, message: message.into() }
    }

    /// With a code of its own.
    pub(crate) fn with(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self { code: 2, message: format!("could not {doing} {}: {error}", path.display()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The error and every source below it, once each.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let part = source.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        next = source.source();
    }
    text
}

impl From<lacre_custody::CustodyError> for Failure {
    fn from(error: lacre_custody::CustodyError) -> Self {
        Self { code: error.exit_code(), message: chain(&error) }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // Whoever reads has read enough, as `head` does: no failure, nothing to say.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self { code: 0, message: String::new() };
        }
        Self { code: 1, message: format!("could not write the output: {error}") }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self { code: 1, message: format!("could not write JSON: {error}") }
    }
}
