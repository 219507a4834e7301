//! `lacre demo`.
use crate::cli::Demo;
use crate::context::Context;
use crate::failure::Failure;

/// A synthetic site.
pub fn run(_args: &Demo, _context: &mut Context<'_>) -> Result<u8, Failure> {
    Err(Failure::usage("being written"))
}
