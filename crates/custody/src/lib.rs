//! The custodian: the only crate that knows more than one room.
//!
//! Carries evidence from room to room; every look, disclosure and destruction is an entered act
//! before it has an effect.
//!
//! Rules: DESIGN section 2 (the journey), decisions 1 to 20.
#![forbid(unsafe_code)]

pub mod act;
pub mod browse;
pub mod certificate;
pub mod chain;
pub mod clock;
pub mod derive;
pub mod disclose;
pub mod door;
pub mod error;
mod files;
pub mod filing;
pub mod hi1;
pub mod house;
pub mod intake;
pub mod line_health;
mod live;
mod opened;
pub mod operator_profile;
pub mod quarantine;
pub mod register;
pub mod site;
mod state;

pub use error::CustodyError;
pub use files::FileMark;
pub use house::House;
pub use lacre_catalogue as catalogue;
pub use lacre_package as package;
pub use lacre_warrant as warrant;
pub use site::Site;
