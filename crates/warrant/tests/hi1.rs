//! Stories of HI1: messages of TS 103 120 into the register and out of it; hostile XML; refusals.
//!
//! The messages in `vectors/hi1` were made for this project and validated against the schema.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_term::{Digest, Micros, VaultId};
use lacre_warrant::hi1::{
    Action, Body, Desk, EndpointId, Hi1Role, Message, Outcome, Payload, Planned, ReadError, Uuid,
    code, export, plan,
};
use lacre_warrant::{
    Attached, Change, Entry, OrderAdded, OrderConfirmed, OrderDocument, Register, Role, User,
};
use proptest::prelude::*;
use std::cell::Cell;

const CREATE: &str = include_str!("../../../vectors/hi1/hi1-es-01-create-request.xml");
const CREATED: &str = include_str!("../../../vectors/hi1/hi1-es-02-create-response.xml");
const CANCEL: &str = include_str!("../../../vectors/hi1/hi1-es-03-cancel-as-update-request.xml");
const CONFLICT: &str =
    include_str!("../../../vectors/hi1/hi1-es-04-generation-conflict-response.xml");
const LIST: &str = include_str!("../../../vectors/hi1/hi1-es-05-list-request.xml");
const GET: &str = include_str!("../../../vectors/hi1/hi1-es-06-get-request.xml");
const DELIVER: &str =
    include_str!("../../../vectors/hi1/hi1-es-07-deliver-notification-request.xml");
const TOP_LEVEL: &str = include_str!("../../../vectors/hi1/hi1-es-08-toplevel-error-response.xml");
const ORDER: &str = "AUTO 0000/2026";
const TASK: &str = "0a5c1e52-0000-4000-8000-000000000002";

fn at(text: &str) -> Micros {
    Micros::parse_rfc3339(text).unwrap()
}

/// No real hash: only that other octets give another one.
fn hash(octets: &[u8]) -> Digest {
    let mut sum = [0u8; 32];
    for (at, octet) in octets.iter().enumerate() {
        let place = at % 32;
        sum[place] = sum[place].wrapping_mul(31).wrapping_add(*octet);
    }
    Digest(sum)
}

fn planned(register: &Register, message: &str, now: &str) -> Planned {
    let vaults = Cell::new(u8::try_from(register.orders().count()).unwrap());
    let vault = || {
        vaults.set(vaults.get() + 1);
        Some(VaultId([vaults.get(); 16]))
    };
    let role = Hi1Role::Authority;
    let desk = Desk { register, sealed: false, role, now: at(now), hash: &hash, vault: &vault };
    plan(&Message::read(message.as_bytes()).unwrap(), &desk)
}

/// Makes what was planned, through the same replay that a register on disk goes through.
fn done(register: &mut Register, message: &str, now: &str) -> Vec<Outcome> {
    let planned = planned(register, message, now);
    for change in planned.changes {
        let entry = Entry::new(register.changes(), at(now), "dev", change);
        let octets = entry.to_json().unwrap();
        assert_eq!(Entry::parse(&octets).unwrap(), entry, "a change reads back");
        register.replay(&entry).unwrap();
    }
    outcomes(&planned.answer)
}

fn outcomes(answer: &Message) -> Vec<Outcome> {
    let written = answer.write();
    assert_eq!(&Message::read(&written).unwrap(), answer, "an answer reads back");
    match &answer.payload {
        Payload::Responses(responses) => responses.iter().map(|it| it.outcome.clone()).collect(),
        Payload::Refused(error) => vec![Outcome::Refused(error.clone())],
        Payload::Requests(_) => panic!("a request for an answer"),
    }
}

fn codes(outcomes: &[Outcome]) -> Vec<u64> {
    let code = |outcome: &Outcome| match outcome {
        Outcome::Refused(error) => error.code,
        _ => 0,
    };
    outcomes.iter().map(code).collect()
}

