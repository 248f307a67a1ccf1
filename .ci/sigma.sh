#!/bin/sh
# The rules exported to Sigma, read by its own library: it refuses what is no rule or correlation.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pysigma==2.0.1
npx node cli/audit-lake.js detect --export-sigma "$work/rules" > "$work/listed"
"$work/venv/bin/python" - "$work/rules" <<'PYTHON'
import pathlib, sys
from sigma.collection import SigmaCollection

files = sorted(pathlib.Path(sys.argv[1]).glob("*.yml"))
rules = SigmaCollection.load_ruleset([str(file) for file in files])
rules.resolve_rule_references()
errors = [error for rule in rules for error in rule.errors]
assert files and not errors, errors
print(f"{len(files)} files, {len(rules.rules)} rules of Sigma are right")
PYTHON
