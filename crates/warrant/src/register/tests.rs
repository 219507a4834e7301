//! Stories of the register: orders granted, prolonged, ceased, confirmed; refusals change nothing.
use super::*;
use crate::change::{
    OrderAdded, OrderCeased, OrderConfirmed, OrderDocumented, OrderExtended, PeerRemoved,
    UserRemoved,
};
use lacre_term::{Digest, Liid};
use serde_json::json;

fn at(text: &str) -> Micros {
    Micros::parse_rfc3339(&format!("{text}T00:00:00Z")).unwrap()
}

/// An order over `liid`, `[from, until)`, both dates.
fn order(name: &str, liid: &str, from: &str, until: &str) -> OrderDocument {
    let document = json!({
        "case": "DP-1", "order": name, "court": "Plaza 3", "profile": "es",
        "granted_at": "2026-01-01T00:00:00Z",
        "measures": [{
            "liid": liid, "operator": "OPLAB-ES",
            "identity": {"type": "msisdn", "value": "+34000555031"},
            "from": format!("{from}T00:00:00Z"), "until": format!("{until}T00:00:00Z"),
            "scope": {"content": true, "origin_destination": true, "location": true,
                      "other_traffic": true}
        }],
        "person": "Persona Sintética"
    });
    OrderDocument::parse(document.to_string().as_bytes()).unwrap()
}

fn added(order: OrderDocument, vault: u8, document: Option<Attached>) -> Change {
    Change::OrderAdded(Box::new(OrderAdded { vault: VaultId([vault; 16]), document, order }))
}

fn paper(name: &str) -> Attached {
    Attached { name: name.into(), sha256: Digest([3; 32]) }
}

fn extended(until: &str) -> OrderExtended {
    let order = "A".to_owned();
    OrderExtended { order, until: at(until), granted_at: None, liids: vec![], document: None }
}

fn ceased(when: &str) -> OrderCeased {
    OrderCeased { order: "A".into(), at: at(when), liids: vec![], reason: None }
}

fn confirmed(person: &str) -> Change {
    let (order, person) = ("A".into(), person.into());
    Change::OrderConfirmed(OrderConfirmed { order, person, at: at("2026-02-01") })
}

fn user(name: &str, role: Role) -> Change {
    Change::UserAdded(User { name: name.into(), role })
}

/// Order `A` over `LI-7`, from January until April 2026, without document.
fn register() -> Register {
    let mut register = Register::new();
    register.apply(&added(order("A", "LI-7", "2026-01-01", "2026-04-01"), 1, None)).unwrap();
    register
}

/// Applies `change` and shows that a refusal leaves the register as it was.
fn refused(register: &mut Register, change: Change) -> RegisterError {
    let before = register.clone();
    let error = register.apply(&change).unwrap_err();
    assert_eq!(*register, before);
    error
}

fn until(register: &Register) -> Micros {
    register.order("A").unwrap().measures[0].until
}

#[test]
fn the_first_order_opens_its_case_and_the_next_joins_it() {
    let mut register = register();
    register.apply(&added(order("B", "LI-8", "2026-01-01", "2026-04-01"), 2, None)).unwrap();
    let case = register.cases().next().unwrap();
    assert_eq!((case.case.as_str(), case.orders.len()), ("DP-1", 2));
    let again = Change::CaseAdded(CaseAdded { case: "DP-1".into(), court: None });
    let error = refused(&mut register, again);
    assert_eq!(error, RegisterError::Duplicate { what: "case", name: "DP-1".into() });
}

#[test]
fn an_order_is_entered_once_and_has_a_vault_of_its_own() {
    let mut register = register();
    let twice = added(order("A", "LI-8", "2026-01-01", "2026-04-01"), 2, None);
    assert!(matches!(refused(&mut register, twice), RegisterError::Duplicate { .. }));
    let shared = added(order("B", "LI-8", "2026-01-01", "2026-04-01"), 1, None);
    assert!(matches!(refused(&mut register, shared), RegisterError::VaultTaken { .. }));
}

