//! Who signed: the signature, the stamp, and whether the trust sheet names their keys.
use super::Checker;
use crate::{
    document::TrustSheet,
    index::Index,
    layout, pem,
    report::{Code, Fingerprint},
    sign::{
        Fault, cades,
        certificate::{Read as Certificate, Use},
        signed_data::Signed,
        stamp,
    },
};
use lacre_proof::{LogVkey, hash::sha256};
use lacre_term::Micros;
use std::io::{self, Read, Seek};

/// Clocks of one site may differ so much, in seconds.
pub(super) const SKEW_S: i64 = 300;

impl<R: Read + Seek> Checker<R> {
    /// The signature over the signed list and the stamp over the signature.
    pub(super) fn signature(&mut self, index: Option<&Index>) -> io::Result<()> {
        let p7s = self.file(layout::SIGNATURE, layout::DOCUMENT_OCTETS_MAX)?;
        let tsr = self.file(layout::STAMP, layout::DOCUMENT_OCTETS_MAX)?;
        let list = self.file(layout::ASIC_MANIFEST, layout::LIST_OCTETS_MAX)?;
        let seal_ca = self.certificate(layout::SEAL_CA)?;
        let tsa_ca = self.certificate(layout::TSA_CA)?;
        let Some(p7s) = p7s else { return Ok(()) };
        if let (Some(list), Some(ca)) = (list, seal_ca) {
            let verdict = vouched(cades::check(&p7s, &list), &ca, Use::Seal);
            match verdict {
                Ok(signed) => self.signed_at = Some(signed.signing_time),
                Err(fault) => {
                    self.findings.add(Code::Signature, layout::SIGNATURE, &[&fault.to_string()]);
                }
            }
        }
        if let (Some(tsr), Some(ca)) = (tsr, tsa_ca) {
            match vouched(stamp::check(&tsr, &p7s), &ca, Use::Stamp) {
                Ok(signed) => self.stamped_at = Some(signed.signing_time),
                Err(fault) => {
                    self.findings.add(Code::Stamp, layout::STAMP, &[&fault.to_string()]);
                }
            }
        }
        self.times(index);
        Ok(())
    }

    /// The stamp is not older than the signature, nor the signature than the package.
    fn times(&mut self, index: Option<&Index>) {
        let (Some(signed), Some(stamped)) = (self.signed_at, self.stamped_at) else { return };
        if stamped.plus_seconds(SKEW_S) < signed {
            let (stamped, signed) = (stamped.rfc3339(), signed.rfc3339());
            self.findings.add(Code::StampTime, layout::STAMP, &[&stamped, &signed]);
        }
        let made = index.and_then(Index::made_at);
        if made.is_some_and(|made| made.seconds() != signed.seconds()) {
            self.findings.add(Code::IndexDiffers, layout::INDEX_JSON, &["made_at"]);
        }
    }

    fn certificate(&mut self, name: &str) -> io::Result<Option<Certificate>> {
        let Some(octets) = self.file(name, layout::DOCUMENT_OCTETS_MAX)? else { return Ok(None) };
        let read = std::str::from_utf8(&octets)
            .ok()
            .and_then(pem::read)
            .and_then(|der| Certificate::parse(&der).ok());
        if read.is_none() {
            self.findings.add(Code::Unreadable, name, &["not one P-256 certificate in PEM"]);
        }
        Ok(read)
    }

    /// The keys in the package, their fingerprints, and what the sheet says of them.
    pub(super) fn keys(&mut self, sheet: Option<&TrustSheet>) -> io::Result<()> {
        if sheet.is_none() {
            self.findings.add(Code::OriginNotChecked, "", &[]);
        }
        for (what, name) in [("seal_ca", layout::SEAL_CA), ("tsa_ca", layout::TSA_CA)] {
            let Some(octets) = self.container.octets(name, layout::DOCUMENT_OCTETS_MAX)? else {
                continue;
            };
            let Some(der) = std::str::from_utf8(&octets).ok().and_then(pem::read) else { continue };
            let same = |pem: &str| pem::read_loosely(pem).as_deref() == Some(&der[..]);
            let named = sheet.map(|sheet| match what {
                "seal_ca" => sheet.seal_cas.iter().any(|pem| same(pem)),
                _ => sheet.tsa_cas.iter().any(|tsa| same(&tsa.pem)),
            });
            let own = sheet.is_none_or(|sheet| {
                sheet.tsa_cas.iter().any(|tsa| tsa.self_asserted && same(&tsa.pem))
            });
            self.key(what, name, String::new(), &der, named);
            if what == "tsa_ca" && own {
                let at = self.stamped_at.map_or(String::new(), Micros::rfc3339);
                self.findings.add(Code::SelfAsserted, layout::STAMP, &[&at]);
            }
        }
        self.log_key(sheet)?;
        if let Some(quorum) = sheet.map(|sheet| sheet.quorum).filter(|quorum| *quorum > 0) {
            self.findings.add(Code::Witnesses, "", &[&quorum.to_string()]);
        }
        Ok(())
    }

    fn log_key(&mut self, sheet: Option<&TrustSheet>) -> io::Result<()> {
        let Some(octets) = self.file(layout::VKEY, layout::DOCUMENT_OCTETS_MAX)? else {
            return Ok(());
        };
        let vkey = std::str::from_utf8(&octets)
            .ok()
            .and_then(|text| text.strip_suffix('\n'))
            .and_then(|text| LogVkey::parse(text).ok());
        let Some(vkey) = vkey else {
            self.findings.add(Code::Unreadable, layout::VKEY, &["not a log key on one line"]);
            return Ok(());
        };
        let text = vkey.to_string();
        let named = sheet.map(|sheet| {
            sheet.logs.iter().any(|log| log.origin == vkey.name() && log.vkey == text)
        });
        self.key("log", layout::VKEY, text, vkey.key(), named);
        self.vkeys.push(vkey);
        Ok(())
    }

    fn key(
        &mut self,
        what: &'static str,
        name: &str,
        key: String,
        octets: &[u8],
        named: Option<bool>,
    ) {
        let sha256 = sha256(octets);
        if named == Some(false) {
            self.findings.add(Code::KeyNotNamed, name, &[&sha256.to_hex()]);
        }
        self.fingerprints.push(Fingerprint { what, key, sha256, named_by_sheet: named });
    }
}

/// A signature that holds, by a certificate that its CA vouches for at that time.
fn vouched(verdict: Result<Signed, Fault>, ca: &Certificate, usage: Use) -> Result<Signed, Fault> {
    let signed = verdict?;
    signed.signer.check(ca, usage, signed.signing_time)?;
    Ok(signed)
}
