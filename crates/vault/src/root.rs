//! The root of the site's keys, and its shares: k of n people bring it back, k − 1 learn nothing.
//!
//! The root stands in no file. A share is one line of text with a checksum; shares of another
//! ceremony, altered shares and too few shares are refused, never combined into a wrong root.
//!
//! Rules: DESIGN.md decisions 6 and 8; Shamir over GF(256); `spec/key-hierarchy.md` section "Root".
use crate::{
    error::KeyError,
    machine::checksum,
    provider::{hkdf, random, random_secret},
};
use lacre_term::{Secret, hex};
use std::collections::BTreeMap;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const HEADER: &str = "lacre-share-1";
const SET_OCTETS: usize = 4;
const CHECK_OCTETS: usize = 16;
/// Root and check value: what is shared.
const SHARED_OCTETS: usize = 48;

/// The site's root secret; held only while the site is unsealed.
#[derive(Clone)]
pub struct Root(Secret);

impl Root {
    /// A fresh root.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        random_secret().map(Self)
    }

    /// Splits the root into `n` shares of which any `k` bring it back.
    ///
    /// # Errors
    /// [`ShareError::Threshold`] unless 1 ≤ k ≤ n ≤ 255.
    pub fn split(&self, n: u8, k: u8) -> Result<Vec<Share>, ShareError> {
        if k == 0 || k > n {
            return Err(ShareError::Threshold { n, k });
        }
        let set = random::<SET_OCTETS>().map_err(ShareError::Key)?;
        let mut shared = Zeroizing::new(Vec::with_capacity(SHARED_OCTETS));
        shared.extend_from_slice(self.0.expose());
        let check = self.check().map_err(ShareError::Key)?;
        shared.extend(check.iter().take(CHECK_OCTETS));
        let shares = blahaj::Sharks(k).dealer(&shared).take(usize::from(n)).filter_map(|share| {
            let octets = Zeroizing::new(Vec::from(&share));
            let (index, y) = octets.split_first()?;
            Some(Share { index: *index, k, set, y: y.to_vec() })
        });
        Ok(shares.collect())
    }

    /// Brings the root back from shares of one ceremony. Every share given is used, so that a
    /// wrong one among them cannot hide.
    ///
    /// # Errors
    /// [`ShareError`]; nothing is learnt from shares that are refused.
    pub fn combine(shares: &[Share]) -> Result<Self, ShareError> {
        let first = shares.first().ok_or(ShareError::TooFew { got: 0, k: None })?;
        let mut distinct = BTreeMap::new();
        for share in shares {
            if share.set != first.set || share.k != first.k || share.y.len() != SHARED_OCTETS {
                return Err(ShareError::Mixed);
            }
            if let Some(other) = distinct.insert(share.index, share)
                && other.y != share.y
            {
                return Err(ShareError::Wrong);
            }
        }
        if distinct.len() < usize::from(first.k) {
            return Err(ShareError::TooFew { got: distinct.len(), k: Some(first.k) });
        }
        let points: Vec<blahaj::Share> = distinct
            .values()
            .filter_map(|share| {
                let mut octets = Zeroizing::new(vec![share.index]);
                octets.extend_from_slice(&share.y);
                blahaj::Share::try_from(octets.as_slice()).ok()
            })
            .collect();
        let shared = Zeroizing::new(
            blahaj::Sharks(first.k).recover(&points).map_err(|_| ShareError::Wrong)?,
        );
        let (root, check) = shared.split_at_checked(32).ok_or(ShareError::Wrong)?;
        let root = <[u8; 32]>::try_from(root).map_err(|_| ShareError::Wrong)?;
        let root = Self(Secret::new(root));
        let expected = root.check().map_err(ShareError::Key)?;
        if check.len() == CHECK_OCTETS && expected.starts_with(check) {
            Ok(root)
        } else {
            Err(ShareError::Wrong)
        }
    }

    /// The value stored in clear by which a site knows its own root.
    pub(crate) fn check(&self) -> Result<[u8; 32], KeyError> {
        self.derive("check").map(|check| *check.expose())
    }

    pub(crate) fn derive(&self, label: &str) -> Result<Secret, KeyError> {
        hkdf(&self.0, &[], &[b"lacre/root/1", label.as_bytes()])
    }
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root(..)")
    }
}

/// One share, for one person to keep.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Share {
    index: u8,
    k: u8,
    set: [u8; SET_OCTETS],
    y: Vec<u8>,
}

impl Share {
    /// Which share this is, from 1.
    #[must_use]
    pub fn index(&self) -> u8 {
        self.index
    }

    /// How many are needed.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.k
    }

    /// `lacre-share-1:<index>:<k>:<hex>:<checksum>`, to be written down.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let value = Zeroizing::new(hex::encode(&self.y));
        let body = Zeroizing::new(format!(
            "{HEADER}:{}:{}:{}{}",
            self.index,
            self.k,
            hex::encode(&self.set),
            value.as_str()
        ));
        let sum = checksum(&body);
        Zeroizing::new(format!("{}:{sum}", body.as_str()))
    }

    /// Reads [`to_text`](Self::to_text); white space around it is forgiven.
    ///
    /// # Errors
    /// [`ShareError::Text`] when it is not a share or was copied wrongly.
    pub fn parse(text: &str) -> Result<Self, ShareError> {
        Self::read(text.trim()).ok_or(ShareError::Text)
    }

    fn read(text: &str) -> Option<Self> {
        let (body, sum) = text.rsplit_once(':')?;
        let mut fields = body.strip_prefix(HEADER)?.strip_prefix(':')?.split(':');
        let index = fields.next()?.parse().ok().filter(|index| *index != 0)?;
        let k = fields.next()?.parse().ok().filter(|k| *k != 0)?;
        let value = Zeroizing::new(hex::decode(fields.next()?)?);
        let (set, y) = value.split_at_checked(SET_OCTETS)?;
        let sound = fields.next().is_none() && y.len() == SHARED_OCTETS && checksum(body) == sum;
        let set = set.try_into().ok()?;
        sound.then(|| Self { index, k, set, y: y.to_vec() })
    }
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} of k = {})", self.index, self.k)
    }
}

/// Why shares were refused.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// Not that many people can be needed.
    #[error("{k} of {n} shares cannot be: choose 1 <= threshold <= shares <= 255")]
    Threshold {
        /// Shares to make.
        n: u8,
        /// Shares needed.
        k: u8,
    },
    /// The text was copied wrongly.
    #[error("this is not a share, or it was copied wrongly: check it letter by letter")]
    Text,
    /// Not enough different shares.
    #[error("{got} different shares are too few: bring more people")]
    TooFew {
        /// Different shares given.
        got: usize,
        /// Shares needed, when at least one was given.
        k: Option<u8>,
    },
    /// Shares of more than one ceremony.
    #[error("these shares were not made together: bring shares of one ceremony")]
    Mixed,
    /// At least one is wrong.
    #[error("these shares do not fit: at least one of them was altered")]
    Wrong,
    /// The site's keys did not accept the root, or a primitive failed.
    #[error("the shares were not accepted")]
    Key(#[source] KeyError),
}
