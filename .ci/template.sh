#!/usr/bin/env bash
# Lint the templates, deploy one to moto, run the deployed state machines and function there.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv/template
if [ ! -e "$venv/installed" ] || ! cmp -s .ci/template/requirements.txt "$venv/installed"; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r .ci/template/requirements.txt
  cp .ci/template/requirements.txt "$venv/installed"
fi

# W3005: CDK names a dependency that CloudFormation would also find by itself.
lint() { "$venv/bin/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- "$@"; }

npx cdk synth --quiet
lint cdk.out/*.template.json
npx cdk synth --quiet --context config=.ci/template/full.config.ts --output cdk.out/full
lint cdk.out/full/*.template.json
"$venv/bin/python" .ci/template/deploy_to_moto.py cdk.out/full
