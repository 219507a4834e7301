//! What every story of the command starts from: the built binary, a site in a folder of its own,
//! the recorded streams and what an independent decoder read in them.
//!
//! Nothing here looks inside: a story sees what a user sees (arguments, files, output, exit code).
#![allow(dead_code, unreachable_pub, reason = "each story uses its own part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
pub mod search;
pub mod serving;

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The recorded streams, HI2 (signalling) and HI3 (content) of each.
pub const STREAMS: [&str; 8] = [
    "openli-voip-hi2",
    "openli-voip-hi3",
    "openli-ip-hi2",
    "openli-ip-hi3",
    "openli-email-hi2",
    "openli-email-hi3",
    "openli-integ-hi2",
    "openli-integ-hi3",
];

/// The peer that delivered them, as `vectors/orders/openli.json` names the operator.
pub const PEER: &str = "OPLAB-ES";
/// The order of `vectors/orders/openli.json`.
pub const ORDER: &str = "AUTO-2026-88";
/// The one LIID of the streams that no order covers.
pub const UNCOVERED: &str = "ES-HI1V-2026-0011";

/// A file below `vectors/`.
pub fn vector(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(name)
}

/// The file of a recorded stream.
pub fn stream(name: &str) -> PathBuf {
    vector("handover/openli").join(format!("{name}.ber"))
}

/// The order that covers the recorded streams, but for [`UNCOVERED`].
pub fn openli_order() -> PathBuf {
    vector("orders/openli.json")
}

/// The binary, with nothing of this machine's environment that could change what it says.
pub fn lacre() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacre"));
    for name in ["LACRE_SITE", "LACRE_PERSON", "LACRE_REASON", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.text(), self.stderr);
        self
    }

    /// Asserts exit code 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// stdout as JSON Lines: every line must be one object with a schema.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        json_lines(&self.stdout)
    }

    /// The last line of stdout as JSON.
    #[track_caller]
    pub fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("no line: {}", self.stderr))
    }
}

/// JSON Lines, each an object with a `schema`.
#[track_caller]
pub fn json_lines(octets: &[u8]) -> Vec<Value> {
    octets
        .split(|octet| *octet == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let value: Value = serde_json::from_slice(line).unwrap();
            assert!(value["schema"].is_string(), "a line without a schema: {value}");
            value
        })
        .collect()
}

/// Runs a command that needs no site.
pub fn run<A: AsRef<OsStr>>(args: &[A]) -> Ran {
    Ran::of(lacre().args(args).output().unwrap())
}

/// A site in a folder of its own, erased when the story ends. `dir` is the site, `handover` what
/// `lacre init` wrote out beside it, `room` a place for the story's own files.
pub struct Site {
    pub dir: PathBuf,
    pub handover: PathBuf,
    pub person: Option<String>,
    room: TempDir,
}

impl Site {
    fn init(args: &[&str]) -> Self {
        let room = tempfile::Builder::new().prefix("lacre-").tempdir().unwrap();
        let dir = room.path().join("site");
        let handover = room.path().join("site-handover");
        let made = Ran::of(lacre().arg("init").arg(&dir).args(args).output().unwrap());
        made.ok();
        Self { dir, handover, person: None, room }
    }

    /// A `--dev` site.
    pub fn dev() -> Self {
        Self::init(&["--dev"])
    }

    /// A `--dev` site with the order that covers the recorded streams.
    pub fn dev_with_openli_order() -> Self {
        let site = Self::dev();
        site.run(&["order".as_ref(), "add".as_ref(), openli_order().as_os_str()]).ok();
        site
    }

    /// A real one: five shares, three of which open it.
    pub fn real() -> Self {
        Self::init(&["--shares", "5", "--threshold", "3"])
    }

    /// The story's own folder, outside the site.
    pub fn room(&self) -> &Path {
        self.room.path()
    }

    /// A path in the story's own folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// Writes a file into the story's own folder.
    pub fn write(&self, name: &str, octets: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        write(&path, octets.as_ref());
        path
    }