/// A register that took the order of `01-create-request`.
fn granted() -> Register {
    let mut register = Register::for_dev();
    let outcomes = done(&mut register, CREATE, "2026-03-14T07:30:01Z");
    assert_eq!(codes(&outcomes), [0, 0, 0]);
    register
}

#[test]
fn a_document_an_authorisation_and_a_task_are_an_order_with_its_measure() {
    let mut register = Register::new();
    let planned = planned(&register, CREATE, "2026-03-14T07:30:01Z");
    assert_eq!(planned.files, [("AUTO 0000_2026".to_owned(), b"%PDF-1.4 synthetic".to_vec())]);
    done(&mut register, CREATE, "2026-03-14T07:30:01Z");
    let order = register.order(ORDER).unwrap();
    assert_eq!(order.document.case, "DP 0000/2026");
    assert_eq!(order.document.court, "Juez de instruccion");
    assert_eq!(order.document.granted_at, at("2026-03-13T18:00:00Z"));
    assert_eq!(order.attached.as_ref().unwrap().sha256, hash(b"%PDF-1.4 synthetic"));
    let measure = &order.measures[0];
    assert_eq!(measure.granted.liid.octets(), b"ES-2026-000123");
    assert_eq!(measure.granted.operator, "CSP-99");
    assert_eq!(measure.granted.from, at("2026-03-14T08:00:00Z"));
    assert_eq!(measure.until, at("2026-06-14T07:00:00Z"));
    assert!(measure.granted.scope.content);
    assert_eq!(measure.granted.identity.kind, "several");
    assert_eq!(measure.granted.identity.value, "msisdn=+34600000123; imsi=214990000000123");
    assert!(register.is_marked(order), "without the court's word it is not accredited");
}

#[test]
fn the_answer_to_a_create_is_the_answer_of_the_standard() {
    let planned = planned(&Register::new(), CREATE, "2026-03-14T07:30:01Z");
    assert_eq!(planned.answer, Message::read(CREATED.as_bytes()).unwrap());
}

#[test]
fn the_same_create_again_is_refused_object_by_object() {
    let mut register = granted();
    let before = register.clone();
    let outcomes = done(&mut register, CREATE, "2026-03-14T08:00:00Z");
    assert_eq!(codes(&outcomes), [code::EXISTS; 3]);
    assert_eq!(register, before);
}

#[test]
fn a_create_cut_short_after_its_order_is_finished_when_it_comes_again() {
    let mut register = Register::for_dev();
    let planned = planned(&register, CREATE, "2026-03-14T07:30:01Z");
    register.apply(&planned.changes[0]).unwrap();
    assert_eq!(codes(&done(&mut register, CREATE, "2026-03-14T07:40:00Z")), [0, 0, 0]);
    assert_eq!(register.orders().count(), 1);
    assert_eq!(register.hi1().iter().count(), 3);
}

#[test]
fn a_stale_generation_changes_nothing() {
    let mut register = granted();
    let before = register.clone();
    let outcomes = done(&mut register, CANCEL, "2026-05-01T10:00:01Z");
    assert_eq!(codes(&outcomes), [code::CHANGE_NOT_ALLOWED]);
    let Payload::Responses(expected) = Message::read(CONFLICT.as_bytes()).unwrap().payload else {
        panic!("the vector is an answer");
    };
    assert!(matches!(&expected[0].outcome, Outcome::Refused(error) if error.code == 3006));
    assert_eq!(register, before);
}

