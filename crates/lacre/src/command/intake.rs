//! `lacre intake`: recorded handovers, the same journey as the wire.
use crate::cli::Intake;
use crate::context::{Context, SharedHouse};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_custody::intake::Totals;
use lacre_custody::warrant::{Change, Peer};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Takes the files in the order given, prints each durable mark, and one summary.
pub(super) fn run(
    house: &SharedHouse,
    args: &Intake,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let name = args.operator.as_deref().ok_or_else(|| {
        Failure::usage("say who delivered the files with --operator PEER (see `lacre peer list`)")
    })?;
    let peer = known_peer(house, name, context)?;
    let before = house.totals();
    let author = context.author(house)?;
    for file in &args.files {
        let path = context.path(file);
        if !path.is_file() {
            return Err(Failure::usage(format!("{} is not a file", path.display())));
        }
    }
    house.begin_files(&peer, args.files.len(), &author, clock::now())?;
    for file in &args.files {
        take(house, &peer, file, context)?;
    }
    let sealed = house.end_intake(clock::now())?;
    let totals = house.totals().since(&before);
    summary(&totals, sealed, context)
}

/// The peer's name; on a `--dev` site an unknown one is registered on the spot as a file peer.
fn known_peer(
    house: &SharedHouse,
    name: &str,
    context: &mut Context<'_>,
) -> Result<Arc<str>, Failure> {
    let known = house.with_book(|book, _| {
        let register = book.register();
        register
            .peer(name)
            .or_else(|| register.peers().find(|peer| peer.operator == name))
            .map(|peer| peer.name.clone())
    });
    match known {
        Some(name) => Ok(Arc::from(name)),
        None if house.site().is_dev() => {
            let author = context.author(house)?;
            house.change(Change::PeerAdded(Peer::of_files(name)), &author, clock::now())?;
            Ok(Arc::from(name))
        }
        None => Err(Failure::refused(format!(
            "{name} is no peer of this site: register it with `lacre peer add {name} --file`"
        ))),
    }
}

fn take(
    house: &SharedHouse,
    peer: &Arc<str>,
    file: &Path,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let path = context.path(file);
    let mut reader = File::open(&path).map_err(|error| Failure::file("open", &path, &error))?;
    let json = context.common.json;
    let mut lost = None;
    let out = &mut *context.out;
    let shown = file.display().to_string();
    let taken = house.take_file(&mut reader, peer, &mut |mark| {
        if !json {
            return;
        }
        let mut line = serde_json::json!({
            "schema": "lacre.mark/1",
            "file": shown,
            "offset": mark.offset,
            "block": mark.mark.block,
            "pdus": mark.mark.pdus,
        });
        merge(&mut line, &mark.mark.totals);
        // Flushed at once: what is printed is durable, whatever happens next.
        if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
            lost = Some(error);
        }
    });
    taken.map_err(Failure::from)?;
    lost.map_or(Ok(()), |error| Err(error.into()))
}

fn merge(line: &mut serde_json::Value, totals: &Totals) {
    let counts = serde_json::to_value(totals).unwrap_or_default();
    if let (Some(line), Some(counts)) = (line.as_object_mut(), counts.as_object()) {
        line.extend(counts.iter().map(|(name, count)| (name.clone(), count.clone())));
    }
}

fn summary(totals: &Totals, sealed: usize, context: &mut Context<'_>) -> Result<u8, Failure> {
    if context.common.json {
        let mut line = serde_json::json!({ "schema": "lacre.intake/1" });
        merge(&mut line, totals);
        if let Some(fields) = line.as_object_mut() {
            fields.insert("parts_sealed".into(), sealed.into());
        }
        context.json(&line)?;
        return Ok(0);
    }
    let words = match context.lang() {
        crate::cli::Lang::Es => [
            "recibidos",
            "guardados",
            "duplicados",
            "conflictos",
            "en cuarentena",
            "de control",
            "rechazados",
            "octetos",
            "partes selladas",
        ],
        crate::cli::Lang::En => [
            "received",
            "stored",
            "duplicates",
            "conflicts",
            "quarantined",
            "control",
            "rejected",
            "octets",
            "parts sealed",
        ],
    };
    let counts = [
        totals.received,
        totals.stored,
        totals.duplicates,
        totals.conflicts,
        totals.quarantined_total(),
        totals.control,
        totals.rejected,
        totals.octets,
        u64::try_from(sealed).unwrap_or(u64::MAX),
    ];
    for (word, count) in words.iter().zip(counts) {
        context.line(&format!("{word:<16} {count:>12}"))?;
    }
    for (reason, count) in &totals.quarantined {
        context.line(&format!("  {reason:<14} {count:>12}"))?;
    }
    Ok(0)
}

/// `lacre intake status`.
pub(super) fn status(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let totals = house.totals();
    if context.common.json {
        let mut line = serde_json::json!({ "schema": "lacre.intake-status/1" });
        merge(&mut line, &totals);
        context.json(&line)?;
        return Ok(0);
    }
    summary(&totals, 0, context)
}

/// `lacre intake gaps`.
pub(super) fn gaps(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    for (order, measure) in house.measure_totals()? {
        if context.common.json {
            let mut line = serde_json::to_value(&measure)?;
            if let Some(fields) = line.as_object_mut() {
                fields.insert("schema".into(), "lacre.measure-totals/1".into());
                fields.insert("order".into(), order.into());
            }
            context.json(&line)?;
        } else {
            context.line(&format!(
                "{:<26} {order:<20} {:>6} {:>6}",
                measure.liid, measure.gaps, measure.conflicts
            ))?;
        }
    }
    Ok(0)
}