    /// The command with this site, person and a reason.
    pub fn command(&self) -> Command {
        let mut command = lacre();
        command.env("LACRE_SITE", &self.dir).env("LACRE_REASON", "story").current_dir(self.room());
        if let Some(person) = &self.person {
            command.env("LACRE_PERSON", person);
        }
        command
    }

    /// Runs the command on this site.
    pub fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Ran {
        Ran::of(self.command().args(args).output().unwrap())
    }

    /// Takes files and gives the summary line.
    #[track_caller]
    pub fn intake(&self, files: &[PathBuf]) -> Value {
        self.intake_from(files, PEER)
    }

    /// Takes files as delivered by `peer` and gives the summary line.
    #[track_caller]
    pub fn intake_from(&self, files: &[PathBuf], peer: &str) -> Value {
        let mut command = self.command();
        command.arg("intake").args(files).args(["--operator", peer, "--json"]);
        let summary = Ran::of(command.output().unwrap()).ok().last();
        assert_eq!(summary["schema"], "lacre.intake/1");
        assert_balanced(&summary);
        summary
    }

    /// Takes recorded streams by name, in this order, in one command.
    #[track_caller]
    pub fn intake_streams(&self, names: &[&str]) -> Value {
        let files: Vec<PathBuf> = names.iter().map(|name| stream(name)).collect();
        self.intake(&files)
    }

    /// The rows of `lacre communications --json`.
    #[track_caller]
    pub fn communications(&self) -> Vec<Value> {
        self.run(&["communications", "--json"]).ok().lines()
    }

    /// Content of communication `n` in a form, read back from the file the command wrote.
    #[track_caller]
    pub fn content(&self, n: u64, form: &str) -> Vec<u8> {
        let out = self.file(&format!("content-{n}-{form}"));
        let number = n.to_string();
        let mut command = self.command();
        command.args(["communications", "content", &number, "--as", form, "--out"]).arg(&out);
        Ran::of(command.output().unwrap()).ok();
        let octets = std::fs::read(&out).unwrap();
        std::fs::remove_file(&out).unwrap();
        octets
    }
}

/// Writes a file of the story's own: nothing to be synced.
#[allow(clippy::disallowed_methods, reason = "a story's own file is not evidence")]
pub fn write(path: &Path, octets: &[u8]) {
    std::fs::write(path, octets).unwrap();
}

/// The sum that must hold in every summary.
#[track_caller]
pub fn assert_balanced(summary: &Value) {
    let quarantined: u64 = quarantined(summary).values().sum();
    let classes = ["stored", "duplicates", "conflicts", "control", "rejected"];
    let classes: u64 = classes.iter().map(|name| number(summary, name)).sum();
    assert_eq!(number(summary, "received"), classes + quarantined, "{summary}");
}

/// Counts of quarantined PDUs by reason.
#[track_caller]
pub fn quarantined(summary: &Value) -> BTreeMap<String, u64> {
    let reasons = summary["quarantined"].as_object().unwrap();
    let some = reasons.iter().filter(|(_, count)| count.as_u64() != Some(0));
    some.map(|(reason, count)| (reason.clone(), count.as_u64().unwrap())).collect()
}

/// A count in a line.
#[track_caller]
pub fn number(line: &Value, name: &str) -> u64 {
    line[name].as_u64().unwrap_or_else(|| panic!("no count {name} in {line}"))
}

/// A row without what depends on the order of arrival: numbers, parts, roots, and the flag that
/// says a restart was inferred. Sorted, so that two sites can be compared.
pub fn comparable(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            let fields = row.as_object_mut().unwrap();
            for name in ["n", "vault", "parts", "root", "leaf", "flags"] {
                fields.remove(name).unwrap();
            }
            row.to_string()
        })
        .collect();
    rows.sort();
    rows
}

