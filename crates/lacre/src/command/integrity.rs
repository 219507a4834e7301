//! Integrity verdicts of a recorded delivery, after its PDUs: `lacre decode --profile`.
//!
//! What operators' hashes and signatures say of the PDUs in the file, under the conventions and
//! keys of a profile. Verdicts are only said: the exit code does not depend on them.
//!
//! Rules: TS 102 232-1 clause 7.2, annexes G and J; `spec/operator-profile.md`.
use crate::cli::Decode;
use crate::context::{Context, read_file};
use crate::failure::Failure;
use lacre_custody::operator_profile::{Loaded, load, shipped};
use lacre_handover::encryption_container::ContainerKey;
use lacre_handover::integrity::{Finding, Keys, Shelf, Verdict};
use lacre_handover::ps_pdu::parse_framed;
use lacre_term::{hex, liid::shown};
use serde::Serialize;
use std::path::Path;

/// One line of `lacre decode --profile … --json`, after those of the PDUs.
#[derive(Debug, Serialize)]
struct Line<'a> {
    schema: &'static str,
    offset: usize,
    liid: String,
    cin: Option<u32>,
    seq: u32,
    check: &'static str,
    data: Option<&'static str>,
    numbers: &'a [u32],
    missing: &'a [u32],
    hash: Option<&'static str>,
    weak: bool,
    input: Option<&'static str>,
    binds_hashes: Option<bool>,
    key: Option<&'a str>,
    verdict: &'static str,
    why: Option<String>,
}

/// Reads the profile and keys that the command names; `None` when it names no profile.
pub(super) fn profile(
    args: &Decode,
    context: &Context<'_>,
) -> Result<Option<(Loaded, Keys)>, Failure> {
    let Some(named) = &args.profile else {
        return Ok(None);
    };
    let loaded = if is_file(named) {
        let path = context.path(Path::new(named));
        let text = String::from_utf8_lossy(&read_file(&path)?).into_owned();
        load(&text, |file| read_file(&path.with_file_name(file)).ok())
    } else {
        shipped(named)
    };
    let loaded = loaded.map_err(|error| Failure::usage(error.to_string()))?;
    let mut encryption = Vec::new();
    for file in &args.container_key {
        let path = context.path(file);
        let digits = read_file(&path)?;
        let octets = std::str::from_utf8(&digits).ok().and_then(|text| hex::decode(text.trim()));
        let octets = octets.ok_or_else(|| {
            Failure::usage(format!("{} holds no hexadecimal key", path.display()))
        })?;
        let key = ContainerKey::new(&octets).map_err(|error| Failure::usage(error.to_string()))?;
        encryption.push(key);
    }
    let keys = Keys { signature: loaded.keys.clone(), encryption };
    Ok(Some((loaded, keys)))
}

fn is_file(named: &str) -> bool {
    named.contains('/') || Path::new(named).extension().is_some_and(|kind| kind == "toml")
}

/// Prints a line for each check on the shelf; `place` is where its PDU lies in the file.
pub(super) fn show(
    shelf: &Shelf<'_>,
    place: impl Fn(&[u8]) -> usize,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    for (octets, finding) in shelf.findings() {
        let Ok(pdu) = parse_framed(octets) else { continue };
        let heading = pdu.heading();
        let line = line(place(octets), shown(heading.liid), heading.cin, &finding);
        if context.common.json {
            context.json(&line)?;
            continue;
        }
        let text = format!(
            "{:>10} {:<19} {:<26} {:>10} {:>10}  {} of {} {}{}",
            line.offset,
            line.verdict,
            line.liid,
            line.cin.map_or_else(|| "-".into(), |cin| cin.to_string()),
            line.seq,
            line.check,
            line.numbers.len(),
            line.data.unwrap_or("-"),
            line.why.as_ref().map_or_else(String::new, |why| format!(": {why}")),
        );
        context.line(&text)?;
    }
    Ok(())
}

fn line(offset: usize, liid: String, cin: Option<u32>, finding: &Finding) -> Line<'_> {
    let (input, binds_hashes, key) = match &finding.verdict {
        Verdict::Matches { input } => (Some(input.word()), None, None),
        Verdict::SignatureValid { input, key } => {
            (Some(input.word()), Some(input.binds_hashes()), Some(key.as_str()))
        }
        _ => (None, None, None),
    };
    Line {
        schema: "lacre.integrity/1",
        offset,
        liid,
        cin,
        seq: finding.sequence_number,
        check: if finding.signature { "signature" } else { "hash" },
        data: finding.data.map(|data| data.word()),
        numbers: &finding.numbers,
        missing: &finding.missing,
        hash: finding.hash.map(|hash| hash.word()),
        weak: finding.hash.is_some_and(|hash| hash.is_weak()),
        input,
        binds_hashes,
        key,
        verdict: finding.verdict.word(),
        why: why(finding),
    }
}

/// What there is to say beyond the word.
fn why(finding: &Finding) -> Option<String> {
    let listed = |numbers: &[u32]| {
        let shown: Vec<String> = numbers.iter().take(8).map(u32::to_string).collect();
        let more = if numbers.len() > 8 { " …" } else { "" };
        format!("{}{more}", shown.join(" "))
    };
    match &finding.verdict {
        Verdict::MissingPdus => Some(format!("not there: {}", listed(&finding.missing))),
        Verdict::NotOpened { numbers } => Some(format!("encrypted: {}", listed(numbers))),
        Verdict::UnknownAlgorithm { number: Some(number) } => Some(format!("number {number}")),
        Verdict::UnknownAlgorithm { number: None } => {
            Some("neither the check nor the profile names one".into())
        }
        Verdict::UnsupportedAlgorithm { name } => Some((*name).into()),
        Verdict::Unreadable { why } => Some((*why).into()),
        Verdict::SignatureValid { input, .. } if !input.binds_hashes() => {
            Some("the hash values are not signed".into())
        }
        Verdict::Matches { .. } if finding.hash.is_some_and(|hash| hash.is_weak()) => {
            Some("SHA-1 is weak".into())
        }
        _ => None,
    }
}
