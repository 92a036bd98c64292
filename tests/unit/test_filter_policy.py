"""Which messages a subscription with a filter gets on the local stack, as on AWS."""

import json

import pytest

from rowledger.local.mail.filter_policy import passes

LISTED = {"Type": "String.Array", "Value": '["acme:each", "acme:failures"]'}
PLAIN = {"Type": "String", "Value": "FAILED"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, True),
        ({"recipients": ["acme:failures"]}, True),
        ({"recipients": ["other:each", "acme:each"]}, True),
        ({"recipients": ["acme:missing"]}, False),
        ({"recipients": ["acme"]}, False),
        ({"status": ["FAILED"]}, True),
        ({"status": ["FAILED"], "recipients": ["acme:missing"]}, False),
        ({"kind": ["window"]}, False),
    ],
)
def test_each_attribute_of_the_filter_needs_one_of_its_values(
    policy: dict[str, list[str]] | None, *, expected: bool
) -> None:
    written = json.dumps(policy) if policy else None
    assert passes(written, {"recipients": LISTED, "status": PLAIN}) is expected


def test_a_message_without_the_attribute_does_not_pass() -> None:
    assert not passes('{"recipients": ["acme:each"]}', {})


@pytest.mark.parametrize("policy", ['["a"]', '{"kind": [{"exists": false}]}', '{"$or": [{}]}'])
def test_a_filter_that_is_not_known_is_refused(policy: str) -> None:
    with pytest.raises(ValueError, match="the filter"):
        passes(policy, {})
