"""The agent asks for one thing that the record lacks, money last, and gives no advice."""

from __future__ import annotations

import itertools

import pytest

from patients.chat.agent import DeterministicAgent, Reply, welcome_reply
from patients.chat.phrases import phrases
from patients.chat.replies import ADVICE
from patients.chat.topics import Topic, known
from patients.chat.wording import plain
from tests.patients.chat.turns import EVERYTHING, answered, said, state, summary, turn

TOPICS = [str(topic) for topic in Topic]
AGENT = DeterministicAgent()
SENTENCES = (
    "Hello",
    "I have diabetes",
    "No",
    "I'd rather not say",
    "How much does it cost?",
    "Should I stop taking metformin?",
    "Find me hospitals",
    "I want to upload my MRI report",
    "My knee hurts and I am scared",
    "asdf",
)


def questions(reply: Reply) -> int:
    return sum(reply.content.count(mark) for mark in "?؟")


@pytest.mark.parametrize("locale", ["en", "es", "ar", "tr"])
@pytest.mark.parametrize("message", SENTENCES)
def test_at_most_one_thing_is_asked_and_never_what_is_known(message: str, locale: str) -> None:
    for lacking in [*itertools.combinations(TOPICS, 1), *itertools.combinations(TOPICS, 2), TOPICS, []]:
        record = summary(*lacking)
        reply = AGENT.reply(turn(message, record, locale=locale))
        assert questions(reply) == (1 if reply.asks else 0)
        assert reply.asks not in known(record)
        assert reply.asks is None or reply.asks in lacking


@pytest.mark.parametrize("topic", TOPICS)
def test_money_is_asked_only_when_nothing_else_is_open(topic: str) -> None:
    reply = AGENT.reply(turn("Hello", summary(topic, "budget")))
    assert reply.asks == topic


def test_a_whole_intake_asks_each_gap_once_or_twice_and_money_last() -> None:
    record, thread, asked = summary(*TOPICS), [], []
    for _ in range(40):
        reply = AGENT.reply(turn("I am not telling", record, *thread))
        thread += [said("I am not telling"), answered(reply)]
        asked.append(reply.asks)
    wanted = [topic for topic in asked if topic is not None]
    assert asked[-1] is None
    assert all(wanted.count(topic) == 2 for topic in Topic)
    assert wanted[-2:] == [Topic.BUDGET] * 2
    assert wanted[: len(Topic) - 1] == list(Topic)[:-1]


def test_who_declines_is_not_asked_again() -> None:
    record = summary("sex", "budget")
    first = AGENT.reply(turn("Hello", record))
    second = AGENT.reply(turn("I'd rather not say", record, said("Hello"), answered(first)))
    assert (first.asks, second.asks) == (Topic.SEX, Topic.BUDGET)
    assert second.content.startswith("That is quite all right")


@pytest.mark.parametrize("topic", ["conditions", "medications", "allergies", "surgeries", "documents"])
@pytest.mark.parametrize("no", ["No", "None", "Ninguna", "لا"])
def test_no_is_an_answer(topic: str, no: str) -> None:
    record = summary(topic)
    first = AGENT.reply(turn("Hello", record))
    assert first.asks == topic
    assert (
        AGENT.reply(turn(no, record, answered(first))).asks is None
        or topic not in state(record, answered(first), said(no)).gaps()
    )


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("I have no allergies", "allergies"),
        ("No tengo alergias", "allergies"),
        ("ليس لدي أي حساسية", "allergies"),
        ("I don't take any medication", "medications"),
        ("No tomo ningún medicamento", "medications"),
        ("I am otherwise healthy", "conditions"),
        ("I have never had surgery", "surgeries"),
    ],
)
def test_what_was_denied_by_the_way_is_not_asked(message: str, topic: str) -> None:
    assert topic not in state(summary(topic), said(message)).gaps()


def test_what_was_said_is_acknowledged_before_asking() -> None:
    reply = AGENT.reply(turn("I have diabetes and I take metformin 1000 mg twice daily", summary("allergies")))
    assert reply.content == (
        "Thank you. I have noted diabetes and metformin. Are you allergic to anything, such as a medicine or latex?"
    )


def test_pain_and_fear_are_not_passed_over() -> None:
    assert AGENT.reply(turn("I am scared", summary("sex"))).content.startswith("I am sorry to hear that")


