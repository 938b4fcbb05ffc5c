"""How the house speaks with Temporal: the client, the gateway to running journeys, and the worker's sandbox."""
