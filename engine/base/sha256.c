/*
 * base/sha256: see sha256.h. Sections are those of FIPS 180-4.
 */
#include "base/sha256.h"

#include <string.h>

/* Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Section 5.3.3: the same of the square roots of the first 8 primes. */
static const uint32_t first_state[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotated(uint32_t word, unsigned count)
{
	return word >> count | word << (32 - count);
}

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_word(uint8_t *bytes, uint32_t word)
{
	bytes[0] = (uint8_t)(word >> 24);
	bytes[1] = (uint8_t)(word >> 16);
	bytes[2] = (uint8_t)(word >> 8);
	bytes[3] = (uint8_t)word;
}

/* Section 6.2.2, step 1: 16 words of the message become 64. */
static void schedule_words(uint32_t words[64], const uint8_t *block)
{
	for (unsigned t = 0; t < 16; t++)
		words[t] = word_at(block + (size_t)t * 4);
	for (unsigned t = 16; t < 64; t++) {
		uint32_t early = words[t - 15];
		uint32_t late = words[t - 2];
		uint32_t sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3;
		uint32_t sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10;
		words[t] = sigma1 + words[t - 7] + sigma0 + words[t - 16];
	}
}

/* Section 6.2.2, steps 2 to 4. */
static void take_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t words[64];
	schedule_words(words, block);
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	for (unsigned t = 0; t < 64; t++) {
		uint32_t sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
		uint32_t choice = (e & f) ^ (~e & g);
		uint32_t t1 = h + sum1 + choice + constants[t] + words[t];
		uint32_t sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
		uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
		uint32_t t2 = sum0 + majority;
		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	const uint32_t after[8] = { a, b, c, d, e, f, g, h };
	for (unsigned i = 0; i < 8; i++)
		state[i] += after[i];
}

void brb_sha256_init(brb_sha256 *sha)
{
	memset(sha, 0, sizeof *sha);
	memcpy(sha->state, first_state, sizeof first_state);
}

void brb_sha256_add(brb_sha256 *sha, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	size_t used = (size_t)(sha->length_bytes % sizeof sha->block);
	sha->length_bytes += length;
	while (length > 0) {
		if (used == 0 && length >= sizeof sha->block) {
			take_block(sha->state, next);
			next += sizeof sha->block;
			length -= sizeof sha->block;
			continue;
		}
		size_t part = sizeof sha->block - used < length ? sizeof sha->block - used : length;
		memcpy(sha->block + used, next, part);
		used += part;
		next += part;
		length -= part;
		if (used == sizeof sha->block) {
			take_block(sha->state, sha->block);
			used = 0;
		}
	}
}

/* Section 5.1.1: a 1 bit, zeroes up to 448 bits modulo 512, the length in bits as a 64-bit number. */
void brb_sha256_finish(brb_sha256 *sha, uint8_t digest[BRB_SHA256_BYTES])
{
	static const uint8_t padding[64] = { 0x80 };
	uint64_t length_bits = sha->length_bytes * 8;
	size_t used = (size_t)(sha->length_bytes % sizeof sha->block);
	uint8_t length[8];
	put_word(length, (uint32_t)(length_bits >> 32));
	put_word(length + 4, (uint32_t)length_bits);
	brb_sha256_add(sha, padding, used < 56 ? 56 - used : 120 - used);
	brb_sha256_add(sha, length, sizeof length);
	for (size_t i = 0; i < 8; i++)
		put_word(digest + i * 4, sha->state[i]);
}

void brb_sha256_text(const void *bytes, size_t length, char text[BRB_SHA256_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[BRB_SHA256_BYTES];
	brb_sha256 sha;
	brb_sha256_init(&sha);
	brb_sha256_add(&sha, bytes, length);
	brb_sha256_finish(&sha, digest);
	for (size_t i = 0; i < sizeof digest; i++) {
		text[i * 2] = digits[digest[i] >> 4];
		text[i * 2 + 1] = digits[digest[i] & 15];
	}
	text[BRB_SHA256_TEXT_BYTES - 1] = '\0';
}
