//! Stories of the file: sealed, found again by words, the same after a rebuild.
use super::*;
use lacre_term::{CommunicationKey, Liid};
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];

fn key() -> Secret {
    Secret::new(KEY)
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    (folder, path)
}

fn row(n: u64) -> Row {
    let key = CommunicationKey {
        liid: Liid::parse(b"ES-VOIP-2026-0001").unwrap(),
        cin: Some(4_294_967_295),
        cin_extension: None,
        operator: (*b"OPLAB-ES").into(),
        network_element: Some((*b"med-6001").into()),
        delivery_country: Some((*b"ES").into()),
    };
    let (case, order) = ("DP-412-2026".to_owned(), "AUTO-2026-88".to_owned());
    let ground = crate::communication::Ground { case, order, vault: VaultId([1; 16]), n, key };
    let mut row = Row::from_ground(&ground);
    row.medium = Medium::Voice;
    row.direction = Some(Direction::Out);
    row.party(Party {
        role: "called".into(),
        kind: "sip-uri".into(),
        value: "sip:interlocutora@example.test".into(),
    });
    row.started_at = Some(Micros(1_795_457_522_772_004));
    row.ended_at = Some(Micros(1_795_457_582_000_001));
    (row.pdus_iri, row.pdus_cc, row.octets, row.gaps, row.conflicts) = (3, 900, 300_000, 1, 2);
    row.flag("inferred_restart");
    (row.state, row.parts) = (State::Sealed, 1);
    (row.root, row.leaf) = (Some(Digest([5; 32])), Some(42));
    (row.answered_at, row.duration_s) = (Some(Micros(1_795_457_530_000_000)), Some(52));
    row.cause = Some("16".into());
    row.services.push("PCMA/8000".into());
    row.digits.push("4321#".into());
    row.places.push(Place {
        at: row.started_at,
        of: "target".into(),
        kind: "ecgi".into(),
        plmn: Some("214-99".into()),
        area: None,
        cell: Some(u64::MAX),
        latitude: Some(404_167_751),
        longitude: Some(-37_037_899),
        uncertainty_m: None,
        civic: Some("almacén de Villademo".into()),
    });
    row
}

const TEXT: &str = "La mercancía llega mañana al almacén de Villademo";

fn filled(path: &Path) -> Catalogue {
    let catalogue = Catalogue::create(path, &key()).unwrap();
    catalogue.upsert(&row(1), TEXT).unwrap();
    catalogue.upsert(&Row { medium: Medium::Email, direction: None, ..row(2) }, "nada").unwrap();
    catalogue.upsert(&Row { cin: None, root: None, leaf: None, ..row(3) }, "").unwrap();
    catalogue.set_progress(PartId([2; 16]), 903).unwrap();
    catalogue.reflect(77).unwrap();
    catalogue
}

fn numbers(catalogue: &Catalogue, filter: &Filter) -> Vec<u64> {
    catalogue.rows(filter).unwrap().iter().map(|row| row.n).collect()
}

fn holds(octets: &[u8], value: &[u8]) -> bool {
    octets.windows(value.len()).any(|window| window == value)
}

#[test]
fn a_row_reads_back_whole() {
    let (_folder, path) = folder();
    drop(filled(&path));
    let catalogue = Catalogue::open(&path, &key()).unwrap();
    assert!(catalogue.row(1).unwrap().unwrap() == row(1));
    assert_eq!(catalogue.row(3).unwrap().unwrap().cin, None);
    assert!(catalogue.row(4).unwrap().is_none());
    assert_eq!(catalogue.text(1).unwrap(), TEXT);
    assert_eq!(catalogue.progress(PartId([2; 16])).unwrap(), 903);
    assert_eq!(catalogue.progress(PartId([3; 16])).unwrap(), 0);
    assert_eq!(catalogue.reflects().unwrap(), 77);
}