#[test]
fn another_order_may_take_a_liid_when_the_first_is_over_and_not_a_moment_sooner() {
    let mut register = register();
    let sooner = added(order("B", "LI-7", "2026-03-31", "2026-05-01"), 2, None);
    assert!(matches!(refused(&mut register, sooner), RegisterError::Overlap { .. }));
    register.apply(&added(order("B", "LI-7", "2026-04-01", "2026-05-01"), 2, None)).unwrap();
    let into_it = Change::OrderExtended(extended("2026-04-02"));
    assert!(matches!(refused(&mut register, into_it), RegisterError::Overlap { .. }));
}

#[test]
fn an_extension_moves_the_end_later_and_keeps_the_vault() {
    let mut register = register();
    register.apply(&Change::OrderExtended(extended("2026-07-01"))).unwrap();
    assert_eq!(until(&register), at("2026-07-01"));
    assert_eq!(register.order("A").unwrap().vault, VaultId([1; 16]));
    for not_later in ["2026-07-01", "2026-06-30"] {
        let error = refused(&mut register, Change::OrderExtended(extended(not_later)));
        assert!(matches!(error, RegisterError::NotLater { .. }));
    }
}

#[test]
fn an_extension_granted_after_the_end_extends_nothing() {
    let mut register = register();
    let granted = |date| OrderExtended { granted_at: Some(at(date)), ..extended("2026-07-01") };
    let late = Change::OrderExtended(granted("2026-04-02"));
    assert!(matches!(refused(&mut register, late), RegisterError::GrantedTooLate { .. }));
    register.apply(&Change::OrderExtended(granted("2026-04-01"))).unwrap();
}

#[test]
fn a_measure_ceases_inside_its_validity_for_good() {
    let mut register = register();
    for outside in ["2025-12-31", "2026-04-01"] {
        let error = refused(&mut register, Change::OrderCeased(ceased(outside)));
        assert!(matches!(error, RegisterError::CeaseOutside { .. }), "{outside}");
    }
    register.apply(&Change::OrderCeased(ceased("2026-02-01"))).unwrap();
    assert_eq!(until(&register), at("2026-02-01"));
    let again = Change::OrderExtended(extended("2026-07-01"));
    assert!(matches!(refused(&mut register, again), RegisterError::Ceased { .. }));
}

#[test]
fn an_order_that_ceases_at_its_begin_authorises_no_moment() {
    let mut register = register();
    register.apply(&Change::OrderCeased(ceased("2026-01-01"))).unwrap();
    assert_eq!(until(&register), at("2026-01-01"));
    register.apply(&added(order("B", "LI-7", "2026-01-01", "2026-05-01"), 2, None)).unwrap();
}

#[test]
fn one_measure_of_several_may_be_extended_or_ceased_alone() {
    let mut document = order("A", "LI-7", "2026-01-01", "2026-04-01");
    let mut second = document.measures[0].clone();
    second.liid = Liid::parse(b"LI-8").unwrap();
    document.measures.push(second.clone());
    let mut register = Register::new();
    register.apply(&added(document, 1, None)).unwrap();
    let only = OrderCeased { liids: vec![second.liid.clone()], ..ceased("2026-02-01") };
    register.apply(&Change::OrderCeased(only)).unwrap();
    register.apply(&Change::OrderExtended(extended("2026-05-01"))).unwrap();
    let ends: Vec<_> = register.measures().map(|(_, measure)| measure.until).collect();
    assert_eq!(ends, [at("2026-05-01"), at("2026-02-01")]);
    let named = OrderExtended { liids: vec![second.liid], ..extended("2026-06-01") };
    let error = refused(&mut register, Change::OrderExtended(named));
    assert!(matches!(error, RegisterError::Ceased { .. }));
    let other = vec![Liid::parse(b"LI-9").unwrap()];
    let stranger = OrderExtended { liids: other, ..extended("2026-06-01") };
    let error = refused(&mut register, Change::OrderExtended(stranger));
    assert!(matches!(error, RegisterError::NoMeasure { .. }));
}

