//! The walk and the careful path: what both take they read alike, and nothing is judged otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::ber::write::{element, wrap};
use lacre_handover::ber::{Elements, Tlv};
use lacre_handover::compose::{Body, Composer, Stamp, ip_cc, rtp_cc, sip_iri};
use lacre_handover::frame::{Run, runs};
use lacre_handover::ps_pdu::{Pdu, parse_careful, parse_framed};
use lacre_handover::{Direction, Limits, Malformed};
use lacre_term::{IriType, Micros};
use proptest::prelude::*;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// What `octets` are when both paths agree on it, every field and fault.
fn alike(octets: &[u8]) -> Result<Result<Pdu<'_>, Malformed>, String> {
    let (walked, careful) = (parse_framed(octets), parse_careful(octets));
    if walked == careful {
        return Ok(careful);
    }
    Err(format!("{octets:02x?} walked {walked:?} but careful {careful:?}"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "ber") {
            found.push(path);
        }
    }
}

#[test]
fn every_recorded_octet_is_read_alike_by_both_paths() {
    let mut paths = Vec::new();
    files(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover"), &mut paths);
    let mut pdus = 0;
    for path in &paths {
        let octets = std::fs::read(path).unwrap();
        for run in runs(&octets, &Limits::default()) {
            let (Run::Pdu { octets, .. } | Run::Unframed { octets, .. }) = run;
            let agreed = alike(octets);
            assert!(agreed.is_ok(), "{}: {agreed:?}", path.display());
            pdus += 1;
        }
    }
    assert!(paths.len() > 140 && pdus > 4000, "{} files, {pdus} runs", paths.len());
}

/// Every way to spoil one element of `list`, at any depth, with all lengths right again.
fn spoiled(list: &[u8]) -> Vec<Vec<u8>> {
    let parts: Vec<Tlv<'_>> = Elements::new(list).collect();
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let wholes = |range: &[Tlv<'_>]| range.iter().flat_map(|p| p.whole.to_vec()).collect();
        let (before, after): (Vec<u8>, Vec<u8>) =
            (wholes(&parts[..index]), wholes(&parts[index + 1..]));
        let (tag, content) = (part.whole[0], part.content);
        let mut put = |middle: &[u8]| all.push([&before, middle, &after].concat());
        put(b"");
        put(&part.whole.repeat(2));
        for content in [b"", &content[..content.len() / 2], &[content, &[0x58; 20]].concat()] {
            put(&encoded(tag, content, 0));
        }
        put(&encoded(tag, &[&[0], content].concat(), 0));
        put(&encoded(tag, &[0xff; 5], 0));
        put(&encoded(tag, &[0x80, 5], 0));
        for tag in
            [tag ^ 0x20, tag ^ 0x40, tag ^ 0x80, tag ^ 1, tag.wrapping_add(1), tag.wrapping_add(2)]
        {
            put(&encoded(tag, content, 0));
        }
        for form in 1..5 {
            put(&encoded(tag, content, form));
        }
        put(&[part.whole, &encoded(0x8b, b"", 0)].concat());
        put(&[&encoded(0x9f, b"", 0), part.whole].concat());
        put(&[part.whole, &[0, 0]].concat());
        if let Some(next) = parts.get(index + 1) {
            let rest: Vec<u8> = wholes(&parts[index + 2..]);
            all.push([&before, next.whole, part.whole, &rest].concat());
        }
        if part.tag.constructed {
            let inner = spoiled(content);
            all.extend(inner.iter().map(|it| [&before, &encoded(tag, it, 0)[..], &after].concat()));
        }
    }
    all
}

/// A PDU whose network element is named as in TS 101 671: networkIdentifier holds eTSI671NEID.
fn legacy() -> Vec<u8> {
    let (mut network, mut both, mut header, mut payload, mut out) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    wrap(&mut network, 0xa0, &[&[0x80, 1, 0x41, 0xa2, 3, 0x80, 1, 0x42]]);
    wrap(&mut both, 0xa3, &[&network, &[0x81, 1, 7]]);
    let known = [0x80, 7, 4, 0, 2, 2, 5, 1, 17, 0x81, 2, 0x4c, 0x49];
    wrap(&mut header, 0xa1, &[&known, &both, &[0x84, 1, 3]]);
    wrap(&mut payload, 0xa2, &[&[0xa2, 2, 0x83, 0]]);
    wrap(&mut out, 0x30, &[&header, &payload]);
    assert!(parse_framed(&out).is_ok());
    out
}

/// Each rule of the envelope broken at each of its elements, one at a time.
#[test]
fn every_element_dropped_doubled_or_disguised_is_read_alike() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    let (mut read, mut refused) = (0, 0);
    for name in [
        "v003-ipmm-iri-end-bye",
        "v008-ipmm-cc-rtpframe-us",
        "v012-ip-iri-end",
        "v017-ip-cc-truncated",
        "v080-tri-optionrequest",
        "v085-enc-none",
        "v089-agg-iri-3",
        "v091-hdr-maximal",
        "s010-integrity-order",
        "legacy element",
    ] {
        let octets = match name {
            "legacy element" => legacy(),
            _ => std::fs::read(folder.join(format!("{name}.ber"))).unwrap(),
        };
        let first = Elements::new(&octets).next().unwrap().whole;
        for octets in spoiled(first) {
            match alike(&octets).unwrap() {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 1000 && refused > 1000, "{read} read, {refused} refused");
}

/// Elements of a sender's imagination: any tag, forms of length of all kinds, nesting.
fn elements() -> impl Strategy<Value = Vec<u8>> {
    let leaf = (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..12), 0_u8..8)
        .prop_map(|(tag, content, form)| encoded(tag & 0xdf, &content, form));
    leaf.prop_recursive(6, 40, 5, |inner| {
        (any::<u8>(), proptest::collection::vec(inner, 0..5), 0_u8..8)
            .prop_map(|(tag, parts, form)| encoded(tag | 0x20, &parts.concat(), form))
    })
}

/// One element, its length in the form numbered `form`.
fn encoded(tag: u8, content: &[u8], form: u8) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut out = vec![tag];
    if tag & 0x1f == 0x1f {
        out.push(0x41);
    }
    match form {
        1 => out.extend([0x82, high, low]),
        2 => out.extend([0x84, 0, 0, high, low]),
        3 => out.extend([0x8a, 0, 0, 0, 0, 0, 0, 0, 0, high, low]),
        4 if tag & 0x20 != 0 => {
            out.push(0x80);
            out.extend_from_slice(content);
            out.extend([0, 0]);
            return out;
        }
        _ => {
            element(&mut out, 0, content);
            // `element` wrote an identifier of its own.
            let at = if tag & 0x1f == 0x1f { 2 } else { 1 };
            out.remove(at);
            return out;
        }
    }
    out.extend_from_slice(content);
    out
}

