//! A forger's workbench: takes a package apart and puts it together again, with or without keys.
//! Written apart from the crate's own writer, so that the two also check each other.
use lacre_package::SiteIdentity;
use lacre_proof::hash::sha256;
use lacre_term::{Micros, hex};

pub(crate) type Files = Vec<(String, Vec<u8>)>;

fn le(octets: &[u8]) -> usize {
    octets.iter().rev().fold(0, |sum, octet| sum * 256 + usize::from(*octet))
}

/// Where each file's content stands in the container.
pub(crate) fn places(container: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let mut places = vec![];
    let mut at = 0;
    while container[at..].starts_with(b"PK\x03\x04") {
        let (size, name) = (le(&container[at + 18..at + 22]), le(&container[at + 26..at + 28]));
        let content = at + 30 + name;
        let name = String::from_utf8(container[at + 30..content].to_vec()).unwrap();
        places.push((name, content..content + size));
        at = content + size;
    }
    places
}

pub(crate) fn unpack(container: &[u8]) -> Files {
    let places = places(container).into_iter();
    places.map(|(name, range)| (name, container[range].to_vec())).collect()
}

fn crc(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

pub(crate) fn pack(files: &Files) -> Vec<u8> {
    let (mut out, mut directory) = (vec![], vec![]);
    for (name, octets) in files {
        let offset = out.len() as u32;
        let mut common = vec![10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc(octets).to_le_bytes());
        common.extend((octets.len() as u32).to_le_bytes());
        common.extend((octets.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        out.extend([&b"PK\x03\x04"[..], &common, &[0, 0], name.as_bytes(), octets].concat());
        directory.extend([&b"PK\x01\x02\x0a\x00"[..], &common, &[0; 12]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (out.len() as u32, files.len() as u16);
    let size = directory.len() as u32;
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

pub(crate) fn file<'f>(files: &'f mut Files, name: &str) -> &'f mut Vec<u8> {
    &mut files.iter_mut().find(|(found, _)| found == name).unwrap_or_else(|| panic!("{name}")).1
}

/// Makes every list anew and signs them: what someone does who holds the seal and stamp keys.
pub(crate) fn sign_again(files: &mut Files, identity: &SiteIdentity, at: Micros, stamp: Micros) {
    *file(files, "data/keys/seal-ca.pem") = identity.seal_ca_pem().into_bytes();
    *file(files, "data/keys/tsa-ca.pem") = identity.tsa_ca_pem().into_bytes();
    let payload = |files: &Files| -> Files {
        files.iter().filter(|(name, _)| name.starts_with("data/")).cloned().collect()
    };
    let lines = |files: &Files| -> Vec<u8> {
        let line = |(name, octets): &(String, Vec<u8>)| format!("{}  {name}\n", sha256(octets));
        files.iter().map(line).collect::<String>().into_bytes()
    };
    let data = payload(files);
    let octets: usize = data.iter().map(|(_, octets)| octets.len()).sum();
    let info = String::from_utf8(file(files, "bag-info.txt").clone()).unwrap();
    let (kept, _) = info.split_once("Payload-Oxum").unwrap();
    let info = format!("{kept}Payload-Oxum: {octets}.{}\n", data.len());
    *file(files, "bag-info.txt") = info.into_bytes();
    *file(files, "manifest-sha256.txt") = lines(&data);
    let tags = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "LEEME.html", "README.html"];
    let tags: Files = tags.map(|name| (name.to_owned(), file(files, name).clone())).to_vec();
    *file(files, "tagmanifest-sha256.txt") = lines(&tags);
    let list = String::from_utf8(file(files, "META-INF/ASiCManifest.xml").clone()).unwrap();
    let head: String = list.lines().take(3).map(|line| format!("{line}\n")).collect();
    let body: String = files
        .iter()
        .filter(|(name, _)| !name.starts_with("META-INF/") && name != "mimetype")
        .map(|(name, octets)| {
            let kind = match name.rsplit_once('.').unwrap().1 {
                "json" | "jsonl" => "application/json",
                "csv" => "text/csv",
                "html" => "text/html",
                "wav" => "audio/wav",
                "pdf" => "application/pdf",
                "pem" => "application/x-pem-file",
                "txt" | "vkey" | "salt" | "tlog-proof" => "text/plain",
                _ => "application/octet-stream",
            };
            format!(
                "<asic:DataObjectReference URI=\"{name}\" MimeType=\"{kind}\"><ds:DigestMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>{}\
                 </ds:DigestValue></asic:DataObjectReference>\n",
                hex::base64(&sha256(octets).0)
            )
        })
        .collect();
    let list = format!("{head}{body}</asic:ASiCManifest>\n").into_bytes();
    let signature = identity.sign(&list, at).unwrap();
    *file(files, "META-INF/signature.tsr") = identity.stamp(&signature, stamp).unwrap();
    *file(files, "META-INF/signature.p7s") = signature;
    *file(files, "META-INF/ASiCManifest.xml") = list;
}

/// A seeded generator: the same numbers in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}
