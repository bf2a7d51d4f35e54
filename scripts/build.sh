#!/bin/sh
# Builds the packages into build/, from whatever folder this is called.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
exec npm run --silent build -- "$@"
