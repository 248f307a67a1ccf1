#!/usr/bin/env bash
# The Grafana dashboard, read strictly by Grafana's own schemas.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(bash .ci/python-environment.sh grafana)
dashboard=$PWD/docs/operate/grafana-dashboard.json
GOTOOLCHAIN=local "$programs/go" run -C .ci/grafana -buildvcs=false . "$dashboard"
