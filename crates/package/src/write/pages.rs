//! `LEEME.html` and `README.html`: what the package proves, what it does not, how to check it.
//!
//! Plain words for a clerk, a lawyer, a judge; no script, nothing loaded from anywhere, readable
//! without its style and by a screen reader.
use crate::document::VaultHead;
use lacre_term::{Digest, Micros};

/// What the pages say about this package.
pub(super) struct Facts<'a> {
    pub(super) head: &'a VaultHead,
    pub(super) made_at: Micros,
    pub(super) accredited: bool,
    pub(super) communications: usize,
    pub(super) withheld: usize,
    pub(super) parts: u64,
    pub(super) pdus: u64,
    /// Of the seal CA and of the time-stamp CA.
    pub(super) fingerprints: [Digest; 2],
}

const STYLE: &str = "body{max-width:46rem;margin:2rem auto;padding:0 1rem;\
    font:1.05rem/1.6 sans-serif;color:#111;background:#fff}\
    pre{padding:.8rem;background:#f2f2f2;overflow-x:auto}\
    code{overflow-wrap:anywhere}.warning{border:3px solid #8a1f11;padding:.5rem 1rem}";

/// The commands, the same in both languages.
const UNPACK: &str =
    "mkdir paquete &amp;&amp; unzip -q paquete.asice -d paquete &amp;&amp; cd paquete";
const HASHES: &str = "sha256sum -c --quiet manifest-sha256.txt &amp;&amp; \
    sha256sum -c --quiet tagmanifest-sha256.txt\n\
    grep -cF \"$(openssl dgst -sha256 -binary tagmanifest-sha256.txt | base64)\" \
    META-INF/ASiCManifest.xml";
const SIGNATURE: &str = "openssl cms -verify -binary -cades -purpose any -inform DER \\\n  \
    -in META-INF/signature.p7s -content META-INF/ASiCManifest.xml \\\n  \
    -CAfile data/keys/seal-ca.pem -out /dev/null";
const STAMP: &str = "openssl ts -verify -data META-INF/signature.p7s \\\n  \
    -in META-INF/signature.tsr -CAfile data/keys/tsa-ca.pem\n\
    openssl ts -reply -in META-INF/signature.tsr -text";
const FINGERPRINTS: &str = "openssl x509 -noout -fingerprint -sha256 -in data/keys/seal-ca.pem\n\
    openssl x509 -noout -fingerprint -sha256 -in data/keys/tsa-ca.pem\n\
    cat data/keys/log.vkey";
const ONE_PDU: &str = "cd data/communications/1/part-1\n\
    sed -n 2p leaves.csv\n\
    tail -c +$((OFFSET+1)) pdus.ber | head -c LENGTH | sha256sum";
const WHOLE: &str = "lacre-verify paquete.asice --trust trust.json";

/// Text that may stand in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(language: &str, title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn fingerprint(digest: &Digest) -> String {
    let hex = digest.to_hex().to_ascii_uppercase();
    let octets: Vec<_> = hex.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    octets.join(":")
}

fn step(text: &str, command: &str) -> String {
    format!("<li><p>{text}</p>\n<pre><code>{command}</code></pre></li>\n")
}

/// `LEEME.html`.
pub(super) fn spanish(facts: &Facts<'_>) -> String {
    let Facts { head, communications, withheld, parts, pdus, .. } = facts;
    let (case, order) = (escaped(&head.case), escaped(&head.order));
    let [seal, stamp] = facts.fingerprints.each_ref().map(fingerprint);
    let made = facts.made_at;
    let mut body = String::new();
    if !facts.accredited {
        body.push_str(
            "<p class=\"warning\" role=\"note\"><strong>Auto no acreditado.</strong> Ningún órgano \
             judicial ha confirmado en este sistema el auto bajo el que se guardó esto, o falta \
             su documento.</p>\n",
        );
    }
    body.push_str(&format!(
        "<p>Este archivo contiene lo que los operadores entregaron bajo el auto {order} de la \
         pieza {case}: {communications} comunicaciones en {parts} partes, {pdus} entregas \
         originales, y {withheld} comunicaciones retenidas, que se cuentan pero no se muestran. \
         Se hizo el {made} (hora UTC).</p>\n\
         <h2>Qué queda probado</h2>\n<ul>\n\
         <li>Cada octeto de <code>pdus.ber</code> es el que se recibió y se selló: su huella \
         está en el sello de su parte, y el sello en un registro de asientos que solo puede \
         crecer.</li>\n\
         <li>Los sellos forman una cadena numerada sin huecos ({seals} en total): quitar, añadir o \
         cambiar de sitio una comunicación se nota, y se dice cuál falta.</li>\n\
         <li>La lista de todos los archivos está firmada y fechada.</li>\n</ul>\n\
         <h2>Qué no queda probado</h2>\n<ul>\n\
         <li>Que el operador entregara todo. Antes de la primera escritura duradera, una pérdida o \
         una invención solo pueden verse en los números, recuentos y firmas del operador.</li>\n\
         <li>Quién habla en una grabación, ni que sea cierto lo que se dice.</li>\n\
         <li>Los audios, paquetes, textos e índices: están firmados con el paquete, pero son \
         derivados. Si importan, se rehacen desde los originales.</li>\n\
         <li>La hora del sello de tiempo, si la autoridad es la del propio sitio: es su palabra. \
         La hora de intercepción es palabra del operador.</li>\n\
         <li>De quién son las claves. Las que van dentro solo prueban que el paquete no está \
         roto: compárelas con la hoja de confianza (<code>trust.json</code>) que guarda el \
         juzgado.</li>\n\
         </ul>\n",
        seals = head.seals
    ));
    body.push_str("<h2>Cómo comprobarlo</h2>\n<p>Sin red y sin programas nuestros:</p>\n<ol>\n");
    body.push_str(&step("Abra el paquete en una carpeta vacía.", UNPACK));
    body.push_str(&step(
        "Compruebe las huellas. Los dos primeros mandatos no dicen nada si todo está bien; el \
         último debe decir 1.",
        HASHES,
    ));
    body.push_str(&step("Compruebe la firma. Debe decir <q>successful</q>.", SIGNATURE));
    body.push_str(&step(
        "Compruebe el sello de tiempo. Debe decir <q>Verification: OK</q>.",
        STAMP,
    ));
    body.push_str(&step(
        &format!(
            "Compare las claves con la hoja de confianza del juzgado, no con esta página. Aquí \
             dicen ser: sellos <code>{seal}</code>; tiempo <code>{stamp}</code>."
        ),
        FINGERPRINTS,
    ));
    body.push_str(&step(
        "Compruebe una entrega cualquiera: los números segundo y tercero de la fila son OFFSET y \
         LENGTH, y el último es lo que debe salir.",
        ONE_PDU,
    ));
    body.push_str(&step(
        "Todo a la vez, también los asientos del registro y la cadena de sellos: el programa \
         <code>lacre-verify</code>, o cualquiera que siga <code>spec/package.md</code>.",
        WHOLE,
    ));
    body.push_str("</ol>\n");
    page("es", &format!("Paquete del auto {order}, pieza {case}"), &body)
}

