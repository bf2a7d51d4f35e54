#!/bin/sh
# Builds the packages into build/, from whatever folder this is called.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
exec node scripts/order-replication.mjs build "$@"