/// A text in a line.
#[track_caller]
pub fn text<'v>(line: &'v Value, name: &str) -> &'v str {
    line[name].as_str().unwrap_or_else(|| panic!("no text {name} in {line}"))
}

/// What an independent decoder read of one PDU of a recorded stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub offset: u64,
    pub octets: u64,
    pub sha256: String,
    pub liid: String,
    pub cin: u64,
    pub seq: u64,
    pub time_us: i64,
    /// `IRI`, `CC`, `HI1` or `TRI`.
    pub payload: String,
    /// IRI type or direction; `-` when neither applies.
    pub of: String,
    pub kind: String,
}

impl Expected {
    /// True for what a session uses up and nobody keeps.
    pub fn is_keep_alive(&self) -> bool {
        self.kind == "keep-alive"
    }
}

/// The independent decode of a recorded stream.
pub fn expected(name: &str) -> Vec<Expected> {
    let path = vector("handover/openli").join(format!("{name}.tsv"));
    let table = std::fs::read_to_string(path).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        Expected {
            offset: cells[0].parse().unwrap(),
            octets: cells[1].parse().unwrap(),
            sha256: cells[2].to_owned(),
            liid: cells[3].to_owned(),
            cin: cells[4].parse().unwrap(),
            seq: cells[5].parse().unwrap(),
            time_us: cells[6].parse().unwrap(),
            payload: cells[7].to_owned(),
            of: cells[8].to_owned(),
            kind: cells[9].to_owned(),
        }
    })
    .collect()
}

/// Every PDU of every recorded stream.
pub fn expected_of_all() -> Vec<Expected> {
    STREAMS.iter().flat_map(|name| expected(name)).collect()
}

/// SHA-256 in hexadecimal.
pub fn sha256(octets: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(octets).iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Every regular file below `dir`.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// A permutation of `items` that depends on `seed` alone.
pub fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut order = items.to_vec();
    let mut state = seed;
    for at in (1..order.len()).rev() {
        // splitmix64: enough to shuffle, the same on every machine.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let other = usize::try_from(mixed % (u64::try_from(at).unwrap() + 1)).unwrap();
        order.swap(at, other);
    }
    order
}

/// One measure of an order a story writes itself: everything in scope unless it says otherwise.
#[derive(Debug, Clone)]
pub struct Measure<'a> {
    pub liid: &'a str,
    pub operator: &'a str,
    pub from: &'a str,
    pub until: &'a str,
    pub content: bool,
}

impl<'a> Measure<'a> {
    /// A measure in force all through the year in which the vectors were made.
    pub fn of(liid: &'a str, operator: &'a str) -> Self {
        let (from, until) = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        Self { liid, operator, from, until, content: true }
    }

    /// A measure in force whatever today is.
    pub fn always(liid: &'a str, operator: &'a str) -> Self {
        let (from, until) = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
        Self { liid, operator, from, until, content: true }
    }
}

/// An order document of a story's own.
pub fn order(name: &str, measures: &[Measure<'_>]) -> Value {
    let measures: Vec<Value> = measures
        .iter()
        .map(|it| {
            serde_json::json!({
                "liid": it.liid,
                "operator": it.operator,
                "identity": {"type": "sip-uri", "value": "sip:+34600000001@ims.example.es"},
                "from": it.from,
                "until": it.until,
                "scope": {"content": it.content, "origin_destination": true, "location": true,
                          "other_traffic": true},
            })
        })
        .collect();
    serde_json::json!({
        "case": "DP-1-2026", "order": name, "court": "T.I. Villademo, plaza 1", "profile": "es",
        "granted_at": "2020-01-01T00:00:00Z", "measures": measures,
    })
}

impl Site {
    /// Registers an order of the story's own.
    #[track_caller]
    pub fn add_order(&self, name: &str, measures: &[Measure<'_>]) {
        let path = self.write(&format!("{name}.json"), order(name, measures).to_string());
        self.run(&["order".as_ref(), "add".as_ref(), path.as_os_str()]).ok();
    }
}
