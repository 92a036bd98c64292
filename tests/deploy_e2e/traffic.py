"""Files that keep coming in, whatever is being deployed."""

import threading
from typing import TYPE_CHECKING

from rowledger.local.stack import Stack
from rowledger.local.waiting import until
from tests.e2e.pipeline import PIPELINE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "deploy/"
# Bounded in pace and count: a small machine keeps up, and it ends though nobody stops it.
_PER_SECOND = 2
_MOST = 1500
_PATIENCE_SECONDS = 60.0

_REJECTED = b'id,note\n1,"never closed'


class Traffic(threading.Thread):
    """Uploads from its start until it is stopped; one in ten is rejected, some overwrite others."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(name="traffic")
        self._s3: S3Client = stack.client("s3")
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self.sent = 0

    def run(self) -> None:
        try:
            while self.sent < _MOST and not self._stopped.wait(1 / _PER_SECOND):
                self._put(self.sent)
                self.sent += 1
        except BaseException as error:  # noqa: BLE001 -- raised by check, in the test's own thread
            self._error = error

    def _put(self, number: int) -> None:
        rows = b"".join(b'%d,"a note, of\nlines"\n' % each for each in range(number % 50))
        self._s3.put_object(
            Bucket=PIPELINE["buckets"]["input"],
            # Every seventh file is a new version of the one before.
            Key=f"{PREFIX}{number - (number % 7 == 6)}.csv",
            Body=_REJECTED if number % 10 == 9 else b"id,note\n" + rows,
        )

    def check(self) -> None:
        """Raise AssertionError unless files still come in."""
        seen = self.sent
        flows = until(lambda: self.sent > seen or not self.is_alive(), _PATIENCE_SECONDS)
        assert flows, "uploads have come to a halt"
        assert self.is_alive(), f"uploads have ended after {self.sent}: {self._error!r}"

    def stop(self) -> None:
        """Raise AssertionError where it had failed or ended before."""
        flowed = self.is_alive()
        self._stopped.set()
        self.join()
        assert self._error is None, f"an upload failed: {self._error!r}"
        assert flowed, f"uploads had ended after {self.sent}: the run took longer than they last"
