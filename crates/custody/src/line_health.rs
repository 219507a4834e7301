//! Line health as people see it: each measure of the register with what intake counted of its
//! line, what is wrong with it, and the acts that say when it fell silent and when it was heard.
//!
//! Needs no root and opens nothing: counts and times only. Acts name a line by its order, its
//! operator and a keyed tag, never by its LIID.
//!
//! Rules: issue 3 (line health); DESIGN decisions 6, 11, 12; `spec/line-health.md`.
use crate::error::CustodyError;
use crate::house::{House, lock};
use crate::intake::health::{Alarm, Line, Silence};
use crate::register::Author;
use crate::site::Site;
use crate::state;
use lacre_term::{Liid, Micros, hex};
use lacre_warrant::BindingRow;
use std::collections::{BTreeMap, BTreeSet};

/// Head under which the silences set are kept, wrapped to the machine.
const SILENCE: &str = "intake/silence";

/// One measure and how its line delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureHealth {
    /// The case.
    pub case: String,
    /// The order.
    pub order: String,
    /// The LIID.
    pub liid: Liid,
    /// The operator.
    pub operator: String,
    /// First moment authorised.
    pub from: Micros,
    /// First moment no longer authorised.
    pub until: Micros,
    /// True when the measure is in force at the time asked.
    pub in_force: bool,
    /// Hours it may be without IRI.
    pub silence_hours: u32,
    /// What was counted of its line, under every order that named it.
    pub line: Line,
    /// Octets of its operator from which no LIID could be read: malformed PDUs and unframed runs.
    pub malformed: u64,
    /// HI1 notices of its operator that were not as ordered, by the word of their act.
    pub notices: BTreeMap<String, u64>,
    /// What is wrong with it.
    pub alarms: Vec<Alarm>,
}

/// The line that a silence is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineName<'a> {
    /// The LIID, as shown by `lacre measure list`.
    pub liid: &'a str,
    /// The operator.
    pub operator: &'a str,
}

impl House {
    /// The health of every measure, of one order when asked for, by LIID and time. Pending PDUs
    /// are counted.
    ///
    /// # Errors
    /// The engine's refusal, or an order the register does not know.
    pub fn measure_health(
        &self,
        order: Option<&str>,
        now: Micros,
    ) -> Result<Vec<MeasureHealth>, CustodyError> {
        let silence = silence(&self.site)?;
        let table = self.binding_table();
        if let Some(order) = order
            && self.with_book(|book, _| book.register().order(order).is_none())
        {
            return Err(CustodyError::Input(format!(
                "order {order} is not registered: see `lacre order list`"
            )));
        }
        let intake = lock(&self.intake);
        let health = intake.health();
        let wanted = |row: &&BindingRow| order.is_none_or(|order| order == row.order);
        let told = |row: &BindingRow| {
            let line = health.line(row.liid.octets(), &row.operator).cloned().unwrap_or_default();
            let silence_hours = silence.hours(row.liid.octets(), &row.operator);
            let in_force = (row.from..row.until).contains(&now);
            let alarms = line.alarms(in_force.then_some((row.from, silence_hours)), now);
            MeasureHealth {
                case: row.case.clone(),
                order: row.order.clone(),
                liid: row.liid.clone(),
                operator: row.operator.clone(),
                from: row.from,
                until: row.until,
                in_force,
                silence_hours,
                line,
                malformed: health.malformed(&row.operator),
                notices: health.notices(&row.operator),
                alarms,
            }
        };
        Ok(table.rows().into_iter().filter(wanted).map(told).collect())
    }

    /// Sets how many hours measures may be without IRI: those of one line, or, without `line`,
    /// all that have no hours of their own.
    ///
    /// # Errors
    /// [`CustodyError::Input`] for no hours, more than a year, or a line no measure names; else
    /// the engine's or the ledger's refusal, and nothing is set.
    pub fn set_silence(
        &self,
        line: Option<LineName<'_>>,
        hours: u32,
        author: &Author,
        now: Micros,
    ) -> Result<(), CustodyError> {
        if !(1..=Silence::HOURS_MAX).contains(&hours) {
            return Err(CustodyError::Input(format!(
                "{hours} hours of silence: say from 1 to {}",
                Silence::HOURS_MAX
            )));
        }
        let found = line.map(|line| self.line_row(line)).transpose()?;
        let (site, object) = (&self.site, of_act(&self.site, found.as_ref(), hours));
        self.act("silence_set", object, author, now)?;
        let kept = state::read(&site.engine, &site.machine, SILENCE)?;
        let version = kept.as_ref().map(|kept| kept.version);
        let mut silence = silence(site)?;
        match found {
            Some(row) => silence.set(row.liid.octets(), &row.operator, hours),
            None => silence.set_site(hours),
        }
        let text = serde_json::to_vec(&silence)
            .map_err(|error| CustodyError::Broken(format!("silence is not JSON: {error}")))?;
        state::write(&site.engine, &site.machine, SILENCE, version, &text).map(|_| ())
    }

