//! IP multimedia told whole: recorded calls, messages made here, digits, chats, and hostile text.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::Direction;
use lacre_handover::ber::write::element;
use lacre_handover::compose::{Body, Composer, Stamp, rtp_cc, sip_iri};
use lacre_handover::extract::{Course, Medium};
use lacre_handover::frame::{Run, runs};
use lacre_handover::media::{AudioBuilder, TextBuilder, TextKind, texts, wav_input};
use lacre_handover::ps_pdu::parse;
use lacre_handover::record::Record;
use lacre_handover::service::dialogue::{Call, Dialogue};
use lacre_handover::service::dtmf::{Digits, Means, strings};
use lacre_handover::service::sip::{Sdp, Sip, identity};
use lacre_handover::service::{multimedia, observe};
use lacre_term::{IriType, Micros};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;

fn octets_of(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(format!("{name}.ber"))).unwrap()
}

/// One element.
fn wrap(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    element(&mut out, identifier, content);
    out
}

/// The records of a PDU's first payload.
fn records(octets: &[u8]) -> Vec<Record> {
    let pdu = parse(octets).unwrap();
    let contents = pdu.payloads().next().unwrap().contents.unwrap();
    observe(&contents)
}

fn detail<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    record.details.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

fn names(record: &Record, role: &str, value: &str) -> bool {
    record.parties.iter().any(|party| party.role == role && party.value == value)
}

#[test]
fn the_vectors_of_a_call_say_what_their_expectation_says() {
    let ok = &records(&octets_of("v002-ipmm-iri-continue-200ok"))[0];
    assert_eq!((ok.event.as_deref(), ok.medium), (Some("200 INVITE"), Some(Medium::Voice)));
    assert_eq!(
        detail(ok, "media"),
        Some("audio 203.0.113.10:49170 sendrecv PCMA/8000 TELEPHONE-EVENT/8000")
    );
    assert_eq!(detail(ok, "source"), Some("198.51.100.7"));
    assert!(names(ok, "party", "+34600000456"), "an answer alone tells no roles: {ok:?}");
    let bye = &records(&octets_of("v003-ipmm-iri-end-bye"))[0];
    assert_eq!((bye.event.as_deref(), detail(bye, "source")), (Some("BYE"), Some("203.0.113.10")));
    assert_eq!(detail(bye, "call id"), Some("a84b4c76e66710@203.0.113.10"));
    assert!(!ok.unknown && !bye.unknown);
    for (name, frame) in [
        ("v005-ipmm-cc-rtp", "ipFrame"),
        ("v006-ipmm-cc-rtp", "ipFrame"),
        ("v008-ipmm-cc-rtpframe-us", "rtpFrame"),
    ] {
        let record = &records(&octets_of(name))[0];
        assert_eq!(record.medium, Some(Medium::Voice), "{name}");
        assert_eq!(
            (detail(record, "frame type"), detail(record, "ssrc")),
            (Some(frame), Some("1a2b3c4d"))
        );
        assert_eq!(record.services, ["PCMA/8000"], "{name}");
    }
    let chat = &records(&octets_of("v009-ipmm-cc-msrp"))[0];
    assert_eq!(
        (chat.medium, detail(chat, "frame type")),
        (Some(Medium::Message), Some("msrpFrame"))
    );
    assert_eq!(chat.texts[0].body, "hola");
    let octets = octets_of("v047-umts-iri-ims-sip");
    let pdu = parse(&octets).unwrap();
    let contents = pdu.payloads().next().unwrap().contents.unwrap();
    let mut record = Record::default();
    multimedia::with_sip(&contents, |sip| multimedia::say(sip, &mut record)).unwrap();
    assert!(names(&record, "caller", "+34600000123") && names(&record, "called", "+34600000456"));
}

