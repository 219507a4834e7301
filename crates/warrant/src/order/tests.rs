//! Stories of the order file: what a court writes, and what is refused with the field's name.
use super::*;
use serde_json::json;

/// The order file of the documentation, with every optional field.
fn written() -> Value {
    json!({
        "case": "DP-412-2026", "order": "AUTO-2026-88",
        "court": "T. I. Villademo, Sección de Instrucción, plaza 3", "profile": "es",
        "granted_at": "2026-11-20T09:00:00+01:00",
        "measures": [{
            "liid": "ES-VOIP-2026-0001", "operator": "OPLAB-ES",
            "identity": {"type": "sip-uri", "value": "sip:target@example.test"},
            "from": "2026-11-20T09:00:00Z", "until": "2027-02-20T00:00:00Z",
            "scope": {"content": true, "origin_destination": true, "location": true,
                      "other_traffic": false}
        }],
        "person": {"name": "Persona Sintética", "document": "00000000T"},
        "offence": "art. 368 CP", "unit": "Unidad de prueba", "obliged_party": "Operadora Lab",
        "reporting": {"every_days": 15}, "form": "integral", "document": "auto-88.pdf"
    })
}

fn parse(order: &Value) -> Result<OrderDocument, OrderError> {
    OrderDocument::parse(order.to_string().as_bytes())
}

fn refused_at(order: &Value) -> String {
    match parse(order) {
        Err(OrderError::Field { field, .. }) => field,
        Err(OrderError::Json { what, .. }) => format!("json: {what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_with_every_field_is_read_and_written_back_the_same() {
    let order = parse(&written()).unwrap();
    assert_eq!(order.granted_at, Micros::parse_rfc3339("2026-11-20T08:00:00Z").unwrap());
    assert_eq!(order.measures[0].liid.text(), Some("ES-VOIP-2026-0001"));
    assert!(!order.measures[0].scope.other_traffic);
    assert_eq!(order.form.as_ref().map(Particular::shown).as_deref(), Some("integral"));
    let again = serde_json::to_vec(&order).unwrap();
    assert_eq!(OrderDocument::parse(&again).unwrap(), order);
}

#[test]
fn optional_fields_may_be_absent_and_required_ones_may_not() {
    let required = ["case", "order", "court", "profile", "granted_at", "measures"];
    for name in written().as_object().unwrap().keys() {
        let mut order = written();
        order.as_object_mut().unwrap().remove(name);
        match required.contains(&name.as_str()) {
            true => assert_eq!(refused_at(&order), format!("json: missing field `{name}`")),
            false => assert!(parse(&order).is_ok(), "{name}"),
        }
    }
}

#[test]
fn a_liid_that_is_no_text_is_written_in_hexadecimal_and_read_back() {
    let mut order = written();
    order["measures"][0].as_object_mut().unwrap().remove("liid");
    order["measures"][0]["liid_hex"] = json!("FF0080");
    let read = parse(&order).unwrap();
    assert_eq!(read.measures[0].liid.octets(), [0xff, 0, 0x80]);
    assert!(serde_json::to_string(&read).unwrap().contains(r#""liid_hex":"ff0080""#));
}

#[test]
fn a_liid_is_given_once_and_fits() {
    for (liid, digits, field) in [
        (Some("x"), Some("ff"), "measures[0].liid"),
        (None, None, "measures[0].liid"),
        (Some("LI 7"), None, "measures[0].liid"),
        (Some("LÍ-7"), None, "measures[0].liid"),
        (Some("12345678901234567890123456"), None, "measures[0].liid"),
        (None, Some("f"), "measures[0].liid_hex"),
        (None, Some(""), "measures[0].liid_hex"),
    ] {
        let mut order = written();
        order["measures"][0]["liid"] = json!(liid);
        order["measures"][0]["liid_hex"] = json!(digits);
        assert_eq!(refused_at(&order), field, "{liid:?} {digits:?}");
    }
}

#[test]
fn each_wrong_field_is_named() {
    let long = "x".repeat(5000);
    for (pointer, value, field) in [
        ("/case", json!(""), "case"),
        ("/order", json!("A\nB"), "order"),
        ("/court", json!(long), "court"),
        ("/profile", json!("../es"), "profile"),
        ("/granted_at", json!("20-11-2026"), "granted_at"),
        ("/measures", json!([]), "measures"),
        ("/measures/0/operator", json!(" "), "measures[0].operator"),
        ("/measures/0/identity/value", json!(""), "measures[0].identity.value"),
        ("/measures/0/from", json!("2026-11-20T09:00:00"), "measures[0].from"),
        ("/measures/0/until", json!("2026-11-20T09:00:00Z"), "measures[0].until"),
        ("/person", json!({"name": "a\u{202e}b"}), "person"),
        ("/reporting", json!(vec!["x"; 2000]), "reporting"),
        ("/document", json!("a\u{0}b"), "document"),
    ] {
        let mut order = written();
        *order.pointer_mut(pointer).unwrap() = value;
        assert_eq!(refused_at(&order), field);
    }
}

#[test]
fn an_error_says_what_was_found_and_what_to_write() {
    let mut order = written();
    order["measures"][0]["until"] = json!("tomorrow");
    let said = parse(&order).unwrap_err().to_string();
    let expected = "order field `measures[0].until`: found \"tomorrow\"; write date, time and \
                    offset, such as 2026-11-23T20:27:00+01:00";
    assert_eq!(said, expected);
}

#[test]
fn a_field_this_version_does_not_know_is_refused_and_not_dropped() {
    for pointer in ["", "/measures/0", "/measures/0/scope", "/measures/0/identity"] {
        let mut order = written();
        order.pointer_mut(pointer).unwrap()["until_revoked"] = json!(true);
        assert!(refused_at(&order).starts_with("json: unknown field"), "{pointer}");
    }
}

#[test]
fn one_liid_may_follow_itself_but_not_overlap_itself() {
    let second = |from: &str, operator: &str| {
        let mut order = written();
        let mut measure = order["measures"][0].clone();
        measure["from"] = json!(from);
        measure["until"] = json!("2027-05-20T00:00:00Z");
        measure["operator"] = json!(operator);
        order["measures"].as_array_mut().unwrap().push(measure);
        order
    };
    assert!(parse(&second("2027-02-20T00:00:00Z", "OPLAB-ES")).is_ok());
    assert_eq!(refused_at(&second("2027-02-19T23:59:59.999999Z", "OPLAB-ES")), "measures[1]");
    assert!(parse(&second("2027-02-19T23:59:59.999999Z", "OTHER-ES")).is_ok());
}

#[test]
fn a_file_beyond_its_bound_or_its_depth_is_refused() {
    let large = vec![b' '; FILE_OCTETS_MAX + 1];
    assert!(matches!(OrderDocument::parse(&large), Err(OrderError::TooLarge { .. })));
    let deep = format!("{{\"person\":{}", "[".repeat(100_000));
    assert!(matches!(OrderDocument::parse(deep.as_bytes()), Err(OrderError::Json { .. })));
}

#[test]
fn debug_names_no_person_and_no_line() {
    let shown = format!("{:?}", parse(&written()).unwrap());
    for word in ["sip:target", "Sintética", "ES-VOIP"] {
        assert!(!shown.contains(word), "{word}");
    }
}
