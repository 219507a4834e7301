//! What a verifier found: for machines (serde) and for people, in Spanish and English.
//!
//! A finding says what, where and why, and which kind of thing it is; the verdict follows from the
//! findings alone. Exit codes: 0 intact and complete, 3 not intact, 4 unbroken but something was
//! not checked or a gap is declared.
//!
//! Rules: decision 13; the console's exit codes (`spec/package.md`, "Verdicts").
use lacre_term::Digest;
use serde::{Serialize, Serializer, ser::SerializeStruct};

mod code;
mod render;

pub use code::Code;
pub use render::{Lang, render};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is not as it was sealed, signed or entered.
    Broken,
    /// A check that could not be made.
    Unchecked,
    /// A gap that the evidence itself declares.
    Gap,
    /// To be known; does not change the verdict.
    Note,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: Code,
    /// Where: a file in the package, a communication, a PDU.
    pub place: String,
    /// What the texts are filled with.
    pub args: Vec<String>,
}

impl Finding {
    /// How much it weighs.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What was found.
    #[must_use]
    pub fn what(&self, lang: Lang) -> String {
        self.fill(self.code.text(lang).0)
    }

    /// Why it matters or what to do.
    #[must_use]
    pub fn why(&self, lang: Lang) -> String {
        self.fill(self.code.text(lang).1)
    }

    fn fill(&self, template: &str) -> String {
        let mut text = template.to_owned();
        for (at, value) in self.args.iter().enumerate() {
            text = text.replace(&format!("{{{at}}}"), value);
        }
        text
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 6)?;
        object.serialize_field("severity", &self.severity())?;
        object.serialize_field("code", self.code.word())?;
        object.serialize_field("where", &self.place)?;
        object.serialize_field("what", &self.what(Lang::En))?;
        object.serialize_field("why", &self.why(Lang::En))?;
        object.serialize_field("args", &self.args)?;
        object.end()
    }
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Intact and complete, by keys the sheet names.
    Intact,
    /// Intact, with gaps that the evidence declares or with a check that could not be made.
    IntactWithGaps,
    /// Unbroken, but nobody said whose the keys are.
    OriginNotChecked,
    /// Not intact.
    NotIntact,
}

impl Verdict {
    /// The process exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::NotIntact => 3,
            Self::IntactWithGaps | Self::OriginNotChecked => 4,
        }
    }
}

/// A key inside the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    /// `seal_ca`, `tsa_ca`, `log`.
    pub what: &'static str,
    /// The key in full for a log; empty for a certificate.
    pub key: String,
    /// SHA-256 of the certificate's DER; of the 32-octet key for a log.
    #[serde(serialize_with = "as_hex")]
    pub sha256: Digest,
    /// Whether the trust sheet names it; none without a sheet.
    pub named_by_sheet: Option<bool>,
}

fn as_hex<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&digest.to_hex())
}

/// What the package says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct About {
    /// The case (pieza).
    pub case: String,
    /// The order (auto).
    pub order: String,
    /// The vault, hexadecimal.
    pub vault: String,
    /// The node.
    pub node: String,
    /// Origin of the node's log.
    pub origin: String,
    /// When it says it was made.
    pub made_at: String,
    /// Signing time, by the signer's word.
    pub signed_at: Option<String>,
    /// Time of the stamp.
    pub stamped_at: Option<String>,
    /// Checkpoints that the proofs lead to: size and root.
    pub checkpoints: Vec<String>,
    /// Whether a court role confirmed the order.
    pub accredited: bool,
}

/// What was recomputed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Files in the container.
    pub files: u64,
    /// Octets of the container.
    pub container_octets: u64,
    /// Communications in the package.
    pub communications: u64,
    /// Communications withheld.
    pub withheld: u64,
    /// Communications that the vault head names.
    pub communications_in_head: u64,
    /// Seals in the chain.
    pub seals: u64,
    /// Parts recomputed down to the checkpoint.
    pub parts: u64,
    /// PDUs hashed.
    pub pdus: u64,
    /// Octets of these PDUs.
    pub pdu_octets: u64,
    /// Derivatives (signed, not entered).
    pub derivatives: u64,
    /// Gaps that the seals declare.
    pub gaps: u64,
    /// Conflicts that the seals declare.
    pub conflicts: u64,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `lacre.verify-report/1`.
    pub schema: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// 0, 3 or 4.
    pub exit_code: u8,
    /// What the package says it is, when its index reads.
    pub package: Option<About>,
    /// What was recomputed.
    pub counts: Counts,
    /// Keys inside the package.
    pub fingerprints: Vec<Fingerprint>,
    /// What was found, the heaviest first, at most [`FINDINGS_MAX`] of each severity.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub findings_left_out: u64,
}

