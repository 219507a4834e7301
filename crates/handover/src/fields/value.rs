//! Values: the contents octets of one field, read as its type says.
//!
//! Each reading is total: contents that are not of the type stay octets, with the reason.
//!
//! Rules: X.690 clauses 8.2 to 8.23.
use crate::ber::Tlv;
use crate::schema::Kind;
use std::borrow::Cow;
use std::fmt;

/// Contents octets of the largest INTEGER that is read.
const INTEGER_OCTETS_MAX: usize = 16;

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A SEQUENCE or SET: its fields follow.
    Fields,
    /// A CHOICE: its alternative follows.
    Choice,
    /// A SEQUENCE OF or SET OF: its items follow.
    List,
    /// INTEGER.
    Integer(i128),
    /// ENUMERATED: its number, and its word where the tables have one.
    Word(i64, Option<&'static str>),
    /// OCTET STRING, segments joined.
    Octets(Cow<'a, [u8]>),
    /// BIT STRING: octets, segments joined, and how many bits of them count.
    Bits(Cow<'a, [u8]>, usize),
    /// A character string.
    Text(Cow<'a, str>),
    /// A time, as delivered.
    Time(Cow<'a, str>),
    /// OBJECT IDENTIFIER or RELATIVE-OID, components joined by dots.
    Oid(String),
    /// BOOLEAN.
    Boolean(bool),
    /// NULL.
    Null,
    /// No such field in the tables: the whole element.
    Unknown(Cow<'a, [u8]>),
    /// Not as its type says: the whole element, and why.
    Unread(Cow<'a, [u8]>, &'static str),
}

impl Value<'_> {
    /// True when other fields follow inside.
    #[must_use]
    pub fn is_outer(&self) -> bool {
        matches!(self, Self::Fields | Self::Choice | Self::List)
    }

    /// The same, on its own.
    pub(super) fn into_owned(self) -> Value<'static> {
        fn own<T: ?Sized + ToOwned>(value: Cow<'_, T>) -> Cow<'static, T> {
            Cow::Owned(value.into_owned())
        }
        match self {
            Self::Fields => Value::Fields,
            Self::Choice => Value::Choice,
            Self::List => Value::List,
            Self::Integer(value) => Value::Integer(value),
            Self::Word(number, word) => Value::Word(number, word),
            Self::Octets(octets) => Value::Octets(own(octets)),
            Self::Bits(octets, bits) => Value::Bits(own(octets), bits),
            Self::Text(text) => Value::Text(own(text)),
            Self::Time(text) => Value::Time(own(text)),
            Self::Oid(text) => Value::Oid(text),
            Self::Boolean(value) => Value::Boolean(value),
            Self::Null => Value::Null,
            Self::Unknown(octets) => Value::Unknown(own(octets)),
            Self::Unread(octets, why) => Value::Unread(own(octets), why),
        }
    }
}

/// One line: numbers in decimal, octets in lower hex, bits as hex, `/` and their count, text with
/// control and direction characters escaped.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields => f.write_str("{}"),
            Self::Choice => f.write_str("()"),
            Self::List => f.write_str("[]"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Word(_, Some(word)) => f.write_str(word),
            Self::Word(number, None) => write!(f, "_ext_{number}"),
            Self::Octets(octets) | Self::Unknown(octets) | Self::Unread(octets, _) => {
                hex(octets, f)
            }
            Self::Bits(octets, bits) => {
                hex(octets, f)?;
                write!(f, "/{bits}")
            }
            Self::Text(text) | Self::Time(text) => escaped(text, f),
            Self::Oid(text) => f.write_str(text),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
        }
    }
}

fn hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
}

fn escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write as _;
    for letter in text.chars() {
        let hidden = matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}');
        if letter.is_control() || letter == '\\' || hidden {
            write!(f, "{}", letter.escape_unicode())?;
        } else {
            f.write_char(letter)?;
        }
    }
    Ok(())
}

/// The value of an element that holds no fields; `inner` has the tag next to the contents,
/// `whole` are the octets to keep when the contents are not of the type.
pub(super) fn plain<'a>(kind: &Kind, inner: &Tlv<'a>, whole: &'a [u8]) -> Value<'a> {
    let read = match kind {
        Kind::Octets => inner.string().map(Value::Octets).ok_or("segments that are no strings"),
        Kind::Bits => bits(inner),
        Kind::Text => text(inner).map(Value::Text),
        Kind::Time => time(inner),
        Kind::Open => return Value::Unknown(Cow::Borrowed(whole)),
        _ if inner.tag.constructed => Err("constructed where primitive is required"),
        Kind::Boolean => match inner.content {
            [octet] => Ok(Value::Boolean(*octet != 0)),
            _ => Err("a BOOLEAN has one octet"),
        },
        Kind::Null if inner.content.is_empty() => Ok(Value::Null),
        Kind::Null => Err("a NULL has no contents"),
        Kind::Integer => integer(inner.content).map(Value::Integer),
        Kind::Enumerated(words) => word(words, inner.content),
        Kind::Oid => oid(inner.content).map(Value::Oid),
        Kind::RelativeOid => relative(inner.content).map(Value::Oid),
        _ => Err("no value of its own"),
    };
    read.unwrap_or_else(|why| Value::Unread(Cow::Borrowed(whole), why))
}

