//! `lacre serve`: the handover port, custody and the status page, until told to stop.
use super::site_dir;
use crate::cli::Serve;
use crate::compose;
use crate::context::{Context, read_file};
use crate::failure::Failure;
use crate::running::{Doors, Running};
use crate::socket;
use lacre_custody::warrant::Transport;
use lacre_receiver::Listener;
use std::io::Write;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Receives until SIGINT or SIGTERM, then stops receiver, intake, ledger, in this order.
pub(super) fn run(args: &Serve, context: &mut Context<'_>) -> Result<u8, Failure> {
    let dir = site_dir(context)?;
    let owned = compose::open(&dir)?
        .ok_or_else(|| Failure::with(6, "the site is in use by another process: stop it first"))?;
    let house = Arc::clone(&owned.house);
    if house.site().is_dev() && !args.dev {
        return Err(Failure::refused(
            "this is a --dev site, whose share lies inside it: serve it with --dev",
        ));
    }
    let mut listeners: Vec<Listener> =
        args.listen.iter().map(|address| Listener::Tls { address: *address }).collect();
    if args.plain {
        listeners.extend(plain_listeners(&house));
    }
    if listeners.is_empty() {
        return Err(Failure::usage(
            "nowhere to listen: name the handover port with --listen ADDR:PORT, or --plain",
        ));
    }
    let identity = match (&args.certificate, &args.key) {
        (Some(certificate), Some(key)) => {
            Some((read_file(&context.path(certificate))?, read_file(&context.path(key))?))
        }
        _ => None,
    };
    let doors = Doors { listeners, identity, web: args.web, hi1: args.hi1, synthetic: false };
    let json = context.common.json;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::with(1, format!("could not start: {error}")))?;
    let served = runtime.block_on(async {
        let mut told = Told::listen()?;
        let mut running = Running::start(&dir, Arc::clone(&house), doors, move |line| {
            if json {
                let mut out = std::io::stdout();
                // A log nobody reads must not stop receiving.
                let _nobody_reads = writeln!(out, "{line}").and_then(|()| out.flush());
            }
        })
        .await?;
        socket::listen(&compose::socket_path(&dir), Arc::clone(&house))?;
        announce(&running, !args.listen.is_empty(), context)?;
        tokio::select! {
            () = told.wait() => {}
            // Intake that failed ends the process: a supervisor starts it again, it recovers.
            () = running.ended() => {}
        }
        running.stop().await
    });
    let _gone_already = std::fs::remove_file(compose::socket_path(&dir));
    served.map(|()| 0)
}

fn plain_listeners(house: &lacre_custody::House) -> Vec<Listener> {
    house.with_book(|book, _| {
        book.register()
            .peers()
            .filter_map(|peer| match &peer.transport {
                Transport::Plain { address, interface } => {
                    Some(Listener::Plain { address: *address, tunnel: interface.clone() })
                }
                _ => None,
            })
            .collect()
    })
}

fn announce(running: &Running, tls: bool, context: &mut Context<'_>) -> Result<(), Failure> {
    for address in running.addresses() {
        if context.common.json {
            context.json(&serde_json::json!({
                "schema": "lacre.listening/1", "address": address.to_string(),
            }))?;
            context.out.flush()?;
        } else {
            let text = format!("{} {address}", context.say("escucha en", "listening on"));
            context.tell(&text)?;
        }
    }
    // A plain port shows none.
    if let Some(certificate) = running.certificate().filter(|_| tls) {
        let text = format!(
            "{} {}",
            context.say("certificado del puerto:", "certificate of the port:"),
            certificate.display()
        );
        context.tell(&text)?;
    }
    if let Some(web) = running.web_address() {
        let text = format!("https://{web}/");
        context.tell(&text)?;
    }
    if let Some(address) = running.hi1_address() {
        if context.common.json {
            context.json(&serde_json::json!({
                "schema": "lacre.hi1-listening/1", "address": address.to_string(),
            }))?;
            context.out.flush()?;
        }
        context.tell(&format!("https://{address}/hi1"))?;
    }
    Ok(())
}

/// SIGINT and SIGTERM, listened for from before the first door opens: from then on there is
/// something to stop in order.
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    fn listen() -> Result<Self, Failure> {
        let unable = |error: std::io::Error| Failure::with(1, format!("no signals: {error}"));
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(unable)?,
            interrupt: signal(SignalKind::interrupt()).map_err(unable)?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
