#!/usr/bin/env python3
"""Random PDUs of every part, with what an independent decoder (pycrate) reads in them.

    python generate.py FOLDER COUNT SEED OUT

FOLDER holds the ASN.1 modules as published (they are not part of this repository); pycrate (PyPI)
compiles them, makes values of their types, encodes them and decodes the octets again. Each PDU
follows one plan, so that every alternative of IRIContents, CCContents, TRIPayload, the
notifications and every event of TS 33.128 comes up; the octets are then re-framed at random with
long, padded and indefinite lengths and with strings in segments. Same arguments, same file.

OUT is a text: `@ ` and a PDU in hex, then a line for each field that holds no other, `N REST =
VALUE`: the first N characters of its path are those of the line before. Values over 200 characters
are `sha256:HASH:LENGTH`. LACRE_DIFFERENTIAL_LINES bounds the lines of a PDU; the recorded sample,
`vectors/handover/differential.txt`, is 230 PDUs of at most 48 lines, seed 7. Nothing in OUT is real: numbers and words are random.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import random
import sys
import unicodedata

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
HIDDEN = {0xFEFF, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A)}
FIELDS_MAX = 160
DEPTH_MAX = 24
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def tables():
    """The script that writes our tables: how the modules are compiled, and what is held."""
    path = os.path.join(HERE, "..", "..", "..", "..", "tools", "schema-tables.py")
    spec = importlib.util.spec_from_file_location("schema_tables", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = tables()


def called(obj):
    """(module, type) that a component refers to."""
    return obj._typeref.called if obj._typeref is not None else None


class Values:
    """Makes a value of a type."""

    def __init__(self, modules, rng):
        self.modules = modules
        self.rng = rng
        self.shallow = {}

    def start(self, plan):
        self.plan = dict(plan)
        self.fields = 0
        self.density = self.rng.choice([0.1, 0.25, 0.5, 0.9, 1.0])

    def levels(self, obj, seen=()):
        """Levels that the smallest value of the type needs."""
        key = id(obj)
        if key in self.shallow:
            return self.shallow[key]
        if key in seen or len(seen) > 60:
            return 1000
        seen = (*seen, key)
        kind = obj.TYPE
        if kind == "CHOICE":
            deep = 1 + min(self.levels(part, seen) for part in obj._cont.values())
        elif kind in ("SEQUENCE", "SET"):
            needed = [p for p in obj._cont.values() if not p._opt and p._def is None]
            deep = 1 + max([self.levels(part, seen) for part in needed], default=0)
        elif kind in ("SEQUENCE OF", "SET OF"):
            least = self.bounds(obj._const_sz, 0, 3)[0]
            deep = 1 + (self.levels(obj._cont, seen) if least else 0)
        else:
            deep = 1
        if deep < 1000:
            self.shallow[key] = deep
        return deep

    def bounds(self, const, low, high):
        """Size limits, kept small where the standard allows more."""
        if const is None or const.lb is None:
            return low, high
        top = const.ub if const.ub is not None else const.lb + high
        return const.lb, min(top, max(const.lb, high))

    def of(self, obj, name, depth=0):
        self.fields += 1
        kind = obj.TYPE
        tight = depth > DEPTH_MAX or self.fields > FIELDS_MAX
        if kind == "CHOICE":
            return self.choice(obj, name, depth, tight)
        if kind in ("SEQUENCE", "SET"):
            value = {}
            for field, part in obj._cont.items():
                optional = part._opt or part._def is not None
                wanted = (called(part) or (None, field)) in self.plan or (name, field) in self.plan
                if optional and not wanted:
                    if tight or self.rng.random() > self.density:
                        continue
                value[field] = self.part(part, name, field, depth, value)
            return value
        if kind in ("SEQUENCE OF", "SET OF"):
            low, high = self.bounds(obj._const_sz, 0, 3)
            count = low if tight else self.rng.randint(low, high)
            if (name, "_items") in self.plan:
                count = max(count, 1)
            return [self.part(obj._cont, name, "of", depth, {}) for _ in range(count)]
        return self.plain(obj, kind)

    def choice(self, obj, name, depth, tight):
        names = list(obj._cont)
        alternative = self.plan.pop(name, None)
        if alternative is None:
            if tight:
                low = min(self.levels(part) for part in obj._cont.values())
                names = [n for n in names if self.levels(obj._cont[n]) == low]
            alternative = self.rng.choice(names)
        part = obj._cont[alternative]
        return (alternative, self.part(part, name, alternative, depth, {}))

    def part(self, part, owner, field, depth, beside):
        name = called(part) or ((owner[0], f"{owner[1]}/{field}") if owner else None)
        held = TABLES.HOLDS.get((*owner, field)) if owner else None
        if held:
            return self.holding(held, part, name, depth, beside)
        return self.of(part, name, depth + 1)

    def holding(self, held, part, name, depth, beside):
        """An octet string that holds what it should, or, where that is allowed, anything."""
        of, _, when = held.partition("?")
        if when:
            field, _, wanted = when.partition("=")
            if self.rng.random() < 0.7:
                wanted = wanted.replace("*", "43")
                dotted = wanted[0].isdigit()
                beside[field] = tuple(map(int, wanted.split("."))) if dotted else wanted
            elif not says(beside.get(field), wanted):
                return self.rng.randbytes(self.rng.randint(0, 24))
            else:
                beside[field] = (0, 4, 0, 2, 4, 0, 1, 0) if wanted[0].isdigit() else "national-option"
                return self.rng.randbytes(self.rng.randint(0, 24))
        called_ = tuple(of.split(".", 1))
        obj = self.modules[called_[0]][called_[1]]
        if depth > 12 and called_[1] == "PS-PDU":
            beside["identifier"] = (0, 4, 0, 2, 4, 0, 1, 0)
            return b"\x05\x00"
        inner = encode(obj, self.of(obj, called_, depth + 1), self.rng)
        return inner + (b"\0" * self.rng.randint(0, 15) if "Encrypted" in of else b"")

    def plain(self, obj, kind):
        rng = self.rng
        if kind == "BOOLEAN":
            return rng.random() < 0.5
        if kind == "NULL":
            return 0
        if kind == "INTEGER":
            const = obj._const_val
            low, high = -(1 << 40), 1 << 40
            if const is not None and const.lb is not None:
                low = const.lb
            if const is not None and const.ub is not None:
                high = const.ub
            return rng.choice([low, high, rng.randint(low, high), max(low, min(high, rng.randint(0, 300)))])
        if kind == "ENUMERATED":
            return rng.choice(list(obj._cont))
        if kind == "OCTET STRING":
            low, high = self.bounds(obj._const_sz, 0, 20)
            return rng.randbytes(rng.randint(low, high))
        if kind == "BIT STRING":
            low, high = self.bounds(obj._const_sz, 0, 70)
            size = rng.randint(low, high)
            return (rng.getrandbits(size) if size else 0, size)
        if kind == "OBJECT IDENTIFIER":
            const = obj._const_val
            if const is not None and const._rv:
                return const._rv[0]
            return (0, 4, 0, 2, 2, *(rng.choice([0, 5, 127, 128, 70000]) for _ in range(4)))
        if kind == "RELATIVE-OID":
            return tuple(rng.choice([0, 5, 17, 127, 128, 16384]) for _ in range(rng.randint(1, 5)))
        if kind == "GeneralizedTime":
            fraction = rng.choice([None, "5", "123", "000001"])
            zone = rng.choice(["Z", "Z", "+0100", "-0330"])
            return (*self.clock("2026"), fraction, zone)
        if kind == "UTCTime":
            return (*self.clock("26"), rng.choice(["Z", "Z", "+0200"]))
        return self.text(obj, kind)

    def clock(self, year):
        rng = self.rng
        parts = [(1, 12), (1, 28), (0, 23), (0, 59), (0, 59)]
        return (year, *(f"{rng.randint(*part):02}" for part in parts))

    def text(self, obj, kind):
        low, high = self.bounds(obj._const_sz, 0, 24)
        letters = LETTERS
        if kind == "NumericString":
            letters = "0123456789"
        elif kind == "UTF8String":
            letters = LETTERS + " áñ€\t\\漢"
        elif kind in ("IA5String", "VisibleString"):
            letters = LETTERS + " @/:;-_~"
        allowed = getattr(obj, "_const_alpha", None)
        if allowed is not None:
            letters = [letter for letter in LETTERS + "+-. " if letter in allowed] or letters
        return "".join(self.rng.choice(letters) for _ in range(self.rng.randint(low, high)))


def encode(obj, value, rng):
    """The value's octets, in one of the many forms that BER allows."""
    from pycrate_asn1rt.codecs import ASN1CodecBER

    segments = rng.choice([0, 0, 0, 0, 0, 1, 3, 7])
    ASN1CodecBER.ENC_OSTR_FRAG = segments
    ASN1CodecBER.ENC_BSTR_FRAG = segments
    obj.set_val(value)
    octets = obj.to_ber()
    ASN1CodecBER.ENC_OSTR_FRAG = ASN1CodecBER.ENC_BSTR_FRAG = 0
    # pycrate 0.8.1 takes the end-of-contents of a segmented string for a segment and refuses it
    # (X.690 8.1.5 makes it none), so segments and indefinite lengths are not tried together.
    manners = ["plain", "plain", "long"] if segments else ["plain", "long", "indefinite", "any"]
    manner = rng.choice(manners)
    return octets if manner == "plain" else reframed(octets, manner, rng)


