//! Writes BER: minimal definite lengths, as any reader understands.
//!
//! Used for what this side answers and for synthetic deliveries; received octets are never
//! re-encoded.
//!
//! Rules: X.690 clauses 8.1, 8.3.

/// Appends one element with a one-octet identifier.
pub fn element(out: &mut Vec<u8>, identifier: u8, content: &[u8]) {
    out.push(identifier);
    length(out, content.len());
    out.extend_from_slice(content);
}

/// Appends one element whose contents are the elements in `parts`.
pub fn wrap(out: &mut Vec<u8>, identifier: u8, parts: &[&[u8]]) {
    out.push(identifier);
    length(out, parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len())));
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Appends an INTEGER's element, minimal.
pub fn unsigned(out: &mut Vec<u8>, identifier: u8, value: u64) {
    let octets = value.to_be_bytes();
    let skip = octets.iter().take(7).take_while(|octet| **octet == 0).count();
    let rest = octets.get(skip..).unwrap_or_default();
    let sign = rest.first().is_some_and(|first| first & 0x80 != 0);
    out.push(identifier);
    length(out, rest.len().saturating_add(usize::from(sign)));
    if sign {
        out.push(0);
    }
    out.extend_from_slice(rest);
}

fn length(out: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let skip = octets.iter().take_while(|octet| **octet == 0).count();
            let rest = octets.get(skip..).unwrap_or_default();
            out.push(0x80 | u8::try_from(rest.len()).unwrap_or(8));
            out.extend_from_slice(rest);
        }
    }
}
