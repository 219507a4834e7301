//! `lacre order` and `lacre measure`: judges' orders and what they authorise.
use super::register::change;
use crate::cli::Order;
use crate::context::{Context, SharedHouse, read_file};
use crate::failure::Failure;
use lacre_custody::clock;
use lacre_custody::register::new_vault;
use lacre_custody::warrant::{
    Attached, Change, OrderAdded, OrderCeased, OrderConfirmed, OrderDocument, OrderDocumented,
    OrderExtended, text,
};
use lacre_term::{Liid, Micros};
use std::path::{Path, PathBuf};

/// `lacre order add | extend | cease | confirm | list`.
pub(super) fn run(
    house: &SharedHouse,
    args: &Order,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Order::Add { file } => add(house, file, context),
        Order::Extend { order, until, granted_at, liids, document } => {
            let document = match document {
                Some(path) => Some(attach(house, &context.path(path))?),
                None => None,
            };
            let extended = OrderExtended {
                order: order.clone(),
                until: time(until)?,
                granted_at: granted_at.as_deref().map(time).transpose()?,
                liids: parse_liids(liids)?,
                document,
            };
            change(house, Change::OrderExtended(extended), context)
        }
        Order::Cease { order, at, liids } => {
            let at = at.as_deref().map_or_else(|| Ok(clock::now()), time)?;
            let ceased = OrderCeased {
                order: order.clone(),
                at,
                liids: parse_liids(liids)?,
                reason: context.common.reason.clone(),
            };
            change(house, Change::OrderCeased(ceased), context)
        }
        Order::Document { order, file } => {
            let document = attach(house, &context.path(file))?;
            let brought = OrderDocumented { order: order.clone(), extension: None, document };
            change(house, Change::OrderDocumented(brought), context)
        }
        Order::Confirm { order } => {
            let person = context.author(house)?.person;
            let confirmed = OrderConfirmed { order: order.clone(), person, at: clock::now() };
            change(house, Change::OrderConfirmed(confirmed), context)
        }
        Order::List => list(house, context),
    }
}

fn add(house: &SharedHouse, file: &Path, context: &mut Context<'_>) -> Result<u8, Failure> {
    let path = context.path(file);
    let octets = read_file(&path)?;
    let order = OrderDocument::parse(&octets).map_err(lacre_custody::CustodyError::from)?;
    let document = match &order.document {
        Some(name) => {
            let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
            Some(attach(house, &folder.join(name))?)
        }
        None => None,
    };
    let vault = new_vault()?;
    let name = order.order.clone();
    let added = OrderAdded { vault, document, order };
    let code = change(house, Change::OrderAdded(Box::new(added)), context)?;
    let marked = house.with_book(|book, _| {
        let register = book.register();
        register.order(&name).is_some_and(|order| register.is_marked(order))
    });
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.order-added/1", "order": name, "vault": vault.to_hex(),
            "accredited": !marked,
        }))?;
    }
    if marked {
        let text = context
            .say(
                "NO ACREDITADO: falta el documento del juez o la confirmación de un rol judicial.",
                "NOT ACCREDITED: the judge's document or a court role's confirmation is missing.",
            )
            .to_owned();
        context.tell(&text)?;
    }
    Ok(code)
}

fn attach(house: &SharedHouse, path: &Path) -> Result<Attached, Failure> {
    let octets = read_file(path)?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Failure::usage("the judge's document needs a name that is text"))?;
    Ok(house.with_book(|book, site| book.attach(site, name, &octets))?)
}

fn time(typed: &str) -> Result<Micros, Failure> {
    Micros::parse_rfc3339(typed).ok_or_else(|| {
        Failure::usage(format!(
            "{typed} is not a time: write it as 2026-11-23T20:00:00Z or with an offset"
        ))
    })
}

fn parse_liids(typed: &[String]) -> Result<Vec<Liid>, Failure> {
    typed
        .iter()
        .map(|liid| {
            text::parse_liid(liid).ok_or_else(|| {
                Failure::usage(format!(
                    "{liid} is not a LIID: text of 1 to 25 octets, or 0x and hexadecimal"
                ))
            })
        })
        .collect()
}

fn list(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let orders: Vec<serde_json::Value> = house.with_book(|book, _| {
        let register = book.register();
        register
            .orders()
            .map(|order| {
                serde_json::json!({
                    "schema": "lacre.order/1",
                    "case": order.document.case,
                    "order": order.document.order,
                    "court": order.document.court,
                    "vault": order.vault.to_hex(),
                    "granted_at": order.document.granted_at.rfc3339(),
                    "until": order.until().map(Micros::rfc3339),
                    "measures": order.measures.len(),
                    "extensions": order.extensions.len(),
                    "document_sha256": order.attached.as_ref().map(|it| it.sha256.to_hex()),
                    "accredited": !register.is_marked(order),
                })
            })
            .collect()
    });
    for order in orders {
        if context.common.json {
            context.json(&order)?;
        } else {
            let field =
                |name: &str| order.get(name).and_then(|it| it.as_str()).unwrap_or("-").to_owned();
            let mark = match order.get("accredited").and_then(serde_json::Value::as_bool) {
                Some(true) => "",
                _ => context.say("  NO ACREDITADO", "  NOT ACCREDITED"),
            };
            let line =
                format!("{:<24} {:<20} {}{mark}", field("order"), field("case"), field("until"));
            context.line(&line)?;
        }
    }
    Ok(0)
}

/// `lacre measure list`.
pub(super) fn measures(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let dev = house.site().is_dev();
    let register = house.with_book(|book, site| {
        // Identities are shown where one person may do everything; elsewhere the working copy
        // that receiving needs has none.
        if dev { book.full(site) } else { Ok(book.register().clone()) }
    })?;
    for (order, measure) in register.measures() {
        let granted = &measure.granted;
        let liid = lacre_term::liid::shown(granted.liid.octets());
        if context.common.json {
            context.json(&serde_json::json!({
                "schema": "lacre.measure/1",
                "liid": liid,
                "operator": granted.operator,
                "case": order.document.case,
                "order": order.document.order,
                "identity": granted.identity,
                "from": granted.from.rfc3339(),
                "until": measure.until.rfc3339(),
                "ceased_at": measure.ceased_at.map(Micros::rfc3339),
                "scope": {
                    "content": granted.scope.content,
                    "origin_destination": granted.scope.origin_destination,
                    "location": granted.scope.location,
                    "other_traffic": granted.scope.other_traffic,
                },
                "accredited": !register.is_marked(order),
            }))?;
        } else {
            context.line(&format!(
                "{liid:<26} {:<16} {:<20} {} – {}",
                granted.operator,
                order.document.order,
                granted.from.rfc3339(),
                measure.until.rfc3339()
            ))?;
        }
    }
    Ok(0)
}
