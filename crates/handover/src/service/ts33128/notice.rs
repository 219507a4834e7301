//! Notice: LI notifications over HI4, what an operator says it has switched on or off.
//!
//! Two forms: the notification of TS 33.128, and the one TS 102 232-1 has of its own. Comparing
//! them with what was ordered is not done here.
//!
//! Rules: TS 102 232-1 (`hI4Payload`); TS 33.128 annex A (`LINotificationPayload`).
use super::tables::{HI4Notification, LINotificationPayload};
use super::walk::Walk;
use crate::Pdu;
use crate::extract::Medium;
use crate::record::Record;
use lacre_term::PayloadClass;

/// Most notifications read in one PDU.
const NOTIFICATIONS_MAX: usize = 64;

/// What the LI notifications of a PDU say, one record each; none when its class is not HI4. The
/// event is `activation`, `deactivation` or `modification`, or `liActivated`, `liDeactivated` or
/// `liModified` in the other form; `started_at` and `ended_at` are the times applied.
#[must_use]
pub fn notifications(pdu: &Pdu<'_>) -> Vec<Record> {
    if pdu.class != PayloadClass::Hi4 {
        return Vec::new();
    }
    let notices = pdu.alternative().children().take(NOTIFICATIONS_MAX);
    let read = notices.map(|notice| {
        let mut record = Record { medium: Some(Medium::Event), ..Record::default() };
        match (notice.tag.number, notice.children().next()) {
            (1, _) => {
                super::release(&notice, &mut record);
                Walk::over(&mut record, "party").root(&notice, &LINotificationPayload);
            }
            (2, Some(inside)) => {
                let field = super::alternative(&HI4Notification, &inside, inside.tag.number);
                record.event = field.map(|field| field.name.to_owned());
                let mut walk = Walk::over(&mut record, "target");
                match field {
                    Some(field) => walk.alternative_of(&inside, field),
                    None => walk.unknown("HI4Notification", inside.tag.number),
                }
                walk.finish();
            }
            _ => record.unknown = true,
        }
        record
    });
    read.collect()
}
