//! Contexts written down and taken up again: objects of fingerprints and numbers, wrapped to the
//! machine, so that the same octets are recognised in any later run without a vault key.
//!
//! Put once, when a part is sealed: `context/<3 digits of tag>/<tag>-<part>-<16 digits>` for each
//! file of sights that names it, then `…-end`. What an open part has seen stands
//! in the journal and in those files until then.
//!
//! Rules: DESIGN decision 3; `spec/intake.md`.
use super::context::{Boundary, Context, Known};
use super::part::{PartMeta, PartState, Sight};
use crate::error::CustodyError;
use lacre_store::{Engine, GetError};
use lacre_term::{CommunicationKey, Micros, PartId, PayloadClass, hex};
use lacre_vault::MachineKey;
use serde::{Deserialize, Serialize};

/// The JSON head of a context object; sights follow as rows of [`SIGHT_OCTETS`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    meta: PartMeta,
    part: String,
    boundaries: Vec<(u32, i64, Option<u8>)>,
    last_at: Option<i64>,
    watch: Vec<(u32, u8, u32)>,
}

/// Name of the (LIID, CIN and extension) a heading belongs to: keyed, so that it says nothing.
#[must_use]
pub fn tag_of(machine: &MachineKey, key: &CommunicationKey) -> [u8; 16] {
    let cin = key.cin.map(u32::to_be_bytes);
    let parts: [&[u8]; 3] = [
        key.liid.octets(),
        cin.as_ref().map_or(&[], |cin| cin.as_slice()),
        key.cin_extension.as_deref().unwrap_or(&[]),
    ];
    machine.fingerprint("context", &parts)
}

/// What the keys of the context objects of `tag` begin with. Tags share 4,096 folders: a folder of
/// its own would cost each new one a sync more.
#[must_use]
pub fn folder(tag: &[u8; 16]) -> String {
    let tag = hex::encode(tag);
    let shelf = tag.get(..3).unwrap_or_default();
    format!("context/{shelf}/{tag}-")
}

/// Key of the object that says `part` is sealed.
#[must_use]
pub fn end_key(tag: &[u8; 16], part: &PartId) -> String {
    format!("{}{part}-end", folder(tag))
}

/// The object that says that `state` is sealed, and what it has seen since the last stretch: its
/// key and its octets.
///
/// # Errors
/// [`CustodyError::Broken`] when it cannot be written down.
pub fn ending(
    machine: &MachineKey,
    tag: &[u8; 16],
    context: Option<&Context>,
    state: &PartState,
) -> Result<(String, Vec<u8>), CustodyError> {
    let octets = object(machine, context, state, &state.sights)?;
    Ok((end_key(tag, &state.part), octets))
}

/// The object that says what a part about to be sealed had seen when `name` was written: its key
/// and its octets.
///
/// # Errors
/// [`CustodyError::Broken`] when it cannot be written down.
pub fn stretch(
    machine: &MachineKey,
    tag: &[u8; 16],
    context: Option<&Context>,
    state: &PartState,
    (name, sights): (&str, &[Sight]),
) -> Result<(String, Vec<u8>), CustodyError> {
    let name = name.split('.').next().unwrap_or_default();
    let octets = object(machine, context, state, sights)?;
    Ok((format!("{}{}-{name}", folder(tag), state.part), octets))
}

fn object(
    machine: &MachineKey,
    context: Option<&Context>,
    state: &PartState,
    sights: &[Sight],
) -> Result<Vec<u8>, CustodyError> {
    let line = state.meta.key().and_then(|key| context?.lines.get(&key));
    let stretch = Stretch {
        meta: state.meta.clone(),
        part: state.part.to_hex(),
        boundaries: line.map_or_else(Vec::new, |line| {
            line.boundaries
                .iter()
                .map(|it| (it.epoch, it.from.0, it.class.map(PayloadClass::code)))
                .collect()
        }),
        last_at: line.and_then(|line| line.last_at).map(|at| at.0),
        watch: line.map_or_else(Vec::new, |line| {
            line.restart_watch
                .iter()
                .map(|((epoch, class), number)| (*epoch, class.code(), *number))
                .collect()
        }),
    };
    let text = serde_json::to_vec(&stretch)
        .map_err(|error| CustodyError::Broken(format!("context is not JSON: {error}")))?;
    let length = u32::try_from(text.len())
        .map_err(|_| CustodyError::Broken("context head is longer than 4 GiB".into()))?;
    let mut clear = Vec::with_capacity(text.len() + sights.len() * SIGHT_OCTETS + 4);
    clear.extend_from_slice(&length.to_be_bytes());
    clear.extend_from_slice(&text);
    sights.iter().for_each(|sight| put_sight(sight, &mut clear));
    Ok(machine.wrap("context", &clear)?)
}