fn integer(content: &[u8]) -> Result<i128, &'static str> {
    let first = content.first().ok_or("an INTEGER has at least one octet")?;
    if content.len() > INTEGER_OCTETS_MAX {
        return Err("an INTEGER of more than 16 octets");
    }
    let start = if first & 0x80 == 0 { 0_i128 } else { -1 };
    Ok(content.iter().fold(start, |value, octet| (value << 8) | i128::from(*octet)))
}

fn word<'a>(words: &[(i64, &'static str)], content: &[u8]) -> Result<Value<'a>, &'static str> {
    let number = integer(content)?;
    let number = i64::try_from(number).map_err(|_| "an ENUMERATED beyond 64 bits")?;
    let found = words.iter().find(|(known, _)| *known == number);
    Ok(Value::Word(number, found.map(|(_, word)| *word)))
}

fn text<'a>(inner: &Tlv<'a>) -> Result<Cow<'a, str>, &'static str> {
    match inner.string().ok_or("segments that are no strings")? {
        Cow::Borrowed(octets) => std::str::from_utf8(octets).map(Cow::Borrowed).ok(),
        Cow::Owned(octets) => String::from_utf8(octets).map(Cow::Owned).ok(),
    }
    .ok_or("text that is not UTF-8")
}

fn time<'a>(inner: &Tlv<'a>) -> Result<Value<'a>, &'static str> {
    let text = text(inner)?;
    let printable = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic());
    if printable { Ok(Value::Time(text)) } else { Err("a time that is not text") }
}

/// BIT STRING: its first octet counts unused bits, which only the last segment may have.
fn bits<'a>(inner: &Tlv<'a>) -> Result<Value<'a>, &'static str> {
    const WRONG: &str = "not a bit string";
    if !inner.tag.constructed {
        let (unused, octets) = inner.content.split_first().ok_or(WRONG)?;
        let bits = counted(octets, *unused).ok_or(WRONG)?;
        return Ok(Value::Bits(Cow::Borrowed(octets), bits));
    }
    let mut joined = Vec::new();
    let mut spare = 0_u8;
    for segment in inner.children() {
        let (unused, octets) = segment.content.split_first().ok_or(WRONG)?;
        if segment.tag.constructed || segment.tag.number != 3 || spare > 0 {
            return Err("a bit string in segments that are none");
        }
        joined.extend_from_slice(octets);
        spare = *unused;
    }
    let bits = counted(&joined, spare).ok_or(WRONG)?;
    Ok(Value::Bits(Cow::Owned(joined), bits))
}

fn counted(octets: &[u8], unused: u8) -> Option<usize> {
    let all = octets.len().checked_mul(8)?;
    if unused < 8 { all.checked_sub(usize::from(unused)) } else { None }
}

/// Components of an object identifier (X.690 8.19): the first two share one number.
fn oid(content: &[u8]) -> Result<String, &'static str> {
    const WRONG: &str = "not an object identifier";
    let all = arcs(content).ok_or(WRONG)?;
    let (first, rest) = all.split_first().ok_or(WRONG)?;
    let top = (first / 40).min(2);
    let second = first.saturating_sub(top.saturating_mul(40));
    let mut shown = format!("{top}.{second}");
    rest.iter().for_each(|arc| shown.push_str(&format!(".{arc}")));
    Ok(shown)
}

fn relative(content: &[u8]) -> Result<String, &'static str> {
    let all = arcs(content).filter(|all| !all.is_empty()).ok_or("not a relative OID")?;
    Ok(all.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

fn arcs(content: &[u8]) -> Option<Vec<u64>> {
    let mut arcs = Vec::new();
    let mut value = 0_u64;
    let mut open = false;
    for octet in content {
        if value > u64::MAX >> 7 || (!open && *octet == 0x80) {
            return None;
        }
        value = (value << 7) | u64::from(octet & 0x7f);
        open = octet & 0x80 != 0;
        if !open {
            arcs.push(value);
            value = 0;
        }
    }
    if open { None } else { Some(arcs) }
}
