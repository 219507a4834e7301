//! What the stories of a whole site in memory start from: a handover, a house, and someone who
//! looks at the ground afterwards with the shares in hand.
#![allow(dead_code, unreachable_pub, reason = "each story uses its own part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "helpers of stories may panic: that is how a story fails"
)]
pub mod ground;
pub mod handover;
pub mod told;
