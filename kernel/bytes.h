/* Comparing 64 bytes at once: bit i of a mask speaks of byte i. Included once for each processor. */

#if defined(ROWLEDGER_AVX2)

typedef struct {
    __m256i part[2];
} NAME(bytes);

TARGET static inline NAME(bytes) NAME(load)(const uint8_t *text) {
    NAME(bytes) loaded = {{_mm256_loadu_si256((const __m256i *)text),
                           _mm256_loadu_si256((const __m256i *)(text + 32))}};
    return loaded;
}

TARGET static inline uint64_t NAME(joined)(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline uint64_t NAME(equal)(NAME(bytes) b, uint8_t byte) {
    __m256i wanted = _mm256_set1_epi8((char)byte);
    return NAME(joined)(_mm256_cmpeq_epi8(b.part[0], wanted), _mm256_cmpeq_epi8(b.part[1], wanted));
}

TARGET static inline uint64_t NAME(above_ascii)(NAME(bytes) b) {
    return NAME(joined)(b.part[0], b.part[1]);
}

/* Bytes that are less than a limit, all of them taken as signed: those above ASCII come first. */
TARGET static inline uint64_t NAME(less)(NAME(bytes) b, int8_t limit) {
    __m256i limits = _mm256_set1_epi8(limit);
    return NAME(joined)(_mm256_cmpgt_epi8(limits, b.part[0]), _mm256_cmpgt_epi8(limits, b.part[1]));
}

/* One more makes U+007F negative, and leaves the other controls below or at a space. */
TARGET static inline uint64_t NAME(special)(NAME(bytes) b) {
    __m256i one = _mm256_set1_epi8(1), limit = _mm256_set1_epi8(0x21);
    return NAME(joined)(_mm256_cmpgt_epi8(limit, _mm256_add_epi8(b.part[0], one)),
                        _mm256_cmpgt_epi8(limit, _mm256_add_epi8(b.part[1], one)));
}

#elif defined(ROWLEDGER_SSE2)

typedef struct {
    __m128i part[4];
} NAME(bytes);

static inline NAME(bytes) NAME(load)(const uint8_t *text) {
    NAME(bytes) loaded;
    for (int i = 0; i < 4; i++) loaded.part[i] = _mm_loadu_si128((const __m128i *)(text + 16 * i));
    return loaded;
}

static inline uint64_t NAME(mask)(__m128i part, int place) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(part) << (16 * place);
}

static inline uint64_t NAME(equal)(NAME(bytes) b, uint8_t byte) {
    __m128i wanted = _mm_set1_epi8((char)byte);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) mask |= NAME(mask)(_mm_cmpeq_epi8(b.part[i], wanted), i);
    return mask;
}

static inline uint64_t NAME(above_ascii)(NAME(bytes) b) {
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) mask |= NAME(mask)(b.part[i], i);
    return mask;
}

static inline uint64_t NAME(special)(NAME(bytes) b) {
    __m128i one = _mm_set1_epi8(1), limit = _mm_set1_epi8(0x21);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= NAME(mask)(_mm_cmpgt_epi8(limit, _mm_add_epi8(b.part[i], one)), i);
    return mask;
}

static inline uint64_t NAME(less)(NAME(bytes) b, int8_t limit) {
    __m128i limits = _mm_set1_epi8(limit);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) mask |= NAME(mask)(_mm_cmpgt_epi8(limits, b.part[i]), i);
    return mask;
}

#elif defined(ROWLEDGER_NEON)

typedef struct {
    uint8x16_t part[4];
} NAME(bytes);

static inline NAME(bytes) NAME(load)(const uint8_t *text) {
    NAME(bytes) loaded;
    for (int i = 0; i < 4; i++) loaded.part[i] = vld1q_u8(text + 16 * i);
    return loaded;
}

static inline uint64_t NAME(joined)(const uint8x16_t part[4]) {
    static const uint8_t powers[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bit = vld1q_u8(powers);
    uint8x16_t low = vpaddq_u8(vandq_u8(part[0], bit), vandq_u8(part[1], bit));
    uint8x16_t high = vpaddq_u8(vandq_u8(part[2], bit), vandq_u8(part[3], bit));
    low = vpaddq_u8(low, high);
    low = vpaddq_u8(low, low);
    return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
}

static inline uint64_t NAME(equal)(NAME(bytes) b, uint8_t byte) {
    uint8x16_t wanted = vdupq_n_u8(byte), part[4];
    for (int i = 0; i < 4; i++) part[i] = vceqq_u8(b.part[i], wanted);
    return NAME(joined)(part);
}

static inline uint64_t NAME(above_ascii)(NAME(bytes) b) {
    uint8x16_t limit = vdupq_n_u8(0x80), part[4];
    for (int i = 0; i < 4; i++) part[i] = vcgeq_u8(b.part[i], limit);
    return NAME(joined)(part);
}

static inline uint64_t NAME(special)(NAME(bytes) b) {
    int8x16_t one = vdupq_n_s8(1), limit = vdupq_n_s8(0x21);
    uint8x16_t part[4];
    for (int i = 0; i < 4; i++)
        part[i] = vcgtq_s8(limit, vaddq_s8(vreinterpretq_s8_u8(b.part[i]), one));
    return NAME(joined)(part);
}

static inline uint64_t NAME(less)(NAME(bytes) b, int8_t limit) {
    int8x16_t limits = vdupq_n_s8(limit);
    uint8x16_t part[4];
    for (int i = 0; i < 4; i++) part[i] = vcltq_s8(vreinterpretq_s8_u8(b.part[i]), limits);
    return NAME(joined)(part);
}

#else /* any processor, slowly */

typedef struct {
    const uint8_t *text;
} NAME(bytes);

static inline NAME(bytes) NAME(load)(const uint8_t *text) {
    NAME(bytes) loaded = {text};
    return loaded;
}

static inline uint64_t NAME(equal)(NAME(bytes) b, uint8_t byte) {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(b.text[i] == byte) << i;
    return mask;
}

static inline uint64_t NAME(above_ascii)(NAME(bytes) b) {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(b.text[i] >= 0x80) << i;
    return mask;
}

static inline uint64_t NAME(special)(NAME(bytes) b) {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(b.text[i] < 0x20 || b.text[i] >= 0x7f) << i;
    return mask;
}

static inline uint64_t NAME(less)(NAME(bytes) b, int8_t limit) {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)((int8_t)b.text[i] < limit) << i;
    return mask;
}

#endif
