//! Peers: which mediation function may deliver, and how it is told apart from any other.
//!
//! Promises: a TLS peer is one certificate; a plain peer has a listener of its own that only
//! loopback or a named tunnel can reach; a file peer never listens.
//!
//! Rules: DESIGN decision 20; TS 102 232-1 clause 5.2.3 (operator identifier, 1 to 16 octets).
use crate::{order::OPERATOR_OCTETS_MAX, text};
use lacre_term::{Digest, hex};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

const NAME_OCTETS_MAX: usize = 64;
const OPERATOR_ID_OCTETS_MAX: usize = 16;
const OPERATOR_IDS_MAX: usize = 64;
/// Kinds of interface that are tunnels by name: WireGuard, OpenVPN, IPsec.
const TUNNELS: [&str; 6] = ["wg", "tun", "tap", "ipsec", "xfrm", "vti"];

/// One mediation function that may deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its name here: `[A-Za-z0-9._-]`, unique.
    pub name: String,
    /// The operator it belongs to, as measures name it.
    pub operator: String,
    /// How it is recognised.
    pub transport: Transport,
    /// Operator identifiers its headers may carry, as text or `0x` and hexadecimal; another one is
    /// flagged. Empty stands for the operator's own name.
    #[serde(default)]
    pub operator_ids: Vec<String>,
}

/// How a peer is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transport {
    /// Mutual TLS with this certificate.
    Tls {
        /// SHA-256 of the certificate's DER.
        #[serde(with = "text::digest_text")]
        certificate_sha256: Digest,
    },
    /// TCP without authentication, on a listener of its own.
    Plain {
        /// The address and port the listener binds to.
        address: SocketAddr,
        /// The tunnel interface that owns the address, when it is not loopback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interface: Option<String>,
    },
    /// Recorded files only.
    File,
}

/// The peer cannot be registered as described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// Choose another name.
    #[error("peer name {name:?} cannot be used: {source}")]
    Name {
        /// The name given.
        name: String,
        /// The rule it breaks.
        source: text::TextError,
    },
    /// Write the operator as its measures name it.
    #[error("operator of peer {peer} cannot be used: {source}")]
    Operator {
        /// The peer.
        peer: String,
        /// The rule it breaks.
        source: text::TextError,
    },
    /// Write 1 to 16 octets.
    #[error(
        "operator identifier {id:?} of peer {peer} cannot stand in a header: write 1 to 16 octets \
         as text, or 0x and hexadecimal"
    )]
    OperatorId {
        /// The peer.
        peer: String,
        /// The identifier given.
        id: String,
    },
    /// List fewer.
    #[error("peer {peer} lists {count} operator identifiers, at most {OPERATOR_IDS_MAX} are kept")]
    TooManyIds {
        /// The peer.
        peer: String,
        /// How many were listed.
        count: usize,
    },
    /// Bind to loopback or to a tunnel, or use TLS.
    #[error(
        "plain listener {address} of peer {peer} can be reached without a tunnel: bind it to \
         127.0.0.1, to ::1, or name the tunnel interface (wg0, tun0, ipsec0 …), or use TLS"
    )]
    PlainExposed {
        /// The peer.
        peer: String,
        /// The address given.
        address: SocketAddr,
    },
    /// Name a tunnel.
    #[error(
        "interface {interface:?} of peer {peer} is no tunnel by its name (wg0, tun0, tap0, ipsec0, \
         xfrm0, vti0): name the tunnel, or use TLS"
    )]
    NotTunnel {
        /// The peer.
        peer: String,
        /// The interface given.
        interface: String,
    },
}

impl Peer {
    /// A peer of recorded files whose name is its operator's.
    #[must_use]
    pub fn of_files(name: &str) -> Self {
        let (name, operator) = (name.to_owned(), name.to_owned());
        Self { name, operator, transport: Transport::File, operator_ids: Vec::new() }
    }

    /// Checks every rule a peer must keep by itself.
    ///
    /// # Errors
    /// [`PeerError`] with the first rule broken.
    pub fn check(&self) -> Result<(), PeerError> {
        text::name(&self.name, NAME_OCTETS_MAX)
            .map_err(|source| PeerError::Name { name: self.name.clone(), source })?;
        let peer = || self.name.clone();
        text::line(&self.operator, OPERATOR_OCTETS_MAX)
            .map_err(|source| PeerError::Operator { peer: peer(), source })?;
        let count = self.operator_ids.len();
        if count > OPERATOR_IDS_MAX {
            return Err(PeerError::TooManyIds { peer: peer(), count });
        }
        for id in &self.operator_ids {
            let octets = id_octets(id);
            if octets.is_empty() || octets.len() > OPERATOR_ID_OCTETS_MAX {
                return Err(PeerError::OperatorId { peer: peer(), id: id.clone() });
            }
        }
        match &self.transport {
            Transport::Tls { .. } | Transport::File => Ok(()),
            Transport::Plain { address, interface } => {
                self.check_plain(*address, interface.as_deref())
            }
        }
    }

