//! `lacre measure health` and `lacre measure silence`: how well each measure delivers.
//!
//! Counts and times only: works without shares and opens nothing.
//!
//! Rules: `spec/line-health.md`.
use crate::cli::{Health, Silence};
use crate::context::{Context, SharedHouse};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_custody::intake::health::Kind;
use lacre_custody::line_health::{LineName, MeasureHealth};
use lacre_term::Micros;

/// One measure a line, and a line for each alarm.
pub(super) fn health(
    house: &SharedHouse,
    args: &Health,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let now = clock::now();
    for measure in house.measure_health(args.order.as_deref(), now)? {
        if context.common.json {
            context.json(&as_json(&measure, now))?;
        } else {
            as_words(&measure, context)?;
        }
    }
    Ok(0)
}

/// Sets the hours, for the site or for one measure.
pub(super) fn silence(
    house: &SharedHouse,
    args: &Silence,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let author = context.author(house)?;
    let line = match (&args.liid, &args.operator) {
        (Some(liid), Some(operator)) => Some(LineName { liid, operator }),
        _ => None,
    };
    house.set_silence(line, args.hours, &author, clock::now())?;
    Ok(0)
}

fn time(at: Option<i64>) -> Option<String> {
    at.map(|at| Micros(at).rfc3339())
}

fn as_json(measure: &MeasureHealth, now: Micros) -> serde_json::Value {
    let line = &measure.line;
    let kinds: serde_json::Map<String, serde_json::Value> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let came = line.of(kind);
            let told = serde_json::json!({ "pdus": came.pdus, "last_received": time(came.last) });
            (kind.word().to_owned(), told)
        })
        .collect();
    let skew = line.skew.micros().map(|(least, estimate, greatest)| {
        serde_json::json!({ "min": least, "estimate": estimate, "max": greatest })
    });
    let silent_for = line.silent_for(measure.from, now) / 1_000_000;
    let alarms = measure.alarms.iter().map(|alarm| alarm.word());
    serde_json::json!({
        "schema": "lacre.measure-health/1",
        "case": measure.case,
        "order": measure.order,
        "liid": lacre_term::liid::shown(measure.liid.octets()),
        "operator": measure.operator,
        "from": measure.from.rfc3339(),
        "until": measure.until.rfc3339(),
        "in_force": measure.in_force,
        "received": kinds,
        "last_intercepted": time(line.intercepted_at),
        "silence_hours": measure.silence_hours,
        "silent_seconds": measure.in_force.then_some(silent_for),
        "missing": line.aside.missing,
        "last_missed": time(line.aside.missed_at),
        "conflicts": line.conflicts,
        "last_conflict": time(line.conflict_at),
        "duplicates": line.aside.duplicates,
        "delay_micros": skew,
        "flagged": line.flagged,
        "not_understood": line.not_understood,
        "quarantined": line.aside.closed,
        "undecodable_permille": line.undecodable_permille(),
        "operator_malformed": measure.malformed,
        "operator_notices": measure.notices,
        "alarms": alarms.collect::<Vec<_>>(),
    })
}

fn as_words(measure: &MeasureHealth, context: &mut Context<'_>) -> Result<(), Failure> {
    let line = &measure.line;
    let last = time(line.of(Kind::Iri).last).unwrap_or_else(|| "never".to_owned());
    let state = match (measure.in_force, measure.alarms.is_empty()) {
        (_, false) => "ALARM",
        (true, true) => "well",
        (false, true) => "not in force",
    };
    context.line(&format!(
        "{:<26} {:<16} {:<20} {state:<12} last IRI {last}; kept {}, missing {}, conflicts {}, \
         duplicates {}, quarantined {}, not understood {}",
        lacre_term::liid::shown(measure.liid.octets()),
        measure.operator,
        measure.order,
        line.kept(),
        line.aside.missing,
        line.conflicts,
        line.aside.duplicates,
        line.closed(),
        line.not_understood,
    ))?;
    if let Some((least, estimate, greatest)) = line.skew.micros() {
        let milli = |micros: i64| micros / 1_000;
        context.line(&format!(
            "  delay {} ms (from {} to {} ms)",
            milli(estimate),
            milli(least),
            milli(greatest)
        ))?;
    }
    for (word, count) in &measure.notices {
        context.line(&format!("  its operator told of {word}: {count}"))?;
    }
    for alarm in &measure.alarms {
        context.line(&format!("  {}: {}", alarm.word(), alarm.sentence()))?;
    }
    Ok(())
}
