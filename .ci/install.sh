#!/usr/bin/env bash
# The ways in without CDK: the template is linted and deployed to moto, the Terraform module checked
# against it, and formatted where there is a terraform.
set -euo pipefail
cd "$(dirname "$0")/.."

bash .ci/moto/install.sh
venv=.venv/template

rm -rf cdk.out/install
npm run template -- cdk.out/install
"$venv/bin/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- cdk.out/install/*.template.json
"$venv/bin/python" .ci/install/deploy_template.py cdk.out/install

if ! "$venv/bin/python" -c "import hcl2" 2>/dev/null; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r .ci/install/requirements.txt
fi
"$venv/bin/python" .ci/install/check_terraform.py terraform cdk.out/install/slack-audit-lake.template.json
if command -v terraform >/dev/null; then
  terraform fmt -check -diff terraform
fi
