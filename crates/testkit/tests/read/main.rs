//! What the testkit builds, read by the decoder under test: two hands that never met.
//!
//! Rules: TS 102 232-1, -2, -3, -5.
#[cfg(test)]
mod back;