/// A PDU as `Composer` writes it, of one of the kinds that are sent most.
fn composed() -> impl Strategy<Value = Vec<u8>> {
    let names = (proptest::collection::vec(any::<u8>(), 0..28), any::<Option<u32>>());
    let times = (0_u8..3, -1_i64..5_000_000_000_000_000);
    (names, any::<u32>(), times, 0_u8..5, elements()).prop_map(
        |((liid, cin), sequence, (stamp, at), kind, extra)| {
            let mut composer = Composer::new(&liid, b"OPLAB-ES", cin);
            composer.network_element = (sequence & 1 == 0).then(|| b"LAB-BILBAO-01".to_vec());
            composer.delivery_country = (sequence & 2 == 0).then(|| b"ES".to_vec());
            let stamp = match stamp {
                0 => Stamp::Generalized(Micros(at)),
                1 => Stamp::Micro(Micros(at)),
                _ => Stamp::Absent,
            };
            let (from, to) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(198, 51, 100, 2));
            let contents = match kind {
                0 => rtp_cc(&[0x45; 240]),
                1 => ip_cc(&[0x45; 1500]),
                2 => sip_iri(from, to, b"BYE sip:+34600333444@ims.example.es SIP/2.0\r\n\r\n"),
                _ => extra,
            };
            let direction = Direction::from_number(u64::from(sequence & 3)).unwrap();
            let body = match kind {
                2 => {
                    let session_direction = Some(direction);
                    Body::Iri { kind: IriType::Continue, session_direction, contents: &contents }
                }
                3 => Body::Raw(&contents),
                _ => Body::Cc { direction, contents: &contents },
            };
            composer.pdu(sequence, stamp, &body)
        },
    )
}

/// Aggregated payloads and fields of any kind in the places that the walk knows.
fn assembled() -> impl Strategy<Value = Vec<u8>> {
    let some = || proptest::collection::vec(elements(), 0..3);
    (composed(), some(), some(), some(), any::<bool>()).prop_map(
        |(pdu, header, payload, sequence, iri)| {
            let known = header_of(&pdu);
            let (mut first, mut fields, mut list, mut second, mut out) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
            wrap(&mut first, 0xa1, &[&known, &header.concat()]);
            wrap(&mut fields, 0x30, &[&[0x80, 1, 1, 0xa2, 4, 0xac, 2, 0x80, 0], &payload.concat()]);
            wrap(&mut list, if iri { 0xa0 } else { 0xa1 }, &[&fields, &sequence.concat(), &fields]);
            wrap(&mut second, 0xa2, &[&list]);
            wrap(&mut out, 0x30, &[&first, &second]);
            out
        },
    )
}

/// The header's fields of a composed PDU.
fn header_of(pdu: &[u8]) -> Vec<u8> {
    let outer = Elements::new(pdu).next().unwrap();
    outer.children().next().unwrap().content.to_vec()
}

proptest! {
    #[test]
    fn composed_pdus_are_read_alike(octets in composed()) {
        prop_assert!(alike(&octets).is_ok(), "{:?}", alike(&octets));
    }

    #[test]
    fn unusual_elements_anywhere_are_read_alike(octets in assembled()) {
        prop_assert!(alike(&octets).is_ok(), "{:?}", alike(&octets));
    }

    #[test]
    fn changed_octets_get_the_same_fault_at_the_same_octet(
        octets in prop_oneof![composed(), assembled()],
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..5),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut octets = octets;
        for (at, value) in changes {
            // Most changes fall into the header, where there is most to break.
            let at = at.index(octets.len().min(160));
            octets[at] = value;
        }
        if let Some(cut) = cut {
            octets.truncate(cut.index(octets.len()));
        }
        prop_assert!(alike(&octets).is_ok(), "{:?}", alike(&octets));
    }

    #[test]
    fn random_octets_are_read_alike(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(alike(&octets).is_ok(), "{:?}", alike(&octets));
    }

    #[test]
    fn random_elements_are_checked_alike(octets in elements()) {
        use lacre_handover::ber::{DEPTH_MAX, check};
        // Within a depth of 15 nothing is tried before the careful reader.
        let (tried, careful) = (check(&octets, DEPTH_MAX), check(&octets, 15));
        prop_assert_eq!(tried, careful);
    }
}
