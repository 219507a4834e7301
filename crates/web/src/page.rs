//! The status page: figures and times turned into text, then into the template.
//!
//! The template escapes every value; nothing is passed through as markup.
//!
//! Rules: `docs/terms.md`; WCAG 2.2 AA.
use crate::shown::{count, octets, time};
use crate::view::StatusView;
use crate::words::{Language, Words};
use askama::Template;

/// Whether the page asks the browser to fetch it again: only when the reader asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refresh(pub(crate) bool);

struct Class {
    name: &'static str,
    meaning: &'static str,
    count: String,
    alarm: bool,
}

struct Peer<'v> {
    name: &'v str,
    connected: bool,
    authenticated: bool,
    connections: String,
    since: String,
    pdus: String,
    octets: String,
}

struct Row<'v> {
    name: &'v str,
    open: String,
    sealed: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'v> {
    w: &'static Words,
    lang: &'static str,
    refresh: bool,
    view: &'v StatusView,
    at: String,
    received: String,
    octets: String,
    stored: String,
    share: String,
    communications: String,
    open: String,
    measures: String,
    orders: String,
    adds_up: bool,
    classes: Vec<Class>,
    reasons: Vec<(&'v str, String)>,
    peers: Vec<Peer<'v>>,
    media: Vec<Row<'v>>,
    size: String,
    root_short: String,
    quarantined: String,
    conflicts: String,
    signed_at: Option<String>,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    w: &'static Words,
    lang: &'static str,
}

/// The status page as HTML.
///
/// # Errors
/// The template's, which writing to memory does not have.
pub(crate) fn status(
    view: &StatusView,
    language: Language,
    refresh: Refresh,
) -> Result<String, askama::Error> {
    let w = language.words();
    let (opened, sealed) = view.communications.iter().fold((0u64, 0u64), |sum, medium| {
        (sum.0.saturating_add(medium.open), sum.1.saturating_add(medium.sealed))
    });
    let page = Page {
        w,
        lang: language.tag(),
        refresh: refresh.0,
        view,
        at: time(view.at, language),
        received: count(view.intake.received),
        octets: octets(view.intake.octets, language),
        stored: count(view.intake.stored),
        share: share(view.intake.stored, view.intake.received, language),
        communications: count(opened.saturating_add(sealed)),
        open: count(opened),
        measures: count(view.measures),
        orders: count(view.orders),
        adds_up: view.intake.adds_up(),
        classes: classes(view, w),
        reasons: view
            .quarantine
            .iter()
            .map(|of| (w.of_reason(&of.reason), count(of.pdus)))
            .collect(),
        peers: view
            .peers
            .iter()
            .map(|peer| Peer {
                name: &peer.name,
                connected: peer.connections > 0,
                authenticated: peer.authenticated,
                connections: count(peer.connections),
                since: peer.since.map(|since| time(since, language)).unwrap_or_default(),
                pdus: count(peer.pdus),
                octets: octets(peer.octets, language),
            })
            .collect(),
        media: view
            .communications
            .iter()
            .map(|medium| Row {
                name: w.of_medium(&medium.medium),
                open: count(medium.open),
                sealed: count(medium.sealed),
            })
            .collect(),
        size: count(view.ledger.size),
        root_short: short(&view.ledger.root),
        quarantined: count(view.intake.quarantined),
        conflicts: count(view.intake.conflicts),
        signed_at: view.ledger.checkpoint_at.map(|at| time(at, language)),
    };
    page.render()
}

/// The page for everything that is not there.
///
/// # Errors
/// The template's, which writing to memory does not have.
pub(crate) fn missing(language: Language) -> Result<String, askama::Error> {
    Missing { w: language.words(), lang: language.tag() }.render()
}

fn classes(view: &StatusView, w: &'static Words) -> Vec<Class> {
    let of = view.intake;
    [
        (w.stored, w.stored_is, of.stored, false),
        (w.duplicates, w.duplicates_is, of.duplicates, false),
        (w.conflicts, w.conflicts_is, of.conflicts, true),
        (w.quarantined, w.quarantined_is, of.quarantined, false),
        (w.control, w.control_is, of.control, false),
        (w.rejected, w.rejected_is, of.rejected, true),
    ]
    .into_iter()
    .map(|(name, meaning, number, alarming)| Class {
        name,
        meaning,
        count: count(number),
        alarm: alarming && number > 0,
    })
    .collect()
}

/// `part` of `whole` in per cent with one decimal, rounded down so that 100 % means all.
fn share(part: u64, whole: u64, language: Language) -> String {
    let thousandths = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    let mark = if language == Language::Es { ',' } else { '.' };
    format!("{}{mark}{} %", thousandths / 10, thousandths % 10)
}

/// The first and last of a long value, for a line that has no room for it.
fn short(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    match (letters.get(..6), letters.get(letters.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) if letters.len() > 12 => {
            first.iter().chain(['…'].iter()).chain(last).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{LedgerView, MediumView, PeerView, QuarantineView};

    const HOSTILE: &str = "<script>alert(1)</script>\"'&{{7*7}}";

    #[test]
    fn hostile_values_come_out_as_text() {
        let view = StatusView {
            site: HOSTILE.into(),
            peers: vec![PeerView { name: HOSTILE.into(), ..PeerView::default() }],
            quarantine: vec![QuarantineView { reason: HOSTILE.into(), pdus: 1 }],
            communications: vec![MediumView { medium: HOSTILE.into(), open: 1, sealed: 1 }],
            ledger: LedgerView {
                origin: HOSTILE.into(),
                root: HOSTILE.into(),
                ..LedgerView::default()
            },
            alarms: vec![HOSTILE.into()],
            ..StatusView::default()
        };
        for language in [Language::Es, Language::En] {
            let page = status(&view, language, Refresh(false)).unwrap();
            assert!(!page.contains("<script"), "{page}");
            assert!(!page.contains("\"'&{"), "attributes hold");
            assert!(page.contains("&#60;script&#62;"));
        }
    }

    #[test]
    fn a_development_site_says_so_and_another_does_not() {
        let dev = StatusView { dev: true, ..StatusView::default() };
        assert!(
            status(&dev, Language::Es, Refresh(false)).unwrap().contains("Sitio de desarrollo")
        );
        let real = StatusView::default();
        assert!(!status(&real, Language::Es, Refresh(false)).unwrap().contains("desarrollo"));
    }

    #[test]
    fn classes_that_do_not_add_up_are_said_aloud() {
        let mut view = StatusView::default();
        assert!(status(&view, Language::En, Refresh(false)).unwrap().contains("Adds up"));
        view.intake.received = 1;
        assert!(status(&view, Language::En, Refresh(false)).unwrap().contains("Does not add up"));
    }

    #[test]
    fn the_page_fetches_itself_again_only_when_asked() {
        let view = StatusView::default();
        assert!(!status(&view, Language::En, Refresh(false)).unwrap().contains("http-equiv"));
        assert!(status(&view, Language::En, Refresh(true)).unwrap().contains("http-equiv"));
    }

    #[test]
    fn a_share_is_never_rounded_up_to_all() {
        assert_eq!(share(9_999, 10_000, Language::Es), "99,9 %");
        assert_eq!(share(0, 0, Language::En), "0.0 %");
    }
}
