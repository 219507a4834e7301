//! What lies on the ground of a site, read by someone who holds its shares and trusts nothing the
//! house says: every record decrypted, every leaf computed again, every commitment looked for.
use super::told::{CASE, ORDER};
use lacre_custody::act::Filed;
use lacre_custody::chain::{self, Chain};
use lacre_custody::filing::{self, Document};
use lacre_custody::house::House;
use lacre_custody::package::document::Seal;
use lacre_custody::warrant::{Change, change::Entry};
use lacre_handover::ps_pdu;
use lacre_proof::{hash, merkle, pdu};
use lacre_store::Engine;
use lacre_term::{Digest, PartId, VaultId};
use lacre_vault::{
    Drawer, MachineKey, PartKeys, QuarantineReader, Root, Share, SiteKeys, VaultReader,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything read.
#[derive(Debug)]
pub struct Ground {
    /// PDUs of each communication, in the order kept.
    pub stored: BTreeMap<u64, Vec<Vec<u8>>>,
    pub seals: Vec<(Seal, Document)>,
    pub chain: Chain,
    pub acts: u64,
    pub changes: u64,
    /// PDUs in quarantine by the reason's word.
    pub quarantined: BTreeMap<String, u64>,
}

struct Look<'a> {
    engine: &'a Engine,
    machine: MachineKey,
    keys: SiteKeys,
    root: Root,
    house: &'a House,
}

impl Look<'_> {
    fn count(&self, head: &str) -> u64 {
        let head = self.engine.heads.read(head).unwrap();
        head.map_or(0, |head| u64::from_be_bytes(head.value.try_into().unwrap()))
    }

    fn document(&self, drawer: Drawer, key: &str) -> Document {
        let document = filing::open(self.engine, &self.keys, &self.root, drawer, key).unwrap();
        let slip = filing::slip(self.engine, &self.machine, key).unwrap();
        assert_eq!(slip.commitment, document.commitment(), "{key}: slip and document differ");
        document
    }

    fn assert_entered(&self, what: &str, commitment: &Digest) {
        let at = self.house.site().ledger().locate(commitment, 0).unwrap();
        assert!(at.is_some(), "{what} is not in the ledger");
    }

    /// Acts are dense and entered as far as their head goes.
    fn acts(&self) -> u64 {
        let count = self.count("acts");
        let keys = self.engine.objects.list("acts/").unwrap();
        for (number, key) in (0u64..).zip(&keys) {
            let document = self.document(Drawer::Acts, key);
            let act: Filed = serde_json::from_slice(&document.octets).unwrap();
            assert_eq!(act.number, number, "acts are dense");
            if number < count {
                self.assert_entered(key, &document.commitment());
            }
        }
        assert!(keys.len() as u64 >= count, "{count} acts, {} filed", keys.len());
        count
    }

    /// The register is what its head says, entered, and in effect as it was filed.
    fn register(&self) -> (u64, Option<(VaultId, Digest)>) {
        let count = self.count("register");
        let mut registration = None;
        let mut replayed = self.house.with_book(|book, _| book.register().changes());
        for number in 0..count {
            let key = format!("register/{number:016x}");
            let document = self.document(Drawer::Register, &key);
            let entry = Entry::parse(&document.octets).unwrap();
            assert_eq!(entry.number, number);
            self.assert_entered(&key, &document.commitment());
            if let Change::OrderAdded(added) = &entry.change {
                assert_eq!(added.order.order, ORDER);
                registration = Some((added.vault, document.sha256()));
                let known = self.house.with_book(|book, _| book.register().order(ORDER).cloned());
                assert_eq!(known.unwrap().vault, added.vault, "filed and in effect differ");
            }
            replayed -= 1;
        }
        assert_eq!(replayed, 0, "the working copy has what the head says");
        self.house.with_book(|book, site| {
            if let Ok(full) = book.full(site) {
                let (filed, in_effect) = (full.peers(), book.register().peers());
                assert!(filed.eq(in_effect), "peers filed and in effect differ");
                assert_eq!(full.orders().count(), book.register().orders().count());
            }
        });
        let next = self.engine.objects.size(&format!("register/{count:016x}"));
        assert!(next.is_err(), "a change lies beyond the head");
        (count, registration)
    }

    /// The chain begins at the registration, is dense, and every seal is in the ledger.
    fn seals(&self, vault: VaultId, chain: &Chain, registered: Digest) -> Vec<(Seal, Document)> {
        let keys = self.engine.objects.list(&chain::seal_folder(vault, 0)).unwrap();
        let mut before = registered;
        let mut parts = BTreeSet::new();
        let mut seals = Vec::new();
        for (number, key) in (0u64..).zip(keys) {
            let document = self.document(Drawer::Register, &key);
            let seal = Seal::parse(&document.octets).unwrap();
            assert_eq!((seal.number, seal.before), (number, before), "the chain is dense");
            assert!(parts.insert(seal.part), "part {} is sealed twice", seal.part);
            assert_eq!((seal.vault, seal.case.as_str()), (vault, CASE));
            self.assert_entered(&key, &document.commitment());
            before = document.sha256();
            seals.push((seal, document));
        }
        assert_eq!(chain.next, seals.len() as u64, "seals beyond the chain");
        assert_eq!(chain.last, before.to_hex());
        seals
    }

    /// Each part has its one seal over all it holds; parts of a communication follow each other.
    fn stored(&self, vault: VaultId, seals: &[(Seal, Document)]) -> BTreeMap<u64, Vec<Vec<u8>>> {
        let private = self.keys.open_vault(&self.root, vault).unwrap();
        let reader = VaultReader::open(self.engine, vault).unwrap();
        let held: BTreeSet<PartId> = reader.parts().into_iter().collect();
        let sealed: BTreeSet<PartId> = seals.iter().map(|(seal, _)| seal.part).collect();
        assert_eq!(held, sealed, "parts and seals");
        let mut last: BTreeMap<u64, (u64, PartId)> = BTreeMap::new();
        let mut stored: BTreeMap<u64, Vec<Vec<u8>>> = BTreeMap::new();
        for (seal, _) in seals {
            let n = seal.communication;
            let before = last.insert(n, (seal.part_index, seal.part));
            assert_eq!(seal.part_index, before.map_or(0, |(index, _)| index) + 1, "of {n}");
            assert_eq!(seal.part_before, before.map(|(_, part)| part), "of {n}");
            let blob = reader.sealed_keys(seal.part).unwrap();
            let keys = PartKeys::open(&private, vault, seal.part, &blob).unwrap();
            let mut leaves = Vec::new();
            for (expected, record) in (0u64..).zip(reader.records(seal.part, 0).unwrap()) {
                let (number, sealed) = record.unwrap();
                assert_eq!(number, expected, "PDUs of a part are dense");
                let clear = keys.decrypt(number, &sealed).unwrap();
                let (salt, octets) = (keys.salt(number), hash::sha256(&clear.octets));
                leaves.push(pdu::leaf(&salt, number, clear.received_at, &clear.peer, &octets));
                stored.entry(n).or_default().push(clear.octets.to_vec());
            }
            assert_eq!(seal.pdus, leaves.len() as u64, "seal and part of {n}");
            assert_eq!(seal.root, merkle::root(&leaves), "root of {n}");
        }
        let dense = (1u64..).zip(stored.keys()).all(|(expected, n)| expected == *n);
        assert!(dense, "n is dense: {:?}", stored.keys());
        stored
    }
}

