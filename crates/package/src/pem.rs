//! Certificates as text (RFC 7468), one spelling: lines of 64, a final newline.
use lacre_term::hex::{base64, from_base64};

const HEAD: &str = "-----BEGIN CERTIFICATE-----\n";
const FOOT: &str = "-----END CERTIFICATE-----\n";

/// One certificate's DER as text.
pub(crate) fn write(der: &[u8]) -> String {
    let body = base64(der);
    let mut text = String::from(HEAD);
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(FOOT);
    text
}

/// Reads exactly one certificate as [`write`] spells it.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix(HEAD)?.strip_suffix(FOOT)?;
    let der = from_base64(&body.replace('\n', ""))?;
    (write(&der) == text).then_some(der)
}

/// Reads one certificate as other tools spell it too: text around it, other line lengths.
pub(crate) fn read_loosely(text: &str) -> Option<Vec<u8>> {
    let (_, after) = text.split_once(HEAD.trim_end())?;
    let (body, _) = after.split_once(FOOT.trim_end())?;
    from_base64(&body.split_whitespace().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_reads_back_and_others_only_loosely() {
        let der = [9; 100];
        let text = write(&der);
        assert_eq!(read(&text).unwrap(), der);
        let other = text.replace('\n', "\r\n");
        assert_eq!(read(&other), None);
        assert_eq!(read_loosely(&format!("subject=x\n{other}")).unwrap(), der);
    }
}
