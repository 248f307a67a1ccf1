#!/usr/bin/env bash
# The ways in without CDK: the template is linted and deployed to moto.
set -euo pipefail
cd "$(dirname "$0")/.."

bash .ci/moto/install.sh
venv=.venv/template

rm -rf cdk.out/install
npm run template -- cdk.out/install
"$venv/bin/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- cdk.out/install/*.template.json
"$venv/bin/python" .ci/install/deploy_template.py cdk.out/install
