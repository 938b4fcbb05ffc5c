"""A journey told in plain English, for those who sign it: who enters, what happens at each step and what leads where, what is shown, and how it ends."""

from journeys.explaining.account import Explanation, Shown, StepTold, explain, shown_in
from journeys.explaining.pages import markdown

__all__ = ["Explanation", "Shown", "StepTold", "explain", "markdown", "shown_in"]
