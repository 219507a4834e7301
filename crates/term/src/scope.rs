//! What a measure authorises: four flags, as the order grants them.

/// The four kinds of data an order may grant for one LIID (LECrim 588 ter d.2 names them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Content of communications (HI3).
    pub content: bool,
    /// Origin and destination of each communication.
    pub origin_destination: bool,
    /// Location of the target's equipment.
    pub location: bool,
    /// Other traffic data.
    pub other_traffic: bool,
}
