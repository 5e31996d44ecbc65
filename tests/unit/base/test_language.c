/*
 * test_language: valid language tags, and the text that is chosen for one.
 */
#include <criterion/criterion.h>

#include "base/language.h"

static const char *normal(const char *tag)
{
	static char text[BRB_LANGUAGE_BYTES];
	return brb_language_normalise(tag, text) ? text : "none";
}

Test(language, has_the_case_that_is_usual)
{
	cr_expect_str_eq(normal("de"), "de");
	cr_expect_str_eq(normal("DE-at"), "de-AT");
	cr_expect_str_eq(normal("ZH-hant-tw"), "zh-Hant-TW");
	cr_expect_str_eq(normal("es-419"), "es-419");
	cr_expect_str_eq(normal("sl-ROZAJ-biske"), "sl-rozaj-biske");
	cr_expect_str_eq(normal("en-X-US-LATN"), "en-x-us-latn");
}

Test(language, is_a_tag_of_the_right_shape)
{
	static const char *const wrong[] = { "",          "d",
					     "de-",       "-de",
					     "de--AT",    "de_AT",
					     "d3",        "de-x",
					     "de AT",     "d\xc3\xa9",
					     "abcdefghi", "de-abcdefghi",
					     "C.UTF-8",   "de-abcdefgh-abcdefgh-abcdefgh-abcdef" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_expect_str_eq(normal(wrong[i]), "none", "%s", wrong[i]);
	cr_expect_str_eq(normal("de-abcdefgh-abcdefgh-abcdefgh-abcde"), "de-abcdefgh-abcdefgh-abcdefgh-abcde");
}

static const brb_translation texts[] = { { "de", "Gold" }, { "pt-BR", "Ouro" }, { "zh-Hant", "\xe9\x87\x91" } };
static const brb_translations three = { 3, texts };

static const char *chosen(const char *usual, const char *language)
{
	const char *text = brb_language_choose(&three, usual, language);
	return text ? text : "none";
}

Test(language, is_looked_for_with_ever_fewer_parts)
{
	cr_expect_str_eq(chosen("en", "de"), "Gold");
	cr_expect_str_eq(chosen("en", "DE-at"), "Gold");
	cr_expect_str_eq(chosen("en", "de-AT-1996"), "Gold");
	cr_expect_str_eq(chosen("en", "pt-br"), "Ouro");
	cr_expect_str_eq(chosen("en", "zh-Hant-x-mine"), "\xe9\x87\x91");
	cr_expect_str_eq(chosen("en", "pt"), "none", "what is narrower is not meant");
	cr_expect_str_eq(chosen("en", "pt-PT"), "none");
	cr_expect_str_eq(chosen("en", "fr"), "none");
	cr_expect_str_eq(chosen("en", "not a language"), "none");
}

Test(language, gives_way_to_the_usual_one_where_that_is_nearer)
{
	cr_expect_str_eq(chosen("de-AT", "de-AT"), "none");
	cr_expect_str_eq(chosen("de-AT", "de-CH"), "Gold");
	cr_expect_str_eq(chosen(NULL, "de-AT"), "Gold");
}