/// Every call of the recorded stream, by CIN, with the records of its PDUs.
fn recorded() -> BTreeMap<u32, (Call, Vec<Record>)> {
    let octets = octets_of("openli/openli-voip-hi2");
    let mut dialogues: BTreeMap<u32, (Dialogue, Vec<Record>)> = BTreeMap::new();
    let limits = lacre_handover::Limits::default();
    for run in runs(&octets, &limits) {
        let Run::Pdu { octets, .. } = run else { panic!() };
        let pdu = parse(octets).unwrap();
        let heading = pdu.heading();
        for payload in pdu.payloads() {
            let Some(contents) = payload.contents else { continue };
            let target = || Dialogue::for_targets(&["+34600111222".to_owned()]);
            let (dialogue, records) =
                dialogues.entry(heading.cin.unwrap()).or_insert_with(|| (target(), Vec::new()));
            let (at, way) = (heading.intercepted_at, payload.session_direction);
            multimedia::with_sip(&contents, |sip| dialogue.add(sip, at, way));
            records.extend(observe(&contents));
        }
    }
    dialogues.into_iter().map(|(cin, (d, records))| (cin, (d.finish(), records))).collect()
}

#[test]
fn the_recorded_calls_are_told_from_begin_to_end() {
    let found = recorded();
    let (outgoing, records) = &found[&298_101_748];
    let called = |call: &Call, role: &str| {
        let party = call.parties.iter().find(|party| party.role == role).unwrap();
        party.value.clone()
    };
    assert_eq!(outgoing.course, Some(Course::Outgoing));
    assert_eq!(called(outgoing, "caller"), "+34600111222");
    assert_eq!(called(outgoing, "called"), "+34600333444");
    let times = [outgoing.began_at, outgoing.ringing_at, outgoing.answered_at, outgoing.ended_at];
    assert!(times.iter().all(Option::is_some) && times.is_sorted(), "{times:?}");
    assert_eq!((outgoing.duration_s, outgoing.cause.as_deref()), (Some(12), Some("BYE")));
    assert_eq!((outgoing.ended_by, outgoing.branches), (Some("caller"), 1));
    let ports: Vec<u16> = outgoing.media.iter().map(|line| line.port).collect();
    assert_eq!(ports, [6000, 7000]);
    let cell = records[0].places.iter().find_map(|place| place.cell.clone()).unwrap();
    assert_eq!((cell.kind, cell.plmn.as_str()), ("ecgi", "214-01"));
    assert_eq!((cell.area, cell.cell), (Some(0x0a1b), Some(0x00c0_d0e0)));
    assert_eq!(found[&1_991_888_581].0.course, Some(Course::Incoming));
    let (registration, _) = &found[&2_091_149_334];
    assert_eq!(registration.method.as_deref(), Some("REGISTER"));
    let (_, register) = &found[&2_091_149_334];
    assert!(names(&register[0], "user", "+34600111222"));
    assert!(register[0].parties.iter().any(|party| party.kind == "nai"), "of its credentials");
    let (_, message) = &found[&2_143_205_285];
    assert_eq!(message[0].texts.len(), 1);
    assert!(names(&message[0], "sender", "+34600111222"));
    let (_, sms) = &found[&985_793_600];
    assert_eq!(sms[0].messages.len(), 1);
    assert!(found.values().flat_map(|(_, records)| records).all(|record| !record.unknown));
}

fn composed(body: &Body<'_>, micros: i64) -> Vec<u8> {
    Composer::new(b"LI-7", b"21499", Some(9)).pdu(1, Stamp::Micro(Micros(micros)), body)
}

const EPOCH: i64 = 1_795_457_522_000_000;

fn iri(contents: &[u8], micros: i64) -> Vec<u8> {
    let kind = IriType::Continue;
    composed(&Body::Iri { kind, session_direction: None, contents }, EPOCH + micros)
}

fn sip(text: &str, micros: i64) -> Vec<u8> {
    let [from, to] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
    iri(&sip_iri(from, to, text.as_bytes()), micros)
}

fn cc(contents: &[u8], micros: i64) -> Vec<u8> {
    composed(&Body::Cc { direction: Direction::FromTarget, contents }, EPOCH + micros)
}

