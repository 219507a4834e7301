//! The report as a person reads it. Both commands, `lacre verify` and `lacre-verify`, print this.
use super::{Fingerprint, Report, Severity, Verdict};

/// Language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Spanish.
    Es,
    /// English.
    En,
}

impl Lang {
    /// Reads `es` or `en`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "es" => Some(Self::Es),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language of a locale such as `es_ES.UTF-8`; English for all others.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("es") { Self::Es } else { Self::En }
    }

    fn pick(self, es: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Es => es,
            Self::En => en,
        }
    }
}

fn headline(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Intact => lang.pick("ÍNTEGRO Y COMPLETO", "INTACT AND COMPLETE"),
        Verdict::IntactWithGaps => lang.pick(
            "ÍNTEGRO, CON HUECOS DECLARADOS O ALGO SIN COMPROBAR",
            "INTACT, WITH DECLARED GAPS OR SOMETHING NOT CHECKED",
        ),
        Verdict::OriginNotChecked => {
            lang.pick("NO ESTÁ ROTO; ORIGEN SIN COMPROBAR", "UNBROKEN, ORIGIN NOT CHECKED")
        }
        Verdict::NotIntact => lang.pick("NO ESTÁ ÍNTEGRO", "NOT INTACT"),
    }
}

/// The report in plain text, for a terminal or paper.
#[must_use]
pub fn render(report: &Report, lang: Lang) -> String {
    let mut out = vec![format!(
        "{}   ({} {})",
        headline(report.verdict, lang),
        lang.pick("salida", "exit"),
        report.exit_code
    )];
    about(report, lang, &mut out);
    counts(report, lang, &mut out);
    for severity in [Severity::Broken, Severity::Unchecked, Severity::Gap, Severity::Note] {
        findings(report, severity, lang, &mut out);
    }
    if report.findings_left_out > 0 {
        let more = lang.pick("hallazgos más", "more findings");
        out.push(format!("  … {} {more}", report.findings_left_out));
    }
    fingerprints(report, lang, &mut out);
    out.push(String::new());
    out.join("\n")
}

fn about(report: &Report, lang: Lang, out: &mut Vec<String>) {
    let Some(about) = &report.package else { return };
    let line = |es, en, value: &str| format!("  {:<12} {value}", lang.pick(es, en));
    out.push(line("Pieza", "Case", &about.case));
    out.push(line("Auto", "Order", &about.order));
    out.push(line("Registro", "Log", &about.origin));
    if let Some(at) = &about.signed_at {
        out.push(line("Firmado", "Signed", at));
    }
    if let Some(at) = &about.stamped_at {
        out.push(line("Fechado", "Stamped", at));
    }
    for checkpoint in &about.checkpoints {
        out.push(line("Punto", "Checkpoint", checkpoint));
    }
}

fn counts(report: &Report, lang: Lang, out: &mut Vec<String>) {
    let counts = &report.counts;
    let line = |es, en, value: u64| format!("  {value:>12}  {}", lang.pick(es, en));
    out.push(String::new());
    out.push(line("comunicaciones", "communications", counts.communications));
    out.push(line("retenidas, contadas", "withheld, counted", counts.withheld));
    out.push(line("sellos en la cadena", "seals in the chain", counts.seals));
    out.push(line(
        "partes recalculadas hasta el registro",
        "parts recomputed down to the ledger",
        counts.parts,
    ));
    out.push(line("entregas (PDU)", "PDUs", counts.pdus));
    out.push(line("octetos de entregas", "octets of PDUs", counts.pdu_octets));
    out.push(line("archivos", "files", counts.files));
}

fn findings(report: &Report, severity: Severity, lang: Lang, out: &mut Vec<String>) {
    let title = match severity {
        Severity::Broken => lang.pick("Qué no está bien", "What is wrong"),
        Severity::Unchecked => lang.pick("Qué no se ha comprobado", "What was not checked"),
        Severity::Gap => lang.pick("Huecos declarados", "Declared gaps"),
        Severity::Note => lang.pick("Para saber", "To be known"),
    };
    let mut chosen = report.findings.iter().filter(|one| one.severity() == severity).peekable();
    if chosen.peek().is_none() {
        return;
    }
    out.push(String::new());
    out.push(title.to_owned());
    for finding in chosen {
        out.push(format!("  - {}", finding.what(lang)));
        if !finding.place.is_empty() {
            out.push(format!("    {} {}", lang.pick("dónde:", "where:"), finding.place));
        }
        out.push(format!("    {} {}", lang.pick("por qué:", "why:"), finding.why(lang)));
    }
}

fn fingerprints(report: &Report, lang: Lang, out: &mut Vec<String>) {
    if report.fingerprints.is_empty() {
        return;
    }
    out.push(String::new());
    let title = match report.verdict {
        Verdict::OriginNotChecked => lang.pick(
            "COMPARE ESTAS HUELLAS CON LAS QUE GUARDA EL JUZGADO",
            "COMPARE THESE FINGERPRINTS WITH THOSE THE COURT HOLDS",
        ),
        _ => lang.pick("Claves del paquete", "Keys in the package"),
    };
    out.push(title.to_owned());
    for fingerprint in &report.fingerprints {
        out.extend(large(fingerprint, report.verdict == Verdict::OriginNotChecked, lang));
    }
}

/// Groups of four digits, eight to a line, so that two people can read them to each other.
fn large(fingerprint: &Fingerprint, boxed: bool, lang: Lang) -> Vec<String> {
    let what = match fingerprint.what {
        "seal_ca" => lang.pick("autoridad de sellos (SHA-256)", "seal CA (SHA-256)"),
        "tsa_ca" => lang.pick("autoridad de tiempo (SHA-256)", "time-stamp CA (SHA-256)"),
        _ => lang.pick("clave del registro (SHA-256)", "log key (SHA-256)"),
    };
    let named = match fingerprint.named_by_sheet {
        Some(true) => lang.pick(", en la hoja de confianza", ", named by the trust sheet"),
        Some(false) => lang.pick(", NO ESTÁ EN LA HOJA", ", NOT NAMED BY THE SHEET"),
        None => "",
    };
    let mut lines = vec![format!("  {what}{named}")];
    if !fingerprint.key.is_empty() {
        lines.push(format!("    {}", fingerprint.key));
    }
    let hex = fingerprint.sha256.to_hex().to_ascii_uppercase();
    let groups: Vec<_> = hex.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    let rows: Vec<_> = groups.chunks(8).map(|row| row.join("  ")).collect();
    if boxed {
        let edge = "═".repeat(50);
        lines.push(format!("    ╔{edge}╗"));
        lines.extend(rows.iter().map(|row| format!("    ║  {row:<46}  ║")));
        lines.push(format!("    ╚{edge}╝"));
    } else {
        lines.extend(rows.iter().map(|row| format!("    {row}")));
    }
    lines
}