#[test]
fn a_cancelled_task_ceases_its_measure_and_its_generation_grows() {
    let mut register = granted();
    let cancel = CANCEL.replace("<Generation>3<", "<Generation>1<");
    assert_eq!(codes(&done(&mut register, &cancel, "2026-05-01T10:00:01Z")), [0]);
    let measure = &register.order(ORDER).unwrap().measures[0];
    assert_eq!(measure.until, at("2026-05-01T10:00:01Z"));
    assert!(measure.ceased_at.is_some());
    let kept = register.hi1().get(&Uuid::parse(TASK).unwrap()).unwrap();
    assert_eq!(kept.object.common.generation, Some(2));
    // What is over stays over.
    let again = CANCEL.replace("<Generation>3<", "<Generation>2<");
    assert_eq!(codes(&done(&mut register, &again, "2026-05-02T10:00:01Z")), [code::UPDATE_ENDED]);
}

#[test]
fn an_unknown_object_is_neither_told_changed_nor_cancelled() {
    let register = Register::for_dev();
    let outcome = |message: &str| {
        codes(&outcomes(&planned(&register, message, "2026-05-01T10:00:01Z").answer))
    };
    assert_eq!(outcome(GET), [code::GET_MISSING]);
    assert_eq!(outcome(CANCEL), [code::CANCEL_MISSING]);
    let update = CANCEL.replace("Cancelled", "Active");
    assert_eq!(outcome(&update), [code::UPDATE_MISSING]);
    // Nor is another sender told of it.
    let register = granted();
    let other = GET.replace("LEA-0001", "LEA-0002");
    let told = codes(&outcomes(&planned(&register, &other, "2026-05-01T10:00:01Z").answer));
    assert_eq!(told, [code::GET_MISSING]);
}

#[test]
fn a_task_without_authorisation_is_refused_and_the_rest_is_kept() {
    let mut register = Register::for_dev();
    let begin = CREATE.rfind("<AssociatedObjects>").unwrap();
    let end = CREATE.rfind("</AssociatedObjects>").unwrap() + "</AssociatedObjects>".len();
    let alone = format!("{}{}", &CREATE[..begin], &CREATE[end..]);
    let outcomes = done(&mut register, &alone, "2026-03-14T07:30:01Z");
    assert_eq!(codes(&outcomes), [0, 0, code::ASSOCIATION]);
    assert_eq!(register.orders().count(), 0);
    assert_eq!(register.hi1().iter().count(), 2);
}

#[test]
fn get_tells_the_object_with_the_status_of_its_measure() {
    let mut register = granted();
    let status = |register: &Register, now: &str| {
        let outcomes = outcomes(&planned(register, GET, now).answer);
        let Outcome::Got(object) = &outcomes[0] else { panic!("not told: {outcomes:?}") };
        let Body::Task(task) = &object.body else { panic!("no task") };
        assert_eq!(task.targets.len(), 2);
        task.status.as_ref().unwrap().value.clone()
    };
    assert_eq!(status(&register, "2026-03-14T07:59:59Z"), "AwaitingProvisioning");
    assert_eq!(status(&register, "2026-05-01T10:00:00Z"), "Active");
    assert_eq!(status(&register, "2026-06-14T07:00:00Z"), "Expired");
    let cancel = CANCEL.replace("<Generation>3<", "<Generation>1<");
    done(&mut register, &cancel, "2026-05-01T10:00:01Z");
    assert_eq!(status(&register, "2026-05-01T10:00:02Z"), "Cancelled");
}

#[test]
fn a_task_waits_for_approval_until_the_court_confirmed_its_order() {
    let mut register = Register::new();
    done(&mut register, CREATE, "2026-03-14T07:30:01Z");
    let told = |register: &Register| {
        String::from_utf8(planned(register, GET, "2026-05-01T10:00:00Z").answer.write()).unwrap()
    };
    assert!(told(&register).contains("AwaitingApproval"));
    let user = User { name: "laj".into(), role: Role::Clerk };
    register.apply(&Change::UserAdded(user)).unwrap();
    let (order, person) = (ORDER.to_owned(), "laj".to_owned());
    let confirmed = OrderConfirmed { order, person, at: at("2026-04-01T00:00:00Z") };
    register.apply(&Change::OrderConfirmed(confirmed)).unwrap();
    assert!(!told(&register).contains("AwaitingApproval"));
}

