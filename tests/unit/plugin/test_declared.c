/*
 * declared: what may be declared about a name of memory, what it means, and how it is written.
 */
#include <criterion/criterion.h>

#include "plugin/declared.h"

TestSuite(declared);

static brb_store_memory memory_with(uint32_t flags)
{
	return brb_declared_memory(&(badge_memory){ "m", flags, 0 });
}

static const char *fault_of(uint32_t flags)
{
	static char fault[BRB_DECLARED_FAULT_BYTES];
	return brb_declared_fault(flags, fault) ? fault : "(none)";
}

Test(declared, nothing_said_is_a_number_of_the_user_that_is_summed)
{
	brb_store_memory memory = memory_with(0);
	cr_expect_eq(memory.owner, BRB_OWNER_USER);
	cr_expect_eq(memory.kind, BRB_CELL_NUMBER);
	cr_expect_eq(memory.keys, BRB_KEY_TEXT);
	cr_expect_eq(memory.merge, BRB_MERGE_SUM);
	cr_expect_eq(memory.number, 0);
}

Test(declared, texts_and_references_are_kept_where_nothing_is_said)
{
	cr_expect_eq(memory_with(BADGE_KIND_TEXT).merge, BRB_MERGE_KEEP);
	cr_expect_eq(memory_with(BADGE_KIND_USER).merge, BRB_MERGE_KEEP);
	cr_expect_eq(memory_with(BADGE_KIND_TEXT | BADGE_MERGE_OWN).merge, BRB_MERGE_OWN);
}

Test(declared, optional_flags_mean_nothing)
{
	cr_expect_str_eq(fault_of(0xffff0000u), "(none)");
	cr_expect(brb_declared_same(&(brb_store_memory){ .name = "m", .kind = BRB_CELL_NUMBER },
				    &(brb_store_memory){ .name = "m", .kind = BRB_CELL_NUMBER, .number = 7 }));
	brb_store_memory with = memory_with(0xffff0000u), without = memory_with(0);
	cr_expect(brb_declared_same(&with, &without));
}

Test(declared, every_rule_fits_numbers_of_users)
{
	for (uint32_t rule = BADGE_MERGE_DEFAULT; rule <= BADGE_MERGE_OWN; rule += 0x1000u)
		cr_expect_str_eq(fault_of(rule), "(none)");
	cr_expect_str_neq(fault_of(0x8000u), "(none)");
}

Test(declared, what_makes_no_sense_is_a_fault)
{
	static const uint32_t senseless[] = {
		BADGE_KIND_TEXT | BADGE_MERGE_SUM,
		BADGE_KIND_USER | BADGE_MERGE_EARLIEST,
		BADGE_OF_THING | BADGE_MERGE_SUM,
		BADGE_OF_THING | BADGE_KEYS_HASHED | BADGE_MERGE_KEEP,
		BADGE_OF_THING | BADGE_KEYS_USERS | BADGE_MERGE_OWN,
		BADGE_KEYS_HASHED | BADGE_MERGE_OWN,
		0x0002u,
		0x0030u,
		0x0300u,
	};
	for (size_t i = 0; i < sizeof senseless / sizeof senseless[0]; i++)
		cr_expect_str_neq(fault_of(senseless[i]), "(none)", "0x%04x", senseless[i]);
	cr_expect_str_eq(fault_of(BADGE_OF_THING | BADGE_KEYS_USERS | BADGE_MERGE_MAX), "(none)",
			 "the cells of two users under one thing");
}

static const char *text_of(uint32_t flags)
{
	static brb_arena arena;
	brb_store_memory memory = memory_with(flags);
	return brb_declared_text(&memory, &arena);
}

Test(declared, is_written_as_its_author_writes_it)
{
	cr_expect_str_eq(text_of(0), "BADGE_TALLY(\"m\")");
	cr_expect_str_eq(text_of(BADGE_MERGE_SUM), "BADGE_TALLY(\"m\")");
	cr_expect_str_eq(text_of(BADGE_KIND_TEXT), "BADGE_NOTE(\"m\")");
	cr_expect_str_eq(text_of(BADGE_KIND_USER), "BADGE_MEMORY(\"m\", BADGE_KIND_USER)");
	cr_expect_str_eq(text_of(BADGE_MERGE_MAX), "BADGE_MEMORY(\"m\", BADGE_MERGE_MAX)");
	cr_expect_str_eq(text_of(BADGE_OF_THING), "BADGE_MEMORY(\"m\", BADGE_OF_THING)");
	cr_expect_str_eq(text_of(BADGE_OF_THING | BADGE_KIND_USER | BADGE_KEYS_USERS | BADGE_MERGE_KEEP),
			 "BADGE_MEMORY(\"m\", BADGE_OF_THING | BADGE_KIND_USER | BADGE_KEYS_USERS)");
	cr_expect_str_eq(text_of(BADGE_KIND_TEXT | BADGE_MERGE_OWN),
			 "BADGE_MEMORY(\"m\", BADGE_KIND_TEXT | BADGE_MERGE_OWN)");
}

Test(declared, words)
{
	brb_store_memory memory = memory_with(BADGE_OF_THING | BADGE_KEYS_USERS | BADGE_MERGE_EARLIEST);
	cr_expect_str_eq(brb_declared_owner_word(&memory), "thing");
	cr_expect_str_eq(brb_declared_kind_word(&memory), "number");
	cr_expect_str_eq(brb_declared_keys_word(&memory), "users");
	cr_expect_str_eq(brb_declared_merge_word(&memory), "earliest");
	memory = memory_with(BADGE_OF_THING);
	cr_expect_str_eq(brb_declared_merge_word(&memory), "", "nothing is merged");
}