def elements(octets):
    """(identifier, constructed, contents) of each; the encoder's lengths are definite."""
    at = 0
    while at < len(octets):
        start = at
        first = octets[at]
        at += 1
        if first & 0x1F == 0x1F:
            while octets[at] & 0x80:
                at += 1
            at += 1
        identifier = octets[start:at]
        length = octets[at]
        at += 1
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(octets[at:at + count], "big")
            at += count
        yield identifier, bool(first & 0x20), octets[at:at + length]
        at += length


def reframed(octets, manner, rng):
    out = b""
    for identifier, constructed, contents in elements(octets):
        if constructed:
            contents = reframed(contents, manner, rng)
        how = manner if manner != "any" else rng.choice(["plain", "long", "indefinite"])
        if how == "indefinite" and constructed:
            out += identifier + b"\x80" + contents + b"\0\0"
            continue
        least = contents and (len(contents).bit_length() + 7) // 8 or 1
        if how == "long":
            count = least + rng.choice([0, 1, 3, 8])
            length = bytes([0x80 | count]) + len(contents).to_bytes(count, "big")
        elif len(contents) < 128:
            length = bytes([len(contents)])
        else:
            length = bytes([0x80 | least]) + len(contents).to_bytes(least, "big")
        out += identifier + length + contents
    return out


