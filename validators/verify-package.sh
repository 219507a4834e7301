#!/bin/bash
# Checks a court package with Debian's own tools and none of ours: unzip, sha256sum, xmllint,
# openssl. What it covers: the container's first octets, every file against the signed list, BagIt's
# lists, the CAdES signature, the RFC 3161 stamp, no unsigned file. The ledger: verify-package.go.
#
#   verify-package.sh FILE.asice [SEAL_CA.pem TSA_CA.pem]
#
# The two certificates are those of the court's trust sheet. Without them the package's own are
# used, which only shows that it is unbroken.
# Exit: 0 as signed, by the given CAs; 3 not as signed; 4 as signed, origin not checked; 2 usage.
set -u
export LC_ALL=C
fail() { echo "FAIL $*"; exit 3; }
if [ $# -ne 1 ] && [ $# -ne 3 ]; then
    echo "usage: verify-package.sh FILE.asice [SEAL_CA.pem TSA_CA.pem]" >&2
    exit 2
fi
package=$(realpath -- "$1") || exit 2
seal_ca=data/keys/seal-ca.pem
tsa_ca=data/keys/tsa-ca.pem
if [ $# -eq 3 ]; then
    seal_ca=$(realpath -- "$2") && tsa_ca=$(realpath -- "$3") || exit 2
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT

# The media type stands first, stored, where every ASiC reader looks for it.
type=$(head -c 69 -- "$package" | tail -c +31 | tr -d '\0')
[ "$type" = "mimetypeapplication/vnd.etsi.asic-e+zip" ] || fail "mimetype"
unzip -tqq "$package" >/dev/null || fail "container"
twice=$(unzip -Z1 "$package" | sort | uniq -d)
[ -z "$twice" ] || fail "twice in the container: $twice"
unzip -q "$package" -d "$work/package" || fail "container"
cd "$work/package" || exit 1

# The list that is signed: well formed, and it names the signature.
list=META-INF/ASiCManifest.xml
xmllint --nonet --noout "$list" || fail "$list is not well formed"
signature=$(xmllint --nonet --xpath 'string(//*[local-name()="SigReference"]/@URI)' "$list")
[ "$signature" = META-INF/signature.p7s ] || fail "$list names no signature"
openssl cms -verify -binary -cades -purpose any -inform DER -in "$signature" \
    -content "$list" -CAfile "$seal_ca" -out /dev/null 2>"$work/cms" \
    || { cat "$work/cms"; fail "signature"; }
openssl ts -verify -data "$signature" -in META-INF/signature.tsr -CAfile "$tsa_ca" \
    >"$work/ts" 2>&1 || { cat "$work/ts"; fail "time stamp"; }

# Every file the list names is the one that was signed, and there is no other.
item='//*[local-name()="DataObjectReference"]'
count=$(xmllint --nonet --xpath "count($item)" "$list")
xmllint --nonet --xpath "$item/@URI" "$list" | sed 's/^ *URI="//; s/"$//' >"$work/names"
xmllint --nonet --xpath "$item/*[local-name()='DigestValue']/text()" "$list" >"$work/digests"
[ "$(wc -l <"$work/names")" = "$count" ] || fail "$list cannot be read"
paste -d ' ' "$work/names" "$work/digests" >"$work/listed"
while read -r name digest; do
    [ -f "$name" ] || fail "$name is missing"
    found=$(openssl dgst -sha256 -binary "$name" | base64)
    [ "$found" = "$digest" ] || fail "$name is not the file that was signed"
done <"$work/listed"
find . -type f ! -path './META-INF/*' ! -path ./mimetype | sed 's,^\./,,' | sort >"$work/found"
sort "$work/names" | diff - "$work/found" >"$work/diff" || { cat "$work/diff"; fail "unsigned file"; }
extra=$(find META-INF -type f | sort | tr '\n' ' ')
[ "$extra" = "$list META-INF/signature.p7s META-INF/signature.tsr " ] || fail "META-INF: $extra"

# BagIt's lists say the same.
sha256sum -c --quiet --strict manifest-sha256.txt || fail "manifest-sha256.txt"
sha256sum -c --quiet --strict tagmanifest-sha256.txt || fail "tagmanifest-sha256.txt"

openssl ts -reply -in META-INF/signature.tsr -text 2>/dev/null | grep 'Time stamp'
echo "OK $count files as signed and stamped"
if [ $# -eq 1 ]; then
    echo "origin not checked: compare with the court's trust sheet"
    openssl x509 -noout -fingerprint -sha256 -in "$seal_ca"
    openssl x509 -noout -fingerprint -sha256 -in "$tsa_ca"
    exit 4
fi
