"""Faults: what failed around a file. A bad file is no fault, see domain/rejection.py."""

from enum import StrEnum

from rowledger.functions.domain.text import escaped


class FaultCode(StrEnum):
    """Stable codes, so that logs and alarms can be searched by them."""

    CONFIGURATION = "CONFIGURATION"
    UNVERSIONED_BUCKET = "UNVERSIONED_BUCKET"
    UNEXPECTED_BUCKET = "UNEXPECTED_BUCKET"
    MALFORMED_EVENT = "MALFORMED_EVENT"
    TIME_UP = "TIME_UP"
    UPLOAD_IN_PROGRESS = "UPLOAD_IN_PROGRESS"
    LEASE_LOST = "LEASE_LOST"
    OBJECT_MISSING = "OBJECT_MISSING"
    OBJECT_ARCHIVED = "OBJECT_ARCHIVED"
    OBJECT_ENCRYPTED = "OBJECT_ENCRYPTED"
    OBJECT_ACCESS_DENIED = "OBJECT_ACCESS_DENIED"
    STORAGE = "STORAGE"
    BACKUP_DIFFERS = "BACKUP_DIFFERS"
    OUTCOME_DIFFERS = "OUTCOME_DIFFERS"
    CREDENTIALS = "CREDENTIALS"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    DATABASE_REFUSED = "DATABASE_REFUSED"
    DATABASE = "DATABASE"
    VALUE_REFUSED = "VALUE_REFUSED"
    NOTIFICATION = "NOTIFICATION"
    NOTIFICATION_UNANSWERED = "NOTIFICATION_UNANSWERED"
    FAILURE_QUEUE = "FAILURE_QUEUE"
    DISPATCH = "DISPATCH"
    FUNCTION = "FUNCTION"
    LOGS = "LOGS"
    ALIAS_MOVED = "ALIAS_MOVED"
    ALARM = "ALARM"
    SMOKE_TEST = "SMOKE_TEST"
    NO_SUCH_VERSION = "NO_SUCH_VERSION"
    SEVERAL = "SEVERAL"
    INTERNAL = "INTERNAL"


class FaultError(Exception):
    """Raised for anything that is not the file's own doing; the event is then retried.

    message: one sentence for a person, without secrets and without a library's own text
        where that may hold any. What it quotes is escaped: Lambda logs it as it is.
    """

    def __init__(self, code: FaultCode, message: str) -> None:
        self.code = code
        self.message = escaped(message)
        super().__init__(f"{code}: {self.message}")
