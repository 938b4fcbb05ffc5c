"""Time zones of the United States by state. A state that lies in more than one zone has none here: the market's default is a known guess, a state's
would be an unknown one."""

_STATES = {
    "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Los_Angeles": "CA WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
_ZONES = {state: zone for zone, states in _STATES.items() for state in states.split()}


def zone_of(state: str) -> str | None:
    """The zone of a state or territory by its two letters, or None where it has several or is unknown."""
    return _ZONES.get(state)
