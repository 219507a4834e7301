#!/usr/bin/env python3
"""What pycrate reads in each PDU of recorded streams, as one short hash for each.

    python streams.py FOLDER STREAM.ber... > vectors/handover/openli/FIELDS.txt

FOLDER holds the ASN.1 modules as published. A line for each stream: its name, the number of fields,
and for each PDU the first eight hex digits of the SHA-256 over its sorted lines `PATH = VALUE`, or
`-` where pycrate refuses the PDU for a mandatory field that is missing.
"""

import hashlib
import os
import sys

sys.dont_write_bytecode = True
import generate  # noqa: E402


def main():
    modules = generate.TABLES.compiled(sys.argv[1])
    lines, obj = generate.Lines(modules), modules["LI-PS-PDU"]["PS-PDU"]
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            octets = file.read()
        digests, fields = [], 0
        for identifier, _, contents in pdus(octets):
            found = []
            try:
                obj.from_ber(identifier + contents)
                lines.of(obj, obj.get_val(), ("LI-PS-PDU", "PS-PDU"), "", found)
            except Exception as refusal:
                print(f"{path}: {refusal}", file=sys.stderr)
                digests.append("-")
                continue
            fields += len(found)
            text = "".join(f"{path} = {value}\n" for path, value in sorted(found))
            digests.append(hashlib.sha256(text.encode()).hexdigest()[:8])
        name = os.path.basename(path).removesuffix(".ber")
        print(name, fields, *digests)


def pdus(octets):
    """Each PDU; a definite length outside, as in all recorded streams, or octets to its end."""
    at = 0
    while at < len(octets):
        end = whole(octets, at)
        yield octets[at:at + 1], True, octets[at + 1:end]
        at = end


def whole(octets, at):
    """Where the element at `at` ends."""
    first = octets[at]
    at += 1
    if first & 0x1F == 0x1F:
        while octets[at] & 0x80:
            at += 1
        at += 1
    length = octets[at]
    at += 1
    if length == 0x80:
        while octets[at:at + 2] != b"\0\0":
            at = whole(octets, at)
        return at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(octets[at:at + count], "big")
        at += count
    return at + length


if __name__ == "__main__":
    main()