/// `README.html`.
pub(super) fn english(facts: &Facts<'_>) -> String {
    let Facts { head, communications, withheld, parts, pdus, .. } = facts;
    let (case, order) = (escaped(&head.case), escaped(&head.order));
    let [seal, stamp] = facts.fingerprints.each_ref().map(fingerprint);
    let made = facts.made_at;
    let mut body = String::new();
    if !facts.accredited {
        body.push_str(
            "<p class=\"warning\" role=\"note\"><strong>Order not accredited.</strong> No court \
             role has confirmed, in this system, the order under which this was kept, or its \
             document is missing.</p>\n",
        );
    }
    body.push_str(&format!(
        "<p>This file holds what the operators delivered under order {order} of case {case}: \
         {communications} communications in {parts} parts, {pdus} original deliveries, and \
         {withheld} communications withheld, which are counted but not shown. It was made on \
         {made} (UTC).</p>\n\
         <h2>What is proven</h2>\n<ul>\n\
         <li>Every octet of <code>pdus.ber</code> is the one received and sealed: its hash is in \
         its part's seal, and the seal is in a ledger that can only grow.</li>\n\
         <li>The seals form a numbered chain without gaps ({seals} in all): a communication \
         dropped, added or moved shows, and the missing one is named.</li>\n\
         <li>The list of all files is signed and time-stamped.</li>\n</ul>\n\
         <h2>What is not proven</h2>\n<ul>\n\
         <li>That the operator delivered everything. Before the first durable batch, a loss or an \
         invention can only show in the operator's own numbers, counts and signatures.</li>\n\
         <li>Who speaks in a recording, or that what is said is true.</li>\n\
         <li>Audio, packets, texts and the index: they are signed with the package, but derived. \
         Where they matter, make them again from the originals.</li>\n\
         <li>The time of the time stamp, when the authority is the site's own: that is its word. \
         The time of interception is the operator's word.</li>\n\
         <li>Whose the keys are. Those inside only prove that the package is unbroken: compare \
         them with the trust sheet (<code>trust.json</code>) that the court keeps.</li>\n</ul>\n",
        seals = head.seals
    ));
    body.push_str(
        "<h2>How to check it</h2>\n<p>Without network and without our programs:</p>\n<ol>\n",
    );
    body.push_str(&step("Open the package in an empty folder.", UNPACK));
    body.push_str(&step(
        "Check the hashes. The first two commands say nothing when all is well; the last must \
         say 1.",
        HASHES,
    ));
    body.push_str(&step("Check the signature. It must say <q>successful</q>.", SIGNATURE));
    body.push_str(&step("Check the time stamp. It must say <q>Verification: OK</q>.", STAMP));
    body.push_str(&step(
        &format!(
            "Compare the keys with the court's trust sheet, not with this page. Here they claim \
             to be: seals <code>{seal}</code>; time <code>{stamp}</code>."
        ),
        FINGERPRINTS,
    ));
    body.push_str(&step(
        "Check any single delivery: the second and third numbers of the row are OFFSET and LENGTH, \
         and the last is what must come out.",
        ONE_PDU,
    ));
    body.push_str(&step(
        "All of it at once, the ledger's entries and the chain of seals too: the program \
         <code>lacre-verify</code>, or any that follows <code>spec/package.md</code>.",
        WHOLE,
    ));
    body.push_str("</ol>\n");
    page("en", &format!("Package of order {order}, case {case}"), &body)
}
