"""How hard Hypothesis tries: the same examples every time where CI runs, other ones each time on a desk."""

import os

from hypothesis import HealthCheck, settings

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

settings.register_profile("desk", deadline=None, max_examples=100, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, print_blob=True)
settings.register_profile("long", settings.get_profile("desk"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "desk"))
