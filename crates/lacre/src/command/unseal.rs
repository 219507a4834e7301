//! `lacre unseal`: k of n people open the site for reading.
use crate::cli::Unseal;
use crate::context::{Context, SharedHouse, read_file};
use crate::failure::Failure;
use lacre_custody::clock;

/// Puts the shares together. While a server runs, it stays unsealed until the server stops;
/// otherwise this only proves that the shares are good.
pub(super) fn run(
    house: &SharedHouse,
    args: &Unseal,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let mut shares = Vec::new();
    for path in &args.shares {
        let octets = read_file(&context.path(path))?;
        let text = String::from_utf8(octets).map_err(|_| {
            Failure::usage(format!("{} is not a share: it is not text", path.display()))
        })?;
        shares.push(text);
    }
    house.site().unseal(&shares, clock::now())?;
    let text = context
        .say(
            "Las fracciones son buenas; el sitio queda abierto mientras viva este proceso.",
            "The shares are good; the site stays open while this process lives.",
        )
        .to_owned();
    context.tell(&text)?;
    Ok(0)
}
