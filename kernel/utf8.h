/* Whether text is UTF-8, and what else it may be. */

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
