//! The one place where a clock is read.
//!
//! Every other function takes the time as an argument, so that a story can be told at any hour.
use lacre_term::Micros;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, by this machine's clock, in UTC microseconds.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is custody::clock, the one reader of a clock")]
pub fn now() -> Micros {
    let (sign, span) = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => (1, after),
        Err(before) => (-1, before.duration()),
    };
    Micros(sign * i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
}
