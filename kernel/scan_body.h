/* The scan, for the processor that bytes.h was included for. The rules are those of syntax.py. */

/* Does as read_utf8 for a whole block of characters of two and three bytes, all of them at once.
 * Those whose second byte has a range of its own, and longer ones, are left to read_utf8. high: as
 * it is so far. */
TARGET static inline int NAME(read_characters)(NAME(bytes) b, const uint8_t *bytes, int64_t size,
                                               uint64_t above, struct character *character,
                                               int64_t high) {
    const uint64_t continuing = NAME(less)(b, (int8_t)0xc0), short_ones = NAME(less)(b, (int8_t)0xe0);
    const uint64_t rare = NAME(equal)(b, 0xc0) | NAME(equal)(b, 0xc1) | NAME(equal)(b, 0xe0) |
                          NAME(equal)(b, 0xed) | NAME(equal)(b, 0xef) |
                          (above & ~NAME(less)(b, (int8_t)0xf0));
    if (rare || character->missing || size < 64)
        return read_utf8(bytes, size < 64 ? (int)size : 64, above, character);
    const uint64_t begins = above & ~continuing, threes = above & ~short_ones;
    if ((begins << 1 | threes << 2) != continuing) return -1;
    if ((begins | threes << 1) >> 63) {
        *character = (struct character){1 + (int)(threes >> 63), bytes[63], 0x80, 0xbf};
    }
    if (high & 2) return 3; /* as is known by now */
    const uint64_t lacking = NAME(equal)(b, 0x81) | NAME(equal)(b, 0x8d) | NAME(equal)(b, 0x8f) |
                             NAME(equal)(b, 0x90) | NAME(equal)(b, 0x9d);
    return lacking ? 3 : 1;
}

