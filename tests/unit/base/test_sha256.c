/*
 * sha256: the examples of FIPS 180-4 and of NIST's "SHA-256 Example Values", and every split of a message into pieces.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

static void expect(const char *message, const char *digest)
{
	char text[BRB_SHA256_TEXT_BYTES];
	brb_sha256_text(message, strlen(message), text);
	cr_assert_str_eq(text, digest);
}

Test(sha256, nothing)
{
	expect("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(sha256, one_block)
{
	expect("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(sha256, two_blocks)
{
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(sha256, long_message_of_112_bytes)
{
	expect("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

Test(sha256, a_million_times_a)
{
	char *message = malloc(1000000);
	cr_assert_not_null(message);
	memset(message, 'a', 1000000);
	char text[BRB_SHA256_TEXT_BYTES];
	brb_sha256_text(message, 1000000, text);
	free(message);
	cr_assert_str_eq(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(sha256, pieces_of_any_size_give_the_same)
{
	uint8_t message[300];
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t length = 0; length <= sizeof message; length++) {
		char whole[BRB_SHA256_TEXT_BYTES];
		brb_sha256_text(message, length, whole);
		size_t piece = length % 71 + 1;
		brb_sha256 sha;
		brb_sha256_init(&sha);
		for (size_t at = 0; at < length; at += piece)
			brb_sha256_add(&sha, message + at, length - at < piece ? length - at : piece);
		uint8_t digest[BRB_SHA256_BYTES];
		brb_sha256_finish(&sha, digest);
		for (size_t i = 0; i < sizeof digest; i++) {
			char pair[3] = { whole[i * 2], whole[i * 2 + 1], '\0' };
			cr_assert_eq(strtoul(pair, NULL, 16), digest[i], "length %zu in pieces of %zu", length,
				     piece);
		}
	}
}
