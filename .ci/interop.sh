#!/usr/bin/env bash
# Slack's Python client beside ours, against the same fake Slack: what they read must be the same,
# and where they differ must be where the package's README says so.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement .ci/interop/requirements.txt
npx node .ci/interop/main.ts "$venv/bin/python"
