"""The house: settings, wiring, store, channels, Temporal client, embedded runtime and command line. It builds everything; nothing imports it."""
