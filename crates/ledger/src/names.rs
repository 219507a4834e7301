//! Where the ledger keeps what: names of heads, objects and published files.
//!
//! Rules: `spec/ledger-entry.md`, "What is kept".
use crate::error::LedgerError;
use lacre_term::Digest;

/// The published head of the log.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The published key of the log.
pub(crate) const VKEY: &str = "log.vkey";

/// Names of one node's log.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    node: String,
}

impl Names {
    /// The node is the last element of the origin.
    pub(crate) fn of(origin: &str) -> Result<Self, LedgerError> {
        let node = origin.rsplit_once('/').map(|(_, node)| node).unwrap_or_default();
        let plain = |octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
        let fit = (1..=64).contains(&node.len())
            && node.bytes().all(plain)
            && !node.starts_with('.')
            && !node.contains("..");
        if fit {
            Ok(Self { node: node.to_owned() })
        } else {
            Err(LedgerError::Origin { origin: origin.to_owned() })
        }
    }

    /// Head: closed seconds.
    pub(crate) fn closed(&self) -> String {
        format!("ledger/{}/closed", self.node)
    }

    /// Head: the second still open.
    pub(crate) fn pending(&self) -> String {
        format!("ledger/{}/pending", self.node)
    }

    /// Object: the 256 entries of one bundle.
    pub(crate) fn entries(&self, bundle: u64) -> String {
        format!("ledger/{}/entries/{bundle:016x}", self.node)
    }

    /// Object: commitments of some seconds of one bundle, from leaf `first` of the bundle on.
    pub(crate) fn chunk(&self, bundle: u64, first: u64) -> String {
        format!("ledger/{}/commitments/{bundle:016x}/{first:02x}", self.node)
    }

    /// Object, retired when its second is in a chunk: commitments too many for a head.
    pub(crate) fn spill(&self, digest: &Digest) -> String {
        format!("ledger/{}/spill/{digest}", self.node)
    }

    /// All spills.
    pub(crate) fn spills(&self) -> String {
        format!("ledger/{}/spill/", self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_is_the_last_element_of_the_origin_and_must_be_fit_for_names() {
        let names = Names::of("lacre.example/site-0000/node-1").unwrap();
        assert_eq!(names.chunk(300, 5), "ledger/node-1/commitments/000000000000012c/05");
        for bad in ["lacre.example", "a/", "a/Node", "a/..", "a/.n", ""] {
            assert!(Names::of(bad).is_err(), "{bad}");
        }
    }
}
