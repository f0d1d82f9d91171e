"""The words of messages: fixed places, neutral, one line in the head."""

import pytest

from linkwell.messages import errors
from linkwell.messages.templates import TEMPLATES, check_words, compose


def composed(template, **words):
    given = {name: "S-7KQ2-M9XB" for name in TEMPLATES[template].words} | words
    return compose(
        template,
        given,
        scheme="Ebbsworth",
        phone="01632 960001",
        site="http://x",
        link="http://x/r/s/",
        code="1234 5678",
    )


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_reads_with_all_its_places_filled(template):
    mail = composed(template)
    assert "%(" not in mail.subject + mail.body
    assert "\n" not in mail.subject
    signed = "Ebbsworth: " if template.endswith("_text") else "Ebbsworth · 01632 960001"  # a text has little room
    assert signed in mail.body


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_H02_no_message_says_what_it_is_about(template):
    text = (composed(template).subject + composed(template).body).lower()
    for telling in ("loneliness", "debt", "health", "gp", "nhs", "appointment", "patient", "name is"):
        assert telling not in text.split(), telling


def test_a_code_stands_in_the_body_and_not_in_the_subject_that_a_phone_shows():
    mail = composed("reply_code")
    assert "1234 5678" in mail.body
    assert "1234" not in mail.subject


def test_a_link_stands_in_those_mails_that_are_made_for_one_and_never_beside_its_code():
    for name, template in TEMPLATES.items():
        body = composed(name).body
        assert ("http://x/r/s/" in body) == bool(template.link_path)
        assert ("1234 5678" in body) == template.has_code
        assert not (template.link_path and template.has_code)


def test_words_that_fit_are_taken():
    check_words("share_recalled", {"reference": "S-7KQ2-M9XB"})


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("no_such", {}),
        ("share_recalled", {}),
        ("share_recalled", {"reference": "S-1", "name": "Ada"}),
        ("share_recalled", {"reference": "S-1\r\nBcc: x@example.org"}),
        ("share_recalled", {"reference": "x" * 61}),
        ("share_recalled", {"reference": ""}),
    ],
)
def test_E06_words_without_a_place_or_with_a_line_break_are_refused(template, words):
    with pytest.raises(errors.UnknownWords, match=template):
        check_words(template, words)


def test_a_per_cent_sign_in_a_word_is_only_a_per_cent_sign():
    assert "100 %(code)s" in composed("share_recalled", reference="100 %(code)s").body
