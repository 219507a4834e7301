//! Calls told by messages made here: answered, refused, challenged, forked, held, transferred.
//!
//! Rules: those of the module tested.
use super::*;
use proptest::prelude::*;

/// A message in `secs`: first line, CSeq, tags of From and To, further lines, body.
struct Line<'t>(i64, &'t str, &'t str, &'t str, &'t str, &'t str);

const OFFER: &str = "Content-Type: application/sdp\r\n";
const SPEECH: &str = "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8\r\n";
const HOLD: &str = "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8\r\na=sendonly\r\n";

fn told(lines: &[Line<'_>]) -> Call {
    let mut dialogue = Dialogue::new();
    lines.iter().for_each(|line| add(&mut dialogue, line, "c1@example.org"));
    dialogue.finish()
}

fn add(dialogue: &mut Dialogue, line: &Line<'_>, call_id: &str) {
    let Line(second, first, sequence, tags, more, body) = line;
    let (from, to) = tags.split_once(' ').unwrap_or((tags, ""));
    let tag = |tag: &str| if tag.is_empty() { String::new() } else { format!(";tag={tag}") };
    let names = ["+34600000001", "+34600000002"];
    // The called is who has not the tag `a`.
    let [of_from, of_to] = if from == "a" { names } else { [names[1], names[0]] };
    let text = format!(
        "{first}\r\nFrom: <tel:{of_from}>{}\r\nTo: <tel:{of_to}>{}\r\nCall-ID: {call_id}\r\n\
         CSeq: {sequence}\r\n{more}\r\n{body}",
        tag(from),
        tag(to)
    );
    let sip = Sip::read(text.as_bytes()).unwrap();
    dialogue.add(&sip, Some(Micros(second.saturating_mul(1_000_000))), None);
}

const INVITE: &str = "INVITE tel:+34600000002 SIP/2.0";

fn seconds(at: Option<Micros>) -> Option<i64> {
    at.map(|at| at.0 / 1_000_000)
}

#[test]
fn a_call_answered_and_ended_by_the_called_is_told_whole() {
    let call = told(&[
        Line(0, INVITE, "1 INVITE", "a", OFFER, SPEECH),
        Line(1, "SIP/2.0 180 Ringing", "1 INVITE", "a b", "", ""),
        Line(5, "SIP/2.0 200 OK", "1 INVITE", "a b", OFFER, SPEECH),
        Line(5, "ACK tel:+34600000002 SIP/2.0", "1 ACK", "a b", "", ""),
        Line(65, "BYE tel:+34600000001 SIP/2.0", "7 BYE", "b a", "Reason: Q.850;cause=16\r\n", ""),
        Line(66, "BYE tel:+34600000001 SIP/2.0", "7 BYE", "b a", "", ""),
        Line(66, "SIP/2.0 200 OK", "7 BYE", "b a", "", ""),
    ]);
    assert_eq!(call.method.as_deref(), Some("INVITE"));
    let times = [call.began_at, call.ringing_at, call.answered_at, call.ended_at].map(seconds);
    assert_eq!(times, [Some(0), Some(1), Some(5), Some(65)]);
    assert_eq!((call.duration_s, call.cause.as_deref()), (Some(60), Some("Q.850 16")));
    assert_eq!((call.ended_by, call.branches, call.challenges), (Some("called"), 1, 0));
    let names: Vec<(&str, &str)> =
        call.parties.iter().map(|party| (party.role, party.value.as_str())).collect();
    assert_eq!(names, [("caller", "+34600000001"), ("called", "+34600000002")]);
    assert_eq!(call.media.len(), 1, "the same description twice is one");
}

#[test]
fn a_challenge_is_no_failure_and_the_retry_is_the_same_call() {
    let call = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(1, "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "a x", "", ""),
        Line(1, "ACK tel:+34600000002 SIP/2.0", "1 ACK", "a x", "", ""),
        Line(2, INVITE, "2 INVITE", "a", "", ""),
        Line(3, "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "a x", "", ""),
        Line(4, "SIP/2.0 200 OK", "2 INVITE", "a b", "", ""),
    ]);
    assert_eq!((call.challenges, call.call_ids.len()), (1, 1));
    assert_eq!((seconds(call.answered_at), call.ended_at), (Some(4), None));
    assert_eq!(call.cause, None);
    let left = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(1, "SIP/2.0 401 Unauthorized", "1 INVITE", "a x", "", ""),
    ]);
    assert_eq!((seconds(left.ended_at), left.cause.as_deref()), (Some(1), Some("SIP 401")));
}

