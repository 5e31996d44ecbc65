/*
 * base/hash/siphash: SipHash-2-4 with 128 bits of output, by Aumasson and Bernstein ("SipHash: a fast short-input PRF", 2012, and
 * their reference implementation, github.com/veorq/SipHash).
 *
 * Without the key one can neither guess a hash nor find two inputs of one hash.
 */
#ifndef BRB_BASE_SIPHASH_H
#define BRB_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { BRB_SIPHASH_KEY_BYTES = 16, BRB_SIPHASH_BYTES = 16 };

void brb_siphash(const uint8_t key[BRB_SIPHASH_KEY_BYTES], const void *bytes, size_t length,
		 uint8_t hash[BRB_SIPHASH_BYTES]);

#endif
