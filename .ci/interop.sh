#!/usr/bin/env bash
# Slack's Python client beside ours, against the same fake Slack: what they read must be the same,
# and where they differ must be where the package's README says so.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh interop)
npx node .ci/interop/main.ts "$programs/python"
