"""The written form of a message: what no header can carry is a ValueError, whatever it is, and what can is one message to one address."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.mail.mime import written
from tests.activities.orders import a_message
from tests.builders import NOW

_ADDRESSY = st.text(alphabet=st.sampled_from("ab.@<>()\",;: \\\r\n\x00åß=?_[]'+-\u2028"), max_size=20)


@pytest.mark.parametrize(
    "to", ["astrid@clinic.example", "o'brien+cme@sub.clinic.example", "A.Lindqvist@CLINIC.example", '"a b"@clinic.example', "åsa@clinic.example"]
)
def test_one_address_is_written_as_it_is(to: str) -> None:
    """Whatever its letters."""
    assert f"\r\nTo: {to}\r\n".encode() in written(a_message(to=to), at=NOW)


@pytest.mark.parametrize(
    "to",
    [
        "a@x.example, b@x.example",
        "Ann <a@x.example>",
        "a@x.example (home)",
        "team: a@x.example;",
        "<a@",
        "",
        "@",
        " a@x.example",
        "a@x.example\t",
        "a@b\ud800.example",
        ":;:",
    ],
)
def test_what_is_not_one_address_is_refused(to: str) -> None:
    """A second recipient, a name, a comment, a group and a fragment are no address to write to."""
    with pytest.raises(ValueError, match=r"address|surrogates|carriage return"):
        written(a_message(to=to), at=NOW)


@given(to=_ADDRESSY | st.text(max_size=20), subject=st.text(max_size=60), text=st.text(max_size=200))
def test_nothing_but_a_value_error_comes_of_any_text(to: str, subject: str, text: str) -> None:
    """And what is written has one recipient, one subject and two parts, none of them smuggled in."""
    try:
        raw = written(a_message(to=to, subject=subject, text=text), at=NOW)
    except ValueError:
        return
    mail: EmailMessage = BytesParser(EmailMessage, policy=SMTP).parsebytes(raw)
    assert [mail.get_all(name) is not None and len(mail.get_all(name) or ()) for name in ("To", "Subject", "From", "Message-ID")] == [1, 1, 1, 1]
    assert mail["Bcc"] is None
    assert len(list(mail.iter_parts())) == 2


def test_a_letter_says_which_language_it_speaks() -> None:
    """In a header of its own, for screen readers and translators."""
    assert b"\r\nContent-Language: sv\r\n" in written(a_message(headers={"Content-Language": "sv"}), at=NOW)
