//! Why a change to the register was refused. Nothing of it was applied.
use crate::{peer::PeerError, person::Role, text::TextError};
use lacre_term::Micros;

/// The rule a change breaks, one variant for each decision its author can take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The replay is not the register: stop.
    #[error("register change {found} comes where {expected} is due: one is missing or doubled")]
    Number {
        /// The number it bears.
        found: u64,
        /// The number due.
        expected: u64,
    },
    /// Choose another name, or use what is there.
    #[error("{what} {name} is already registered")]
    Duplicate {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Register it first, or correct the name.
    #[error("{what} {name} is not registered: add it first, or correct the name")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name given.
        name: String,
    },
    /// Correct the text.
    #[error("{what} cannot be used: {source}")]
    Text {
        /// Which text.
        what: &'static str,
        /// The rule it breaks.
        source: TextError,
    },
    /// Give the name alone.
    #[error("document name {name:?} holds a folder: give the file's name alone")]
    Folder {
        /// The name given.
        name: String,
    },
    /// Correct the peer.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// Give each peer its own certificate or listener.
    #[error(
        "peer {peer} has the certificate or listener of peer {other}, so neither could be told \
         from the other: give it its own"
    )]
    SamePeer {
        /// The peer to add.
        peer: String,
        /// The peer that has it.
        other: String,
    },
    /// Draw a fresh vault name.
    #[error("order {order} names the vault of order {other}: one vault holds one order")]
    VaultTaken {
        /// The order to add.
        order: String,
        /// The vault's order.
        other: String,
    },
    /// Part the windows.
    #[error(
        "LIID {liid} of order {order} is already under order {other} from {from} until {until}: \
         part their times, or cease that one first"
    )]
    Overlap {
        /// The LIID as people write it.
        liid: String,
        /// The order to add or extend.
        order: String,
        /// The order that holds it.
        other: String,
        /// Begin of the window in the way.
        from: Micros,
        /// End of the window in the way.
        until: Micros,
    },
    /// Correct the LIID.
    #[error("order {order} has no measure with LIID {liid}: see `lacre measure list`")]
    NoMeasure {
        /// The order.
        order: String,
        /// The LIID as people write it.
        liid: String,
    },
    /// Correct the number.
    #[error("order {order} has no extension {number}: they count from 0")]
    NoExtension {
        /// The order.
        order: String,
        /// The number given.
        number: u32,
    },
    /// A later document is a change of its own: an extension, or another order.
    #[error("order {order} already has its document, {held}: a document is never replaced")]
    Documented {
        /// The order.
        order: String,
        /// The document it has.
        held: String,
    },
    /// Give a later end.
    #[error(
        "extension of LIID {liid} under order {order} until {until} is not later than its present \
         end, {present}: to end it sooner, cease it"
    )]
    NotLater {
        /// The order.
        order: String,
        /// The LIID as people write it.
        liid: String,
        /// The end given.
        until: Micros,
        /// The present end.
        present: Micros,
    },
    /// What has lapsed needs a new order.
    #[error(
        "LIID {liid} under order {order} ended at {ended}, before its extension was granted at \
         {granted_at}: nothing was authorised between; enter a new order"
    )]
    GrantedTooLate {
        /// The order.
        order: String,
        /// The LIID as people write it.
        liid: String,
        /// When it ended.
        ended: Micros,
        /// When the extension was granted.
        granted_at: Micros,
    },
    /// What has ceased needs a new order.
    #[error("LIID {liid} under order {order} ceased at {ceased_at}: enter a new order for it")]
    Ceased {
        /// The order.
        order: String,
        /// The LIID as people write it.
        liid: String,
        /// When it ceased.
        ceased_at: Micros,
    },
    /// Give a moment inside the validity.
    #[error(
        "order {order} cannot cease at {at}: what is meant is valid from {from} until {until}; \
         give a moment between (at its begin, it never comes into force)"
    )]
    CeaseOutside {
        /// The order.
        order: String,
        /// The moment given.
        at: Micros,
        /// Begin of the first measure meant.
        from: Micros,
        /// End of the last.
        until: Micros,
    },
    /// Ask the court.
    #[error("{person} is {role}: only a judge, prosecutor or court clerk confirms an order")]
    NotCourt {
        /// The person.
        person: String,
        /// The person's role.
        role: Role,
    },
    /// The object is another than the message says: nothing of the message is kept.
    #[error("HI1 object {id} {what}: get it, and send what is due")]
    Hi1Object {
        /// Its identifier.
        id: crate::hi1::Uuid,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A register of its own for what comes.
    #[error("register holds {max} HI1 objects, no more are kept: make another site")]
    Hi1Full {
        /// How many are kept.
        max: usize,
    },
    /// Nothing to do.
    #[error("order {order} is already confirmed, by {by}")]
    Confirmed {
        /// The order.
        order: String,
        /// Who confirmed it.
        by: String,
    },
}