#[test]
fn an_extension_of_a_liid_with_two_windows_moves_the_last_one() {
    let mut document = order("A", "LI-7", "2026-01-01", "2026-04-01");
    let mut second = document.measures[0].clone();
    (second.from, second.until) = (at("2026-05-01"), at("2026-06-01"));
    document.measures.push(second);
    let mut register = Register::new();
    register.apply(&added(document, 1, None)).unwrap();
    register.apply(&Change::OrderExtended(extended("2026-07-01"))).unwrap();
    let ends: Vec<_> = register.measures().map(|(_, measure)| measure.until).collect();
    assert_eq!(ends, [at("2026-04-01"), at("2026-07-01")]);
}

#[test]
fn an_order_is_accredited_by_its_document_and_the_court_together() {
    let mut register = register();
    let marked = |register: &Register| register.binding_table().rows()[0].not_accredited;
    register.apply(&user("Jueza", Role::Judge)).unwrap();
    register.apply(&confirmed("Jueza")).unwrap();
    assert!(marked(&register), "confirmed, without document");
    let documented = |extension| {
        let (order, document) = ("A".into(), paper("auto.pdf"));
        Change::OrderDocumented(OrderDocumented { order, extension, document })
    };
    register.apply(&documented(None)).unwrap();
    assert!(marked(&register), "the court has not seen this document");
    register.apply(&confirmed("Jueza")).unwrap();
    assert!(!marked(&register));
    register.apply(&Change::OrderExtended(extended("2026-07-01"))).unwrap();
    assert!(marked(&register), "the court has not seen this extension");
    register.apply(&documented(Some(0))).unwrap();
    register.apply(&confirmed("Jueza")).unwrap();
    assert!(!marked(&register));
    let replaced = refused(&mut register, documented(None));
    assert!(matches!(replaced, RegisterError::Documented { .. }));
    let none = refused(&mut register, documented(Some(1)));
    assert!(matches!(none, RegisterError::NoExtension { number: 1, .. }));
}

#[test]
fn only_a_court_role_confirms_and_a_dev_site_needs_none() {
    let mut register = register();
    register.apply(&user("Agente", Role::LiOperator)).unwrap();
    let error = refused(&mut register, confirmed("Agente"));
    assert!(matches!(error, RegisterError::NotCourt { .. }));
    let error = refused(&mut register, confirmed("Nadie"));
    assert_eq!(error, RegisterError::Unknown { what: "user", name: "Nadie".into() });
    let mut dev = Register::for_dev();
    dev.apply(&added(order("A", "LI-7", "2026-01-01", "2026-04-01"), 1, None)).unwrap();
    assert!(!dev.is_marked(dev.order("A").unwrap()));
}

#[test]
fn a_document_s_name_holds_no_folder() {
    let document = Some(paper("/srv/x/auto.pdf"));
    let change = added(order("A", "LI-7", "2026-01-01", "2026-04-01"), 1, document);
    let error = refused(&mut Register::new(), change);
    assert!(matches!(error, RegisterError::Folder { .. }));
}

#[test]
fn peers_and_people_come_once_and_go_once() {
    let mut register = Register::new();
    let tls = |name: &str| Peer {
        transport: Transport::Tls { certificate_sha256: Digest([9; 32]) },
        ..Peer::of_files(name)
    };
    register.apply(&Change::PeerAdded(tls("mf-1"))).unwrap();
    let error = refused(&mut register, Change::PeerAdded(Peer::of_files("mf-1")));
    assert!(matches!(error, RegisterError::Duplicate { what: "peer", .. }));
    let error = refused(&mut register, Change::PeerAdded(tls("mf-2")));
    assert!(matches!(error, RegisterError::SamePeer { .. }));
    let error = refused(&mut register, Change::PeerAdded(Peer::of_files("m f")));
    assert!(matches!(error, RegisterError::Peer(_)));
    let gone = Change::PeerRemoved(PeerRemoved { name: "mf-1".into() });
    register.apply(&gone).unwrap();
    let error = refused(&mut register, gone);
    assert_eq!(error, RegisterError::Unknown { what: "peer", name: "mf-1".into() });
    register.apply(&user("Ana", Role::Auditor)).unwrap();
    let error = refused(&mut register, user("Ana", Role::Judge));
    assert!(matches!(error, RegisterError::Duplicate { what: "user", .. }));
    let gone = Change::UserRemoved(UserRemoved { name: "Ana".into() });
    register.apply(&gone).unwrap();
    assert!(matches!(refused(&mut register, gone), RegisterError::Unknown { what: "user", .. }));
}

