/* What quotes and backslashes mean: masks of one block, of which bit i speaks of byte i. */

/* Where the text before a block left off. */
struct state {
    uint64_t inside;           /* 1: in a quoted section */
    uint64_t closed;           /* 1: behind a quote that closes, or the first of a doubled one */
    uint64_t boundary;         /* 1: behind a delimiter, a line end, or nothing */
    uint64_t delimiter;        /* 1: behind a delimiter */
    uint64_t behind_backslash; /* 1: behind one that escapes */
    uint64_t behind_text_cr;   /* 1: behind a CR that is text */
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

/* Finds the bytes of a block that a backslash makes text: the one behind it, and a LF behind that
 * if it is a CR. */
static uint64_t find_escaped(uint64_t backslashes, uint64_t crs, uint64_t lfs,
                             struct state *state) {
    uint64_t escaped = state->behind_backslash, last = 0;
    for (uint64_t rest = backslashes & ~escaped; rest;) {
        last = rest & -rest;
        escaped |= last << 1;
        rest &= ~(last | last << 1);
    }
    const uint64_t texts = escaped & crs;
    escaped |= lfs & (texts << 1 | state->behind_text_cr);
    state->behind_backslash = last >> 63;
    state->behind_text_cr = texts >> 63;
    return escaped;
}

/* Does as find_sections where no quote stands behind another: each one in a section closes it. */
static struct sections find_single(uint64_t quotes, uint64_t boundaries, struct state *state) {
    struct sections found = {0, 0, 0, 0};
    const uint64_t may_open = quotes & (boundaries << 1 | state->boundary);
    uint64_t open = state->inside, closing = 0, rest = ~UINT64_C(0);
    for (;;) {
        if (!open) {
            const uint64_t openings = may_open & rest;
            if (!openings) break;
            open = openings & -openings;
            found.opened |= open;
            rest = ~(open | (open - 1));
        }
        const uint64_t others = quotes & rest, close = others & -others;
        found.inside |= close - open; /* up to the end, if none closes */
        if (!close) break;
        closing |= close;
        rest = ~(close | (close - 1));
        open = 0;
    }
    found.literal = quotes & ~(found.opened | closing);
    found.behind = (closing << 1 | state->closed) & ~boundaries;
    state->inside = open != 0;
    state->closed = closing >> 63;
    state->boundary = boundaries >> 63;
    return found;
}

/* Finds the sections of a block in which not every quote is regular: a quote opens only behind a
 * boundary, and closes unless another follows it. */
static struct sections find_sections(uint64_t quotes, uint64_t boundaries, struct state *state) {
    if (!(quotes & (quotes << 1 | state->closed))) return find_single(quotes, boundaries, state);
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
