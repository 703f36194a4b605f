"""The form of the backfill deployment, without a server: options, and rejected values."""

import pytest
from prefect.exceptions import ParameterTypeError

from flows.backfill import BackfillFailed, backfill
from flows.windows.backfill_run import BackfillResult

GIVEN = {"source": "pubmed_api", "since": "2026-01-01", "until": "2026-06-30"}


def test_every_parameter_is_described_and_bounded():
    schema = backfill.parameters.model_dump()
    properties = schema["properties"]
    assert schema["required"] == ["source", "since", "until"]
    assert all(one.get("description") for one in properties.values())
    assert (properties["parallel"]["minimum"], properties["parallel"]["maximum"]) == (1, 8)
    assert schema["definitions"]["Mode"]["enum"] == ["missing", "failed", "all"]
    assert schema["definitions"]["WindowSize"]["enum"] == ["day", "week", "month", "year"]
    assert (properties["mode"]["default"], properties["order"]["default"]) == ("missing", "newest")


@pytest.mark.parametrize(
    "wrong",
    [
        {"parallel": 0},
        {"parallel": 9},
        {"window": "decade"},
        {"mode": "some"},
        {"since": "soon"},
        {"source": "elsewhere"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_invalid_parameters_are_rejected_before_any_request(wrong):
    with pytest.raises(ParameterTypeError):
        backfill.validate_parameters({**GIVEN, **wrong})


def test_valid_parameters_are_accepted():
    parameters = backfill.validate_parameters(
        {**GIVEN, "mode": "failed", "window": "year", "parallel": 8, "dry_run": True}
    )
    assert (parameters["mode"], parameters["window"], str(parameters["since"])) == ("failed", "year", "2026-01-01")


def test_a_failure_names_the_first_reason():
    windows = [
        {"window_name": name, "state": state, "reason": "HTTP 500"} for name, state in (("a", "done"), ("b", "failed"))
    ]
    error = BackfillFailed(BackfillResult(windows=windows))
    assert str(error) == "1 of 2 windows failed, b first: HTTP 500"
