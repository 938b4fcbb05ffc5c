"""Personas as authors describe them: the kinds of HCP that sales, marketing and medical agreed on, each the focal point of a strategy."""

from typing import Literal

from pydantic import Field

from journeys.shapes import Authored, Slug

Level = Literal["low", "high"]


class Persona(Authored):
    """A full description that a rep recognises in the room; identity says who the HCP is, engagement how the HCP has interacted."""

    persona: Slug
    title: str = Field(max_length=80)
    identity: Level
    engagement: Level
    description: str
    recognise_by: tuple[str, ...] = Field(min_length=1)
    """What a rep sees or hears at a meeting that tells this persona from the others."""
    needs: tuple[str, ...] = Field(min_length=1)
    message: str
    """What a conversation with this persona should leave behind."""
    preferred_channels: tuple[Literal["face_to_face", "remote", "phone", "email"], ...] = Field(min_length=1)
    avoid: tuple[str, ...] = ()
