//! HI1 end to end: a message becomes an order with its acts, an order becomes a message, and both
//! have the structure of ETSI's schema; over mutual TLS only a registered authority is answered.
//!
//! The schema comes with `cargo xtask setup`; a missing tool fails, it never skips.
//! Rules: TS 103 120; DESIGN decisions 2, 12, 20.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::serving::Serving;
use common::{Measure, Site, text, vector, write};
use lacre_testkit::Identity;
use rustls::pki_types::ServerName;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const VERSION: &str = "1.15.1";

fn example(name: &str) -> PathBuf {
    vector(&format!("hi1/hi1-es-{name}.xml"))
}

/// The folder of the schemas: `LACRE_HI1_XSD`, else that of the tools' environment.
fn schemas() -> PathBuf {
    if let Ok(given) = std::env::var("LACRE_HI1_XSD") {
        return given.into();
    }
    let lib = PathBuf::from(format!("{ROOT}/target/venv/lib"));
    let below = std::fs::read_dir(&lib)
        .unwrap_or_else(|_| panic!("no {}: run `cargo xtask setup`", lib.display()));
    let found = below
        .map(|python| python.unwrap().path().join("site-packages/ts103120/data"))
        .find(|data| data.exists());
    let found = found.unwrap_or_else(|| panic!("no ts103120 there: run `cargo xtask setup`"));
    found.join(VERSION).join("xsd").canonicalize().unwrap()
}

/// One schema that takes in all of ETSI's.
fn driver(room: &Path) -> PathBuf {
    let folder = schemas();
    let mut text = String::from(r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">"#);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    // Types and signatures first: ETSI's own files import them by namespace alone.
    files.sort_by_key(|file| (file.to_str().unwrap().contains("ts_103120"), file.clone()));
    for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "xsd")) {
        let schema = std::fs::read_to_string(file).unwrap();
        let (_, rest) = schema.split_once("targetNamespace=\"").unwrap();
        let (space, _) = rest.split_once('"').unwrap();
        let place = file.display();
        text += &format!(r#"<xs:import namespace="{space}" schemaLocation="{place}"/>"#);
    }
    text += "</xs:schema>";
    let path = room.join("all.xsd");
    write(&path, text.as_bytes());
    path
}

fn validated(driver: &Path, message: &Path) -> (bool, String) {
    let ran = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([driver, message])
        .output()
        .unwrap();
    (ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned())
}

