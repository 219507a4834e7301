//! IP packets in content: addresses, ports and transport payload.
//!
//! Lax: a packet cut short by the operator still gives what it has.
//!
//! Rules: RFC 791, RFC 8200, RFC 768, RFC 9293; header reading by etherparse.
use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};
use std::net::{IpAddr, SocketAddr};

/// An IP packet, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// What it transports.
    pub transport: Transport<'a>,
}

/// The transport layer of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport<'a> {
    /// A UDP datagram.
    Udp {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
        /// Datagram payload.
        payload: &'a [u8],
    },
    /// A TCP segment.
    Tcp {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
        /// Sequence number of the first payload octet (of the SYN when it is one).
        sequence: u32,
        /// Segment payload.
        payload: &'a [u8],
    },
    /// Another protocol, or a fragment.
    Other,
}

impl<'a> Packet<'a> {
    /// Reads the packet at the start of `octets`; `None` when it is none.
    #[must_use]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        let sliced = LaxSlicedPacket::from_ip(octets).ok()?;
        let (source, destination) = match sliced.net? {
            LaxNetSlice::Ipv4(ip) => {
                let header = ip.header();
                (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()))
            }
            LaxNetSlice::Ipv6(ip) => {
                let header = ip.header();
                (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()))
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let transport = match sliced.transport {
            Some(TransportSlice::Udp(udp)) => Transport::Udp {
                source: udp.source_port(),
                destination: udp.destination_port(),
                payload: udp.payload(),
            },
            Some(TransportSlice::Tcp(tcp)) => Transport::Tcp {
                source: tcp.source_port(),
                destination: tcp.destination_port(),
                sequence: tcp.sequence_number(),
                payload: tcp.payload(),
            },
            _ => Transport::Other,
        };
        Some(Self { source, destination, transport })
    }

    /// Payload of the transport, empty for other protocols.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        match self.transport {
            Transport::Udp { payload, .. } | Transport::Tcp { payload, .. } => payload,
            Transport::Other => &[],
        }
    }

    /// Source and destination with ports, zero where there are none.
    #[must_use]
    pub fn ends(&self) -> (SocketAddr, SocketAddr) {
        let (source, destination) = match self.transport {
            Transport::Udp { source, destination, .. }
            | Transport::Tcp { source, destination, .. } => (source, destination),
            Transport::Other => (0, 0),
        };
        (SocketAddr::new(self.source, source), SocketAddr::new(self.destination, destination))
    }
}
