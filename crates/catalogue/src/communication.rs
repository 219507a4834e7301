//! One row: what is known of a communication without hearing or reading it.
//!
//! Promises: the JSON has every field, in one order, for every communication; a field without a
//! value is null, never left out, so that a reader can tell "none" from "not asked".
//!
//! Rules: DESIGN decision 2; `spec/catalogue.md` (`lacre.communication/1`).
use lacre_term::{Digest, Micros, PartId, VaultId};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// Always `lacre.communication/1` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schema;

impl Schema {
    /// The schema's name.
    pub const NAME: &'static str = "lacre.communication/1";
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(Self::NAME)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$about])* $variant,)+ }

        impl $name {
            /// Every one, in the order they are listed to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in JSON, in the file and on the command line.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads [`Self::word`].
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.word())
            }
        }
    };
}

words!(
    /// What kind of communication it is.
    Medium {
        /// A call.
        Voice = "voice",
        /// A short or instant message.
        Message = "message",
        /// An e-mail.
        Email = "email",
        /// An IP session.
        Ip = "ip",
        /// Something that happened to the line: registration, location, HI1 notice.
        Event = "event",
        /// None of these, or not decoded.
        Other = "other",
    }
);

words!(
    /// Seen from the target.
    Direction {
        /// The target began it.
        Out = "out",
        /// The other side began it.
        In = "in",
    }
);

words!(
    /// Whether more may be added to its last part.
    State {
        /// Its last part is not sealed yet.
        Open = "open",
        /// Every part is sealed.
        Sealed = "sealed",
    }
);

/// Someone or something named in the communication's signalling: an address, never a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// `target`, `caller`, `called`, `other` …
    pub role: String,
    /// `sip-uri`, `msisdn`, `email`, `ipv4` …
    pub kind: String,
    /// The address as signalled.
    pub value: String,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({}, {}, ..)", self.role, self.kind)
    }
}

/// Where someone was, as the network said: a cell or area, a point, or words.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// When.
    #[serde(serialize_with = "time")]
    pub at: Option<Micros>,
    /// Whose: `target`, or the role of another party.
    pub of: String,
    /// `cgi`, `sai`, `rai`, `lai`, `tai`, `ecgi`, `ncgi`, `wlan`, `wireline`, `other`; `point` or
    /// `civic` where there is no cell.
    pub kind: String,
    /// Mobile country and network code, such as `214-99`.
    pub plmn: Option<String>,
    /// Location, routing or tracking area code.
    pub area: Option<u32>,
    /// Cell identity.
    pub cell: Option<u64>,
    /// Ten-millionths of a degree, north positive; degrees in JSON.
    #[serde(serialize_with = "degrees")]
    pub latitude: Option<i32>,
    /// Ten-millionths of a degree, east positive; degrees in JSON.
    #[serde(serialize_with = "degrees")]
    pub longitude: Option<i32>,
    /// Radius of uncertainty in metres.
    pub uncertainty_m: Option<u32>,
    /// Civic address, access point or free text, as sent.
    pub civic: Option<String>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({}, {}, ..)", self.of, self.kind)
    }
}

/// A place as the file keeps it: its fields in their order, times and degrees as whole numbers.
type Kept = (
    Option<i64>,
    String,
    String,
    Option<String>,
    Option<u32>,
    Option<u64>,
    Option<i32>,
    Option<i32>,
    Option<u32>,
    Option<String>,
);

impl Place {
    /// The places as the file keeps them.
    ///
    /// # Errors
    /// Those of writing JSON.
    pub(crate) fn write(places: &[Self]) -> Result<String, serde_json::Error> {
        let kept = |place: &Self| -> Kept {
            let Self { at, of, kind, plmn, area, cell, latitude, longitude, uncertainty_m, civic } =
                place.clone();
            let at = at.map(|at| at.0);
            (at, of, kind, plmn, area, cell, latitude, longitude, uncertainty_m, civic)
        };
        serde_json::to_string(&places.iter().map(kept).collect::<Vec<_>>())
    }