#[test]
fn what_the_working_copy_keeps_of_objects_names_no_person_and_no_target() {
    let planned = planned(&Register::new(), CREATE, "2026-03-14T07:30:01Z");
    let Some(Change::Hi1Taken(taken)) = planned.changes.last() else { panic!("nothing kept") };
    let json = |taken: &lacre_warrant::hi1::Hi1Taken| serde_json::to_string(taken).unwrap();
    let secrets = ["34600000123", "214990000000123", "Sintetico"];
    let full = json(taken);
    assert!(secrets.iter().all(|secret| full.contains(secret)));
    let mut working = taken.clone();
    working.objects.iter_mut().for_each(|taken| taken.object.seal_identities());
    let working = json(&working);
    assert!(!secrets.iter().any(|secret| working.contains(secret)), "{working}");
    assert!(working.contains("ES-2026-000123"), "binding needs the LIID");
}

#[test]
fn a_sealed_site_takes_orders_and_tells_of_none() {
    let register = granted();
    let vault = || None;
    let now = at("2026-05-01T10:00:00Z");
    let role = Hi1Role::Authority;
    let desk = Desk { register: &register, sealed: true, role, now, hash: &hash, vault: &vault };
    let answer = plan(&Message::read(GET.as_bytes()).unwrap(), &desk).answer;
    assert_eq!(codes(&outcomes(&answer)), [code::TRANSIENT]);
}

#[test]
fn an_operator_tells_and_does_not_order() {
    let register = granted();
    let asked = |message: &str| {
        let (vault, role) = (|| Some(VaultId([2; 16])), Hi1Role::Operator);
        let now = at("2026-06-14T07:00:02Z");
        let desk =
            Desk { register: &register, sealed: false, role, now, hash: &hash, vault: &vault };
        let planned = plan(&Message::read(message.as_bytes()).unwrap(), &desk);
        (codes(&outcomes(&planned.answer)), planned.changes.len())
    };
    assert_eq!(asked(DELIVER), (vec![0], 1));
    let cancel = CANCEL.replace("<Generation>3<", "<Generation>1<");
    assert_eq!(asked(&cancel), (vec![code::UNSUPPORTED], 0));
    let other = CREATE.replace("0a5c1e52", "0a5c1e53");
    assert_eq!(asked(&other), (vec![code::UNSUPPORTED; 3], 0));
}

#[test]
fn a_notification_is_kept_and_listed_to_who_delivered_it() {
    let mut register = granted();
    assert_eq!(codes(&done(&mut register, DELIVER, "2026-06-14T07:00:02Z")), [0]);
    let listed = |message: &str| {
        let outcomes = outcomes(&planned(&register, message, "2026-06-14T08:00:00Z").answer);
        let Outcome::Listed(records) = &outcomes[0] else { panic!("not listed") };
        records.len()
    };
    assert_eq!(listed(&LIST.replace("LEA-0001", "CSP-99")), 1);
    assert_eq!(listed(LIST), 0);
    assert_eq!(listed(&LIST.replace("<common:Value>Notification", "<common:Value>Task")), 1);
    // About something unknown, it is refused.
    let mut empty = Register::for_dev();
    let refused = codes(&done(&mut empty, DELIVER, "2026-06-14T07:00:02Z"));
    assert_eq!(refused, [code::ASSOCIATION]);
}

