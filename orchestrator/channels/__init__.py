"""The channels: what carries a message out of the house, one adapter for each kind of provider, and what keeps a slow one from slowing the others."""