/// `class u8 ‖ number u32 ‖ fingerprint[16]`.
pub(super) const SIGHT_OCTETS: usize = 21;

pub(super) fn put_sight(sight: &Sight, out: &mut Vec<u8>) {
    out.push(sight.class.code());
    out.extend_from_slice(&sight.number.to_be_bytes());
    out.extend_from_slice(&sight.fingerprint);
}

/// Reads rows of [`put_sight`]; `None` when they are not whole.
pub(super) fn read_sights(rows: &[u8]) -> Option<Vec<Sight>> {
    let mut sights = Vec::with_capacity(rows.len() / SIGHT_OCTETS);
    for row in rows.chunks(SIGHT_OCTETS) {
        let (class, row) = row.split_first()?;
        let (number, row) = row.split_first_chunk::<4>()?;
        sights.push(Sight {
            class: PayloadClass::from_code(*class)?,
            number: u32::from_be_bytes(*number),
            fingerprint: row.try_into().ok()?,
        });
    }
    Some(sights)
}

/// True when the part has its end object: its seal stands; the chain names it, or will once
/// recovery has completed what a crash cut short.
///
/// # Errors
/// The engine's refusal.
pub fn is_ended(engine: &Engine, tag: &[u8; 16], part: &PartId) -> Result<bool, CustodyError> {
    let key = end_key(tag, part);
    match engine.objects.size(&key) {
        Ok(_) => Ok(true),
        Err(GetError::NotFound { .. }) => Ok(false),
        Err(source) => Err(CustodyError::Get { key, source }),
    }
}

/// Takes up everything written down under `tag`.
///
/// # Errors
/// The engine's refusal, or damage in an object.
pub fn load(
    engine: &Engine,
    machine: &MachineKey,
    tag: &[u8; 16],
) -> Result<Context, CustodyError> {
    let mut context = Context::default();
    for key in engine.objects.list(&folder(tag))? {
        let wrapped = engine
            .objects
            .get(&key)
            .map_err(|source| CustodyError::Get { key: key.clone(), source })?;
        let clear = machine.unwrap("context", &wrapped)?;
        take_up(&mut context, &clear)
            .ok_or(CustodyError::Damaged { key, what: "is not a context object" })?;
    }
    context.share_resets();
    Ok(context)
}

fn take_up(context: &mut Context, clear: &[u8]) -> Option<()> {
    let (length, rest) = clear.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (text, rows) = rest.split_at_checked(length)?;
    let stretch: Stretch = serde_json::from_slice(text).ok()?;
    let sights = read_sights(rows)?;
    let part = PartId::from_hex(&stretch.part)?;
    absorb(context, &stretch.meta, part, &sights)?;
    let line = context.lines.get_mut(&stretch.meta.key()?)?;
    for (epoch, from, class) in stretch.boundaries {
        let class = match class {
            None => None,
            Some(code) => Some(PayloadClass::from_code(code)?),
        };
        let boundary = Boundary { epoch, from: Micros(from), class };
        match line.boundaries.iter_mut().find(|it| it.epoch == epoch) {
            // The later word is the wider one: a reset that explained an inferred restart.
            Some(known) if known.class.is_some() => *known = boundary,
            Some(_) => {}
            None => line.boundaries.push(boundary),
        }
    }
    for (epoch, class, number) in stretch.watch {
        line.restart_watch.insert((epoch, PayloadClass::from_code(class)?), number);
    }
    line.last_at = line.last_at.max(stretch.last_at.map(Micros));
    Some(())
}

/// Adds what a part has seen to `context`: also used when the journal is replayed.
pub fn absorb(
    context: &mut Context,
    meta: &PartMeta,
    part: PartId,
    sights: &[Sight],
) -> Option<()> {
    let line = context.lines.entry(meta.key()?).or_default();
    for sight in sights {
        line.seen.entry((meta.epoch, sight.class)).or_default().insert(sight.number);
        context.stored.insert(sight.fingerprint);
    }
    if let Some((from, class)) = meta.epoch_from {
        let class = match class {
            None => None,
            Some(code) => Some(PayloadClass::from_code(code)?),
        };
        if line.boundaries.iter().all(|it| it.epoch != meta.epoch) {
            line.boundaries.push(Boundary { epoch: meta.epoch, from: Micros(from), class });
        }
    }
    let known = line.communications.entry(meta.epoch).or_insert(Known {
        n: meta.n,
        parts: 0,
        last_part: None,
    });
    if meta.part_index >= known.parts {
        known.parts = meta.part_index.saturating_add(1);
        known.last_part = Some(part);
    }
    Some(())
}
