//! Shelf: the PDUs of a recorded delivery by context, epoch and number, lent to its checks.
//!
//! For octets that are all at hand, such as a file: it holds references and no copies. A store
//! that reads PDUs back one at a time drives [`Check`] itself. Numbers begin again after a
//! cINReset and, with some operators, without one; a number that comes twice with other octets is
//! kept both ways, and a check is tried with either.
//!
//! Rules: TS 102 232-1 clauses 5.2.5 (numbers, contexts), 7.2; DESIGN decision 1.
use crate::encryption_container::open;
use crate::integrity::{Check, DataType, Finding, Keys};
use crate::malformed::Malformed;
use crate::profile::Conventions;
use crate::ps_pdu::{Pdu, parse_framed};
use lacre_term::{Heading, PayloadClass};
use std::collections::BTreeMap;

/// Choices of octets with which a check that does not hold is tried.
const CHOICES_MAX: usize = 4;

/// LIID, CIN and CIN extension.
type Context = (Vec<u8>, Option<u32>, Option<Vec<u8>>);

/// What has sequence numbers of its own within a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Data(DataType),
    /// Encrypted, and not known what.
    Closed,
    Hashes(Option<DataType>),
    Signatures(Option<DataType>),
}

/// PDUs of one row: by epoch and number, in order of arrival when there is more than one.
#[derive(Debug, Default)]
struct Numbered<'a> {
    epoch: u32,
    first: Option<u32>,
    kept: BTreeMap<(u32, u32), Vec<&'a [u8]>>,
}

impl<'a> Numbered<'a> {
    /// Keeps a PDU and gives its epoch; `None` for a duplicate. The first number of an epoch, come
    /// again with other octets, begins another; any other number come again is a conflict, of
    /// which as many are kept as a check is tried with.
    fn keep(&mut self, number: u32, octets: &'a [u8]) -> Option<u32> {
        if let Some(there) = self.kept.get_mut(&(self.epoch, number)) {
            if there.contains(&octets) {
                return None;
            }
            if self.first != Some(number) {
                if there.len() < CHOICES_MAX {
                    there.push(octets);
                }
                return Some(self.epoch);
            }
            self.begin();
        }
        self.first.get_or_insert(number);
        self.kept.entry((self.epoch, number)).or_default().push(octets);
        Some(self.epoch)
    }

    /// A new epoch, unless nothing came in the one that is.
    fn begin(&mut self) {
        if self.first.take().is_some() {
            self.epoch = self.epoch.saturating_add(1);
        }
    }

    /// What may be meant by `number` in `epoch`: that epoch's first, then the others', newest
    /// first.
    fn choices(&self, epoch: u32, number: u32) -> impl Iterator<Item = &'a [u8]> {
        let own = self.kept.get(&(epoch, number)).into_iter().flatten().copied();
        let others = (0..=self.epoch).rev().filter(move |other| *other != epoch).take(CHOICES_MAX);
        own.chain(
            others.flat_map(move |other| {
                self.kept.get(&(other, number)).into_iter().flatten().copied()
            }),
        )
    }
}

/// PDUs of a recorded delivery, and the checks among them.
#[derive(Debug)]
pub struct Shelf<'a> {
    conventions: &'a Conventions,
    keys: &'a Keys,
    interface: Option<DataType>,
    contexts: BTreeMap<Context, BTreeMap<Row, Numbered<'a>>>,
    checks: Vec<(Context, u32, &'a [u8])>,
}

impl<'a> Shelf<'a> {
    /// An empty shelf. `interface` is what a check is about that does not say so: IRI on HI2, CC
    /// on HI3.
    #[must_use]
    pub fn new(conventions: &'a Conventions, keys: &'a Keys, interface: Option<DataType>) -> Self {
        let (contexts, checks) = (BTreeMap::new(), Vec::new());
        Self { conventions, keys, interface, contexts, checks }
    }