fn rtp(payload_type: u8, sequence: u16, stamp: u32, payload: &[u8]) -> Vec<u8> {
    let head = [&[0x80, payload_type][..], &sequence.to_be_bytes(), &stamp.to_be_bytes()].concat();
    let rtp = [&head[..], &[0, 0, 0, 7], payload].concat();
    let builder = etherparse::PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64);
    let mut packet = Vec::new();
    builder.udp(4000, 5000).write(&mut packet, &rtp).unwrap();
    packet
}

fn iri_of(choice: &[u8], more: &[u8]) -> Vec<u8> {
    let fields = [&wrap(0x80, &[5, 5, 17, 1])[..], &wrap(0xa1, choice), more].concat();
    iri(&wrap(0xab, &fields), 0)
}

#[test]
fn every_alternative_is_read_and_one_that_is_not_is_said_to_be_unknown() {
    let national = &records(&iri_of(&wrap(0xa3, &wrap(0x81, b"ES")), &[]))[0];
    assert_eq!((detail(national, "country"), national.unknown), (Some("ES"), false));
    let xcap = b"PUT /simservs.ngn.etsi.org/users/x HTTP/1.1\r\nHost: xcap.example.org\r\n\r\n<x/>";
    let xcap = &records(&iri_of(&wrap(0x84, xcap), &[]))[0];
    assert_eq!(xcap.event.as_deref(), Some("xCAPMessage"));
    assert!(detail(xcap, "request").unwrap().starts_with("PUT /simservs"));
    let setup = b"\x03\0\0\x20\x08\x02\x10\x01\x05\x6c\x0b\x91\x8134600000001\x70\x05\x80600\x20";
    let setup =
        [&setup[..6], b"\x10\x01\x05\x6c\x0d\x11\x8034600000001\x70\x05\x80600\x23\x7e\0"].concat();
    let ends = [wrap(0xa0, b""), wrap(0xa1, b"")].concat();
    let h225 = wrap(0xa2, &[ends, wrap(0xa2, &wrap(0x80, &setup))].concat());
    let setup = &records(&iri_of(&h225, &[]))[0];
    assert_eq!(setup.event.as_deref(), Some("Setup"));
    assert!(names(setup, "caller", "+34600000001") && names(setup, "called", "600#"), "{setup:?}");
    let location = wrap(
        0xa2,
        &wrap(0xa1, &wrap(0x81, b"\x18\x12\xf4\x99\x0a\x1b\x12\xf4\x99\x00\xc0\xd0\xe0")),
    );
    let line =
        wrap(0xa3, &wrap(0x80, b"P-Access-Network-Info: IEEE-802.11;i-wlan-node-id=0200aabbccdd"));
    let bye = b"BYE sip:x SIP/2.0\r\nCall-ID: 1\r\n\r\n";
    let placed = &records(&iri_of(&wrap(0x85, bye), &[location, line].concat()))[0];
    assert_eq!(detail(placed, "content removed"), Some("iRIOnlyOriginalIPMMMessage"));
    let kinds: Vec<(&str, &str)> =
        placed.places.iter().map(|p| (p.of, p.cell.as_ref().unwrap().kind)).collect();
    assert_eq!(kinds, [("target", "tai"), ("target", "ecgi"), ("target", "wlan")]);
    let cell = |at: usize| placed.places[at].cell.as_ref().unwrap();
    assert_eq!((cell(0).plmn.as_str(), cell(0).area), ("214-99", Some(0x0a1b)));
    assert_eq!((cell(1).plmn.as_str(), cell(1).cell), ("214-99", Some(0x00c0_d0e0)));
    assert!(!placed.unknown);
    let own = [wrap(0x80, b"N43.263013"), wrap(0x81, b"W002.934985")].concat();
    let own = wrap(0xa2, &wrap(0xa5, &wrap(0xa0, &own)));
    let point = records(&iri_of(&wrap(0x85, bye), &own))[0].places[0].point.unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (432_630_130, -29_349_850));
    let mut event = rtp(101, 1, 1, &[11, 10, 0, 160]);
    event[29] |= 0x80;
    let begun = &records(&iri_of(&wrap(0x87, &event), &[]))[0];
    assert_eq!(
        (begun.event.as_deref(), &begun.digits[..]),
        (Some("iRIOnlyRTPPacket"), &["#".into()][..])
    );
    event[29] &= 0x7f;
    assert!(records(&iri_of(&wrap(0x87, &event), &[]))[0].digits.is_empty(), "told already");
    let unknown = &records(&iri_of(&wrap(0x89, b"x"), &[]))[0];
    assert!(unknown.unknown);
    assert!(records(&iri_of(&wrap(0x81, b"x"), &wrap(0x89, b"x")))[0].unknown);
}

