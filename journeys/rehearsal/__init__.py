"""The rehearsal room: strategies played over real or invented people in virtual time, by the conductor and the gate that play them in earnest.

Nothing can leave it, by construction: it is pure like the rest of `journeys`, and what a run asks of the world is answered here by a model
of how people behave.
"""

from journeys.rehearsal.behaviour import PACKAGED_BEHAVIOUR, Behaviour, packaged_behaviour, read_behaviour
from journeys.rehearsal.checking import check
from journeys.rehearsal.people import Person, Territory
from journeys.rehearsal.playing import UnknownPersonError, rehearse, trace
from journeys.rehearsal.population import furnish, populate, territories
from journeys.rehearsal.report import Report
from journeys.rehearsal.scripts import Played, Script, path_of, play_one, replay
from journeys.rehearsal.stage import Stage
from journeys.rehearsal.telling import told
from journeys.rehearsal.tracing import Line

__all__ = [
    "PACKAGED_BEHAVIOUR",
    "Behaviour",
    "Line",
    "Person",
    "Played",
    "Report",
    "Script",
    "Stage",
    "Territory",
    "UnknownPersonError",
    "check",
    "furnish",
    "packaged_behaviour",
    "path_of",
    "play_one",
    "populate",
    "read_behaviour",
    "rehearse",
    "replay",
    "territories",
    "told",
    "trace",
]
