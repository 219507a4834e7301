//! Causes: why a call was released or a procedure failed, by number and well-known word.
//!
//! The words are short names of the values; a value that is not here keeps its number alone.
//!
//! Rules: ITU-T Q.850 clause 2.2; TS 24.008 clauses 10.5.5.14 (GMM) and 10.5.6.6 (SM); TS 24.301
//! clauses 9.9.3.9 (EMM) and 9.9.4.4 (ESM); TS 29.274 clause 8.4 (GTPv2).
use super::words::{Words, word};

/// `16 normal call clearing`, or the number alone.
pub(super) fn named(words: Words, number: u8) -> String {
    match word(words, u64::from(number)) {
        Some(word) => format!("{number} {word}"),
        None => number.to_string(),
    }
}

/// Cause of a release in the form of Q.850: coding and location, then the value. Gives the cause
/// and the location's word.
pub(super) fn release(octets: &[u8]) -> Option<(String, Option<&'static str>)> {
    let (&first, rest) = octets.split_first()?;
    // Without the extension bit the octet 3a of Q.931 (recommendation) stands before the value.
    let value = match rest {
        [_, value, ..] if first & 0x80 == 0 => *value,
        [value, ..] => *value,
        [] => return None,
    };
    let cause = named(Q850, value & 0x7f);
    Some((cause, word(LOCATION, u64::from(first & 0x0f))))
}

const LOCATION: Words = &[
    (0, "user"),
    (1, "private network, local user"),
    (2, "public network, local user"),
    (3, "transit network"),
    (4, "public network, remote user"),
    (5, "private network, remote user"),
    (7, "international network"),
    (10, "network beyond interworking point"),
];

/// ITU-T Q.850.
pub(super) const Q850: Words = &[
    (1, "unallocated number"),
    (2, "no route to transit network"),
    (3, "no route to destination"),
    (6, "channel unacceptable"),
    (16, "normal call clearing"),
    (17, "user busy"),
    (18, "no user responding"),
    (19, "no answer from user"),
    (20, "subscriber absent"),
    (21, "call rejected"),
    (22, "number changed"),
    (23, "redirection to new destination"),
    (25, "exchange routing error"),
    (26, "non-selected user clearing"),
    (27, "destination out of order"),
    (28, "invalid number format"),
    (29, "facility rejected"),
    (30, "response to status enquiry"),
    (31, "normal, unspecified"),
    (34, "no circuit available"),
    (38, "network out of order"),
    (41, "temporary failure"),
    (42, "switching equipment congestion"),
    (43, "access information discarded"),
    (44, "requested circuit not available"),
    (47, "resource unavailable, unspecified"),
    (50, "requested facility not subscribed"),
    (55, "incoming calls barred within CUG"),
    (57, "bearer capability not authorized"),
    (58, "bearer capability not available"),
    (63, "service not available, unspecified"),
    (65, "bearer capability not implemented"),
    (69, "requested facility not implemented"),
    (79, "service not implemented, unspecified"),
    (87, "user not member of CUG"),
    (88, "incompatible destination"),
    (95, "invalid message, unspecified"),
    (96, "mandatory information element missing"),
    (97, "message type non-existent"),
    (99, "information element non-existent"),
    (100, "invalid information element contents"),
    (102, "recovery on timer expiry"),
    (111, "protocol error, unspecified"),
    (127, "interworking, unspecified"),
];

