//! The status page over TLS, as a browser fetches it.
//!
//! Rules: DESIGN decisions 21, 22.
#[cfg(test)]
mod fetched;
