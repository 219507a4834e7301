//! CIN resets that name a whole LIID or a whole mediation function.
//!
//! A reset under one (LIID, CIN) belongs to that context alone; one without a CIN, or with CIN 0,
//! names every communication of the LIID; one under the LIID `-` names every LIID of its peer
//! (TS 102 232-1 clause 6, cINReset).
use super::context::Context;
use lacre_term::Micros;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reset times by what they name; the latest [`Resets::KEPT_MAX`] each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resets {
    /// By LIID octets in hexadecimal.
    by_liid: BTreeMap<String, Vec<i64>>,
    /// By peer name.
    by_peer: BTreeMap<String, Vec<i64>>,
}

impl Resets {
    /// Resets remembered per name; older ones fall out.
    pub const KEPT_MAX: usize = 256;

    /// A reset of every communication of the LIID.
    pub fn of_liid(&mut self, liid: &[u8], at: Micros) {
        push(self.by_liid.entry(lacre_term::hex::encode(liid)).or_default(), at);
    }

    /// A reset of everything the peer delivers.
    pub fn of_peer(&mut self, peer: &str, at: Micros) {
        push(self.by_peer.entry(peer.to_owned()).or_default(), at);
    }

    /// Opens in `context` the epochs these resets name.
    pub fn apply(&self, liid: &[u8], peer: &str, context: &mut Context) {
        let by_liid = self.by_liid.get(&lacre_term::hex::encode(liid));
        let by_peer = self.by_peer.get(peer);
        for at in by_liid.into_iter().chain(by_peer).flatten() {
            for line in context.lines.values_mut() {
                line.open_epoch(Micros(*at), None);
            }
        }
    }

    /// True when nothing was reset yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_liid.is_empty() && self.by_peer.is_empty()
    }
}

fn push(times: &mut Vec<i64>, at: Micros) {
    if !times.contains(&at.0) {
        times.push(at.0);
    }
    if times.len() > Resets::KEPT_MAX {
        times.remove(0);
    }
}