/// A prórroga: another document, a later end of the authorisation and of the task.
fn extension() -> String {
    let head = &CREATE[..CREATE.find("<ActionRequests>").unwrap()];
    let space = |name: &str| format!("http://uri.etsi.org/03120/common/{name}");
    assert!(head.contains(&space("2020/09/Document")));
    format!(
        r#"{head}<ActionRequests>
        <ActionRequest><ActionIdentifier>0</ActionIdentifier><CREATE>
          <HI1Object xsi:type="doc:DocumentObject">
            <ObjectIdentifier>0a5c1e52-0000-4000-8000-000000000009</ObjectIdentifier>
            <doc:DocumentReference>AUTO 0001/2026</doc:DocumentReference>
            <doc:DocumentBody><doc:Contents>cHJvcnJvZ2E=</doc:Contents></doc:DocumentBody>
            <doc:DocumentSignature>
              <common:ApprovalTimestamp>2026-06-10T10:00:00Z</common:ApprovalTimestamp>
            </doc:DocumentSignature>
          </HI1Object></CREATE></ActionRequest>
        <ActionRequest><ActionIdentifier>1</ActionIdentifier><UPDATE>
          <HI1Object xsi:type="auth:AuthorisationObject">
            <ObjectIdentifier>0a5c1e52-0000-4000-8000-000000000001</ObjectIdentifier>
            <Generation>1</Generation>
            <AssociatedObjects>
              <AssociatedObject>0a5c1e52-0000-4000-8000-000000000003</AssociatedObject>
              <AssociatedObject>0a5c1e52-0000-4000-8000-000000000009</AssociatedObject>
            </AssociatedObjects>
            <auth:AuthorisationTimespan>
              <auth:EndTime>2026-09-14T07:00:00Z</auth:EndTime>
            </auth:AuthorisationTimespan>
          </HI1Object></UPDATE></ActionRequest>
        <ActionRequest><ActionIdentifier>2</ActionIdentifier><UPDATE>
          <HI1Object xsi:type="task:LITaskObject">
            <ObjectIdentifier>{TASK}</ObjectIdentifier>
            <Generation>1</Generation>
            <task:Timespan><task:EndTime>2026-09-14T07:00:00Z</task:EndTime></task:Timespan>
          </HI1Object></UPDATE></ActionRequest>
        </ActionRequests></RequestPayload></Payload></HI1Message>"#
    )
}

#[test]
fn a_later_end_is_a_prorroga_with_its_document_and_an_earlier_one_a_cessation() {
    let mut register = granted();
    assert_eq!(codes(&done(&mut register, &extension(), "2026-06-11T00:00:00Z")), [0, 0, 0]);
    let order = register.order(ORDER).unwrap();
    assert_eq!(order.measures[0].until, at("2026-09-14T07:00:00Z"));
    assert_eq!(order.extensions[0].granted_at, Some(at("2026-06-10T10:00:00Z")));
    assert_eq!(order.extensions[0].document.as_ref().unwrap().sha256, hash(b"prorroga"));
    let sooner = CANCEL.replace("<Generation>3<", "<Generation>2<");
    let begin = sooner.find("<task:DesiredStatus>").unwrap();
    let end = sooner.find("</HI1Object>").unwrap();
    let span = "<task:Timespan><task:EndTime>2026-07-01T00:00:00Z</task:EndTime></task:Timespan>";
    let sooner = format!("{}{span}{}", &sooner[..begin], &sooner[end..]);
    assert_eq!(codes(&done(&mut register, &sooner, "2026-06-20T00:00:00Z")), [0]);
    assert_eq!(register.order(ORDER).unwrap().measures[0].until, at("2026-07-01T00:00:00Z"));
}

#[test]
fn a_prorroga_granted_after_the_end_changes_nothing_but_the_document() {
    let mut register = granted();
    let late = extension().replace("2026-06-10T10:00:00Z", "2026-06-15T10:00:00Z");
    let outcomes = done(&mut register, &late, "2026-06-16T00:00:00Z");
    assert_eq!(codes(&outcomes), [0, code::CHANGED_VALUE, code::CHANGED_VALUE]);
    assert_eq!(register.order(ORDER).unwrap().measures[0].until, at("2026-06-14T07:00:00Z"));
    assert_eq!(register.order(ORDER).unwrap().extensions, []);
}

