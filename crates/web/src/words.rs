//! The page's words in Spanish and English, complete in both.
//!
//! One struct, two values: a word missing in one language does not compile.
//!
//! Rules: `docs/terms.md` (Spanish is normative).

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Spanish, the default.
    Es,
    /// English.
    En,
}

impl Language {
    /// From `?lang=`, else from `Accept-Language`, else Spanish.
    pub(crate) fn choose(query: Option<&str>, accept: Option<&str>) -> Self {
        let asked =
            query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
        match asked {
            Some("es") => return Self::Es,
            Some("en") => return Self::En,
            _ => {}
        }
        let tag = |part: &str| part.split(';').next().unwrap_or_default().trim().to_lowercase();
        let known = |tag: String| match tag.split('-').next() {
            Some("es") => Some(Self::Es),
            Some("en") => Some(Self::En),
            _ => None,
        };
        accept.unwrap_or_default().split(',').find_map(|part| known(tag(part))).unwrap_or(Self::Es)
    }

    /// Its tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    /// Its words.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Es => &ES,
            Self::En => &EN,
        }
    }
}

macro_rules! words {
    ($($name:ident: $es:literal, $en:literal;)*) => {
        /// Every word of the page.
        pub(crate) struct Words { $(pub(crate) $name: &'static str,)* }
        static ES: Words = Words { $($name: $es,)* };
        static EN: Words = Words { $($name: $en,)* };
    };
}

words! {
    title: "Estado", "Status";
    skip: "Saltar al contenido", "Skip to content";
    language: "Idioma", "Language";
    synthetic: "Datos sintéticos", "Synthetic data";
    dev_title: "Sitio de desarrollo", "Development site";
    dev_text: "Las claves están en el propio sitio y no hubo ceremonia. No debe recibir \
               interceptaciones reales.",
        "Its keys lie inside the site and there was no ceremony. It must not receive real \
         interceptions.";
    sealed_title: "Lectura sin abrir", "Reading is closed";
    sealed_text: "El sitio recibe y sella. Nadie puede leer hasta que se reúnan las partes de la \
                  clave.",
        "The site receives and seals. Nobody can read until the shares of the key are given.";
    alarms: "Requiere atención", "Needs attention";
    as_of: "A las", "As of";
    refresh: "Actualizar", "Refresh";
    refresh_on: "Actualizar cada 5 s", "Refresh every 5 s";
    refresh_off: "Dejar de actualizar", "Stop refreshing";
    received: "Recibidas", "Received";
    stored: "Guardadas", "Stored";
    communications: "Comunicaciones", "Communications";
    measures: "Medidas en vigor", "Measures in force";
    pdus: "PDU", "PDUs";
    octets: "Octetos", "Octets";
    orders_of: "autos en el registro", "orders in the register";
    open_now: "abiertas", "open";
    of_received: "de lo recibido", "of what came";
    intake: "Entrada", "Intake";
    intake_note: "Cada PDU acaba en una sola clase", "Every PDU ends in exactly one class";
    adds_up: "Cuadra", "Adds up";
    adds_not: "No cuadra", "Does not add up";
    class: "Clase", "Class";
    meaning: "Qué es", "What it is";
    duplicates: "Duplicadas", "Duplicates";
    conflicts: "Conflictos", "Conflicts";
    quarantined: "En cuarentena", "Quarantined";
    control: "Control", "Control";
    rejected: "Rechazadas", "Rejected";
    total: "Total recibido", "Total received";
    stored_is: "Bajo un auto, cifradas", "Under an order, encrypted";
    duplicates_is: "Ya guardadas, octeto por octeto", "Stored before, octet for octet";
    conflicts_is: "Mismo número, otros octetos; se conservan", "Same number, other octets; kept";
    quarantined_is: "Ningún auto las cubre; cerradas a las claves de este sistema",
        "No order covers them; closed to the keys of this system";
    control_is: "Mensajes de la propia sesión de entrega", "The delivery session's own messages";
    rejected_is: "Octetos sin forma de PDU; en cuarentena",
        "Octets without PDU framing; in quarantine";
    quarantine_by: "Cuarentena por motivo", "Quarantine by reason";
    reason: "Motivo", "Reason";
    peers: "Interlocutores de entrega", "Peers";
    peer: "Interlocutor", "Peer";
    link: "Enlace", "Link";
    authenticated: "TLS mutuo", "Mutual TLS";
    plain: "Sin autenticar", "Unauthenticated";
    not_connected: "Sin conexión", "Not connected";
    connections: "Conexiones", "Connections";
    since: "Desde", "Since";
    no_peers: "Ningún interlocutor registrado.", "No peer is registered.";
    by_medium: "Comunicaciones por medio", "Communications by medium";
    medium: "Medio", "Medium";
    open_parts: "Abiertas", "Open";
    sealed_parts: "Selladas", "Sealed";
    no_communications: "Ninguna comunicación todavía.", "No communication yet.";
    voice: "Llamadas", "Calls";
    message: "Mensajes", "Messages";
    email: "Correos", "E-mails";
    ip: "Sesiones de datos", "IP sessions";
    event: "Sucesos de red", "Network events";
    other: "Otras", "Other";
    ledger: "Registro de transparencia", "Transparency log";
    origin: "Origen", "Origin";
    size: "Asientos", "Entries";
    root: "Raíz firmada", "Signed root";
    signed_at: "Firmada", "Signed";
    not_signed: "sin raíz firmada todavía", "no signed root yet";
    footer: "Esta página solo muestra recuentos", "This page shows counts only";
    unknown_liid: "LIID desconocido", "Unknown LIID";
    outside_validity: "Fuera de vigencia", "Outside validity";
    wrong_operator: "Otro operador", "Wrong operator";
    out_of_scope: "Fuera del alcance del auto", "Out of the order's scope";
    implausible_time: "Hora inverosímil", "Implausible time";
    malformed: "Malformada", "Malformed";
    unframed: "Sin forma de PDU", "Without PDU framing";
    not_found: "No hay nada en esta dirección.", "There is nothing at this address.";
}

impl Words {
    /// A medium by its code.
    pub(crate) fn of_medium(&self, code: &str) -> &'static str {
        match code {
            "voice" => self.voice,
            "message" => self.message,
            "email" => self.email,
            "ip" => self.ip,
            "event" => self.event,
            _ => self.other,
        }
    }

    /// A reason for quarantine by its code; a code without words stands for itself.
    pub(crate) fn of_reason<'c>(&self, code: &'c str) -> &'c str {
        match code {
            "unknown_liid" => self.unknown_liid,
            "outside_validity" => self.outside_validity,
            "wrong_operator" => self.wrong_operator,
            "out_of_scope" => self.out_of_scope,
            "implausible_time" => self.implausible_time,
            "malformed" => self.malformed,
            "unframed" => self.unframed,
            _ => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_outranks_the_browser_and_spanish_is_the_default() {
        assert_eq!(Language::choose(Some("lang=en"), Some("es")), Language::En);
        assert_eq!(Language::choose(None, Some("de, en-GB;q=0.8")), Language::En);
        assert_eq!(Language::choose(Some("lang=xx"), Some("fr")), Language::Es);
        assert_eq!(Language::choose(None, None), Language::Es);
    }

    #[test]
    fn every_reason_has_words_and_one_without_stands_for_itself() {
        for reason in lacre_term::Reason::ALL {
            assert_ne!(Language::Es.words().of_reason(reason.word()), reason.word());
        }
        assert_eq!(Language::En.words().of_reason("new_reason"), "new_reason");
    }
}
