//! Tables: every type of the payloads' module, as data.
//!
//! One reader (`walk`) follows them, so that no event of the standard is unnamed and a field that
//! stands nowhere here is known to be unknown. Field names and numbers only; what a value means
//! is said in `walk`. Later versions add fields behind these and numbers to the enumerations.
//!
//! Rules: TS 33.128 annex A (module `TS33128Payloads`, release 17, version 15); X.680 clause 31
//! (tags are implicit, but explicit before a CHOICE).
#![allow(non_upper_case_globals, reason = "types keep the standard's names")]

macro_rules! sequence {
    ($($name:ident { $($tag:literal $field:tt $kind:ident;)* })*) => {
        $(pub(in super::super) static $name: Type = Type::Sequence(stringify!($name), &[
            $(Field { tag: $tag, name: stringify!($field), kind: &$kind }),*
        ]);)*
    };
}

macro_rules! choice {
    ($($name:ident { $($tag:literal $field:tt $kind:ident;)* })*) => {
        $(pub(in super::super) static $name: Type = Type::Choice(stringify!($name), &[
            $(Field { tag: $tag, name: stringify!($field), kind: &$kind }),*
        ]);)*
    };
}

macro_rules! list {
    ($($name:ident $kind:ident;)*) => {
        $(pub(in super::super) static $name: Type = Type::List(&$kind);)*
    };
}

macro_rules! words {
    ($($name:ident { $($number:literal $word:tt;)* })*) => {
        $(pub(in super::super) static $name: Type = Type::Words(&[
            $(($number, stringify!($word))),*
        ]);)*
    };
}

macro_rules! leaves {
    ($($name:ident $leaf:ident;)*) => {
        $(pub(super) static $name: Type = Type::Leaf(Leaf::$leaf);)*
    };
}

mod choices;
mod enumerations;
mod exposure;
mod general;
mod hi4;
mod messages;
mod session;

pub(super) use choices::*;
pub(super) use enumerations::*;
pub(super) use exposure::*;
pub(super) use general::*;
pub(super) use hi4::*;
pub(super) use messages::*;
pub(super) use session::*;

/// A type.
#[derive(Debug)]
pub(in super::super) enum Type {
    /// Its name, its fields.
    Sequence(&'static str, &'static [Field]),
    /// Its name, its alternatives.
    Choice(&'static str, &'static [Field]),
    /// Elements of one type.
    List(&'static Type),
    /// An enumeration: number and word.
    Words(&'static [(u64, &'static str)]),
    /// A value.
    Leaf(Leaf),
}

/// A field or an alternative.
#[derive(Debug)]
pub(in super::super) struct Field {
    pub(super) tag: u32,
    pub(super) name: &'static str,
    pub(super) kind: &'static Type,
}

/// The values: those of ASN.1, and strings that the standard gives a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Leaf {
    Text,
    Octets,
    Bits,
    Integer,
    Boolean,
    Time,
    Oid,
    Imsi,
    Imei,
    Msisdn,
    Nai,
    Uri,
    Address,
    Mac,
    Eui64,
    Email,
    SmsAddress,
    Tpdu,
    Dnn,
    /// A code of TS 23.032 clause 6.2.
    Uncertainty,
    /// Metres, in decimal.
    UncertaintyMetres,
    /// A shape of TS 23.032 in 8 octets.
    Geographical,
    /// A location of ITU-T Q.763 clause 3.88 in 10 octets.
    Geodetic,
    /// User location information of GTP (TS 29.274 clause 8.21).
    UserLocation,
}

leaves! {
    Text Text; Octets Octets; Bits Bits; Integer Integer; Boolean Boolean; Time Time; Oid Oid;
    IMSI Imsi; IMEI Imei; IMEISV Imei; MSISDN Msisdn; E164Number Msisdn; NAI Nai; SIPURI Uri;
    TELURI Uri; IPv4Address Address; IPv6Address Address; MACAddress Mac; EUI64 Eui64;
    EmailAddress Email; SMSAddress SmsAddress; SMSTPDU Tpdu; TruncatedSMSTPDU Tpdu; DNN Dnn;
    APN Dnn; Uncertainty Uncertainty; UncertaintySBI UncertaintyMetres;
    GeographicalInformationOctet Geographical; GeodeticInformationOctet Geodetic;
    EPSUserLocationInformation UserLocation;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields of a type and all it holds; `depth` is how much further it may go.
    fn count(kind: &'static Type, seen: &mut Vec<*const Type>, depth: usize) -> usize {
        let depth = depth.checked_sub(1).expect("a type that holds itself would have no end");
        if seen.contains(&std::ptr::from_ref(kind)) {
            return 0;
        }
        seen.push(std::ptr::from_ref(kind));
        match kind {
            Type::Sequence(_, fields) | Type::Choice(_, fields) => {
                for pair in fields.windows(2) {
                    assert!(pair[0].tag < pair[1].tag, "{}", pair[1].name);
                }
                let inside = fields.iter().map(|field| count(field.kind, seen, depth));
                inside.chain([fields.len()]).sum()
            }
            Type::List(kind) => count(kind, seen, depth),
            Type::Words(words) => {
                assert!(words.windows(2).all(|pair| pair[0].0 < pair[1].0), "{words:?}");
                0
            }
            Type::Leaf(_) => 0,
        }
    }

    #[test]
    fn every_type_has_its_fields_in_order_and_an_end() {
        let mut seen = Vec::new();
        let roots = [&IRIPayload, &CCPDU, &LINotificationPayload, &HI4Notification];
        let fields: usize = roots.into_iter().map(|root| count(root, &mut seen, 24)).sum();
        assert!(fields > 2000, "{fields}");
    }
}
