//! Mobile records: what TS 33.108 and TS 101 671 payloads say, field by field, out of recorded
//! vectors and of octets built here.
#![allow(clippy::unwrap_used, reason = "helpers of stories may panic: that is how a story fails")]
#[path = "mobile/build.rs"]
mod build;
#[path = "mobile/calls.rs"]
mod calls;
#[path = "mobile/content.rs"]
mod content;
#[path = "mobile/fields.rs"]
mod fields;
#[path = "mobile/folded.rs"]
mod folded;
#[path = "mobile/groups.rs"]
mod groups;
#[path = "mobile/hostile.rs"]
mod hostile;
#[path = "mobile/places.rs"]
mod places;
#[path = "mobile/sessions.rs"]
mod sessions;
#[path = "mobile/vectors.rs"]
mod vectors;
