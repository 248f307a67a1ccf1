#!/usr/bin/env bash
# Lint the templates, deploy one to moto, run the deployed state machines and function there; the
# contracts of the stores on moto.
set -euo pipefail
cd "$(dirname "$0")/.."

bash .ci/moto/install.sh
venv=.venv/template

# W3005: CDK names a dependency that CloudFormation would also find by itself.
lint() { "$venv/bin/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- "$@"; }

npx cdk synth --quiet
lint cdk.out/*.template.json
npx cdk synth --quiet --context config=.ci/template/full.config.ts --output cdk.out/full
lint cdk.out/full/*.template.json
"$venv/bin/python" .ci/template/deploy_to_moto.py cdk.out/full
npx vitest run --config .ci/moto/vitest.config.ts
