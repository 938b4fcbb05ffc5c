"""Approved content as it is listed: its state today, its scope and its expiry."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Told


class ContentLine(Told):
    content: str = Field(examples=["hf-dialogue"])
    version: int = Field(examples=[2])
    title: str = Field(examples=["Continuing our dialogue on heart failure"])
    made_for: str = Field(examples=["email"])
    product: str = Field(examples=["cardiolex"])
    purpose: str = Field(examples=["promotional"])
    audience: tuple[str, ...] = Field(examples=[["physician"]])
    markets: tuple[str, ...] = Field(examples=[["SE", "UK"]])
    languages: tuple[str, ...] = Field(examples=[["en", "sv"]])
    state: str = Field(description="Now: approved content is expired from the instant of its expiry.", examples=["approved"])
    approval: str | None = Field(None, description="The id of the approval.", examples=["MLR-2026-0142"])
    expires: datetime | None = None
    above_the_brand: bool = False
