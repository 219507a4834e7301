//! The site's evidentiary keys and what they sign: CAdES over the manifest, RFC 3161 over that.
//!
//! Two small hierarchies, ECDSA P-256 with SHA-256 (decision 9): a seal CA with its seal
//! certificate, and a TSA CA with its time-stamping certificate. The trust sheet names both CAs;
//! a stamp by this TSA is the site's own word and is reported as self-asserted (decision 13).
//!
//! Every structure has one form: the checks write it again and compare octets.
use lacre_term::Micros;

pub(crate) mod cades;
pub(crate) mod certificate;
mod identity;
mod key;
pub(crate) mod signed_data;
pub(crate) mod stamp;

pub use identity::{Names, SiteIdentity, Validity};

/// Why something could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The system gave no random octets.
    #[error("no random numbers from the system, so no key was made; restart and try again")]
    NoRandomness,
    /// The kept octets are not a site identity.
    #[error("the kept signing identity is damaged at {what}; restore it from the key backup")]
    Damaged {
        /// The first field that cannot be read.
        what: &'static str,
    },
    /// Empty or over-long name, or validity that ends before it starts.
    #[error("cannot make certificates: {why}")]
    BadRequest {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Asked to sign outside the certificate's validity.
    #[error("the {which} certificate is not valid at {at}; renew the site's certificates")]
    OutsideValidity {
        /// `seal` or `time-stamping`.
        which: &'static str,
        /// The time of signing.
        at: Micros,
    },
}

/// Why a signature or a stamp does not hold; English, for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it is not the structure this format prescribes")]
    Shape,
    #[error("its certificate cannot be read")]
    Certificate,
    #[error("the signature does not belong to these octets and this certificate")]
    Signature,
    #[error("its certificate was not issued by the CA in the package")]
    Issuer,
    #[error("its certificate was not valid at that time")]
    OutsideValidity,
    #[error("its certificate is not meant for this use")]
    Usage,
}
