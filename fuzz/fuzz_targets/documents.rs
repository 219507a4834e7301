//! Documents people and other sites hand in: what is read is written back and reads the same. The
//! first octet chooses a sound document to edit, or none.
#![no_main]
use lacre_fuzz::edited;
use lacre_package::{Seal, TrustSheet, VaultHead};
use lacre_term::{Micros, VaultId};
use lacre_warrant::{BindingTable, Change, Entry, OrderAdded, OrderDocument, Register, text};
use libfuzzer_sys::fuzz_target;

macro_rules! reads_back {
    ($kind:ty, $data:expr) => {
        if let Ok(read) = <$kind>::parse($data) {
            let octets = read.to_octets().expect("what was read can be written");
            assert_eq!(<$kind>::parse(&octets).ok().as_ref(), Some(&read));
        }
    };
}

const SOUND: [&[u8]; 7] = [
    include_bytes!("../sound/order.json"),
    include_bytes!("../sound/register-peer-added.json"),
    include_bytes!("../sound/register-order-extended.json"),
    include_bytes!("../sound/binding-table.json"),
    include_bytes!("../sound/seal.json"),
    include_bytes!("../sound/vault-head.json"),
    include_bytes!("../sound/trust.json"),
];

fuzz_target!(|data: &[u8]| {
    let Some((which, script)) = data.split_first() else { return };
    match SOUND.get(usize::from(*which) % (SOUND.len() + 1)) {
        Some(sound) if script.is_empty() => assert!(reads(sound), "a sound document is refused"),
        Some(sound) => read(&edited(sound, script)),
        None => read(script),
    }
});

fn reads(data: &[u8]) -> bool {
    Seal::parse(data).is_ok()
        || VaultHead::parse(data).is_ok()
        || TrustSheet::parse(data).is_ok()
        || Entry::parse(data).is_ok()
        || BindingTable::from_json(data).is_ok()
        || OrderDocument::parse(data).is_ok()
}

fn read(data: &[u8]) {
    reads_back!(Seal, data);
    reads_back!(VaultHead, data);
    reads_back!(TrustSheet, data);
    if let Ok(head) = VaultHead::parse(data) {
        let _ = (head.communication_count(), head.names(1));
    }
    if let Ok(entry) = Entry::parse(data) {
        let octets = entry.to_json().expect("what was read can be written");
        assert_eq!(Entry::parse(&octets), Ok(entry.clone()));
        let mut register = Register::new();
        let _ = register.apply(&entry.change);
    }
    if let Ok(table) = BindingTable::from_json(data) {
        let octets = table.to_json().expect("what was read can be written");
        assert_eq!(BindingTable::from_json(&octets), Ok(table));
    }
    if let Ok(order) = OrderDocument::parse(data) {
        registered(order);
    }
    if let Ok(typed) = std::str::from_utf8(data) {
        let _ = (text::parse_liid(typed), text::line(typed, 64), text::name(typed, 64));
        if let Some(at) = Micros::parse_rfc3339(typed) {
            assert_eq!(Micros::parse_rfc3339(&at.rfc3339()), Some(at), "{typed}");
        }
    }
}

/// An order that reads is registered on an empty register, and its entry reads back.
fn registered(order: OrderDocument) {
    let added = OrderAdded { vault: VaultId([1; 16]), document: None, order };
    let change = Change::OrderAdded(Box::new(added));
    let entry = Entry::new(0, Micros(0), "dev", change);
    let octets = entry.to_json().expect("an order can be written");
    assert_eq!(Entry::parse(&octets), Ok(entry.clone()));
    let mut register = Register::new();
    register.replay(&entry).expect("an order that reads can be registered");
    let table = register.binding_table();
    let octets = table.to_json().expect("a table can be written");
    assert_eq!(BindingTable::from_json(&octets), Ok(table));
}
