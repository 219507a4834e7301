//! Power loss at every write, failed syncs, torn tails and damage.
use super::*;
use crate::{BlockNumber, JournalError, OwnedRecord, ReplayedBlock};
use lacre_store::faults::{Failure, Operation};

fn replay(node: &Node) -> (Journal, Vec<ReplayedBlock>) {
    let (journal, replay) =
        Journal::open(node.engine.journal.clone(), &node.machine).expect("the journal opens");
    (journal, replay.map(|block| block.expect("a whole block")).collect())
}

/// The record of block `number` in these stories.
fn octets(number: u64) -> Vec<u8> {
    let len = usize::try_from(number * 37 % 911).unwrap();
    vec![u8::try_from(number % 251).unwrap(); len]
}

fn append(journal: &mut Journal, number: u64) -> Result<(), JournalError> {
    let sealed = octets(number);
    journal.append(Record::Pdu { vault: VAULT, part: part(1), number, sealed: &sealed })
}

fn is_block(block: &ReplayedBlock, number: u64) -> bool {
    let sealed = octets(number);
    block.number == BlockNumber(number)
        && block.sidecar == number.to_be_bytes()
        && block.records == [OwnedRecord::Pdu { vault: VAULT, part: part(1), number, sealed }]
}

/// The only promise that matters: whenever the power goes, and however the last write failed, what
/// was committed is there, once, in order; nothing else is, but perhaps the block under way.
#[test]
fn whenever_the_power_goes_every_committed_block_is_replayed() {
    for failure in Failure::BOTH {
        for cut in 0..40 {
            let mut node = node();
            let mut committed = 0;
            // Three lives: each reopens, appends with rolls, and is cut at another write.
            for life in 0..3_u64 {
                node.memory.switches().reset();
                node.memory.switches().cut_power_after(cut + life, failure);
                committed = live(&node, committed);
                node.crash(cut * 31 + life);
                let (_, blocks) = replay(&node);
                let held = u64::try_from(blocks.len()).unwrap();
                assert!(held == committed || held == committed + 1, "{held} of {committed}");
                assert!(blocks.iter().zip(0..).all(|(block, number)| is_block(block, number)));
                committed = held;
            }
        }
    }
}

/// Recovery writes too: the power may go in it, several times over, before the last block is
/// carried into a file of its own.
#[test]
fn power_lost_again_and_again_while_opening_loses_no_block() {
    for failure in Failure::BOTH {
        for seed in 0..256_u64 {
            let mut node = node();
            let (mut journal, _) = replay(&node);
            for number in 0..3 {
                append(&mut journal, number).unwrap();
                journal.commit(&number.to_be_bytes()).unwrap();
            }
            for again in 0..4 {
                node.memory.switches().cut_power_after((seed >> (again * 2)) % 4, failure);
                let _cut_or_not = Journal::open(node.engine.journal.clone(), &node.machine);
                node.crash(seed * 31 + again);
            }
            let (_, blocks) = replay(&node);
            assert_eq!(blocks.len(), 3, "{failure:?}, seed {seed}");
            assert!(blocks.iter().zip(0..).all(|(block, number)| is_block(block, number)));
        }
    }
}

/// Appends until the power goes; returns how many blocks are surely committed.
fn live(node: &Node, mut committed: u64) -> u64 {
    let opened = Journal::open(node.engine.journal.clone(), &node.machine);
    let Ok((mut journal, _)) = opened else {
        return committed;
    };
    journal.set_roll_octets(700);
    for _ in 0..12 {
        append(&mut journal, committed).unwrap();
        match journal.commit(&committed.to_be_bytes()) {
            Ok(number) => assert_eq!(number, BlockNumber(committed)),
            Err(_) => {
                assert!(matches!(append(&mut journal, 0), Err(JournalError::Poisoned)));
                assert!(matches!(journal.commit(&[]), Err(JournalError::Poisoned)));
                return committed;
            }
        }
        committed += 1;
    }
    committed
}

/// After a failed sync the octets may be readable and yet never reach the disk. Whoever reopens
/// and reads the block may rely on it: it is written again before it is given out.
#[test]
fn a_block_whose_sync_failed_is_durable_once_it_was_replayed() {
    for seed in 0..20 {
        let mut node = node();
        let mut journal = node.journal();
        append(&mut journal, 0).unwrap();
        journal.commit(&0_u64.to_be_bytes()).unwrap();
        append(&mut journal, 1).unwrap();
        node.memory.switches().fail_next(Operation::Sync, Failure::NotPersisted);
        assert!(matches!(journal.commit(&1_u64.to_be_bytes()), Err(JournalError::Disk { .. })));
        drop(journal);

        let (journal, blocks) = replay(&node);
        assert_eq!(blocks.len(), 2);
        drop(journal);
        node.crash(seed);
        let (_, blocks) = replay(&node);
        assert!(blocks.iter().zip(0..).all(|(block, number)| is_block(block, number)));
        assert_eq!(blocks.len(), 2, "seed {seed}");
    }
}

