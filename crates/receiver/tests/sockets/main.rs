//! The port over real sockets, against a mediation function that talks back.
//!
//! Rules: TS 102 232-1 clause 6; DESIGN decisions 16, 18, 20.
#[cfg(test)]
mod answers;
#[cfg(test)]
mod common;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod options;
#[cfg(test)]
mod pressure;
#[cfg(test)]
mod strangers;
