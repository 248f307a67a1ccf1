#!/usr/bin/env bash
# Puts what .ci/NAME/requirements.txt pins into .venv/NAME, once, and prints where its programs are.
# Usage: python-environment.sh NAME
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=.ci/$1/requirements.txt
venv=.venv/$1
if ! cmp -s "$requirements" "$venv/installed"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
  cp "$requirements" "$venv/installed"
fi
echo "$PWD/$venv/bin"