def says(value, wanted):
    text = ".".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted


class Lines:
    """What the decoder read, as path and value."""

    def __init__(self, modules):
        self.modules = modules

    def of(self, obj, value, name, path, out, beside=None):
        kind = obj.TYPE
        if kind == "CHOICE":
            self.step(obj._cont[value[0]], value[1], name, value[0], join(path, value[0]), out, {})
        elif kind in ("SEQUENCE", "SET"):
            if not value:
                out.append((path, "{}"))
            for field, inner in value.items():
                self.step(obj._cont[field], inner, name, field, join(path, field), out, value)
        elif kind in ("SEQUENCE OF", "SET OF"):
            if not value:
                out.append((path, "[]"))
            for number, item in enumerate(value):
                self.step(obj._cont, item, name, "of", f"{path}[{number}]", out, {})
        else:
            out.append((path, short(plain(kind, value))))

    def step(self, part, value, owner, field, path, out, beside):
        name = called(part) or ((owner[0], f"{owner[1]}/{field}") if owner else None)
        self.of(part, value, name, path, out)
        held = TABLES.HOLDS.get((*owner, field)) if owner else None
        if not held:
            return
        of, _, when = held.partition("?")
        if when:
            beside_field, _, wanted = when.partition("=")
            if not says(beside.get(beside_field), wanted):
                return
        inner = tuple(of.split(".", 1))
        obj = self.modules[inner[0]][inner[1]]
        obj.from_ber(value)
        self.of(obj, obj.get_val(), inner, path + "/", out)


def join(path, field):
    return field if not path else path + field if path.endswith("/") else f"{path}.{field}"


def plain(kind, value):
    if kind == "BOOLEAN":
        return "true" if value else "false"
    if kind == "NULL":
        return "null"
    if kind == "OCTET STRING":
        return value.hex()
    if kind == "BIT STRING":
        number, size = value
        octets = (size + 7) // 8
        return f"{(number << (octets * 8 - size)).to_bytes(octets, 'big').hex()}/{size}"
    if kind in ("OBJECT IDENTIFIER", "RELATIVE-OID"):
        return ".".join(map(str, value))
    if kind == "GeneralizedTime":
        *clock, fraction, zone = value
        return "".join(p for p in clock if p) + (f".{fraction}" if fraction else "") + (zone or "")
    if kind == "UTCTime":
        return "".join(part for part in value if part)
    return escaped(str(value))