/// The LIID and CIN a PDU names, and whether it is control.
pub fn named(octets: &[u8]) -> (Vec<u8>, Option<u32>, bool) {
    let pdu = ps_pdu::parse(octets).unwrap();
    let heading = pdu.heading();
    (heading.liid.to_vec(), heading.cin, heading.class.is_control())
}

/// Looks at all of it, and holds it against what `house` counts.
///
/// # Panics
/// At the first thing that is not as promised.
pub fn look(engine: &Engine, house: &House, shares: &[String]) -> Ground {
    let keys = SiteKeys::load(engine).unwrap();
    let shares = shares.iter().map(|text| Share::parse(text.trim()).unwrap()).collect::<Vec<_>>();
    let root = keys.unseal(&shares).unwrap();
    let machine = MachineKey::load(engine.keys.as_ref()).unwrap();
    let look = Look { engine, machine, keys, root, house };
    let audit = house.site().audit();
    assert!(audit.is_whole(), "{audit:?}");
    assert_eq!(engine.objects.list("unentered/").unwrap(), Vec::<String>::new());
    let acts = look.acts();
    let (changes, registration) = look.register();
    let chains = engine.heads.list("chain/").unwrap();
    assert_eq!(chains.len(), usize::from(registration.is_some()), "{chains:?}");
    let mut ground = Ground {
        stored: BTreeMap::new(),
        seals: Vec::new(),
        chain: Chain::begin(Digest([0; 32])),
        acts,
        changes,
        quarantined: quarantined(engine),
    };
    if let Some((vault, registered)) = registration {
        ground.chain = chain::read(engine, &look.machine, vault).unwrap().chain;
        ground.seals = look.seals(vault, &ground.chain, registered);
        ground.stored = look.stored(vault, &ground.seals);
    }
    assert_counted(house, &ground);
    ground
}

fn quarantined(engine: &Engine) -> BTreeMap<String, u64> {
    let counts = QuarantineReader::open(engine).unwrap().counts();
    counts.into_iter().map(|(reason, count)| (reason.word().to_owned(), count)).collect()
}

/// The sums hold, and are those of what is really there.
fn assert_counted(house: &House, ground: &Ground) {
    let totals = house.totals();
    totals.balance(0).unwrap();
    let pdus: Vec<&Vec<u8>> = ground.stored.values().flatten().collect();
    let once: BTreeSet<&Vec<u8>> = pdus.iter().copied().collect();
    assert_eq!(once.len(), pdus.len(), "a PDU is stored twice");
    let control = pdus.iter().filter(|octets| named(octets).2).count() as u64;
    assert_eq!(totals.stored + totals.conflicts + control, pdus.len() as u64, "{totals:?}");
    let conflicts: u64 = ground.seals.iter().map(|(seal, _)| seal.conflicts).sum();
    assert_eq!(totals.conflicts, conflicts, "{totals:?}");
    let mut closed = totals.quarantined.clone();
    if totals.rejected > 0 {
        closed.insert("unframed".into(), totals.rejected);
    }
    assert_eq!(closed, ground.quarantined, "{totals:?}");
    let sealed: u64 = ground.seals.iter().map(|(seal, _)| seal.octets).sum();
    assert_eq!(sealed, pdus.iter().map(|octets| octets.len() as u64).sum::<u64>());
    let measures = ground.chain.measures.values();
    assert_eq!(measures.map(|measure| measure.pdus).sum::<u64>(), pdus.len() as u64);
}