    /// Reads [`Self::write`].
    ///
    /// # Errors
    /// Those of reading JSON.
    pub(crate) fn read(text: &str) -> Result<Vec<Self>, serde_json::Error> {
        let kept: Vec<Kept> = serde_json::from_str(text)?;
        let place = |kept: Kept| {
            let (at, of, kind, plmn, area, cell, latitude, longitude, uncertainty_m, civic) = kept;
            let at = at.map(Micros);
            Self { at, of, kind, plmn, area, cell, latitude, longitude, uncertainty_m, civic }
        };
        Ok(kept.into_iter().map(place).collect())
    }
}

/// One communication. Serialises to the fields of `lacre.communication/1`, in their order. `Debug`
/// says only which one it is.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The schema's name.
    pub schema: Schema,
    /// The case.
    pub case: String,
    /// The order.
    pub order: String,
    /// The order's vault.
    #[serde(serialize_with = "shown")]
    pub vault: VaultId,
    /// Number within the case, dense, never reused.
    pub n: u64,
    /// The LIID: text, or `0x` and hexadecimal.
    pub liid: String,
    /// Communication identity number.
    pub cin: Option<u32>,
    /// Operator identifier of the header: text, or `0x` and hexadecimal.
    pub operator: String,
    /// Network element identifier, written the same way.
    pub network_element: Option<String>,
    /// What kind it is.
    pub medium: Medium,
    /// Seen from the target.
    pub direction: Option<Direction>,
    /// Who is named in it.
    pub parties: Vec<Party>,
    /// First interception time.
    #[serde(serialize_with = "time")]
    pub started_at: Option<Micros>,
    /// Last interception time.
    #[serde(serialize_with = "time")]
    pub ended_at: Option<Micros>,
    /// IRI stored.
    pub pdus_iri: u64,
    /// CC stored.
    pub pdus_cc: u64,
    /// Octets of all PDUs stored.
    pub octets: u64,
    /// Sequence numbers missing.
    pub gaps: u64,
    /// PDUs that bear a number already used, with other octets.
    pub conflicts: u64,
    /// What was noticed: `inferred_restart`, `not_accredited`, `no_usable_time` …
    pub flags: Vec<String>,
    /// Open or sealed.
    pub state: State,
    /// How many parts it has.
    pub parts: u64,
    /// Seal root of the last part, once sealed.
    #[serde(serialize_with = "optional")]
    pub root: Option<Digest>,
    /// Ledger leaf of the last part's seal, once entered.
    pub leaf: Option<u64>,
    /// When a call was answered.
    #[serde(serialize_with = "time")]
    pub answered_at: Option<Micros>,
    /// Conversation or session, in seconds.
    pub duration_s: Option<u64>,
    /// Why it ended, in the standard's word or number.
    pub cause: Option<String>,
    /// Services named, in order of first naming.
    pub services: Vec<String>,
    /// Where parties were, by time.
    pub places: Vec<Place>,
    /// Digits dialled and keyed.
    pub digits: Vec<String>,
}

/// What a row is from its first PDU on, before anything was decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Ground {
    /// The case.
    pub case: String,
    /// The order.
    pub order: String,
    /// The order's vault.
    pub vault: VaultId,
    /// Number within the case.
    pub n: u64,
    /// The measure's LIID and the header's identifiers.
    pub key: lacre_term::CommunicationKey,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({}, {}, {})", self.n, self.medium, self.state)
    }
}

impl Row {
    /// A row that knows only what the ground says: no PDU counted, nothing decoded, open.
    #[must_use]
    pub fn from_ground(ground: &Ground) -> Self {
        let words = lacre_term::liid::shown;
        Self {
            schema: Schema,
            case: ground.case.clone(),
            order: ground.order.clone(),
            vault: ground.vault,
            n: ground.n,
            liid: words(ground.key.liid.octets()),
            cin: ground.key.cin,
            operator: words(&ground.key.operator),
            network_element: ground.key.network_element.as_deref().map(words),
            medium: Medium::Other,
            direction: None,
            parties: Vec::new(),
            started_at: None,
            ended_at: None,
            pdus_iri: 0,
            pdus_cc: 0,
            octets: 0,
            gaps: 0,
            conflicts: 0,
            flags: Vec::new(),
            state: State::Open,
            parts: 0,
            root: None,
            leaf: None,
            answered_at: None,
            duration_s: None,
            cause: None,
            services: Vec::new(),
            places: Vec::new(),
            digits: Vec::new(),
        }
    }