def test_a_question_about_treatment_is_a_doctor_s_to_answer() -> None:
    for message, locale, word in (
        ("Should I stop taking metformin?", "en", "doctor"),
        ("¿Debo dejar de tomar la metformina?", "es", "médico"),
        ("هل يجب أن أتوقف عن تناول الدواء؟", "ar", "الطبيب"),
    ):
        reply = AGENT.reply(turn(message, summary("sex"), locale=locale))
        assert word in reply.content
        assert "metformin" not in reply.content


def test_clinical_questions_wait_while_a_document_is_being_read() -> None:
    reading = summary("conditions", "medications", "sex", processing=[{"kind": "document", "id": "d", "status": "x"}])
    assert AGENT.reply(turn("Hello", reading)).asks is Topic.SEX


def test_an_emergency_gets_the_number_and_nothing_else() -> None:
    for country, called in (("US", "911"), ("AE", "998"), (None, "112")):
        record = summary("sex", "country", "conditions")
        record["demographics"]["country"] = country
        for locale in ("en", "es", "ar"):
            reply = AGENT.reply(turn("I have chest pain now and I have diabetes", record, locale=locale))
            assert called in reply.content
            assert (reply.actions, reply.asks, questions(reply)) == ((), None, 0)
            assert "diabetes" not in reply.content


def test_hospitals_are_offered_when_enough_is_known() -> None:
    ready = AGENT.reply(turn("Find me hospitals", dict(EVERYTHING)))
    assert (ready.content_type, [name for name, _ in ready.actions]) == ("action_prompt", ["request_match"])
    early = AGENT.reply(turn("Find me hospitals", summary("procedure", "sex")))
    assert early.asks is Topic.PROCEDURE
    assert "request_match" not in dict(early.actions)


def test_nothing_left_to_ask_ends_in_the_offer() -> None:
    reply = AGENT.reply(turn("Thank you", dict(EVERYTHING)))
    assert "request_match" in dict(reply.actions)
    assert reply.asks is None


def test_documents_are_asked_for_with_the_means_to_upload() -> None:
    asked = AGENT.reply(turn("Hello", summary("documents")))
    assert (asked.content_type, asked.actions[0]) == ("action_prompt", ("upload_document", "Upload a document"))
    offered = AGENT.reply(turn("I want to upload my MRI report", summary("documents")))
    assert offered.actions == (("upload_document", "Upload a document"),)


def test_the_welcome_says_who_it_is_and_asks_one_thing() -> None:
    reply = welcome_reply(state(summary(*TOPICS), locale="es"))
    assert reply.content.startswith("Le damos la bienvenida, Maria.")
    assert reply.asks is Topic.PROCEDURE
    assert questions(welcome_reply(state(dict(EVERYTHING)))) == 0


def test_chips_are_understood_as_answers() -> None:
    """What a tap sends is read by the same grammar, in every language."""
    for topic, locale in itertools.product(TOPICS, ("en", "es", "ar")):
        record = summary(topic)
        asked = answered(AGENT.reply(turn("Hello", record, locale=locale)))
        for action in asked.suggested_actions:
            kind, _, name = action["action"].partition(":")
            if name != topic:
                continue
            told = turn(action["label"], record, asked, locale=locale)
            closed = topic not in state(record, asked, said(action["label"])).gaps()
            assert told.collected or closed, (topic, locale, kind, action["label"])


def test_locales_without_words_of_their_own_get_english() -> None:
    record = summary("sex")
    assert AGENT.reply(turn("Hello", record, locale="th")) == AGENT.reply(turn("Hello", record, locale="en"))
    assert AGENT.reply(turn("Hello", record, locale="es")) != AGENT.reply(turn("Hello", record, locale="en"))


def test_every_phrase_is_there_in_three_languages_and_none_gives_advice() -> None:
    for kind, named in phrases().items():
        for name, told in named.items():
            assert set(told) == {"en", "es", "ar"}, (kind, name)
            for text in told.values():
                assert not ADVICE.search(plain(text)), (kind, name, text)


def test_a_planned_operation_is_none_that_was_had() -> None:
    planned = summary(procedures=[{"code": "27447", "display": "Total knee replacement", "status": "planned"}])
    assert AGENT.reply(turn("Hello", planned)).asks is Topic.SURGERIES
