/* The kernel's interface. Every field is 64 bits wide, so that no compiler pads it. */
#ifndef ROWLEDGER_SCAN_H
#define ROWLEDGER_SCAN_H

#include <stdint.h>

/* Goes up with every change of the struct or of what its fields mean. */
#define ROWLEDGER_VERSION 3
#define ROWLEDGER_WIDTHS 64
/* As BLOCK_SIZE in blocks.py, and LONGEST_ENDING in cleaning.py. */
#define ROWLEDGER_BLOCK (64 * 1024)
#define ROWLEDGER_ENDING 4096

/* Why a scan ended. */
enum { ENDED, NEEDS_CARE, MANY_WIDTHS, UNUSUAL };

/* What has a first place; the same order in functions/adapters/kernel/library.py. */
enum { LITERAL, BEHIND, BLANK, EMPTY, CONTROL, OTHER_END, RAGGED, FINDINGS };

/* What ends a record. */
enum { NONE, LF, CRLF, CR, KINDS };

struct rowledger_scan {
    /* Given. */
    int64_t delimiter;   /* one byte; neither a backslash nor the quote */
    int64_t quote;       /* the same; a NUL where a plain text has none */
    int64_t escapes;     /* whether a backslash makes a backslash, a quote, a delimiter or a line end text */
    int64_t usual_width; /* 0 believes every quoted section */
    int64_t columns;     /* fields of the file's first record */
    int64_t newline;     /* what ended the file's first record */
    int64_t plain;       /* whether to end, as UNUSUAL, at control characters, at what is no UTF-8,
                            and at a byte-order mark */
    int64_t regular;     /* whether to end so at a quote that is not regular, too */
    int64_t first_block; /* where the first block of text begins */

    /* Found, of whole records alone. */
    int64_t taken;   /* where the last of them ends */
    int64_t why;     /* the scan ended */
    int64_t lines;   /* that have ended, inside quotes or out */
    int64_t tail;    /* blank lines behind the last record */
    int64_t quoted;  /* whether there is a quoted section */
    int64_t longest; /* record, in bytes */
    int64_t high;    /* whether there is a byte above ASCII, or, as 3, one that windows-1252 lacks;
                        looked for by a plain scan only, in records or not */
    /* Bit i speaks of block i (of 64, over and over): whether a record ends in it that has a literal
       quote or text behind one; not in the last bytes of it, or there. */
    uint64_t irregular;
    uint64_t irregular_late;
    int64_t ends[KINDS];
    int64_t found[FINDINGS];
    int64_t first_line[FINDINGS]; /* line ends before the record with the first of each */
    int64_t first_at[FINDINGS];   /* its offset in the text */
    int64_t widths;               /* how many of the following are used */
    int64_t width[ROWLEDGER_WIDTHS];
    int64_t times[ROWLEDGER_WIDTHS];
};

#define ROWLEDGER_EXPORTED __attribute__((visibility("default")))

ROWLEDGER_EXPORTED int64_t rowledger_version(void);
/* Scans text[start..end), which begins with a record, and fills in what is found. */
ROWLEDGER_EXPORTED void rowledger_scan(const uint8_t *text, int64_t start, int64_t end,
                                       struct rowledger_scan *scan);

#endif
