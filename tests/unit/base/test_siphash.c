/*
 * siphash: vectors of the reference implementation (vectors.h, vectors_sip128): the key 00 01 .. 0f, inputs 00 01 02 ..
 */
#include <criterion/criterion.h>

#include <stdio.h>

#include "base/hash/siphash.h"

static const char *hash_of(size_t length)
{
	static char text[2 * BRB_SIPHASH_BYTES + 1];
	uint8_t key[BRB_SIPHASH_KEY_BYTES], input[64], hash[BRB_SIPHASH_BYTES];
	for (uint8_t i = 0; i < sizeof key; i++)
		key[i] = i;
	for (uint8_t i = 0; i < sizeof input; i++)
		input[i] = i;
	brb_siphash(key, input, length, hash);
	for (size_t i = 0; i < sizeof hash; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

Test(siphash, nothing)
{
	cr_expect_str_eq(hash_of(0), "a3817f04ba25a8e66df67214c7550293");
}

Test(siphash, less_than_a_word)
{
	cr_expect_str_eq(hash_of(1), "da87c1d86b99af44347659119b22fc45");
	cr_expect_str_eq(hash_of(7), "a1f1ebbed8dbc153c0b84aa61ff08239");
}

Test(siphash, words_with_and_without_a_rest)
{
	cr_expect_str_eq(hash_of(8), "3b62a9ba6258f5610f83e264f31497b4");
	cr_expect_str_eq(hash_of(15), "5493e99933b0a8117e08ec0f97cfc3d9");
	cr_expect_str_eq(hash_of(16), "6ee2a4ca67b054bbfd3315bf85230577");
	cr_expect_str_eq(hash_of(63), "5150d1772f50834a503e069a973fbd7c");
}

Test(siphash, another_key_gives_another_hash)
{
	uint8_t key[BRB_SIPHASH_KEY_BYTES] = { 1 }, other[BRB_SIPHASH_KEY_BYTES] = { 0 };
	uint8_t first[BRB_SIPHASH_BYTES], second[BRB_SIPHASH_BYTES];
	brb_siphash(key, "ada", 3, first);
	brb_siphash(other, "ada", 3, second);
	cr_expect_arr_neq(first, second, sizeof first);
}
