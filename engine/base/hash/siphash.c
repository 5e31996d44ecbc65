/*
 * base/hash/siphash: see siphash.h. Names are those of the paper, section 2.
 */
#include "base/hash/siphash.h"

enum { C_ROUNDS = 2, D_ROUNDS = 4 };

typedef struct sip_state {
	uint64_t v0, v1, v2, v3;
} sip_state;

static uint64_t rotated(uint64_t word, unsigned count)
{
	return word << count | word >> (64 - count);
}

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word = 0;
	for (unsigned i = 0; i < 8; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static void put_word(uint8_t *bytes, uint64_t word)
{
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(word >> (8 * i));
}

static void rounds(sip_state *v, int count)
{
	for (int i = 0; i < count; i++) {
		v->v0 += v->v1;
		v->v1 = rotated(v->v1, 13) ^ v->v0;
		v->v0 = rotated(v->v0, 32);
		v->v2 += v->v3;
		v->v3 = rotated(v->v3, 16) ^ v->v2;
		v->v0 += v->v3;
		v->v3 = rotated(v->v3, 21) ^ v->v0;
		v->v2 += v->v1;
		v->v1 = rotated(v->v1, 17) ^ v->v2;
		v->v2 = rotated(v->v2, 32);
	}
}

static void absorb(sip_state *v, uint64_t word)
{
	v->v3 ^= word;
	rounds(v, C_ROUNDS);
	v->v0 ^= word;
}

/* The bytes that fill no word, and the length in the last byte. */
static uint64_t last_word(const uint8_t *bytes, size_t length)
{
	uint64_t word = (uint64_t)length << 56;
	for (unsigned i = 0; i < length % 8; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

void brb_siphash(const uint8_t key[BRB_SIPHASH_KEY_BYTES], const void *bytes, size_t length,
		 uint8_t hash[BRB_SIPHASH_BYTES])
{
	uint64_t k0 = word_at(key), k1 = word_at(key + 8);
	const uint8_t *at = bytes, *end = at + length / 8 * 8;
	sip_state v = { 0x736f6d6570736575 ^ k0, 0x646f72616e646f6d ^ k1 ^ 0xee, 0x6c7967656e657261 ^ k0,
			0x7465646279746573 ^ k1 };
	for (; at < end; at += 8)
		absorb(&v, word_at(at));
	absorb(&v, last_word(end, length));
	v.v2 ^= 0xee;
	rounds(&v, D_ROUNDS);
	put_word(hash, v.v0 ^ v.v1 ^ v.v2 ^ v.v3);
	v.v1 ^= 0xdd;
	rounds(&v, D_ROUNDS);
	put_word(hash + 8, v.v0 ^ v.v1 ^ v.v2 ^ v.v3);
}
