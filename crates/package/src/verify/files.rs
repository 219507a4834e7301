//! Files against lists: the container, the signed list, BagIt's lists, the order of the index.
use super::Checker;
use crate::{
    container::reader::Fault,
    index::{self, Index},
    layout, manifest,
    report::{Code, Findings},
};
use lacre_proof::hash::sha256;
use lacre_term::Digest;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Seek},
};

/// A fault of the container as a finding.
pub(super) fn report(fault: &Fault, findings: &mut Findings) {
    match fault {
        Fault::End => findings.add(Code::NotAContainer, "", &[]),
        Fault::Directory { entry } => {
            findings.add(Code::HeaderAltered, format!("directory, entry {entry}"), &[]);
        }
        Fault::Header { name } => findings.add(Code::HeaderAltered, name, &[]),
        Fault::Name { name, why } => findings.add(Code::NameRefused, name, &[why]),
        Fault::Twice { name } => findings.add(Code::NameTwice, name, &[]),
        Fault::Hidden { at } => findings.add(Code::HiddenOctets, format!("octet {at}"), &[]),
        Fault::Checksum { name } => findings.add(Code::Checksum, name, &[]),
    }
}

impl<R: Read + Seek> Checker<R> {
    /// The media type and the signed list; names each file that differs from it.
    pub(super) fn signed_list(&mut self) -> io::Result<()> {
        for (name, text) in
            [(layout::MIMETYPE, layout::MIMETYPE_TEXT), (layout::BAGIT, layout::BAGIT_TEXT)]
        {
            if self.digest(name).is_some_and(|digest| digest != sha256(text.as_bytes())) {
                self.findings.add(Code::Altered, name, &[]);
            }
        }
        let made = manifest::asic(self.files());
        if self.digest(layout::ASIC_MANIFEST) == Some(sha256(made.as_bytes())) {
            return Ok(());
        }
        let Some(found) = self.file(layout::ASIC_MANIFEST, layout::LIST_OCTETS_MAX)? else {
            return Ok(());
        };
        let found = String::from_utf8_lossy(&found).into_owned();
        let listed: BTreeMap<&str, Digest> = manifest::read_asic(&found).collect();
        let here: BTreeMap<&str, Digest> = manifest::read_asic(&made).collect();
        let mut named = false;
        for (name, digest) in &listed {
            let code = match here.get(name) {
                None => Code::Missing,
                Some(other) if other != digest => Code::Altered,
                Some(_) => continue,
            };
            self.findings.add(code, *name, &[]);
            named = true;
        }
        for name in here.keys().filter(|name| !listed.contains_key(*name)) {
            self.findings.add(Code::Extra, *name, &[]);
            named = true;
        }
        if !named {
            self.findings.add(Code::ListAltered, layout::ASIC_MANIFEST, &[]);
        }
        Ok(())
    }

    /// Every file in its place, none missing, none too many.
    pub(super) fn sequence(&mut self, index: &Index) {
        let wanted = layout::sequence(index);
        let found: Vec<String> =
            self.container.entries.iter().map(|entry| entry.name.clone()).collect();
        if wanted == found {
            return;
        }
        let (want, have): (BTreeSet<_>, BTreeSet<_>) =
            (wanted.iter().collect(), found.iter().collect());
        for name in want.difference(&have) {
            self.missing(name);
        }
        for name in have.difference(&want) {
            if !self.findings.names(name) {
                self.findings.add(Code::Extra, name.as_str(), &[]);
            }
        }
        if want == have {
            let different = wanted.iter().zip(&found).find(|(want, have)| want != have);
            let (want, have) = different.map_or(("", ""), |(want, have)| (want, have));
            self.findings.add(Code::OutOfOrder, have, &[want]);
        }
    }

    /// BagIt's lists and the table are exactly those that files and index make. Checked only when
    /// the signed list named nothing: otherwise they differ for the same reason.
    pub(super) fn bag_lists(&mut self, index: &Index) -> io::Result<()> {
        let Some(made_at) = index.made_at() else {
            self.findings.add(Code::Unreadable, layout::INDEX_JSON, &["made_at"]);
            return Ok(());
        };
        if self.findings.broken() {
            return Ok(());
        }
        let info = manifest::info(self.files(), made_at, &index.agent, &index.order);
        let payload = manifest::payload(self.files());
        let tags = manifest::tags(self.files());
        let table = index::table(&index.communications, &index.stubs);
        let lists = [
            (layout::BAG_INFO, info),
            (layout::MANIFEST, payload),
            (layout::TAG_MANIFEST, tags),
            (layout::INDEX_CSV, table),
        ];
        for (name, made) in lists {
            if self.digest(name) != Some(sha256(made.as_bytes())) {
                self.findings.add(Code::ListAltered, name, &[]);
            }
        }
        Ok(())
    }
}
