//! What happens to an order: granted, documented, prolonged, ceased, confirmed.
//!
//! Promises: every check comes before the first write, so that a refused change leaves no trace.
//!
//! Rules: DESIGN decision 2; LECrim 588 ter g and h (terms and prórrogas).
use super::{
    Case, Confirmation, Extension, MeasureState, Order, Register, RegisterError, check_attached,
    check_line, duplicate, unknown,
};
use crate::change::{OrderAdded, OrderCeased, OrderConfirmed, OrderDocumented, OrderExtended};
use crate::order::{Measure, overlap};
use lacre_term::{Liid, Micros, liid::shown};

impl Register {
    pub(super) fn add_order(&mut self, added: &OrderAdded) -> Result<(), RegisterError> {
        let name = &added.order.order;
        if self.orders.contains_key(name) {
            return Err(duplicate("order", name));
        }
        if let Some(other) = self.order_of_vault(&added.vault) {
            let other = other.document.order.clone();
            return Err(RegisterError::VaultTaken { order: name.clone(), other });
        }
        check_attached(added.document.as_ref())?;
        for measure in &added.order.measures {
            self.refuse_overlap(name, measure, measure.until)?;
        }
        let state = |measure: &Measure| MeasureState {
            granted: measure.clone(),
            until: measure.until,
            ceased_at: None,
        };
        let order = Order {
            document: added.order.clone(),
            vault: added.vault,
            attached: added.document.clone(),
            measures: added.order.measures.iter().map(state).collect(),
            extensions: Vec::new(),
            confirmation: None,
        };
        let case = added.order.case.clone();
        let court = Some(added.order.court.clone());
        let opened = || Case { case: case.clone(), court, orders: Vec::new() };
        self.cases.entry(case.clone()).or_insert_with(opened).orders.push(name.clone());
        self.orders.insert(name.clone(), order);
        Ok(())
    }

    /// Two orders may name one LIID of one operator, but never for the same moment: a PDU would
    /// have two vaults.
    fn refuse_overlap(
        &self,
        order: &str,
        measure: &Measure,
        until: Micros,
    ) -> Result<(), RegisterError> {
        let window = (measure.from, until);
        let clash = self.measures().find(|(other, state)| {
            other.document.order != order
                && state.granted.liid == measure.liid
                && state.granted.operator == measure.operator
                && overlap((state.granted.from, state.until), window)
        });
        match clash {
            None => Ok(()),
            Some((other, state)) => Err(RegisterError::Overlap {
                liid: shown(measure.liid.octets()),
                order: order.to_owned(),
                other: other.document.order.clone(),
                from: state.granted.from,
                until: state.until,
            }),
        }
    }

    pub(super) fn document(&mut self, brought: &OrderDocumented) -> Result<(), RegisterError> {
        check_attached(Some(&brought.document))?;
        let name = &brought.order;
        let order = self.orders.get_mut(name).ok_or_else(|| unknown("order", name))?;
        let place = match brought.extension {
            None => &mut order.attached,
            Some(number) => {
                let at = usize::try_from(number).unwrap_or(usize::MAX);
                let extension = order.extensions.get_mut(at);
                let none = || RegisterError::NoExtension { order: name.clone(), number };
                &mut extension.ok_or_else(none)?.document
            }
        };
        if let Some(held) = place {
            let (order, held) = (name.clone(), held.name.clone());
            return Err(RegisterError::Documented { order, held });
        }
        *place = Some(brought.document.clone());
        order.confirmation = None;
        Ok(())
    }

