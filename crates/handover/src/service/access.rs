//! Access: IP access, layer 2, PSTN and ISDN, e-mail and messaging records.
use crate::ps_pdu::Contents;
use crate::record::Record;

/// What the payload says.
pub(super) fn observe(_contents: &Contents<'_>) -> Vec<Record> {
    Vec::new()
}