/// The values are taken from the rows, and looked for in every file of the folder, log included.
#[test]
fn no_value_is_in_any_file_in_clear() {
    let (folder, path) = folder();
    let catalogue = filled(&path);
    let check = |when: &str| {
        let mut octets_seen = 0;
        for entry in fs::read_dir(folder.path()).unwrap() {
            let file = entry.unwrap().path();
            let octets = fs::read(&file).unwrap();
            octets_seen += octets.len();
            for value in [
                "ES-VOIP-2026-0001",
                "OPLAB-ES",
                "interlocutora",
                "DP-412-2026",
                "mercanc",
                "almac",
                "CREATE TABLE",
                "SQLite format",
            ] {
                assert!(!holds(&octets, value.as_bytes()), "{value} in {file:?} {when}");
            }
            assert!(!holds(&octets, &KEY) && !holds(&octets, hex::encode(&KEY).as_bytes()));
        }
        assert!(octets_seen > 20_000, "the files are there: {octets_seen}");
    };
    check("while open");
    drop(catalogue);
    check("when closed");
}

/// The search above finds what is there: the same row in an SQLite file without a key is found.
#[test]
fn the_same_values_are_found_in_a_file_without_a_key() {
    let (_folder, path) = folder();
    let plain = Connection::open(&path).unwrap();
    plain.execute_batch(TABLES).unwrap();
    Catalogue { connection: plain }.upsert(&row(1), TEXT).unwrap();
    let octets = fs::read(&path).unwrap();
    assert!(holds(&octets, b"ES-VOIP-2026-0001") && holds(&octets, b"mercanc"));
}

#[test]
fn a_wrong_key_opens_nothing_and_is_named() {
    let (_folder, path) = folder();
    drop(filled(&path));
    let mut other = KEY;
    other[31] ^= 1;
    let refused = Catalogue::open(&path, &Secret::new(other)).unwrap_err();
    assert!(matches!(refused, CatalogueError::WrongKey { .. }), "{refused:?}");
    assert!(refused.to_string().contains("lacre rebuild"));
    assert!(Catalogue::open(&path, &key()).is_ok());
}

#[test]
fn a_damaged_page_is_refused_and_not_shown_as_empty() {
    let (_folder, path) = folder();
    drop(filled(&path));
    let mut octets = fs::read(&path).unwrap();
    for octet in octets.iter_mut().skip(4096) {
        *octet ^= 0xff;
    }
    fs::remove_file(&path).unwrap();
    io::Write::write_all(&mut fs::File::create(&path).unwrap(), &octets).unwrap();
    let read = Catalogue::open(&path, &key()).and_then(|damaged| damaged.rows(&Filter::default()));
    assert!(read.is_err());
}

/// SQLCipher stretches a passphrase and takes a raw key as it is: only the raw form opens the file.
#[test]
fn the_key_is_taken_as_it_is_and_not_stretched() {
    let (_folder, path) = folder();
    drop(filled(&path));
    let digits = hex::encode(&KEY);
    for (form, opens) in [(format!("\"x'{digits}'\""), true), (format!("'{digits}'"), false)] {
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(&format!("PRAGMA key = {form};")).unwrap();
        let sql = "SELECT count(*) FROM communications";
        let read = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(read.is_ok(), opens, "{form}");
    }
}

#[test]
fn words_are_found_without_their_accents_and_with_them() {
    let (_folder, path) = folder();
    let catalogue = filled(&path);
    let words = |words: &str| Filter { words: Some(words.into()), ..Filter::default() };
    for found in ["mercancia", "mercancía", "MERCANCÍA", "almacen manana", "merc*"] {
        assert_eq!(numbers(&catalogue, &words(found)), [1], "{found}");
    }
    for absent in ["mercan", "mercancia nada", "almacen OR nada", "NEAR(", "\""] {
        let none = numbers(&catalogue, &words(absent));
        assert!(none.is_empty(), "{absent}");
    }
    assert_eq!(numbers(&catalogue, &words(" ")), [1, 2, 3]);
}

#[test]
fn a_text_replaced_is_no_longer_found() {
    let (_folder, path) = folder();
    let catalogue = filled(&path);
    catalogue.upsert(&row(1), "otra cosa").unwrap();
    let words = |words: &str| Filter { words: Some(words.into()), ..Filter::default() };
    assert!(numbers(&catalogue, &words("mercancia")).is_empty());
    assert_eq!(numbers(&catalogue, &words("cosa")), [1]);
    assert_eq!(catalogue.count().unwrap(), 3);
}

