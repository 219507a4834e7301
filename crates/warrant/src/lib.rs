//! From PDU to authorised, or quarantined with a reason; the register of cases, orders, measures,
//! peers and people.
//!
//! Nothing here opens a file, a socket or a clock: the register is what its changes say, replayed
//! in order, and [`bind()`] answers for every heading from a [`BindingTable`] alone.
//!
//! Rules: DESIGN decisions 1, 2, 20, 28; TS 102 232-1 clauses 5.2.2 to 5.2.6; `spec/register.md`.
#![forbid(unsafe_code)]

pub mod bind;
pub mod change;
pub mod hi1;
pub mod operator_profile;
pub mod order;
pub mod peer;
pub mod person;
pub mod register;
pub mod table;
pub mod text;

pub use bind::{Arrival, Authorised, BindFlags, Binding, bind};
pub use change::{
    Attached, CaseAdded, Change, Entry, EntryError, OrderAdded, OrderCeased, OrderConfirmed,
    OrderDocumented, OrderExtended, PeerRemoved, UserRemoved,
};
pub use operator_profile::{OperatorProfile, ProfileError};
pub use order::{Identity, Measure, OrderDocument, OrderError, Particular};
pub use peer::{Peer, PeerError, Transport};
pub use person::{Role, User};
pub use register::{Case, Confirmation, Extension, MeasureState, Order, Register, RegisterError};
pub use table::{BindingRow, BindingTable, TableError};
