//! The container read back, and every bit of it turned.
use super::*;
use crate::container::writer::Writer;
use std::io::Cursor;

fn container(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Cursor::new(vec![]);
    let mut writer = Writer::new(&mut out);
    for (name, octets) in files {
        writer.octets(name, octets).unwrap();
    }
    let size = writer.finish().unwrap();
    assert_eq!(u64::try_from(out.get_ref().len()), Ok(size));
    out.into_inner()
}

fn faults(octets: &[u8]) -> Vec<Fault> {
    let mut faults = vec![];
    if let Some(mut container) = Container::open(Cursor::new(octets), &mut faults).unwrap() {
        container.digests(&mut faults).unwrap();
    }
    faults
}

#[test]
fn every_bit_of_a_container_matters() {
    let mut octets = container(&[("mimetype", b"x"), ("data/a", b"some octets"), ("b", b"")]);
    assert_eq!(faults(&octets), []);
    for bit in 0..octets.len() * 8 {
        octets[bit / 8] ^= 1 << (bit % 8);
        assert!(!faults(&octets).is_empty(), "octet {}, bit {}", bit / 8, bit % 8);
        octets[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn every_cut_and_every_octet_more_is_a_fault() {
    let octets = container(&[("mimetype", b"x"), ("data/a", b"some octets")]);
    for at in 0..octets.len() {
        assert!(!faults(&octets[..at]).is_empty(), "cut at {at}");
        let more = [&octets[..at], b"P", &octets[at..]].concat();
        assert!(!faults(&more).is_empty(), "one more at {at}");
    }
}

#[test]
fn more_files_than_16_bits_count_are_read_back() {
    let names: Vec<String> = (0..0x1_0001).map(|at| format!("data/{at}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let octets = container(&files);
    assert_eq!(faults(&octets), []);
    let mut none = vec![];
    let read = Container::open(Cursor::new(&octets), &mut none).unwrap().unwrap();
    assert_eq!(read.entries.len(), 0x1_0001);
}

/// A file of more than 4 GiB, its content never written: only the headers have to agree.
#[test]
fn sizes_and_offsets_beyond_32_bits_read_back_from_their_headers() {
    let large = Entry { name: "large".into(), size: 5 << 30, crc: 9, offset: 0 };
    let after = Entry { name: "after".into(), size: 3, crc: 7, offset: large.end() };
    for entry in [&large, &after] {
        let octets = header::central(entry);
        let (read, exact) = read_central(&mut &octets[..]).unwrap().unwrap();
        assert_eq!((&read, exact), (entry, true));
    }
}

#[test]
fn a_streamed_file_is_the_same_as_one_in_memory_and_a_wrong_size_is_told() {
    let whole = container(&[("a", b"0123456789")]);
    let mut out = Cursor::new(vec![]);
    let mut writer = Writer::new(&mut out);
    assert!(writer.stream("a", 10, &mut &b"0123456789"[..]).unwrap().is_some());
    writer.finish().unwrap();
    assert_eq!(out.into_inner(), whole);
    for size in [9, 11] {
        let mut writer = Writer::new(Cursor::new(vec![]));
        assert!(writer.stream("a", size, &mut &b"0123456789"[..]).unwrap().is_none());
    }
}