#[test]
fn every_condition_of_a_filter_must_hold() {
    let (_folder, path) = folder();
    let catalogue = filled(&path);
    let start = Micros(1_795_457_522_772_004);
    let shows = |expected: &[u64], set: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::default();
        set(&mut filter);
        assert_eq!(numbers(&catalogue, &filter), expected, "{filter:?}");
    };
    shows(&[2], &|f| f.medium = Some(Medium::Email));
    shows(&[1, 3], &|f| f.direction = Some(Direction::Out));
    shows(&[1, 2, 3], &|f| f.liid = Some("ES-VOIP-2026-0001".into()));
    shows(&[], &|f| f.liid = Some("es-voip-2026-0001".into()));
    shows(&[1, 2, 3], &|f| f.party = Some("sip:interlocutora@example.test".into()));
    shows(&[], &|f| f.party = Some("interlocutora".into()));
    shows(&[1, 2, 3], &|f| f.flag = Some("inferred_restart".into()));
    shows(&[], &|f| f.flag = Some("inferred".into()));
    shows(&[], &|f| f.state = Some(State::Open));
    shows(&[1, 2, 3], &|f| f.from = Some(start));
    shows(&[], &|f| f.until = Some(start));
    shows(&[2], &|f| (f.after, f.limit) = (Some(1), Some(1)));
    shows(&[3], &|f| (f.after, f.direction) = (Some(1), Some(Direction::Out)));
}

#[test]
fn a_catalogue_removed_and_filled_again_gives_the_same_dump() {
    let (folder, path) = folder();
    let before = filled(&path).dump().unwrap();
    Catalogue::remove(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(matches!(Catalogue::open(&path, &key()), Err(CatalogueError::Missing { .. })));
    let again = Catalogue::open_or_create(&path, &key()).unwrap();
    again.set_progress(PartId([2; 16]), 903).unwrap();
    for n in [3, 2, 1] {
        let (row, text) = match n {
            1 => (row(1), TEXT),
            2 => (Row { medium: Medium::Email, direction: None, ..row(2) }, "nada"),
            _ => (Row { cin: None, root: None, leaf: None, ..row(3) }, ""),
        };
        again.upsert(&row, "before").unwrap();
        again.upsert(&row, text).unwrap();
    }
    assert_eq!(again.dump().unwrap(), before);
    again.upsert(&Row { gaps: 2, ..row(1) }, TEXT).unwrap();
    assert_ne!(again.dump().unwrap(), before);
    assert!(before.starts_with(r#"{"row":{"schema":"lacre.communication/1","case":"#));
}

#[test]
fn a_hidden_row_and_an_invented_one_are_named() {
    let (_folder, path) = folder();
    let catalogue = filled(&path);
    catalogue.check_count(3).unwrap();
    let fewer = catalogue.check_count(4).unwrap_err();
    assert!(matches!(fewer, CatalogueError::Count { expected: 4, found: 3 }));
    catalogue.check_numbers(&BTreeSet::from([1, 2, 3])).unwrap();
    let refused = catalogue.check_numbers(&BTreeSet::from([1, 3, 4])).unwrap_err();
    let CatalogueError::Numbers { missing, surplus } = refused else { panic!("{refused:?}") };
    assert_eq!((missing, surplus), (vec![4], vec![2]));
}

#[test]
fn work_that_fails_keeps_nothing_of_it() {
    let (_folder, path) = folder();
    let catalogue = filled(&path);
    let before = catalogue.dump().unwrap();
    let failed: Result<(), CatalogueError> = catalogue.in_one(|c| {
        c.upsert(&row(9), "x")?;
        c.set_progress(PartId([9; 16]), 1)?;
        c.upsert(&Row { octets: u64::MAX, ..row(10) }, "y")
    });
    assert!(matches!(failed, Err(CatalogueError::Beyond { what: "octets", .. })));
    assert_eq!(catalogue.dump().unwrap(), before);
    catalogue.in_one(|c| c.upsert(&row(9), "x")).unwrap();
    assert_eq!(catalogue.count().unwrap(), 4);
}

#[test]
fn a_catalogue_is_made_once_and_one_cut_short_is_named() {
    let (_folder, path) = folder();
    drop(filled(&path));
    assert!(matches!(Catalogue::create(&path, &key()), Err(CatalogueError::Exists { .. })));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "no one else reads it");
    Catalogue::remove(&path).unwrap();
    drop(fs::File::create(&path).unwrap());
    let refused = Catalogue::open(&path, &key()).unwrap_err();
    assert!(matches!(refused, CatalogueError::Layout { found: 0, .. }), "{refused:?}");
}
