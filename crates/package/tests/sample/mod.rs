//! A synthetic site, its ledger in miniature, and packages made of it.
#![allow(dead_code, reason = "each test file uses its own half")]
pub(crate) mod forge;

use lacre_package::{
    Committed, Contents, Gap, MeasureTotals, Package, Seal, SiteIdentity, TrustSheet, TrustedLog,
    VaultHead, make,
    sign::{Names, Validity},
    write::{
        ChainLink, Communication, Derivative, OrderDocument, Part, Record, Registration, Stub,
    },
};
use lacre_proof::{
    Checkpoint, CommitmentProof, Frontier, LogKey, SecondEntry, TlogProof, commit::commitment,
    hash::sha256, merkle, pdu,
};
use lacre_term::{Digest, Micros, PartId, Secret, VaultId};
use std::{collections::BTreeMap, io::Cursor};

pub(crate) const CASE: &str = "DP-412-2026";
pub(crate) const ORDER: &str = "AUTO-2026-88";
pub(crate) const START: i64 = 1_795_000_000;

/// A site: its keys and its log.
pub(crate) struct Site {
    pub(crate) identity: SiteIdentity,
    pub(crate) log: LogKey,
    pub(crate) origin: String,
}

impl Site {
    pub(crate) fn new(seed: u8) -> Self {
        let names = Names {
            country: "ES".into(),
            organisation: "Sitio de ejemplo".into(),
            site: format!("lacre.example {seed}"),
        };
        let validity = Validity {
            from: Micros::from_seconds(START - 86_400),
            until: Micros::from_seconds(START + 10 * 365 * 86_400),
        };
        let origin = "lacre.example/site-0001/node-1".to_owned();
        Self {
            identity: SiteIdentity::generate(&names, validity).unwrap(),
            log: LogKey::new(&origin, &Secret::new([seed; 32])).unwrap(),
            origin,
        }
    }

    pub(crate) fn sheet(&self) -> TrustSheet {
        let log = TrustedLog { origin: self.origin.clone(), vkey: self.log.vkey().to_string() };
        self.identity.trust_sheet("lacre.example/site-0001", vec![log])
    }
}

/// What happened: which communications were sealed, in order.
#[derive(Clone)]
pub(crate) struct Plan {
    /// `n` of each communication.
    pub(crate) communications: Vec<u64>,
    /// Those of them that are withheld.
    pub(crate) withheld: Vec<u64>,
    /// PDUs in each part.
    pub(crate) pdus: u64,
    pub(crate) gap: bool,
    pub(crate) accredited: bool,
    /// Octets of a derivative; none for no derivative.
    pub(crate) derivative: Option<usize>,
    pub(crate) document: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            communications: vec![1, 2, 3],
            withheld: vec![],
            pdus: 5,
            gap: false,
            accredited: true,
            derivative: Some(100),
            document: true,
        }
    }
}

/// A package, and what the court holds.
pub(crate) struct Built {
    pub(crate) file: Vec<u8>,
    pub(crate) sheet: TrustSheet,
    pub(crate) head: Vec<u8>,
    pub(crate) package: Package,
}

struct Sealed {
    n: u64,
    octets: Vec<u8>,
    salt: [u8; 32],
    records: Vec<Record>,
}

fn record(n: u64, part: u64, number: u64) -> Record {
    let body: Vec<u8> = (0..40 + n * 3 + number).map(|at| (at * 7 + n + part) as u8).collect();
    Record {
        number,
        received_at: Micros(START * 1_000_000 + (n * 1000 + part * 100 + number) as i64),
        peer: "oplab-es, \"sur\"".into(),
        salt: pdu::salt(&Secret::new([n as u8; 32]), number),
        octets: [&[0x30, body.len() as u8][..], &body].concat(),
    }
}

fn vault() -> VaultId {
    VaultId([0xaa; 16])
}

