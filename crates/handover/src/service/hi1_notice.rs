//! HI1 notices in band: what an operator says it switched on or off, and its alarms.
//!
//! One reader for the four ways they come: `hI1-Operation` (TS 101 671), `threeGPP-HI1-Operation`
//! (TS 33.108), and both forms of LI notifications over HI4. Sans-I/O and bounded: nothing is
//! copied, no depth is followed beyond the notice's own fields, at most [`NOTICES_MAX`] are read.
//!
//! Rules: TS 102 232-1 (`payload` 3, 5, 7); TS 101 671 annex D.4; TS 33.108 annex B.9.
use crate::Pdu;
use crate::ber::Tlv;
use lacre_term::PayloadClass;

/// Most notices read in one PDU; HI4 alone can carry more than one.
pub const NOTICES_MAX: usize = 64;

/// What an operator tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// Interception was switched on.
    Activated,
    /// Interception was switched off.
    Deactivated,
    /// Interception was changed.
    Modified,
    /// Something is wrong at the operator's.
    Alarm,
}

impl Told {
    /// The word in acts and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::Deactivated => "deactivated",
            Self::Modified => "modified",
            Self::Alarm => "alarm",
        }
    }
}

/// One notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice<'a> {
    /// What is told.
    pub told: Told,
    /// The LIID inside the notice; `None` when it names none, and the header's is meant.
    pub liid: Option<&'a [u8]>,
}

/// The notices of a PDU; none when it is neither HI1 nor HI4, or tells nothing of the kind
/// (national parameters, damaged octets).
pub fn notices<'a>(pdu: &Pdu<'a>) -> impl Iterator<Item = Notice<'a>> + use<'a> {
    let payload = pdu.alternative();
    let (hi1, hi4) = (pdu.class == PayloadClass::Hi1, pdu.class == PayloadClass::Hi4);
    let inside = payload.children().take(NOTICES_MAX).filter(move |_| hi1 || hi4);
    inside.filter_map(move |element| if hi1 { of_hi1(&element) } else { of_hi4(&element) })
}

fn of_hi1<'a>(element: &Tlv<'a>) -> Option<Notice<'a>> {
    let (told, at) = match element.tag.number {
        1 => (Told::Activated, 1),
        2 => (Told::Deactivated, 1),
        3 => (Told::Modified, 1),
        4 => (Told::Alarm, 4),
        _ => return None,
    };
    if !element.is_context(element.tag.number) {
        return None;
    }
    let liid = element.context(at).filter(|it| !it.tag.constructed).map(|it| it.content);
    Some(Notice { told, liid })
}

fn of_hi4<'a>(element: &Tlv<'a>) -> Option<Notice<'a>> {
    let kind = if element.is_context(1) {
        // notification, lINotification, notificationType.
        element.context(2)?.context(1)?.context(1)?.unsigned()?
    } else if element.is_context(2) {
        let inside = element.children().next()?;
        u64::from(inside.is_context(inside.tag.number).then_some(inside.tag.number)?)
    } else {
        return None;
    };
    let told = match kind {
        1 => Told::Activated,
        2 => Told::Deactivated,
        3 => Told::Modified,
        _ => return None,
    };
    Some(Notice { told, liid: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ps_pdu;

    fn read(octets: &[u8]) -> Vec<(Told, Option<Vec<u8>>)> {
        let pdu = ps_pdu::parse(octets).unwrap();
        notices(&pdu).map(|it| (it.told, it.liid.map(<[u8]>::to_vec))).collect()
    }

    #[test]
    fn each_form_says_what_it_tells_and_of_which_liid() {
        let alarm = include_bytes!("../../../../vectors/handover/v068-hi1-alarm.ber");
        assert_eq!(read(alarm), [(Told::Alarm, None)]);
        let off = include_bytes!("../../../../vectors/handover/v069-3gpp-hi1-lideactivated.ber");
        assert_eq!(read(off), [(Told::Deactivated, Some(b"ES-2026-000123".to_vec()))]);
        let hi4 = include_bytes!("../../../../vectors/handover/v071-hi4-33128.ber");
        assert_eq!(read(hi4), [(Told::Activated, None)]);
    }

    #[test]
    fn a_pdu_cut_or_changed_anywhere_stops_nothing_and_other_classes_tell_nothing() {
        let hi4 = include_bytes!("../../../../vectors/handover/v071-hi4-33128.ber");
        for at in 0..hi4.len() {
            let mut changed = hi4.to_vec();
            changed[at] ^= 0x21;
            if let Ok(pdu) = ps_pdu::parse(&changed) {
                assert!(notices(&pdu).count() <= NOTICES_MAX);
            }
        }
        let other = include_bytes!("../../../../vectors/handover/s001-clean.ber");
        let length = 2 + usize::from(other[1]);
        assert_eq!(read(&other[..length]), []);
    }
}
