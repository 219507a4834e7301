//! Encryption containers: the clear text of an encrypted PDU, as a derivative.
//!
//! Promises: the container is the evidence and is never replaced; what is made here is wiped when
//! it is dropped and can always be made again. A wrong key gives an error and nothing of the
//! octets; no octet sequence panics or takes more memory than a small multiple of its length.
//! CBC without authentication keeps a secret and proves nothing: that the octets are the
//! operator's is for the integrity checks to show.
//!
//! Rules: TS 102 232-1 annex A (`EncryptionContainer`, `EncryptedPayload`) and annex G.
use crate::ber::write::{element, wrap};
use crate::ber::{self, Elements, Tlv, check};
use crate::profile::IvConvention;
use crate::ps_pdu::Pdu;
use aws_lc_rs::cipher::{AES_192, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use std::ops::Range;
use zeroize::Zeroizing;

/// Octets of an AES block, and so of the initial vector; padding is shorter.
const BLOCK: usize = 16;

/// encryptionType of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// 1: in clear.
    None,
    /// 2: by national agreement; not opened here.
    National,
    /// 3.
    Aes192Cbc,
    /// 4.
    Aes256Cbc,
    /// 5: named by the standard, not opened here.
    Blowfish192Cbc,
    /// 6: named by the standard, not opened here.
    Blowfish256Cbc,
    /// 7: named by the standard, not opened here.
    TripleDesCbc,
    /// A number that the standard does not name, or none.
    Unknown,
}

impl Cipher {
    /// Reads the enumeration's number.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        match number {
            1 => Self::None,
            2 => Self::National,
            3 => Self::Aes192Cbc,
            4 => Self::Aes256Cbc,
            5 => Self::Blowfish192Cbc,
            6 => Self::Blowfish256Cbc,
            7 => Self::TripleDesCbc,
            _ => Self::Unknown,
        }
    }

    /// The standard's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::National => "national-option",
            Self::Aes192Cbc => "aES-192-CBC",
            Self::Aes256Cbc => "aES-256-CBC",
            Self::Blowfish192Cbc => "blowfish-192-CBC",
            Self::Blowfish256Cbc => "blowfish-256-CBC",
            Self::TripleDesCbc => "threedes-cbc",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a container was not opened. No variant tells anything of the key or of the clear text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Only `encryptionContainer` payloads are opened.
    #[error("the PDU holds no encryption container")]
    NotContainer,
    /// encryptedPayload is missing, or its segments are no strings.
    #[error("the container has no readable encryptedPayload")]
    NoPayload,
    /// Ask the operator for AES-192-CBC or AES-256-CBC.
    #[error("encryption type {word} is not opened here; agree on aES-192-CBC or aES-256-CBC")]
    Unsupported {
        /// The standard's word for the type.
        word: &'static str,
    },
    /// No key of the length that the type needs was given.
    #[error("no key of {need} octets was given for this container; import the operator's key")]
    NoKey {
        /// Octets of a key of this type.
        need: usize,
    },
    /// CBC works on whole blocks.
    #[error("{octets} encrypted octets are not whole blocks of 16; ask the operator to resend")]
    Length {
        /// Octets found.
        octets: usize,
    },
    /// Another key, another convention, or other octets than were encrypted.
    #[error(
        "no EncryptedPayload comes out: the key or the IV convention is another, or the octets \
         were changed"
    )]
    Unreadable,
}

/// A secret key agreed with an operator; wiped when dropped, never shown.
#[derive(Clone)]
pub struct ContainerKey(Zeroizing<Vec<u8>>);

/// A key of a length that no supported type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a container key has 24 octets (AES-192) or 32 (AES-256), got {got}")]
pub struct KeyLength {
    /// Octets given.
    pub got: usize,
}

impl ContainerKey {
    /// A key of 24 octets for AES-192 or of 32 for AES-256.
    ///
    /// # Errors
    /// [`KeyLength`] for any other length.
    pub fn new(octets: &[u8]) -> Result<Self, KeyLength> {
        match octets.len() {
            24 | 32 => Ok(Self(Zeroizing::new(octets.to_vec()))),
            got => Err(KeyLength { got }),
        }
    }
}

impl std::fmt::Debug for ContainerKey {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "ContainerKey({} octets)", self.0.len())
    }
}

/// A decrypted `EncryptedPayload` with its padding; wiped when dropped.
pub struct ClearPayload {
    plain: Zeroizing<Vec<u8>>,
    alternative: Range<usize>,
    byte_counter: u64,
}

impl std::fmt::Debug for ClearPayload {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "ClearPayload({} octets)", self.plain.len())
    }
}

