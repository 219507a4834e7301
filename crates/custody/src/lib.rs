//! The custodian: the only crate that knows more than one room.
//!
//! Carries evidence from room to room; every look, disclosure and destruction is an entered act
//! before it has an effect.
#![forbid(unsafe_code)]

pub mod door;
