//! Floors and rooms: who may depend on whom, and what a crate must never link.
//!
//! Dependencies look down only; rooms (floor 2) do not know each other; runtime and TLS stay with
//! the doors, so that the rooms can be read and tested without them.
//!
//! Rules: `docs/decisions/0001-floors-and-rooms.md`, `docs/decisions/0002-synchronous-core.md`.

use std::collections::BTreeMap;

use crate::licences;
use crate::metadata::{Metadata, Package};
use crate::process::{Failure, Workspace, capture, say};

/// Which crates of ours each crate may use. A new line is a decision, and has its page.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("term", &[]),
    ("handover", &["term"]),
    ("proof", &["term"]),
    ("store", &["term"]),
    ("warrant", &["term", "store"]),
    ("vault", &["term", "store"]),
    ("ledger", &["term", "proof", "store"]),
    ("catalogue", &["term", "handover", "store"]),
    ("package", &["term", "proof"]),
    (
        "custody",
        &[
            "term",
            "handover",
            "proof",
            "store",
            "warrant",
            "vault",
            "ledger",
            "catalogue",
            "package",
        ],
    ),
    ("receiver", &["term", "handover", "custody"]),
    ("web", &["term", "custody"]),
    ("engine", &["term", "store"]),
    ("testkit", &["term", "handover"]),
    ("lacre", &["term", "handover", "package", "custody", "receiver", "web", "engine", "testkit"]),
];

/// What a crate must not link, however indirectly, and why.
struct Banned {
    crates: &'static [&'static str],
    linked_by: Where,
    why: &'static str,
}

enum Where {
    AllBut(&'static [&'static str]),
    Only(&'static [&'static str]),
}

const BANNED: [Banned; 3] = [
    Banned {
        crates: &["tokio", "mio", "hyper", "axum", "rustls", "tokio-rustls"],
        linked_by: Where::AllBut(&["receiver", "web", "engine", "lacre", "testkit"]),
        why: "floors 0 to 3 are synchronous and have no socket (ADR 0002)",
    },
    Banned {
        crates: &["serde", "serde_core", "serde_json"],
        linked_by: Where::Only(&["handover", "proof"]),
        why: "what reads strangers' octets and what a court's expert reads stays small (ADR 0001)",
    },
    Banned {
        crates: &["rusqlite", "aws-lc-rs", "lacre-store"],
        linked_by: Where::Only(&["package"]),
        why: "an expert must be able to read all that verification links (ADR 0007)",
    },
];

/// Checks everything and lists every fault before failing.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    say("arch: floors, rooms, what each crate links, licences");
    let metadata = Metadata::read(workspace)?;
    let mut faults = floors(&metadata);
    let deny = std::fs::read_to_string(workspace.at("deny.toml"))
        .map_err(|e| Failure::new(format!("could not read deny.toml: {e}")))?;
    faults.extend(licences::refused(&metadata, &licences::allowed(&deny)?));
    for package in metadata.members().filter(|p| short(&p.name).is_some()) {
        faults.extend(manifest(package)?);
        faults.extend(links(workspace, package)?);
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} faults\n  {}", faults.len(), faults.join("\n  "))))
}

/// Floors only look down, and only at the crates the table names.
fn floors(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeMap<&str, &Package> =
        metadata.members().filter_map(|p| Some((short(&p.name)?, p))).collect();
    let mut faults = Vec::new();
    for (name, package) in &ours {
        let Some(floor) = package.floor() else {
            faults.push(format!("{name} states no floor; add [package.metadata.lacre] floor = N"));
            continue;
        };
        let Some((_, may_use)) = MAY_USE.iter().find(|(of, _)| of == name) else {
            faults.push(format!("{name} is not in the table of rooms (xtask/src/arch.rs)"));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(used) = short(&dependency.name) else {
                continue;
            };
            let Some(used_floor) = ours.get(used).and_then(|p| p.floor()) else {
                continue;
            };
            if dependency.is_for_tests() {
                if let Some(fault) = test_look(name, floor, used, used_floor) {
                    faults.push(fault);
                }
            } else if used_floor == 2 && floor == 2 {
                faults.push(format!("{name} uses {used}: rooms do not know each other"));
            } else if used_floor >= floor {
                faults.push(format!(
                    "{name} (floor {floor}) uses {used} (floor {used_floor}): floors only look down"
                ));
            } else if !may_use.contains(&used) {
                faults.push(format!(
                    "{name} uses {used}, which is not among what it may use: {}",
                    may_use.join(", ")
                ));
            }
        }
    }
    faults
}

/// Tests of a door may borrow the floor they stand on and the test kit; tests of a room may not
/// borrow another room.
fn test_look(name: &str, floor: u64, used: &str, used_floor: u64) -> Option<String> {
    let sideways_between_doors = floor >= 3 && used_floor <= 4;
    if used_floor < floor || used == "testkit" || sideways_between_doors {
        return None;
    }
    Some(format!("tests of {name} (floor {floor}) use {used} (floor {used_floor})"))
}

