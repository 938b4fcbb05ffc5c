#!/bin/sh
# Brings Temporal's two databases to this release's schema; on an up-to-date one it changes nothing. SQL_PASSWORD comes from the environment.
set -eu
for database in temporal:temporal temporal_visibility:visibility; do
    tool="temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database ${database%%:*}"
    $tool setup-schema --version 0.0
    $tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/${database##*:}/versioned"
done