/// The first communication has two parts, the others one.
fn seals(plan: &Plan, registration: &[u8]) -> Vec<Sealed> {
    let mut sealed: Vec<Sealed> = vec![];
    let mut before = sha256(registration);
    for n in &plan.communications {
        let parts = if *n == 1 { 2 } else { 1 };
        let mut part_before = None;
        for index in 1..=parts {
            let records: Vec<_> = (0..plan.pdus).map(|at| record(*n, index, at)).collect();
            let mut frontier = Frontier::default();
            for one in &records {
                let hash = sha256(&one.octets);
                let (salt, number) = (&one.salt, one.number);
                frontier.push(pdu::leaf(salt, number, one.received_at, &one.peer, &hash));
            }
            let part = PartId([(*n * 10 + index) as u8; 16]);
            let at = |at: Option<&Record>| at.map_or(Micros(0), |one| one.received_at);
            let gap = Gap { class: "cc".into(), from: 7, to: 9 };
            let seal = Seal {
                schema: Seal::SCHEMA.into(),
                vault: vault(),
                node: "node-1".into(),
                number: sealed.len() as u64,
                before,
                case: CASE.into(),
                communication: *n,
                part,
                part_index: index,
                part_before,
                pdus: plan.pdus,
                root: frontier.root(),
                octets: records.iter().map(|one| one.octets.len() as u64).sum(),
                first_at: Micros::from_seconds(START),
                last_at: Micros::from_seconds(START + 1),
                received_first: at(records.first()),
                received_last: at(records.last()),
                gaps: if plan.gap && *n == 2 { vec![gap] } else { vec![] },
                conflicts: 0,
                reason: "iri_end".into(),
                sealed_at: Micros::from_seconds(START + 5),
            };
            let octets = seal.to_octets().unwrap();
            before = sha256(&octets);
            part_before = Some(part);
            sealed.push(Sealed { n: *n, octets, salt: [sealed.len() as u8; 32], records });
        }
    }
    sealed
}

fn head(site: &Site, plan: &Plan, sealed: &[Sealed], registration: &[u8]) -> Vec<u8> {
    let mut ranges: Vec<[u64; 2]> = vec![];
    for n in &plan.communications {
        match ranges.last_mut() {
            Some([_, to]) if *to + 1 == *n => *to = *n,
            _ => ranges.push([*n, *n]),
        }
    }
    let last = sealed.last().map_or(registration, |one| &one.octets);
    let head = VaultHead {
        schema: VaultHead::SCHEMA.into(),
        vault: vault(),
        case: CASE.into(),
        order: ORDER.into(),
        node: "node-1".into(),
        origin: site.origin.clone(),
        seals: sealed.len() as u64,
        last_seal: sha256(last),
        communications: ranges,
        measures: vec![MeasureTotals {
            liid: "ES-VOIP-2026-0001".into(),
            communications: plan.communications.len() as u64,
            parts: sealed.len() as u64,
            pdus: sealed.len() as u64 * plan.pdus,
            octets: 0,
            gaps: u64::from(plan.gap),
            conflicts: 0,
        }],
        gaps: u64::from(plan.gap),
        quarantined: BTreeMap::from([("unknown_liid".into(), 2)]),
        excluded: 0,
        entered_at: Micros::from_seconds(START + 60),
        checkpoint: None,
    };
    head.to_octets().unwrap()
}

/// Enters each commitment in a second of its own and proves all to one checkpoint.
fn enter(site: &Site, commitments: &[Digest]) -> Vec<CommitmentProof> {
    let mut seconds = vec![];
    for (at, commitment) in commitments.iter().enumerate() {
        let place = at * 5 % 64;
        let inner: Vec<_> = (0..64)
            .map(|slot| if slot == place { *commitment } else { sha256(&[at as u8, slot as u8]) })
            .map(|one| merkle::leaf_hash(&one.0))
            .collect();
        let second = START as u64 + at as u64;
        let entry = SecondEntry { second, root: merkle::root(&inner) }.encode();
        seconds.push((entry, place as u64, merkle::inclusion_path(&inner, place as u64).unwrap()));
    }
    let leaves: Vec<_> = seconds.iter().map(|(entry, ..)| merkle::leaf_hash(entry)).collect();
    let (origin, size) = (site.origin.clone(), leaves.len() as u64);
    let note = Checkpoint { origin, size, root: merkle::root(&leaves) }.to_text();
    let checkpoint = site.log.sign(&note).unwrap();
    seconds
        .into_iter()
        .enumerate()
        .map(|(at, (entry, index_in_second, second_path))| CommitmentProof {
            entry,
            index_in_second,
            second_size: 64,
            second_path,
            tlog: TlogProof {
                index: at as u64,
                path: merkle::inclusion_path(&leaves, at as u64).unwrap(),
                checkpoint: checkpoint.clone(),
                extra: None,
            },
        })
        .collect()
}