#[test]
fn a_forwarded_private_call_names_everybody_in_it() {
    let text = "INVITE tel:+34600000003 SIP/2.0\r\n\
        Via: SIP/2.0/UDP 10.0.0.9;received=192.0.2.9;branch=z\r\n\
        From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\nTo: <tel:+34600000002>\r\n\
        P-Asserted-Identity: \"Ana, de casa\" <tel:+34600000001>\r\nPrivacy: id;header\r\n\
        P-Called-Party-ID: <sip:eva@ims.example.es>\r\nCall-ID: 7\r\nCSeq: 1 INVITE\r\n\
        History-Info: <sip:+34600000002@x;user=phone>;index=1,\r\n \
        <tel:+34600000003;cause=302>;index=1.1\r\n\
        Contact: <sip:ana@192.0.2.9:5060>;+sip.instance=\"<urn:gsma:imei:35190012-345678-0>\"\r\n\
        User-Agent: phone/1\r\nContent-Length: 0\r\n\r\n";
    let record = &records(&sip(text, 0))[0];
    for (role, value) in [
        ("caller", "+34600000001"),
        ("called", "+34600000002"),
        ("called", "eva@ims.example.es"),
        ("forwarded-to", "+34600000003"),
        ("caller", "351900123456780"),
    ] {
        assert!(names(record, role, value), "{role} {value}: {:?}", record.parties);
    }
    assert!(!names(record, "called", "+34600000003"), "who it was forwarded to was not called");
    assert_eq!(detail(record, "privacy"), Some("id;header"));
    assert_eq!(detail(record, "received from"), Some("192.0.2.9"));
}

#[test]
fn digits_keyed_in_rtp_and_in_info_come_in_order_with_their_times() {
    let offer = "INVITE tel:1 SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nc: application/sdp\r\n\r\n\
        m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    let mut pdus = vec![sip(offer, 0)];
    for (index, key) in [1_u8, 1, 10, 11].into_iter().enumerate() {
        let stamp = u32::try_from(index).unwrap() * 4000;
        let at = i64::from(stamp) * 125 + 1000;
        for (step, end) in [(160_u16, 0x0a_u8), (320, 0x0a), (480, 0x8a), (480, 0x8a), (480, 0x8a)]
        {
            let [high, low] = step.to_be_bytes();
            let packet = rtp(101, step, stamp, &[key, end, high, low]);
            pdus.push(cc(&rtp_cc(&packet), at + i64::from(step) * 125));
        }
        pdus.push(cc(&rtp_cc(&rtp(8, 900, stamp, &[0xd5; 160])), at));
    }
    let info = "INFO sip:x SIP/2.0\r\nCall-ID: 1\r\nCSeq: 2 INFO\r\n\
        Content-Type: application/dtmf-relay\r\n\r\nSignal=9\r\nDuration=250\r\n";
    pdus.push(sip(info, 9_000_000));
    let mut digits = Digits::new();
    pdus.iter().for_each(|octets| digits.add(&parse(octets).unwrap()));
    let (presses, cut) = digits.finish();
    assert_eq!((presses.len(), cut), (5, false));
    let keyed = strings(&presses);
    assert_eq!(keyed[0], (Some(Direction::FromTarget), Means::Rtp, "11*#".to_owned()));
    assert_eq!((keyed[1].1, keyed[1].2.as_str()), (Means::Info, "9"));
    assert_eq!(presses[0].at, Some(Micros(EPOCH + 21_000)));
    assert_eq!((presses[0].duration_ms, presses[4].duration_ms), (Some(60), Some(250)));
    assert_eq!(records(&pdus[pdus.len() - 1])[0].digits, ["9"]);
}