fn receive(site: &Site, message: &Path, out: &str) -> (i32, String) {
    let out = site.file(out);
    let words = ["hi1", "receive", message.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let ran = site.command().args(words).output().unwrap();
    (ran.status.code().unwrap(), std::fs::read_to_string(out).unwrap_or_default())
}

#[test]
fn every_message_that_lacre_writes_has_the_structure_of_the_schema() {
    let site = Site::dev();
    let driver = driver(site.room());
    let list = site.write(
        "list.xml",
        std::fs::read_to_string(example("05-list-request"))
            .unwrap()
            .replace("<common:Value>Notification", "<common:Value>Task"),
    );
    let broken = site.write("broken.xml", "<!DOCTYPE a><a/>");
    let messages = [
        ("1", example("01-create-request"), 0),
        ("2", example("06-get-request"), 0),
        ("3", list, 0),
        ("4", example("03-cancel-as-update-request"), 5),
        ("5", example("07-deliver-notification-request"), 0),
        ("6", example("08-toplevel-error-response"), 5),
        ("7", example("02-create-response"), 5),
        ("8", example("04-generation-conflict-response"), 5),
        ("9", broken, 5),
    ];
    for (name, message, code) in messages {
        let (exit, answer) = receive(&site, &message, name);
        assert_eq!(exit, code, "{name}: {answer}");
        let (valid, said) = validated(&driver, &site.file(name));
        assert!(valid, "{name}: {said}\n{answer}");
    }
    site.add_order("O-1", &[Measure::always("ES-1", "OPLAB-ES")]);
    let out = site.file("exported.xml");
    let out = out.to_str().unwrap();
    site.run(&["measure", "export", "--hi1", "--order", "O-1", "--out", out]).ok();
    let (valid, said) = validated(&driver, Path::new(out));
    assert!(valid, "{said}");
    // The schema does notice: a wrong identifier is no identifier.
    let text = std::fs::read_to_string(out).unwrap();
    let wrong = site.write(
        "wrong.xml",
        text.replacen("<TransactionIdentifier>", "<TransactionIdentifier>G", 1),
    );
    assert!(!validated(&driver, &wrong).0);
}

#[test]
fn an_order_that_came_over_hi1_is_listed_and_cancelled_by_its_generation() {
    let site = Site::dev();
    assert_eq!(receive(&site, &example("01-create-request"), "created").0, 0);
    let orders = site.run(&["order", "list", "--json"]).ok().lines();
    assert_eq!(text(&orders[0], "order"), "AUTO 0000/2026");
    assert_ne!(orders[0]["document_sha256"], serde_json::Value::Null);
    let measures = site.run(&["measure", "list", "--json"]).ok().lines();
    assert_eq!(text(&measures[0], "liid"), "ES-2026-000123");
    let (code, answer) = receive(&site, &example("03-cancel-as-update-request"), "stale");
    assert!(code == 5 && answer.contains("<ErrorCode>3006</ErrorCode>"), "{answer}");
    let after = site.run(&["measure", "list", "--json"]).ok().lines();
    assert_eq!(after, measures, "a refused update changes nothing");
}

#[test]
fn a_sealed_site_takes_an_order_as_not_accredited_and_tells_of_none() {
    let site = Site::real();
    assert_eq!(receive(&site, &example("01-create-request"), "created").0, 0);
    let orders = site.run(&["order", "list", "--json"]).ok().lines();
    assert_eq!(orders[0]["accredited"], false);
    let (code, answer) = receive(&site, &example("06-get-request"), "got");
    assert!(code == 5 && answer.contains("<ErrorCode>3003</ErrorCode>"), "{answer}");
    let out = site.file("exported.xml");
    let words = ["measure", "export", "--hi1", "--order", "AUTO 0000/2026", "--out"];
    let words: Vec<&str> = words.into_iter().chain(out.to_str()).collect();
    assert_eq!(site.command().args(words).output().unwrap().status.code(), Some(5));
    assert!(!out.exists());
}

#[test]
fn an_exported_order_imports_elsewhere_as_the_same_measures() {
    let (here, there) = (Site::dev(), Site::dev());
    here.add_order("O-1", &[Measure::always("ES-1", "OPLAB-ES")]);
    let out = here.file("exported.xml");
    let words = ["measure", "export", "--hi1", "--order", "O-1", "--out", out.to_str().unwrap()];
    here.run(&words).ok();
    assert_eq!(receive(&there, &out, "answer").0, 0);
    let of = |site: &Site| site.run(&["measure", "list", "--json"]).ok().lines();
    assert_eq!(of(&here), of(&there));
    // A file that is there is left alone.
    assert_ne!(here.command().args(words).output().unwrap().status.code(), Some(0));
}

/// Sends one message over TLS; `None` when nothing came back.
fn post(port: &Serving<'_>, identity: &Identity, address: &str, body: &str) -> Option<String> {
    let head = "POST /hi1 HTTP/1.1\r\nContent-Type: text/xml";
    ask(port, identity, address, head, body)
}

fn ask(
    port: &Serving<'_>,
    identity: &Identity,
    address: &str,
    head: &str,
    body: &str,
) -> Option<String> {
    let config = identity.client(port.certificate()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = tokio_rustls::TlsConnector::from(config).connect(name, tcp).await.ok()?;
        let head = format!(
            "{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
        let mut octets = Vec::new();
        let _closed_without_farewell = stream.read_to_end(&mut octets).await;
        Some(String::from_utf8(octets).unwrap()).filter(|text| !text.is_empty())
    })
}

#[test]
fn over_tls_a_registered_authority_is_answered_and_a_stranger_is_not() {
    let site = Site::dev();
    let known = Identity::generate("lea.example").unwrap();
    let stranger = Identity::generate("stranger.example").unwrap();
    let certificate = site.write("lea.pem", &known.certificate_pem);
    let words = ["hi1", "sender", "add", "lea", "--id", "ES:LEA-0001", "--certificate"];
    let words: Vec<&str> = words.into_iter().chain(certificate.to_str()).collect();
    site.run(&words).ok();
    let address = format!("127.0.0.1:{}", free_port());
    let port = Serving::start(&site, &["--dev", "--listen", "127.0.0.1:0", "--hi1", &address], 1);
    let create = std::fs::read_to_string(example("01-create-request")).unwrap();
    assert_eq!(post(&port, &stranger, &address, &create), None);
    let other = create.replace("LEA-0001", "LEA-0002");
    let answer = post(&port, &known, &address, &other).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("<ErrorCode>3000<"), "{answer}");
    let answer = post(&port, &known, &address, &create).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("content-type: text/xml"), "{answer}");
    assert_eq!(answer.matches("<CREATEResponse>").count(), 3, "{answer}");
    for (head, status) in [
        ("POST /hi1 HTTP/1.1\r\nContent-Type: application/json", 415),
        ("GET /hi1 HTTP/1.1\r\nContent-Type: text/xml", 405),
        ("POST / HTTP/1.1\r\nContent-Type: text/xml", 404),
    ] {
        let answer = ask(&port, &known, &address, head, &create).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {answer}");
    }
    // Removed, it is a stranger as well.
    site.run(&["hi1", "sender", "remove", "lea"]).ok();
    assert_eq!(post(&port, &known, &address, &create), None);
    port.stop();
    let orders = site.run(&["order", "list", "--json"]).ok().lines();
    assert_eq!(orders.len(), 1);
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
