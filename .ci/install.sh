#!/usr/bin/env bash
# The ways in without CDK: the template is linted and deployed to moto, the Terraform module checked
# against it, and formatted where there is a terraform.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh template)

rm -rf cdk.out/install
npm run template -- cdk.out/install
"$programs/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- cdk.out/install/*.template.json
"$programs/python" .ci/install/deploy_template.py cdk.out/install
"$programs/python" .ci/install/check_terraform.py terraform cdk.out/install/slack-audit-lake.template.json
if command -v terraform >/dev/null; then
  terraform fmt -check -diff terraform
fi
