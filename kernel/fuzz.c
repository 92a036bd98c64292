/* Compares the kernel with a reading of the same rules byte by byte, on texts made to be nasty.
 *
 * make fuzz builds it with AddressSanitizer and UndefinedBehaviorSanitizer: each text is the whole of
 * an allocation, so that no byte beside it is read. Usage: fuzz CASES [SEED] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.c"

static uint64_t seed;

static uint64_t drawn(uint64_t below_this) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % below_this;
}

/* Writes a text of at most `most` bytes; returns its length. */
static int64_t written(uint8_t *text, int64_t most, uint8_t delimiter) {
    static const char *const common[] = {"\"", "\"", "\n",  "\r",       "\r\n",
                                         " ",  "\t", "a", "abcdefgh", "\\", "\\"};
    static const char *const rare[] = {"\"\"", "\"\n", "\n\"", "\x01", "\x7f", "\x1a", "\xc3\xa9",
                                       "\xef\xbb\xbf", "\xe2\x82", "\xff",  "\xf0\x9f\xa6\x8a",
                                       "\xe6\x9d\xb1", "\xe4\xba\xac", "\xc3\xbc", "\xc3\xab",
                                       "a long field that fills most of a block of sixty-four bytes"};
    const uint64_t quotes = 1 + drawn(12), delimiters = 1 + drawn(6), rarely = 1 + drawn(30);
    int64_t size = 0;
    while (size < most) {
        const uint64_t kind = drawn(quotes + delimiters + 10);
        uint8_t one[2] = {0, 0};
        const char *piece = (const char *)one;
        if (!drawn(rarely * 20)) piece = rare[drawn(sizeof rare / sizeof *rare)];
        else if (kind < delimiters) one[0] = delimiter;
        else if (kind < delimiters + 3) piece = common[drawn(sizeof common / sizeof *common)];
        else if (kind < delimiters + 5) one[0] = '\n';
        else if (kind < delimiters + 5 + quotes / 2) one[0] = '"';
        else one[0] = 'x';
        int64_t length = one[0] ? 1 : (int64_t)strlen(piece);
        if (!length) length = 1; /* a delimiter of 0 */
        if (length > most - size) break;
        memcpy(text + size, piece, (size_t)length);
        size += length;
    }
    return size;
}

static int is_end(uint8_t byte) {
    return byte == '\n' || byte == '\r';
}

/* Swaps the quote for the usual one, and replaces what a backslash makes text. */
static void make_canonical(uint8_t *text, int64_t start, int64_t end,
                           const struct rowledger_scan *scan) {
    for (int64_t i = start; i < end; i++) {
        const uint8_t byte = text[i];
        if (scan->escapes && byte == '\\' && i + 1 < end) {
            const uint8_t next = text[i + 1];
            const int64_t size = next == '\r' && i + 2 < end && text[i + 2] == '\n' ? 3 : 2;
            if (next != '\\' && next != scan->quote && next != scan->delimiter && !is_end(next)) continue;
            memset(text + i, '_', (size_t)size);
            i += size - 1;
        } else if (byte == scan->quote) {
            text[i] = '"';
        } else if (byte == '"') {
            text[i] = '_';
        }
    }
}