/// Findings of one severity in one report at most.
pub const FINDINGS_MAX: usize = 200;

/// Collects findings, bounded, so that a hostile package cannot fill memory with them.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    left_out: u64,
    worst: Option<Severity>,
    origin_not_checked: bool,
}

impl Findings {
    pub(crate) fn add(&mut self, code: Code, place: impl Into<String>, args: &[&str]) {
        let severity = code.severity();
        self.worst = Some(self.worst.map_or(severity, |worst| worst.min(severity)));
        self.origin_not_checked |= code == Code::OriginNotChecked;
        // Each weight has its own room: many gaps must not hide the one thing that is broken.
        let same = self.list.iter().filter(|finding| finding.severity() == severity).count();
        if same >= FINDINGS_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        let args = args.iter().map(|text| printable(text)).collect();
        self.list.push(Finding { code, place: printable(&place.into()), args });
    }

    /// Whether anything found so far breaks the package.
    pub(crate) fn broken(&self) -> bool {
        self.worst == Some(Severity::Broken)
    }

    /// Whether a finding at this place was made.
    pub(crate) fn names(&self, place: &str) -> bool {
        self.list.iter().any(|finding| finding.place == place)
    }

    pub(crate) fn close(
        mut self,
        package: Option<About>,
        counts: Counts,
        fingerprints: Vec<Fingerprint>,
    ) -> Report {
        self.list.sort_by_key(Finding::severity);
        let verdict = match self.worst {
            Some(Severity::Broken) => Verdict::NotIntact,
            _ if self.origin_not_checked => Verdict::OriginNotChecked,
            Some(Severity::Unchecked | Severity::Gap) => Verdict::IntactWithGaps,
            Some(Severity::Note) | None => Verdict::Intact,
        };
        Report {
            schema: "lacre.verify-report/1",
            verdict,
            exit_code: verdict.exit_code(),
            package,
            counts,
            fingerprints,
            findings: self.list,
            findings_left_out: self.left_out,
        }
    }
}

/// Text of a stranger that may be shown on a terminal.
fn printable(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides_and_no_sheet_is_never_intact() {
        let verdict = |codes: &[Code]| {
            let mut findings = Findings::default();
            codes.iter().for_each(|code| findings.add(*code, "x", &[]));
            findings.close(None, Counts::default(), vec![]).verdict
        };
        assert_eq!(verdict(&[]), Verdict::Intact);
        assert_eq!(verdict(&[Code::SelfAsserted]), Verdict::Intact);
        assert_eq!(verdict(&[Code::GapDeclared]), Verdict::IntactWithGaps);
        assert_eq!(verdict(&[Code::OriginNotChecked]), Verdict::OriginNotChecked);
        assert_eq!(verdict(&[Code::OriginNotChecked, Code::Altered]), Verdict::NotIntact);
    }

    #[test]
    fn findings_are_bounded_and_nothing_a_stranger_wrote_steers_the_terminal() {
        let mut findings = Findings::default();
        for _ in 0..FINDINGS_MAX + 5 {
            findings.add(Code::Altered, "\u{1b}[2J", &[]);
        }
        let report = findings.close(None, Counts::default(), vec![]);
        assert_eq!((report.findings.len(), report.findings_left_out), (FINDINGS_MAX, 5));
        assert!(!report.findings[0].place.contains('\u{1b}'));
    }

    #[test]
    fn every_code_has_both_languages_and_a_word_of_its_own() {
        let words: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            for lang in [Lang::Es, Lang::En] {
                let (what, why) = code.text(lang);
                assert!(!what.is_empty() && !why.is_empty(), "{code:?}");
            }
            assert_ne!(code.text(Lang::Es), code.text(Lang::En), "{code:?}");
        }
    }
}
