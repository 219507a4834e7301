//! Hexadecimal and base64 text, lower case, strict on reading.
use data_encoding::{BASE64, HEXLOWER};

/// Lower-case hexadecimal.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    HEXLOWER.encode(octets)
}

/// Reads lower-case hexadecimal; `None` on anything else.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

/// Reads exactly `N` octets of lower-case hexadecimal.
#[must_use]
pub fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

/// Standard base64 with padding (RFC 4648 section 4).
#[must_use]
pub fn base64(octets: &[u8]) -> String {
    BASE64.encode(octets)
}

/// Reads standard base64 with padding; `None` on anything else.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let octets = BASE64.decode(text.as_bytes()).ok()?;
    // One text for one value: padding in the middle reads as well and is not ours.
    (BASE64.encode(&octets) == text).then_some(octets)
}
