#!/usr/bin/env python3
"""Writes crates/handover/schema/*.txt from a folder of ASN.1 modules.

Run by hand when a standard has a new edition:

    python3 tools/schema-tables.py FOLDER [OUT]

FOLDER holds the modules of TS 102 232-1 to -7, TS 101 671, TS 33.108, TS 33.128, TS 103 280,
TS 103 462 and what they import, as published; they are not part of this repository. Needs
pycrate (PyPI), which compiles them. What is written is names, tags and types: facts, in a
notation of ours that crates/handover/src/schema/read.rs explains. Types that nothing refers to and
that no payload starts with are left out.
"""

import os
import sys
import tempfile

KINDS = {
    "BOOLEAN": "BOOLEAN",
    "INTEGER": "INTEGER",
    "NULL": "NULL",
    "OCTET STRING": "OCTETS",
    "BIT STRING": "BITS",
    "OBJECT IDENTIFIER": "OID",
    "RELATIVE-OID": "RELOID",
    "ENUMERATED": "ENUM",
    "UTF8String": "UTF8",
    "PrintableString": "PRINTABLE",
    "IA5String": "IA5",
    "VisibleString": "VISIBLE",
    "NumericString": "NUMERIC",
    "GeneralizedTime": "GTIME",
    "UTCTime": "UTCTIME",
    "SEQUENCE": "SEQ",
    "SET": "SET",
    "CHOICE": "CHOICE",
    "SEQUENCE OF": "SEQOF",
    "SET OF": "SETOF",
}

# Where a payload starts; everything these refer to is written.
ROOTS = [
    ("LI-PS-PDU", "PS-PDU"),
    ("LI-PS-PDU", "EncryptedPayload"),
    ("LI-PS-PDU", "Location"),
    ("TS33128Payloads", "IRIPayload"),
    ("TS33128Payloads", "CCPayload"),
    ("TS33128Payloads", "LINotificationPayload"),
    ("TS33128Payloads", "XIRIPayload"),
    ("HI2Operations", "IRIsContent"),
    ("HI1NotificationOperations", "HI1-Operation"),
    ("ThreeGPP-HI1NotificationOperations", "ThreeGPP-HI1-Operation"),
    ("ILHIPDU", "ILHIPayload"),
]

# Octet strings that hold another encoding: the type held, and what a sibling must say.
HOLDS = {
    ("LI-PS-PDU", "IRIContents", "threeGPP33128DefinedIRI"): "TS33128Payloads.IRIPayload",
    ("LI-PS-PDU", "CCContents", "threeGPP33128DefinedCC"): "TS33128Payloads.CCPayload",
    ("LI-PS-PDU", "EncryptionContainer", "encryptedPayload"):
        "LI-PS-PDU.EncryptedPayload?encryptionType=none",
    ("ILHIPDU", "EncapsulationPayload", "contents"):
        "LI-PS-PDU.PS-PDU?identifier=0.4.0.2.2.5.1.*",
}

CLASSES = {0: "u", 1: "a", 2: "", 3: "p"}


def compiled(folder):
    """The modules of the folder as pycrate's objects."""
    from pycrate_asn1c.asnproc import PycrateGenerator, compile_text, generate_modules

    texts = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".asn"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
    compile_text(texts)
    with tempfile.TemporaryDirectory(prefix="lacre-asn1-") as where:
        generate_modules(PycrateGenerator, os.path.join(where, "lacre_compiled.py"))
        sys.path.insert(0, where)
        import lacre_compiled

        sys.path.remove(where)
    return lacre_compiled.GLOBAL.MOD


class Tables:
    """Lines by module, in the order the types are met."""

    def __init__(self, modules):
        self.modules = modules
        self.lines = {}
        self.known = set()
        self.pending = []

    def need(self, module, name):
        if (module, name) not in self.known:
            self.known.add((module, name))
            self.pending.append((module, name, self.modules[module][name]))

    def run(self):
        for root in ROOTS:
            self.need(*root)
        while self.pending:
            module, name, obj = self.pending.pop(0)
            self.define(module, name, obj)

    def define(self, module, name, obj):
        """One line: the type's content, its own tags left to those who refer to it."""
        target = obj._typeref.called if obj._typeref is not None else None
        if target is not None and "/" not in name:
            line = f"{name} SAME {self.refer(module, target)}"
        else:
            line = f"{name} {self.content(module, name, obj)}"
        self.lines.setdefault(module, []).append(line)

    def content(self, module, name, obj):
        kind = KINDS[obj.TYPE]
        words = [kind]
        if kind == "ENUM":
            words += [f"{word}={number}" for word, number in obj._cont.items()]
        elif kind in ("SEQ", "SET", "CHOICE"):
            for field, part in obj._cont.items():
                words.append(f"{field}={self.part(module, name, field, part)}")
        elif kind in ("SEQOF", "SETOF"):
            words.append("=" + self.part(module, name, "of", obj._cont))
        return " ".join(words)

    def part(self, module, owner, field, obj):
        tags = ".".join(CLASSES[cls] + str(number) for cls, number in obj._tagc) or "-"
        held = HOLDS.get((module, owner, field))
        held = f">{held}" if held else ""
        return f"{tags},{self.type_of(module, owner, field, obj)}{held}"

    def type_of(self, module, owner, field, obj):
        if obj._typeref is not None:
            return self.refer(module, obj._typeref.called)
        kind = KINDS[obj.TYPE]
        if kind not in ("ENUM", "SEQ", "SET", "CHOICE", "SEQOF", "SETOF"):
            return kind
        name = f"{owner}/{field}"
        self.known.add((module, name))
        self.pending.insert(0, (module, name, obj))
        return name

    def refer(self, module, called):
        self.need(*called)
        return called[1] if called[0] == module else f"{called[0]}.{called[1]}"


def main():
    folder = sys.argv[1]
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    out = sys.argv[2] if len(sys.argv) > 2 else os.path.join(here, "crates/handover/schema")
    tables = Tables(compiled(folder))
    tables.run()
    for module, lines in tables.lines.items():
        with open(os.path.join(out, f"{module}.txt"), "w", encoding="utf-8") as file:
            file.write(f"module {module}\n")
            file.write("\n".join(sorted(lines)) + "\n")
    count = sum(len(lines) for lines in tables.lines.values())
    print(f"{count} types of {len(tables.lines)} modules")


if __name__ == "__main__":
    main()