    fn check_plain(&self, address: SocketAddr, interface: Option<&str>) -> Result<(), PeerError> {
        let exposed = || PeerError::PlainExposed { peer: self.name.clone(), address };
        match (is_loopback(address.ip()), interface) {
            (true, None) => Ok(()),
            // The address of every interface is never a tunnel's own, whatever name stands by it.
            _ if address.ip().is_unspecified() || address.ip().is_multicast() => Err(exposed()),
            (_, Some(name)) if is_tunnel(name) => Ok(()),
            (_, Some(name)) => {
                Err(PeerError::NotTunnel { peer: self.name.clone(), interface: name.to_owned() })
            }
            (false, None) => Err(exposed()),
        }
    }

    /// Octets of every operator identifier its headers may carry.
    #[must_use]
    pub fn operator_id_octets(&self) -> Vec<Box<[u8]>> {
        if self.operator_ids.is_empty() {
            return vec![self.operator.as_bytes().into()];
        }
        self.operator_ids.iter().map(|id| id_octets(id).into()).collect()
    }

    /// True when nothing proves who delivers (shown and entered as unauthenticated).
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        matches!(self.transport, Transport::Plain { .. })
    }
}

/// A certificate's SHA-256 as people have it: hexadecimal in either case, with or without colons.
#[must_use]
pub fn parse_fingerprint(typed: &str) -> Option<Digest> {
    let digits: String = typed.chars().filter(|c| *c != ':').collect();
    Digest::from_hex(&digits.to_ascii_lowercase())
}

pub(crate) fn id_octets(id: &str) -> Vec<u8> {
    match id.strip_prefix("0x").and_then(|digits| hex::decode(&digits.to_ascii_lowercase())) {
        Some(octets) => octets,
        None => id.as_bytes().to_vec(),
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// A tunnel's kind followed by letters or digits, at most the 15 octets Linux allows.
fn is_tunnel(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= 15
        && name.chars().all(word)
        && TUNNELS.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(address: &str, interface: Option<&str>) -> Peer {
        let address = address.parse().unwrap();
        let transport = Transport::Plain { address, interface: interface.map(str::to_owned) };
        Peer { transport, ..Peer::of_files("OPLAB-ES") }
    }

    #[test]
    fn a_plain_listener_stays_on_loopback_or_in_a_named_tunnel() {
        for (address, interface) in
            [("127.0.0.1:7000", None), ("[::1]:7000", None), ("10.8.0.1:7000", Some("wg0"))]
        {
            assert_eq!(plain(address, interface).check(), Ok(()), "{address}");
        }
    }

    #[test]
    fn a_plain_listener_that_others_can_reach_is_refused() {
        for (address, interface) in [
            ("10.8.0.1:7000", None),
            ("0.0.0.0:7000", None),
            ("0.0.0.0:7000", Some("wg0")),
            ("[::]:7000", Some("wg0")),
            ("[::ffff:192.0.2.1]:7000", None),
        ] {
            let refused = plain(address, interface).check();
            assert!(matches!(refused, Err(PeerError::PlainExposed { .. })), "{address}");
        }
        for interface in ["eth0", "wg", "wg0 ", "", "wg0123456789abcdef"] {
            let refused = plain("192.0.2.1:7000", Some(interface)).check();
            assert!(matches!(refused, Err(PeerError::NotTunnel { .. })), "{interface}");
        }
    }

    #[test]
    fn a_name_with_a_slash_and_an_identifier_of_seventeen_octets_are_refused() {
        let bad = Peer { name: "a/b".into(), ..Peer::of_files("x") };
        assert!(matches!(bad.check(), Err(PeerError::Name { .. })));
        let bad = Peer { operator_ids: vec!["x".repeat(17)], ..Peer::of_files("x") };
        assert!(matches!(bad.check(), Err(PeerError::OperatorId { .. })));
        let good =
            Peer { operator_ids: vec!["x".repeat(16), "0xff00".into()], ..Peer::of_files("x") };
        assert_eq!(good.check(), Ok(()));
        assert_eq!(good.operator_id_octets().last().map(AsRef::as_ref), Some(&[0xff, 0][..]));
    }

    #[test]
    fn a_fingerprint_is_read_as_openssl_prints_it() {
        let digest = Digest([0xab; 32]);
        assert_eq!(parse_fingerprint(&digest.to_hex()), Some(digest));
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(parse_fingerprint(&colons), Some(digest));
        assert_eq!(parse_fingerprint("ab"), None);
    }

    #[test]
    fn a_peer_reads_back_and_refuses_fields_it_does_not_know() {
        let peer = plain("127.0.0.1:7000", None);
        let text = serde_json::to_string(&peer).unwrap();
        assert_eq!(serde_json::from_str::<Peer>(&text).unwrap(), peer);
        assert!(text.contains(r#""transport":{"kind":"plain","address":"127.0.0.1:7000"}"#));
        let odd = text.replace("\"kind\":\"plain\"", "\"kind\":\"plain\",\"open\":true");
        assert!(serde_json::from_str::<Peer>(&odd).is_err());
    }
}
