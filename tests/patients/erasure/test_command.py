"""`manage.py erase_patient`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from patients.models import Patient
from tests.patients.erasure.somebody import REASON, known
from tests.people import SHARED, People


def run(patient_id: str, *arguments: str) -> str:
    out = StringIO()
    given = ["--tenant", SHARED, "--patient", patient_id, "--reason", REASON, *arguments]
    call_command("erase_patient", *given, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_erases_and_prints_the_certificate_twice_the_same(people: People, tmp_path: Path) -> None:
    patient, file = known(people), tmp_path / "certificate.json"
    first = run(patient.pk, "--yes", "--json", "--operator", "dpo@example.com", "--certificate", str(file))
    assert run(patient.pk, "--yes", "--json") == first == file.read_text()
    said = json.loads(first)
    assert (said["operator"], said["counts"]["documents"]) == ("dpo@example.com", 2)
    assert f"Patient      {SHARED}/{patient.pk}" in run(patient.pk, "--yes")


def test_it_asks_for_the_id_first(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = people.patient()
    monkeypatch.setattr("builtins.input", lambda: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run(patient.pk)
    assert Patient.objects.filter(pk=patient.pk).exists()
    monkeypatch.setattr("builtins.input", lambda: patient.pk)
    run(patient.pk)
    assert not Patient.objects.filter(pk=patient.pk).exists()


def test_nothing_is_erased_where_nobody_can_be_asked(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = people.patient()
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="there is nobody to ask"):
        run(patient.pk)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_nothing_is_erased_when_the_certificate_could_not_be_written(people: People, tmp_path: Path) -> None:
    patient = people.patient()
    with pytest.raises(CommandError, match="can't be written: No such file or directory"):
        run(patient.pk, "--yes", "--certificate", str(tmp_path / "missing" / "certificate"))
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_who_is_not_there_is_said_to_be_not_there(people: People) -> None:
    with pytest.raises(CommandError, match="There is no patient nobody"):
        run("nobody", "--yes")
