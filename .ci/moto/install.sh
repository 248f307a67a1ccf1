#!/usr/bin/env bash
# moto and cfn-lint in .venv/template, once.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=.venv/template
if [ ! -e "$venv/installed" ] || ! cmp -s .ci/template/requirements.txt "$venv/installed"; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r .ci/template/requirements.txt
  cp .ci/template/requirements.txt "$venv/installed"
fi
