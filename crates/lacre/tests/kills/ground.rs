//! What is on the ground of a site, read after the fact by someone who holds its shares.
//!
//! The commands under test are never given a share: sites of five shares stay sealed throughout.
use crate::common::{Site, number, text};
use lacre_custody::chain;
use lacre_custody::filing;
use lacre_custody::package::document::Seal;
use lacre_engine::embedded;
use lacre_handover::Limits;
use lacre_handover::frame::{Run, runs};
use lacre_term::{Micros, PartId, VaultId};
use lacre_testkit::scenario::{Call, Line, MessageForm, Scenario};
use lacre_vault::{Drawer, PartKeys, Root, Share, SiteKeys, VaultReader};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// The operator, and the peer that delivers files.
pub(crate) const OPERATOR: &str = "OP-KILL";
/// The mediation function that delivers live.
pub(crate) const LIVE: &str = "mf-kill";
const LIIDS: [&str; 2] = ["KILL-LINE-1", "KILL-LINE-2"];
/// 2026-11-23T19:27:00Z.
const BASE: Micros = Micros(1_795_462_020_000_000);

/// PDUs back to back.
pub(crate) fn cut(octets: &[u8]) -> Vec<&[u8]> {
    let pdus = runs(octets, &Limits::default()).map(|run| match run {
        Run::Pdu { octets, .. } => octets,
        Run::Unframed { offset, .. } => panic!("no PDU at octet {offset}"),
    });
    pdus.collect()
}

/// A generated stream: two lines, two calls, messages, a mail, an IP session.
pub(crate) struct Stream {
    pub(crate) octets: Vec<u8>,
    pub(crate) pdus: BTreeSet<Vec<u8>>,
    ends: Vec<(u64, Vec<u8>)>,
}

/// What happens in round `round`: other CINs, other voices each time.
pub(crate) fn scenario(round: u32, (first, second): (u64, u64)) -> Scenario {
    let mut scenario = Scenario::new();
    let one = scenario.line(Line::new(LIIDS[0], OPERATOR, "34600000001"));
    let two = scenario.line(Line::new(LIIDS[1], OPERATOR, "34600000002"));
    let (cin, at) = (round * 100, Duration::from_millis);
    let call = |length, incoming| Call {
        other: "34911223344".into(),
        incoming,
        length: Duration::from_secs(length),
        seed: u64::from(cin) + length,
    };
    scenario.call(one, cin + 1, at(0), &call(first, true));
    scenario.call(two, cin + 2, at(300), &call(second, false));
    let text = (MessageForm::Text, "hasta luego");
    scenario.message(one, cin + 3, at(700), ("34911223344", true), text);
    let mail = ("a@mail.example", "b@mail.example", false);
    scenario.email(two, cin + 4, at(900), mail, ("nada", "nada que decir"));
    scenario.ip_session(two, cin + 5, at(100), (Duration::from_secs(second), 300, 7));
    scenario
}

impl Stream {
    /// The file of a round, about 2 MB.
    pub(crate) fn recorded(round: u32) -> Self {
        let base = Micros(BASE.0 + i64::from(round) * 60_000_000);
        Self::of(scenario(round, (28, 16)).pdus(base).into_iter().map(|timed| timed.octets))
    }

    /// These PDUs, in this order.
    pub(crate) fn of(pdus: impl Iterator<Item = Vec<u8>>) -> Self {
        let (mut octets, mut ends) = (Vec::new(), Vec::new());
        for pdu in pdus {
            octets.extend_from_slice(&pdu);
            ends.push((octets.len() as u64, pdu));
        }
        let pdus = ends.iter().map(|(_, pdu)| pdu.clone()).collect();
        Self { octets, pdus, ends }
    }

    /// The PDUs wholly before `offset`.
    pub(crate) fn up_to(&self, offset: u64) -> impl Iterator<Item = &Vec<u8>> {
        self.ends.iter().take_while(move |(end, _)| *end <= offset).map(|(_, pdu)| pdu)
    }
}

/// Rows as a person sees them, without what differs from one site to the next.
pub(crate) fn rows(site: &Site) -> BTreeMap<(String, u64), BTreeMap<String, Value>> {
    const SAME: [&str; 13] = [
        "n",
        "operator",
        "network_element",
        "medium",
        "direction",
        "parties",
        "started_at",
        "ended_at",
        "pdus_iri",
        "pdus_cc",
        "octets",
        "gaps",
        "conflicts",
    ];
    let fields =
        |row: &Value| SAME.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect();
    let rows = site.communications();
    assert!(rows.iter().all(|row| row["state"] == "sealed"));
    rows.iter()
        .map(|row| ((text(row, "liid").to_owned(), number(row, "cin")), fields(row)))
        .collect()
}

