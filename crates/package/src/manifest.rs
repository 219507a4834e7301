//! The lists of hashes: BagIt's manifests and the ASiC manifest that is signed.
//!
//! Made from the files as they are: writer and verifier call the same functions.
//!
//! Rules: RFC 8493 (BagIt 1.0); ETSI EN 319 162-1 annex A.4 (ASiCManifest).
use crate::layout;
use lacre_term::{Digest, Micros, hex};

/// One file of the package, in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) size: u64,
    pub(crate) digest: Digest,
}

impl File<'_> {
    fn is_payload(&self) -> bool {
        self.name.starts_with("data/")
    }

    fn is_meta(&self) -> bool {
        self.name.starts_with("META-INF/") || self.name == layout::MIMETYPE
    }
}

/// `manifest-sha256.txt`.
pub(crate) fn payload<'a>(files: impl Iterator<Item = File<'a>>) -> String {
    files.filter(File::is_payload).map(|file| line(&file)).collect()
}

/// `tagmanifest-sha256.txt`.
pub(crate) fn tags<'a>(files: impl Iterator<Item = File<'a>>) -> String {
    files
        .filter(|file| !file.is_payload() && !file.is_meta() && file.name != layout::TAG_MANIFEST)
        .map(|file| line(&file))
        .collect()
}

fn line(file: &File<'_>) -> String {
    format!("{}  {}\n", file.digest, file.name)
}

/// `bag-info.txt`.
pub(crate) fn info<'a>(
    files: impl Iterator<Item = File<'a>>,
    made_at: Micros,
    agent: &str,
    order: &str,
) -> String {
    let (octets, count) = files.filter(File::is_payload).fold((0_u64, 0_u64), |sum, file| {
        (sum.0.saturating_add(file.size), sum.1.saturating_add(1))
    });
    let date = made_at.rfc3339();
    format!(
        "Bag-Software-Agent: {agent}\nBagging-Date: {}\nExternal-Identifier: {order}\n\
         Payload-Oxum: {octets}.{count}\n",
        date.get(..10).unwrap_or(&date)
    )
}

const ASIC_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <asic:ASiCManifest xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" \
    xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n\
    <asic:SigReference URI=\"META-INF/signature.p7s\" MimeType=\"application/pkcs7-signature\"/>\n";
const ASIC_FOOT: &str = "</asic:ASiCManifest>\n";

/// `META-INF/ASiCManifest.xml`: every file but the media type and META-INF itself.
pub(crate) fn asic<'a>(files: impl Iterator<Item = File<'a>>) -> String {
    let mut out = String::from(ASIC_HEAD);
    for file in files.filter(|file| !file.is_meta()) {
        out.push_str(&asic_line(&file));
    }
    out.push_str(ASIC_FOOT);
    out
}

fn asic_line(file: &File<'_>) -> String {
    // Names are plain ASCII (layout::name_fault): nothing to escape.
    format!(
        "<asic:DataObjectReference URI=\"{}\" MimeType=\"{}\"><ds:DigestMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>{}\
         </ds:DigestValue></asic:DataObjectReference>\n",
        file.name,
        layout::media_type(file.name),
        hex::base64(&file.digest.0)
    )
}

/// The files that a signed list names, as far as it is one of ours: to say which one differs.
pub(crate) fn read_asic(text: &str) -> impl Iterator<Item = (&str, Digest)> {
    text.lines().filter_map(|line| {
        let (_, rest) = line.split_once("URI=\"")?;
        let (name, rest) = rest.split_once('"')?;
        let (_, rest) = rest.split_once("<ds:DigestValue>")?;
        let (digest, _) = rest.split_once('<')?;
        Some((name, Digest(hex::from_base64(digest)?.try_into().ok()?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_holds_its_own_files_and_reads_back() {
        let names = [
            "mimetype",
            "data/a.json",
            "bagit.txt",
            "tagmanifest-sha256.txt",
            "META-INF/signature.p7s",
        ];
        let files =
            || names.into_iter().map(|name| File { name, size: 2, digest: Digest([7; 32]) });
        assert_eq!(payload(files()), format!("{}  data/a.json\n", Digest([7; 32])));
        assert_eq!(tags(files()), format!("{}  bagit.txt\n", Digest([7; 32])));
        assert!(info(files(), Micros(0), "a", "o").ends_with("Payload-Oxum: 2.1\n"));
        let asic = asic(files());
        let read: Vec<_> = read_asic(&asic).collect();
        let wanted = ["data/a.json", "bagit.txt", "tagmanifest-sha256.txt"];
        assert_eq!(read, wanted.map(|name| (name, Digest([7; 32]))));
    }
}
