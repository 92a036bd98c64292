/* Counting whole records, 64 bytes at a time.
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

#include "quotes.h"
#include "utf8.h"

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

static inline void note(struct rowledger_scan *scan, int finding, int64_t times,
                        const struct record *record) {
    if (!times) return;
    if (!scan->found[finding]) {
        scan->first_line[finding] = record->lines;
        scan->first_at[finding] = record->start;
    }
    scan->found[finding] += times;
}

/* Notes the quotes of a record that are not regular, and the block that it ends in. */
static inline void note_quotes(struct rowledger_scan *scan, int64_t literal, int64_t behind,
                               const struct record *record, int64_t end) {
    if (!(literal | behind)) return;
    note(scan, LITERAL, literal, record);
    note(scan, BEHIND, behind, record);
    /* What ends before the first block counts as the first's. */
    const int64_t at = end > scan->first_block ? end - scan->first_block : 0;
    const uint64_t bit = UINT64_C(1) << (at / ROWLEDGER_BLOCK & 63);
    if (at % ROWLEDGER_BLOCK < ROWLEDGER_BLOCK - ROWLEDGER_ENDING) scan->irregular |= bit;
    else scan->irregular_late |= bit;
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
    scan->irregular = scan->irregular_late = 0;
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
