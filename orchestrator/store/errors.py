"""What the store cannot do, each with what is wrong and what to do about it. Light to import: the command line shows these messages without the tables."""

from collections.abc import Sequence


class StoreError(Exception):
    """The store cannot do what was asked. The message is meant for a user."""


class DatabaseUnreachableError(StoreError):
    """No connection to PostgreSQL. Names the place, never the password."""

    def __init__(self, place: str) -> None:
        super().__init__(f"The database at {place} does not answer. Is PostgreSQL running there, and is DIRIGENT_DATABASE_URL right?")


class MigrationMissingError(StoreError):
    """The database's schema is not the one that this release was written for."""

    def __init__(self, found: str | None, *, wanted: str) -> None:
        super().__init__(f"The database is at migration {found or 'none'}, this release needs {wanted}. Run `dirigent migrate`.")


class DatabaseTooNewError(StoreError):
    """The database was migrated by a newer release."""

    def __init__(self, found: str) -> None:
        super().__init__(f"The database is at migration {found}, which a newer release made. Run that release, or restore a backup from before it.")


class RolesMissingError(StoreError):
    """The database's roles are not there, and this user may not create them or take them."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        both = ", ".join(roles)
        made = " ".join(f"CREATE ROLE {role} NOLOGIN NOINHERIT;" for role in roles)
        super().__init__(
            f"This database user may not create and take the roles {both}, which keep medical data apart. "
            f"Let an administrator run, where they are missing, `{made}` and then `GRANT {both} TO` this user. See docs/operating.md."
        )


class VersionChangedError(StoreError):
    """The library holds another text than the one that is on record under its number."""

    def __init__(self, kind: str, *, id: str, version: int) -> None:  # noqa: A002 - the vocabulary's word
        super().__init__(f"{kind} {id}@{version} is on record with another meaning. An import changes no version: give this one a higher version.")


class ConsentTextChangedError(StoreError):
    """The library holds other words than those that people agreed to."""

    def __init__(self, text: str) -> None:
        super().__init__(f"The consent text {text} is on record with other words, and people may have agreed to those. Give the new words another name.")


class TerritoryUnknownError(StoreError):
    """People cannot be put into a territory that does not exist, or that lies in another market."""

    def __init__(self, territory: str, *, market: str, known: list[str]) -> None:
        there = f"Known in {market}: {', '.join(known)}." if known else f"There is none in {market} yet."
        super().__init__(f"There is no territory `{territory}` in the market {market}. {there}")


class SampleRefusedError(StoreError):
    """The sample's users could not sign and publish a strategy of the library."""

    def __init__(self, journey: str, *, why: str) -> None:
        super().__init__(f"The strategy {journey} could not be put in force. {why}")


class UserUnsuitableError(StoreError):
    """A command was to act as somebody who is not there, or whose role does not do such a thing."""

    def __init__(self, user: str, *, wanted: str) -> None:
        super().__init__(f"{user!r} is not {wanted}.")


class RestrictedWordError(StoreError):
    """What was typed has a word that a market restricts."""

    def __init__(self, words: Sequence[str]) -> None:
        named = ", ".join(f'"{word}"' for word in words)
        super().__init__(f"Say it without {named}: the market restricts what is said of a product (`restricted_words` in markets.yaml).")