    /// Adds a flag once, keeping the list sorted, so that the order of reading does not show.
    pub fn flag(&mut self, word: &str) {
        if let Err(at) = self.flags.binary_search_by(|held| held.as_str().cmp(word)) {
            self.flags.insert(at, word.to_owned());
        }
    }

    /// Adds a party once, in the order they are first named.
    pub fn party(&mut self, party: Party) {
        if !self.parties.contains(&party) {
            self.parties.push(party);
        }
    }
}

/// How many PDUs of a part the catalogue has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The part.
    pub part: PartId,
    /// PDUs read, from number 0.
    pub pdus: u64,
}

fn shown<T: fmt::Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn optional<T: fmt::Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

fn time<S: Serializer>(at: &Option<Micros>, to: S) -> Result<S::Ok, S::Error> {
    optional(at, to)
}

fn degrees<S: Serializer>(value: &Option<i32>, to: S) -> Result<S::Ok, S::Error> {
    value.map(|value| f64::from(value) / 1e7).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_term::{CommunicationKey, Liid};

    #[test]
    fn a_row_has_every_field_in_its_order_even_when_it_knows_nothing() {
        let key = CommunicationKey {
            liid: Liid::parse(&[0xff, 1]).unwrap(),
            cin: Some(7),
            cin_extension: None,
            operator: (*b"OPLAB-ES").into(),
            network_element: None,
            delivery_country: None,
        };
        let (case, order) = ("DP-1".to_owned(), "AUTO-1".to_owned());
        let mut row = Row::from_ground(&Ground { case, order, vault: VaultId([1; 16]), n: 3, key });
        row.started_at = Some(Micros(0));
        row.flag("b");
        row.flag("a");
        row.flag("b");
        let json = serde_json::to_string(&row).unwrap();
        let expected = concat!(
            r#"{"schema":"lacre.communication/1","case":"DP-1","order":"AUTO-1","#,
            r#""vault":"01010101010101010101010101010101","n":3,"liid":"0xff01","cin":7,"#,
            r#""operator":"OPLAB-ES","network_element":null,"medium":"other","direction":null,"#,
            r#""parties":[],"started_at":"1970-01-01T00:00:00.000000Z","ended_at":null,"#,
            r#""pdus_iri":0,"pdus_cc":0,"octets":0,"gaps":0,"conflicts":0,"flags":["a","b"],"#,
            r#""state":"open","parts":0,"root":null,"leaf":null,"#,
            r#""answered_at":null,"duration_s":null,"cause":null,"services":[],"places":[],"#,
            r#""digits":[]}"#
        );
        assert_eq!(json, expected);
    }

    #[test]
    fn a_place_shows_degrees_and_is_kept_to_the_last_digit() {
        let cell = Place {
            at: Some(Micros(0)),
            of: "target".into(),
            kind: "ecgi".into(),
            plmn: Some("214-99".into()),
            area: Some(42),
            cell: Some(0x12_3456),
            latitude: Some(404_167_751),
            longitude: Some(-37_037_899),
            uncertainty_m: Some(150),
            civic: None,
        };
        let json = serde_json::to_string(&cell).unwrap();
        let expected = concat!(
            r#"{"at":"1970-01-01T00:00:00.000000Z","of":"target","kind":"ecgi","#,
            r#""plmn":"214-99","area":42,"cell":1193046,"latitude":40.4167751,"#,
            r#""longitude":-3.7037899,"uncertainty_m":150,"civic":null}"#
        );
        assert_eq!(json, expected);
        let both = [cell.clone(), Place { latitude: None, longitude: None, ..cell }];
        assert_eq!(Place::read(&Place::write(&both).unwrap()).unwrap(), both);
        assert!(Place::read("[[]]").is_err());
    }

    #[test]
    fn every_word_reads_back_and_no_other_does() {
        for medium in Medium::ALL {
            assert_eq!(Medium::from_word(medium.word()), Some(*medium));
        }
        assert_eq!(State::from_word("sealed"), Some(State::Sealed));
        assert_eq!(Direction::from_word("sideways"), None);
    }
}
