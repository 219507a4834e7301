//! TS 33.128: records of 5G and EPS functions.
use crate::ps_pdu::Contents;
use crate::record::Record;

/// What the payload says.
pub(super) fn observe(_contents: &Contents<'_>) -> Vec<Record> {
    Vec::new()
}