/// Session management, of GPRS and of EPS alike.
pub(super) const SESSION: Words = &[
    (8, "operator determined barring"),
    (25, "LLC or SNDCP failure"),
    (26, "insufficient resources"),
    (27, "missing or unknown APN"),
    (28, "unknown PDN type"),
    (29, "user authentication failed"),
    (30, "request rejected by gateway"),
    (31, "request rejected, unspecified"),
    (32, "service option not supported"),
    (33, "service option not subscribed"),
    (34, "service option temporarily out of order"),
    (35, "PTI already in use"),
    (36, "regular deactivation"),
    (37, "EPS QoS not accepted"),
    (38, "network failure"),
    (39, "reactivation requested"),
    (40, "feature not supported"),
    (41, "semantic error in the TFT operation"),
    (42, "syntactical error in the TFT operation"),
    (43, "invalid bearer identity"),
    (49, "last PDN disconnection not allowed"),
    (50, "PDN type IPv4 only allowed"),
    (51, "PDN type IPv6 only allowed"),
    (52, "single address bearers only allowed"),
    (54, "PDN connection does not exist"),
    (55, "multiple PDN connections for an APN not allowed"),
    (65, "maximum number of bearers reached"),
    (66, "APN not supported in current RAT and PLMN"),
    (96, "invalid mandatory information"),
    (111, "protocol error, unspecified"),
    (112, "APN restriction value incompatible"),
];

/// Mobility management, of GPRS and of EPS alike.
pub(super) const MOBILITY: Words = &[
    (2, "IMSI unknown in HLR or HSS"),
    (3, "illegal UE"),
    (5, "IMEI not accepted"),
    (6, "illegal ME"),
    (7, "packet services not allowed"),
    (8, "packet and non-packet services not allowed"),
    (9, "UE identity cannot be derived by the network"),
    (10, "implicitly detached"),
    (11, "PLMN not allowed"),
    (12, "area not allowed"),
    (13, "roaming not allowed in this area"),
    (14, "packet services not allowed in this PLMN"),
    (15, "no suitable cells in area"),
    (16, "MSC temporarily not reachable"),
    (17, "network failure"),
    (18, "CS domain not available"),
    (19, "ESM failure"),
    (20, "MAC failure"),
    (21, "synch failure"),
    (22, "congestion"),
    (23, "UE security capabilities mismatch"),
    (25, "not authorized for this CSG"),
    (35, "requested service option not authorized in this PLMN"),
    (39, "CS service temporarily not available"),
    (40, "no bearer active"),
    (42, "severe network failure"),
    (95, "semantically incorrect message"),
    (96, "invalid mandatory information"),
    (111, "protocol error, unspecified"),
];

/// GTP version 2, as gateways say it of bearers.
pub(super) const GTP: Words = &[
    (2, "local detach"),
    (3, "complete detach"),
    (4, "RAT changed from 3GPP to non-3GPP"),
    (5, "ISR deactivation"),
    (6, "error indication received from access"),
    (7, "IMSI detach only"),
    (8, "reactivation requested"),
    (9, "PDN reconnection to this APN disallowed"),
    (10, "access changed from non-3GPP to 3GPP"),
    (11, "PDN connection inactivity timer expires"),
    (12, "PGW not responding"),
    (13, "network failure"),
    (16, "request accepted"),
    (17, "request accepted partially"),
    (18, "new PDN type due to network preference"),
    (19, "new PDN type due to single address bearer only"),
    (64, "context not found"),
    (72, "system failure"),
    (73, "no resources available"),
    (78, "missing or unknown APN"),
    (83, "preferred PDN type not supported"),
    (84, "all dynamic addresses are occupied"),
    (87, "UE not responding"),
    (88, "UE refuses"),
    (89, "service denied"),
    (90, "unable to page UE"),
    (91, "no memory available"),
    (92, "user authentication failed"),
    (93, "APN access denied, no subscription"),
    (94, "request rejected"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_its_cause_and_where_it_came_from() {
        let normal = ("16 normal call clearing".to_owned(), Some("public network, local user"));
        assert_eq!(release(b"\x82\x90"), Some(normal));
        assert_eq!(release(b"\x80\x91"), Some(("17 user busy".to_owned(), Some("user"))));
        assert_eq!(release(b"\x00\x80\x91").map(|read| read.0).as_deref(), Some("17 user busy"));
        assert_eq!(release(b"\x8f\x85"), Some(("5".to_owned(), None)), "no word: the number");
        assert_eq!((release(b""), release(b"\x80")), (None, None));
    }
}
