//! Shares, the machine's key, sealing, and records bound to their place.
use super::*;
use crate::{Drawer, KeyError, Share, ShareError, VaultPublic};

/// Three of five people suffice, whichever they are; the root they bring opens the vault.
#[test]
fn any_three_of_five_shares_open_the_site() {
    let node = node();
    node.site.create_vault(VAULT).unwrap();
    let shares = node.root.split(5, 3).unwrap();
    let texts: Vec<String> = shares.iter().map(|share| share.to_text().to_string()).collect();

    for chosen in [[0, 1, 2], [4, 2, 0], [3, 1, 4]] {
        let chosen = chosen.map(|at: usize| Share::parse(&texts[at]).unwrap());
        let root = node.site.unseal(&chosen).unwrap();
        assert_eq!(node.site.open_vault(&root, VAULT).unwrap().vault(), VAULT);
    }
    assert!(node.site.unseal(&shares).is_ok(), "more shares than needed are welcome");
}

/// The twin: two people, one person twice, an altered share, another ceremony, another site.
#[test]
fn fewer_altered_or_foreign_shares_are_refused() {
    let node = node();
    let shares = node.root.split(5, 3).unwrap();

    let few = node.site.unseal(&shares[..2]);
    assert!(matches!(few, Err(ShareError::TooFew { got: 2, k: Some(3) })));
    let twice = [shares[0].clone(), shares[0].clone(), shares[1].clone()];
    assert!(matches!(node.site.unseal(&twice), Err(ShareError::TooFew { got: 2, .. })));

    let text = shares[2].to_text();
    let (body, _) = text.rsplit_once(':').unwrap();
    let last = if body.ends_with('0') { "1" } else { "0" };
    let altered = format!("{}{last}", &body[..body.len() - 1]);
    assert!(matches!(Share::parse(&format!("{altered}:00000000")), Err(ShareError::Text)));
    let forged = format!("{altered}:{}", crate::machine::checksum(&altered));
    let forged = [shares[0].clone(), shares[1].clone(), Share::parse(&forged).unwrap()];
    assert!(matches!(node.site.unseal(&forged), Err(ShareError::Wrong)));

    let again = node.root.split(5, 3).unwrap();
    let mixed = [shares[0].clone(), shares[1].clone(), again[2].clone()];
    assert!(matches!(node.site.unseal(&mixed), Err(ShareError::Mixed)));

    let foreign = Root::generate().unwrap().split(5, 3).unwrap();
    let refused = node.site.unseal(&foreign);
    assert!(matches!(refused, Err(ShareError::Key(KeyError::ForeignRoot))));
    assert!(matches!(node.root.split(2, 3), Err(ShareError::Threshold { .. })));
}

#[test]
fn a_mistyped_share_is_noticed_at_every_letter() {
    let text = Root::generate().unwrap().split(3, 2).unwrap()[0].to_text().to_string();
    for at in 0..text.len() {
        let mut typed = text.clone().into_bytes();
        typed[at] = if typed[at] == b'7' { b'8' } else { b'7' };
        let typed = String::from_utf8(typed).unwrap();
        assert!(Share::parse(&typed).is_err(), "{typed}");
    }
    assert!(Share::parse(&format!("  {text}\n")).is_ok());
}

#[test]
fn anyone_seals_into_a_drawer_and_only_the_root_opens_it() {
    let node = node();
    let sealed = node.site.seal(Drawer::Register, "register/7", b"an order").unwrap();
    let open = |drawer, bound, sealed: &[u8]| node.site.open(&node.root, drawer, bound, sealed);

    assert_eq!(open(Drawer::Register, "register/7", &sealed).unwrap(), b"an order");
    assert!(open(Drawer::Acts, "register/7", &sealed).is_err());
    assert!(open(Drawer::Register, "register/8", &sealed).is_err());
    assert!(open(Drawer::Register, "register/7", &sealed[..sealed.len() - 1]).is_err());
    let foreign = Root::generate().unwrap();
    let refused = node.site.open(&foreign, Drawer::Register, "register/7", &sealed);
    assert!(matches!(refused, Err(KeyError::ForeignRoot)));
}

#[test]
fn the_machine_key_wraps_for_one_label_and_one_machine() {
    let (node, stranger) = (node(), node());
    let wrapped = node.machine.wrap("bindings", b"ES-VOIP-2026-0001").unwrap();

    assert_eq!(node.machine.unwrap("bindings", &wrapped).unwrap(), b"ES-VOIP-2026-0001");
    assert!(node.machine.unwrap("log-key", &wrapped).is_err());
    assert!(stranger.machine.unwrap("bindings", &wrapped).is_err());
    assert_ne!(wrapped, node.machine.wrap("bindings", b"ES-VOIP-2026-0001").unwrap());

    let print = node.machine.fingerprint("phone", &[b"34", b"600"]);
    assert_eq!(print, node.machine.fingerprint("phone", &[b"34", b"600"]));
    assert_ne!(print, node.machine.fingerprint("phone", &[b"346", b"00"]));
    assert_ne!(print, node.machine.fingerprint("fax", &[b"34", b"600"]));
    assert_ne!(print, stranger.machine.fingerprint("phone", &[b"34", b"600"]));
}

