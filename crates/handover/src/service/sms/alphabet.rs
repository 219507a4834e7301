//! Alphabets of short messages: the seven-bit default, its extensions, national tables, UTF-16.
//!
//! Held are the default table with its extension, and the Turkish, Spanish and Portuguese ones.
//! For other languages what all tables share is read and the rest is shown as U+FFFD.
//!
//! Rules: 3GPP TS 23.038 clauses 4, 6.1.2.1 and 6.2.1, annexes A.2 and A.3.

/// How user data is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Seven,
    Eight,
    Ucs2,
}

/// TP-DCS (TS 23.038 clause 4).
pub(super) fn of_scheme(scheme: u8) -> Alphabet {
    match scheme >> 4 {
        0x0..=0x7 => match scheme >> 2 & 0x03 {
            1 => Alphabet::Eight,
            2 => Alphabet::Ucs2,
            _ => Alphabet::Seven,
        },
        0xe => Alphabet::Ucs2,
        0xf if scheme & 0x04 != 0 => Alphabet::Eight,
        _ => Alphabet::Seven,
    }
}

/// National tables that a message's header asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tables {
    /// After an escape.
    pub(super) single: Option<u8>,
    /// In place of the default table.
    pub(super) locking: Option<u8>,
}

impl Tables {
    /// A table asked for that is not held.
    pub(super) fn unread(self) -> Option<u8> {
        self.locking
            .filter(|language| !matches!(language, 0 | 1 | 3))
            .or(self.single.filter(|language| !matches!(language, 0..=3)))
    }
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const TURKISH: &str = "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà";
const PORTUGUESE: &str = "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|\u{1b}ÂâÊÉ !\"#º%&'()*+,-./0123456789:;<=>?\
    ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà";

const EXTENSION: &[(u8, char)] = &[
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];
const TURKISH_SINGLE: &[(u8, char)] =
    &[(0x47, 'Ğ'), (0x49, 'İ'), (0x53, 'Ş'), (0x63, 'ç'), (0x67, 'ğ'), (0x69, 'ı'), (0x73, 'ş')];
const SPANISH_SINGLE: &[(u8, char)] = &[
    (0x09, 'ç'),
    (0x41, 'Á'),
    (0x49, 'Í'),
    (0x4f, 'Ó'),
    (0x55, 'Ú'),
    (0x61, 'á'),
    (0x69, 'í'),
    (0x6f, 'ó'),
    (0x75, 'ú'),
];
const PORTUGUESE_SINGLE: &[(u8, char)] = &[
    (0x05, 'ê'),
    (0x09, 'ç'),
    (0x0b, 'Ô'),
    (0x0c, 'ô'),
    (0x0e, 'Á'),
    (0x0f, 'á'),
    (0x12, 'Φ'),
    (0x13, 'Γ'),
    (0x15, 'Ω'),
    (0x16, 'Π'),
    (0x17, 'Ψ'),
    (0x18, 'Σ'),
    (0x19, 'Θ'),
    (0x1f, 'Ê'),
    (0x41, 'À'),
    (0x49, 'Í'),
    (0x4f, 'Ó'),
    (0x55, 'Ú'),
    (0x5b, 'Ã'),
    (0x5c, 'Õ'),
    (0x61, 'Â'),
    (0x69, 'í'),
    (0x6f, 'ó'),
    (0x75, 'ú'),
    (0x7b, 'ã'),
    (0x7c, 'õ'),
    (0x7f, 'â'),
];

const ESCAPE: u8 = 0x1b;

fn basic(septet: u8, language: Option<u8>) -> char {
    let table = match language {
        None | Some(0) => BASIC,
        Some(1) => TURKISH,
        Some(3) => PORTUGUESE,
        // Line ends, the space and the digits are where they are in every table.
        Some(_) if matches!(septet, 0x0a | 0x0d | 0x20 | 0x30..=0x39) => BASIC,
        Some(_) => return char::REPLACEMENT_CHARACTER,
    };
    table.chars().nth(usize::from(septet)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn extended(septet: u8, tables: Tables) -> char {
    let national = match tables.single {
        None | Some(0) => &[],
        Some(1) => TURKISH_SINGLE,
        Some(2) => SPANISH_SINGLE,
        Some(3) => PORTUGUESE_SINGLE,
        Some(_) => return char::REPLACEMENT_CHARACTER,
    };
    let known = national.iter().chain(EXTENSION).find(|(code, _)| *code == septet);
    match known {
        Some((_, character)) => *character,
        // A receiver that does not know an extended character shows the default table's.
        None if septet == ESCAPE => ' ',
        None => basic(septet, tables.locking),
    }
}

/// Unpacks `septets` septets that start with the octets of a header, and reads the text after it.
pub(super) fn seven_bit(
    octets: &[u8],
    septets: usize,
    header_octets: usize,
    tables: Tables,
) -> String {
    let skip = header_octets.saturating_mul(8).div_ceil(7);
    let mut text = String::new();
    let mut escaped = false;
    for index in skip..septets {
        let bit = index.saturating_mul(7);
        let at = bit >> 3;
        let Some(low) = octets.get(at) else { break };
        let high = octets.get(at.saturating_add(1)).copied().unwrap_or(0);
        let pair = u16::from_le_bytes([*low, high]) >> (bit & 7) & 0x7f;
        let Ok(septet) = u8::try_from(pair) else {
            break;
        };
        match (escaped, septet) {
            (false, ESCAPE) => escaped = true,
            (true, _) => {
                text.push(extended(septet, tables));
                escaped = false;
            }
            (false, _) => text.push(basic(septet, tables.locking)),
        }
    }
    text
}

/// Reads `septets` characters of packed seven-bit text in the default table.
#[must_use]
pub fn unpack(octets: &[u8], septets: usize) -> String {
    seven_bit(octets, septets, 0, Tables::default())
}

/// Packs text in the default table with its extension: the octets, and the count of septets;
/// `None` when a character is in neither. For synthetic deliveries.
#[must_use]
pub fn pack(text: &str) -> Option<(Vec<u8>, usize)> {
    let mut septets = Vec::new();
    for character in text.chars() {
        let place = BASIC.chars().position(|known| known == character);
        match place.and_then(|place| u8::try_from(place).ok()).filter(|place| *place != ESCAPE) {
            Some(septet) => septets.push(septet),
            None => {
                let (septet, _) = EXTENSION.iter().find(|(_, known)| *known == character)?;
                septets.extend([ESCAPE, *septet]);
            }
        }
    }
    let mut octets = vec![0_u8; septets.len().saturating_mul(7).div_ceil(8)];
    for (index, septet) in septets.iter().enumerate() {
        let bit = index.saturating_mul(7);
        let [low, high] = (u16::from(*septet) << (bit & 7)).to_le_bytes();
        for (step, part) in [low, high].into_iter().enumerate() {
            if let Some(octet) = octets.get_mut((bit >> 3).saturating_add(step)) {
                *octet |= part;
            }
        }
    }
    Some((octets, septets.len()))
}

/// UTF-16 text, which is what senders of UCS-2 mean; half a surrogate pair is U+FFFD.
pub(super) fn utf_16(octets: &[u8]) -> String {
    let units =
        octets.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_128_characters_and_keeps_what_all_share() {
        for table in [BASIC, TURKISH, PORTUGUESE] {
            let characters: Vec<char> = table.chars().collect();
            assert_eq!(characters.len(), 128);
            assert_eq!(characters[0x1b], '\u{1b}');
            assert_eq!((characters[0x41], characters[0x7a]), ('A', 'z'));
            assert_eq!((characters[0x0a], characters[0x20], characters[0x39]), ('\n', ' ', '9'));
        }
    }

    #[test]
    fn a_letter_is_read_from_the_table_its_language_asks_for() {
        let with = |single, locking, septets: &[u8]| {
            let mut octets = vec![0; septets.len()];
            for (index, septet) in septets.iter().enumerate() {
                let [low, high] = (u16::from(*septet) << (index * 7 % 8)).to_le_bytes();
                octets[index * 7 / 8] |= low;
                if let Some(octet) = octets.get_mut(index * 7 / 8 + 1) {
                    *octet |= high;
                }
            }
            seven_bit(&octets, septets.len(), 0, Tables { single, locking })
        };
        assert_eq!(with(None, None, &[0x1b, 0x65, 0x5d]), "€Ñ");
        assert_eq!(with(Some(2), None, &[0x1b, 0x61, 0x1b, 0x65]), "á€");
        assert_eq!(with(Some(1), Some(1), &[0x04, 0x1b, 0x67]), "€ğ");
        assert_eq!(with(Some(3), Some(3), &[0x7b, 0x1b, 0x7c]), "ãõ");
        assert_eq!(with(None, Some(6), &[0x41, 0x20, 0x31]), "\u{fffd} 1", "not held: not guessed");
        assert_eq!(with(Some(9), None, &[0x41, 0x1b, 0x41]), "A\u{fffd}");
        let tables = |single, locking| Tables { single, locking }.unread();
        assert_eq!((tables(Some(2), None), tables(Some(9), None)), (None, Some(9)));
        assert_eq!(tables(Some(2), Some(6)), Some(6));
    }

    #[test]
    fn a_character_outside_the_alphabet_is_not_packed() {
        assert_eq!(pack("abcñ").map(|(_, septets)| septets), Some(4));
        assert_eq!(pack("[€]").map(|(_, septets)| septets), Some(6));
        assert_eq!(pack("ç"), None);
        assert_eq!(pack("\u{1b}"), None, "an escape is no character");
    }
}
