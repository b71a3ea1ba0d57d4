#!/bin/sh
# Audits the captures of a folder on all cores of this machine, or of those in ~/.parallel/sshloginfile, by GNU parallel:
#   examples/fleet/parallel.sh captures/ --json
# HARNESS is how the program is called there; further arguments are those of `audit merge`.
set -eu
harness=${HARNESS:-dcom-harness}
captures=$1
shift
partials=$(mktemp)
trap 'rm -f "$partials"' EXIT
# One unit for each call, on its stdin; what a call writes comes out in one piece.
$harness audit plan "$captures" |
  parallel --will-cite --pipe -N1 "$harness audit --units - --partial -" >"$partials" || test -s "$partials"
$harness audit merge "$partials" "$@"
