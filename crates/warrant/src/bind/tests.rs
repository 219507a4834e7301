//! Stories of binding: each rule with its forbidden twin, and an answer for whatever comes.
use super::*;
use crate::peer::Peer;
use lacre_term::IriType;
use proptest::prelude::*;

const FROM: Micros = Micros(1_000_000_000);
const UNTIL: Micros = Micros(2_000_000_000);
const NOON: Micros = Micros(1_500_000_000);

fn row(liid: &[u8], window: (Micros, Micros), content: bool, vault: u8) -> BindingRow {
    let (from, until) = window;
    BindingRow {
        liid: Liid::parse(liid).unwrap(),
        operator: "OPLAB-ES".into(),
        from,
        until,
        scope: Scope { content, origin_destination: true, location: true, other_traffic: true },
        case: "DP-1".into(),
        order: format!("AUTO-{vault}"),
        vault: VaultId([vault; 16]),
        not_accredited: false,
    }
}

fn peers() -> Vec<Peer> {
    vec![
        Peer { name: "mf-1".into(), ..Peer::of_files("OPLAB-ES") },
        Peer { name: "mf-2".into(), ..Peer::of_files("OTHER-ES") },
    ]
}

/// `LI-7` with content and `LI-8` without, over `[FROM, UNTIL)`.
fn table() -> BindingTable {
    let rows = vec![row(b"LI-7", (FROM, UNTIL), true, 7), row(b"LI-8", (FROM, UNTIL), false, 8)];
    BindingTable::new(1, rows, peers())
}