    fn line_row(&self, line: LineName<'_>) -> Result<BindingRow, CustodyError> {
        let is_it = |row: &&BindingRow| {
            row.operator == line.operator && lacre_term::liid::shown(row.liid.octets()) == line.liid
        };
        let table = self.binding_table();
        let found = table.rows().into_iter().find(is_it).cloned();
        found.ok_or_else(|| {
            CustodyError::Input(format!(
                "no measure names LIID {} at {}: see `lacre measure list`",
                line.liid, line.operator
            ))
        })
    }

    /// Enters which measures in force fell silent or were heard again since it was asked last:
    /// each once. Gives how many.
    ///
    /// # Errors
    /// The engine's refusal. A ledger that takes nothing is none: the act is filed and entered
    /// before the next one.
    pub fn watch_lines(&self, now: Micros) -> Result<usize, CustodyError> {
        let silence = silence(&self.site)?;
        let table = self.binding_table();
        // One turn a line: an order may name again what another names still.
        let mut seen = BTreeSet::new();
        let rows = table.rows().into_iter().filter(|row| {
            (row.from..row.until).contains(&now) && seen.insert((&row.liid, &row.operator))
        });
        let turned: Vec<(BindingRow, u32, bool)> = self.with_intake(|intake| {
            let health = intake.health_mut();
            let turn = |row: &BindingRow| {
                let (liid, hours) =
                    (row.liid.octets(), silence.hours(row.liid.octets(), &row.operator));
                let silent = match health.line(liid, &row.operator) {
                    Some(line) => line.is_silent(row.from, hours, now),
                    None => Line::default().is_silent(row.from, hours, now),
                };
                health
                    .tell_silent(liid, &row.operator, silent)
                    .then(|| (row.clone(), hours, silent))
            };
            Ok(rows.filter_map(turn).collect())
        })?;
        for (row, hours, silent) in &turned {
            let kind = if *silent { "line_silent" } else { "line_heard" };
            match self.site.note(kind, &of_act(&self.site, Some(row), *hours), now) {
                Ok(()) | Err(CustodyError::Ledger(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(turned.len())
    }
}

impl House {
    /// Enters the alarms that HI1 notices raised: each names peer, operator, the order in force if
    /// any, and the line's tag.
    ///
    /// # Errors
    /// As [`House::watch_lines`].
    pub(crate) fn enter_noticed(&self, now: Micros) -> Result<(), CustodyError> {
        let due = self.with_intake(|intake| Ok(intake.take_noticed()))?;
        for noticed in due {
            let facts = serde_json::json!({
                "peer": &*noticed.peer, "operator": noticed.operator, "order": noticed.order,
                "line": hex::encode(&noticed.line),
            });
            match self.site.note(noticed.finding.word(), &facts, now) {
                Ok(()) | Err(CustodyError::Ledger(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A line in an act: its order and operator, and a tag that only this machine can make.
fn of_act(site: &Site, row: Option<&BindingRow>, hours: u32) -> serde_json::Value {
    let Some(row) = row else { return serde_json::json!({ "hours": hours }) };
    let tag = site.machine.fingerprint("line", &[row.liid.octets(), row.operator.as_bytes()]);
    serde_json::json!({
        "order": row.order, "operator": row.operator, "line": hex::encode(&tag), "hours": hours,
    })
}

fn silence(site: &Site) -> Result<Silence, CustodyError> {
    let Some(kept) = state::read(&site.engine, &site.machine, SILENCE)? else {
        return Ok(Silence::default());
    };
    serde_json::from_slice(&kept.text).map_err(|_| CustodyError::Damaged {
        key: SILENCE.into(),
        what: "does not say how long measures may be silent",
    })
}
