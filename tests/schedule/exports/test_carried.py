"""What is written is read back: the same programme, as far as each format carries it."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from schedule.exports import ics, schedule_json, schedule_xml, tables
from schedule.exports.carried import Format, carried
from schedule.importing import read
from tests.schedule import factory
from tests.schedule.programmes import programmes

WRITERS = {
    Format.XML: schedule_xml.schedule_xml,
    Format.JSON: lambda programme, **_: schedule_json.schedule_v2(programme),
    Format.JSON_V1: schedule_json.schedule_v1,
    Format.ICS: ics.calendar,
    Format.CSV: tables.sessions_csv,
    Format.XLSX: tables.sessions_xlsx,
}
TABLES = (Format.CSV, Format.XLSX)  # without a session there is no table to read
EXAMPLES = {Format.XLSX: 8, Format.ICS: 25}


@pytest.mark.parametrize("form", Format)
def test_an_export_read_back_is_what_the_format_carries(form):
    @settings(
        max_examples=EXAMPLES.get(form, 60),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(programmes(), st.sampled_from(["fr", "en"]))
    def holds(programme, language):
        assume(form not in TABLES or programme.sessions)
        data = WRITERS[form](programme, language=language)
        back = read(data, f"programme.{form}", language=language, timezone=programme.timezone)
        assert back.draft == carried(programme, form, language=language)

    holds()


@pytest.mark.parametrize("form", Format)
def test_the_same_programme_gives_the_same_bytes(form):
    programme = factory.programme(sessions=20)
    first = WRITERS[form](programme, language="fr")
    assert WRITERS[form](programme, language="fr") == first