def escaped(text):
    out = ""
    for letter in text:
        code = ord(letter)
        hide = unicodedata.category(letter) == "Cc" or letter == "\\" or code in HIDDEN
        out += f"\\u{{{code:x}}}" if hide else letter
    return out


def short(text):
    octets = text.encode()
    if len(octets) <= 200:
        return text
    return f"sha256:{hashlib.sha256(octets).hexdigest()}:{len(octets)}"


def plans(modules):
    """What each PDU must hold: the alternative to take at a CHOICE, or a field not to leave out."""
    ps = modules["LI-PS-PDU"]
    payload = ("LI-PS-PDU", "Payload")

    def items(name):
        return {(("LI-PS-PDU", f"Payload/{name}"), "_items"): True, payload: name}

    def within(base, name):
        return [{**base, name: alt} for alt in modules[name[0]][name[1]]._cont]

    iri, cc = items("iRIPayloadSequence"), items("cCPayloadSequence")
    contents = ("LI-PS-PDU", "IRIContents")
    out = [{payload: name} for name in ps["Payload"]._cont]
    out += within(iri, contents) + within(cc, ("LI-PS-PDU", "CCContents"))
    for alternative, name in [("uMTSIRI", "UMTSIRI"), ("eTSI671IRI", "ETSI671IRI"),
                              ("ePSIRI", "EPSIRI"), ("confIRI", "ConfIRI"),
                              ("proseIRI", "ProSeIRI"), ("gcseIRI", "GcseIRI")]:
        out += within({**iri, contents: alternative}, ("LI-PS-PDU", name))
    out += within({payload: "tRIPayload"}, ("LI-PS-PDU", "TRIPayload"))
    out += within({payload: "hI1-Operation"}, ("HI1NotificationOperations", "HI1-Operation"))
    out += within({payload: "threeGPP-HI1-Operation"},
                  ("ThreeGPP-HI1NotificationOperations", "ThreeGPP-HI1-Operation"))
    out += within(items("hI4Payload"), ("LI-PS-PDU", "HI4Payload"))
    out += within({**iri, contents: "threeGPP33128DefinedIRI"}, ("TS33128Payloads", "IRIEvent"))
    out += within({**cc, ("LI-PS-PDU", "CCContents"): "threeGPP33128DefinedCC"},
                  ("TS33128Payloads", "CCPDU"))
    out += [items("iLHIPayload"), {payload: "encryptionContainer"}]
    return out


def main():
    folder, count, seed, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    modules = TABLES.compiled(folder)
    rng = random.Random(seed)
    values, lines, todo = Values(modules, rng), Lines(modules), plans(modules)
    obj, name = modules["LI-PS-PDU"]["PS-PDU"], ("LI-PS-PDU", "PS-PDU")
    written = refused = large = 0
    lines_max = int(os.environ.get("LACRE_DIFFERENTIAL_LINES", "10000"))
    with open(target, "w", encoding="utf-8") as out:
        version = importlib.metadata.version("pycrate")
        size = f"of at most {lines_max} lines" if lines_max < 10_000 else "of any size"
        out.write(f"# {count} PDUs {size}, seed {seed}, pycrate {version}; made by generate.py\n")
        while written < count:
            values.start(todo[written % len(todo)])
            found = []
            try:
                octets = encode(obj, values.of(obj, name), rng)
                obj.from_ber(octets)
                lines.of(obj, obj.get_val(), name, "", found)
            except Exception as refusal:
                refused += 1
                print(f"refused: {type(refusal).__name__}: {refusal}", file=sys.stderr)
                if refused > count:
                    sys.exit("the decoder refuses its own octets")
                continue
            if len(found) > lines_max:
                large += 1
                continue
            written += 1
            out.write(f"@ {octets.hex()}\n")
            before = ""
            for path, text in found:
                shared = len(os.path.commonprefix([before, path]))
                out.write(f"{shared} {path[shared:]} = {text}\n")
                before = path
    print(f"{written} PDUs over {len(todo)} plans, {refused} refused, {large} too large")


if __name__ == "__main__":
    main()
