//! `lacre communications`: list, show, content; `lacre rebuild`.
use crate::cli::{Communications, CommunicationsCommand, Form, Lang};
use crate::context::{Context, SharedHouse, write_new};
use crate::failure::Failure;
use lacre_custody::browse::{self, Asked};
use lacre_custody::catalogue::{Filter, Medium, Row};
use lacre_custody::clock;

/// Lists, or does what the subcommand says.
pub(super) fn run(
    house: &SharedHouse,
    args: &Communications,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let author = context.author(house)?;
    match &args.command {
        None => {
            let asked = Asked {
                case: args.filter.case.clone(),
                order: args.filter.order.clone(),
                filter: filter(args)?,
            };
            let rows = house.communications(&asked, &author, clock::now())?;
            if !context.common.json && !rows.is_empty() {
                show_heading(context)?;
            }
            for row in rows {
                show_line(&row, context)?;
            }
        }
        Some(CommunicationsCommand::Show { n, of_case }) => {
            let filter = Filter { after: n.checked_sub(1), limit: Some(1), ..Filter::default() };
            let asked = Asked { case: of_case.clone(), order: None, filter };
            let rows = house.communications(&asked, &author, clock::now())?;
            let found: Vec<&Row> = rows.iter().filter(|row| row.n == *n).collect();
            if found.is_empty() {
                return Err(Failure::usage(format!(
                    "there is no communication {n}: see `lacre communications`"
                )));
            }
            for row in found {
                if context.common.json {
                    context.json(row)?;
                } else {
                    let text = serde_json::to_string_pretty(row)?;
                    context.line(&text)?;
                }
            }
        }
        Some(CommunicationsCommand::Content { n, form, out, of_case }) => {
            let form = match form {
                Form::Raw => browse::Form::Raw,
                Form::Wav => browse::Form::Wav,
                Form::Pcap => browse::Form::Pcap,
                Form::Text => browse::Form::Text,
            };
            let path = context.path(out);
            if path.exists() {
                return Err(Failure::usage(format!(
                    "{} exists: choose another name; nothing was opened",
                    path.display()
                )));
            }
            let octets = house.content(of_case.as_deref(), *n, form, &author, clock::now())?;
            write_new(&path, &octets, true)?;
        }
    }
    Ok(0)
}

fn filter(args: &Communications) -> Result<Filter, Failure> {
    let medium = match &args.filter.medium {
        None => None,
        Some(word) => Some(Medium::from_word(word).ok_or_else(|| {
            Failure::usage(format!(
                "{word} is no medium: voice, message, email, ip, event or other"
            ))
        })?),
    };
    Ok(Filter {
        liid: args.filter.liid.clone(),
        medium,
        words: args.filter.search.clone(),
        ..Filter::default()
    })
}

/// What the columns of [`show_line`] are.
fn show_heading(context: &mut Context<'_>) -> Result<(), Failure> {
    let words = match context.lang() {
        Lang::Es => {
            ["n", "empieza (UTC)", "medio", "dir", "LIID", "IRI", "CC", "hue", "estado", "partes"]
        }
        Lang::En => {
            ["n", "begins (UTC)", "medium", "dir", "LIID", "IRI", "CC", "gaps", "state", "parties"]
        }
    };
    let [n, begins, medium, dir, liid, iri, cc, gaps, state, parties] = words;
    context.line(&format!(
        "{n:>6}  {begins:<27} {medium:<7} {dir:<4} {liid:<22} {iri:>6} {cc:>8} {gaps:>4} \
         {state:<6} {parties}"
    ))
}

fn show_line(row: &Row, context: &mut Context<'_>) -> Result<(), Failure> {
    if context.common.json {
        return context.json(row);
    }
    let parties: Vec<&str> = row.parties.iter().map(|party| party.value.as_str()).collect();
    let started = row.started_at.map_or_else(|| "-".to_owned(), |at| at.rfc3339());
    let direction = row.direction.map_or("-", |direction| direction.word());
    context.line(&format!(
        "{:>6}  {:<27} {:<7} {:<4} {:<22} {:>6} {:>8} {:>4} {:<6} {}",
        row.n,
        started,
        row.medium.word(),
        direction,
        row.liid,
        row.pdus_iri,
        row.pdus_cc,
        row.gaps,
        row.state.word(),
        parties.join(" ")
    ))
}

/// `lacre rebuild`.
pub(super) fn rebuild(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let author = context.author(house)?;
    let rows = house.rebuild(&author, clock::now())?;
    if context.common.json {
        context.json(&serde_json::json!({ "schema": "lacre.rebuild/1", "rows": rows }))?;
    } else {
        context.line(&rows.to_string())?;
    }
    Ok(0)
}