/// A site, its order's vault, and the seals seen so far.
pub(crate) struct Ground {
    pub(crate) site: Site,
    pub(crate) real: bool,
    vault: VaultId,
    seals_seen: BTreeSet<u64>,
}

impl Ground {
    /// A site that holds its own share.
    pub(crate) fn dev() -> Self {
        Self::with_order(Site::dev(), false)
    }

    /// A site of five shares, three of which would open it.
    pub(crate) fn real() -> Self {
        Self::with_order(Site::real(), true)
    }

    fn with_order(site: Site, real: bool) -> Self {
        let measure = |liid: &&str| {
            serde_json::json!({
                "liid": liid, "operator": OPERATOR,
                "identity": { "type": "sip-uri", "value": format!("sip:{liid}@ims.example") },
                "from": "2026-01-01T00:00:00Z", "until": "2036-01-01T00:00:00Z",
                "scope": {
                    "content": true, "origin_destination": true, "location": true,
                    "other_traffic": true,
                },
            })
        };
        let order = serde_json::json!({
            "case": "DP-9-2026", "order": "AUTO-9", "court": "T.I. Villademo, plaza 9",
            "profile": "es", "granted_at": "2026-01-01T00:00:00Z",
            "measures": LIIDS.iter().map(measure).collect::<Vec<_>>(),
        });
        let file = site.write("order.json", order.to_string());
        site.run(&["peer", "add", OPERATOR, "--file"]).ok();
        let added = site.run(&["order", "add", file.to_str().unwrap(), "--json"]).ok().last();
        let vault = VaultId::from_hex(text(&added, "vault")).unwrap();
        Self { site, real, vault, seals_seen: BTreeSet::new() }
    }

    fn shares(&self) -> Vec<Share> {
        let files: Vec<PathBuf> = if self.real {
            (1..=3).map(|at| self.site.handover.join(format!("share-{at}.txt"))).collect()
        } else {
            vec![self.site.dir.join("keys/dev.share")]
        };
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
        texts.map(|text| Share::parse(text.trim()).unwrap()).collect()
    }

    fn opened(&self) -> (lacre_custody::Site, SiteKeys, Root) {
        let engine = embedded::open(&self.site.dir).unwrap();
        let keys = SiteKeys::load(&engine).unwrap();
        let root = keys.unseal(&self.shares()).unwrap();
        (lacre_custody::Site::open(engine).unwrap(), keys, root)
    }

    /// Every stored PDU and how often it is there.
    pub(crate) fn stored(&self) -> BTreeMap<Vec<u8>, u64> {
        let (site, keys, root) = self.opened();
        let private = keys.open_vault(&root, self.vault).unwrap();
        let reader = VaultReader::open(&site.engine, self.vault).unwrap();
        let mut stored: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for part in reader.parts() {
            let sealed = reader.sealed_keys(part).unwrap();
            let keys = PartKeys::open(&private, self.vault, part, &sealed).unwrap();
            for record in reader.records(part, 0).unwrap() {
                let (number, sealed) = record.unwrap();
                let clear = keys.decrypt(number, &sealed).unwrap();
                *stored.entry(clear.octets.to_vec()).or_default() += 1;
            }
        }
        stored
    }

    fn seals(&self) -> Vec<Seal> {
        let (site, keys, root) = self.opened();
        let names = site.engine.objects.list(&chain::seal_folder(self.vault, 0)).unwrap();
        let open = |name: &String| {
            let document =
                filing::open(&site.engine, &keys, &root, Drawer::Register, name).unwrap();
            Seal::parse(&document.octets).unwrap()
        };
        names.iter().map(open).collect()
    }

    /// Seals not seen by an earlier call.
    pub(crate) fn new_seals(&mut self) -> Vec<Seal> {
        let mut seals = self.seals();
        seals.retain(|seal| self.seals_seen.insert(seal.number));
        seals
    }

    /// No part is open: each has one seal, over as many PDUs as it holds, and seals are dense.
    pub(crate) fn assert_all_sealed(&self) {
        let (site, _, _) = self.opened();
        let reader = VaultReader::open(&site.engine, self.vault).unwrap();
        let held: BTreeMap<PartId, u64> =
            reader.parts().into_iter().map(|part| (part, reader.count(part))).collect();
        let seals = self.seals();
        let sealed: BTreeMap<PartId, u64> =
            seals.iter().map(|seal| (seal.part, seal.pdus)).collect();
        assert_eq!(held, sealed);
        let numbers: BTreeSet<u64> = seals.iter().map(|seal| seal.number).collect();
        assert!(numbers.iter().copied().eq(0..seals.len() as u64), "{numbers:?}");
    }
}
