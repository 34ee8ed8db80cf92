"""What a notification says, in whose language, and what it never says."""

from __future__ import annotations

import pytest

from patients.notifications.message import compose
from patients.notifications.models import NotificationKind


@pytest.mark.parametrize("kind", NotificationKind.values)
@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_every_kind_is_written_in_every_language(kind, locale):
    mail = compose(kind, locale=locale, first_name="Ana")
    assert "Ana" not in mail.subject
    assert "\n" not in mail.subject
    assert "Ana" in mail.text.splitlines()[0]
    assert f'<html lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}">' in mail.html
    assert "{" not in mail.subject + mail.text


def test_the_languages_say_different_things():
    assert len({compose("welcome", locale=locale, first_name="A").subject for locale in ("en", "es", "ar")}) == 3


@pytest.mark.parametrize("locale", ["tr", "th", "hi", "", "../en"])
def test_who_is_written_to_in_no_language_of_ours_reads_english(locale):
    assert compose("welcome", locale=locale, first_name="Ana") == compose("welcome", locale="en", first_name="Ana")


def test_a_name_is_text_wherever_it_stands():
    mail = compose("welcome", locale="en", first_name='<a href="x">Ana & co</a>')
    assert mail.text.startswith('Hello <a href="x">Ana & co</a>,')
    assert "&lt;a href=&quot;x&quot;&gt;Ana &amp; co&lt;/a&gt;" in mail.html


def test_the_link_leads_to_the_portal(settings):
    from dataclasses import replace

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, PORTAL_URL="https://app.curaway.ai/")
    mail = compose("match_ready", locale="en", first_name="Ana")
    assert mail.text.endswith("See your matches: https://app.curaway.ai\n")
    assert 'href="https://app.curaway.ai"' in mail.html
