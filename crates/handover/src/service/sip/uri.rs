//! Names in SIP headers: addresses, URIs, their parameters, and whom they identify.
//!
//! Quotes, brackets and escapes are followed; nothing is believed to be closed. A number stays as
//! it was sent, only its visual separators are left out.
//!
//! Rules: RFC 3261 sections 19.1, 20.10, 25.1; RFC 3966 (tel); RFC 5031 (service URN).

/// Someone named in a message: a telephone number or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `tel` for telephone numbers, `sip` otherwise.
    pub kind: &'static str,
    /// The number, or user@host.
    pub value: String,
}

/// A header value that names someone: `"Ana" <sip:ana@example.org>;tag=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'t> {
    /// The display name, without quotes and escapes.
    pub display: Option<String>,
    /// The URI, without brackets.
    pub uri: &'t str,
    /// The header's own parameters, from the first `;` on.
    parameters: &'t str,
}

impl<'t> Address<'t> {
    /// Reads one value; `None` when there is no URI in it.
    #[must_use]
    pub fn read(value: &'t str) -> Option<Self> {
        let value = value.trim();
        // A quote that is never closed must not hide the address.
        let bracket = find(value, b'<').or_else(|| value.find('<'));
        let (display, uri, parameters) = match bracket {
            Some(at) => {
                let name = value.get(..at)?.trim();
                let rest = value.get(at.saturating_add(1)..)?;
                let (uri, after) = rest.split_once('>').unwrap_or((rest, ""));
                ((!name.is_empty()).then(|| unquoted(name)), uri, after)
            }
            // Without brackets every parameter is the header's (20.10).
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (None, value.get(..end)?, value.get(end..)?)
            }
        };
        let uri = uri.trim();
        (!uri.is_empty()).then_some(Self { display, uri, parameters })
    }

    /// The header parameter `name`, unquoted; empty when it stands without a value.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.parameters, name)
    }

    /// Whom the URI identifies.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        uri_identity(self.uri)
    }
}

/// Where `mark` stands first, outside quotes.
fn find(text: &str, mark: u8) -> Option<usize> {
    let mut quotes = Quotes::default();
    text.bytes().position(|octet| !quotes.inside(octet) && octet == mark)
}

/// Follows quoted strings octet by octet.
#[derive(Debug, Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    /// True when `octet` is inside a quoted string or is its quote.
    fn inside(&mut self, octet: u8) -> bool {
        match (self.open, octet) {
            (true, _) if self.escaped => self.escaped = false,
            (true, b'\\') => self.escaped = true,
            (true, b'"') => {
                self.open = false;
                return true;
            }
            (false, b'"') => {
                self.open = true;
                return true;
            }
            _ => {}
        }
        self.open
    }
}

/// The pieces of `text` between `mark`s that are neither quoted nor in brackets, trimmed; empty
/// pieces are left out.
pub fn split(text: &str, mark: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quotes, mut bracket) = (Quotes::default(), false);
        let end = text.bytes().position(|octet| {
            if quotes.inside(octet) {
                return false;
            }
            match octet {
                b'<' => bracket = true,
                b'>' => bracket = false,
                _ => return octet == mark && !bracket,
            }
            false
        });
        let end = end.unwrap_or(text.len());
        rest = text.get(end.saturating_add(1)..);
        text.get(..end)
    })
    .map(str::trim)
    .filter(|piece| !piece.is_empty())
}

/// The parameter `name` in `;a=b;c="d"`, unquoted; empty when it stands without a value.
#[must_use]
pub fn parameter(parameters: &str, name: &str) -> Option<String> {
    split(parameters, b';').find_map(|piece| {
        let (found, value) = piece.split_once('=').unwrap_or((piece, ""));
        found.trim().eq_ignore_ascii_case(name).then(|| unquoted(value.trim()))
    })
}

/// `text` without its quotes and their escapes.
#[must_use]
pub fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut plain = String::with_capacity(inner.len());
    let mut escaped = false;
    for letter in inner.chars() {
        if letter == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(letter);
            escaped = false;
        }
    }
    plain
}

