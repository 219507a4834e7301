//! `lacre hi1` and `lacre measure export`: orders as messages of TS 103 120, in and out.
use super::register::change;
use crate::cli::{Export, Hi1, Hi1SenderCommand};
use crate::context::{Context, SharedHouse, read_file, write_new};
use crate::failure::Failure;
use lacre_custody::warrant::Change;
use lacre_custody::warrant::hi1::{
    EndpointId, Hi1Role, Hi1Sender, Hi1SenderRemoved, MESSAGE_OCTETS_MAX, Outcome, Payload,
};
use lacre_custody::{certificate, clock};
use std::path::Path;

/// Exit code when the answer refuses something.
const REFUSED: u8 = 5;

/// `lacre hi1 receive | sender`.
pub(super) fn run(
    house: &SharedHouse,
    args: &Hi1,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Hi1::Receive { file, out } => receive(house, file, out, context),
        Hi1::Sender(Hi1SenderCommand::Add { name, id, certificate: file, operator }) => {
            let path = context.path(file);
            let certificate_sha256 = certificate::fingerprint(&read_file(&path)?)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            let (name, endpoint) = (name.clone(), endpoint(id)?);
            let role = if *operator { Hi1Role::Operator } else { Hi1Role::Authority };
            let sender = Hi1Sender { name, endpoint, role, certificate_sha256 };
            change(house, Change::Hi1SenderAdded(sender), context)
        }
        Hi1::Sender(Hi1SenderCommand::Remove { name }) => {
            let gone = Hi1SenderRemoved { name: name.clone() };
            change(house, Change::Hi1SenderRemoved(gone), context)
        }
        Hi1::Sender(Hi1SenderCommand::List) => list(house, context),
    }
}

fn endpoint(typed: &str) -> Result<EndpointId, Failure> {
    EndpointId::parse(typed).ok_or_else(|| {
        Failure::usage(format!(
            "{typed} names no endpoint: write COUNTRY:NAME, such as ES:LEA-0001"
        ))
    })
}

fn receive(
    house: &SharedHouse,
    file: &Path,
    out: &Path,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let path = context.path(file);
    let length = std::fs::metadata(&path).map_or(0, |facts| facts.len());
    if usize::try_from(length).is_ok_and(|octets| octets > 4 * MESSAGE_OCTETS_MAX) {
        return Err(Failure::usage(format!("{} is too large for a message", path.display())));
    }
    let octets = read_file(&path)?;
    let author = context.author(house)?;
    let answer = house.answer_hi1(&octets, &author, None, clock::now());
    write_new(&context.path(out), &answer.octets, true)?;
    let header = &answer.message.header;
    let mut told = Vec::new();
    match &answer.message.payload {
        Payload::Responses(responses) => told.extend(responses.iter().map(|response| {
            let error = match &response.outcome {
                Outcome::Refused(error) => Some(error),
                _ => None,
            };
            (Some(response.id), error)
        })),
        Payload::Refused(error) => told.push((None, Some(error))),
        Payload::Requests(_) => {}
    }
    for (action, error) in told {
        let (code, text) =
            error.map_or((None, None), |it| (Some(it.code), Some(it.description.as_str())));
        if context.common.json {
            context.json(&serde_json::json!({
                "schema": "lacre.hi1-answer/1", "transaction": header.transaction.to_string(),
                "action": action, "code": code, "description": text,
            }))?;
        } else {
            let action = action.map_or_else(|| "-".to_owned(), |it| it.to_string());
            let code = code.map_or_else(|| "ok".to_owned(), |it| it.to_string());
            context.line(&format!("{action:<6} {code:<6} {}", text.unwrap_or_default()))?;
        }
    }
    let refuses = answer.refuses();
    match answer.failure {
        Some(failure) => Err(failure.into()),
        None => Ok(if refuses { REFUSED } else { 0 }),
    }
}

fn list(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let senders: Vec<Hi1Sender> =
        house.with_book(|book, _| book.register().hi1().senders().cloned().collect());
    for sender in senders {
        if context.common.json {
            let mut value = serde_json::to_value(&sender)?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("schema".into(), "lacre.hi1-sender/1".into());
            }
            context.json(&value)?;
        } else {
            let Hi1Sender { name, endpoint, role, certificate_sha256 } = &sender;
            let role = if *role == Hi1Role::Operator { "operator" } else { "authority" };
            let endpoint = endpoint.to_string();
            context.line(&format!("{name:<24} {endpoint:<24} {role} tls {certificate_sha256}"))?;
        }
    }
    Ok(0)
}

/// `lacre measure export --hi1`.
pub(super) fn export(
    house: &SharedHouse,
    args: &Export,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let author = context.author(house)?;
    let sender = endpoint(&args.sender)?;
    let operator = args.operator.as_deref();
    let now = clock::now();
    let exported = house.export_hi1(&args.order, operator, &sender, &author, now)?;
    write_new(&context.path(&args.out), &exported.message.write(), true)?;
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.hi1-exported/1", "order": args.order, "operator": exported.operator,
            "transaction": exported.message.header.transaction.to_string(),
        }))?;
    }
    Ok(0)
}
