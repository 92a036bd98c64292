/* Counting whole records of canonical text, 64 bytes at a time.
 *
 * The rules are those of src/rowledger/functions/domain/counting/, which is the oracle in the tests.
 * Nothing here allocates, calls a library or touches Python: the caller gives text and a struct.
 */
#include "scan.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Where the text before a block left off. */
struct state {
    uint64_t inside;   /* 1: in a quoted section */
    uint64_t closed;   /* 1: behind a quote that closes, or the first of a doubled one */
    uint64_t boundary; /* 1: behind a delimiter, a line end, or nothing */
};

/* The record that has not ended. */
struct record {
    int64_t start;
    int64_t lines;           /* line ends before it */
    int64_t delimiters;      /* outside quotes */
    int64_t line_delimiters; /* of its last line, inside quotes or out */
    int64_t literal, behind, controls;
    int64_t spans;          /* lines */
    int64_t odd;            /* it spans lines, or holds control characters */
    int64_t long_first;     /* its first line has the delimiters of a record, or more */
    int64_t whole_inner;    /* a line between its first and its last has those of a record */
    int64_t doubtful;       /* in its last line a quote stands between a delimiter and a boundary */
    int64_t broken;         /* text follows a quoted section, perhaps behind blanks */
};

struct sections {
    uint64_t inside;  /* from the quote that opens up to the quote that closes */
    uint64_t opened;  /* quotes that open */
    uint64_t literal; /* quotes that are text of an unquoted field, or behind a section */
    uint64_t behind;  /* what stands behind a closing quote and is no boundary */
};

