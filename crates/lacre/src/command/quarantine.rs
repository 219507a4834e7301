//! `lacre intake quarantine`: what no order covers, closed to the court's keys.
use crate::cli::Quarantine;
use crate::context::{Context, SharedHouse, read_file};
use crate::failure::Failure;
use lacre_custody::clock;

/// `lacre intake quarantine list | release | destroy`.
pub(super) fn run(
    house: &SharedHouse,
    args: &Quarantine,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Quarantine::List => {
            for bag in house.quarantine()? {
                if context.common.json {
                    context.json(&bag)?;
                } else {
                    let counts: Vec<String> =
                        bag.reasons.iter().map(|(word, count)| format!("{word} {count}")).collect();
                    context.line(&format!("{}  {}  {}", bag.bag, bag.minute, counts.join("  ")))?;
                }
            }
            Ok(0)
        }
        Quarantine::Release { court_key, bags } => {
            let text = String::from_utf8(read_file(&context.path(court_key))?)
                .map_err(|_| Failure::usage("the court key is not text"))?;
            let author = context.author(house)?;
            let released = house.release(text.trim(), bags, &author, clock::now())?;
            if context.common.json {
                context.json(&released)?;
            } else {
                context.line(&format!(
                    "{} {}  {} {}",
                    "stored", released.totals.stored, "still closed", released.still_closed
                ))?;
            }
            Ok(0)
        }
        Quarantine::Destroy { bags } => {
            let author = context.author(house)?;
            let destroyed = house.destroy_quarantine(bags, &author, clock::now())?;
            context.line(&destroyed.to_string())?;
            Ok(0)
        }
    }
}
