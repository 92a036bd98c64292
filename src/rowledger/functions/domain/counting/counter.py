"""The counter: bytes in, as they arrive; the number of data rows and the dialect out."""

from dataclasses import dataclass
from typing import NoReturn

from rowledger.functions.domain.counting.blocks import BLOCK_SIZE, Blocks
from rowledger.functions.domain.counting.compression import GZIP_MAGIC, GzipReader
from rowledger.functions.domain.counting.encoding import (
    ByteText,
    Decoder,
    NulByteError,
    UndecodableError,
    detect,
    is_utf32,
)
from rowledger.functions.domain.counting.records import RecordScanner
from rowledger.functions.domain.counting.signatures import SIGNATURE_SIZE, looks_binary, recognise
from rowledger.functions.domain.counting.sniffing import SAMPLE_SIZE, Format, sniff
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode


@dataclass(frozen=True, slots=True)
class Count:
    """What a whole file amounts to.

    rows: data rows: the records, less the header where there is one.
    columns: fields of the first record; None where there is no record.
    """

    rows: int
    columns: int | None
    dialect: Dialect


class Counter:
    """Counts the data rows of one file in constant memory, in one pass.

    Feed it the file's bytes in order, cut anywhere: neither the count nor a rejection depends on
    the cuts. It finds compression (gzip), encoding and dialect from the content alone; the rules
    for records are RFC 4180's and, where it is silent, those of Python's csv.reader.
    """

    def __init__(self, *, header: bool = True, max_decompressed_bytes: int | None = None) -> None:
        """header: the first record names the columns and is no data row.

        max_decompressed_bytes: reject a compressed file that expands to more.
        """
        self._header = header
        self._max_decompressed_bytes = max_decompressed_bytes
        self._stored = Blocks()
        self._expanded = Blocks()
        self._started = False
        self._gzip: GzipReader | None = None
        self._decoder: Decoder | None = None
        self._format: Format | None = None
        self._scanner = RecordScanner()
        self._opened_at: int | None = None

    @property
    def dialect(self) -> Dialect | None:
        """The dialect as far as it is known by now, also after a rejection; None before."""
        if self._decoder is None or self._format is None:
            return None
        # A file whose sample is one column is read as if delimited by commas; later text decides.
        several = (self._scanner.columns or 0) > 1
        return Dialect(
            delimiter=self._format.delimiter or ("," if several else None),
            quote='"' if self._scanner.quoted else None,
            escape="\\" if self._format.backslash_escapes else None,
            newline=self._scanner.newline,
            encoding=self._decoder.encoding,
            compression="gzip" if self._gzip else None,
            header=self._header,
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file. Raises RejectedError once the file is surely bad."""
        for block in self._stored.cut(chunk):
            self._take_stored(block)

    def finish(self) -> Count:
        """Take the end of the file and return the count. Raises RejectedError."""
        self._take_stored(self._stored.rest())
        if self._gzip:
            self._gzip.finish()
            self._take_expanded(self._expanded.rest())
        if self._decoder:
            self._finish_decoding(self._decoder)
        self._scanner.finish()
        self._reject_unterminated()
        dialect = self.dialect
        if dialect is None or not self._scanner.records:
            _reject(RejectionCode.EMPTY_FILE, "The file is empty: it holds no record at all.")
        rows = self._scanner.records - (1 if self._header else 0)
        return Count(rows, self._scanner.columns, dialect)

    def _take_stored(self, block: bytes) -> None:
        if not self._started:
            self._started = True
            if block.startswith(GZIP_MAGIC):
                self._gzip = GzipReader(self._max_decompressed_bytes)
        if not self._gzip:
            self._take_expanded(block)
            return
        for piece in self._gzip.read(block):
            for expanded in self._expanded.cut(piece):
                self._take_expanded(expanded)

    def _take_expanded(self, block: bytes) -> None:
        """Take a block of the file as it is after decompression."""
        if not block:
            return
        size = len(block)
        if self._decoder is None:
            self._reject_other_kinds(block[:SIGNATURE_SIZE])
            self._decoder, mark = detect(block)
            if isinstance(self._decoder, ByteText) and looks_binary(block):
                _reject(RejectionCode.NOT_CSV, "The file is binary: too much of it is no text.")
            block = block[mark:]
        try:
            text = self._decoder.decode(block)
        except NulByteError as error:
            self._reject_nul(error.offset)
        except UndecodableError as error:
            self._reject_undecodable(error, self._decoder)
        if text:
            self._take_text(text, self._decoder, last=size < BLOCK_SIZE)

    def _take_text(self, text: bytes, decoder: Decoder, *, last: bool) -> None:
        if self._format is None:
            complete = last and len(text) <= SAMPLE_SIZE
            self._format = sniff(text[:SAMPLE_SIZE], complete=complete)
            self._scanner = RecordScanner(
                (self._format.delimiter or ",").encode(),
                backslash_escapes=self._format.backslash_escapes,
            )
        before = self._scanner.opening
        self._scanner.feed(text)
        opening = self._scanner.opening
        if opening and opening is not before:
            self._opened_at = decoder.source_offset(opening.offset)

    def _finish_decoding(self, decoder: Decoder) -> None:
        try:
            decoder.finish()
        except UndecodableError as error:
            self._reject_undecodable(error, decoder)

    def _reject_other_kinds(self, start: bytes) -> None:
        if self._gzip and start.startswith(GZIP_MAGIC):
            _reject(
                RejectionCode.NOT_CSV,
                "The file is compressed with gzip more than once; compress it once.",
            )
        if kind := recognise(start):
            inside = ", inside its gzip compression," if self._gzip else ""
            _reject(RejectionCode.NOT_CSV, f"The file{inside} is {kind}, not CSV text.")
        if is_utf32(start):
            _reject(
                RejectionCode.UNDECODABLE,
                "The file is UTF-32, which is not supported; save it as UTF-8.",
                byte_offset=0,
            )

    def _reject_nul(self, byte_offset: int) -> NoReturn:
        _reject(
            RejectionCode.NOT_CSV,
            f"The file is binary: there is a NUL at byte {byte_offset:,}"
            " (UTF-16 text needs a byte-order mark at its start).",
            byte_offset=byte_offset,
        )

    def _reject_undecodable(self, error: UndecodableError, decoder: Decoder) -> NoReturn:
        line = self._scanner.line_after(error.before)
        _reject(
            RejectionCode.UNDECODABLE,
            f"The file declares {decoder.name} by its byte-order mark,"
            f" but the byte at {error.offset:,} in line {line:,} is not {decoder.name}.",
            line=line,
            byte_offset=error.offset,
        )

    def _reject_unterminated(self) -> None:
        opening = self._scanner.unterminated
        if opening:
            _reject(
                RejectionCode.UNTERMINATED_QUOTE,
                f"A quote opened in line {opening.line:,} is never closed:"
                " all text after it would be one field.",
                line=opening.line,
                byte_offset=self._opened_at,
            )


def _reject(
    code: RejectionCode, message: str, *, line: int | None = None, byte_offset: int | None = None
) -> NoReturn:
    raise RejectedError(Rejection(code, message, line, byte_offset))