#[test]
fn a_task_cannot_outlive_its_authorisation_nor_change_its_target() {
    let mut register = Register::for_dev();
    let place = CREATE.rfind("2026-06-14T09:00:00+02:00").unwrap();
    let longer = format!("{}2026-06-15{}", &CREATE[..place], &CREATE[place + 10..]);
    let outcomes = done(&mut register, &longer, "2026-03-14T07:30:01Z");
    assert_eq!(codes(&outcomes), [0, code::VALUE, code::VALUE]);
    assert_eq!(register.orders().count(), 0);
    let mut register = granted();
    let begin = CANCEL.find("<task:DesiredStatus>").unwrap();
    let end = CANCEL.find("</HI1Object>").unwrap();
    let other = "<task:Reference>ES-2026-000124</task:Reference>";
    let other = format!("{}{other}{}", &CANCEL[..begin], &CANCEL[end..])
        .replace("<Generation>3<", "<Generation>1<");
    let outcomes = done(&mut register, &other, "2026-05-01T10:00:01Z");
    assert_eq!(codes(&outcomes), [code::CHANGE_NOT_ALLOWED]);
}

#[test]
fn retained_data_and_what_only_the_receiver_sets_are_refused_by_their_numbers() {
    let register = Register::for_dev();
    let answered = |message: &str| {
        codes(&outcomes(&planned(&register, message, "2026-03-14T07:30:01Z").answer))
    };
    let retained = DELIVER.replace("notif:NotificationObject", "task:LDTaskObject");
    assert_eq!(answered(&retained), [code::UNSUPPORTED]);
    let national = "<task:NationalLITaskingParameters/></HI1Object>";
    let (head, tail) = CREATE.rsplit_once("</HI1Object>").unwrap();
    assert_eq!(answered(&format!("{head}{national}{tail}")), [0, 0, code::UNSUPPORTED]);
    let generation = CREATE.replacen(
        "<OwnerIdentifier>LEA-0001</OwnerIdentifier>",
        "<OwnerIdentifier>LEA-0001</OwnerIdentifier><Generation>1</Generation>",
        1,
    );
    assert_eq!(answered(&generation)[0], code::VALUE);
    let twice = CREATE.replace("<ActionIdentifier>2<", "<ActionIdentifier>1<");
    assert_eq!(answered(&twice), [code::DUPLICATE_ACTION]);
    let gap = CREATE.replace("<ActionIdentifier>2<", "<ActionIdentifier>3<");
    assert_eq!(answered(&gap), [code::GENERAL]);
    let checksum = CREATE.replace(
        "</doc:ContentType>",
        "</doc:ContentType><doc:Checksum>00</doc:Checksum>\
         <doc:ChecksumType>SHA-256</doc:ChecksumType>",
    );
    assert_eq!(answered(&checksum)[0], code::VALUE);
}

#[test]
fn an_answer_that_comes_as_a_request_is_refused_whole() {
    for answer in [CREATED, CONFLICT, TOP_LEVEL] {
        let planned = planned(&Register::for_dev(), answer, "2026-03-14T07:30:01Z");
        assert!(matches!(planned.answer.payload, Payload::Refused(_)));
        assert!(planned.changes.is_empty());
    }
}

fn sender() -> EndpointId {
    EndpointId::parse("ES:LEA-0001").unwrap()
}