fn segment(sequence: u32, octets: &[u8]) -> Vec<u8> {
    let builder = etherparse::PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64);
    let mut packet = Vec::new();
    builder.tcp(2855, 9999, sequence, 1000).write(&mut packet, octets).unwrap();
    let fields =
        [wrap(0x80, &[5, 5, 17, 2]), wrap(0x81, &packet), wrap(0x82, &[0]), wrap(0x84, &[1])];
    wrap(0xac, &fields.concat())
}

/// Two chunks of one message, cut at any octet of the connection and with a segment sent again.
#[test]
fn a_chat_is_joined_over_segments_and_chunks() {
    let chunk = |transaction: &str, range: &str, body: &str, flag: char| {
        format!(
            "MSRP {transaction} SEND\r\nTo-Path: msrp://b;tcp\r\nFrom-Path: msrp://a;tcp\r\n\
             Message-ID: m1\r\nByte-Range: {range}\r\nContent-Type: message/cpim\r\n\r\n\
             {body}\r\n-------{transaction}{flag}\r\n"
        )
    };
    let first = "From: <sip:ana@example.org>\r\nTo: <sip:eva@example.org>\r\n\r\n\
        Content-Type: text/plain\r\n\r\nmuy ";
    let length = first.len();
    let one = chunk("t1", &format!("1-{length}/{}", length + 5), first, '+');
    let two = chunk("t2", &format!("{}-{}/{}", length + 1, length + 5, length + 5), "buena", '$');
    let stream = [one, "MSRP t3 200 OK\r\n-------t3$\r\n".to_owned(), two].concat();
    for cut in [1, 7, 50, 200, stream.len() - 3] {
        let mut builder = TextBuilder::new();
        let mut add = |at: usize, octets: &str| {
            let sequence = 4_294_967_200_u32.wrapping_add(u32::try_from(at).unwrap());
            builder.add(&parse(&cc(&segment(sequence, octets.as_bytes()), 0)).unwrap());
        };
        let cut = cut.max(5);
        add(0, &stream[..cut]);
        add(0, &stream[..cut]);
        add(cut, &stream[cut..]);
        let (found, left_out) = builder.finish();
        assert_eq!((found.len(), left_out), (1, false), "{cut}: {found:?}");
        assert_eq!((found[0].kind, found[0].body.as_str()), (TextKind::Msrp, "muy buena"));
        assert_eq!(found[0].from.as_deref(), Some("ana@example.org"));
    }
}

#[test]
fn a_chat_that_breaks_off_keeps_what_came_and_a_copy_says_nothing_new() {
    let whole = "MSRP t1 SEND\r\nMessage-ID: m7\r\nContent-Type: text/plain\r\n\r\n\
        hola\r\n-------t1$\r\n";
    let cut = "MSRP t2 SEND\r\nMessage-ID: m8\r\nContent-Type: text/plain\r\n\r\n\
        quedamos a l";
    let mut builder = TextBuilder::new();
    let mut at = 0;
    for octets in [whole, whole, cut] {
        builder.add(&parse(&cc(&segment(at, octets.as_bytes()), 0)).unwrap());
        at += u32::try_from(octets.len()).unwrap();
    }
    let (found, _) = builder.finish();
    let bodies: Vec<&str> = found.iter().map(|text| text.body.as_str()).collect();
    assert_eq!(bodies, ["hola", "quedamos a l"]);
}

