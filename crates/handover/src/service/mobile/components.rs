//! Components of supplementary services: which operation was invoked, and its digits.
//!
//! Rules: TS 24.080 clause 4.5 and TS 29.002 clause 17.5 (operations), TS 29.002 clause 17.7.5
//! (`SS-Code`); EN 300 196-1 clause 8.2.3 (DSS1 components).
use super::signalling::push_digits;
use super::words::{Words, word};
use crate::ber::{Class, Elements, Tlv};
use crate::record::{ITEMS_MAX, Record};
use crate::service::number::hex;
use crate::service::sms::unpack;

const MAP_OPERATION: Words = &[
    (10, "registerSS"),
    (11, "eraseSS"),
    (12, "activateSS"),
    (13, "deactivateSS"),
    (14, "interrogateSS"),
    (16, "notifySS"),
    (17, "registerPassword"),
    (18, "getPassword"),
    (19, "processUnstructuredSS-Data"),
    (38, "forwardCheckSS-Indication"),
    (59, "processUnstructuredSS-Request"),
    (60, "unstructuredSS-Request"),
    (61, "unstructuredSS-Notify"),
    (77, "eraseCC-Entry"),
    (117, "callDeflection"),
    (118, "userUserService"),
    (119, "accessRegisterCCEntry"),
    (120, "forwardCUG-Info"),
    (121, "splitMPTY"),
    (122, "retrieveMPTY"),
    (123, "holdMPTY"),
    (124, "buildMPTY"),
    (125, "forwardChargeAdvice"),
    (126, "explicitCT"),
];

const DSS1_OPERATION: Words = &[
    (3, "mCIDRequest"),
    (4, "begin3PTY"),
    (5, "end3PTY"),
    (6, "eCTExecute"),
    (7, "activationDiversion"),
    (8, "deactivationDiversion"),
    (9, "activationStatusNotificationDiv"),
    (10, "deactivationStatusNotificationDiv"),
    (11, "interrogationDiversion"),
    (12, "diversionInformation"),
    (13, "callDeflection"),
    (14, "callRerouteing"),
    (15, "divertingLegInformation2"),
    (17, "interrogateServedUserNumbers"),
    (18, "divertingLegInformation1"),
    (19, "divertingLegInformation3"),
    (40, "beginCONF"),
    (41, "addCONF"),
    (42, "splitCONF"),
    (43, "dropCONF"),
    (44, "isolateCONF"),
    (45, "reattachCONF"),
    (46, "partyDISC"),
    (47, "floatCONF"),
    (48, "endCONF"),
    (49, "identifyConferee"),
];

const SS_CODE: Words = &[
    (0x11, "clip"),
    (0x12, "clir"),
    (0x13, "colp"),
    (0x14, "colr"),
    (0x19, "cnap"),
    (0x20, "allForwardingSS"),
    (0x21, "cfu"),
    (0x28, "allCondForwardingSS"),
    (0x29, "cfb"),
    (0x2a, "cfnry"),
    (0x2b, "cfnrc"),
    (0x24, "cd"),
    (0x31, "ect"),
    (0x41, "cw"),
    (0x42, "hold"),
    (0x43, "ccbs-A"),
    (0x44, "ccbs-B"),
    (0x51, "multiPTY"),
    (0x61, "cug"),
    (0x81, "uus1"),
    (0x82, "uus2"),
    (0x83, "uus3"),
    (0x90, "allCallRestrictionSS"),
    (0x92, "baoc"),
    (0x93, "boic"),
    (0x94, "boicExHC"),
    (0x9a, "baic"),
    (0x9b, "bicRoam"),
];

/// The operation of an invoke or return result, and its argument.
fn operation<'a>(octets: &'a [u8]) -> Option<(u64, Option<Tlv<'a>>)> {
    let component = Elements::new(octets).next()?;
    if component.tag.class != Class::Context || !matches!(component.tag.number, 1 | 2) {
        return None;
    }
    let mut parts = component.children().filter(|part| part.tag.class == Class::Universal);
    let _invoke = parts.next()?;
    let second = parts.next()?;
    // A return result has its operation and result in a sequence.
    if second.tag.is_sequence() {
        let mut inside = second.children();
        return Some((inside.next()?.unsigned()?, inside.next()));
    }
    Some((second.unsigned()?, parts.next()))
}

/// A MAP component of a supplementary service.
pub(super) fn map(record: &mut Record, octets: &[u8]) {
    let Some((code, argument)) = operation(octets) else {
        return record.detail("MAP component", Some(hex(octets)));
    };
    match word(MAP_OPERATION, code) {
        Some(word) => record.service(word),
        None => record.detail("MAP operation", Some(code.to_string())),
    }
    let Some(argument) = argument else { return };
    if (59..=61).contains(&code) {
        // A coding scheme, then the string dialled.
        let mut strings = argument.children();
        let scheme = strings.next().and_then(|scheme| scheme.string());
        let text = strings.next().and_then(|text| text.string());
        if let (Some([0x0f]), Some(text)) = (scheme.as_deref(), text) {
            let septets = text.len().saturating_mul(8).checked_div(7).unwrap_or(0);
            let dialled = unpack(&text, septets);
            push_digits(record, dialled.trim_end_matches(['\r', '@']).to_owned());
        }
        return;
    }
    let strings = argument.children().take(ITEMS_MAX).chain([argument]);
    for octets in strings.filter(|field| !field.tag.constructed).map(|field| field.content) {
        if let [code] = octets {
            word(SS_CODE, u64::from(*code)).into_iter().for_each(|word| record.service(word));
            return;
        }
    }
}

/// A MAP parameter of a supplementary service: one that is an `SS-Code` gives its word.
pub(super) fn map_parameter(record: &mut Record, octets: &[u8]) {
    let code = match octets {
        [code] | [0x04 | 0x80..=0x8f, 1, code] => word(SS_CODE, u64::from(*code)),
        _ => None,
    };
    match code {
        Some(word) => record.service(word),
        None => record.detail("MAP parameter", Some(hex(octets))),
    }
}

/// A DSS1 component of a supplementary service.
pub(super) fn dss1(record: &mut Record, octets: &[u8]) {
    match operation(octets).and_then(|(code, _)| word(DSS1_OPERATION, code)) {
        Some(word) => record.service(word),
        None => record.detail("DSS1 component", Some(hex(octets))),
    }
}
