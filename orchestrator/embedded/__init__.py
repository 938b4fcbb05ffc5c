"""Dirigent on a bare machine: real parts from Python packages, started and kept alive by one supervisor. Production installs none of those parts."""
