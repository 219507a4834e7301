//! A vault opened for reading: its seals, its parts by communication, their keys.
//!
//! Opened with the root, for one command; nothing of it outlives the call.
//!
//! Rules: DESIGN decisions 6, 8, 14; `spec/seal-and-chain.md`, `spec/key-hierarchy.md`.
use crate::chain;
use crate::error::CustodyError;
use crate::filing::{self, Document};
use crate::house::House;
use crate::site::Site;
use lacre_package::document::Seal;
use lacre_term::{PartId, VaultId};
use lacre_vault::{Drawer, Keyring, PartKeys, RecordClearOwned, Root, VaultReader};
use lacre_warrant::Order;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A part as reading needs it.
#[derive(Debug, Clone)]
pub(crate) struct PartView {
    pub(crate) part: PartId,
    pub(crate) index: u64,
    /// Its seal and the seal's document, once sealed.
    pub(crate) sealed: Option<(Seal, Document)>,
    /// PDUs it holds now.
    pub(crate) pdus: u64,
}

/// One vault opened for reading.
pub(crate) struct OpenVault {
    pub(crate) order: Order,
    pub(crate) reader: VaultReader,
    keyring: RefCell<Keyring>,
    pub(crate) catalogue_key: lacre_term::Secret,
    root: Arc<Root>,
    /// Parts by communication, in order.
    pub(crate) communications: BTreeMap<u64, Vec<PartView>>,
}

impl OpenVault {
    pub(crate) fn open(
        house: &House,
        root: &Arc<Root>,
        order: &Order,
    ) -> Result<Self, CustodyError> {
        let site = &house.site;
        let private = site.keys.open_vault(root, order.vault)?;
        // In this order: what an earlier answer names, a later one has.
        let open_states = house.with_intake(|intake| intake.open_states(order.vault))?;
        let sealed = seals(site, root, order.vault)?;
        let reader = VaultReader::open(&site.engine, order.vault)?;
        let mut keyring = Keyring::open(Arc::clone(&site.engine.heads), &private)?;
        // The desk files what intake could only seal: erasure works on pages (decision 8).
        keyring.file_missing(&reader)?;
        let keyring = RefCell::new(keyring);
        let catalogue_key = private.catalogue_key()?;
        let mut communications: BTreeMap<u64, Vec<PartView>> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for (seal, document) in sealed {
            known.insert(seal.part);
            let view = PartView {
                part: seal.part,
                index: seal.part_index,
                pdus: seal.pdus,
                sealed: Some((seal.clone(), document)),
            };
            communications.entry(seal.communication).or_default().push(view);
        }
        for open in open_states {
            if known.insert(open.part) {
                communications.entry(open.n).or_default().push(PartView {
                    part: open.part,
                    index: open.index,
                    pdus: open.pdus,
                    sealed: None,
                });
            }
        }
        for parts in communications.values_mut() {
            parts.sort_by_key(|view| view.index);
        }
        let order = order.clone();
        let root = Arc::clone(root);
        Ok(Self { order, reader, keyring, catalogue_key, root, communications })
    }

    /// Leaves out what is open and what was sealed as number `seals` or later.
    pub(crate) fn keep_sealed_before(&mut self, seals: u64) {
        let before =
            |view: &PartView| view.sealed.as_ref().is_some_and(|(seal, _)| seal.number < seals);
        for parts in self.communications.values_mut() {
            parts.retain(before);
        }
        self.communications.retain(|_, parts| !parts.is_empty());
    }

    /// The keys of `part`: from its keyring page, or from its sealed blob.
    pub(crate) fn keys(&self, site: &Site, part: PartId) -> Result<PartKeys, CustodyError> {
        if self.keyring.borrow().holds(part) {
            return Ok(self.keyring.borrow_mut().get(part)?);
        }
        let private = site.keys.open_vault(&self.root, self.order.vault)?;
        let sealed = self.reader.sealed_keys(part)?;
        Ok(PartKeys::open(&private, self.order.vault, part, &sealed)?)
    }

    /// Calls `take` with every PDU of `part`, in number order.
    pub(crate) fn each(
        &self,
        site: &Site,
        view: &PartView,
        mut take: impl FnMut(u64, &RecordClearOwned) -> Result<(), CustodyError>,
    ) -> Result<(), CustodyError> {
        let keys = self.keys(site, view.part)?;
        for record in self.reader.records(view.part, 0)? {
            let (number, sealed) = record?;
            if number >= view.pdus {
                break;
            }
            take(number, &keys.decrypt(number, &sealed)?)?;
        }
        Ok(())
    }
}

/// Every seal of `vault`, in chain order, with its document.
pub(crate) fn seals(
    site: &Site,
    root: &Root,
    vault: VaultId,
) -> Result<Vec<(Seal, Document)>, CustodyError> {
    let count = chain::read(&site.engine, &site.machine, vault)?.chain.next;
    let mut seals = Vec::new();
    let mut folder = 0u64;
    while folder < count {
        for key in site.engine.objects.list(&chain::seal_folder(vault, folder))? {
            let document = filing::open(&site.engine, &site.keys, root, Drawer::Register, &key)?;
            let seal = Seal::parse(&document.octets)
                .map_err(|_| CustodyError::Damaged { key, what: "is not a seal" })?;
            if seal.number < count {
                seals.push((seal, document));
            }
        }
        folder = folder.saturating_add(4096);
    }
    seals.sort_by_key(|(seal, _)| seal.number);
    let dense = seals.iter().zip(0u64..).all(|((seal, _), number)| seal.number == number);
    if dense && u64::try_from(seals.len()).is_ok_and(|found| found == count) {
        Ok(seals)
    } else {
        Err(CustodyError::Damaged {
            key: format!("seal/{vault}"),
            what: "misses seals of its chain",
        })
    }
}