/// Folder, package name and lints are the workspace's.
fn manifest(package: &Package) -> Result<Vec<String>, Failure> {
    let name = short(&package.name).unwrap_or_default();
    let text = std::fs::read_to_string(&package.manifest_path)
        .map_err(|e| Failure::new(format!("could not read {}: {e}", package.manifest_path)))?;
    let mut faults = Vec::new();
    if !package.manifest_path.ends_with(&format!("crates/{name}/Cargo.toml")) {
        faults.push(format!("{} does not lie in crates/{name}", package.name));
    }
    if !text.contains("[lints]\nworkspace = true") {
        faults.push(format!("{name} does not take the workspace's lints"));
    }
    Ok(faults)
}

/// What the crate links when it is built alone; build-time macros are not linked.
fn links(workspace: &Workspace, package: &Package) -> Result<Vec<String>, Failure> {
    let name = short(&package.name).unwrap_or_default();
    let banned: Vec<&Banned> = BANNED.iter().filter(|b| b.applies_to(name)).collect();
    if banned.is_empty() {
        return Ok(Vec::new());
    }
    let edges = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--locked"];
    let mut tree = workspace.cargo(["tree", "--quiet", "-p", &package.name]);
    let linked = capture(tree.args(edges))?;
    let linked: Vec<&str> = linked.lines().filter_map(|l| l.split(' ').next()).collect();
    let mut faults = Vec::new();
    for rule in banned {
        for other in rule.crates.iter().filter(|c| linked.contains(c)) {
            faults.push(format!(
                "{name} links {other}: {}; `cargo tree -p {} -i {other}` shows the way",
                rule.why, package.name
            ));
        }
    }
    Ok(faults)
}

impl Banned {
    fn applies_to(&self, name: &str) -> bool {
        match self.linked_by {
            Where::AllBut(free) => !free.contains(&name),
            Where::Only(bound) => bound.contains(&name),
        }
    }
}

/// The folder's name: `lacre-vault` is `vault`, the binary's package is `lacre`.
fn short(package: &str) -> Option<&str> {
    if package == "lacre" { Some(package) } else { package.strip_prefix("lacre-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of two crates, the first of which depends on the second.
    fn two(user: (&str, u64), used: (&str, u64), kind: &str) -> Metadata {
        let package = |name: &str, floor: u64, dependencies: &str| {
            format!(
                r#"{{"id":"{name}","name":"{name}","version":"0","license":"MIT",
                "manifest_path":"x","dependencies":[{dependencies}],
                "metadata":{{"lacre":{{"floor":{floor}}}}}}}"#
            )
        };
        let dependency = format!(r#"{{"name":"{}","kind":{kind}}}"#, used.0);
        Metadata::parse(&format!(
            r#"{{"packages":[{},{}],"workspace_members":["{}","{}"]}}"#,
            package(user.0, user.1, &dependency),
            package(used.0, used.1, ""),
            user.0,
            used.0
        ))
        .unwrap()
    }

    #[test]
    fn a_room_may_use_the_floor_below() {
        let metadata = two(("lacre-vault", 2), ("lacre-store", 1), "null");
        assert_eq!(floors(&metadata), Vec::<String>::new());
    }

    /// The forbidden sides: another room, a floor above, a floor below that is not in the table.
    #[test]
    fn a_room_may_not_use_a_room_a_door_or_what_the_table_does_not_name() {
        let room = floors(&two(("lacre-vault", 2), ("lacre-ledger", 2), "null"));
        assert_eq!(room, ["vault uses ledger: rooms do not know each other"]);
        let door = floors(&two(("lacre-vault", 2), ("lacre-engine", 4), "null"));
        assert_eq!(door, ["vault (floor 2) uses engine (floor 4): floors only look down"]);
        let other = floors(&two(("lacre-package", 2), ("lacre-store", 1), "null"));
        assert_eq!(other, ["package uses store, which is not among what it may use: term, proof"]);
    }

    #[test]
    fn tests_of_a_room_may_not_use_a_room_but_tests_of_a_door_may_use_a_door() {
        let room = floors(&two(("lacre-vault", 2), ("lacre-ledger", 2), "\"dev\""));
        assert_eq!(room, ["tests of vault (floor 2) use ledger (floor 2)"]);
        let door = floors(&two(("lacre-receiver", 4), ("lacre-engine", 4), "\"dev\""));
        assert_eq!(door, Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        let metadata = Metadata::parse(
            r#"{"packages":[{"id":"a","name":"lacre-term","version":"0","license":"MIT",
            "manifest_path":"x","dependencies":[],"metadata":null}],"workspace_members":["a"]}"#,
        )
        .unwrap();
        assert_eq!(
            floors(&metadata),
            ["term states no floor; add [package.metadata.lacre] floor = N"]
        );
    }

    #[test]
    fn a_runtime_belongs_to_the_doors() {
        let runtime = BANNED.first().unwrap();
        assert!(!runtime.applies_to("receiver"));
        assert!(runtime.applies_to("custody"));
    }
}
