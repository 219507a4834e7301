//! How our values look in JSON: identifiers and digests as lower-case hexadecimal, times as RFC
//! 3339 in UTC with microseconds. One spelling each: another spelling of the same value is refused.
use lacre_term::Micros;
use serde::{Deserialize, Deserializer, de::Error};

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer)
}

macro_rules! as_hex {
    ($module:ident, $type:ty, $what:literal) => {
        pub(crate) mod $module {
            use super::*;
            use serde::{Deserializer, Serializer};

            pub(crate) fn serialize<S: Serializer>(
                value: &$type,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&value.to_hex())
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$type, D::Error> {
                let text = text(deserializer)?;
                <$type>::from_hex(&text)
                    .ok_or_else(|| D::Error::custom(concat!("not lower-case hex of ", $what)))
            }
        }
    };
}

as_hex!(digest, lacre_term::Digest, "a SHA-256 value");
as_hex!(vault, lacre_term::VaultId, "a vault");
as_hex!(part, lacre_term::PartId, "a part");

pub(crate) mod part_option {
    use super::*;
    use lacre_term::PartId;
    use serde::{Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<PartId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|part| part.to_hex()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<PartId>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        PartId::from_hex(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("not lower-case hex of a part"))
    }
}

pub(crate) mod at {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        value: &Micros,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.rfc3339())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Micros, D::Error> {
        let text = text(deserializer)?;
        Micros::parse_rfc3339(&text)
            .filter(|at| at.rfc3339() == text)
            .ok_or_else(|| D::Error::custom("not RFC 3339 in UTC with microseconds"))
    }
}