    pub(super) fn extend(&mut self, extended: &OrderExtended) -> Result<(), RegisterError> {
        let name = &extended.order;
        check_attached(extended.document.as_ref())?;
        let order = self.orders.get(name).ok_or_else(|| unknown("order", name))?;
        let last = |state: &MeasureState| is_last_window(order, state);
        let running = |state: &MeasureState| last(state) && state.ceased_at.is_none();
        let chosen = match extended.liids.is_empty() {
            true => chosen(order, &extended.liids, running)?,
            false => chosen(order, &extended.liids, last)?,
        };
        let (until, granted_at) = (extended.until, extended.granted_at);
        for state in chosen.iter().filter_map(|at| order.measures.get(*at)) {
            let liid = shown(state.granted.liid.octets());
            if let Some(ceased_at) = state.ceased_at {
                return Err(RegisterError::Ceased { order: name.clone(), liid, ceased_at });
            }
            if until <= state.until {
                let present = state.until;
                return Err(RegisterError::NotLater { order: name.clone(), liid, until, present });
            }
            if let Some(granted_at) = granted_at.filter(|at| *at > state.until) {
                let ended = state.until;
                let order = name.clone();
                return Err(RegisterError::GrantedTooLate { order, liid, ended, granted_at });
            }
            self.refuse_overlap(name, &state.granted, until)?;
        }
        let order = self.orders.get_mut(name).ok_or_else(|| unknown("order", name))?;
        for (at, state) in order.measures.iter_mut().enumerate() {
            if chosen.contains(&at) {
                state.until = until;
            }
        }
        order.extensions.push(Extension { until, granted_at, document: extended.document.clone() });
        order.confirmation = None;
        Ok(())
    }

    pub(super) fn cease(&mut self, ceased: &OrderCeased) -> Result<(), RegisterError> {
        let (name, at) = (&ceased.order, ceased.at);
        if let Some(reason) = &ceased.reason {
            check_line("reason", reason, 512)?;
        }
        let order = self.orders.get(name).ok_or_else(|| unknown("order", name))?;
        let chosen = chosen(order, &ceased.liids, |state| at < state.until)?;
        let states = || chosen.iter().filter_map(|place| order.measures.get(*place));
        if !states().any(|state| (state.granted.from..state.until).contains(&at)) {
            let from = states().map(|state| state.granted.from).min().unwrap_or_default();
            let until = states().map(|state| state.until).max().unwrap_or_default();
            return Err(RegisterError::CeaseOutside { order: name.clone(), at, from, until });
        }
        let order = self.orders.get_mut(name).ok_or_else(|| unknown("order", name))?;
        for (place, state) in order.measures.iter_mut().enumerate() {
            if chosen.contains(&place) {
                // A measure that has not begun by then never will: its window is empty.
                state.until = at.max(state.granted.from);
                state.ceased_at = Some(at);
            }
        }
        Ok(())
    }

    pub(super) fn confirm(&mut self, confirmed: &OrderConfirmed) -> Result<(), RegisterError> {
        let OrderConfirmed { order: name, person, at } = confirmed;
        let user = self.users.get(person).ok_or_else(|| unknown("user", person))?;
        let role = user.role;
        if !role.is_court() {
            return Err(RegisterError::NotCourt { person: person.clone(), role });
        }
        let order = self.orders.get_mut(name).ok_or_else(|| unknown("order", name))?;
        if let Some(held) = &order.confirmation {
            let (order, by) = (name.clone(), held.person.clone());
            return Err(RegisterError::Confirmed { order, by });
        }
        order.confirmation = Some(Confirmation { person: person.clone(), role, at: *at });
        Ok(())
    }
}

/// Places of the measures a change speaks of: those named, or every one that `fits`.
fn chosen(
    order: &Order,
    liids: &[Liid],
    fits: impl Fn(&MeasureState) -> bool,
) -> Result<Vec<usize>, RegisterError> {
    let name = || order.document.order.clone();
    for liid in liids {
        if order.measures.iter().all(|state| state.granted.liid != *liid) {
            let liid = shown(liid.octets());
            return Err(RegisterError::NoMeasure { order: name(), liid });
        }
    }
    let named = |state: &MeasureState| liids.contains(&state.granted.liid);
    let every = || order.measures.iter().enumerate();
    let fitting: Vec<usize> = every()
        .filter(|(_, state)| (liids.is_empty() || named(state)) && fits(state))
        .map(|(at, _)| at)
        .collect();
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    // None fits: the caller's own checks say why, on the measures that were meant.
    let meant = |state: &MeasureState| liids.is_empty() || named(state);
    Ok(every().filter(|(_, state)| meant(state)).map(|(at, _)| at).collect())
}

/// An order may hold one LIID twice, one window after the other: only the last can grow.
fn is_last_window(order: &Order, state: &MeasureState) -> bool {
    !order.measures.iter().any(|other| {
        other.granted.liid == state.granted.liid
            && other.granted.operator == state.granted.operator
            && other.granted.from > state.granted.from
    })
}
