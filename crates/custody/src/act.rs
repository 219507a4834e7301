//! Acts: who did what, why, entered before it takes effect (decision 12).
//!
//! An act's document is filed in the act register, under its own key, and committed to in the
//! ledger. Only then does the caller get an [`Entered`] and go on.
use crate::error::CustodyError;
use crate::filing::{self, Document};
use crate::site::Site;
use lacre_store::PutError;
use lacre_term::{Digest, Micros};
use lacre_vault::Drawer;
use serde::{Deserialize, Serialize};

/// One act, before it is numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who acts.
    pub person: String,
    /// In which role.
    pub role: String,
    /// What is done: one word, `content_opened`, `package_made`, `order_added`.
    pub kind: String,
    /// On what: identifiers, never content.
    pub object: serde_json::Value,
    /// The reason given.
    pub reason: Option<String>,
}

/// An act as it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Always `lacre.act/1`.
    pub schema: String,
    /// Its number, dense.
    pub number: u64,
    /// When.
    pub at: String,
    /// Who.
    pub person: String,
    /// In which role.
    pub role: String,
    /// What.
    pub kind: String,
    /// On what.
    pub object: serde_json::Value,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// The receipt: the act is durable in the act register and in the ledger's sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    number: u64,
    commitment: Digest,
}

impl Entered {
    /// The act's number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What the ledger holds.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        self.commitment
    }
}

const HEAD: &str = "acts";

fn key_of(number: u64) -> String {
    format!("acts/{:013x}/{number:016x}", number / 4096)
}

/// Files and enters `act`.
///
/// # Errors
/// Whatever keeps it from being durable: then nothing may take effect.
pub fn enter(site: &Site, act: &Act, now: Micros) -> Result<Entered, CustodyError> {
    // Who checks the others does nothing else (DESIGN, section 1).
    if act.role == "auditor" {
        return Err(CustodyError::Refused {
            what: format!("{} is not done", act.kind),
            why: "an auditor holds no other role".into(),
            remedy: "let a person act whose role it is".into(),
        });
    }
    let _one_at_a_time = site.acts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let head = site.engine.heads.read(HEAD)?;
    let version = head.as_ref().map(|head| head.version);
    let mut number = head.and_then(|head| head.value.try_into().ok()).map_or(0, u64::from_be_bytes);
    // A run that ended between the document and the head left a document beyond it.
    let (document, slip) = loop {
        let document = Document::of(&Filed {
            schema: "lacre.act/1".into(),
            number,
            at: now.rfc3339(),
            person: act.person.clone(),
            role: act.role.clone(),
            kind: act.kind.clone(),
            object: act.object.clone(),
            reason: act.reason.clone(),
        })?;
        match site.file(Drawer::Acts, &key_of(number), &document) {
            Ok(slip) => break (document, slip),
            Err(CustodyError::Put { source: PutError::Exists { .. }, .. }) => {
                let orphan = filing::slip(&site.engine, &site.machine, &key_of(number))?;
                site.enter(&[orphan.commitment], now)?;
                number = number.saturating_add(1);
            }
            Err(error) => return Err(error),
        }
    };
    drop(document);
    site.enter(&[slip.commitment], now)?;
    site.engine
        .heads
        .swap(HEAD, version, &number.saturating_add(1).to_be_bytes())
        .map_err(|source| CustodyError::Swap { name: HEAD.into(), source })?;
    Ok(Entered { number, commitment: slip.commitment })
}

/// Reads the acts in order; needs the root.
///
/// # Errors
/// [`CustodyError::Refused`] while sealed, or damage by name.
pub fn read(site: &Site) -> Result<Vec<Filed>, CustodyError> {
    let root = site.root()?;
    let mut acts = Vec::new();
    for key in site.engine.objects.list("acts/")? {
        let document = filing::open(&site.engine, &site.keys, &root, Drawer::Acts, &key)?;
        let act = serde_json::from_slice(&document.octets)
            .map_err(|_| CustodyError::Damaged { key, what: "is not an act" })?;
        acts.push(act);
    }
    Ok(acts)
}