/* Bits 0 to n - 1. */
static inline uint64_t below(int n) {
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* Bit i of the result is the parity of bits 0 to i. */
static inline uint64_t prefix_xor(uint64_t bits) {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

/* Finds the sections of a block in which not every quote is regular: a quote opens only behind a
 * boundary, and closes unless another follows it. */
static struct sections find_sections(uint64_t quotes, uint64_t boundaries, struct state *state) {
    struct sections found = {0, 0, 0, 0};
    const uint64_t may_open = quotes & (boundaries << 1 | state->boundary);
    int at = 0, inside = state->inside != 0, closed = 0;
    if (state->closed) {
        if (quotes & 1) {
            found.inside |= 1;
            inside = 1;
            at = 1;
        } else {
            found.behind |= ~boundaries & 1;
        }
    }
    while (at < 64) {
        const uint64_t from_here = ~below(at);
        if (!inside) {
            const uint64_t openings = may_open & from_here;
            const int open = openings ? __builtin_ctzll(openings) : 64;
            found.literal |= quotes & from_here & below(open);
            if (open == 64) break;
            found.opened |= UINT64_C(1) << open;
            found.inside |= UINT64_C(1) << open;
            inside = 1;
            at = open + 1;
            continue;
        }
        const uint64_t rest = quotes & from_here;
        if (!rest) {
            found.inside |= from_here;
            break;
        }
        const int first = __builtin_ctzll(rest);
        const uint64_t others = ~(quotes >> first);
        const int run = others ? __builtin_ctzll(others) : 64;
        const int odd = run & 1;
        found.inside |= from_here & below(first + run - odd);
        at = first + run;
        if (odd) {
            inside = 0;
            if (at == 64) closed = 1;
            else found.behind |= ~boundaries & (UINT64_C(1) << at);
        }
    }
    state->inside = (uint64_t)inside;
    state->closed = (uint64_t)closed;
    state->boundary = boundaries >> 63;
    return found;
}

/* Says whether text other than blanks stands between a closing quote and what ends the field. */
static int text_follows(const uint8_t *text, int64_t at, int64_t end, uint8_t delimiter) {
    while (at < end && (text[at] == ' ' || text[at] == '\t') && text[at] != delimiter) at++;
    return at < end && text[at] != delimiter && text[at] != '\n' && text[at] != '\r';
}

/* What may continue UTF-8: so many bytes, the next of them from least to most. */
struct character {
    int missing;
    uint8_t opened, least, most;
};

/* Whether a byte that continues a character is none of windows-1252. */
static inline int is_lacking(uint8_t byte) {
    return (int)(UINT64_C(0x2001a002) >> (byte & 63)) & 1;
}

/* Reads one byte of UTF-8; returns 0 where it is none, or makes a byte-order mark likely. */
static int read_byte(uint8_t byte, struct character *character) {
    if (character->missing) {
        if (byte < character->least || byte > character->most) return 0;
        /* Of a mark, EF BB BF, and of its neighbours in Unicode, which are rare. */
        if (byte == 0xbb && character->opened == 0xef && character->missing == 2) return 0;
        character->missing--;
        character->least = 0x80;
        character->most = 0xbf;
    } else if (byte >= 0x80) {
        if (byte < 0xc2 || byte > 0xf4) return 0;
        character->opened = byte;
        character->missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        character->least = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
        character->most = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    }
    return 1;
}

/* Reads a block of UTF-8, of which `above` are the bytes above ASCII. Returns how many bits of
 * rowledger_scan.high it sets; -1 where it is none, or holds a byte-order mark. */
static int read_utf8(const uint8_t *bytes, int size, uint64_t above, struct character *character) {
    int lacking = 0, at = 0;
    for (; character->missing && at < size; at++) {
        if (!read_byte(bytes[at], character)) return -1;
        lacking |= is_lacking(bytes[at]);
    }
    above &= ~below(at) & below(size);
    while (above) {
        at = __builtin_ctzll(above);
        const uint8_t byte = bytes[at];
        const int length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        if (byte < 0xc2 || byte > 0xf4) return -1;
        if (at + length > size) {
            for (; at < size; at++) {
                if (!read_byte(bytes[at], character)) return -1;
                if (bytes[at] < 0xc0) lacking |= is_lacking(bytes[at]);
            }
            break;
        }
        const uint8_t second = bytes[at + 1];
        if ((second & 0xc0) != 0x80) return -1;
        lacking |= is_lacking(second);
        if (length > 2) {
            const uint8_t third = bytes[at + 2], last = bytes[at + length - 1];
            if ((third & 0xc0) != 0x80 || (last & 0xc0) != 0x80) return -1;
            if (byte == 0xef && second == 0xbb) return -1;
            /* Too long a form, half of a pair, or beyond Unicode. */
            if ((byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f)) return -1;
            if ((byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f)) return -1;
            lacking |= is_lacking(third) | is_lacking(last);
        }
        above &= ~(below(length) << at);
    }
    return lacking ? 3 : 1;
}

static inline void note(struct rowledger_scan *scan, int finding, int64_t times,
                        const struct record *record) {
    if (!times) return;
    if (!scan->found[finding]) {
        scan->first_line[finding] = record->lines;
        scan->first_at[finding] = record->start;
    }
    scan->found[finding] += times;
}

/* Counts a record's width; returns 0 where there is no room for another one. */
static inline int add_width(struct rowledger_scan *scan, int64_t width) {
    for (int64_t i = 0; i < scan->widths; i++) {
        if (scan->width[i] == width) {
            scan->times[i]++;
            return 1;
        }
    }
    if (scan->widths == ROWLEDGER_WIDTHS) return 0;
    scan->width[scan->widths] = width;
    scan->times[scan->widths++] = 1;
    return 1;
}

/* Counts a record that is not as the first: blank, empty or of another width, by its delimiters.
 * Returns 0, and says so, where there is no room for another width. */
static int add_record(struct rowledger_scan *scan, const struct record *record, int64_t length,
                      int64_t *tail) {
    const int64_t width = record->delimiters + 1;
    if (!length) {
        note(scan, BLANK, 1, record);
        ++*tail;
        return 1;
    }
    if (!add_width(scan, width)) {
        scan->why = MANY_WIDTHS;
        return 0;
    }
    if (length == record->delimiters) note(scan, EMPTY, 1, record);
    if (width != scan->columns) note(scan, RAGGED, 1, record);
    *tail = 0;
    return 1;
}

#define UNLIKELY(condition) __builtin_expect((condition) != 0, 0)
#define TARGET
#if defined(__x86_64__)

#define NAME(name) name##_sse2
#define ROWLEDGER_SSE2
#include "bytes.h"
#include "scan_body.h"
#undef ROWLEDGER_SSE2
#undef NAME

#define NAME(name) name##_avx2
#undef TARGET
#define TARGET __attribute__((target("avx2,bmi,popcnt")))
#define ROWLEDGER_AVX2
#include "bytes.h"
#include "scan_body.h"
#undef ROWLEDGER_AVX2
#undef NAME

enum { SSE2 = 1, AVX2 };

/* Whether processor and operating system know AVX2, and the bit operations that came with it. */
static int has_avx2(void) {
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    if (!(c & bit_OSXSAVE) || !(c & bit_AVX) || !(c & bit_POPCNT)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 6) != 6) return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & bit_AVX2) && (b & bit_BMI);
}

#else

#define NAME(name) name##_here
#if defined(__aarch64__)
#define ROWLEDGER_NEON
#endif
#include "bytes.h"
#include "scan_body.h"
#undef NAME

#endif

static void begin(struct rowledger_scan *scan) {
    scan->why = ENDED;
    for (int i = 0; i < KINDS; i++) scan->ends[i] = 0;
    for (int i = 0; i < FINDINGS; i++) scan->found[i] = 0;
    /* The width of the file's first record is the first of the table, be there any other or not. */
    scan->widths = 1;
    scan->width[0] = scan->columns;
    scan->times[0] = 0;
}

int64_t rowledger_version(void) {
    return ROWLEDGER_VERSION;
}

void rowledger_scan(const uint8_t *text, int64_t start, int64_t end, struct rowledger_scan *scan) {
    begin(scan);
#if defined(__x86_64__)
    /* Asked once, as a virtual machine answers CPUID slowly; threads may both ask, and agree. */
    static int known;
    int use = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (!use) {
        use = has_avx2() ? AVX2 : SSE2;
        __atomic_store_n(&known, use, __ATOMIC_RELAXED);
    }
    if (use == AVX2) scan_avx2(text, start, end, scan);
    else scan_sse2(text, start, end, scan);
#else
    scan_here(text, start, end, scan);
#endif
}