    /// Puts one framed PDU on the shelf. Kinds that no check covers are passed over.
    ///
    /// # Errors
    /// [`Malformed`] when it cannot be attributed; the shelf stays as it was.
    pub fn put(&mut self, octets: &'a [u8]) -> Result<(), Malformed> {
        let pdu = parse_framed(octets)?;
        let heading = pdu.heading();
        let row = match pdu.class {
            PayloadClass::Iri => Row::Data(DataType::Iri),
            PayloadClass::Cc => Row::Data(DataType::Cc),
            PayloadClass::Ilhi => Row::Data(DataType::Ilhi),
            PayloadClass::Encrypted => self.encrypted_row(&pdu),
            PayloadClass::IntegrityHash => Row::Hashes(self.about(&pdu)),
            PayloadClass::IntegritySignature => Row::Signatures(self.about(&pdu)),
            PayloadClass::CinReset => {
                self.reset(&heading);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let context = context(&heading);
        let rows = self.contexts.entry(context.clone()).or_default();
        let numbered = rows.entry(row).or_default();
        let epoch = numbered.keep(heading.sequence_number, octets);
        if let (Row::Hashes(_) | Row::Signatures(_), Some(epoch)) = (row, epoch) {
            self.checks.push((context, epoch, octets));
        }
        Ok(())
    }

    fn encrypted_row(&self, pdu: &Pdu<'_>) -> Row {
        let clear = open(pdu, &self.keys.encryption, self.conventions.iv);
        match clear.as_ref().map(|clear| clear.alternative().first()) {
            Ok(Some(0xa0)) => Row::Data(DataType::Iri),
            Ok(Some(0xa1)) => Row::Data(DataType::Cc),
            Ok(Some(0xa6)) => Row::Data(DataType::Ilhi),
            _ => Row::Closed,
        }
    }

    fn about(&self, pdu: &Pdu<'_>) -> Option<DataType> {
        Check::plan(pdu, self.interface, self.conventions, self.keys)?.data()
    }

    /// A cINReset: under LIID `-` for all, under CIN 0 or none for the whole LIID.
    fn reset(&mut self, heading: &Heading<'_>) {
        let own = context(heading);
        for (other, rows) in &mut self.contexts {
            let whole_liid = matches!(own.1, None | Some(0)) && other.0 == own.0;
            if heading.liid == b"-" || whole_liid || *other == own {
                rows.values_mut().for_each(Numbered::begin);
            }
        }
    }

    /// Every check, in order of arrival, with the octets of its PDU. Each is judged over all that
    /// is on the shelf, so that what it overtook is there.
    pub fn findings(&self) -> impl Iterator<Item = (&'a [u8], Finding)> + '_ {
        self.checks.iter().filter_map(|(context, epoch, octets)| {
            let mut first = None;
            for choice in 0..CHOICES_MAX {
                let (finding, more) = self.attempt(context, *epoch, octets, choice)?;
                if finding.verdict.holds() {
                    return Some((*octets, finding));
                }
                first = first.or(Some(finding));
                if !more {
                    break;
                }
            }
            Some((*octets, first?))
        })
    }

    /// The check with each PDU's `choice`th octets, and whether any has yet others.
    fn attempt(
        &self,
        context: &Context,
        epoch: u32,
        octets: &'a [u8],
        choice: usize,
    ) -> Option<(Finding, bool)> {
        let pdu = parse_framed(octets).ok()?;
        let mut check = Check::plan(&pdu, self.interface, self.conventions, self.keys)?;
        let rows = self.contexts.get(context)?;
        let mut more = false;
        while let Some((class, number)) = check.wanted() {
            let wanted = match (class, check.data()) {
                (PayloadClass::IntegrityHash, data) => Row::Hashes(data),
                (_, Some(data)) => Row::Data(data),
                (_, None) => Row::Closed,
            };
            let closed = (class != PayloadClass::IntegrityHash).then_some(Row::Closed);
            let mut choices = [Some(wanted), closed]
                .into_iter()
                .flatten()
                .filter_map(|row| rows.get(&row))
                .flat_map(|numbered| numbered.choices(epoch, number));
            // The last there is, when there are fewer.
            let mut chosen = choices.next();
            for _ in 0..choice {
                chosen = choices.next().or(chosen);
            }
            more |= choices.next().is_some();
            let given = chosen.and_then(|octets| parse_framed(octets).ok());
            if given.is_none_or(|pdu| check.feed(&pdu).is_err()) {
                check.absent();
            }
        }
        Some((check.finish(), more))
    }
}

fn context(heading: &Heading<'_>) -> Context {
    (heading.liid.to_vec(), heading.cin, heading.cin_extension.map(<[u8]>::to_vec))
}