/// An order as a person wrote it, of two operators.
fn written() -> Register {
    let measure = |liid: &str, operator: &str, kind: &str, value: &str, content: bool| {
        serde_json::json!({
            "liid_hex": liid, "operator": operator, "identity": {"type": kind, "value": value},
            "from": "2026-03-14T08:00:00Z", "until": "2026-06-14T08:00:00Z",
            "scope": {"content": content, "origin_destination": true, "location": false,
                      "other_traffic": true},
        })
    };
    let file = serde_json::json!({
        "case": "DP 1/2026", "order": "AUTO 1/2026", "court": "Plaza 1 <Instrucción> & Cía",
        "profile": "es", "granted_at": "2026-03-13T18:00:00Z",
        "measures": [
            measure("4553313233", "OPLAB-ES", "msisdn", "+34600000123", true),
            measure("000102030405060708090a0b0c", "OPLAB-ES", "sip-uri",
                    "sip:alice@example.com", false),
            measure("4553313234", "OTHER-ES", "imsi", "214990000000123", true),
        ],
    });
    let order = OrderDocument::parse(file.to_string().as_bytes()).unwrap();
    let document = Some(Attached { name: "auto.pdf".into(), sha256: Digest([7; 32]) });
    let added = OrderAdded { vault: VaultId([9; 16]), document, order };
    let mut register = Register::for_dev();
    register.apply(&Change::OrderAdded(Box::new(added))).unwrap();
    register
}

#[test]
fn what_is_exported_for_an_operator_imports_as_the_same_measures() {
    let register = written();
    let order = register.order("AUTO 1/2026").unwrap();
    let header = || (sender(), Uuid([1; 16]), at("2026-03-14T00:00:00Z"));
    let exported = export(order, Some("OPLAB-ES"), header(), &hash).unwrap();
    let text = String::from_utf8(exported.message.write()).unwrap();
    assert!(!text.contains("OTHER-ES") && !text.contains("214990000000123"), "not its business");
    assert_eq!(Message::read(text.as_bytes()).unwrap(), exported.message);
    let mut operators = Register::for_dev();
    assert_eq!(codes(&done(&mut operators, &text, "2026-03-14T01:00:00Z")), [0; 4]);
    let got = operators.order("AUTO 1/2026").unwrap();
    let mut expected = order.document.clone();
    expected.measures.truncate(2);
    assert_eq!(got.document.case, expected.case);
    assert_eq!(got.document.court, expected.court);
    assert_eq!(got.document.granted_at, expected.granted_at);
    let mut measures = got.document.measures.clone();
    measures.sort_by(|a, b| b.liid.cmp(&a.liid));
    assert_eq!(measures, expected.measures);
    // Two operators: it must be said which.
    assert!(export(order, None, header(), &hash).is_err());
    assert!(export(order, Some("NOBODY"), header(), &hash).is_err());
}

