/*
 * base/utf8: see utf8.h. Well-formed byte sequences are those of the Unicode Standard, table 3-7.
 */
#include "base/utf8.h"

size_t brb_utf8_length(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned char lead = at[0];
	if (lead < 0x80)
		return 1;
	size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	if (lead < 0xc2 || lead > 0xf4 || left < length)
		return 0;
	unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t brb_utf8_decode(const char *text, size_t left, uint32_t *code)
{
	size_t length = brb_utf8_length(text, left);
	uint32_t value = (unsigned char)text[0] & (length > 1 ? 0x7fu >> length : 0x7fu);
	for (size_t i = 1; i < length; i++)
		value = value << 6 | ((unsigned char)text[i] & 0x3fu);
	if (length)
		*code = value;
	return length;
}

size_t brb_utf8_encode(uint32_t code, char bytes[BRB_UTF8_BYTES_MOST])
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = length - 1; i > 0; i--, code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(leads[length] | code);
	return length;
}

bool brb_utf8_misleads(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x061c ||
	       code == 0xfeff;
}