/* The rules of the kernel, one byte after the other. */
static void read_slowly(const uint8_t *text, int64_t start, int64_t end,
                        struct rowledger_scan *scan) {
    enum { FIELD, PLAIN, QUOTED, CLOSED, BLANKS } in;
    const uint8_t delimiter = (uint8_t)scan->delimiter;
    int64_t lines = 0;
    begin(scan);
    scan->taken = start;
    scan->lines = scan->tail = scan->quoted = scan->longest = 0;
    while (scan->taken < end) {
        struct record record = {.start = scan->taken, .lines = scan->lines};
        int64_t i = record.start, quoted = 0, stop = -1, raw = 0;
        lines = scan->lines;
        in = FIELD;
        for (; i < end; i++) {
            const uint8_t byte = text[i];
            const int control = (byte < 0x20 && byte && !is_end(byte) && byte != '\t') || byte == 0x7f;
            if (byte == delimiter) raw++;
            if (byte == '"' && i > start && text[i - 1] == delimiter && i + 1 < end &&
                (text[i + 1] == delimiter || is_end(text[i + 1])))
                record.doubtful = 1;
            if (in == QUOTED) {
                if (is_end(byte) && !(byte == '\r' && i + 1 < end && text[i + 1] == '\n')) {
                    lines++;
                    if (record.spans) record.whole_inner |= raw == scan->usual_width - 1;
                    else record.long_first = raw >= scan->usual_width - 1;
                    record.spans = 1;
                    raw = record.doubtful = 0;
                } else if (byte == '"') {
                    if (i + 1 < end && text[i + 1] == '"') i++;
                    else in = CLOSED;
                }
                continue;
            }
            if (byte == delimiter) {
                record.delimiters++;
                in = FIELD;
                continue;
            }
            if (is_end(byte)) {
                stop = i;
                break;
            }
            record.controls += control;
            if (in == FIELD && byte == '"') {
                in = QUOTED;
                quoted = 1;
            } else if ((in == CLOSED || in == BLANKS) && (byte == ' ' || byte == '\t')) {
                in = BLANKS;
            } else {
                record.behind += in == CLOSED;
                record.broken |= in == CLOSED || in == BLANKS;
                record.literal += byte == '"';
                in = PLAIN;
            }
        }
        if (stop < 0) return;
        if (record.spans && scan->usual_width > 0 &&
            (record.broken || record.whole_inner ||
             (raw >= scan->usual_width - 1 && (record.long_first || record.doubtful)))) {
            scan->why = NEEDS_CARE;
            return;
        }
        const int64_t crlf = text[stop] == '\r' && stop + 1 < end && text[stop + 1] == '\n';
        const int64_t length = stop - record.start, behind_it = stop + 1 + crlf;
        const int64_t kind = crlf ? CRLF : text[stop] == '\n' ? LF : CR;
        if (!length) {
            note(scan, BLANK, 1, &record);
            scan->tail++;
        } else {
            if (!add_width(scan, record.delimiters + 1)) {
                scan->why = MANY_WIDTHS;
                return;
            }
            if (length == record.delimiters) note(scan, EMPTY, 1, &record);
            if (record.delimiters + 1 != scan->columns) note(scan, RAGGED, 1, &record);
            scan->tail = 0;
        }
        scan->ends[kind]++;
        if (scan->newline != NONE && kind != scan->newline) note(scan, OTHER_END, 1, &record);
        note(scan, LITERAL, record.literal, &record);
        note(scan, BEHIND, record.behind, &record);
        if (record.literal || record.behind) {
            int64_t block = 0, at = behind_it - 1 - scan->first_block;
            for (; at >= ROWLEDGER_BLOCK; at -= ROWLEDGER_BLOCK) block++;
            const uint64_t bit = (uint64_t)1 << block % 64;
            if (at >= ROWLEDGER_BLOCK - ROWLEDGER_ENDING) scan->irregular_late |= bit;
            else scan->irregular |= bit;
        }
        note(scan, CONTROL, record.controls, &record);
        scan->quoted |= quoted;
        if (behind_it - record.start > scan->longest) scan->longest = behind_it - record.start;
        scan->lines = lines + 1;
        scan->taken = behind_it;
    }
}

/* Whether a plain scan ends in a text. A character that the text ends in is none to end at. */
static int is_unusual(const uint8_t *text, int64_t start, int64_t end, uint8_t delimiter) {
    for (int64_t i = start; i < end; i++) {
        const uint8_t byte = text[i];
        if (byte < 0x80) {
            if ((byte && byte == delimiter) || byte == '\t' || is_end(byte)) continue;
            if (byte < 0x20 || byte == 0x7f) return 1;
            continue;
        }
        const int length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        uint32_t code = byte & (0x7fU >> length);
        if (byte < 0xc2 || byte > 0xf4) return 1;
        for (int k = 1; k < length; k++) {
            /* The first of them may say that no character goes on so. */
            if (i + k >= end) return 0;
            if ((text[i + k] & 0xc0) != 0x80) return 1;
            code = code << 6 | (text[i + k] & 0x3f);
            if (k == 1 && length == 3 && (code < 0x20 || (code >= 0x360 && code < 0x380))) return 1;
            if (k == 1 && length == 3 && code == 0x3fb) return 1;
            if (k == 1 && length == 4 && (code < 0x10 || code > 0x10f)) return 1;
        }
        i += length - 1;
    }
    return 0;
}

/* What a plain scan says of bytes above ASCII in a text that is UTF-8 throughout. */
static int64_t high_of(const uint8_t *text, int64_t start, int64_t end) {
    int64_t high = 0;
    for (int64_t i = start; i < end; i++) {
        if (text[i] >= 0x80) high |= 1;
        if (strchr("\x81\x8d\x8f\x90\x9d", text[i]) && text[i]) high |= 2;
    }
    return high;
}

typedef void reader(const uint8_t *, int64_t, int64_t, struct rowledger_scan *);