#[test]
fn words_are_messages_and_notices_are_none() {
    let message = |kind: &str, body: &str| {
        let text = format!(
            "MESSAGE tel:+34600000002 SIP/2.0\r\nFrom: <tel:+34600000001>;tag=1\r\n\
             To: <tel:+34600000002>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n\
             Content-Type: {kind}\r\n\r\n{body}"
        );
        sip(&text, 0)
    };
    let words =
        message("message/cpim", "From: <sip:ana@x.es>\r\n\r\nContent-Type: text/plain\r\n\r\nhola");
    let found = texts(&parse(&words).unwrap());
    assert_eq!((found[0].body.as_str(), found[0].from.as_deref()), ("hola", Some("ana@x.es")));
    for (kind, notice) in [
        ("application/im-iscomposing+xml", "is composing"),
        ("message/imdn+xml", "disposition notification"),
    ] {
        let notified = message(kind, "<x/>");
        assert_eq!(texts(&parse(&notified).unwrap()), []);
        let record = &records(&notified)[0];
        assert_eq!((detail(record, "notice"), record.texts.len()), (Some(notice), 0));
    }
    let report = message("application/vnd.3gpp.sms", "\u{2}\u{1}");
    assert_eq!(detail(&records(&report)[0], "short message"), Some("RP-ACK"));
}

#[test]
fn streams_are_named_by_their_description_and_stay_whole() {
    let offer = "INVITE tel:1 SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nc: application/sdp\r\n\r\n\
        m=audio 4000 RTP/AVP 96 18\r\na=rtpmap:96 AMR-WB/16000\r\n\
        a=rtpmap:101 telephone-event/16000\r\n";
    for (payload_type, name, rate) in
        [(96, "AMR-WB", 16_000), (18, "G729", 8000), (9, "G722", 8000), (97, "PT 97", 8000)]
    {
        let mut audio = AudioBuilder::new();
        for sequence in [65_534_u16, 0, 65_535, 2, 2] {
            let packet =
                rtp(payload_type, sequence, u32::from(sequence), &[sequence.to_be_bytes()[1]; 20]);
            audio.add(&parse(&cc(&rtp_cc(&packet), 0)).unwrap());
        }
        audio.add(&parse(&cc(&rtp_cc(&rtp(13, 1, 1, &[60])), 0)).unwrap());
        // The description may come after what it describes.
        audio.add(&parse(&sip(offer, 0)).unwrap());
        let side = audio.finish().from_target;
        let [stream] = &side.streams[..] else { panic!("{side:?}") };
        assert_eq!((stream.codec.name(), stream.sample_rate), (name, rate));
        assert_eq!((stream.packets, stream.duplicates, stream.missing), (5, 1, 0));
        assert_eq!((stream.other_packets, stream.payload.len()), (1, 80), "comfort noise");
        assert_eq!(
            [stream.payload[0], stream.payload[40]],
            [0xfe, 0],
            "in the order of their wrap"
        );
        assert!(
            wav_input(&lacre_handover::media::Audio { from_target: side, ..Default::default() })
                .from_target
                .is_empty()
        );
    }
}

#[test]
fn audio_without_headers_is_heard_as_its_description_says() {
    let frame = |octets: &[u8]| {
        let fields = [wrap(0x80, &[5, 5, 17, 2]), wrap(0x81, octets), wrap(0x82, &[3])];
        cc(&wrap(0xac, &fields.concat()), 0)
    };
    let mut audio = AudioBuilder::new();
    audio.add(&parse(&frame(&[0xd5; 160])).unwrap());
    audio.add(&parse(&frame(&[0x55; 160])).unwrap());
    let unnamed = audio.clone().finish();
    assert_eq!(unnamed.from_target.streams[0].codec.name(), "audio frame");
    let offer = "INVITE tel:1 SIP/2.0\r\nc: application/sdp\r\n\r\nm=audio 4000 RTP/AVP 8\r\n";
    audio.add(&parse(&sip(offer, 0)).unwrap());
    let sound = wav_input(&audio.finish());
    assert_eq!(sound.from_target.samples(), 320);
    assert_eq!(sound.from_target.pcm()[160], -8);
}

