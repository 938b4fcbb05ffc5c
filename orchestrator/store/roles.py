"""The wall in the database: three roles that nobody signs in as. The house works as `dirigent_commercial`, which has everything but the schemas `medical` and
`safety`; to read in the first it takes the role `dirigent_medical`, which has that schema and nothing else, and drug safety's own modules work as
`dirigent_safety`, which has that schema and of all else what a report is about. So a query that strays across fails in PostgreSQL itself."""

from psycopg.errors import DuplicateObject, InsufficientPrivilege, UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from orchestrator.store.errors import RolesMissingError

COMMERCIAL, MEDICAL, SAFETY = "dirigent_commercial", "dirigent_medical", "dirigent_safety"
ROLES = (COMMERCIAL, MEDICAL, SAFETY)

TOLD = ("inquiry_words", "inquiry_signature", "clarification_words", "dispatch_words", "reply_words")
"""What commercial tells medical: it may add rows to these tables and read none of them back."""

LOOKED_AT = ("person", "app_user", "alignment", "enrolment", "task", "inquiry", "touch", "market")
"""What drug safety looks up of commercial's: whom a report is about and which deadline counts. It reads no rating, no words and no copy of anything sent."""
TOLD_BY_SAFETY = ("audit", "outbox", "notification")
"""Where drug safety leaves a line, wakes a case, and has a notification be read."""


def establish(connection: Connection) -> None:
    """Create the roles where they are missing, let this user take them, and give each what is its own. It may be done any number of times: a dump that was
    restored elsewhere, and tables that came with this release, get their rights by it. Raises RolesMissingError."""
    for role in ROLES:
        if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first() is None:
            _try(connection, f"CREATE ROLE {role} NOLOGIN NOINHERIT", but=(DuplicateObject, UniqueViolation))  # another database of this server may be first
        if not _may_take(connection, role):
            _try(connection, f"GRANT {role} TO CURRENT_USER")
            if not _may_take(connection, role):
                raise RolesMissingError(ROLES)
    for statement in _rights(connection):
        connection.execute(text(statement))


def _rights(connection: Connection) -> list[str]:
    public, medical, safety = (_tables(connection, schema) for schema in ("public", "medical", "safety"))
    sequences = _tables(connection, "public", kinds="S")
    told = ", ".join(f"medical.{table}" for table in TOLD)
    return [
        f"GRANT USAGE ON SCHEMA medical TO {COMMERCIAL}, {MEDICAL}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {public} TO {COMMERCIAL}",
        f"GRANT USAGE ON SEQUENCE {sequences} TO {COMMERCIAL}",
        f"REVOKE ALL ON {medical} FROM PUBLIC, {COMMERCIAL}",
        f"GRANT INSERT ON {told} TO {COMMERCIAL}",
        f"REVOKE ALL ON {public} FROM {MEDICAL}",
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA medical FROM PUBLIC",  # what runs as its owner is for our own triggers alone
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {medical} TO {MEDICAL}",
        f"GRANT USAGE ON SCHEMA safety TO {SAFETY}, {COMMERCIAL}",
        f"REVOKE ALL ON {safety} FROM PUBLIC, {COMMERCIAL}, {MEDICAL}",
        f"GRANT INSERT ON safety.safety_flag TO {COMMERCIAL}",
        f"REVOKE ALL ON {public} FROM {SAFETY}",
        f"GRANT SELECT, INSERT, UPDATE ON {safety} TO {SAFETY}",
        f"GRANT SELECT ON {', '.join(f'public.{table}' for table in LOOKED_AT)} TO {SAFETY}",
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(f'public.{table}' for table in TOLD_BY_SAFETY)} TO {SAFETY}",
        f"GRANT USAGE ON SEQUENCE {sequences}, {_tables(connection, 'safety', kinds='S')} TO {SAFETY}",
    ]


def _tables(connection: Connection, schema: str, *, kinds: str = "rpv") -> str:
    """Our own tables there: others may keep theirs in the same schema, which are not ours to give away."""
    ours = text("""
        SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = :schema AND relkind::text = ANY (:kinds) AND pg_has_role(current_user, relowner, 'USAGE') ORDER BY 1
    """)
    return ", ".join(connection.execute(ours, {"schema": schema, "kinds": list(kinds)}).scalars())


def _may_take(connection: Connection, role: str) -> bool:
    if not _try(connection, f"SET LOCAL ROLE {role}", but=(InsufficientPrivilege,)):
        return False
    connection.execute(text("SET LOCAL ROLE NONE"))
    return True


def _try(connection: Connection, statement: str, *, but: tuple[type[Exception], ...] = ()) -> bool:
    """Whether it was done; what stands in `but` is no trouble. Raises RolesMissingError where this user may not do it."""
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except DBAPIError as error:
        if isinstance(error.orig, but):
            return False
        if isinstance(error.orig, InsufficientPrivilege):
            raise RolesMissingError(ROLES) from None
        raise
    return True