TARGET static void NAME(scan)(const uint8_t *text, int64_t start, int64_t end,
                              struct rowledger_scan *scan) {
    const uint8_t delimiter = (uint8_t)scan->delimiter, quote = (uint8_t)scan->quote;
    const int64_t escapes = scan->escapes;
    const int64_t usual_width = scan->usual_width, columns = scan->columns, newline = scan->newline;
    const int64_t usual_delimiters = usual_width - 1, plain = scan->plain, regular = scan->regular;
    /* A delimiter above ASCII is looked at as every such byte; a NUL stands for no delimiter, and is
     * found by a plain scan like any other. */
    const uint64_t ordinary = delimiter < 0x80 && (delimiter || !plain) ? ~UINT64_C(0) : 0;
    struct state state = {.boundary = 1};
    struct record record = {.start = start};
    int64_t first_section = end, like_first = 0, lf_records = 0, longest = 0, tail = 0, lines = 0;
    struct character character = {0, 0, 0, 0};
    uint64_t was_cr = 0;
    int64_t high = 0;
    uint8_t last[64];

    for (int64_t at = start; at < end; at += 64) {
        const uint8_t *bytes = text + at;
        if (UNLIKELY(end - at < 64)) {
            /* No padding ends a record, so what it adds to the last one is never counted. */
            for (int i = 0; i < 64; i++) last[i] = at + i < end ? bytes[i] : 'x';
            bytes = last;
        }
        const NAME(bytes) b = NAME(load)(bytes);
        uint64_t quotes = NAME(equal)(b, quote), delimiters = NAME(equal)(b, delimiter);
        uint64_t lfs = NAME(equal)(b, '\n');
        uint64_t crs = 0, controls = 0;
        const uint64_t special = NAME(special)(b) & ~(lfs | (delimiters & ordinary));
        if (UNLIKELY(special)) {
            const uint64_t above = NAME(above_ascii)(b), nuls = NAME(equal)(b, 0);
            crs = NAME(equal)(b, '\r') & ~delimiters;
            controls = special & ~(crs | above | nuls | NAME(equal)(b, '\t'));
            int sort = 0;
            if (plain && (above || character.missing)) {
                sort = NAME(read_characters)(b, bytes, end - at, above, &character, high);
                high |= sort;
            }
            if (plain && (controls | nuls || sort < 0)) {
                scan->why = UNUSUAL;
                break;
            }
        } else if (UNLIKELY(character.missing)) {
            scan->why = UNUSUAL;
            break;
        }

        if (escapes) {
            const uint64_t backslashes = NAME(equal)(b, '\\');
            if (backslashes | state.behind_backslash | state.behind_text_cr) {
                const uint64_t escaped = find_escaped(backslashes, crs, lfs, &state);
                quotes &= ~escaped;
                delimiters &= ~escaped;
                lfs &= ~escaped;
                crs &= ~escaped;
            }
        }
        const uint64_t behind_delimiters = delimiters << 1 | state.delimiter;
        state.delimiter = delimiters >> 63;
        const uint64_t boundaries = delimiters | lfs | crs;
        uint64_t inside = 0, literal = 0, behind = 0, broken = 0;
        const uint64_t may_open = quotes & (boundaries << 1 | state.boundary);
        if (quotes && !(may_open | state.inside | state.closed)) {
            /* Each quote is text. */
            if (regular) {
                scan->why = UNUSUAL;
                break;
            }
            literal = quotes;
            state.boundary = boundaries >> 63;
        } else if (quotes | state.inside | state.closed) {
            inside = prefix_xor(quotes) ^ (0 - state.inside);
            const uint64_t opening = quotes & inside, closing = quotes & ~inside;
            uint64_t opened = opening;
            const uint64_t irregular =
                (opening & ~((boundaries | quotes) << 1 | state.boundary | state.closed)) |
                ((closing << 1 | state.closed) & ~(boundaries | quotes));
            if (UNLIKELY(irregular)) {
                /* In the padding it is none: there the text merely ends behind a quote. */
                if (regular && (end - at >= 64 || irregular & below((int)(end - at)))) {
                    scan->why = UNUSUAL;
                    break;
                }
                const struct sections found = find_sections(quotes, boundaries, &state);
                inside = found.inside;
                literal = found.literal;
                opened = found.opened;
                uint64_t blanks = found.behind & (NAME(equal)(b, ' ') | NAME(equal)(b, '\t'));
                broken = behind = found.behind & ~blanks & below(end - at < 64 ? (int)(end - at) : 64);
                for (; blanks; blanks &= blanks - 1) {
                    const int64_t place = at + __builtin_ctzll(blanks);
                    if (text_follows(text, place, end, delimiter)) broken |= blanks & -blanks;
                }
            } else {
                state.inside = inside >> 63;
                state.closed = closing >> 63;
                state.boundary = boundaries >> 63;
            }
            if (UNLIKELY(first_section == end) && opened)
                first_section = at + __builtin_ctzll(opened);
        } else {
            state.boundary = boundaries >> 63;
        }
        controls &= ~inside;

        const uint64_t outside = delimiters & ~inside;
        const uint64_t unusual = literal | behind | broken | controls;
        if (!(crs | controls | record.odd | was_cr | (lfs & inside)) && newline == LF) {
            /* Each LF ends a record that is in one line: only quotes, and its width, may be told. */
            int64_t before = record.delimiters;
            const int64_t told =
                (unusual | record.literal | record.behind | record.broken) != 0;
            uint64_t rest = ~UINT64_C(0);
            for (uint64_t ends = lfs; ends; ends &= ends - 1) {
                const int64_t place = at + __builtin_ctzll(ends), length = place - record.start;
                const int64_t so_far = __builtin_popcountll(outside & (ends ^ (ends - 1)));
                record.delimiters = before + so_far;
                before = -so_far;
                if (record.delimiters + 1 == columns && length > record.delimiters) {
                    like_first++;
                    tail = 0;
                } else if (!add_record(scan, &record, length, &tail)) {
                    goto done;
                }
                if (told) {
                    const uint64_t part = rest & (ends ^ (ends - 1));
                    rest &= ~part;
                    note_quotes(scan, record.literal + __builtin_popcountll(literal & part),
                                record.behind + __builtin_popcountll(behind & part), &record, place);
                    record.literal = record.behind = record.broken = 0;
                }
                if (length >= longest) longest = length + 1;
                record.start = place + 1;
                record.lines++;
                lf_records++;
            }
            record.delimiters = before + __builtin_popcountll(outside);
            if (lfs) {
                lines = record.lines;
                record.line_delimiters =
                    __builtin_popcountll(delimiters & ~(~UINT64_C(0) >> __builtin_clzll(lfs)));
            } else {
                record.line_delimiters += __builtin_popcountll(delimiters);
            }
            if (told) {
                record.literal += __builtin_popcountll(literal & rest);
                record.behind += __builtin_popcountll(behind & rest);
                record.broken |= (broken & rest) != 0;
            }
            continue;
        }

        const uint8_t next = at + 64 < end ? bytes[64] : 'x';
        const uint64_t lf_next = next == '\n';
        const uint64_t boundary_next =
            (next == delimiter || next == '\n' || next == '\r') && !state.behind_backslash;
        const uint64_t doubtful =
            quotes & behind_delimiters & (boundaries >> 1 | boundary_next << 63);
        uint64_t ends = lfs | (crs & ~(lfs >> 1 | lf_next << 63)), rest = ~UINT64_C(0);
        const uint64_t after_cr = crs << 1 | was_cr;
        was_cr = crs >> 63;
        while (ends) {
            const uint64_t bit = ends & -ends, part = rest & (bit - 1);
            const int64_t place = at + __builtin_ctzll(ends);
            ends &= ends - 1;
            rest &= ~(bit | (bit - 1));
            record.delimiters += __builtin_popcountll(outside & part);
            record.line_delimiters += __builtin_popcountll(delimiters & part);
            record.doubtful |= (doubtful & part) != 0;
            if (unusual & part) {
                record.literal += __builtin_popcountll(literal & part);
                record.behind += __builtin_popcountll(behind & part);
                record.controls += __builtin_popcountll(controls & part);
                record.odd |= record.controls != 0;
                record.broken |= (broken & part) != 0;
            }
            lines++;
            if (inside & bit) {
                if (record.spans) record.whole_inner |= record.line_delimiters == usual_delimiters;
                else record.long_first = record.line_delimiters >= usual_delimiters;
                record.odd = record.spans = 1;
                record.line_delimiters = record.doubtful = 0;
                continue;
            }
            const int64_t crlf = (lfs & bit & after_cr) != 0, length = place - crlf - record.start;
            if (record.spans && usual_width > 0 &&
                (record.broken || record.whole_inner ||
                 (record.line_delimiters >= usual_delimiters &&
                  (record.long_first || record.doubtful)))) {
                scan->why = NEEDS_CARE;
                goto done;
            }
            if (record.delimiters + 1 == columns && length > record.delimiters) {
                like_first++;
                tail = 0;
            } else if (!add_record(scan, &record, length, &tail)) {
                goto done;
            }
            const int kind = crlf ? CRLF : lfs & bit ? LF : CR;
            scan->ends[kind]++;
            if (kind != newline && newline != NONE) note(scan, OTHER_END, 1, &record);
            if (record.odd | record.literal | record.behind) {
                note_quotes(scan, record.literal, record.behind, &record, place);
                note(scan, CONTROL, record.controls, &record);
            }
            if (place + 1 - record.start > longest) longest = place + 1 - record.start;
            record = (struct record){.start = place + 1, .lines = lines};
        }
        record.delimiters += __builtin_popcountll(outside & rest);
        record.line_delimiters += __builtin_popcountll(delimiters & rest);
        record.doubtful |= (doubtful & rest) != 0;
        if (unusual & rest) {
            record.literal += __builtin_popcountll(literal & rest);
            record.behind += __builtin_popcountll(behind & rest);
            record.controls += __builtin_popcountll(controls & rest);
            record.odd |= record.controls != 0;
            record.broken |= (broken & rest) != 0;
        }
    }
done:
    scan->taken = record.start;
    scan->lines = record.lines;
    scan->tail = tail;
    scan->quoted = first_section < record.start;
    scan->longest = longest;
    scan->high = high;
    scan->ends[LF] += lf_records;
    scan->times[0] += like_first;
}
