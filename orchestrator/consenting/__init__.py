"""Consents that others have collected: how their files are read, and how what they say is taken into the ledger."""