/// encryptionType of a PDU's container; `None` when the PDU holds no container.
#[must_use]
pub fn cipher(pdu: &Pdu<'_>) -> Option<Cipher> {
    let container = Some(pdu.alternative()).filter(|it| it.is_context(4))?;
    let number = container.context(0).and_then(|field| field.unsigned());
    Some(number.map_or(Cipher::Unknown, Cipher::from_number))
}

/// Opens the container of `pdu` with the first of `keys` that fits.
///
/// # Errors
/// [`OpenError`]; the PDU stays what it is.
pub fn open(
    pdu: &Pdu<'_>,
    keys: &[ContainerKey],
    iv: IvConvention,
) -> Result<ClearPayload, OpenError> {
    let cipher = cipher(pdu).ok_or(OpenError::NotContainer)?;
    let field = pdu.alternative().context(1).ok_or(OpenError::NoPayload)?;
    let octets = field.string().ok_or(OpenError::NoPayload)?;
    let need = match cipher {
        Cipher::None => return ClearPayload::read(Zeroizing::new(octets.into_owned())),
        Cipher::Aes192Cbc => 24,
        Cipher::Aes256Cbc => 32,
        other => return Err(OpenError::Unsupported { word: other.word() }),
    };
    if octets.is_empty() || !octets.len().is_multiple_of(BLOCK) {
        return Err(OpenError::Length { octets: octets.len() });
    }
    let iv = initial_vector(iv, pdu.heading().sequence_number);
    let mut error = OpenError::NoKey { need };
    for key in keys.iter().filter(|key| key.0.len() == need) {
        match decrypted(key, iv, &octets).and_then(ClearPayload::read) {
            Ok(clear) => return Ok(clear),
            Err(refused) => error = refused,
        }
    }
    Err(error)
}

fn initial_vector(convention: IvConvention, sequence_number: u32) -> [u8; BLOCK] {
    let [a, b, c, d] = match convention {
        IvConvention::SequenceNumber => sequence_number.to_be_bytes(),
        IvConvention::Zero => [0; 4],
    };
    [a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d]
}

fn decrypted(
    key: &ContainerKey,
    iv: [u8; BLOCK],
    octets: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let algorithm = if key.0.len() == 24 { &AES_192 } else { &AES_256 };
    let unreadable = |_| OpenError::Unreadable;
    let key = UnboundCipherKey::new(algorithm, &key.0).map_err(unreadable)?;
    let key = DecryptingKey::cbc(key).map_err(unreadable)?;
    let mut plain = Zeroizing::new(octets.to_vec());
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    key.decrypt(&mut plain, context).map_err(unreadable)?;
    Ok(plain)
}

impl ClearPayload {
    /// Takes the plain text when it is one whole `EncryptedPayload` and less than a block of
    /// zero octets: what no wrong key gives but by a chance of one in billions.
    fn read(plain: Zeroizing<Vec<u8>>) -> Result<Self, OpenError> {
        let (alternative, byte_counter) = extent(&plain).ok_or(OpenError::Unreadable)?;
        Ok(Self { plain, alternative, byte_counter })
    }

    /// `byteCounter`: octets that the operator's function had sent before, from its own start.
    #[must_use]
    pub fn byte_counter(&self) -> u64 {
        self.byte_counter
    }

    /// The whole `Payload` alternative that was encrypted, such as an iRIPayloadSequence.
    #[must_use]
    pub fn alternative(&self) -> &[u8] {
        self.plain.get(self.alternative.clone()).unwrap_or_default()
    }

    /// A PDU with the header of `of` as it came and the clear payload, to be decoded. It is a
    /// derivative: nobody sent it, and it is never stored as the original.
    #[must_use]
    pub fn derived_pdu(&self, of: &Pdu<'_>) -> Zeroizing<Vec<u8>> {
        let outer = Elements::new(of.octets).next();
        let header = outer.and_then(|outer| outer.children().next());
        let mut payload = Zeroizing::new(Vec::with_capacity(self.plain.len().saturating_add(16)));
        element(&mut payload, 0xa2, self.alternative());
        let mut out = Zeroizing::new(Vec::with_capacity(of.octets.len().saturating_add(32)));
        wrap(&mut out, 0x30, &[header.map_or(&[], |header| header.whole), &payload]);
        out
    }

    /// The octets of `of` before it was encrypted, as annex G hashes them: encryptionType 1 and
    /// the plain text with its padding in place. `None` when the sender cut the container's
    /// fields into segments, which leaves more than one way to put them back.
    #[must_use]
    pub fn before_encryption(&self, of: &Pdu<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let container = Some(of.alternative()).filter(|it| it.is_context(4))?;
        let mut out = Zeroizing::new(of.octets.to_vec());
        let kind = place(of.octets, &container.context(0)?)?;
        let (last, rest) = out.get_mut(kind)?.split_last_mut()?;
        *last = 1;
        rest.fill(0);
        let payload = place(of.octets, &container.context(1)?)?;
        let payload = out.get_mut(payload).filter(|it| it.len() == self.plain.len())?;
        payload.copy_from_slice(&self.plain);
        Some(out)
    }
}

