"""Requests to other systems: where they go, how both sides prove who they are, and what an answer comes to."""
