"""The demonstration: a month of field work on a system of its own, played through the HTTP API alone, told as stories, and checked."""
