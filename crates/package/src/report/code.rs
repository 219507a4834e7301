//! Every kind of finding: its word, its weight, its texts.
//!
//! `{0}`, `{1}` are filled from the finding. Of each pair of texts the first says what, the second
//! why it matters or what to do.
use super::{Lang, Severity};

macro_rules! codes {
    ($($name:ident $word:literal $severity:ident $doc:literal
        $es:literal $es_why:literal $en:literal $en_why:literal;)*) => {
        /// What kind of thing was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $doc] $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word in JSON; never reused for another thing.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How much it weighs.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What, and why or what to do.
            #[must_use]
            pub fn text(self, lang: Lang) -> (&'static str, &'static str) {
                match (self, lang) {
                    $((Self::$name, Lang::Es) => ($es, $es_why),
                    (Self::$name, Lang::En) => ($en, $en_why),)*
                }
            }
        }
    };
}

codes! {
    NotAContainer "not_a_container" Broken "The file does not end as one of ours."
        "el archivo no termina como termina un paquete"
        "está cortado, o tiene octetos de más, o no es un paquete; pida otra copia"
        "the file does not end as a package ends"
        "it is cut, or has octets added, or is no package; ask for another copy";
    HeaderAltered "header_altered" Broken "A header is not the one we would write."
        "la cabecera del contenedor no es la que debe ser"
        "alguien cambió el contenedor después de firmarlo"
        "the container's header is not what it must be"
        "someone changed the container after it was signed";
    NameRefused "name_refused" Broken "A name no package has."
        "un paquete no tiene archivos con este nombre: {0}"
        "podría salirse de la carpeta al abrirlo"
        "no package has a file of this name: {0}"
        "it could leave the folder when unpacked";
    NameTwice "name_twice" Broken "Two files of one name."
        "hay dos archivos con el mismo nombre"
        "quien lo abra no sabe cuál está firmado"
        "two files have the same name"
        "whoever unpacks it cannot know which one is signed";
    HiddenOctets "hidden_octets" Broken "Octets that belong to no file."
        "hay octetos que no son de ningún archivo"
        "en un paquete no cabe nada escondido"
        "there are octets that belong to no file"
        "nothing hides in a package";
    Checksum "checksum" Broken "Content and checksum differ."
        "el contenido no cuadra con su suma de control"
        "un octeto o más no son los escritos"
        "the content does not match its checksum"
        "an octet or more is not as written";
    Altered "altered" Broken "A file differs from the signed list."
        "el archivo no es el que se firmó"
        "su huella no es la de la lista firmada"
        "the file is not the one that was signed"
        "its hash is not that of the signed list";
    Missing "missing" Broken "A file is missing."
        "falta este archivo"
        "el paquete lo nombra y no está"
        "this file is missing"
        "the package names it and it is not there";
    Extra "extra" Broken "A file too many."
        "este archivo sobra"
        "ningún índice ni lista firmada lo nombra"
        "this file does not belong here"
        "no index and no signed list names it";
    OutOfOrder "out_of_order" Broken "Files in another order."
        "los archivos no están en su orden; aquí debía estar {0}"
        "el contenedor se rehízo después de firmarlo"
        "the files are not in their order; {0} should be here"
        "the container was made again after signing";
    ListAltered "list_altered" Broken "A list is not the one these files make."
        "esta lista no es la que hacen los archivos"
        "la lista o un archivo se cambió"
        "this list is not the one these files make"
        "the list or a file was changed";
    Unreadable "unreadable" Broken "A document does not read."
        "no se puede leer: {0}"
        "sin este documento no hay prueba"
        "cannot be read: {0}"
        "without this document there is no proof";
    Signature "signature" Broken "The signature does not hold."
        "la firma no vale: {0}"
        "la lista de archivos no está respaldada por la clave de sellos"
        "the signature does not hold: {0}"
        "no seal key vouches for the list of files";
    Stamp "stamp" Broken "The stamp does not hold."
        "el sello de tiempo no vale: {0}"
        "no dice cuándo existía ya esta firma"
        "the time stamp does not hold: {0}"
        "it does not tell when this signature already existed";
    StampTime "stamp_time" Broken "The stamp is older than what it stamps."
        "el sello de tiempo es de {0} y lo sellado de {1}"
        "un sello no puede ser anterior a lo que sella"
        "the time stamp is of {0} and what it stamps of {1}"
        "a stamp cannot be older than what it stamps";
    KeyNotNamed "key_not_named" Broken "A key is not in the sheet."
        "la clave no está en la hoja de confianza: {0}"
        "el paquete no viene de quien dice, o la hoja es de otro sitio"
        "key not named by the sheet: {0}"
        "the package is not from whom it says, or the sheet is another site's";
    Ledger "ledger" Broken "A proof does not hold."
        "no está en el registro: {0}"
        "la prueba no llega del documento al punto de control firmado"
        "not in the ledger: {0}"
        "the proof does not lead from the document to the signed checkpoint";
    SplitView "split_view" Broken "Two checkpoints of one size."
        "dos puntos de control del mismo tamaño ({0}) con raíces distintas"
        "el registro enseñó dos historias: guarde este paquete como prueba"
        "two checkpoints of the same size ({0}) with different roots"
        "the log showed two histories: keep this package as proof";
    Row "row" Broken "A row is not as it must be."
        "la fila {0} no es la que debe ser"
        "sin ella no se recalcula la hoja de esa entrega"
        "row {0} is not what it must be"
        "without it that delivery's leaf cannot be recomputed";
    Pdu "pdu" Broken "A PDU differs from its row."
        "la entrega {0} no es la recibida"
        "la huella de sus octetos no es la de su fila"
        "PDU {0} is not the one received"
        "the hash of its octets is not that of its row";
    Root "root" Broken "The root differs."
        "las entregas no dan la raíz del sello"
        "se añadió, cambió, quitó o movió al menos una"
        "the PDUs do not make the seal's root"
        "at least one was added, changed, dropped or moved";
    SealTotals "seal_totals" Broken "A total of the seal differs."
        "el sello dice {0} y los octetos dan {1}"
        "el sello no es de estas entregas"
        "the seal says {0} and the octets make {1}"
        "the seal is not of these PDUs";
    PartSequence "part_sequence" Broken "Parts do not follow each other."
        "la parte no sigue a la anterior"
        "falta una parte o no es de esta comunicación"
        "the part does not follow the one before"
        "a part is missing or is of another communication";
    Chain "chain" Broken "A link of the chain breaks."
        "el sello {0} no sigue al anterior en la cadena"
        "se quitó, añadió, movió o cambió un sello"
        "seal {0} does not follow the one before in the chain"
        "a seal was dropped, added, moved or changed";
    NotInPackage "not_in_package" Broken "A seal of the chain has no part."
        "el sello {0} de la cadena no tiene su parte en el paquete"
        "se quitó la comunicación {1} o una parte suya"
        "seal {0} of the chain has no part in the package"
        "communication {1} or a part of it was dropped";
    NotInChain "not_in_chain" Broken "A part whose seal the chain does not have."
        "el sello de esta parte no está en la cadena"
        "la parte se añadió o se cambió"
        "the seal of this part is not in the chain"
        "the part was added or changed";
    NotCounted "not_counted" Broken "A withheld seal and the stubs differ."
        "el sello retenido {0} y las comunicaciones retenidas no cuadran"
        "lo retenido se cuenta siempre, uno a uno"
        "withheld seal {0} and the withheld communications do not match"
        "what is withheld is always counted, one by one";
    IndexDiffers "index_differs" Broken "The index says something else."
        "el índice dice otra cosa que las pruebas: {0}"
        "el índice o la parte se cambió"
        "the index says otherwise than the evidence: {0}"
        "the index or the part was changed";
    CommunicationMissing "communication_missing" Broken "A communication is missing."
        "falta la comunicación {0}, de {1}"
        "la cabeza del archivo la nombra; el paquete ni la tiene ni la cuenta como retenida"
        "communication {0} of {1} missing"
        "the vault head names it; the package neither has it nor counts it as withheld";
    CommunicationAdded "communication_added" Broken "A communication too many."
        "la comunicación {0} sobra"
        "la cabeza del archivo no la nombra"
        "communication {0} does not belong here"
        "the vault head does not name it";
    HeadDiffers "head_differs" Broken "The package's own head does not match."
        "la cabeza del archivo no cuadra: {0}"
        "el paquete no es de esta cabeza"
        "the vault head does not match: {0}"
        "the package is not of this head";
    CourtHeadOther "court_head_other" Broken "The court's head is of another vault."
        "la cabeza que guarda el juzgado es de otro archivo: {0}"
        "compare el auto y pida la cabeza que le corresponde"
        "the head the court holds is of another vault: {0}"
        "compare the order and ask for the head that belongs to it";
    CourtHeadNotExtended "court_head_not_extended" Broken
        "The package does not extend the court's head."
        "el paquete no continúa la cabeza que guarda el juzgado (sello {0})"
        "la historia se reescribió después de entregar esa cabeza"
        "the package does not extend the head the court holds (seal {0})"
        "history was rewritten after that head was handed over";
    CourtHeadMissing "court_head_missing" Broken "A communication of the court's head is missing."
        "falta la comunicación {0}"
        "la cabeza que guarda el juzgado la nombra"
        "communication {0} missing"
        "the head the court holds names it";
    OrderDocument "order_document" Broken "The order's document is another."
        "el documento del auto no es el que se registró"
        "su huella no es la del registro"
        "the order's document is not the one registered"
        "its hash is not that of the registration";
    OrderDiffers "order_differs" Broken "The order is not the one registered for this vault."
        "el auto no es el que se registró para este archivo"
        "data/order/order.json y el registro del que nace la cadena no coinciden"
        "the order is not the one registered for this vault"
        "data/order/order.json and the registration that the chain begins with differ";
    OriginNotChecked "origin_not_checked" Unchecked "No trust sheet."
        "no se ha dado hoja de confianza"
        "las claves de dentro solo prueban que no está roto; compare las huellas, o use --trust"
        "no trust sheet was given"
        "keys inside only prove that it is unbroken; compare the fingerprints, or use --trust";
    ManyCheckpoints "many_checkpoints" Unchecked "Checkpoints whose relation is not shown."
        "las pruebas llevan a {0} puntos de control distintos"
        "que el mayor continúe a los menores no se muestra; pida pruebas a un solo punto"
        "the proofs lead to {0} different checkpoints"
        "that the largest continues the smaller ones is not shown; ask for proofs to one";
    Witnesses "witnesses" Unchecked "Witnesses are asked for."
        "la hoja pide {0} testigos y esta versión no comprueba sus firmas"
        "use un programa que las compruebe"
        "the sheet asks for {0} witnesses and this version does not check their signatures"
        "use a program that does";
    CourtHeadWithheld "court_head_withheld" Unchecked "The court's head ends at a withheld seal."
        "la cabeza del juzgado acaba en un sello retenido que la cadena no ata ({0})"
        "pida que se abra ese sello o el siguiente"
        "the court's head ends at a withheld seal that the chain does not tie ({0})"
        "ask for that seal or the next to be opened";
    GapDeclared "gap_declared" Gap "A seal declares a gap."
        "el sello declara un hueco en {0}: números {1} a {2}"
        "el operador no los entregó, o llegaron en otra parte"
        "the seal declares a gap in {0}: numbers {1} to {2}"
        "the operator did not deliver them, or they came in another part";
    ConflictDeclared "conflict_declared" Note "A seal declares conflicts."
        "conflictos que declara el sello: {0}"
        "el operador entregó octetos distintos bajo un mismo número; se guardaron todos"
        "conflicts that the seal declares: {0}"
        "the operator delivered different octets under one number; all were kept";
    Withheld "withheld" Note "Communications are withheld."
        "comunicaciones retenidas, contadas una a una: {0}"
        "los motivos están en data/index.json"
        "communications withheld, each one counted: {0}"
        "the reasons are in data/index.json";
    WithheldRun "withheld_run" Note "Withheld seals followed by another withheld one."
        "sellos retenidos a los que sigue otro retenido: {0}"
        "su número está probado; su huella solo la dice el propio paquete"
        "withheld seals followed by another withheld one: {0}"
        "their number is proven; their hash is only the package's own word";
    SelfAsserted "self_asserted" Note "The stamp is the site's own."
        "el sello de tiempo es del propio sitio ({0})"
        "es su palabra, no la de un tercero"
        "the time stamp is the site's own ({0}), self-asserted"
        "it is its word, not a third party's";
    NotAccredited "not_accredited" Note "The order is not accredited."
        "auto no acreditado"
        "ningún órgano judicial lo ha confirmado en el sistema, o falta su documento"
        "order not accredited"
        "no court role has confirmed it in the system, or its document is missing";
    Derivatives "derivatives" Note "Derivatives are not evidence."
        "archivos derivados, firmados pero no asentados: {0}"
        "si importan, se rehacen desde los originales"
        "derivatives, signed but not entered: {0}"
        "where they matter, make them again from the originals";
    FirstBatch "first_batch" Note "What a package cannot show."
        "lo que no llegó a escribirse no puede verse aquí"
        "antes de la primera escritura duradera solo los números del operador muestran una pérdida"
        "what was never written cannot show here"
        "before the first durable batch only the operator's numbers can show a loss";
}
