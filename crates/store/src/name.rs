//! Names of objects, heads and files: one rule for every port and every engine.
//!
//! Promises that no accepted name leaves its folder, hides (a leading dot is the engine's own)
//! or means two things on two file systems (lower case only).
//!
//! Rule: ARCHITECTURE.md section 6, names on disk are random ids.

/// Longest name in octets.
pub const NAME_OCTETS_MAX: usize = 200;

/// Whether `name` may name an object, a head or a file: 1 to 200 octets of `[a-z0-9/_.-]`, parts
/// between `/` neither empty nor begun with a dot, and no `..` anywhere.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=NAME_OCTETS_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'_' | b'.' | b'-'))
        && !name.contains("..")
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_ids_below_folders_are_names() {
        for name in ["a", "segment/0f3a/0000000000000001", "machine.key", "tile/0/x001/067.p/5"] {
            assert!(is_name(name), "{name}");
        }
        assert!(is_name(&"x".repeat(NAME_OCTETS_MAX)));
    }

    #[test]
    fn what_leaves_its_folder_hides_or_is_spelled_two_ways_is_no_name() {
        for name in ["", "/a", "a/", "a//b", "..", "a/../b", "a..b", ".a", "a/.b", "A", "é", "a\\b"]
        {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&"x".repeat(NAME_OCTETS_MAX + 1)));
    }
}
