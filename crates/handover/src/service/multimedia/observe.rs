//! What one record of IP multimedia says: a signalling message, or one packet of media.
//!
//! A message is read alone here: only a request that begins something names its sides, messages
//! inside a call name parties without a role, and the dialogue tells who was who. A packet of
//! media names its stream; its digits and its words over several packets are told by the
//! builders of [`crate::service::dtmf`] and [`crate::media::text`].
//!
//! Rules: TS 102 232-5 annex A (`IPMMIRI`, `IPMMCC`), clauses 5.2.3 to 5.2.8, 5.5; RFC 3261.
use super::place::{access_network, geo, line_name, presence};
use super::{Media, Signalling, media, signalling};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::media::text;
use crate::ps_pdu::Contents;
use crate::record::{ITEMS_MAX, Place, Record};
use crate::service::dialogue::roles;
use crate::service::dtmf;
use crate::service::location::location;
use crate::service::packet::Packet;
use crate::service::rtp::Rtp;
use crate::service::sip::uri::{Address, split, unquoted};
use crate::service::sip::{Identity, Meaning, Sip, body, identity, sdp};
use crate::service::sms;

/// What the payload says, record by record.
#[must_use]
pub fn observe(contents: &Contents<'_>) -> Vec<Record> {
    match (contents.iri, contents.tag) {
        (true, 11) => vec![signalling_record(contents)],
        (false, 12) => media(contents).map(|media| media_record(&media)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn signalling_record(contents: &Contents<'_>) -> Record {
    let mut record = Record::default();
    record.unknown |= contents.tlv.children().any(|field| field.tag.number > 3);
    let choice = contents.tlv.context(1).and_then(|choice| choice.children().next());
    match (signalling(contents), choice) {
        (Some(read), Some(choice)) => message(&read, &choice, &mut record),
        (None, Some(choice)) if choice.is_context(3) => {
            record.event = Some("nationalIPMMIRIParameters".to_owned());
            record.detail("country", choice.context(1).and_then(|country| country.text()));
            // What a nation adds after the country is its own.
            record.unknown |= choice.children().any(|field| field.tag.number != 1);
        }
        _ => record.unknown = true,
    }
    if let Some(given) = contents.tlv.context(2) {
        location(&mut record, &given);
    }
    additional(contents, &mut record);
    record
}

/// Header lines that the operator adds to the message (clause 5.2.5).
fn additional(contents: &Contents<'_>, record: &mut Record) {
    let Some(list) = contents.tlv.context(3) else {
        return;
    };
    for line in list.children().take(ITEMS_MAX) {
        let Some(text) = line.text().filter(|_| line.is_context(0)) else {
            record.unknown = true;
            continue;
        };
        if let Some((name, value)) = text.split_once(':') {
            let name = name.trim();
            for value in split(value, b',') {
                if is_access(name) {
                    access(value, "target", record);
                } else if let Some(identity) = identity(value) {
                    record.party("party", identity.kind, identity.value);
                }
            }
        }
        record.detail("additional signalling", Some(text.trim()));
    }
}

fn is_access(name: &str) -> bool {
    let names = ["P-Access-Network-Info", "Cellular-Network-Info"];
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn message(read: &Signalling<'_>, choice: &Tlv<'_>, record: &mut Record) {
    record.detail("source", read.source.map(|address| address.to_string()));
    record.detail("destination", read.destination.map(|address| address.to_string()));
    if read.iri_only {
        record.detail("content removed", Some(read.word));
    }
    match read.word {
        "h323Message" => h323(choice, &read.message, record),
        "xCAPMessage" => {
            record.event = Some(read.word.to_owned());
            record.medium = Some(Medium::Event);
            let line = read.message.split(|octet| matches!(octet, b'\r' | b'\n')).next();
            record.detail("request", line.map(String::from_utf8_lossy));
        }
        "iRIOnlyRTPPacket" => {
            record.event = Some(read.word.to_owned());
            record.medium = Some(Medium::Voice);
            let inner = read.packet.as_deref().and_then(Packet::read);
            let octets = inner.map_or(read.message.as_ref(), |packet| packet.payload());
            // The marked packet begins a press; the others of it tell nothing new.
            let begun = Rtp::read(octets).filter(|rtp| rtp.marker);
            let digit = begun.and_then(|rtp| dtmf::digit(*rtp.payload.first()?));
            record.digits.extend(digit.map(String::from));
        }
        _ => match Sip::read(&read.message) {
            Some(sip) => say(&sip, record),
            None => {
                record.event = Some(read.word.to_owned());
                record.unknown = true;
            }
        },
    }
}

/// H.323: which protocol of it, and what a Q.931 header in H.225 says.
fn h323(choice: &Tlv<'_>, octets: &[u8], record: &mut Record) {
    let content = choice.context(2).and_then(|content| content.children().next());
    record.event = content.map(|content| {
        let words = ["h225CSMessageContent", "h225RASMessageContent", "h245MessageContent"];
        let at = usize::try_from(content.tag.number).unwrap_or(usize::MAX);
        words.get(at).copied().unwrap_or("genericMessageContent").to_owned()
    });
    record.medium = Some(Medium::Voice);
    if record.event.as_deref() != Some("h225CSMessageContent") {
        return;
    }
    // TPKT (RFC 1006) around it or not; then Q.931: discriminator, call reference, type.
    let octets = if octets.starts_with(&[3, 0]) { octets.get(4..) } else { Some(octets) };
    let Some((&[8, reference], rest)) = octets.and_then(|octets| octets.split_first_chunk()) else {
        return;
    };
    let Some((&kind, mut rest)) =
        rest.get(usize::from(reference & 15)..).and_then(|rest| rest.split_first())
    else {
        return;
    };
    record.event = match kind {
        0x01 => Some("Alerting".to_owned()),
        0x02 => Some("Call Proceeding".to_owned()),
        0x05 => Some("Setup".to_owned()),
        0x07 => Some("Connect".to_owned()),
        0x5a => Some("Release Complete".to_owned()),
        _ => record.event.take(),
    };
    while let Some((&element, after)) = rest.split_first() {
        if element & 0x80 != 0 {
            rest = after;
            continue;
        }
        let Some((value, next)) = after
            .split_first()
            .and_then(|(length, value)| value.split_at_checked(usize::from(*length)))
        else {
            break;
        };
        match element {
            0x08 => {
                let value = value.get(1).map(|cause| format!("Q.850 {}", cause & 0x7f));
                record.cause = value.or_else(|| record.cause.take());
            }
            0x6c => q931_number("caller", value, record),
            0x70 => q931_number("called", value, record),
            _ => {}
        }
        rest = next;
    }
}

/// A party number of Q.931: type octets up to the one whose first bit is set, then digits.
fn q931_number(role: &'static str, value: &[u8], record: &mut Record) {
    let Some(last) = value.iter().position(|octet| octet & 0x80 != 0) else {
        return;
    };
    let digits = value.get(last.saturating_add(1)..).unwrap_or_default();
    let international = value.first().is_some_and(|first| first & 0x70 == 0x10);
    let known = digits.iter().all(|d| d.is_ascii_digit() || matches!(d, b'*' | b'#'));
    if known && !digits.is_empty() {
        let plus = if international { "+" } else { "" };
        record.party(role, "tel", format!("{plus}{}", String::from_utf8_lossy(digits)));
    }
}

/// Adds to `record` what a SIP message says, whichever standard's IRI carried it.
pub fn say(sip: &Sip<'_>, record: &mut Record) {
    let method = sip.method().unwrap_or("unknown");
    record.event = Some(match sip.status() {
        None => method.to_owned(),
        Some(status) => format!("{status} {method}"),
    });
    record.medium = Some(medium(sip, method));
    let of = parties(sip, method, record);
    // A challenge is no end; the answers to what happens inside a call are none either.
    let ends = matches!(method, "INVITE" | "MESSAGE") && !matches!(sip.status(), Some(401 | 407));
    if sip.status().is_none() || ends {
        record.cause = sip.cause();
    }
    for name in ["P-Access-Network-Info", "Cellular-Network-Info"] {
        sip.values(name).for_each(|value| access(value, of, record));
    }
    for point in sip.values("Geolocation").filter_map(geo) {
        record.place(Place { of, point: Some(point), ..Place::default() });
    }
    headers(sip, record);
    bodies(sip, of, record);
}

fn medium(sip: &Sip<'_>, method: &str) -> Medium {
    match method {
        "MESSAGE" => Medium::Message,
        "INVITE" => {
            let sdp = sip.sdp().unwrap_or_default();
            let chat = sdp.media.iter().any(|line| line.kind == "message")
                && !sdp.media.iter().any(|line| line.kind == "audio");
            if chat { Medium::Message } else { Medium::Voice }
        }
        "ACK" | "BYE" | "CANCEL" | "PRACK" | "UPDATE" | "INFO" | "REFER" => Medium::Voice,
        _ => Medium::Event,
    }
}

/// Names who is named, and gives the role of who sent the message.
fn parties(sip: &Sip<'_>, method: &str, record: &mut Record) -> &'static str {
    let begins = sip.status().is_none()
        && sip.tag("To").is_none()
        && !matches!(method, "ACK" | "BYE" | "CANCEL" | "PRACK" | "UPDATE");
    let (from_role, to_role) = if begins { roles(method) } else { ("party", "party") };
    let mut add = |role: &'static str, identities: &mut dyn Iterator<Item = Identity>| {
        identities.take(8).for_each(|identity| record.party(role, identity.kind, identity.value));
    };
    // Who asserts on a response is who answers.
    let sender_role = if sip.status().is_some() { to_role } else { from_role };
    add(from_role, &mut sip.from().into_iter());
    add(sender_role, &mut sip.asserted());
    add(to_role, &mut sip.to().into_iter());
    add(to_role, &mut sip.identities("P-Called-Party-ID"));
    let uri = sip.request_uri().and_then(identity);
    let uri = uri.filter(|uri| uri.kind == "tel" || uri.value.contains(['@', ':']));
    let diverted = sip.header("Diversion").is_some();
    let history: Vec<Identity> = sip.identities("History-Info").collect();
    if begins && diverted {
        add("called", &mut sip.identities("Diversion"));
        add("forwarded-to", &mut uri.into_iter());
    } else if begins && method != "REGISTER" && history.is_empty() {
        add(to_role, &mut uri.into_iter());
    }
    if history.len() > 1 {
        add("called", &mut history.iter().take(1).cloned());
        add("forwarded-to", &mut history.iter().skip(1).cloned());
    }
    if matches!(sip.status(), Some(300..=399)) && method == "INVITE" {
        add("forwarded-to", &mut sip.identities("Contact"));
    }
    add("party", &mut sip.identities("Refer-To"));
    add("user", &mut sip.identities("P-Associated-URI"));
    for header in ["Authorization", "Proxy-Authorization"] {
        if let Some(name) = sip.header(header).and_then(user_name) {
            record.party(sender_role, "nai", name);
        }
    }
    for contact in sip.values("Contact").filter_map(Address::read) {
        let instance = contact.parameter("+sip.instance");
        if let Some(imei) = instance.as_deref().and_then(imei) {
            record.party(sender_role, "imei", imei);
        }
    }
    sender_role
}

/// The user a credential is for: in IMS the private identity (TS 23.003, 13.3).
fn user_name(credentials: &str) -> Option<String> {
    let (_, parameters) = credentials.split_once(' ')?;
    split(parameters, b',').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("username").then(|| unquoted(value.trim()))
    })
}

/// `<urn:gsma:imei:35190012-345678-0>` as digits (RFC 7254).
fn imei(instance: &str) -> Option<String> {
    let text = instance.trim_matches(['<', '>']);
    let at = text.to_ascii_lowercase().find("imei:")?;
    let digits = text.get(at..)?.split_once(':')?.1.split(';').next()?;
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    (14..=16).contains(&digits.len()).then_some(digits)
}

fn access(value: &str, of: &'static str, record: &mut Record) {
    record.detail("access network", Some(value));
    let place =
        Place { of, cell: access_network(value), civic: line_name(value), ..Place::default() };
    record.place(place);
}

fn headers(sip: &Sip<'_>, record: &mut Record) {
    record.detail("call id", sip.call_id());
    for (name, header) in [
        ("privacy", "Privacy"),
        ("user agent", "User-Agent"),
        ("server", "Server"),
        ("subject", "Subject"),
        ("charging identity", "P-Charging-Vector"),
        ("visited network", "P-Visited-Network-ID"),
        ("replaces", "Replaces"),
        ("refer to", "Refer-To"),
        ("event package", "Event"),
        ("expires", "Expires"),
    ] {
        record.detail(name, sip.header(header).filter(|value| !value.is_empty()));
    }
    for contact in sip.values("Contact").take(8).filter_map(Address::read) {
        record.detail("contact", Some(contact.uri));
    }
    for via in sip.values("Via").take(8) {
        let parameters = via.split_once(';').map_or("", |(_, parameters)| parameters);
        let received = crate::service::sip::uri::parameter(parameters, "received");
        record.detail("received from", received.filter(|address| !address.is_empty()));
    }
    for name in ["P-Asserted-Service", "P-Preferred-Service"] {
        sip.values(name).for_each(|value| record.service(value));
    }
}

fn bodies(sip: &Sip<'_>, of: &'static str, record: &mut Record) {
    for part in sip.parts() {
        match part.meaning() {
            Meaning::Description => {
                let sdp = sdp::Sdp::read(&String::from_utf8_lossy(&part.octets));
                streams(&sdp, record);
            }
            Meaning::Presence => {
                presence(&part.octets, of).into_iter().for_each(|place| record.place(place));
            }
            Meaning::Sms if sip.status().is_none() => match sms::read_rp(&part.octets) {
                Some(sms) if record.messages.len() < ITEMS_MAX => record.messages.push(sms),
                _ => record.detail("short message", rp_word(&part.octets)),
            },
            Meaning::Notice(word) => record.detail("notice", Some(word)),
            Meaning::Digits if sip.request_uri().is_some() => {
                if let Some((digit, _)) = body::info_digit(&part)
                    && record.digits.len() < ITEMS_MAX
                {
                    record.digits.push(digit.to_string());
                }
            }
            _ => {}
        }
    }
    let words = text::sip_words(sip, None);
    let room = ITEMS_MAX.saturating_sub(record.texts.len());
    record.texts.extend(words.into_iter().take(room));
}

/// What a message of the relay layer is that holds no text (TS 24.011, 8.2.2).
fn rp_word(octets: &[u8]) -> Option<&'static str> {
    Some(match octets.first()? & 0x07 {
        0 | 1 => "RP-DATA without text",
        2 | 3 => "RP-ACK",
        4 | 5 => "RP-ERROR",
        6 => "RP-SMMA",
        _ => return None,
    })
}

fn streams(sdp: &sdp::Sdp, record: &mut Record) {
    for line in sdp.media.iter().take(16) {
        record.detail("media", Some(line.shown()));
        // The first payload type is the one preferred.
        let named = line.formats.iter().find(|format| !format.name.is_empty());
        if let Some(format) = named.filter(|_| line.port != 0) {
            record.service(format!("{}/{}", format.name, format.rate));
        }
        if line.kind != "audio" && !line.kind.is_empty() && line.port != 0 {
            record.service(line.kind.clone());
        }
        record.detail("telephone-event", line.telephone_event().map(|number| number.to_string()));
    }
}

fn media_record(media: &Media<'_>) -> Record {
    let mut record = Record::default();
    let chat = media.protocol == Some(1) || media.frame_type == Some(7);
    record.medium = Some(if chat { Medium::Message } else { Medium::Voice });
    record.unknown |= media.frame_type.is_some_and(|kind| kind > 7);
    record.unknown |= media.protocol.is_some_and(|kind| kind > 2);
    record.detail("frame type", media.frame_word());
    record.detail("stream", media.stream.as_deref().map(shown));
    if let Some(rtp) = media.rtp() {
        record.detail("ssrc", Some(format!("{:08x}", rtp.ssrc)));
        if let Some((name, rate)) = sdp::well_known(rtp.payload_type) {
            record.service(format!("{name}/{rate}"));
        }
    } else if let Some(rtcp) = media.rtcp() {
        record.detail("ssrc", Some(format!("{:08x}", rtcp.ssrc)));
        record.detail("canonical name", rtcp.name);
    }
    if let Some(send) = media.msrp().and_then(super::msrp_send).filter(super::Msrp::is_whole) {
        record.texts.extend(text::msrp_words(&send, None).into_iter().take(ITEMS_MAX));
    }
    record
}

/// A stream identifier as text where it is text, else in hexadecimal.
fn shown(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !c.is_whitespace()) => {
            text.trim().to_owned()
        }
        _ => octets.iter().take(64).map(|octet| format!("{octet:02x}")).collect(),
    }
}
