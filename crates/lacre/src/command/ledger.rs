//! `lacre ledger`: the transparency log, as any C2SP tool reads it.
use crate::cli::Ledger;
use crate::context::{Context, SharedHouse, write_new};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_term::Digest;

/// `lacre ledger checkpoint | prove | audit | head`.
pub(super) fn run(
    house: &SharedHouse,
    args: &Ledger,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Ledger::Checkpoint => {
            let checkpoint = house.site().ledger().checkpoint();
            context.line(checkpoint.trim_end())?;
            Ok(0)
        }
        Ledger::Prove { commitment } => prove(house, commitment, context),
        Ledger::Audit => audit(house, context),
        Ledger::Head { order, out } => {
            let author = context.author(house)?;
            let (head, document) = house.disclose_head(order, &author, clock::now())?;
            house.site().settle_ledger()?;
            write_new(&context.path(out), &document.octets, false)?;
            let text = format!(
                "{} {}  {} {}",
                context.say("sellos", "seals"),
                head.seals,
                context.say("comunicaciones", "communications"),
                head.communication_count()
            );
            context.tell(&text)?;
            Ok(0)
        }
    }
}

fn prove(house: &SharedHouse, commitment: &str, context: &mut Context<'_>) -> Result<u8, Failure> {
    let commitment = Digest::from_hex(commitment)
        .ok_or_else(|| Failure::usage("a commitment is 64 lower-case hexadecimal digits"))?;
    house.site().settle_ledger()?;
    let proof = house.site().prove(&commitment)?.ok_or_else(|| {
        Failure::with(4, "the ledger holds no such commitment: check its salt and its document")
    })?;
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.commitment-proof/1",
            "entry": lacre_term::hex::encode(&proof.entry),
            "index": proof.index_in_second,
            "size": proof.second_size,
            "path": proof.second_path.iter().map(Digest::to_hex).collect::<Vec<_>>(),
            "tlog_proof": proof.tlog.to_text(),
        }))?;
    } else {
        let text = proof.tlog.to_text();
        context.line(text.trim_end())?;
    }
    Ok(0)
}

fn audit(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    house.site().settle_ledger()?;
    let report = house.site().audit();
    let whole = report.is_whole();
    if context.common.json {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                serde_json::json!({
                    "what": finding.name, "why": finding.fault.to_string(),
                })
            })
            .collect();
        context.json(&serde_json::json!({
            "schema": "lacre.ledger-audit/1",
            "origin": report.origin,
            "whole": whole,
            "size": report.leaves,
            "commitments": report.commitments,
            "findings": findings,
        }))?;
    } else {
        for finding in &report.findings {
            context.line(&format!("{}: {}", finding.name, finding.fault))?;
        }
        let text = if whole {
            context.say("íntegro", "whole")
        } else {
            context.say("NO ÍNTEGRO", "NOT INTACT")
        };
        let line = format!("{} {} {text}", report.origin, report.leaves);
        context.line(&line)?;
    }
    Ok(if whole { 0 } else { 3 })
}
