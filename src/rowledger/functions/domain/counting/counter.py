"""The counter: bytes in, as they arrive; the number of data rows and the dialect out."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.attempts import Attempts
from rowledger.functions.domain.counting.blocks import BLOCK_SIZE, Blocks, Span
from rowledger.functions.domain.counting.compression import GZIP_MAGIC, GzipReader
from rowledger.functions.domain.counting.contradiction import differing_encoding, undecodable
from rowledger.functions.domain.counting.detection import Detection
from rowledger.functions.domain.counting.encoding import ByteText, Decoder, detect, told
from rowledger.functions.domain.counting.kernel import in_use
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.counting.rejecting import (
    reject,
    reject_nul,
    reject_undecodable,
    reject_unterminated,
)
from rowledger.functions.domain.counting.signatures import SIGNATURE_SIZE, looks_binary, recognise
from rowledger.functions.domain.counting.table import Table
from rowledger.functions.domain.counting.text_errors import NulByteError, UndecodableError
from rowledger.functions.domain.counting.text_kinds import recognise_text
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import Rejection, RejectionCode
from rowledger.functions.domain.warning import FileWarning, WarningCode

# Text of more bytes without a single line end is no table.
_LONGEST_SINGLE_RECORD = 64 * 1024
# What reading a file by a wrong dialect may end in.
_OF_A_WRONG_DIALECT = frozenset(
    {RejectionCode.UNTERMINATED_QUOTE, RejectionCode.UNDECODABLE, RejectionCode.NOT_CSV}
)


@dataclass(frozen=True, slots=True)
class Count:
    """What a whole file amounts to.

    rows: data rows: the records, less the header where there is one.
    columns: fields of the first record; None where there is no record.
    header: the names in the first record; None where it is data, or is longer than 128 KiB.
    warnings: what its owner should know.
    """

    rows: int
    columns: int | None
    dialect: Dialect
    header: tuple[str, ...] | None = None
    warnings: tuple[FileWarning, ...] = ()


class Counter:
    """Counts the data rows of one file in constant memory, in one pass.

    Feed it the file's bytes in order, cut anywhere: neither the count nor a rejection depends on
    the cuts. It finds compression (gzip), encoding and dialect from the content, or is told; the
    rules are in docs/counting.md.
    """

    def __init__(
        self,
        *,
        header: bool = True,
        max_decompressed_bytes: int | None = None,
        options: CountOptions | None = None,
    ) -> None:
        """header: the first record names the columns and is no data row.

        max_decompressed_bytes: reject a compressed file that expands to more.
        options: what is known of the file; all else is found.
        """
        self._header = header
        self._max_decompressed_bytes = max_decompressed_bytes
        self._options = options or CountOptions()
        self._stored = Blocks()
        self._expanded = Blocks()
        self._started = False
        self._gzip: GzipReader | None = None
        self._decoder: Decoder | None = None
        self._table = Table(self._options, header=header)
        self._differing_encoding: Rejection | None = None
        self._size = 0
        self._kernel = in_use()
        self._spans_at_once, self._calm_at_once = Attempts(), Attempts()
        self._blocks_at_once = Attempts()

    @property
    def dialect(self) -> Dialect | None:
        """The dialect as far as it is known by now, also after a rejection; None before."""
        if self._decoder is None:
            return None
        return self._table.dialect(self._decoder.encoding, "gzip" if self._gzip else None)

    @property
    def detection(self) -> Detection | None:
        """What the beginning of the text showed; None before it was looked at."""
        return self._table.readings.detection

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file. Raises RejectedError once the file is surely bad."""
        for span in self._stored.cut(chunk):
            rest = span
            if not self._started:
                first, rest = span.divided(BLOCK_SIZE)
                self._take_stored(first)
            if self._gzip:
                self._take_stored(rest)
            elif rest.number:
                self._take_span(rest)

    def finish(self) -> Count:
        """Take the end of the file and return the count. Raises RejectedError."""
        rest = self._stored.rest()
        self._take_stored(Span(rest, 0, len(rest)))
        if self._gzip:
            self._gzip.finish()
            self._take_expanded(self._expanded.rest())
        if self._decoder:
            self._finish_decoding(self._decoder)
        self._table.finish()
        if self._decoder and (opening := self._table.unterminated):
            line, offset = self._table.locate(opening, self._decoder)
            reject_unterminated(line, offset)
        dialect = self.dialect
        records = self._table.records
        if self._decoder is None or dialect is None or not records:
            reject(RejectionCode.EMPTY_FILE, "The file is empty: it holds no record at all.")
        endless = records == 1 and dialect.newline is None
        if self._header and endless and self._size > _LONGEST_SINGLE_RECORD:
            reject(
                RejectionCode.NOT_CSV,
                f"The file is no table: {self._size:,} bytes of text without a line end.",
            )
        warnings = [*self._table.warnings(self._decoder), *self._warnings_of_compression()]
        return Count(
            records - (1 if self._header else 0),
            self._table.columns,
            dialect,
            self._table.header(self._decoder.encoding) if self._header else None,
            tuple(warnings),
        )

    def contradiction(self, rejection: Rejection | None = None) -> Rejection | None:
        """Say what of the file contradicts the dialect that is told; None where nothing does.

        It is asked at the end. rejection: why the counter rejected the file, if it did.
        """
        if rejection is not None and rejection.code not in _OF_A_WRONG_DIALECT:
            return None
        if self._differing_encoding is not None:
            return self._differing_encoding
        told = self._options.encoding
        if told and rejection is not None and rejection.code is RejectionCode.UNDECODABLE:
            return undecodable(told, rejection)
        return self._table.contradiction()

    def _warnings_of_compression(self) -> list[FileWarning]:
        trailing = self._gzip.trailing if self._gzip else 0
        if not trailing:
            return []
        message = (
            f"There are {trailing:,} bytes of blanks and line ends behind the gzip data; they were"
            " left out."
        )
        return [FileWarning(WarningCode.TRAILING_BYTES, message, trailing)]

    def _take_stored(self, stored: Span) -> None:
        if not self._started:
            self._started = True
            if stored.text.startswith(GZIP_MAGIC):
                self._gzip = GzipReader(self._max_decompressed_bytes)
        if not self._gzip:
            self._take_expanded(stored.text)
            return
        for piece in self._gzip.read(stored):
            for span in self._expanded.cut(piece):
                self._take_span(span)

    def _take_span(self, span: Span) -> None:
        """Take blocks of the file as it is after decompression, by the cheapest way that does."""
        if self._takes_plain(span, self._spans_at_once, one_block=False):
            return
        # Up to the block at which the reading may be reconsidered.
        calm, rest = span.divided(self._table.readings.calm_blocks * BLOCK_SIZE)
        if calm.number > 1 and self._takes_plain(calm, self._calm_at_once, one_block=False):
            span = rest
        for block in span.blocks():
            if not self._takes_plain(block, self._blocks_at_once, one_block=True):
                self._take_expanded(block.text)

    def _takes_plain(self, span: Span, attempts: Attempts, *, one_block: bool) -> bool:
        kernel, decoder = self._kernel, self._decoder
        if kernel is None or not isinstance(decoder, ByteText) or not decoder.is_utf8:
            return False
        if not attempts.due():
            return False
        plain = self._table.take_plain(kernel, span, one_block=one_block)
        attempts.note(succeeded=plain is not None)
        if plain is None:
            return False
        self._size += span.end - span.start
        decoder.pass_by(span.data, span.start, span.end, windows_1252=plain.windows_1252)
        return True

    def _take_expanded(self, block: bytes) -> None:
        """Take a block of the file as it is after decompression."""
        if not block:
            return
        first = self._decoder is None
        self._size += len(block)
        complete = len(block) < BLOCK_SIZE
        if self._decoder is None:
            self._reject_binary_kinds(block[:SIGNATURE_SIZE])
            self._decoder, mark = self._decoder_of(block)
            if isinstance(self._decoder, ByteText) and looks_binary(block):
                self._reject_kind(recognise_text(block, complete=complete))
                reject(RejectionCode.NOT_CSV, "The file is binary: too much of it is no text.")
            block = block[mark:]
        try:
            text = self._decoder.decode(block)
        except NulByteError as error:
            reject_nul(error.offset)
        except UndecodableError as error:
            reject_undecodable(error, self._decoder, self._table.line_after(error.before))
        if first:
            self._reject_kind(recognise_text(text, complete=complete))
        self._table.feed(text)

    def _decoder_of(self, block: bytes) -> tuple[Decoder, int]:
        encoding = self._options.encoding
        if encoding is None:
            return detect(block)
        decoder, mark = told(encoding, block)
        self._differing_encoding = differing_encoding(encoding, decoder, block)
        return decoder, mark

    def _finish_decoding(self, decoder: Decoder) -> None:
        try:
            decoder.finish()
        except UndecodableError as error:
            reject_undecodable(error, decoder, self._table.line_after(error.before))

    def _reject_binary_kinds(self, start: bytes) -> None:
        if self._gzip and start.startswith(GZIP_MAGIC):
            reject(
                RejectionCode.NOT_CSV,
                "The file is compressed with gzip more than once; compress it once.",
            )
        self._reject_kind(recognise(start))

    def _reject_kind(self, kind: str | None) -> None:
        if kind:
            inside = ", inside its gzip compression," if self._gzip else ""
            reject(RejectionCode.NOT_CSV, f"The file{inside} is {kind}, not CSV text.")