/// Everything that reads SIP, to show that none of it panics and all of it is bounded.
fn read_all(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let sdp = Sdp::read(&text);
    assert!(sdp.media.len() <= Sdp::ITEMS_MAX && sdp.codecs.len() <= Sdp::ITEMS_MAX);
    let _ = (identity(&text), multimedia::msrp_send(octets), multimedia::msrp::frame(octets));
    let _ = (multimedia::place::access_network(&text), multimedia::place::geo(&text));
    assert!(multimedia::place::presence(octets, "caller").len() <= 8);
    let Some(sip) = Sip::read(octets) else { return };
    let (mut record, mut dialogue, mut digits) =
        (Record::default(), Dialogue::new(), Digits::new());
    multimedia::say(&sip, &mut record);
    assert!(record.parties.len() <= 64 && record.texts.len() <= 64 && record.places.len() <= 64);
    for second in 0..3 {
        dialogue.add(&sip, Some(Micros(second)), None);
        digits.message(&sip, None, None);
    }
    let call = dialogue.finish();
    assert!(call.call_ids.len() <= 1 && digits.finish().0.len() <= 1);
}

const SEED: &str = "INVITE sip:+34600333444@ims.example.es;user=phone SIP/2.0\r\n\
    Via: SIP/2.0/UDP 10.9.0.1;received=192.0.2.1\r\nf: \"Ana \\\" b\" <tel:+34600111222>;tag=1\r\n\
    t: <sip:eva%40x@example.org>\r\nP-Asserted-Identity: <tel:+34600111222>, <sip:ana@x>\r\n\
    P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=214010A1B0C0D0E0\r\n\
    History-Info: <tel:1>;index=1,\r\n <tel:2>;index=1.1\r\nReason: Q.850;cause=16;text=\"x\"\r\n\
    i: 1@x\r\nCSeq: 1 INVITE\r\nc: multipart/mixed;boundary=b\r\n\r\n--b\r\n\
    Content-Type: application/sdp\r\n\r\nv=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP 8 101\r\n\
    a=rtpmap:101 telephone-event/8000\r\n--b\r\nContent-Type: message/cpim\r\n\r\n\
    From: <sip:ana@x>\r\n\r\nContent-Transfer-Encoding: base64\r\n\r\naG9sYQ==\r\n--b\r\n\
    Content-Type: application/pidf+xml\r\n\r\n<a><location-info><pos>43.1 -2.9</pos>\
    </location-info></a>\r\n--b\r\nContent-Type: application/dtmf-relay\r\n\r\n\
    Signal=5\r\n--b--\r\n";

proptest! {
    #[test]
    fn random_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_all(&octets);
        read_all(&[b"INVITE sip:x SIP/2.0\r\n", &octets[..]].concat());
        read_all(&[b"MESSAGE sip:x SIP/2.0\r\nc: message/cpim\r\n\r\n", &octets[..]].concat());
    }

    #[test]
    fn a_mutated_message_never_panics(
        changes in proptest::collection::vec(
            (any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3),
            0..12,
        )
    ) {
        let mut octets = SEED.as_bytes().to_vec();
        for (at, value, kind) in changes {
            let at = at.index(octets.len());
            match kind {
                0 => octets[at] = value,
                1 => octets.insert(at, value),
                _ => { octets.remove(at); }
            }
        }
        read_all(&octets);
    }

    /// A message cut anywhere keeps the headers before the cut.
    #[test]
    fn a_message_cut_anywhere_keeps_what_it_has(cut in 0_usize..SEED.len()) {
        read_all(&SEED.as_bytes()[..cut]);
        let from = SEED.find("t: <sip").unwrap();
        if let Some(sip) = Sip::read(&SEED.as_bytes()[..cut]).filter(|_| cut > from) {
            prop_assert_eq!(sip.from().unwrap().value, "+34600111222");
        }
    }
}
