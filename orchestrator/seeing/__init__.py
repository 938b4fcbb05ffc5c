"""Journeys as something to look at on the command line and over the API: pictures with places, accounts for a sign-off, and comparisons."""
