//! Who plays in the demo and what they say: two operators, five lines, invented throughout.
use crate::failure::Failure;
use crate::running::Running;
use lacre_custody::register::{Author, new_vault};
use lacre_custody::warrant::{Change, OrderAdded, OrderDocument, Peer, Transport};
use lacre_custody::{CustodyError, House, certificate, clock};
use lacre_testkit::scenario::{Call, MessageForm};
use lacre_testkit::{Identity, Line, Scenario};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;

/// The demo's order.
pub(super) const ORDER: &str = "AUTO-DEMO-1";

/// One synthetic operator: its certificate and what it delivers.
pub(super) struct Operator {
    /// Its name, as measures and headers give it.
    pub(super) name: String,
    identity: Arc<Identity>,
    /// What it delivers.
    pub(super) scenario: Scenario,
}

impl Operator {
    /// TLS with its own certificate to the port of `running` and no other.
    pub(super) fn client(&self, running: &Running) -> Result<Arc<ClientConfig>, Failure> {
        let path = running
            .certificate()
            .ok_or_else(|| Failure::with(1, "the port's certificate is not there"))?;
        let pem = crate::context::read_file(path)?;
        let server =
            certificate::fingerprint(&pem).map_err(|error| Failure::with(1, error.to_string()))?;
        self.identity.client(server).map_err(|error| Failure::with(1, error.to_string()))
    }

    /// The same operator with the communications of another round.
    pub(super) fn round(&self, round: u32) -> Self {
        Self {
            name: self.name.clone(),
            identity: Arc::clone(&self.identity),
            scenario: scenario(&self.name, round),
        }
    }
}

const OPERATORS: [&str; 2] = ["DEMO-NORTE", "DEMO-SUR"];

/// Registers order, measures and peers, and gives the operators.
pub(super) fn operators(house: &House) -> Result<Vec<Operator>, Failure> {
    let author = Author { person: "demo".into(), role: "dev".into(), reason: None };
    let order = OrderDocument::parse(order_json().as_bytes()).map_err(CustodyError::from)?;
    let added = OrderAdded { vault: new_vault()?, document: None, order };
    house.change(Change::OrderAdded(Box::new(added)), &author, clock::now())?;
    let mut operators = Vec::new();
    for name in OPERATORS {
        let identity =
            Identity::generate(name).map_err(|error| Failure::with(1, error.to_string()))?;
        let peer = Peer {
            name: name.to_owned(),
            operator: name.to_owned(),
            transport: Transport::Tls { certificate_sha256: identity.sha256() },
            operator_ids: Vec::new(),
        };
        house.change(Change::PeerAdded(peer), &author, clock::now())?;
        let (name, identity) = (name.to_owned(), Arc::new(identity));
        operators.push(Operator { scenario: scenario(&name, 0), name, identity });
    }
    Ok(operators)
}

fn order_json() -> String {
    let from = clock::now().plus_seconds(-86_400).rfc3339();
    let until = clock::now().plus_seconds(90 * 86_400).rfc3339();
    let measure = |liid: &str, operator: &str, kind: &str, value: &str| {
        serde_json::json!({
            "liid": liid,
            "operator": operator,
            "identity": { "type": kind, "value": value },
            "from": from,
            "until": until,
            "scope": {
                "content": true,
                "origin_destination": true,
                "location": true,
                "other_traffic": true,
            },
        })
    };
    let measures = [
        measure("DEMO-0412-01", "DEMO-NORTE", "msisdn", "+34000555001"),
        measure("DEMO-0412-02", "DEMO-NORTE", "msisdn", "+34000555002"),
        measure("DEMO-0412-03", "DEMO-SUR", "msisdn", "+34000555003"),
        measure("DEMO-0412-04", "DEMO-SUR", "email", "linea4@correo.example"),
    ];
    let order = serde_json::json!({
        "case": "DP-412-2026",
        "order": ORDER,
        "court": "T.I. Villademo, plaza 3",
        "profile": "es",
        "granted_at": from,
        "measures": measures,
    });
    order.to_string()
}

fn seconds(tenths: u64) -> Duration {
    Duration::from_millis(tenths.saturating_mul(100))
}

/// What `operator` delivers in a round; CINs are of the round, so that nothing comes twice.
fn scenario(operator: &str, round: u32) -> Scenario {
    let mut script = Scenario::new();
    let cin = |k: u32| round.saturating_mul(100).saturating_add(k);
    let seed = u64::from(round);
    if operator == "DEMO-NORTE" {
        let one = script.line(Line::new("DEMO-0412-01", operator, "34000555001"));
        let two = script.line(Line::new("DEMO-0412-02", operator, "34000555002"));
        let call = Call {
            other: "34000555031".into(),
            incoming: false,
            length: seconds(60),
            seed: seed.wrapping_add(7),
        };
        script.call(one, cin(1), seconds(1), &call);
        let other = ("34000555032", true);
        script.message(one, cin(2), seconds(20), other, (MessageForm::Sms, "¿Nos vemos mañana?"));
        let call = Call {
            other: "34000555033".into(),
            incoming: true,
            length: seconds(40),
            seed: seed.wrapping_add(9),
        };
        script.call(two, cin(3), seconds(10), &call);
        let other = ("34000555034", false);
        script.message(two, cin(4), seconds(30), other, (MessageForm::Text, "Llego a las ocho."));
    } else {
        let three = script.line(Line::new("DEMO-0412-03", operator, "34000555003"));
        let four = script.line(Line::new("DEMO-0412-04", operator, "34000555004"));
        script.ip_session(three, cin(1), seconds(1), (seconds(60), 120, seed.wrapping_add(3)));
        let ends = ("linea4@correo.example", "otro@correo.example", false);
        let mail = ("Presupuesto", "Adjunto las cuentas del mes.\r\nUn saludo.");
        script.email(four, cin(2), seconds(5), ends, mail);
        let ends = ("otro@correo.example", "linea4@correo.example", true);
        script.email(four, cin(3), seconds(25), ends, ("Re: Presupuesto", "Recibido, gracias."));
        // A line no order names: it ends in quarantine, closed to the court's keys.
        let stray = script.line(Line::new("DEMO-9999-01", operator, "34000555099"));
        let other = ("34000555098", true);
        script.message(stray, cin(9), seconds(15), other, (MessageForm::Text, "Sin orden."));
    }
    script
}
