"""The picture of a strategy in Mermaid."""

from journeys.definitions import BranchStep
from journeys.drawing import mermaid, told
from tests.builders import a_branch, a_journey, a_medical_step, a_pause, a_rep_email, a_visit, an_email, an_exit


def test_a_strategy_is_drawn_step_by_step() -> None:
    """Each kind has its shape, ways stand on the arrows, offers are dashed and blocked paths dotted."""
    steps = {
        "talk": a_visit(title='The "first" talk', next={"interested": "mail", "otherwise": "done"}, offers=["mail", "answer"]),
        "mail": a_rep_email(next={"sent": "pause", "overdue": "pause"}, blocked={"no_consent": "pause", "held_too_long": "pause", "otherwise": "exit"}),
        "answer": a_medical_step(),
        "pause": a_pause(next="decide"),
        "decide": a_branch(({"fact": "tier", "at_least": "B"}, "note"), otherwise="done"),
        "note": an_email(email={"to": "nurse"}),
        "done": an_exit(),
    }
    assert mermaid(a_journey(steps=steps)).splitlines() == [
        "flowchart TD",
        '  step_talk(["The #34;first#34; talk<br>visit within 10 business days"])',
        '  step_mail[/"mail<br>rep e-mail hf-dialogue@2"/]',
        '  step_answer[["answer<br>medical within 5 business days"]]',
        '  step_pause{{"pause<br>wait 5 days"}}',
        '  step_decide{"decide"}',
        '  step_note[/"note<br>automatic e-mail hf-dialogue@2 to the nurse"/]',
        '  step_done((("done<br>exit: finished")))',
        "  start(( )) --> step_talk",
        '  step_talk -->|"interested"| step_mail',
        '  step_talk -->|"otherwise"| step_done',
        '  step_talk -.->|"offer"| step_mail',
        '  step_talk -.->|"offer"| step_answer',
        '  step_mail -->|"sent, overdue"| step_pause',
        '  step_mail -.->|"blocked: no_consent, held_too_long"| step_pause',
        "  step_answer --> step_done",
        "  step_pause --> step_decide",
        '  step_decide -->|"tier ≥ B"| step_note',
        '  step_decide -->|"otherwise"| step_done',
        "  step_note --> step_done",
        "  linkStyle 3,4 stroke-dasharray: 8 4",
        "  linkStyle 6 stroke-dasharray: 2 4",
    ]


def test_words_of_mermaid_are_safe_as_step_names() -> None:
    """A step called end does not end the picture."""
    assert "  step_end(((" in mermaid(a_journey(steps={"pause": a_pause(next="end"), "end": an_exit()}))


def test_paths_into_nowhere_are_left_out() -> None:
    """The picture shows what there is; the linter tells the rest."""
    assert "nowhere" not in mermaid(a_journey(start="nowhere", steps={"pause": a_pause(next="nowhere")}))


def test_conditions_are_told_in_a_few_words() -> None:
    """Brackets stand where and and or mix."""
    some = {"any": [{"fact": "decile", "at_most": 3}, {"not": {"fact": "email_consent", "is": True}}]}
    whole = {"all": [some, {"outcome": "talk", "in": ["a", "b"]}, {"fact": "specialty", "known": False}]}
    step = a_journey(steps={"decide": a_branch((whole, "done")), "done": an_exit()}).steps["decide"]
    assert isinstance(step, BranchStep)
    assert told(step.branch[0].when) == "(decile ≤ 3 or not email_consent is true) and talk in a, b and specialty is not known"
