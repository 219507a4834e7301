//! Settings of the port, and the fence around listeners without TLS.
//!
//! Plain TCP is refused anywhere but on loopback or on a named tunnel interface, to which the
//! socket is then bound, so that no packet from another interface reaches it.
//!
//! Rules: DESIGN decision 20; TS 102 232-1 clause 6 (times).
use std::net::SocketAddr;
use std::time::Duration;

/// Where to listen, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// Mutual TLS.
    Tls {
        /// Address and port; port 0 takes any free one.
        address: SocketAddr,
    },
    /// Plain TCP, unauthenticated: the peer is known by this listener and its address.
    Plain {
        /// Loopback, or an address of `tunnel`.
        address: SocketAddr,
        /// Name of the tunnel interface (IPsec, WireGuard) that protects this listener.
        tunnel: Option<String>,
    },
}

impl Listener {
    /// The address asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Tls { address } | Self::Plain { address, .. } => *address,
        }
    }
}

/// What one port takes at most, and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once, all peers together.
    pub connections_max: usize,
    /// Connections at once of one peer.
    pub per_peer_max: usize,
    /// Handshakes at once, all addresses together.
    pub handshakes_max: usize,
    /// Handshakes at once from one address, so that a stranger cannot take every place.
    pub handshakes_per_address_max: usize,
    /// For a TLS handshake.
    pub handshake_wait: Duration,
    /// Silence after which a connection is closed. Keep-alives come every 2 to 6 minutes.
    pub idle_wait: Duration,
    /// From the first octet of a PDU to its last.
    pub pdu_wait: Duration,
    /// For the peer to take an answer.
    pub write_wait: Duration,
    /// For custody to take what was read, or to make it durable; then the connection is closed.
    /// Shorter than a peer's wait for a keep-alive response (30 s).
    pub stall_wait: Duration,
    /// For the peer to close its side after we closed ours.
    pub close_wait: Duration,
    /// Octets of one PDU.
    pub pdu_octets_max: usize,
    /// Octets of one connection handed over and not yet durable; reading waits above it.
    pub unsynced_octets_max: usize,
    /// Octets of PDUs that came in part, all connections together.
    pub held_octets_max: usize,
    /// Octets kept of a run without framing; what follows is read and discarded.
    pub unframed_octets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 256,
            per_peer_max: 16,
            handshakes_max: 128,
            handshakes_per_address_max: 8,
            handshake_wait: Duration::from_secs(10),
            idle_wait: Duration::from_secs(900),
            pdu_wait: Duration::from_secs(120),
            write_wait: Duration::from_secs(10),
            stall_wait: Duration::from_secs(20),
            close_wait: Duration::from_secs(3),
            pdu_octets_max: 16 * 1024 * 1024,
            unsynced_octets_max: 1024 * 1024,
            held_octets_max: 32 * 1024 * 1024,
            unframed_octets_max: 1024 * 1024,
        }
    }
}

/// All of it. The default listens nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Where to listen.
    pub listeners: Vec<Listener>,
    /// Bounds and waits.
    pub limits: Limits,
}

/// A plain listener outside its fence; nothing was opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FenceError {
    /// Anyone on the network could deliver unauthenticated octets.
    #[error(
        "plain listener {address} is not on loopback: use TLS, or name the tunnel interface \
         (tunnel = \"wg0\") that protects it"
    )]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// A wildcard address is no address of a tunnel.
    #[error("plain listener {address} on tunnel {tunnel} needs the tunnel's own address")]
    Wildcard {
        /// The address asked for.
        address: SocketAddr,
        /// The interface named.
        tunnel: String,
    },
    /// There is no such interface, or it is not of a tunnel's kind.
    #[error("interface {tunnel} is not a tunnel interface of this machine: plain listener refused")]
    NotATunnel {
        /// The interface named.
        tunnel: String,
    },
}

/// Kinds of interface (ARPHRD) behind which packets are tunnelled: none (TUN, WireGuard, XFRM),
/// IP in IP, IPv6 tunnel, SIT, GRE, GRE over IPv6.
const TUNNEL_KINDS: [&str; 6] = ["65534", "768", "769", "776", "778", "823"];

/// Whether a plain listener may open at `address`, behind `tunnel` when one is named.
pub(crate) fn fence(address: SocketAddr, tunnel: Option<&str>) -> Result<(), FenceError> {
    let Some(tunnel) = tunnel else {
        let inside = address.ip().is_loopback();
        return inside.then_some(()).ok_or(FenceError::NotLoopback { address });
    };
    if address.ip().is_unspecified() {
        return Err(FenceError::Wildcard { address, tunnel: tunnel.to_owned() });
    }
    let named = |octet: u8| octet.is_ascii_alphanumeric() || b"_-.@".contains(&octet);
    let is_name =
        (1..=15).contains(&tunnel.len()) && tunnel.bytes().all(named) && !tunnel.starts_with('.');
    let kind = if is_name {
        std::fs::read_to_string(format!("/sys/class/net/{tunnel}/type")).unwrap_or_default()
    } else {
        String::new()
    };
    let inside = TUNNEL_KINDS.contains(&kind.trim());
    inside.then_some(()).ok_or_else(|| FenceError::NotATunnel { tunnel: tunnel.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_needs_no_tunnel() {
        assert_eq!(fence("127.0.0.1:7101".parse().unwrap(), None), Ok(()));
        assert_eq!(fence("[::1]:7101".parse().unwrap(), None), Ok(()));
    }

    #[test]
    fn plain_is_refused_off_loopback() {
        for outside in ["0.0.0.0:7101", "192.0.2.7:7101", "[::]:7101", "[2001:db8::1]:7101"] {
            let address = outside.parse().unwrap();
            assert_eq!(fence(address, None), Err(FenceError::NotLoopback { address }));
        }
    }

    #[test]
    fn an_ordinary_interface_is_no_tunnel() {
        let address = "192.0.2.7:7101".parse().unwrap();
        for name in ["lo", "no-such-if0", "../../etc", ".", "a-name-longer-than-any"] {
            let refused = FenceError::NotATunnel { tunnel: name.to_owned() };
            assert_eq!(fence(address, Some(name)), Err(refused));
        }
        let everywhere = "0.0.0.0:7101".parse().unwrap();
        assert!(matches!(fence(everywhere, Some("wg0")), Err(FenceError::Wildcard { .. })));
    }
}