static int same(const struct rowledger_scan *a, const struct rowledger_scan *b) {
    int64_t same = a->taken == b->taken && a->why == b->why && a->lines == b->lines &&
                   a->tail == b->tail && a->quoted == b->quoted && a->longest == b->longest &&
                   a->widths == b->widths && a->irregular == b->irregular &&
                   a->irregular_late == b->irregular_late;
    for (int i = 1; i < KINDS; i++) same &= a->ends[i] == b->ends[i];
    for (int i = 0; i < FINDINGS; i++)
        same &= a->found[i] == b->found[i] && (!a->found[i] || (a->first_at[i] == b->first_at[i] &&
                                                                a->first_line[i] == b->first_line[i]));
    for (int i = 0; same && i < a->widths; i++)
        same &= a->width[i] == b->width[i] && a->times[i] == b->times[i];
    return (int)same;
}

static int fail(const char *what, uint64_t number, const uint8_t *text, int64_t size,
                const struct rowledger_scan *given) {
    printf("case %llu: %s; delimiter %d, usual width %d, columns %d, newline %d, plain %d, quote %d, "
           "escapes %d, first block %d:\n",
           (unsigned long long)number, what, (int)given->delimiter, (int)given->usual_width,
           (int)given->columns, (int)given->newline, (int)given->plain,
           (int)given->quote, (int)given->escapes, (int)given->first_block);
    for (int64_t i = 0; i < size; i++) printf("%02x", text[i]);
    printf("\n");
    fflush(stdout); /* before the sanitizers speak of what is not freed */
    return 1;
}

int main(int count, char **arguments) {
    const uint64_t cases = count > 1 ? strtoull(arguments[1], NULL, 10) : 1000000;
    static const uint8_t signs[] = {',', ';', '\t', '|', 0x1f, ' ', 0, ',', ',', 0xa7};
    reader *const readers[] = {
        rowledger_scan,
#if defined(__x86_64__)
        scan_sse2,
#endif
    };
    seed = count > 2 ? strtoull(arguments[2], NULL, 10) : 4180;
    if (!seed) seed = 1;
    for (uint64_t number = 0; number < cases; number++) {
        const uint8_t delimiter = signs[drawn(sizeof signs)];
        const int64_t most = (int64_t)drawn(drawn(8) ? 300 : 3000);
        uint8_t *const room = malloc((size_t)most + 1);
        const int64_t size = written(room, most, delimiter);
        uint8_t *const text = malloc((size_t)size + !size);
        memcpy(text, room, (size_t)size);
        struct rowledger_scan given = {.delimiter = delimiter,
                                       .usual_width = (int64_t)drawn(5),
                                       .columns = 1 + (int64_t)drawn(5),
                                       .newline = (int64_t)drawn(4),
                                       .quote = drawn(4) ? '"' : '\'',
                                       .escapes = !drawn(3),
                                       .first_block = (int64_t)drawn(200000) - 198000};
        if (given.quote == '\'')
            for (int64_t i = 0; i < size; i++) text[i] = text[i] == '"' ? '\'' : text[i];
        if (given.usual_width == 1) given.usual_width = 0; /* see records.py */
        memcpy(room, text, (size_t)size);
        const int64_t start = size ? (int64_t)drawn(4) * size / 8 : 0;
        struct rowledger_scan wanted = given, plain = given;
        make_canonical(room, start, size, &given);
        read_slowly(room, start, size, &wanted);
        for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
            struct rowledger_scan found = given;
            begin(&found);
            readers[i](text, start, size, &found);
            if (!same(&found, &wanted)) return fail("not as read slowly", number, text, size, &given);
        }
        plain.plain = 1;
        rowledger_scan(text, start, size, &plain);
        /* Where a scan ends first, it has not seen all. */
        if (wanted.why == ENDED && (plain.why == UNUSUAL) != is_unusual(text, start, size, delimiter))
            return fail("wrongly unusual, or not", number, text, size, &given);
        if (plain.why == ENDED && plain.high != high_of(text, start, size))
            return fail("not as high", number, text, size, &given);
        if (plain.why != UNUSUAL && !same(&plain, &wanted))
            return fail("not as without being plain", number, text, size, &given);
        plain = given;
        plain.plain = plain.regular = 1;
        rowledger_scan(text, start, size, &plain);
        if (plain.why != UNUSUAL ? !same(&plain, &wanted) : plain.taken > wanted.taken)
            return fail("not as without being regular", number, text, size, &given);
        free(text);
        free(room);
    }
    printf("%llu cases, each as read slowly\n", (unsigned long long)cases);
    return 0;
}
