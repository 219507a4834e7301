//! `lacre decode`: PDUs of a file, one a line, no site needed.
use super::integrity;
use crate::cli::Decode;
use crate::context::{Context, read_file};
use crate::failure::Failure;
use lacre_custody::certificate::sha256;
use lacre_handover::Limits;
use lacre_handover::frame::{Run, runs};
use lacre_handover::inspect::{Finding, inspect, inspect_framed};
use lacre_handover::integrity::Shelf;
use lacre_handover::tri::{OperatorMessage, operator_message};
use lacre_term::PayloadClass;
use lacre_term::liid::shown;
use serde::Serialize;

mod fields;

/// One line of `lacre decode --json`.
#[derive(Debug, Serialize)]
struct Line<'a> {
    schema: &'static str,
    offset: usize,
    octets: usize,
    sha256: String,
    liid: Option<String>,
    operator: Option<String>,
    network_element: Option<String>,
    cin: Option<u32>,
    seq: Option<u32>,
    time: Option<String>,
    kind: Option<&'a str>,
    iri_type: Option<&'a str>,
    service: Option<&'a str>,
    verdict: &'a str,
    reasons: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_message: Option<OperatorWords>,
    #[serde(flatten)]
    fields: Option<fields::Fields>,
}

/// What an operator says, of the file's own octets.
#[derive(Debug, Serialize)]
struct OperatorWords {
    priority: &'static str,
    text: String,
}

/// The standard's word for what a PDU carries; TRI PDUs by their own alternative.
fn kind_word(class: PayloadClass) -> &'static str {
    match class {
        PayloadClass::Iri => "iRIPayloadSequence",
        PayloadClass::Cc => "cCPayloadSequence",
        PayloadClass::Hi1 => "hI1-Operation",
        PayloadClass::Encrypted => "encryptionContainer",
        PayloadClass::Ilhi => "iLHIPayload",
        PayloadClass::Hi4 => "hI4Payload",
        PayloadClass::IntegrityHash | PayloadClass::IntegritySignature => "integrityCheck",
        PayloadClass::Test => "testPDU",
        PayloadClass::Padding => "paddingPDU",
        PayloadClass::KeepAlive => "keep-alive",
        PayloadClass::KeepAliveResponse => "keep-aliveResponse",
        PayloadClass::FirstSegment => "firstSegmentFlag",
        PayloadClass::LastSegment => "lastSegmentFlag",
        PayloadClass::CinReset => "cINReset",
        PayloadClass::OperatorMessage => "operatorLeaMessage",
        PayloadClass::OptionRequest => "optionRequest",
        PayloadClass::OptionResponse => "optionResponse",
        PayloadClass::OptionComplete => "optionComplete",
        PayloadClass::AckRequest => "pDUAcknowledgementRequest",
        PayloadClass::AckResponse => "pDUAcknowledgementResponse",
        PayloadClass::OtherTri => "tRIPayload",
        PayloadClass::Other => "unknown",
    }
}

/// Decodes the file. A file with rejected octets is still decoded to its end; exit code 0.
pub(super) fn run(args: &Decode, context: &mut Context<'_>) -> Result<u8, Failure> {
    let octets = read_file(&context.path(&args.file))?;
    let limits = Limits::default();
    let profile = integrity::profile(args, context)?;
    let mut shelf = profile.as_ref().map(|(it, keys)| Shelf::new(&it.conventions, keys, None));
    for run in runs(&octets, &limits) {
        let (offset, octets, finding) = match run {
            Run::Pdu { offset, octets } => (offset, octets, inspect_framed(octets)),
            Run::Unframed { offset, octets, .. } => (offset, octets, inspect(octets, &limits)),
        };
        show(offset, octets, &finding, args.fields, context)?;
        if let (Some(shelf), Some(_)) = (&mut shelf, &finding.pdu) {
            // What cannot be attributed has been shown as such, and no check can be about it.
            let _ = shelf.put(octets);
        }
    }
    if let Some(shelf) = &shelf {
        let place = |pdu: &[u8]| pdu.as_ptr().addr().saturating_sub(octets.as_ptr().addr());
        integrity::show(shelf, place, context)?;
    }
    Ok(0)
}

fn show(
    offset: usize,
    octets: &[u8],
    finding: &Finding<'_>,
    with_fields: bool,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let heading = finding.pdu.as_ref().map(|pdu| pdu.heading());
    let payload = finding.pdu.as_ref().and_then(|pdu| pdu.payloads().next());
    let service = payload.as_ref().and_then(|it| it.contents).map(|it| it.kind);
    let said = finding.pdu.as_ref().and_then(operator_message);
    let words =
        |it: OperatorMessage| OperatorWords { priority: it.priority_word(), text: it.text() };
    let line = Line {
        schema: "lacre.pdu/1",
        offset,
        octets: octets.len(),
        sha256: sha256(octets).to_hex(),
        liid: heading.map(|it| shown(it.liid)),
        operator: heading.map(|it| shown(it.operator)),
        network_element: heading.and_then(|it| it.network_element).map(shown),
        cin: heading.and_then(|it| it.cin),
        seq: heading.map(|it| it.sequence_number),
        time: heading.and_then(|it| it.intercepted_at).map(|at| at.rfc3339()),
        kind: finding.pdu.as_ref().map(|pdu| kind_word(pdu.class)),
        iri_type: heading.and_then(|it| it.iri_type).map(lacre_handover::ps_pdu::iri_word),
        service,
        verdict: finding.verdict.word(),
        reasons: &finding.reasons,
        operator_message: said.map(words),
        fields: (with_fields && context.common.json).then(|| fields::fields_of(octets)),
    };
    if context.common.json {
        return context.json(&line);
    }
    let number = |value: Option<u32>| value.map_or_else(|| "-".into(), |it| it.to_string());
    let text = format!(
        "{offset:>10} {:>8}  {:<10} {:<26} {:>10} {:>10}  {:<28} {:<22} {}",
        octets.len(),
        line.verdict,
        line.liid.as_deref().unwrap_or("-"),
        number(line.cin),
        number(line.seq),
        line.time.as_deref().unwrap_or("-"),
        line.service.or(line.kind).unwrap_or("-"),
        finding.reasons.join("; ")
    );
    context.line(text.trim_end())?;
    if let Some(said) = &line.operator_message {
        context.line(&format!("{:>20}{}: {}", "", said.priority, said.text))?;
    }
    if with_fields { fields::list(octets, offset, context) } else { Ok(()) }
}
