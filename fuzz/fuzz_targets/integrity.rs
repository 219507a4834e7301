//! Integrity checks and encrypted PDUs: whatever the octets, each check has one verdict, a match
//! is over exactly what it lists, and what a container opens to reads as a PDU.
#![no_main]
use lacre_handover::Limits;
use lacre_handover::encryption_container::{ContainerKey, open, with_minimal_lengths};
use lacre_handover::frame::{Run, runs};
use lacre_handover::integrity::{Keys, OperatorKey, Shelf, Verdict};
use lacre_handover::profile::{Conventions, SignatureInput};
use lacre_handover::ps_pdu::parse_framed;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const SIGNER: &[u8] = include_bytes!("../../vectors/handover/s014-integrity-signed.pem");

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    signature: OperatorKey::read("s014", SIGNER).into_iter().collect(),
    encryption: ContainerKey::new(&(0..24).collect::<Vec<u8>>()).into_iter().collect(),
});

fuzz_target!(|data: &[u8]| {
    let _ = OperatorKey::read("any", data);
    let conventions =
        Conventions { signature_inputs: SignatureInput::ALL.to_vec(), ..Conventions::default() };
    let limits = Limits { pdu_octets_max: 65_536, ..Limits::default() };
    let mut shelf = Shelf::new(&conventions, &KEYS, None);
    for run in runs(data, &limits) {
        let Run::Pdu { octets, .. } = run else { break };
        let put = shelf.put(octets);
        let Ok(pdu) = parse_framed(octets) else {
            assert!(put.is_err());
            continue;
        };
        assert!(put.is_ok());
        let minimal = with_minimal_lengths(octets).expect("what parses can be written again");
        assert!(minimal.len() <= octets.len());
        assert_eq!(with_minimal_lengths(&minimal).as_ref(), Some(&minimal));
        if let Ok(clear) = open(&pdu, &KEYS.encryption, conventions.iv) {
            assert!(!clear.alternative().is_empty());
            let _ = parse_framed(&clear.derived_pdu(&pdu));
            if let Some(before) = clear.before_encryption(&pdu) {
                assert_eq!(before.len(), octets.len());
            }
        }
    }
    for (_, finding) in shelf.findings() {
        let listed = |number: &u32| finding.numbers.contains(number);
        assert!(finding.missing.iter().all(listed));
        match finding.verdict {
            Verdict::Matches { .. } => assert!(finding.missing.is_empty() && !finding.signature),
            Verdict::MissingPdus => assert!(!finding.missing.is_empty()),
            _ => {}
        }
    }
});
