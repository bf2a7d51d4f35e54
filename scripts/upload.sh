#!/bin/sh
# Builds the packages and uploads them: sh scripts/upload.sh <bucket>, or with AWS_DEPLOYMENT_BUCKET set.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
exec node scripts/order-replication.mjs upload "$@"
