#!/bin/sh
# Runs once, in an empty database server: each program gets a user and databases of its own, and no more.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
    --set dirigent_password="$DIRIGENT_DATABASE_PASSWORD" --set temporal_password="$TEMPORAL_DATABASE_PASSWORD" <<'SQL'
CREATE USER dirigent PASSWORD :'dirigent_password';
CREATE USER temporal PASSWORD :'temporal_password';
CREATE ROLE dirigent_commercial NOLOGIN NOINHERIT;
CREATE ROLE dirigent_medical NOLOGIN NOINHERIT;
CREATE ROLE dirigent_safety NOLOGIN NOINHERIT;
GRANT dirigent_commercial, dirigent_medical, dirigent_safety TO dirigent;
CREATE DATABASE dirigent OWNER dirigent;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
