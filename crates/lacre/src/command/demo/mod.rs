//! `lacre demo`: a synthetic site. Two synthetic operators deliver live over mutual TLS; a status
//! page opens; a package is made and verified. Nothing is kept unless asked.
//!
//! Everything runs that runs on a real site; only the operators, the people and the order are
//! invented, and numbers are of the reserved kind.
mod script;

use crate::cli::Demo;
use crate::compose::{self, Owned};
use crate::context::Context;
use crate::failure::Failure;
use crate::running::{Doors, Running};
use lacre_custody::browse::Asked;
use lacre_custody::catalogue::{Row, State};
use lacre_custody::intake::Totals;
use lacre_custody::register::Author;
use lacre_custody::site::{Plan, Site};
use lacre_custody::{House, clock};
use lacre_engine::embedded;
use lacre_package::document::TrustSheet;
use lacre_package::{Options, verify};
use lacre_receiver::Listener;
use lacre_testkit::mediation::deliver;
use lacre_testkit::{Mediation, MediationSettings};
use script::{ORDER, Operator};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Runs the demo: to an end with `--once`, else until Ctrl-C.
pub(super) fn run(args: &Demo, context: &mut Context<'_>) -> Result<u8, Failure> {
    let place = Place::make(args, context)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::with(1, format!("could not start: {error}")))?;
    let result = runtime.block_on(play(args, &place.site, context));
    if !place.kept {
        // A folder in the system's temporary place that could not go is the system's to clear.
        let _stays_for_the_system = std::fs::remove_dir_all(&place.folder);
    }
    result
}

/// Where the demo's site lies.
struct Place {
    folder: PathBuf,
    site: PathBuf,
    kept: bool,
}

impl Place {
    fn make(args: &Demo, context: &Context<'_>) -> Result<Self, Failure> {
        let (folder, kept) = match &args.keep {
            Some(dir) => (context.path(dir), true),
            None => {
                let name = format!("lacre-demo-{}-{}", std::process::id(), clock::now().0);
                (std::env::temp_dir().join(name), false)
            }
        };
        let made =
            if kept { std::fs::create_dir_all(&folder) } else { std::fs::create_dir(&folder) };
        made.map_err(|error| Failure::file("make", &folder, &error))?;
        Ok(Self { site: folder.join("site"), folder, kept })
    }
}

/// Steps told to the reader as they happen.
async fn play(args: &Demo, dir: &Path, context: &mut Context<'_>) -> Result<u8, Failure> {
    let owned = make_site(dir)?;
    let house = Arc::clone(&owned.house);
    let operators = script::operators(&house)?;
    tell(
        context,
        "1. Sitio sintético con un auto y dos operadoras, todo inventado.",
        "1. A synthetic site with an order and two operators, all invented.",
    )?;
    let web = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, if args.once { 0 } else { args.port })));
    let doors = Doors {
        listeners: vec![Listener::Tls { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) }],
        identity: None,
        web,
        hi1: None,
        synthetic: true,
    };
    let running = Running::start(dir, Arc::clone(&house), doors, |_| {}).await?;
    crate::socket::listen(&compose::socket_path(dir), Arc::clone(&house))?;
    if let Some(page) = running.web_address() {
        let text = format!(
            "2. {} https://{page}/",
            context.say("La página de estado está en", "The status page is at")
        );
        context.tell(&text)?;
    }
    tell(
        context,
        "3. Las operadoras entregan llamadas, mensajes, correos y sesiones IP por TLS.",
        "3. The operators deliver calls, messages, e-mails and IP sessions over TLS.",
    )?;
    let delivered = deliver_all(&operators, &running, if args.once { 0 } else { 1 }).await?;
    let pause = Duration::from_secs(if args.once { 5 } else { 1 });
    tokio::time::sleep(pause).await;
    let outcome = court(&house, dir, &running, context).await?;
    if !args.once {
        go_on(&operators, &running, &house, context).await?;
    }
    running.stop().await?;
    drop(owned);
    summary(delivered, &outcome, context)
}

fn tell(context: &mut Context<'_>, es: &str, en: &str) -> Result<(), Failure> {
    let text = context.say(es, en).to_owned();
    context.tell(&text)
}

fn make_site(dir: &Path) -> Result<Owned, Failure> {
    std::fs::create_dir(dir).map_err(|error| Failure::file("make", dir, &error))?;
    {
        let lock = embedded::lock(dir).map_err(|error| Failure::with(6, error.to_string()))?;
        let engine = embedded::open(dir).map_err(|error| Failure::with(6, error.to_string()))?;
        let name = "demo.lacre.example/site".to_owned();
        let plan = Plan { name, dev: true, shares: 1, threshold: 1 };
        Site::create(engine, &plan, clock::now())?;
        drop(lock);
    }
    compose::open(dir)?.ok_or_else(|| Failure::with(1, "the demo's own site is in use"))
}

async fn deliver_all(
    operators: &[Operator],
    running: &Running,
    speed: u32,
) -> Result<u64, Failure> {
    let address = port(running)?;
    let mut delivered = 0u64;
    let mut tasks = Vec::new();
    for operator in operators {
        let scenario = operator.scenario.clone();
        let tls = operator.client(running)?;
        let settings = MediationSettings::new(&operator.name, address, Some(tls));
        tasks.push(tokio::spawn(async move {
            let (hi2, hi3) = (Mediation::start(settings.clone()), Mediation::start(settings));
            let sent = deliver(&scenario, speed, (&hi2, &hi3), clock::now).await;
            let flushed = (hi2.flush().await, hi3.flush().await);
            let _counts = (hi2.close().await, hi3.close().await);
            sent.and_then(|sent| flushed.0.and(flushed.1).map(|()| sent))
        }));
    }
    for task in tasks {
        match task.await {
            Ok(Ok(sent)) => delivered = delivered.saturating_add(sent),
            _ => return Err(Failure::with(1, "a synthetic operator lost its connection")),
        }
    }
    Ok(delivered)
}

