#!/usr/bin/env bash
# The rules exported to Sigma, read by its own library: it refuses what is no rule or correlation.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh sigma)
rules=$(mktemp -d)
trap 'rm -rf "$rules"' EXIT
npx node cli/audit-lake.js detect --export-sigma "$rules" > /dev/null
"$programs/python" .ci/sigma/check_rules.py "$rules"
