//! The story itself, told to a site in memory: register, take, seal, cut, head.
//!
//! Told by its own clock, a second a step, so that two tellings write the same number of times.
//! May be told again from the start to a site that heard a part of it.
use super::handover::{LIIDS, OPERATOR, Slice};
use lacre_custody::house::House;
use lacre_custody::intake::part::Ending;
use lacre_custody::intake::{Intake, Mark};
use lacre_custody::register::{Author, Book, new_vault};
use lacre_custody::site::Plan;
use lacre_custody::warrant::{Change, OrderAdded, OrderDocument, Peer, PeerRemoved, Transport};
use lacre_custody::{CustodyError, Site};
use lacre_store::Engine;
use lacre_term::Micros;
use std::path::PathBuf;
use std::sync::Arc;

pub const ORDER: &str = "AUTO-16";
pub const CASE: &str = "DP-16-2026";

/// The story's clock.
pub struct Hours(Micros);

impl Hours {
    /// An hour after the first interception.
    pub fn begin() -> Self {
        Self(super::handover::BASE.plus_seconds(3600))
    }

    pub fn now(&self) -> Micros {
        self.0
    }

    /// The next second.
    pub fn next(&mut self) -> Micros {
        self.pass(1)
    }

    pub fn pass(&mut self, seconds: i64) -> Micros {
        self.0 = self.0.plus_seconds(seconds);
        self.0
    }
}

/// What a telling had made durable when it ended.
#[derive(Debug, Default)]
pub struct Durable {
    /// Deliveries before the last mark.
    pub deliveries: usize,
    /// That mark.
    pub mark: Option<Mark>,
}

/// Makes a site; gives its shares.
pub fn make(engine: Engine, dev: bool, now: Micros) -> Vec<String> {
    let (shares, threshold) = if dev { (1, 1) } else { (3, 2) };
    let plan = Plan { name: "power.example".into(), dev, shares, threshold };
    let (site, handover) = Site::create(engine, &plan, now).unwrap();
    if dev {
        let text = site.engine.keys.read("dev.share").unwrap();
        vec![String::from_utf8(text).unwrap()]
    } else {
        handover.shares[..2].to_vec()
    }
}

pub fn catalogues() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("power-loss")
}

pub fn author() -> Author {
    Author { person: "admin".into(), role: "dev".into(), reason: Some("a story".into()) }
}

/// Opens the house, as after a start.
pub fn open(engine: Engine, now: Micros) -> Result<House, CustodyError> {
    House::open(Site::open(engine)?, catalogues(), now)
}

pub fn order() -> OrderDocument {
    let measure = |liid: &&str| {
        serde_json::json!({
            "liid": liid, "operator": OPERATOR,
            "identity": { "type": "sip-uri", "value": format!("sip:{liid}@ims.example") },
            "from": "2026-01-01T00:00:00Z", "until": "2036-01-01T00:00:00Z",
            "scope": {
                "content": true, "origin_destination": true, "location": true,
                "other_traffic": true,
            },
        })
    };
    let order = serde_json::json!({
        "case": CASE, "order": ORDER, "court": "T.I. Villademo, plaza 9",
        "profile": "es", "granted_at": "2026-01-01T00:00:00Z",
        "measures": LIIDS.iter().map(measure).collect::<Vec<_>>(),
    });
    OrderDocument::parse(order.to_string().as_bytes()).unwrap()
}

/// Registers peer and order where they are not yet.
pub fn register(house: &House, hours: &mut Hours) -> Result<(), CustodyError> {
    let (peer, order) = (
        house.with_book(|book, _| book.register().peers().next().is_some()),
        house.with_book(|book, _| book.register().order(ORDER).is_some()),
    );
    if !peer {
        add_peer(house, OPERATOR, hours.next())?;
    }
    if !order {
        let added = OrderAdded { vault: new_vault()?, document: None, order: self::order() };
        house.change(Change::OrderAdded(Box::new(added)), &author(), hours.next())?;
    }
    Ok(())
}

/// Tells the whole story; `durable` says, also after a failure, how far it is safe.
///
/// # Errors
/// What stopped it.
pub fn tell(
    engine: &Engine,
    slices: &[Slice],
    hours: &mut Hours,
    durable: &mut Durable,
) -> Result<(), CustodyError> {
    register(&open(engine.clone(), hours.next())?, hours)?;
    deliver(engine, slices, hours, durable)?;
    let house = open(engine.clone(), hours.next())?;
    house.enter_head(ORDER, Ending::Cut, hours.next())?;
    house.site().tick(hours.next());
    Ok(())
}

/// The handover alone, taken, sealed and cut.
///
/// # Errors
/// What stopped it.
pub fn deliver(
    engine: &Engine,
    slices: &[Slice],
    hours: &mut Hours,
    durable: &mut Durable,
) -> Result<(), CustodyError> {
    let site = Arc::new(Site::open(engine.clone())?);
    let book = Book::load(&site, hours.now())?;
    let (mut intake, _) = Intake::open(Arc::clone(&site), book.table(), hours.next())?;
    let mut taken = 0;
    for (at, slice) in slices.iter().enumerate() {
        for sent in slice {
            intake.take(sent.delivery(hours.now()), false)?;
        }
        taken += slice.len();
        if let Some(mark) = intake.commit(hours.next(), true)? {
            *durable = Durable { deliveries: taken, mark: Some(mark) };
        }
        intake.enter_batches(hours.next())?;
        match at {
            1 => intake.cut(hours.next())?,
            3 => {
                intake.seal_due(hours.pass(5))?;
            }
            _ => intake.cut_closed(hours.next())?,
        }
    }
    intake.seal_open(Ending::IntakeEnd, hours.next())?;
    intake.enter_batches(hours.next())?;
    intake.cut(hours.next())?;
    site.tick(hours.next());
    Ok(())
}

/// Takes the peer off the register.
///
/// # Errors
/// As [`House::change`].
pub fn remove_peer(house: &House, now: Micros) -> Result<(), CustodyError> {
    let removed = PeerRemoved { name: OPERATOR.into() };
    house.change(Change::PeerRemoved(removed), &author(), now)
}

/// Registers a peer of the operator that delivers files.
///
/// # Errors
/// As [`House::change`].
pub fn add_peer(house: &House, name: &str, now: Micros) -> Result<(), CustodyError> {
    let peer = Peer {
        name: name.into(),
        operator: OPERATOR.into(),
        transport: Transport::File,
        operator_ids: Vec::new(),
    };
    house.change(Change::PeerAdded(peer), &author(), now)
}
