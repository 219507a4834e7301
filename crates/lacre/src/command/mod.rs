//! One file per subcommand, and the way from a command line to it.
mod communications;
mod decode;
mod demo;
mod hi1;
mod init;
mod intake;
mod integrity;
mod ledger;
mod measure;
mod order;
mod package;
mod quarantine;
mod register;
mod serve;
mod unseal;
mod verify;

use crate::cli::{Cli, Command, IntakeCommand, Measure};
use crate::compose;
use crate::context::{Context, SharedHouse};
use crate::failure::Failure;
use crate::socket;
use std::io::Write;
use std::path::PathBuf;

/// Runs a command line to its exit code. Errors are written for people, once, here.
pub(crate) fn dispatch(cli: Cli, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let common = cli.common.clone();
    let mut context = Context { common, cwd, out, err };
    let result = run(cli, &mut context);
    finish(result, &mut context)
}

fn finish(result: Result<u8, Failure>, context: &mut Context<'_>) -> u8 {
    let code = match result {
        Ok(code) => code,
        Err(failure) => {
            if failure.code != 0 {
                let _nobody_reads = writeln!(context.err, "error: {failure}");
            }
            failure.code
        }
    };
    let _nobody_reads = context.out.flush();
    code
}

fn run(cli: Cli, context: &mut Context<'_>) -> Result<u8, Failure> {
    match cli.command {
        Command::Decode(args) => decode::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        _ => {
            let dir = site_dir(context)?;
            match compose::open(&dir)? {
                Some(owned) => with_house(&owned.house, cli.command, context),
                None => {
                    let spanish = context.lang() == crate::cli::Lang::Es;
                    let socket = compose::socket_path(&dir);
                    socket::forward(&socket, &cli, spanish, context.out, context.err)
                }
            }
        }
    }
}

/// Runs a command in a house that is open already: a server's.
pub(crate) fn run_in(
    house: &SharedHouse,
    cli: Cli,
    cwd: PathBuf,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let common = cli.common.clone();
    let mut context = Context { common, cwd, out, err };
    let result = with_house(house, cli.command, &mut context);
    finish(result, &mut context)
}

/// The folder of the site a command works on.
pub(crate) fn site_dir(context: &Context<'_>) -> Result<PathBuf, Failure> {
    let dir = context.common.site.as_ref().ok_or_else(|| {
        Failure::usage("no site was named: say which with --site DIR or LACRE_SITE")
    })?;
    Ok(context.path(dir))
}

fn with_house(
    house: &SharedHouse,
    command: Command,
    context: &mut Context<'_>,
) -> Result<u8, Failure> {
    match command {
        Command::Unseal(args) => unseal::run(house, &args, context),
        Command::Peer(args) => register::peer(house, &args, context),
        Command::User(args) => register::user(house, &args, context),
        Command::Case(args) => register::case(house, &args, context),
        Command::Order(args) => order::run(house, &args, context),
        Command::Measure(Measure::List) => order::measures(house, context),
        Command::Measure(Measure::Export(args)) => hi1::export(house, &args, context),
        Command::Measure(Measure::Health(args)) => measure::health(house, &args, context),
        Command::Measure(Measure::Silence(args)) => measure::silence(house, &args, context),
        Command::Hi1(args) => hi1::run(house, &args, context),
        Command::Intake(args) => match args.command {
            None => intake::run(house, &args, context),
            Some(IntakeCommand::Status) => intake::status(house, context),
            Some(IntakeCommand::Gaps) => intake::gaps(house, context),
            Some(IntakeCommand::Quarantine(args)) => quarantine::run(house, &args, context),
        },
        Command::Communications(args) => communications::run(house, &args, context),
        Command::Package(args) => package::run(house, &args, context),
        Command::Ledger(args) => ledger::run(house, &args, context),
        Command::Rebuild => communications::rebuild(house, context),
        Command::Demo(_)
        | Command::Init(_)
        | Command::Serve(_)
        | Command::Decode(_)
        | Command::Verify(_) => {
            Err(Failure::usage("this command does not run inside a server: run it by itself"))
        }
    }
}
