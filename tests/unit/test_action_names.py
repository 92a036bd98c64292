import pytest

from rowledger.local.emulator_patches.action_names import action_of

ALIASES = "/2015-03-31/functions/csv-processor/aliases"


@pytest.mark.parametrize(
    ("requested", "method", "path", "needed"),
    [
        ("sqs:ChangeMessageVisibilityBatch", "POST", "/", "sqs:ChangeMessageVisibility"),
        ("sqs:DeleteMessage", "POST", "/", "sqs:DeleteMessage"),
        ("sns:PublishBatch", "POST", "/", "sns:PublishBatch"),
        ("lambda:ListAliases", "GET", ALIASES, "lambda:ListAliases"),
        ("lambda:ListAliases", "GET", f"{ALIASES}/live", "lambda:GetAlias"),
        ("lambda:ListAliases", "PUT", f"{ALIASES}/live", "lambda:UpdateAlias"),
        ("lambda:ListAliases", "DELETE", f"{ALIASES}/live", "lambda:DeleteAlias"),
        (None, "GET", "/", None),
    ],
)
def test_a_request_needs_the_right_that_iam_knows(
    requested: str | None, method: str, path: str, needed: str | None
) -> None:
    assert action_of(requested, method, path) == needed
