#!/usr/bin/env bash
# Events of OCSF beside the schemas that others keep: every action, published payloads where they
# are at hand, 100,000 entries of the made-up organization, and the same entries damaged at random.
# None may be invalid, drop anything, or have another id or another text than its line.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh ocsf)
events=$(mktemp -d)
trap 'rm -rf "$events"' EXIT
npx node .ci/ocsf/make-events.ts "$events"
"$programs/python" .ci/ocsf/check_events.py "$events"