#[test]
fn a_torn_tail_is_cut_and_told() {
    let node = node();
    let mut journal = node.journal();
    for number in 0..3 {
        append(&mut journal, number).unwrap();
        journal.commit(&number.to_be_bytes()).unwrap();
    }
    drop(journal);
    let name = node.engine.journal.list().unwrap().pop().unwrap();
    let whole = node.engine.journal.read(&name).unwrap();
    let last = whole.windows(4).rposition(|four| four == b"LJBK").unwrap();
    node.engine.journal.replace(&name, &whole[..last + 30]).unwrap();

    let (journal, replay) = Journal::open(node.engine.journal.clone(), &node.machine).unwrap();
    assert_eq!(replay.torn().unwrap().0, name);
    assert_eq!(replay.count(), 2);
    drop(journal);
    let (mut journal, blocks) = super::journal::replay(&node);
    assert_eq!(blocks.len(), 2);
    append(&mut journal, 2).unwrap();
    assert_eq!(journal.commit(&2_u64.to_be_bytes()).unwrap(), BlockNumber(2));
}

/// The twin: a bad block with a good one after it was committed. It is never passed over.
#[test]
fn damage_before_a_whole_block_is_reported_at_every_octet() {
    let node = node();
    let mut journal = node.journal();
    for number in 0..3 {
        append(&mut journal, number).unwrap();
        journal.commit(&number.to_be_bytes()).unwrap();
    }
    drop(journal);
    let name = node.engine.journal.list().unwrap().pop().unwrap();
    let whole = node.engine.journal.read(&name).unwrap();
    let starts: Vec<usize> =
        (0..whole.len()).filter(|at| whole[*at..].starts_with(b"LJBK")).collect();
    assert!(starts.iter().all(|at| at.is_multiple_of(4096)));
    for at in starts[0]..starts[2] {
        let mut bent = whole.clone();
        bent[at] ^= 0x10;
        node.engine.journal.replace(&name, &bent).unwrap();
        let opened = Journal::open(node.engine.journal.clone(), &node.machine);
        assert!(matches!(opened, Err(JournalError::Damaged { .. })), "octet {at}");
    }
    // A whole closed file that is gone is damage as well.
    node.engine.journal.replace(&name, &whole).unwrap();
    let (mut journal, _) = replay(&node);
    for number in 3..5 {
        append(&mut journal, number).unwrap();
        journal.commit(&number.to_be_bytes()).unwrap();
        journal.roll().unwrap();
    }
    let second = journal.closed_files()[1].clone();
    assert!(matches!(journal.retire(&second), Err(JournalError::NotOldest { .. })));
    drop(journal);
    node.engine.journal.remove(second.name()).unwrap();
    let opened = Journal::open(node.engine.journal.clone(), &node.machine);
    assert!(matches!(opened, Err(JournalError::Damaged { .. })));
}

#[test]
fn numbers_go_on_when_every_file_was_retired() {
    let node = node();
    let mut journal = node.journal();
    for number in 0..4 {
        append(&mut journal, number).unwrap();
        journal.commit(&number.to_be_bytes()).unwrap();
        journal.roll().unwrap();
        for file in journal.closed_files() {
            journal.retire(&file).unwrap();
        }
    }
    drop(journal);
    let (mut journal, blocks) = replay(&node);
    assert!(blocks.is_empty());
    assert_eq!(journal.commit(b"").unwrap(), BlockNumber(4));
}

#[test]
fn a_part_opens_with_its_meta_and_another_machine_reads_neither_meta_nor_sidecar() {
    let mut node = node();
    node.site.create_vault(VAULT).unwrap();
    let mut journal = node.journal();
    node.fill(&mut journal, VAULT, part(1), 2);
    assert!(journal.pending_octets() > 0);
    journal.commit(b"counts and frontier").unwrap();
    assert_eq!(journal.pending_octets(), 0);
    drop(journal);

    let (_, blocks) = replay(&node);
    assert_eq!(blocks[0].sidecar, b"counts and frontier");
    let [OwnedRecord::PartOpen { meta, .. }, OwnedRecord::Pdu { number: 0, .. }, _] =
        blocks[0].records.as_slice()
    else {
        panic!("{:?}", blocks[0].records)
    };
    assert_eq!(meta, b"LIID and CIN of the part");

    node.machine = super::node().machine;
    let (_, mut strangers) = Journal::open(node.engine.journal.clone(), &node.machine).unwrap();
    assert!(matches!(strangers.next(), Some(Err(JournalError::OtherMachine { .. }))));
    assert!(strangers.next().is_none());
}

#[test]
fn what_does_not_fit_a_block_is_refused_and_leaves_it_as_it_was() {
    let node = node();
    let mut journal = node.journal();
    let huge = vec![0; crate::journal::BLOCK_OCTETS_MAX];
    append(&mut journal, 0).unwrap();
    let before = journal.pending_octets();
    let record = |sealed| Record::Pdu { vault: VAULT, part: part(1), number: 1, sealed };
    let refused = journal.append(record(&huge));
    assert!(matches!(refused, Err(JournalError::RecordTooLarge { .. })));
    journal.append(record(&huge[..40 << 20])).unwrap();
    let full = journal.append(record(&huge[..40 << 20]));
    assert!(matches!(full, Err(JournalError::BlockFull { .. })));
    assert_eq!(journal.pending_octets(), before + 5 + 40 + (40 << 20));
    journal.commit(b"").unwrap();
    journal.append(record(&huge[..40 << 20])).unwrap();
}