/// Where the contents of a primitive element lie in the octets it was read from.
fn place(octets: &[u8], tlv: &Tlv<'_>) -> Option<Range<usize>> {
    let start = tlv.content.as_ptr().addr().checked_sub(octets.as_ptr().addr())?;
    let end = start.checked_add(tlv.content.len())?;
    (!tlv.tag.constructed && octets.get(start..end)? == tlv.content).then_some(start..end)
}

/// Where the payload's alternative lies in a plain `EncryptedPayload`, and its byteCounter.
fn extent(plain: &[u8]) -> Option<(Range<usize>, u64)> {
    let outer = Elements::new(plain).next().filter(|outer| outer.tag.is_sequence())?;
    let padding = plain.get(outer.whole.len()..)?;
    if padding.len() >= BLOCK || padding.iter().any(|octet| *octet != 0) {
        return None;
    }
    check(outer.whole, ber::DEPTH_MAX).ok()?;
    let byte_counter = outer.context(0)?.unsigned()?;
    let payload = outer.context(1).filter(|payload| payload.tag.constructed)?;
    let mut alternatives = payload.children();
    let alternative = alternatives.next()?;
    if alternatives.next().is_some() || alternative.tag.class != ber::Class::Context {
        return None;
    }
    let start = alternative.whole.as_ptr().addr().checked_sub(plain.as_ptr().addr())?;
    Some((start..start.checked_add(alternative.whole.len())?, byte_counter))
}

/// The same elements with every length definite and as short as it can be, which is what DER asks
/// of lengths (X.690 10.1); `None` when the octets are not one well-formed element. Nothing else
/// is changed: senders that hash DER have no other liberty in a PS-PDU but padded integers.
#[must_use]
pub fn with_minimal_lengths(octets: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    check(octets, ber::DEPTH_MAX).ok()?;
    let tlv = Elements::new(octets).next()?;
    let mut out = Zeroizing::new(Vec::with_capacity(octets.len()));
    // What is deepest may still hold a primitive element.
    minimal(&tlv, &mut out, ber::DEPTH_MAX.saturating_add(1))?;
    Some(out)
}

fn minimal(tlv: &Tlv<'_>, out: &mut Vec<u8>, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let long = tlv.whole.iter().skip(1).take_while(|octet| **octet & 0x80 != 0).count();
    let (identifier, more) = match tlv.whole.split_first()? {
        (first, rest) if first & 0x1f == 0x1f => (*first, rest.get(..long.checked_add(1)?)?),
        (first, _) => (*first, &[][..]),
    };
    let mut content = Zeroizing::new(Vec::with_capacity(tlv.content.len()));
    if tlv.tag.constructed {
        for child in tlv.children() {
            minimal(&child, &mut content, depth)?;
        }
    } else {
        content.extend_from_slice(tlv.content);
    }
    // Length and contents behind an identifier of one octet, which is then put right.
    let mut rest = Zeroizing::new(Vec::with_capacity(content.len().saturating_add(10)));
    element(&mut rest, 0, &content);
    out.push(identifier);
    out.extend_from_slice(more);
    out.extend_from_slice(rest.get(1..)?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_become_minimal_and_nothing_else_changes() {
        let loose = b"\x30\x80\xa1\x82\x00\x05\x9f\x81\x7f\x81\x00\x84\x81\x01\x07\x00\x00";
        let tight = b"\x30\x09\xa1\x04\x9f\x81\x7f\x00\x84\x01\x07";
        assert_eq!(with_minimal_lengths(loose).unwrap().as_slice(), tight);
        assert_eq!(with_minimal_lengths(tight).unwrap().as_slice(), tight);
        assert!(with_minimal_lengths(b"\x30\x05\x84").is_none());
    }

    #[test]
    fn the_deepest_nesting_that_is_read_is_written_and_one_more_is_not() {
        let nested = |levels: usize| {
            let mut octets = b"\x84\x01\x07".to_vec();
            for _ in 0..levels {
                let mut outer = Vec::new();
                element(&mut outer, 0x30, &octets);
                octets = outer;
            }
            octets
        };
        let deepest = nested(ber::DEPTH_MAX);
        assert_eq!(with_minimal_lengths(&deepest).unwrap().as_slice(), deepest);
        assert!(with_minimal_lengths(&nested(ber::DEPTH_MAX + 1)).is_none());
    }
}
