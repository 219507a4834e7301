//! What stands behind the seam: files and SQLite.
//!
//! An engine sees ciphertext, random names and versions; it is not trusted, and what it loses,
//! alters, hides or rolls back is detected above. Each engine shares no code with another; what
//! they share is `lacre_store::conformance`.
//!
//! Rules: DESIGN.md decision 15; ARCHITECTURE.md section 5.

pub mod embedded;