fn communication<'a>(
    n: u64,
    plan: &Plan,
    sealed: &'a [Sealed],
    proofs: &[CommitmentProof],
) -> Communication<'a> {
    let parts = sealed.iter().zip(proofs).filter(|(one, _)| one.n == n);
    let parts = parts.map(|(one, proof)| Part {
        seal: Committed { octets: one.octets.clone(), salt: one.salt, proof: proof.clone() },
        records: Box::new(|| Ok(Box::new(one.records.iter().cloned().map(Ok)))),
    });
    let facts = serde_json::json!({
        "schema": "lacre.communication/1", "n": n, "liid": "ES-VOIP-2026-0001",
        "medium": "voice", "parties": [{"role": "from", "value": "+34600000001"}],
    });
    let serde_json::Value::Object(facts) = facts else { unreachable!() };
    let derivatives =
        plan.derivative.iter().map(|size| Derivative::of("audio.wav", vec![1; *size]));
    Communication { n, facts, parts: parts.collect(), derivatives: derivatives.collect() }
}

/// Makes the package of `plan` at `site`; `make` has verified it.
pub(crate) fn build(site: &Site, plan: &Plan) -> Built {
    let document = b"%PDF-1.7 auto de ejemplo".to_vec();
    let order = format!("{{\"case\":\"{CASE}\",\"order\":\"{ORDER}\"}}");
    let registration = format!(
        "{{\"schema\":\"lacre.register/1\",\"number\":3,\"change\":{{\"kind\":\"order_added\",\
         \"vault\":\"{}\",\"document\":{{\"name\":\"auto.pdf\",\"sha256\":\"{}\"}},\
         \"order\":{order}}}}}",
        vault(),
        sha256(&document)
    )
    .into_bytes();
    let sealed = seals(plan, &registration);
    let head = head(site, plan, &sealed, &registration);
    let mut commitments: Vec<_> =
        sealed.iter().map(|one| commitment(&one.salt, &one.octets)).collect();
    commitments.push(commitment(&[200; 32], &registration));
    commitments.push(commitment(&[201; 32], &head));
    let proofs = enter(site, &commitments);
    let withheld = |n: u64| plan.withheld.contains(&n);
    let chain = sealed.iter().enumerate().map(|(number, one)| {
        Ok(if withheld(one.n) {
            ChainLink::Withheld { number: number as u64, hash: sha256(&one.octets) }
        } else {
            ChainLink::Shown(one.octets.clone())
        })
    });
    let shown = plan.communications.iter().filter(|n| !withheld(**n));
    let communications = shown.map(|n| Ok(communication(*n, plan, &sealed, &proofs)));
    let stubs = plan.withheld.iter().map(|n| Stub {
        n: *n,
        reason: "privileged".into(),
        seals: sealed
            .iter()
            .enumerate()
            .filter(|(_, one)| one.n == *n)
            .map(|(at, one)| (at as u64, sha256(&one.octets), commitments[at]))
            .collect(),
    });
    let contents = Contents {
        made_at: Micros::from_seconds(START + 120),
        accredited: plan.accredited,
        head: Committed {
            octets: head.clone(),
            salt: [201; 32],
            proof: proofs[sealed.len() + 1].clone(),
        },
        registration: Registration {
            octets: registration.clone(),
            entered: Some(([200; 32], proofs[sealed.len()].clone())),
        },
        order: order.into_bytes(),
        order_document: plan
            .document
            .then(|| OrderDocument { extension: "pdf".into(), octets: document }),
        log_vkey: site.log.vkey().clone(),
        chain: Box::new(chain),
        communications: Box::new(communications),
        stubs: stubs.collect(),
    };
    let sheet = site.sheet();
    let mut file = Cursor::new(vec![]);
    let package = make(&mut file, contents, &site.identity, &sheet).unwrap();
    Built { file: file.into_inner(), sheet, head, package }
}
