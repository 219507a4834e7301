//! What a user types (DESIGN section 4).
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Evidence store for court-ordered interceptions of telecommunications.
#[derive(Debug, Clone, Parser)]
#[command(name = "lacre", version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The site's folder.
    #[arg(long, global = true, env = "LACRE_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// Who acts.
    #[arg(long, global = true, env = "LACRE_PERSON", value_name = "NAME")]
    pub person: Option<String>,
    /// Why: required to open content, written into the act.
    #[arg(long, global = true, env = "LACRE_REASON", value_name = "TEXT")]
    pub reason: Option<String>,
    /// Machine-readable output: JSON Lines with a `schema` field.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of what is meant for people.
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub lang: Option<Lang>,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Spanish.
    Es,
    /// English.
    En,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// A synthetic site: operators deliver live, a status page opens, nothing is kept.
    Demo(Demo),
    /// Make a site: keys, shares, log identity, trust sheet, court quarantine keys.
    Init(Init),
    /// Open the site for reading with k of its n shares.
    Unseal(Unseal),
    /// Receive: the handover port, custody and the status page.
    Serve(Serve),
    /// Mediation functions that may deliver.
    #[command(subcommand)]
    Peer(Peer),
    /// People who may act.
    #[command(subcommand)]
    User(User),
    /// Cases.
    #[command(subcommand)]
    Case(Case),
    /// Judges' orders.
    #[command(subcommand)]
    Order(Order),
    /// Measures: one LIID each.
    #[command(subcommand)]
    Measure(Measure),
    /// Orders as messages of TS 103 120.
    #[command(subcommand)]
    Hi1(Hi1),
    /// Take recorded handovers, the same journey as the wire; quarantine.
    Intake(Intake),
    /// PDUs of a file, one a line; no site needed.
    Decode(Decode),
    /// List communications, show one, open its content.
    Communications(Communications),
    /// Evidence packages for the court.
    #[command(subcommand)]
    Package(Package),
    /// Verify a package: no site, no network, no account.
    Verify(Verify),
    /// The transparency log.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Make everything derived again from the ground.
    Rebuild,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    /// Run to an end and exit with a summary.
    #[arg(long)]
    pub once: bool,
    /// Keep the site in this folder instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Port of the status page on 127.0.0.1.
    #[arg(long, default_value_t = 8443, value_name = "PORT")]
    pub port: u16,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Init {
    /// The folder to make; must not exist or be empty.
    pub dir: PathBuf,
    /// A site for trying things out: its share lies inside, one person may do everything.
    #[arg(long)]
    pub dev: bool,
    /// Shares to make, one a person.
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub shares: u8,
    /// Shares needed to unseal.
    #[arg(long, default_value_t = 3, value_name = "K")]
    pub threshold: u8,
    /// Name in certificates and in the log's origin.
    #[arg(long, default_value = "lacre.example/site", value_name = "NAME")]
    pub name: String,
    /// Where shares, court keys and trust sheet are written [default: DIR-handover].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Unseal {
    /// Files with one share each.
    #[arg(long = "share", value_name = "FILE", required = true)]
    pub shares: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Allow a `--dev` site to be served.
    #[arg(long)]
    pub dev: bool,
    /// Address of the mutual-TLS handover port; repeatable.
    #[arg(long = "listen", value_name = "ADDR:PORT")]
    pub listen: Vec<std::net::SocketAddr>,
    /// Certificate chain of the handover port (PEM) [default: one the site makes].
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// Private key of that certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Open the plain listeners of peers registered as plain: unauthenticated, shown as such.
    #[arg(long)]
    pub plain: bool,
    /// Address of the status page [default: none].
    #[arg(long, value_name = "ADDR:PORT")]
    pub web: Option<std::net::SocketAddr>,
    /// Address where registered authorities send HI1 messages over mutual TLS [default: none].
    #[arg(long, value_name = "ADDR:PORT")]
    pub hi1: Option<std::net::SocketAddr>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Peer {
    /// Register a mediation function.
    Add(PeerAdd),
    /// List them.
    List,
    /// Remove one.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PeerAdd {
    /// Its name here.
    pub name: String,
    /// The operator it belongs to, as measures name it [default: NAME].
    #[arg(long)]
    pub operator: Option<String>,
    /// Its certificate (PEM or DER): mutual TLS.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plain", "file"])]
    pub certificate: Option<PathBuf>,
    /// Plain TCP on a listener bound to this loopback or tunnel address: unauthenticated.
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "file")]
    pub plain: Option<std::net::SocketAddr>,
    /// The tunnel interface that owns the plain address.
    #[arg(long, requires = "plain")]
    pub interface: Option<String>,
    /// Recorded files only.
    #[arg(long)]
    pub file: bool,
    /// Operator identifiers its headers may carry; repeatable [default: the operator].
    #[arg(long = "operator-id", value_name = "ID")]
    pub operator_ids: Vec<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum User {
    /// Register a person.
    Add {
        /// Their name.
        name: String,
        /// Their role: judge, clerk, prosecutor, defence, investigator, transcriber,
        /// li-operator, auditor, administrator.
        #[arg(long)]
        role: String,
    },
    /// List them.
    List,
    /// Remove one.
    Remove {
        /// Their name.
        name: String,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Case {
    /// Open a case before its first order.
    Add {
        /// Its name.
        case: String,
        /// The court that conducts it.
        #[arg(long)]
        court: Option<String>,
    },
    /// List them.
    List,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Order {
    /// Register an order from its JSON file.
    Add {
        /// The order (JSON).
        file: PathBuf,
    },
    /// Register a prórroga: a later end, the same vault.
    Extend {
        /// The order.
        order: String,
        /// The new end, excluded (RFC 3339).
        #[arg(long, value_name = "TIME")]
        until: String,
        /// When it was granted (RFC 3339).
        #[arg(long, value_name = "TIME")]
        granted_at: Option<String>,
        /// Only the measure with this LIID; repeatable.
        #[arg(long = "liid", value_name = "LIID")]
        liids: Vec<String>,
        /// The judge's signed file.
        #[arg(long, value_name = "FILE")]
        document: Option<PathBuf>,
    },
    /// End measures before their time.
    Cease {
        /// The order.
        order: String,
        /// First moment no longer authorised (RFC 3339) [default: now].
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Only the measure with this LIID; repeatable.
        #[arg(long = "liid", value_name = "LIID")]
        liids: Vec<String>,
    },
    /// Bring the judge's signed file of an order registered without it.
    Document {
        /// The order.
        order: String,
        /// The file.
        file: PathBuf,
    },
    /// Confirm, in a court role, what was entered about an order.
    Confirm {
        /// The order.
        order: String,
    },
    /// List them.
    List,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Measure {
    /// List them.
    List,
    /// Write them as the message that an operator's system imports; an act.
    Export(Export),
    /// How well each one delivers: silence, gaps, conflicts, clocks; counts only, no shares.
    Health(Health),
    /// Set how long measures may be without IRI before the alarm; an act.
    Silence(Silence),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Health {
    /// Only the measures of this order.
    #[arg(long)]
    pub order: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Silence {
    /// Hours, from 1 to 8784 (a site that sets nothing: 24).
    pub hours: u32,
    /// Only the measure of this LIID, as `lacre measure list` shows it.
    #[arg(long, requires = "operator")]
    pub liid: Option<String>,
    /// Its operator.
    #[arg(long, requires = "liid")]
    pub operator: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Export {
    /// As a message of TS 103 120.
    #[arg(long, required = true)]
    pub hi1: bool,
    /// The order.
    #[arg(long)]
    pub order: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Only the measures of this operator [default: the only one].
    #[arg(long)]
    pub operator: Option<String>,
    /// Who sends, as the operator knows us.
    #[arg(long, value_name = "COUNTRY:ID", default_value = "ES:LACRE")]
    pub sender: String,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Hi1 {
    /// Take one message and write its answer.
    Receive {
        /// The message (XML).
        file: PathBuf,
        /// The file to write the answer to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Authorities and operators that may send messages over mutual TLS.
    #[command(subcommand)]
    Sender(Hi1SenderCommand),
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Hi1SenderCommand {
    /// Register one.
    Add {
        /// Its name here.
        name: String,
        /// As its messages name it.
        #[arg(long, value_name = "COUNTRY:ID")]
        id: String,
        /// Its certificate (PEM or DER).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
        /// An operator: delivers notifications, orders nothing [default: an authority].
        #[arg(long)]
        operator: bool,
    },
    /// List them.
    List,
    /// Remove one.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Intake {
    #[command(subcommand)]
    pub command: Option<IntakeCommand>,
    /// Recorded handovers: PS-PDUs back to back.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The peer that delivered them.
    #[arg(long, value_name = "PEER")]
    pub operator: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IntakeCommand {
    /// Counts since the site was made.
    Status,
    /// Gaps recorded, by measure.
    Gaps,
    /// What no order covers, closed to the court's keys.
    #[command(subcommand)]
    Quarantine(Quarantine),
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Quarantine {
    /// Count it by bag and reason; no key needed.
    List,
    /// Open it with a court key and bind it again under the orders registered now.
    Release {
        /// The court's key, as `lacre init` wrote it out.
        #[arg(long, value_name = "FILE")]
        court_key: PathBuf,
        /// Only this bag; repeatable.
        #[arg(long = "bag", value_name = "BAG")]
        bags: Vec<String>,
    },
    /// Destroy it.
    Destroy {
        /// This bag; repeatable.
        #[arg(long = "bag", value_name = "BAG", required = true)]
        bags: Vec<String>,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Decode {
    /// PS-PDUs back to back.
    pub file: PathBuf,
    /// Verify the operator's integrity checks by this profile: default, es-lab, openli, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// A key that opens encrypted PDUs, in hexadecimal; may be given more than once.
    #[arg(long, value_name = "FILE", requires = "profile")]
    pub container_key: Vec<PathBuf>,
    /// Show every field by its standard name.
    #[arg(long)]
    pub fields: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Communications {
    #[command(subcommand)]
    pub command: Option<CommunicationsCommand>,
    #[command(flatten)]
    pub filter: CommunicationsFilter,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CommunicationsFilter {
    /// Of this case.
    #[arg(long)]
    pub case: Option<String>,
    /// Under this order.
    #[arg(long)]
    pub order: Option<String>,
    /// Under this LIID.
    #[arg(long)]
    pub liid: Option<String>,
    /// Of this medium: voice, message, email, ip, event, other.
    #[arg(long)]
    pub medium: Option<String>,
    /// Whose texts hold these words; a word ending in * stands for all that begin so.
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CommunicationsCommand {
    /// One communication.
    Show {
        /// Its number within the case.
        n: u64,
        /// The case, when the site has several.
        #[arg(long = "of-case", value_name = "CASE")]
        of_case: Option<String>,
    },
    /// Open its content; an act, with a reason.
    Content {
        /// Its number within the case.
        n: u64,
        /// The form.
        #[arg(long = "as", value_enum, value_name = "FORM")]
        form: Form,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The case, when the site has several.
        #[arg(long = "of-case", value_name = "CASE")]
        of_case: Option<String>,
    },
}

/// Forms of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The originals: PS-PDU octets back to back.
    Raw,
    /// 16-bit PCM, one channel per call side.
    Wav,
    /// Packets (pcapng).
    Pcap,
    /// Texts of messages and mails.
    Text,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Package {
    /// Make the package of an order, verify it, let it out.
    Make {
        /// The order.
        #[arg(long)]
        order: String,
        /// The file to write.
        #[arg(long, value_name = "F.asice")]
        out: PathBuf,
    },
    /// List packages made.
    List,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Verify {
    /// The package.
    pub file: PathBuf,
    /// The trust sheet the court holds.
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,
    /// A vault head the court holds.
    #[arg(long, value_name = "FILE")]
    pub head: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Ledger {
    /// The newest checkpoint, a signed note.
    Checkpoint,
    /// Prove a commitment (64 hexadecimal digits).
    Prove {
        /// The commitment.
        commitment: String,
    },
    /// Derive the whole log again from its entries and compare.
    Audit,
    /// Enter a vault head now and write it for the court.
    Head {
        /// The order.
        #[arg(long)]
        order: String,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}
