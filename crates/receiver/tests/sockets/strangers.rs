//! Who gets in: the certificates in the book and nobody else.
//!
//! Rules: DESIGN decision 20.

use crate::common::{NOW, Site, quick, until};
use lacre_custody::door::door;
use lacre_receiver::{FenceError, Listener, Receiver, ServerIdentity, Settings, StartError};
use lacre_testkit::identity::anonymous_client;
use lacre_testkit::mediation::Mediation;
use lacre_testkit::{Header, Identity, pdu};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Shakes hands, sends a PDU, and gives what came back: octets, or the alert.
async fn try_in(site: &Site, config: Arc<ClientConfig>) -> Result<Vec<u8>, std::io::Error> {
    let tcp = TcpStream::connect(site.tls()).await.unwrap();
    let name = ServerName::try_from("lemf.example").unwrap();
    let mut stream = TlsConnector::from(config).connect(name, tcp).await?;
    stream.write_all(&pdu::keep_alive(&Header::new(b"-", b"OP-A"))).await?;
    let mut octets = vec![0; 512];
    let read = stream.read(&mut octets).await?;
    octets.truncate(read);
    Ok(octets)
}

fn alert(error: &std::io::Error) -> AlertDescription {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => *alert,
        _ => panic!("expected a TLS alert, got {error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_certificate_gets_in_and_is_answered() {
    let site = Site::open(quick(), 64).await;
    let config = site.peer.client(site.server.sha256()).unwrap();
    assert!(!try_in(&site, config).await.unwrap().is_empty());
    until(|| !site.events().is_empty()).await;
    assert_eq!(site.events()[0], "OP-A: session opened");
}

/// Some mediation functions know nothing newer; the book rules there too.
#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_is_spoken_under_the_same_rule() {
    let site = Site::open(quick(), 64).await;
    let stranger = Identity::generate("mf.example").unwrap();
    for (identity, welcome) in [(&site.peer, true), (&stranger, false)] {
        let old = identity.client_of(site.server.sha256(), &[&rustls::version::TLS12]).unwrap();
        match try_in(&site, old).await {
            Ok(octets) => assert!(welcome && !octets.is_empty()),
            Err(error) => {
                assert!(!welcome, "{error}");
                assert_eq!(alert(&error), AlertDescription::AccessDenied);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_certificate_gets_an_alert_and_no_octet() {
    let site = Site::open(quick(), 64).await;
    let stranger = Identity::generate("mf.example").unwrap();
    let config = stranger.client(site.server.sha256()).unwrap();
    let error = try_in(&site, config).await.unwrap_err();
    assert_eq!(alert(&error), AlertDescription::AccessDenied);
    until(|| site.receiver.counts().refused == 1).await;
    until(|| !site.events().is_empty()).await;
    assert_eq!(site.events(), ["-: session refused: certificate not registered"]);
    assert_eq!((site.intake.count(), site.receiver.counts().opened), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_certificate() {
    let site = Site::open(quick(), 64).await;
    let config = anonymous_client(site.server.sha256()).unwrap();
    let error = try_in(&site, config).await.unwrap_err();
    assert_eq!(alert(&error), AlertDescription::CertificateRequired);
}

/// A certificate is public: showing it without holding its key must not be enough.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_certificate_without_its_key_gets_in_nowhere() {
    let site = Site::open(quick(), 64).await;
    let thief = Identity::generate("mf.example").unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = provider.key_provider.load_private_key(thief.key()).unwrap();
    let pair = rustls::sign::CertifiedKey::new(vec![site.peer.certificate.clone()], key);
    let shown = Arc::new(rustls::sign::SingleCertAndKey::from(pair));
    let mut config = (*anonymous_client(site.server.sha256()).unwrap()).clone();
    config.client_auth_cert_resolver = shown;
    let error = try_in(&site, Arc::new(config)).await.unwrap_err();
    assert_eq!(alert(&error), AlertDescription::DecryptError);
    assert_eq!(site.intake.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_removed_from_the_book_is_closed_and_not_let_in_again() {
    let site = Site::open(quick(), 64).await;
    let peer = Mediation::start(site.operator());
    peer.flush().await.unwrap();
    site.book.certificates.lock().unwrap().clear();
    until(|| site.receiver.connections().is_empty()).await;
    until(|| site.receiver.counts().refused >= 2).await;
    let ended = |event: &String| event.starts_with("OP-A: session closed: the peer is no longer");
    until(|| site.events().iter().any(ended)).await;
    let refused = site.events().iter().filter(|event| event.contains("refused")).count();
    assert_eq!(refused, 1, "refusals are counted, not entered one by one");
}

/// A resumed session would not be looked up in the book.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_is_ever_resumed() {
    let site = Site::open(quick(), 64).await;
    let config = site.peer.client(site.server.sha256()).unwrap();
    for _ in 0..2 {
        assert!(!try_in(&site, Arc::clone(&config)).await.unwrap().is_empty());
    }
    site.book.certificates.lock().unwrap().clear();
    assert!(try_in(&site, config).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_not_registered_is_refused_on_a_plain_listener() {
    let site = Site::open(quick(), 64).await;
    *site.book.plain.lock().unwrap() = None;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    let mut octets = Vec::new();
    socket.read_to_end(&mut octets).await.unwrap();
    assert!(octets.is_empty());
    until(|| site.receiver.counts().refused == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_does_not_open_outside_its_fence() {
    let book: Arc<dyn lacre_custody::door::PeerBook> = Arc::new(crate::common::Book::default());
    let open = |listener| {
        let settings = Settings { listeners: vec![listener], ..Settings::default() };
        Receiver::start(settings, None, door(1).0, Arc::clone(&book), || NOW)
    };
    let address = "0.0.0.0:0".parse().unwrap();
    let refused = open(Listener::Plain { address, tunnel: None }).await.err().unwrap();
    assert!(matches!(refused, StartError::Fence(FenceError::NotLoopback { .. })));
    let refused = open(Listener::Tls { address }).await.err().unwrap();
    assert!(matches!(refused, StartError::NoIdentity { .. }), "TLS needs a certificate");
    assert!(ServerIdentity::from_pem(b"", b"").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_every_place_with_half_handshakes() {
    let mut limits = quick();
    limits.handshakes_per_address_max = 3;
    limits.handshake_wait = Duration::from_secs(1);
    let site = Site::open(limits, 64).await;
    let mut half = Vec::new();
    for _ in 0..8 {
        half.push(TcpStream::connect(site.tls()).await.unwrap());
    }
    until(|| site.receiver.counts().refused >= 5).await;
    until(|| site.receiver.counts().refused == 8).await;
    let config = site.peer.client(site.server.sha256()).unwrap();
    assert!(!try_in(&site, config).await.unwrap().is_empty(), "places are free again");
}
