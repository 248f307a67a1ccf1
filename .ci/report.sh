#!/usr/bin/env bash
# The report in a browser: nothing overlaps, nothing is loaded, axe finds nothing serious, and the
# numbers are those of the saved queries. Screenshots stay in the folder that is printed.
# Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
  if browser=$(command -v "$name"); then break; fi
done
if [ -z "$browser" ]; then
  echo "report.sh: SKIPPED, there is no Chromium here (apt-get install chromium, or set CHROMIUM)"
  exit 0
fi
CHROMIUM=$browser npx vitest run --config .ci/report/vitest.config.ts "$@"