#[test]
fn a_document_type_an_entity_and_every_other_trick_of_xml_are_refused() {
    let doctype =
        |inside: &str| CREATE.replace("<HI1Message", &format!("<!DOCTYPE {inside}><HI1Message"));
    let laughs = "HI1Message [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]";
    let external = "HI1Message SYSTEM \"file:///etc/passwd\"";
    for inside in ["HI1Message", laughs, external] {
        assert_eq!(Message::read(doctype(inside).as_bytes()), Err(ReadError::Doctype), "{inside}");
    }
    let refused = |from: &str, to: &str| {
        let changed = CREATE.replacen(from, to, 1);
        assert_ne!(changed, CREATE, "{from}");
        Message::read(changed.as_bytes()).unwrap_err()
    };
    let entity = refused("DP 0000/2026", "&a;");
    assert!(matches!(entity, ReadError::Entity { name } if name == "a"));
    assert!(matches!(refused("DP 0000/2026", "a&#0;b"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("DP 0000/2026", "a&#xffff;b"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("DP 0000/2026", "a\u{1}b"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("DP 0000/2026", "a]]>b"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("<HI1Message", "<?php x?><HI1Message"), ReadError::Instruction));
    assert!(matches!(refused("</HI1Message>", "</HI1Message><b/>"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("</HI1Message>", ""), ReadError::IllFormed { .. }));
    assert!(matches!(refused("encoding='utf-8'", "encoding='latin1'"), ReadError::Declared { .. }));
    assert!(matches!(refused("version='1.0'", "version='1.1'"), ReadError::Declared { .. }));
    assert!(matches!(
        refused("<Header>", "<Header xmlns:a='1' xmlns:a='2'>"),
        ReadError::IllFormed { .. }
    ));
    assert!(matches!(refused("<Header>", "<Header a='1'>"), ReadError::Structure { .. }));
    assert!(matches!(refused("<Header>", "<Header>text"), ReadError::IllFormed { .. }));
    assert!(matches!(refused("<Header>", "<Other/><Header>"), ReadError::Structure { .. }));
    assert!(matches!(
        refused("common/2019/10/Core", "common/2016/02/Core"),
        ReadError::Structure { .. }
    ));
    assert!(matches!(refused("xsi:type=\"doc:", "xsi:type=\"none:"), ReadError::IllFormed { .. }));
    let utf16: Vec<u8> = CREATE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(
        Message::read(&utf16),
        Err(ReadError::IllFormed { .. } | ReadError::NotUtf8 { .. })
    ));
}

#[test]
fn depth_size_and_number_are_bounded() {
    let deep = "<a>".repeat(100_000);
    assert!(matches!(Message::read(deep.as_bytes()), Err(ReadError::TooDeep { .. })));
    let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
    assert!(matches!(Message::read(many.as_bytes()), Err(ReadError::TooMany { .. })));
    let attributes: String = (0..100_000).map(|at| format!(" a{at}=''")).collect();
    let wide = format!("<a{attributes}/>");
    assert!(Message::read(wide.as_bytes()).is_err());
    let spaces: String = (0..100_000).map(|at| format!(" xmlns:a{at}='b'")).collect();
    assert!(Message::read(format!("<a{spaces}/>").as_bytes()).is_err());
    let large = vec![b'a'; 100 << 20];
    assert_eq!(Message::read(&large), Err(ReadError::TooLarge { octets: 100 << 20 }));
    let text = CREATE.replace("DP 0000/2026", &"x".repeat(65_536));
    assert!(matches!(Message::read(text.as_bytes()), Err(ReadError::Structure { .. })));
}

#[test]
fn each_example_reads_and_is_written_the_same() {
    for example in [CREATE, CREATED, CANCEL, CONFLICT, LIST, GET, DELIVER, TOP_LEVEL] {
        let message = Message::read(example.as_bytes()).unwrap();
        assert_eq!(Message::read(&message.write()).unwrap(), message);
    }
    let Payload::Requests(requests) = Message::read(CREATE.as_bytes()).unwrap().payload else {
        panic!("it is a request");
    };
    assert!(matches!(&requests[2].action, Action::Create(object)
        if matches!(&object.body, Body::Task(task) if task.destinations.len() == 2)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever comes, reading ends with a message or an error; what is read can be written.
    #[test]
    fn no_octets_stop_the_reader(octets in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Message::read(&octets);
    }

    #[test]
    fn no_change_of_a_sound_message_stops_reader_or_plan(
        at_octet in 0..CREATE.len(), octet in any::<u8>(), cut in 0..64usize,
    ) {
        let mut octets = CREATE.as_bytes().to_vec();
        octets[at_octet] = octet;
        octets.drain(at_octet..(at_octet + cut).min(CREATE.len()));
        if let Ok(message) = Message::read(&octets) {
            if !format!("{message:?}").contains("Unsupported") {
                prop_assert_eq!(Message::read(&message.write()), Ok(message.clone()));
            }
            let register = granted();
            let vault = || Some(VaultId([2; 16]));
            let now = at("2026-03-14T07:30:01Z");
            let role = Hi1Role::Authority;
    let desk = Desk { register: &register, sealed: false, role, now, hash: &hash, vault: &vault };
            let planned = plan(&message, &desk);
            let mut next = register.clone();
            for change in &planned.changes {
                prop_assert!(next.apply(change).is_ok(), "a planned change is refused");
            }
        }
    }
}