fn port(running: &Running) -> Result<SocketAddr, Failure> {
    let first = running.addresses().first().copied();
    first.ok_or_else(|| Failure::with(1, "the handover port is not open"))
}

/// What the package part of the demo found.
struct Outcome {
    totals: Totals,
    rows: Vec<Row>,
    octets: u64,
    seconds_sealed: u64,
    verdict: u8,
}

fn author() -> Author {
    Author { person: "demo".into(), role: "dev".into(), reason: Some("demo".into()) }
}

async fn court(
    house: &Arc<House>,
    dir: &Path,
    running: &Running,
    context: &mut Context<'_>,
) -> Result<Outcome, Failure> {
    tell(
        context,
        "4. El paquete para el juzgado se sella, se escribe y se verifica.",
        "4. The package for the court is sealed, written and verified.",
    )?;
    let path = dir.with_file_name("demo.asice");
    let (house, out) = (Arc::clone(house), path.clone());
    let made = tokio::task::spawn_blocking(move || package(&house, &out)).await;
    let outcome = match made {
        Ok(outcome) => outcome?,
        Err(_) => return Err(Failure::with(1, "making the package ended badly")),
    };
    count_media(running, &outcome.rows);
    let text = format!("   {} ({})", path.display(), outcome.octets);
    context.tell(&text)?;
    Ok(outcome)
}

fn package(house: &House, out: &Path) -> Result<Outcome, Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    let file = options.open(out).map_err(|error| Failure::file("write", out, &error))?;
    let package = house.make_package(ORDER, &file, &author(), clock::now())?;
    let octets = package.written().octets;
    let sheet = TrustSheet::parse(&house.site().trust_sheet()?)
        .map_err(|error| Failure::with(1, error.to_string()))?;
    let options = Options { trust: Some(sheet), head: None };
    let report = verify(&file, &options).map_err(|error| Failure::with(1, error.to_string()))?;
    let rows = house.communications(&Asked::default(), &author(), clock::now())?;
    Ok(Outcome {
        totals: house.totals(),
        rows,
        octets,
        seconds_sealed: house.site().ledger().size(),
        verdict: report.exit_code,
    })
}

fn count_media(running: &Running, rows: &[Row]) {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in rows {
        let (open, sealed) = counts.entry(row.medium.word().to_owned()).or_default();
        let count = if row.state == State::Open { open } else { sealed };
        *count = count.saturating_add(1);
    }
    *running.media.lock().unwrap_or_else(PoisonError::into_inner) = counts;
}

/// Delivers again and again, and brings the page's counts up, until Ctrl-C.
async fn go_on(
    operators: &[Operator],
    running: &Running,
    house: &Arc<House>,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    tell(
        context,
        "5. Sigue entregando hasta que pulse Ctrl-C.",
        "5. It goes on delivering until you press Ctrl-C.",
    )?;
    let mut round = 1u32;
    loop {
        let again: Vec<Operator> = operators.iter().map(|it| it.round(round)).collect();
        tokio::select! {
            stop = tokio::signal::ctrl_c() => {
                return stop.map_err(|error| Failure::with(1, error.to_string()));
            }
            delivered = deliver_all(&again, running, 1) => { delivered?; }
        }
        let house = Arc::clone(house);
        let listed = tokio::task::spawn_blocking(move || {
            house.communications(&Asked::default(), &author(), clock::now())
        });
        if let Ok(rows) = listed.await {
            count_media(running, &rows?);
        }
        round = round.saturating_add(1);
    }
}

fn summary(delivered: u64, outcome: &Outcome, context: &mut Context<'_>) -> Result<u8, Failure> {
    let totals = &outcome.totals;
    if context.common.json {
        context.json(&serde_json::json!({
            "schema": "lacre.demo/1",
            "delivered": delivered,
            "received": totals.received,
            "stored": totals.stored,
            "quarantined": totals.quarantined,
            "control": totals.control,
            "communications": outcome.rows.len(),
            "package_octets": outcome.octets,
            "ledger_leaves": outcome.seconds_sealed,
            "verify_exit_code": outcome.verdict,
        }))?;
    } else {
        let lines = [
            (context.say("PDU entregadas", "PDUs delivered"), delivered),
            (context.say("PDU recibidas", "PDUs received"), totals.received),
            (context.say("guardadas bajo el auto", "stored under the order"), totals.stored),
            (context.say("en cuarentena", "in quarantine"), totals.quarantined_total()),
            (context.say("de control", "control"), totals.control),
            (
                context.say("comunicaciones", "communications"),
                u64::try_from(outcome.rows.len()).unwrap_or(u64::MAX),
            ),
            (context.say("octetos del paquete", "octets of the package"), outcome.octets),
            (context.say("hojas del registro", "ledger leaves"), outcome.seconds_sealed),
            (
                context.say("veredicto (0: íntegro)", "verdict (0: intact)"),
                u64::from(outcome.verdict),
            ),
        ];
        let lines = lines.map(|(word, count)| format!("{word:<26} {count:>10}"));
        for line in lines {
            context.line(&line)?;
        }
    }
    Ok(outcome.verdict)
}
