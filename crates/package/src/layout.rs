//! Where things are inside a package: names, their order, their bounds.
//!
//! The order of files is part of the format: it is fixed by the index, so that a package can be
//! written again from what it says and must come out the same.
//!
//! Rules: `spec/package.md`; BagIt 1.0 (RFC 8493); ETSI EN 319 162-1 (ASiC-E).
use crate::index::Index;

pub(crate) const MIMETYPE: &str = "mimetype";
pub(crate) const MIMETYPE_TEXT: &str = "application/vnd.etsi.asic-e+zip";
pub(crate) const INDEX_JSON: &str = "data/index.json";
pub(crate) const INDEX_CSV: &str = "data/index.csv";
pub(crate) const CHAIN: &str = "data/chain.jsonl";
pub(crate) const HEAD: Committed = Committed { directory: "data/head", name: "head" };
pub(crate) const REGISTRATION: Committed =
    Committed { directory: "data/order", name: "registration" };
pub(crate) const ORDER: &str = "data/order/order.json";
pub(crate) const VKEY: &str = "data/keys/log.vkey";
pub(crate) const SEAL_CA: &str = "data/keys/seal-ca.pem";
pub(crate) const TSA_CA: &str = "data/keys/tsa-ca.pem";
pub(crate) const BAGIT: &str = "bagit.txt";
pub(crate) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const LEEME: &str = "LEEME.html";
pub(crate) const README: &str = "README.html";
pub(crate) const ASIC_MANIFEST: &str = "META-INF/ASiCManifest.xml";
pub(crate) const SIGNATURE: &str = "META-INF/signature.p7s";
pub(crate) const STAMP: &str = "META-INF/signature.tsr";

/// Files in one package at most.
pub(crate) const ENTRIES_MAX: u64 = 4_000_000;
/// Longest name of a file, octets.
pub(crate) const NAME_OCTETS_MAX: usize = 200;
/// Largest document that is read into memory: seal, head, order.
pub(crate) const DOCUMENT_OCTETS_MAX: u64 = 16 << 20;
/// Largest list that is read into memory: index, manifests.
pub(crate) const LIST_OCTETS_MAX: u64 = 1 << 30;

/// A document with its salt and its proof, as four files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committed<'a> {
    directory: &'a str,
    name: &'a str,
}

impl<'a> Committed<'a> {
    /// The seal in `directory` of a part.
    pub(crate) fn seal(directory: &'a str) -> Self {
        Self { directory, name: "seal" }
    }

    pub(crate) fn document(&self) -> String {
        format!("{}/{}.json", self.directory, self.name)
    }

    pub(crate) fn salt(&self) -> String {
        format!("{}/{}.salt", self.directory, self.name)
    }

    pub(crate) fn inner(&self) -> String {
        format!("{}/inner.json", self.directory)
    }

    pub(crate) fn tlog_proof(&self) -> String {
        format!("{}/proof.tlog-proof", self.directory)
    }

    pub(crate) fn files(&self) -> [String; 4] {
        [self.document(), self.salt(), self.inner(), self.tlog_proof()]
    }
}

/// The directory of communication `n`.
pub(crate) fn communication(n: u64) -> String {
    format!("data/communications/{n}")
}

/// The directory of part `index` of communication `n`.
pub(crate) fn part(n: u64, index: u64) -> String {
    format!("data/communications/{n}/part-{index}")
}

pub(crate) fn pdus(directory: &str) -> String {
    format!("{directory}/pdus.ber")
}

pub(crate) fn leaves(directory: &str) -> String {
    format!("{directory}/leaves.csv")
}

/// Every file that a package with this index has, in its place.
pub(crate) fn sequence(index: &Index) -> Vec<String> {
    let mut names = vec![MIMETYPE.to_owned()];
    for row in &index.communications {
        for sealed in &row.parts {
            let directory = part(row.n, sealed.index);
            names.extend([pdus(&directory), leaves(&directory)]);
            names.extend(Committed::seal(&directory).files());
        }
        let directory = communication(row.n);
        names.extend(row.derivatives.iter().map(|name| format!("{directory}/{name}")));
    }
    names.extend([INDEX_JSON, INDEX_CSV, CHAIN].map(String::from));
    names.extend(HEAD.files());
    names.push(ORDER.to_owned());
    if index.registration_entered {
        names.extend(REGISTRATION.files());
    } else {
        names.push(REGISTRATION.document());
    }
    names.extend(index.order_document.iter().map(|name| format!("data/order/{name}")));
    let rest = [
        VKEY,
        SEAL_CA,
        TSA_CA,
        BAGIT,
        BAG_INFO,
        MANIFEST,
        LEEME,
        README,
        TAG_MANIFEST,
        ASIC_MANIFEST,
        SIGNATURE,
        STAMP,
    ];
    names.extend(rest.map(String::from));
    names
}

/// Why a file may not be called so. Plain ASCII that unpacks alike everywhere and climbs nowhere.
pub(crate) fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > NAME_OCTETS_MAX {
        return Some("a name has 1 to 200 octets");
    }
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"._-/".contains(&octet);
    if !name.bytes().all(plain) {
        return Some("a name has only letters, digits, dot, line, hyphen and slash");
    }
    if name.split('/').any(|step| matches!(step, "" | "." | "..") || step.ends_with('.')) {
        return Some("no step of a name is empty or ends in a dot");
    }
    None
}

/// Whether a derivative or an order document may be called so within its directory.
pub(crate) fn is_plain_file(name: &str) -> bool {
    name_fault(name).is_none() && !name.contains('/') && name.len() <= 100
}

/// The media type for the signed list.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json" | "jsonl") => "application/json",
        Some("csv") => "text/csv",
        Some("txt" | "vkey" | "salt" | "tlog-proof") => "text/plain",
        Some("html") => "text/html",
        Some("wav") => "audio/wav",
        Some("pdf") => "application/pdf",
        Some("pem") => "application/x-pem-file",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_climb_hide_or_differ_between_systems_are_refused() {
        for good in ["mimetype", "data/communications/1/part-1/pdus.ber", "LEEME.html"] {
            assert_eq!(name_fault(good), None, "{good}");
        }
        for bad in ["", "/x", "a//b", "../x", "a/../b", "a/.", "a\\b", "ñ", "a b", "x.", "a\0b"] {
            assert!(name_fault(bad).is_some(), "{bad:?}");
        }
        assert!(is_plain_file("audio.wav") && !is_plain_file("a/b.wav"));
    }
}
