//! People's door: pages rendered on the server.
//!
//! One status page, over TLS, that anyone who reaches the port may see: it therefore says
//! how much came and how it stands, and never a LIID, a person, an order's number or a word of
//! content. No script, nothing from elsewhere, nothing kept by the browser.
//!
//! Rules: DESIGN decisions 21, 22; RD 1112/2018 (EN 301 549, WCAG 2.2 AA).
#![forbid(unsafe_code)]

mod hi1;
mod page;
mod routes;
mod security_headers;
mod serve;
mod shown;
mod view;
mod words;

pub use hi1::{Answering, Hi1Door, Known};
pub use serve::{StartError, Web, WebIdentity};
pub use view::{
    IntakeView, LedgerView, MediumView, PeerView, QuarantineView, StatusSource, StatusView,
};
