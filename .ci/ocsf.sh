#!/usr/bin/env bash
# Events of OCSF beside the schemas that others keep: every action, published payloads where they
# are at hand, 100,000 entries of the made-up organization, and the same entries damaged at random.
# None may be invalid, drop anything, or have another id or another text than its line.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement .ci/ocsf/requirements.txt
mkdir "$work/events"
npx node .ci/ocsf/make-events.ts "$work/events"
"$work/venv/bin/python" .ci/ocsf/check_events.py "$work/events"
