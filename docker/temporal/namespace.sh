#!/bin/sh
# Makes the namespace of the journeys, once. A closed journey's history is kept for the retention; what compliance needs is in Dirigent's own store.
set -eu
temporal operator namespace describe --namespace default >/dev/null 2>&1 \
    || temporal operator namespace create --namespace default --retention 30d