#[test]
fn busy_cancelled_and_redirected_calls_end_with_their_cause() {
    let busy = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(3, "SIP/2.0 486 Busy Here", "1 INVITE", "a b", "", ""),
    ]);
    assert_eq!(
        (seconds(busy.ended_at), busy.cause.as_deref()),
        (Some(3), Some("SIP 486 Busy Here"))
    );
    assert_eq!((busy.answered_at, busy.duration_s), (None, None));
    let cancelled = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(9, "CANCEL tel:+34600000002 SIP/2.0", "1 CANCEL", "a", "", ""),
        Line(9, "SIP/2.0 200 OK", "1 CANCEL", "a b", "", ""),
        Line(10, "SIP/2.0 487 Request Terminated", "1 INVITE", "a b", "", ""),
    ]);
    assert_eq!(
        (seconds(cancelled.ended_at), cancelled.cause.as_deref()),
        (Some(9), Some("CANCEL"))
    );
    assert_eq!(cancelled.answered_at, None, "the answer to the CANCEL answers no call");
    let moved = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(1, "SIP/2.0 302 Moved", "1 INVITE", "a b", "Contact: <tel:+34600000003>\r\n", ""),
    ]);
    let to = moved.parties.iter().find(|party| party.role == "forwarded-to").unwrap();
    assert_eq!(to.value, "+34600000003");
}

#[test]
fn a_fork_that_is_answered_once_more_ends_with_its_last_branch() {
    let call = told(&[
        Line(0, INVITE, "1 INVITE", "a", "", ""),
        Line(1, "SIP/2.0 180 Ringing", "1 INVITE", "a b", "", ""),
        Line(1, "SIP/2.0 180 Ringing", "1 INVITE", "a c", "", ""),
        Line(2, "SIP/2.0 200 OK", "1 INVITE", "a b", "", ""),
        Line(2, "SIP/2.0 200 OK", "1 INVITE", "a c", "", ""),
        Line(3, "BYE tel:+34600000002 SIP/2.0", "2 BYE", "a c", "", ""),
        Line(60, "BYE tel:+34600000002 SIP/2.0", "3 BYE", "a b", "", ""),
    ]);
    assert_eq!((call.branches, seconds(call.ended_at)), (2, Some(60)));
    assert_eq!(call.ended_by, Some("caller"));
}

#[test]
fn hold_and_retrieval_are_seen_and_a_refused_re_invite_ends_nothing() {
    let again = "INVITE sip:b@192.0.2.2 SIP/2.0";
    let call = told(&[
        Line(0, INVITE, "1 INVITE", "a", OFFER, SPEECH),
        Line(2, "SIP/2.0 200 OK", "1 INVITE", "a b", OFFER, SPEECH),
        Line(10, again, "2 INVITE", "a b", OFFER, HOLD),
        Line(
            10,
            "SIP/2.0 200 OK",
            "2 INVITE",
            "a b",
            OFFER,
            "m=audio 1 RTP/AVP 8\r\na=recvonly\r\n",
        ),
        Line(20, again, "3 INVITE", "a b", OFFER, SPEECH),
        Line(21, "SIP/2.0 488 Not Acceptable Here", "3 INVITE", "a b", "", ""),
        Line(30, again, "4 INVITE", "b a", OFFER, HOLD),
        Line(40, "BYE tel:+34600000002 SIP/2.0", "5 BYE", "a b", "", ""),
    ]);
    let holds: Vec<(Option<i64>, Option<i64>)> =
        call.holds.iter().map(|hold| (seconds(hold.from), seconds(hold.to))).collect();
    assert_eq!(holds, [(Some(10), Some(20)), (Some(30), Some(40))]);
    assert_eq!((seconds(call.answered_at), seconds(call.ended_at)), (Some(2), Some(40)));
}

#[test]
fn a_transfer_names_to_whom_and_a_diversion_who_was_called_first() {
    let diverted = "Diversion: <tel:+34600000009>;reason=no-answer\r\n";
    let call = told(&[
        Line(0, INVITE, "1 INVITE", "a", diverted, ""),
        Line(2, "SIP/2.0 200 OK", "1 INVITE", "a b", "", ""),
        Line(9, "REFER sip:b@x SIP/2.0", "2 REFER", "a b", "Refer-To: <tel:+34600000004>\r\n", ""),
        Line(9, "REFER sip:b@x SIP/2.0", "2 REFER", "a b", "r: <tel:+34600000004>\r\n", ""),
    ]);
    let [(at, to)] = &call.transfers[..] else { panic!("{:?}", call.transfers) };
    assert_eq!((seconds(*at), to.value.as_str()), (Some(9), "+34600000004"));
    let has =
        |role, value| call.parties.iter().any(|p| (p.role, p.value.as_str()) == (role, value));
    assert!(has("called", "+34600000009") && has("forwarded-to", "+34600000002"));
}