#[test]
fn a_peer_is_found_by_its_name_or_as_the_only_one_of_its_operator() {
    let mut register = Register::new();
    let peer = |name: &str| Peer { name: name.into(), ..Peer::of_files("OPLAB-ES") };
    register.apply(&Change::PeerAdded(peer("mf-1"))).unwrap();
    assert_eq!(register.peer("OPLAB-ES").map(|peer| peer.name.as_str()), Some("mf-1"));
    register.apply(&Change::PeerAdded(peer("mf-2"))).unwrap();
    assert_eq!(register.peer("OPLAB-ES"), None);
    assert_eq!(register.peer("mf-2").map(|peer| peer.name.as_str()), Some("mf-2"));
}

/// Every kind of change, as one story.
fn story() -> Vec<Change> {
    let document = order("A", "LI-7", "2026-01-01", "2026-04-01");
    vec![
        Change::PeerAdded(Peer::of_files("OPLAB-ES")),
        user("Jueza", Role::Judge),
        Change::CaseAdded(CaseAdded { case: "DP-0".into(), court: Some("Plaza 1".into()) }),
        added(document, 1, None),
        Change::OrderDocumented(OrderDocumented {
            order: "A".into(),
            extension: None,
            document: paper("auto.pdf"),
        }),
        Change::OrderExtended(OrderExtended {
            granted_at: Some(at("2026-03-01")),
            document: Some(paper("prorroga.pdf")),
            liids: vec![Liid::parse(b"LI-7").unwrap()],
            ..extended("2026-07-01")
        }),
        confirmed("Jueza"),
        Change::OrderCeased(OrderCeased { reason: Some("fin".into()), ..ceased("2026-06-01") }),
        Change::UserRemoved(UserRemoved { name: "Jueza".into() }),
        Change::PeerRemoved(PeerRemoved { name: "OPLAB-ES".into() }),
    ]
}

#[test]
fn the_same_entries_in_the_same_order_give_the_same_register() {
    let (mut first, mut second) = (Register::new(), Register::new());
    for (number, change) in (0..).zip(story()) {
        first.apply(&change).unwrap();
        let kept = Entry::new(number, at("2026-01-02"), "Ana", change).to_json().unwrap();
        second.replay(&Entry::parse(&kept).unwrap()).unwrap();
        assert_eq!(Entry::parse(&kept).unwrap().to_json().unwrap(), kept);
    }
    assert_eq!(first, second);
    assert_eq!(first.changes(), 10);
    assert!(first.order("A").unwrap().is_accredited(), "a judge who left has still confirmed");
}

#[test]
fn an_entry_missing_or_doubled_or_with_a_strange_field_stops_the_replay() {
    let entry = |number| Entry::new(number, Micros(0), "Ana", story().remove(0));
    let mut register = Register::new();
    let ahead = register.replay(&entry(1));
    assert_eq!(ahead, Err(RegisterError::Number { found: 1, expected: 0 }));
    register.replay(&entry(0)).unwrap();
    let doubled = register.replay(&entry(0));
    assert_eq!(doubled, Err(RegisterError::Number { found: 0, expected: 1 }));
    for change in story() {
        let mut json = serde_json::to_value(Entry::new(0, Micros(0), "Ana", change)).unwrap();
        json["change"]["strange"] = json!(1);
        assert!(Entry::parse(json.to_string().as_bytes()).is_err(), "{}", json["change"]["kind"]);
    }
}

#[test]
fn the_binding_table_names_no_person_and_no_identity() {
    let mut register = register();
    register.apply(&user("Jueza", Role::Judge)).unwrap();
    let json = String::from_utf8(register.binding_table().to_json().unwrap()).unwrap();
    for word in ["Sintética", "34000555031", "Jueza", "Plaza"] {
        assert!(!json.contains(word), "{word}");
    }
    assert!(json.contains("DP-1"));
}
