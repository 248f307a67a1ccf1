#!/usr/bin/env bash
# Lint the templates, deploy them to moto and run every job there; the contracts of the stores on moto.
# Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh template)

# W3005: CDK names a dependency that CloudFormation would also find by itself.
lint() { "$programs/cfn-lint" --non-zero-exit-code warning --ignore-checks W3005 -- "$@"; }

npx cdk synth --quiet
lint cdk.out/*.template.json
for name in full jobs; do
  npx cdk synth --quiet --context "config=.ci/template/$name.config.ts" --output "cdk.out/$name"
  lint "cdk.out/$name"/*.template.json
done
npx vitest run --config .ci/moto/vitest.config.ts "$@"
