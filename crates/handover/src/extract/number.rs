//! Numbers: whether two spellings name the same line.
//!
//! `+34600000123`, `0034600000123`, `34600000123` and the national `600000123` are one; a short
//! number is only itself. Nothing is rewritten: spellings are compared, never corrected.
//!
//! Rules: ITU-T E.164 clause 6; RFC 3966; TS 102 232-1 clause 5 (derived facts).

/// Fewest digits of a national number that may be found at the end of an international one.
const NATIONAL_DIGITS_MIN: usize = 7;

/// Most digits of a country code.
const COUNTRY_DIGITS_MAX: usize = 3;

struct Number {
    digits: String,
    international: bool,
}

/// The number in `value`: bare, or the user part of a `tel:` or `sip:` URI.
fn number(value: &str) -> Option<Number> {
    let bare = ["sips:", "sip:", "tel:"].into_iter().find_map(|scheme| {
        let (head, rest) = value.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let bare = bare.unwrap_or(value).split(['@', ';']).next()?.trim();
    let (plus, rest) = match bare.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, bare),
    };
    let mut digits = String::new();
    for letter in rest.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '-' | '.' | '(' | ')' | ' ' => {}
            _ => return None,
        }
    }
    let long = (!plus).then(|| digits.strip_prefix("00").map(str::to_owned)).flatten();
    let international = plus || long.is_some();
    let digits = long.unwrap_or(digits);
    (3..=15).contains(&digits.len()).then_some(Number { digits, international })
}

/// True when the spelling says its country: `+…` or `00…`.
pub(super) fn is_international(value: &str) -> bool {
    number(value).is_some_and(|number| number.international)
}

/// True when both are numbers of one line.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (number(one), number(other)) else {
        return false;
    };
    match (one.international, other.international) {
        (true, false) => is_national_of(&one.digits, &other.digits),
        (false, true) => is_national_of(&other.digits, &one.digits),
        _ => one.digits == other.digits,
    }
}

/// True when `national` is `whole` without its country code, with or without a trunk zero.
fn is_national_of(whole: &str, national: &str) -> bool {
    let bare = national.strip_prefix('0').unwrap_or(national);
    let code = whole.len().checked_sub(bare.len());
    bare.len() >= NATIONAL_DIGITS_MIN
        && code.is_some_and(|code| code <= COUNTRY_DIGITS_MAX)
        && whole.ends_with(bare)
}

/// True when `value` is one of `targets`, by its letters or, for numbers and URIs, by its number.
pub(super) fn is_among(targets: &[String], kind: &str, value: &str) -> bool {
    targets.iter().any(|target| {
        target.eq_ignore_ascii_case(value)
            || matches!(kind, "tel" | "sip" | "gpsi") && is_same(target, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_known_in_each_of_its_spellings() {
        for other in [
            "+34600000123",
            "0034600000123",
            "34600000123",
            "600000123",
            "0600000123",
            "tel:+34-600-000-123",
            "sip:+34600000123@ims.example.es;user=phone",
            "SIP:600000123@ims.example.es",
        ] {
            assert!(is_same("+34600000123", other), "{other}");
        }
    }

    #[test]
    fn other_lines_short_numbers_and_words_are_not_it() {
        for other in ["+34600000124", "+35600000123", "000123", "123", "ana@example.org", "", "+"] {
            assert!(!is_same("+34600000123", other), "{other}");
        }
        assert!(is_same("112", "112"));
        assert!(!is_same("+34600000123", "+1234600000123"), "a longer number is another");
    }

    #[test]
    fn an_address_is_a_target_by_its_letters_alone() {
        let targets = ["600000123@example.org".to_owned(), "+34600000123".to_owned()];
        assert!(is_among(&targets, "email", "600000123@EXAMPLE.org"));
        assert!(!is_among(&targets[1..], "email", "600000123@example.org"));
        assert!(is_among(&targets[1..], "sip", "+34600000123@ims.example.es"));
    }
}
