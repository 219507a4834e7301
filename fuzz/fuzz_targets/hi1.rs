//! HI1 messages: what is read is written back and reads the same, and what is planned of it
//! applies. The first octet chooses a sound message to edit, or none.
#![no_main]
use lacre_fuzz::edited;
use lacre_term::{Digest, Micros, VaultId};
use lacre_warrant::Register;
use lacre_warrant::hi1::{Desk, Hi1Role, Message, plan};
use libfuzzer_sys::fuzz_target;

const SOUND: [&[u8]; 4] = [
    include_bytes!("../../vectors/hi1/hi1-es-01-create-request.xml"),
    include_bytes!("../../vectors/hi1/hi1-es-02-create-response.xml"),
    include_bytes!("../../vectors/hi1/hi1-es-03-cancel-as-update-request.xml"),
    include_bytes!("../../vectors/hi1/hi1-es-07-deliver-notification-request.xml"),
];

fuzz_target!(|data: &[u8]| {
    let Some((which, script)) = data.split_first() else { return };
    match SOUND.get(usize::from(*which) % (SOUND.len() + 1)) {
        Some(sound) => read(&edited(sound, script)),
        None => read(script),
    }
});

fn read(octets: &[u8]) {
    let Ok(message) = Message::read(octets) else { return };
    // An object that is not taken is not written either.
    if !format!("{message:?}").contains("Unsupported") {
        assert_eq!(Message::read(&message.write()), Ok(message.clone()));
    }
    let mut register = Register::for_dev();
    taken(&mut register, &Message::read(SOUND[0]).expect("it is sound"));
    taken(&mut register, &message);
}

fn taken(register: &mut Register, message: &Message) {
    let made = u8::try_from(register.orders().count()).unwrap_or(u8::MAX);
    let vault = || Some(VaultId([made; 16]));
    let hash = |octets: &[u8]| Digest([u8::try_from(octets.len() % 251).unwrap_or(0); 32]);
    let now = Micros::from_seconds(1_777_000_000);
    let desk =
        Desk { register, sealed: false, role: Hi1Role::Authority, now, hash: &hash, vault: &vault };
    let planned = plan(message, &desk);
    assert_eq!(Message::read(&planned.answer.write()), Ok(planned.answer.clone()));
    for change in &planned.changes {
        // One vault name for a message: a second order of it is refused, which is no fault.
        let _ = register.apply(change);
    }
}
