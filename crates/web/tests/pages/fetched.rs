//! Each route answers what it should, with every header; everything else is not there.
//!
//! Rules: DESIGN decision 22.
use lacre_term::Micros;
use lacre_testkit::Identity;
use lacre_testkit::identity::anonymous_client;
use lacre_web::{IntakeView, PeerView, StatusView, Web, WebIdentity};
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn state() -> StatusView {
    StatusView {
        site: HOSTILE.into(),
        dev: true,
        at: Micros(1_795_462_020_000_000),
        peers: vec![PeerView { name: "OP-A".into(), connections: 2, ..PeerView::default() }],
        intake: IntakeView { received: 3, stored: 3, ..IntakeView::default() },
        ..StatusView::default()
    }
}

struct Site {
    web: Web,
    identity: Identity,
}

impl Site {
    async fn open() -> Self {
        let identity = Identity::generate("lacre.example").unwrap();
        let pem = (identity.certificate_pem.as_bytes(), identity.key_pem.as_bytes());
        let shown = WebIdentity::from_pem(pem.0, pem.1).unwrap();
        let web = Web::start("127.0.0.1:0".parse().unwrap(), shown, Arc::new(state)).await.unwrap();
        Self { web, identity }
    }

    /// Sends one request as it stands and gives head and body.
    async fn ask(&self, first: &str, more: &str) -> (String, String) {
        let config = anonymous_client(self.identity.sha256()).unwrap();
        let tcp = TcpStream::connect(self.web.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(config).connect(name, tcp).await.unwrap();
        let request =
            format!("{first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.unwrap();
        let text = String::from_utf8(octets).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }
}

#[tokio::test]
async fn the_page_is_there_in_both_languages() {
    let site = Site::open().await;
    let (head, body) = site.ask("GET /", "").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.contains("<html lang=\"es\">") && body.contains("Sitio de desarrollo"));
    let (_, body) = site.ask("GET /", "Accept-Language: en-GB\r\n").await;
    assert!(body.contains("<html lang=\"en\">") && body.contains("Development site"));
    let (_, body) = site.ask("GET /?lang=es", "Accept-Language: en-GB\r\n").await;
    assert!(body.contains("<html lang=\"es\">"));
}

#[tokio::test]
async fn hostile_values_are_escaped_and_nothing_on_the_page_can_run() {
    let site = Site::open().await;
    let (head, body) = site.ask("GET /", "").await;
    assert!(!body.contains(HOSTILE) && body.contains("&#60;img src=x"));
    for forbidden in ["<script", "style=", "onclick", "javascript:", "http://", "https://"] {
        assert!(!body.contains(forbidden), "{forbidden}");
    }
    for header in [
        "content-security-policy: default-src 'none'; style-src 'self'",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "cross-origin-opener-policy: same-origin",
        "strict-transport-security:",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert!(!head.contains("unsafe-inline"));
}

#[tokio::test]
async fn the_same_state_is_there_as_json() {
    let site = Site::open().await;
    let (head, body) = site.ask("GET /status.json", "").await;
    assert!(head.contains("content-type: application/json"));
    let read: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(read["schema"], "lacre.status/1");
    assert_eq!(read["intake"]["stored"], 3);
    assert_eq!(read["at"], "2026-11-23T19:27:00.000000Z");
    assert_eq!(read["peers"][0]["name"], "OP-A");
    assert!(read["ledger"]["checkpoint_at"].is_null());
}

#[tokio::test]
async fn health_style_and_seal_are_there() {
    let site = Site::open().await;
    assert_eq!(site.ask("GET /health", "").await.1, "ok");
    assert!(site.ask("GET /lacre.css", "").await.0.contains("content-type: text/css"));
    assert!(site.ask("GET /seal.svg", "").await.0.contains("content-type: image/svg+xml"));
}

#[tokio::test]
async fn everything_else_is_not_found_whatever_the_method() {
    let site = Site::open().await;
    for first in ["GET /casos", "GET /../etc/passwd", "POST /", "DELETE /health", "GET /index.html"]
    {
        let (head, body) = site.ask(first, "").await;
        assert!(head.starts_with("http/1.1 404"), "{first}: {head}");
        assert!(head.contains("content-security-policy"), "{first}");
        assert!(!body.contains("OP-A"));
    }
}

#[tokio::test]
async fn stopping_closes_the_door() {
    let site = Site::open().await;
    let address = site.web.address();
    site.web.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