#[test]
fn keys_are_made_once_and_a_damaged_key_file_is_named() {
    let node = node();
    let again = MachineKey::create(node.engine.keys.as_ref());
    assert!(matches!(again, Err(KeyError::Exists { .. })));
    assert!(matches!(SiteKeys::create(&node.engine, &node.root), Err(KeyError::Exists { .. })));
    node.site.create_vault(VAULT).unwrap();
    assert!(matches!(node.site.create_vault(VAULT), Err(KeyError::Exists { .. })));

    let text = node.engine.keys.read("machine.key").unwrap();
    node.engine.keys.replace("machine.key", &text[..40]).unwrap();
    let short = MachineKey::load(node.engine.keys.as_ref());
    assert!(matches!(short, Err(KeyError::Malformed { .. })));
}

/// A thief of the storage who puts a public key of his own where the vault's stood would read
/// everything received from then on. The erasure key notices.
#[test]
fn a_public_key_planted_in_the_heads_is_not_used() {
    let node = node();
    let real = node.site.create_vault(VAULT).unwrap();
    assert_eq!(node.site.vault_public(VAULT).unwrap(), real);
    assert_eq!(VaultPublic::decode(&real.encode()), Some(real));

    let name = format!("keyring/{VAULT}/key");
    let head = node.engine.heads.read(&name).unwrap().unwrap();
    let planted = crate::envelope::KeyPair::generate().unwrap();
    let mut value = head.value.clone();
    value[26..91].copy_from_slice(&planted.public().0);
    assert_ne!(value, head.value);
    node.engine.heads.swap(&name, Some(head.version), &value).unwrap();
    assert!(matches!(node.site.vault_public(VAULT), Err(KeyError::Closed { .. })));

    let site = node.engine.heads.read("keyring/site").unwrap().unwrap();
    node.engine.heads.swap("keyring/site", Some(site.version), b"{}").unwrap();
    assert!(matches!(SiteKeys::load(&node.engine), Err(KeyError::Altered)));
}

#[test]
fn a_record_opens_at_its_own_vault_part_and_number_only() {
    let node = node();
    let public = node.site.create_vault(VAULT).unwrap();
    node.site.create_vault(OTHER_VAULT).unwrap();
    let mut keys = PartKeys::generate(VAULT, part(1)).unwrap();
    let sealed_keys = keys.sealed_to(&public).unwrap();
    let sealed = keys.encrypt(4, &clear(b"content")).unwrap();
    assert_eq!(sealed.len(), 7 + PEER.len() + 14 + 16);

    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    let reader = PartKeys::open(&private, VAULT, part(1), &sealed_keys).unwrap();
    let opened = reader.decrypt(4, &sealed).unwrap();
    assert_eq!((opened.octets.as_slice(), opened.peer.as_str()), (&b"content"[..], PEER));
    assert_eq!((opened.flags, opened.received_at), (3, clear(b"").received_at));
    assert_eq!(reader.salt(4), keys.salt(4));
    assert_ne!(reader.salt(4), keys.salt(5));

    // The same data key at another place: number, part, vault.
    assert!(reader.decrypt(5, &sealed).is_err());
    let (data, salt) = reader.secrets();
    for (vault, part) in [(VAULT, part(2)), (OTHER_VAULT, part(1))] {
        let moved = PartKeys::of(vault, part, data.clone(), salt.clone(), None).unwrap();
        assert!(moved.decrypt(4, &sealed).is_err());
    }
    // The sealed keys at another place.
    assert!(PartKeys::open(&private, VAULT, part(2), &sealed_keys).is_err());
    assert!(PartKeys::open(&private, OTHER_VAULT, part(1), &sealed_keys).is_err());
    let other = node.site.open_vault(&node.root, OTHER_VAULT).unwrap();
    assert!(PartKeys::open(&other, VAULT, part(1), &sealed_keys).is_err());
    assert!(keys.sealed_to(&other.public()).is_err());
    // One bit.
    for at in 0..sealed.len() {
        let mut bent = sealed.clone();
        bent[at] ^= 1;
        assert!(reader.decrypt(4, &bent).is_err());
    }
}

#[test]
fn a_number_is_encrypted_once_and_opened_keys_only_read() {
    let node = node();
    let public = node.site.create_vault(VAULT).unwrap();
    let mut keys = PartKeys::generate(VAULT, part(1)).unwrap();
    keys.encrypt(0, &clear(b"a")).unwrap();
    let again = keys.encrypt(0, &clear(b"b"));
    assert!(matches!(again, Err(KeyError::NumberUsed { number: 0, next: Some(1) })));

    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    let sealed = keys.sealed_to(&public).unwrap();
    let mut opened = PartKeys::open(&private, VAULT, part(1), &sealed).unwrap();
    let refused = opened.encrypt(9, &clear(b"c"));
    assert!(matches!(refused, Err(KeyError::NumberUsed { next: None, .. })));
}

#[test]
fn nothing_that_is_secret_prints() {
    let node = node();
    let keys = PartKeys::generate(VAULT, part(1)).unwrap();
    let secret = lacre_term::hex::encode(keys.secrets().0.expose());
    let printed = format!("{keys:?} {:?} {:?} {:?}", node.machine, node.root, node.site);
    assert!(!printed.contains(&secret));
    assert!(printed.contains("Root(..)") && printed.contains("MachineKey(..)"));
}
