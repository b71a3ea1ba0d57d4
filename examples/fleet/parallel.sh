#!/bin/sh
# Audits the captures of a folder on all cores of this machine, or of those in ~/.parallel/sshloginfile, by GNU parallel:
#   examples/fleet/parallel.sh captures/ --json
# HARNESS is how the program is called there; further arguments are those of `audit merge`.
set -eu
harness=${HARNESS:-dcom-harness}
captures=$1
shift
plan=$(mktemp)
partials=$(mktemp)
trap 'rm -f "$plan" "$partials"' EXIT
$harness audit plan "$captures" >"$plan"
# One unit for each call, on its stdin; what a call writes comes out in one piece. A call also fails for a capture that
# cannot be read, which its partial audit says, and the plan tells which units no call has written.
parallel --will-cite --pipe -N1 "$harness audit --units - --partial -" <"$plan" >"$partials" || :
$harness audit merge --plan "$plan" "$partials" "$@"