fn heading(liid: &'static [u8], class: PayloadClass, at: Option<Micros>) -> Heading<'static> {
    Heading {
        liid,
        authorization_country: Some(b"ES"),
        operator: b"OPLAB-ES",
        network_element: None,
        cin: Some(1),
        cin_extension: None,
        delivery_country: Some(b"ES"),
        sequence_number: 1,
        intercepted_at: at,
        class,
        iri_type: (class == PayloadClass::Iri).then_some(IriType::Begin),
    }
}

fn bound<'t>(heading: &Heading<'_>, table: &'t BindingTable) -> Binding<'t> {
    bind(heading, &Arrival::live("mf-1", UNTIL), table)
}

fn reason(binding: Binding<'_>) -> Option<Reason> {
    match binding {
        Binding::Quarantined(reason) => Some(reason),
        Binding::Authorised(_) | Binding::Control => None,
    }
}

fn is_stored(binding: Binding<'_>) -> bool {
    matches!(binding, Binding::Authorised(_))
}

/// The first moment is inside, the last is the moment before `until`.
#[test]
fn interception_is_judged_over_a_half_open_window() {
    let table = table();
    for (at, expected) in [
        (Micros(FROM.0 - 1), Some(Reason::OutsideValidity)),
        (FROM, None),
        (Micros(UNTIL.0 - 1), None),
        (UNTIL, Some(Reason::OutsideValidity)),
    ] {
        let binding = bound(&heading(b"LI-7", PayloadClass::Cc, Some(at)), &table);
        assert_eq!(reason(binding), expected, "{at}");
    }
}

#[test]
fn consecutive_orders_share_no_moment_and_leave_none_out() {
    let rows = vec![row(b"LI-7", (FROM, NOON), true, 1), row(b"LI-7", (NOON, UNTIL), true, 2)];
    let table = BindingTable::new(2, rows, peers());
    for (at, vault) in [(Micros(NOON.0 - 1), 1), (NOON, 2)] {
        let heading = heading(b"LI-7", PayloadClass::Iri, Some(at));
        let Binding::Authorised(authorised) = bound(&heading, &table) else { panic!() };
        assert_eq!(authorised.vault(), VaultId([vault; 16]));
        assert_eq!(authorised.order(), format!("AUTO-{vault}"));
    }
}

#[test]
fn an_unknown_liid_is_quarantined_and_one_letter_is_enough() {
    for liid in [&b"LI-9"[..], b"li-7", b"LI-7 ", b"", &[b'x'; 40]] {
        let heading = Heading { liid, ..heading(b"", PayloadClass::Iri, Some(NOON)) };
        assert_eq!(reason(bound(&heading, &table())), Some(Reason::UnknownLiid));
    }
    assert!(is_stored(bound(&heading(b"LI-7", PayloadClass::Iri, Some(NOON)), &table())));
}

#[test]
fn a_peer_of_another_operator_or_of_none_delivers_nothing() {
    let table = table();
    let heading = heading(b"LI-7", PayloadClass::Iri, Some(NOON));
    for (peer, expected) in
        [("mf-1", None), ("mf-2", Some(Reason::WrongOperator)), ("x", Some(Reason::WrongOperator))]
    {
        let binding = bind(&heading, &Arrival::live(peer, UNTIL), &table);
        assert_eq!(reason(binding), expected, "{peer}");
    }
}

/// The same LIID at two operators is two measures; each peer reaches only its own.
#[test]
fn two_operators_may_have_the_same_liid() {
    let other = BindingRow { operator: "OTHER-ES".into(), ..row(b"LI-7", (FROM, UNTIL), true, 9) };
    let rows = vec![row(b"LI-7", (FROM, UNTIL), true, 7), other];
    let table = BindingTable::new(2, rows, peers());
    for (peer, vault) in [("mf-1", 7), ("mf-2", 9)] {
        let heading = heading(b"LI-7", PayloadClass::Cc, Some(NOON));
        let Binding::Authorised(authorised) = bind(&heading, &Arrival::live(peer, UNTIL), &table)
        else {
            panic!("{peer}")
        };
        assert_eq!(authorised.vault(), VaultId([vault; 16]));
    }
}

#[test]
fn a_live_time_is_plausible_from_the_buffer_to_the_skew_and_not_beyond() {
    let wide = row(b"LI-7", (Micros(i64::MIN), Micros(i64::MAX)), true, 7);
    let table = BindingTable::new(1, vec![wide], peers());
    let now = Micros::from_seconds(1_795_000_000);
    let latest = now.plus_seconds(300);
    let oldest = now.plus_seconds(-7 * 86_400);
    for (at, live, expected) in [
        (latest, true, None),
        (Micros(latest.0 + 1), true, Some(Reason::ImplausibleTime)),
        (oldest, true, None),
        (Micros(oldest.0 - 1), true, Some(Reason::ImplausibleTime)),
        (Micros(oldest.0 - 1), false, None),
        (Micros(latest.0 + 1), false, Some(Reason::ImplausibleTime)),
    ] {
        let arrival = Arrival { live, ..Arrival::live("mf-1", now) };
        let binding = bind(&heading(b"LI-7", PayloadClass::Cc, Some(at)), &arrival, &table);
        assert_eq!(reason(binding), expected, "{at} live {live}");
    }
}

#[test]
fn implausible_is_said_before_outside_validity() {
    let at = Some(UNTIL.plus_seconds(301));
    let table = table();
    let binding = bound(&heading(b"LI-7", PayloadClass::Cc, at), &table);
    assert_eq!(reason(binding), Some(Reason::ImplausibleTime));
}

#[test]
fn content_without_content_in_scope_is_quarantined_and_its_iri_is_kept() {
    let table = table();
    for (class, expected) in [
        (PayloadClass::Cc, Some(Reason::OutOfScope)),
        (PayloadClass::Encrypted, Some(Reason::OutOfScope)),
        (PayloadClass::Ilhi, Some(Reason::OutOfScope)),
        (PayloadClass::Other, Some(Reason::OutOfScope)),
        (PayloadClass::Iri, None),
        (PayloadClass::Hi1, None),
        (PayloadClass::Hi4, None),
        (PayloadClass::LastSegment, None),
    ] {
        let heading = heading(b"LI-8", class, Some(NOON));
        assert_eq!(reason(bound(&heading, &table)), expected, "{class:?}");
        let with_content = Heading { liid: b"LI-7", ..heading };
        assert!(is_stored(bound(&with_content, &table)), "{class:?}");
    }
}

#[test]
fn a_pdu_without_time_takes_its_context_s_then_its_arrival_and_is_flagged() {
    let table = table();
    let heading = heading(b"LI-7", PayloadClass::Cc, None);
    let arrival = Arrival::live("mf-1", Micros(UNTIL.0 - 1));
    for (context_time, judged_at) in [(Some(NOON), NOON), (None, arrival.received_at)] {
        let arrival = Arrival { context_time, ..arrival };
        let Binding::Authorised(authorised) = bind(&heading, &arrival, &table) else { panic!() };
        assert_eq!(authorised.judged_at(), judged_at);
        assert!(authorised.flags().has(BindFlags::NO_USABLE_TIME));
    }
    let late = Arrival { context_time: Some(UNTIL), ..arrival };
    assert_eq!(reason(bind(&heading, &late, &table)), Some(Reason::OutsideValidity));
    let after = Arrival::live("mf-1", UNTIL);
    assert_eq!(reason(bind(&heading, &after, &table)), Some(Reason::OutsideValidity));
}

#[test]
fn a_strange_operator_identifier_is_flagged_and_kept() {
    let table = table();
    let strange = PayloadClass::Iri;
    for (operator, class, flagged) in [
        (&b"OPLAB-ES"[..], PayloadClass::Iri, false),
        (b"OPLAB", strange, true),
        (b"OPLAB", PayloadClass::Hi1, false),
        (b"OPLAX", PayloadClass::Hi1, true),
        (b"", PayloadClass::Hi1, true),
    ] {
        let heading = Heading { operator, ..heading(b"LI-7", class, Some(NOON)) };
        let Binding::Authorised(authorised) = bound(&heading, &table) else { panic!() };
        assert_eq!(authorised.flags().has(BindFlags::OPERATOR_ID_MISMATCH), flagged);
        assert_eq!(authorised.flags().words().count(), usize::from(flagged));
    }
}

#[test]
fn control_is_counted_and_kept_control_of_a_registered_liid_is_bound_like_data() {
    let table = table();
    for class in PayloadClass::ALL.into_iter().filter(|class| class.is_control()) {
        let known = heading(b"LI-7", class, Some(NOON));
        let unknown = Heading { liid: b"-", ..known };
        let is_said = class == PayloadClass::OperatorMessage;
        let expected = is_said.then_some(Reason::UnknownLiid);
        assert_eq!(reason(bound(&unknown, &table)), expected, "{class:?}");
        assert!(!is_stored(bound(&unknown, &table)), "{class:?}");
        assert_eq!(is_stored(bound(&known, &table)), class.is_kept_control(), "{class:?}");
        let late = Heading { intercepted_at: Some(UNTIL), ..known };
        let expected = class.is_kept_control().then_some(Reason::OutsideValidity);
        assert_eq!(reason(bound(&late, &table)), expected, "{class:?}");
    }
}

/// It names no order, and may name a target: closed away, not lost and not readable here.
#[test]
fn an_operator_message_without_an_order_is_quarantined_and_not_lost() {
    let table = table();
    for (liid, class, expected) in [
        (&b"-"[..], PayloadClass::OperatorMessage, Binding::Quarantined(Reason::UnknownLiid)),
        (b"LI-9", PayloadClass::OperatorMessage, Binding::Quarantined(Reason::UnknownLiid)),
        (b"-", PayloadClass::CinReset, Binding::Control),
    ] {
        assert_eq!(bound(&heading(liid, class, Some(NOON)), &table), expected);
    }
    let known = heading(b"LI-7", PayloadClass::OperatorMessage, Some(NOON));
    assert!(is_stored(bound(&known, &table)));
}

/// A notification is judged as everything else: stored under its measure, never beside one.
#[test]
fn an_hi1_notification_of_an_unknown_liid_is_quarantined() {
    let table = table();
    let known = heading(b"LI-7", PayloadClass::Hi1, Some(NOON));
    assert!(is_stored(bound(&known, &table)));
    let unknown = Heading { liid: b"LI-9", ..known };
    assert_eq!(reason(bound(&unknown, &table)), Some(Reason::UnknownLiid));
}

/// An owned heading: what a stranger may send, with enough known words to reach every rule.
#[derive(Debug, Clone)]
struct Sent {
    liid: Vec<u8>,
    operator: Vec<u8>,
    at: Option<i64>,
    class: PayloadClass,
    peer: String,
    received_at: i64,
    live: bool,
    context_time: Option<i64>,
    bounds: (u32, u32),
}

fn a_time() -> impl Strategy<Value = i64> {
    let near = |edge: Micros| (edge.0 - 2)..(edge.0 + 3);
    prop_oneof![any::<i64>(), near(FROM), near(UNTIL), FROM.0..UNTIL.0]
}

fn sent() -> impl Strategy<Value = Sent> {
    let liid = prop_oneof![
        Just(b"LI-7".to_vec()),
        Just(b"LI-8".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40)
    ];
    let operator =
        prop_oneof![Just(b"OPLAB-ES".to_vec()), proptest::collection::vec(any::<u8>(), 0..20)];
    let peer = prop_oneof![Just("mf-1".to_owned()), Just("mf-2".to_owned()), "[ -~]{0,8}"];
    let class = proptest::sample::select(PayloadClass::ALL.to_vec());
    let times = (proptest::option::of(a_time()), a_time(), proptest::option::of(a_time()));
    (liid, operator, class, peer, times, any::<bool>(), any::<(u32, u32)>()).prop_map(
        |(liid, operator, class, peer, (at, received_at, context_time), live, bounds)| Sent {
            liid,
            operator,
            at,
            class,
            peer,
            received_at,
            live,
            context_time,
            bounds,
        },
    )
}

fn judge<'t>(sent: &Sent, table: &'t BindingTable) -> Binding<'t> {
    let heading = Heading {
        liid: &sent.liid,
        operator: &sent.operator,
        intercepted_at: sent.at.map(Micros),
        ..heading(b"", sent.class, None)
    };
    let (skew_s, buffer_s) = sent.bounds;
    let arrival = Arrival {
        peer: &sent.peer,
        received_at: Micros(sent.received_at),
        live: sent.live,
        context_time: sent.context_time.map(Micros),
        skew_s,
        buffer_s,
    };
    bind(&heading, &arrival, table)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None,
        ..ProptestConfig::default() })]

    /// Whatever comes has one answer, the same each time, and what is stored breaks no rule.
    #[test]
    fn every_heading_has_an_answer_and_what_is_stored_breaks_no_rule(sent in sent()) {
        let table = table();
        let binding = judge(&sent, &table);
        prop_assert_eq!(binding, judge(&sent, &table));
        let kept = !sent.class.is_control() || sent.class.is_kept_control();
        match binding {
            Binding::Authorised(authorised) => {
                prop_assert!(kept);
                prop_assert_eq!(authorised.liid().octets(), &sent.liid[..]);
                prop_assert_eq!(sent.peer.as_str(), "mf-1");
                let at = authorised.judged_at();
                prop_assert!(at >= FROM && at < UNTIL);
                prop_assert!(at < authorised.until());
                prop_assert!(authorised.scope().content || !may_carry_content(sent.class));
                let timeless = authorised.flags().has(BindFlags::NO_USABLE_TIME);
                prop_assert_eq!(timeless, sent.at.is_none());
            }
            Binding::Quarantined(reason) => {
                prop_assert!(kept);
                prop_assert!(!matches!(reason, Reason::Malformed | Reason::Unframed));
            }
            Binding::Control => prop_assert!(sent.class.is_control()),
        }
    }

    /// A table read back from its JSON judges the same.
    #[test]
    fn a_table_read_back_judges_the_same(sent in sent()) {
        let table = table();
        let again = BindingTable::from_json(&table.to_json().unwrap()).unwrap();
        prop_assert_eq!(judge(&sent, &table), judge(&sent, &again));
    }
}
