//! What `cargo metadata` says of the workspace: members, floors, dependencies, licences.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::process::{Failure, Workspace, capture};

/// The part of `cargo metadata` that we judge.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

/// A package, ours or another's.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) manifest_path: String,
    pub(crate) dependencies: Vec<Dependency>,
    metadata: Option<BTreeMap<String, serde_json::Value>>,
}

/// A dependency as the manifest declares it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

impl Dependency {
    pub(crate) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

impl Package {
    /// `[package.metadata.lacre] floor = N`.
    pub(crate) fn floor(&self) -> Option<u64> {
        self.metadata.as_ref()?.get("lacre")?.get("floor")?.as_u64()
    }
}

impl Metadata {
    pub(crate) fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let args = ["metadata", "--format-version", "1", "--locked", "--quiet"];
        Self::parse(&capture(&mut workspace.cargo(args))?)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text)
            .map_err(|e| Failure::new(format!("`cargo metadata` said what we do not read: {e}")))
    }

    pub(crate) fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Our own crates and xtask.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|p| self.workspace_members.contains(&p.id))
    }
}
