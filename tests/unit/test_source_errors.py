"""What S3 says of an object that cannot be read, and which fault that is.

The answers are AWS's as its API reference and users' reports have them; none was seen on AWS.
"""

import pytest
from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.source_errors import source_translated
from rowledger.functions.domain.faults import FaultCode, FaultError

KEY = "arn:aws:kms:eu-central-1:444455556666:key/1234abcd"
SSE_C = (
    "The object was stored using a form of Server Side Encryption. The correct parameters must be"
    " provided to retrieve the object."
)
NO_SUCH_KEY = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this"
    " region, or you are not allowed to access."
)


def fault(code: str, message: str = "", *, copying: bool = False) -> FaultError:
    denied = FaultCode.STORAGE if copying else FaultCode.OBJECT_ACCESS_DENIED
    error = ClientError({"Error": {"Code": code, "Message": message}}, "GetObject")
    with (
        pytest.raises(FaultError) as raised,
        source_translated("reading 'x.csv'", denied=denied),
    ):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("InvalidObjectState", "The operation is not valid", FaultCode.OBJECT_ARCHIVED),
        ("ObjectNotInActiveTierError", "", FaultCode.OBJECT_ARCHIVED),
        ("InvalidRequest", SSE_C, FaultCode.OBJECT_ENCRYPTED),
        ("InvalidRequest", "Missing required header for this request", FaultCode.STORAGE),
        ("AccessDenied", "Access Denied", FaultCode.OBJECT_ACCESS_DENIED),
        ("AccessDenied", NO_SUCH_KEY, FaultCode.OBJECT_ACCESS_DENIED),
        ("KMS.DisabledException", f"{KEY} is disabled.", FaultCode.OBJECT_ACCESS_DENIED),
        ("KMS.KMSInvalidStateException", "pending deletion", FaultCode.OBJECT_ACCESS_DENIED),
        ("NoSuchVersion", "", FaultCode.OBJECT_MISSING),
        ("SlowDown", "", FaultCode.STORAGE),
    ],
)
def test_each_answer_has_its_fault(code: str, message: str, expected: FaultCode) -> None:
    assert fault(code, message).code is expected


def test_a_denied_key_is_told_from_a_denied_object_and_no_account_is_shown() -> None:
    said = str(fault("AccessDenied", f"not authorized to perform: kms:Decrypt on {KEY}"))
    assert said.endswith("AccessDenied to its KMS key")
    assert "444455556666" not in said


def test_what_is_denied_while_copying_may_be_the_backup_bucket() -> None:
    assert fault("AccessDenied", copying=True).code is FaultCode.STORAGE
    assert fault("InvalidObjectState", copying=True).code is FaultCode.OBJECT_ARCHIVED