/// `text` with `%41` as `A`; what is no escape stays.
#[must_use]
pub fn unescaped(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = after.split_first_chunk::<2>().filter(|_| first == b'%');
        let octet = escape.and_then(|(pair, _)| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok().filter(|_| !pair.starts_with('+'))
        });
        match (octet, escape) {
            (Some(octet), Some((_, after))) => {
                octets.push(octet);
                rest = after;
            }
            _ => {
                octets.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// The identity in a header value or URI: `"Name" <sip:user@host;p>;tag=x`, `tel:+34…`.
#[must_use]
pub fn identity(value: &str) -> Option<Identity> {
    Address::read(value)?.identity()
}

fn uri_identity(uri: &str) -> Option<Identity> {
    let (scheme, rest) = uri.split_once(':')?;
    let is = |names: &[&str]| names.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    if is(&["tel"]) {
        let number = unescaped(rest.split([';', '?']).next()?.trim());
        return Some(Identity { kind: "tel", value: plain(&number) })
            .filter(|id| !id.value.is_empty());
    }
    if is(&["urn"]) {
        // An emergency call names a service instead of somebody.
        let service = rest.split([';', '?']).next()?.trim();
        let named = service.to_ascii_lowercase().starts_with("service:");
        return named.then(|| Identity { kind: "sip", value: format!("urn:{service}") });
    }
    if !is(&["sip", "sips", "im", "mailto", "pres"]) {
        return None;
    }
    let (user, place) = match rest.split_once('@') {
        Some((user, place)) => (user.split([';', ':']).next()?, place),
        None => ("", rest),
    };
    let host = host(place);
    let user = unescaped(user.trim());
    let phone = parameter(place.split('?').next()?, "user").is_some_and(|value| value == "phone");
    if is_number(&user, phone) {
        return Some(Identity { kind: "tel", value: plain(&user) });
    }
    // A URI without host is cut short; a number alone is still a number.
    if user.is_empty() && is_number(host, false) {
        return Some(Identity { kind: "tel", value: plain(host) });
    }
    let value = match (user.is_empty(), host.is_empty()) {
        (_, true) => user,
        (true, false) => host.to_owned(),
        (false, false) => format!("{user}@{host}"),
    };
    (!value.is_empty()).then_some(Identity { kind: "sip", value })
}

/// The host of `host:port;parameters?headers`, without the rest.
#[must_use]
pub fn host(place: &str) -> &str {
    let place = place.split([';', '?', '>']).next().unwrap_or_default().trim();
    if place.starts_with('[') {
        return place.split_inclusive(']').next().unwrap_or(place);
    }
    place.split(':').next().unwrap_or(place)
}

fn is_number(user: &str, phone: bool) -> bool {
    let digits = user.strip_prefix('+').unwrap_or(user);
    let separators: &[u8] = if phone { b"-.()*#" } else { b"-.()" };
    digits.len() >= 3
        && digits.bytes().any(|octet| octet.is_ascii_digit())
        && digits.bytes().all(|octet| octet.is_ascii_digit() || separators.contains(&octet))
}

/// A number without its visual separators.
fn plain(number: &str) -> String {
    number.chars().filter(|letter| !"-.() ".contains(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(of: &str) -> (&'static str, String) {
        let identity = identity(of).unwrap_or_else(|| panic!("{of}"));
        (identity.kind, identity.value)
    }

    #[test]
    fn numbers_and_addresses_are_told_apart_in_every_form() {
        for (text, kind, expected) in [
            ("<tel:+34-600-333-444;phone-context=x>", "tel", "+34600333444"),
            ("tel:112", "tel", "112"),
            ("<sip:+34600111222@ims.example.es;user=phone>;tag=1", "tel", "+34600111222"),
            ("sip:+34600111222;npdi;rn=%2b34@ims.example.es", "tel", "+34600111222"),
            ("<sip:*31%23600111222@ims.example.es;user=phone>", "tel", "*31#600111222"),
            (
                "\"O\\\"Hara, <Ana>\" <sips:ana%40work@example.org:5061;x>",
                "sip",
                "ana@work@example.org",
            ),
            ("Ana <sip:ana:secret@[2001:db8::7]:5060?subject=a%40b>", "sip", "ana@[2001:db8::7]"),
            ("<sip:ims.example.es>", "sip", "ims.example.es"),
            ("<urn:service:sos.ambulance>", "sip", "urn:service:sos.ambulance"),
            ("<SIP:ana@example.org", "sip", "ana@example.org"),
            ("\"Ana <sip:ana@example.org>", "sip", "ana@example.org"),
        ] {
            assert_eq!(value(text), (kind, expected.to_owned()), "{text}");
        }
        for nobody in ["nonsense", "<sip:>", "<http://example.org>", "urn:uuid:1", "", "<>", "tel:"]
        {
            assert_eq!(identity(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn commas_and_semicolons_in_quotes_and_brackets_do_not_separate() {
        let list = "\"a, \\\" b\" <sip:a,b@x>;tag=1, <sip:c@y> , ,d";
        let pieces: Vec<&str> = split(list, b',').collect();
        assert_eq!(pieces, ["\"a, \\\" b\" <sip:a,b@x>;tag=1", "<sip:c@y>", "d"]);
        let first = Address::read(pieces[0]).unwrap();
        assert_eq!(first.display.as_deref(), Some("a, \" b"));
        assert_eq!(first.parameter("TAG").as_deref(), Some("1"));
        assert_eq!(first.parameter("lr"), None);
        assert_eq!(parameter(";lr;x=\"a;b\"", "x").as_deref(), Some("a;b"));
        assert_eq!(parameter(";lr;x=\"a;b\"", "lr").as_deref(), Some(""));
    }

    #[test]
    fn escapes_that_are_none_stay() {
        assert_eq!(unescaped("a%20b%zz%4"), "a b%zz%4");
        assert_eq!(unescaped("%+1"), "%+1");
        assert_eq!(unquoted("\"never closed\\"), "never closed");
    }
}
