"""Reads an upload to its end and says what it is, counted as its source tells of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Counted, Deleted, Rejected, examine
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.warning import WarningCode
from rowledger.functions.ports.storage import Storage

if TYPE_CHECKING:
    from rowledger.functions.domain.sources.source import Source


@dataclass(frozen=True, slots=True)
class Examined:
    """What an upload is. metadata: what its sender stored beside it."""

    outcome: Counted | Rejected | Deleted
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examination:
    """How uploads are counted where no source says otherwise."""

    storage: Storage
    header: bool
    header_names: bool
    rejected_warnings: Collection[WarningCode]
    expansion: ExpansionLimit

    def examine(
        self,
        upload: Upload,
        deadline: Deadline,
        *,
        source: "Source | None" = None,
        meanwhile: Callable[[int], None] | None = None,
    ) -> Examined:
        """Read exactly this version and say what it is; raise FaultError where that fails.

        Args:
            upload: what is read.
            deadline: no chunk is read after it.
            source: tells of its dialect; nothing of it is judged.
            meanwhile: begins what can be done beside it, given the version's size in bytes.
        """
        deadline.check(before="reading the file")
        header = source.dialect.header if source else None
        try:
            with self.storage.read(upload) as stream:
                if meanwhile:
                    meanwhile(stream.size_bytes)
                outcome = examine(
                    deadline.within(stream.chunks, before="reading the file to its end"),
                    header=self.header if header is None else header,
                    max_decompressed_bytes=self.expansion.of(upload.size_bytes),
                    header_names=self.header_names,
                    rejected_warnings=self.rejected_warnings,
                    crc32=stream.crc32,
                    options=source.dialect.options if source else None,
                )
                return Examined(outcome, stream.metadata)
        except FaultError as fault:
            if fault.code is FaultCode.OBJECT_MISSING:
                return Examined(Deleted(upload.size_bytes))
            raise
