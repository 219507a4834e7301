//! `lacre peer`, `lacre user`, `lacre case`: who may deliver, who may act, on what.
use crate::cli::{Case, Peer, PeerAdd, User};
use crate::context::{Context, SharedHouse, read_file};
use crate::failure::Failure;
use lacre_custody::warrant::{
    CaseAdded, Change, Peer as Registered, PeerRemoved, Role, Transport, User as Person,
    UserRemoved,
};
use lacre_custody::{certificate, clock};

/// `lacre peer add | list | remove`.
pub(super) fn peer(
    house: &SharedHouse,
    args: &Peer,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Peer::Add(add) => {
            let peer = described(add, context)?;
            change(house, Change::PeerAdded(peer), context)
        }
        Peer::Remove { name } => {
            change(house, Change::PeerRemoved(PeerRemoved { name: name.clone() }), context)
        }
        Peer::List => list_peers(house, context),
    }
}

fn described(add: &PeerAdd, context: &Context<'_>) -> Result<Registered, Failure> {
    let transport = match (&add.certificate, add.plain, add.file) {
        (Some(path), None, false) => {
            let path = context.path(path);
            let certificate_sha256 = certificate::fingerprint(&read_file(&path)?)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            Transport::Tls { certificate_sha256 }
        }
        (None, Some(address), false) => {
            Transport::Plain { address, interface: add.interface.clone() }
        }
        (None, None, true) => Transport::File,
        _ => {
            return Err(Failure::usage(
                "say how the peer is recognised: --certificate FILE, --plain ADDR:PORT or --file",
            ));
        }
    };
    Ok(Registered {
        name: add.name.clone(),
        operator: add.operator.clone().unwrap_or_else(|| add.name.clone()),
        transport,
        operator_ids: add.operator_ids.clone(),
    })
}

/// Makes one change in the name of who acts.
pub(super) fn change(
    house: &SharedHouse,
    change: Change,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    let author = context.author(house)?;
    house.change(change, &author, clock::now())?;
    Ok(0)
}

fn list_peers(house: &SharedHouse, context: &mut Context<'_>) -> Result<u8, Failure> {
    let peers: Vec<Registered> =
        house.with_book(|book, _| book.register().peers().cloned().collect());
    for peer in peers {
        let transport = match &peer.transport {
            Transport::Tls { certificate_sha256 } => format!("tls {certificate_sha256}"),
            Transport::Plain { address, interface } => format!(
                "plain {address}{} UNAUTHENTICATED",
                interface.as_ref().map_or_else(String::new, |name| format!(" on {name}"))
            ),
            Transport::File => "file".to_owned(),
        };
        if context.common.json {
            let mut value = serde_json::to_value(&peer)?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("schema".into(), "lacre.peer/1".into());
                fields.insert("unauthenticated".into(), peer.is_unauthenticated().into());
            }
            context.json(&value)?;
        } else {
            context.line(&format!("{:<24} {:<24} {transport}", peer.name, peer.operator))?;
        }
    }
    Ok(0)
}

/// `lacre user add | list | remove`.
pub(super) fn user(
    house: &SharedHouse,
    args: &User,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        User::Add { name, role } => {
            let role = Role::from_word(&role.replace('-', "_"))
                .or_else(|| Role::from_word(role))
                .ok_or_else(|| {
                Failure::usage(format!("{role} is no role: see `lacre user add --help`"))
            })?;
            change(house, Change::UserAdded(Person { name: name.clone(), role }), context)
        }
        User::Remove { name } => {
            change(house, Change::UserRemoved(UserRemoved { name: name.clone() }), context)
        }
        User::List => {
            let users: Vec<Person> =
                house.with_book(|book, _| book.register().users().cloned().collect());
            for user in users {
                if context.common.json {
                    let role = user.role.word();
                    context.json(&serde_json::json!({
                        "schema": "lacre.user/1", "name": user.name, "role": role,
                    }))?;
                } else {
                    context.line(&format!("{:<32} {}", user.name, user.role.word()))?;
                }
            }
            Ok(0)
        }
    }
}

/// `lacre case add | list`.
pub(super) fn case(
    house: &SharedHouse,
    args: &Case,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match args {
        Case::Add { case, court } => {
            let added = CaseAdded { case: case.clone(), court: court.clone() };
            change(house, Change::CaseAdded(added), context)
        }
        Case::List => {
            let cases: Vec<_> =
                house.with_book(|book, _| book.register().cases().cloned().collect());
            for case in cases {
                if context.common.json {
                    context.json(&serde_json::json!({
                        "schema": "lacre.case/1",
                        "case": case.case,
                        "court": case.court,
                        "orders": case.orders,
                    }))?;
                } else {
                    let court = case.court.as_deref().unwrap_or("-");
                    context.line(&format!(
                        "{:<24} {:<40} {}",
                        case.case,
                        court,
                        case.orders.join(" ")
                    ))?;
                }
            }
            Ok(0)
        }
    }
}
