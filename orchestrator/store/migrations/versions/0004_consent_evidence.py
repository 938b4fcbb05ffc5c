"""Consent as evidence: whence an act comes, its texts, the e-mails that ask for one; and the stop list that outlives the record of an objector.

The stop list keeps no identifier, but its hash under a key that the database drew for itself. Whoever writes a person, by whatever way, a trigger compares:
a record with the address or number of an objector is an objector's from its first moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("consent", sa.Column("source", sa.String(), nullable=False, server_default="dirigent"))
    op.alter_column("consent", "source", server_default=None)
    op.add_column("consent", sa.Column("source_id", sa.String(), nullable=True))
    op.add_column("consent", sa.Column("evidence", sa.JSON(), nullable=True))
    op.create_unique_constraint("consent_source_source_id_key", "consent", ["source", "source_id"])
    _create_tables()
    _remember_objectors()
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objection FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def _create_tables() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_text_market", "consent_text", ["market"])
    op.create_table(
        "opt_in",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("consent_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_opt_in_person_id", "opt_in", ["person_id"])
    op.create_table(
        "suppression",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "suppression_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO suppression_key VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))")


def _remember_objectors() -> None:
    op.execute("""
        CREATE FUNCTION suppression_hash(kind text, value text) RETURNS text LANGUAGE sql STABLE AS $$
            SELECT encode(sha256(key || sha256(key || convert_to(kind || E'\\n' || value, 'UTF8'))), 'hex') FROM suppression_key
        $$
    """)
    op.execute("""
        CREATE FUNCTION object_again() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            who text;
            hashes text[];
        BEGIN
            IF NOT EXISTS (SELECT FROM suppression) THEN
                RETURN NULL;
            ELSIF TG_TABLE_NAME = 'person' THEN
                who := NEW.id;
                hashes := ARRAY[suppression_hash('email', lower(NEW.email)), suppression_hash('mobile', NEW.mobile)];
            ELSE
                who := NEW.person_id;
                hashes := ARRAY[suppression_hash('id ' || NEW.source, NEW.value)];
            END IF;
            INSERT INTO objection (id, person_id, method, captured_by, at)
                SELECT 'remembered-' || who, who, 'remembered', 'dirigent', min(at) FROM suppression WHERE hash = ANY (hashes) HAVING count(*) > 0
                ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$
    """)
    op.execute("CREATE TRIGGER object_again AFTER INSERT OR UPDATE OF email, mobile ON person FOR EACH ROW EXECUTE FUNCTION object_again()")
    op.execute("CREATE TRIGGER object_again AFTER INSERT OR UPDATE ON external_id FOR EACH ROW EXECUTE FUNCTION object_again()")
    _remember(
        "SELECT suppression_hash('email', lower(email)), at FROM objection JOIN person ON person.id = person_id WHERE email <> ''",
        "SELECT suppression_hash('mobile', mobile), at FROM objection JOIN person ON person.id = person_id WHERE mobile <> ''",
        "SELECT suppression_hash('id ' || source, value), at FROM objection JOIN external_id USING (person_id)",
    )


def _remember(*identifiers: str) -> None:
    """Put those on the stop list who objected before there was one."""
    for identifier in identifiers:
        op.execute(f"INSERT INTO suppression (hash, at) {identifier} ON CONFLICT DO NOTHING")
