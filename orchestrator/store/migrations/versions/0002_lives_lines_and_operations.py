"""Versions with a life and signatures, every kind of step, entry by events and in bulk, lines side by side, turns, halts, operations and alarms.

What was published under the first schema was signed by nobody. It drains: whoever is in it plays on to the end, and nobody enters any more until a version
that was signed is published.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _give_versions_a_life()
    _create_tables()
    _widen_tables()
    _create_tables_of_operations()
    _tell_where_runs_stand()
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON version_signature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    _lock_what_is_signed()


def _give_versions_a_life() -> None:
    op.alter_column("definition_version", "persona", nullable=True)
    for name, kind in (("state", sa.String()), ("round", sa.Integer()), ("authors", sa.JSON()), ("created_at", INSTANT)):
        op.add_column("definition_version", sa.Column(name, kind, nullable=True))
    for name, kind in (("effective_from", INSTANT), ("drains_from", INSTANT), ("running", sa.String())):
        op.add_column("definition_version", sa.Column(name, kind, nullable=True))
    op.execute("""
        UPDATE definition_version
        SET state = 'draining', round = 1, authors = json_build_array(published_by),
            created_at = published_at, effective_from = published_at, drains_from = now()
    """)
    for name in ("state", "round", "authors", "created_at"):
        op.alter_column("definition_version", name, nullable=False)
    for name in ("published_by", "published_at"):
        op.alter_column("definition_version", name, nullable=True)


def _create_tables() -> None:
    op.create_table(
        "version_signature",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["journey", "version"], ["definition_version.journey", "definition_version.version"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("journey", "version", "round", "by"),
        sa.UniqueConstraint("journey", "version", "round", "party"),
    )
    op.create_index("ix_version_signature_by", "version_signature", ["by"])
    op.create_table(
        "signing_pin",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "declared_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outside_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("ix_outside_event_person_id", "outside_event", ["person_id"])
    op.create_index("outside_event_by_standing", "outside_event", ["standing", "arrived_at"])
    op.create_table(
        "stimulus",
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("journey", "version", "kind", "event"),
    )
    op.create_index("stimulus_by_event", "stimulus", ["kind", "event"])
    op.create_table(
        "sweep",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("per_second", sa.Float(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sweep_journey", "sweep", ["journey"])
    op.create_index("sweep_list", "sweep", ["created_at", "id"])
    op.create_table(
        "turn",
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("when_busy", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("busy_with", sa.String(), nullable=True),
        sa.Column("pause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("enrolment_id"),
    )
    op.create_index("ix_turn_person_id", "turn", ["person_id"])
    op.create_table(
        "person_tag",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "tag"),
    )
    op.create_table(
        "person_fact",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "name"),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "user_id"),
    )
    op.create_index("ix_notification_enrolment_id", "notification", ["enrolment_id"])
    op.create_index("ix_notification_person_id", "notification", ["person_id"])
    op.create_index("notification_list", "notification", ["user_id", "at", "id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposal_enrolment_id", "proposal", ["enrolment_id"])
    op.create_index("ix_proposal_person_id", "proposal", ["person_id"])
    op.create_index("one_open_proposal", "proposal", ["person_id", "kind"], unique=True, postgresql_where=sa.text("status = 'open'"))
    op.create_index("proposal_list", "proposal", ["status", "at", "id"])
    op.create_table(
        "request",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_request_enrolment_id", "request", ["enrolment_id"])
    op.create_table(
        "event_effect",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["outside_event.id"]),
        sa.PrimaryKeyConstraint("event_id", "enrolment_id", "journey"),
    )
    op.create_table(
        "sweep_result",
        sa.Column("sweep_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("enrolment_id", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweep.id"]),
        sa.PrimaryKeyConstraint("sweep_id", "person_id"),
    )


def _widen_tables() -> None:
    op.add_column("organisation", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("person", sa.Column("mobile", sa.String(), nullable=True))
    op.create_index("person_by_email", "person", [sa.text("lower(email)")])
    op.create_index("person_by_mobile", "person", ["mobile"])
    for name, kind in (("code", sa.String()), ("starts", INSTANT), ("ends", INSTANT)):
        op.add_column("touch", sa.Column(name, kind, nullable=True))
    op.create_unique_constraint("touch_code_key", "touch", ["code"])
    for name in ("begun_by", "event_id", "entry_key"):
        op.add_column("enrolment", sa.Column(name, sa.String(), nullable=True))
    op.add_column("enrolment", sa.Column("hundredth", sa.Integer(), nullable=True))
    op.add_column("enrolment", sa.Column("awaited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("enrolment", "awaited", server_default=None)
    op.create_unique_constraint("enrolment_begun_by_key", "enrolment", ["begun_by"])
    op.create_foreign_key("enrolment_event_id_fkey", "enrolment", "outside_event", ["event_id"], ["id"])
    op.create_index("ix_enrolment_event_id", "enrolment", ["event_id"])
    op.drop_index("one_run_at_a_time", "enrolment")
    op.create_index(
        "one_run_at_a_time", "enrolment", ["person_id", "journey"], unique=True, postgresql_where=sa.text("status <> 'ended' AND entry_key IS NULL")
    )
    op.create_index("one_run_for_a_key", "enrolment", ["person_id", "journey", "entry_key"], unique=True)


def _create_tables_of_operations() -> None:
    op.create_table(
        "halt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("concerned", sa.Integer(), nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("catch_up", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("halt_in_force", "halt", ["scope", "value"], postgresql_where=sa.text("lifted_at IS NULL"))
    op.create_table(
        "operation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("halt_id", sa.String(), nullable=True),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["halt_id"], ["halt.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_operation_halt_id", "operation", ["halt_id"])
    op.create_index("operation_latest", "operation", ["created_at", "id"])
    op.create_table(
        "alarm",
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("cleared_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("enrolment_id", "kind"),
    )
    op.create_index("alarm_open", "alarm", ["seen_at"], postgresql_where=sa.text("cleared_at IS NULL"))
    op.create_table(
        "operation_item",
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("passage", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_after", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"]),
        sa.PrimaryKeyConstraint("operation_id", "number"),
        sa.UniqueConstraint("operation_id", "enrolment_id", "passage", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_operation_item_enrolment_id", "operation_item", ["enrolment_id"])
    op.create_index("operation_next", "operation_item", ["operation_id", "try_after", "number"], postgresql_where=sa.text("result = 'waiting'"))
    op.create_table(
        "standing",
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("doing", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("enrolment_id", "line"),
    )
    op.create_index("standing_doing", "standing", ["doing", "since"])


def _tell_where_runs_stand() -> None:
    """Runs of the first schema have one line. The name of its passage follows from how often the run has come to the step."""
    op.execute("""
        INSERT INTO standing (enrolment_id, line, step, key, doing, since, until, reason)
        SELECT id, '', step, id || '.' || step || '.' || greatest(1, (
            SELECT count(*) FROM timeline WHERE enrolment_id = enrolment.id AND what IN ('began', 'moved') AND timeline."to" = enrolment.step
        )), doing, since, until, held_because
        FROM enrolment WHERE status <> 'ended' AND step IS NOT NULL AND since IS NOT NULL
    """)


def _lock_what_is_signed() -> None:
    """A version's text changes while it is a draft, and no version is ever removed: what was signed stays what was signed."""
    op.execute("""
        CREATE FUNCTION refuse_another_text() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' THEN
                RAISE EXCEPTION '% refused: a version of a journey is never removed', TG_OP
                    USING ERRCODE = 'restrict_violation', HINT = 'Withdraw the draft, or retire the version.';
            END IF;
            IF (OLD.state <> 'draft' OR NEW.state <> 'draft')
                AND (OLD.digest, OLD.body::text, OLD.source, OLD.authors::text)
                    IS DISTINCT FROM (NEW.digest, NEW.body::text, NEW.source, NEW.authors::text) THEN
                RAISE EXCEPTION 'refused: % version % is %, and its text is locked', OLD.journey, OLD.version, OLD.state
                    USING ERRCODE = 'restrict_violation', HINT = 'Send it back to draft, or write the next version.';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("CREATE TRIGGER text_is_locked BEFORE UPDATE OR DELETE ON definition_version FOR EACH ROW EXECUTE FUNCTION refuse_another_text()")
    op.execute("CREATE TRIGGER never_removed BEFORE TRUNCATE ON definition_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_another_text()")