#[test]
fn who_joins_inside_a_call_names_no_caller() {
    let call = told(&[Line(4, "BYE tel:+34600000001 SIP/2.0", "2 BYE", "b a", "", "")]);
    assert!(call.parties.iter().all(|party| party.role == "party"), "{:?}", call.parties);
    assert_eq!((seconds(call.ended_at), call.began_at), (Some(4), None));
    assert_eq!(call.method.as_deref(), Some("INVITE"), "only a call has a BYE");
}

#[test]
fn a_registration_challenged_and_a_message_refused_end_with_their_last_answer() {
    let registered = told(&[
        Line(0, "REGISTER sip:x SIP/2.0", "1 REGISTER", "a", "", ""),
        Line(1, "SIP/2.0 401 Unauthorized", "1 REGISTER", "a x", "", ""),
        Line(2, "REGISTER sip:x SIP/2.0", "2 REGISTER", "a", "", ""),
        Line(3, "SIP/2.0 200 OK", "2 REGISTER", "a x", "", ""),
    ]);
    assert_eq!((registered.challenges, seconds(registered.ended_at)), (1, Some(3)));
    assert_eq!((registered.cause, registered.answered_at), (None, None));
    assert!(registered.parties.iter().all(|party| party.role == "user"));
    let refused = told(&[
        Line(0, "MESSAGE tel:1 SIP/2.0", "1 MESSAGE", "a", "", ""),
        Line(4, "SIP/2.0 404 Not Found", "1 MESSAGE", "a x", "", ""),
    ]);
    assert_eq!(refused.cause.as_deref(), Some("SIP 404 Not Found"));
    assert_eq!(refused.parties[0].role, "sender");
}

#[test]
fn the_operators_word_on_the_course_outweighs_names_and_names_outweigh_nothing() {
    let course = |targets: &[&str], direction| {
        let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
        let mut dialogue = Dialogue::for_targets(&targets);
        let text = "INVITE tel:+34600000002 SIP/2.0\r\nFrom: <tel:+34600000001>;tag=a\r\n\
            To: <tel:+34600000002>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n";
        dialogue.add(&Sip::read(text.as_bytes()).unwrap(), None, direction);
        dialogue.finish().course
    };
    assert_eq!(course(&["+34600000001"], None), Some(Course::Outgoing));
    assert_eq!(course(&["+34600000002"], None), Some(Course::Incoming));
    assert_eq!(course(&["+34600000002"], Some(Direction::FromTarget)), Some(Course::Outgoing));
    assert_eq!(course(&["+34600000009"], Some(Direction::Indeterminate)), None);
}

#[test]
fn legs_without_end_are_cut_and_an_open_leg_keeps_the_call_open() {
    let mut dialogue = Dialogue::new();
    for number in 0..2 * LEGS_MAX {
        let line = Line(0, INVITE, "1 INVITE", "a", "", "");
        add(&mut dialogue, &line, &format!("c{number}"));
    }
    let bye = Line(5, "BYE tel:+34600000002 SIP/2.0", "2 BYE", "a b", "", "");
    add(&mut dialogue, &bye, "c0");
    let call = dialogue.finish();
    assert!(call.cut && call.call_ids.len() == LEGS_MAX);
    assert_eq!(call.ended_at, None);
}

proptest! {
    /// Any messages in any order: no panic, and no call ends before it was answered.
    #[test]
    fn messages_in_any_order_never_panic(
        picks in proptest::collection::vec((0_usize..9, 0_usize..3, 0_usize..4, 0_i64..100), 0..40)
    ) {
        let firsts = [
            INVITE, "BYE x SIP/2.0", "CANCEL x SIP/2.0", "ACK x SIP/2.0", "REFER x SIP/2.0",
            "SIP/2.0 180 R", "SIP/2.0 200 OK", "SIP/2.0 407 P", "SIP/2.0 603 D",
        ];
        let mut dialogue = Dialogue::new();
        let mut picks = picks;
        picks.sort_by_key(|pick| pick.3);
        for (first, tags, kind, at) in picks {
            let first = firsts[first];
            let method = if first.starts_with("SIP") { "INVITE" } else {
                first.split(' ').next().unwrap()
            };
            let sequence = format!("{kind} {method}");
            let body = [SPEECH, HOLD, "", "m="][kind];
            let line = Line(at, first, &sequence, ["a", "a b", "b a"][tags], OFFER, body);
            add(&mut dialogue, &line, "c");
        }
        let call = dialogue.finish();
        if let (Some(answered), Some(ended)) = (call.answered_at, call.ended_at) {
            prop_assert!(answered <= ended);
        }
    }
}
