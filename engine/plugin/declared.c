/*
 * plugin/declared: see declared.h. Flags are groups of four bits, of which each has one value: badge.h lists them.
 */
#include "plugin/declared.h"

#include <stdio.h>
#include <string.h>

enum { OWNER = 0x000f, KIND = 0x00f0, KEYS = 0x0f00, MERGE = 0xf000 };

/* One value of a group: what it means here, its macro, and its word. */
typedef struct meaning {
	uint32_t flags;
	int value;
	const char *macro, *word;
} meaning;

static const meaning owners[] = { { BADGE_OF_USER, BRB_OWNER_USER, "BADGE_OF_USER", "user" },
				  { BADGE_OF_THING, BRB_OWNER_THING, "BADGE_OF_THING", "thing" } };
static const meaning kinds[] = { { BADGE_KIND_NUMBER, BRB_CELL_NUMBER, "BADGE_KIND_NUMBER", "number" },
				 { BADGE_KIND_TEXT, BRB_CELL_TEXT, "BADGE_KIND_TEXT", "text" },
				 { BADGE_KIND_USER, BRB_CELL_USER, "BADGE_KIND_USER", "user" } };
static const meaning keys[] = { { BADGE_KEYS_TEXT, BRB_KEY_TEXT, "BADGE_KEYS_TEXT", "text" },
				{ BADGE_KEYS_USERS, BRB_KEY_USER, "BADGE_KEYS_USERS", "users" },
				{ BADGE_KEYS_HASHED, BRB_KEY_HASHED, "BADGE_KEYS_HASHED", "hashed" } };
static const meaning merges[] = { { BADGE_MERGE_SUM, BRB_MERGE_SUM, "BADGE_MERGE_SUM", "sum" },
				  { BADGE_MERGE_MAX, BRB_MERGE_MAX, "BADGE_MERGE_MAX", "max" },
				  { BADGE_MERGE_MIN, BRB_MERGE_MIN, "BADGE_MERGE_MIN", "min" },
				  { BADGE_MERGE_OR, BRB_MERGE_OR, "BADGE_MERGE_OR", "or" },
				  { BADGE_MERGE_EARLIEST, BRB_MERGE_EARLIEST, "BADGE_MERGE_EARLIEST", "earliest" },
				  { BADGE_MERGE_KEEP, BRB_MERGE_KEEP, "BADGE_MERGE_KEEP", "keep" },
				  { BADGE_MERGE_OWN, BRB_MERGE_OWN, "BADGE_MERGE_OWN", "own" } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BY_FLAGS(array, flags) by_flags(array, COUNT(array), flags)
#define BY_VALUE(array, value) by_value(array, COUNT(array), (int)(value))

static const meaning *by_flags(const meaning *of, size_t count, uint32_t flags)
{
	for (size_t i = 0; i < count; i++)
		if (of[i].flags == flags)
			return &of[i];
	return NULL;
}

static const meaning *by_value(const meaning *of, size_t count, int value)
{
	size_t i = 0;
	while (i < count - 1 && of[i].value != value)
		i++;
	return &of[i];
}

/* ---- checking ---- */

static bool is_for_numbers(uint32_t merge)
{
	return merge != BADGE_MERGE_DEFAULT && merge != BADGE_MERGE_KEEP && merge != BADGE_MERGE_OWN;
}

static bool is_known(uint32_t flags)
{
	return BY_FLAGS(owners, flags & OWNER) && BY_FLAGS(kinds, flags & KIND) && BY_FLAGS(keys, flags & KEYS) &&
	       (!(flags & MERGE) || BY_FLAGS(merges, flags & MERGE));
}

/* Why a rule makes no sense for the rest of the flags; NULL: it does. */
static const char *senseless(uint32_t flags)
{
	uint32_t merge = flags & MERGE;
	if ((flags & KIND) != BADGE_KIND_NUMBER && is_for_numbers(merge))
		return "is no number: BADGE_MERGE_KEEP (the default) and BADGE_MERGE_OWN make sense";
	if ((flags & OWNER) == BADGE_OF_THING && merge &&
	    (merge == BADGE_MERGE_OWN || (flags & KEYS) != BADGE_KEYS_USERS))
		return "is of things, which are never merged; only keys that are users may have a rule";
	if (merge == BADGE_MERGE_OWN && (flags & KEYS) == BADGE_KEYS_HASHED)
		return "has hashed keys, which `merge` cannot list: give it another rule";
	return NULL;
}

bool brb_declared_fault(uint32_t flags, char fault[BRB_DECLARED_FAULT_BYTES])
{
	const char *why = is_known(flags) ? senseless(flags) : NULL;
	if (!is_known(flags))
		snprintf(fault, BRB_DECLARED_FAULT_BYTES,
			 "has the flags 0x%04x, of which this engine (ABI %d.%d) does not know all; a newer engine "
			 "may",
			 flags & 0xffff, BADGE_ABI_MAJOR, BADGE_ABI_MINOR);
	else if (why)
		snprintf(fault, BRB_DECLARED_FAULT_BYTES, "has the rule %s, but it %s",
			 BY_FLAGS(merges, flags & MERGE)->macro, why);
	return why || !is_known(flags);
}

brb_store_memory brb_declared_memory(const badge_memory *memory)
{
	brb_store_memory taken = { .name = memory->name };
	bool is_number = (memory->flags & KIND) == BADGE_KIND_NUMBER;
	const meaning *rule = BY_FLAGS(merges, memory->flags & MERGE);
	taken.owner = (brb_owner_kind)BY_FLAGS(owners, memory->flags & OWNER)->value;
	taken.kind = (brb_cell_kind)BY_FLAGS(kinds, memory->flags & KIND)->value;
	taken.keys = (brb_key_kind)BY_FLAGS(keys, memory->flags & KEYS)->value;
	taken.merge = rule ? (brb_merge_rule)rule->value : is_number ? BRB_MERGE_SUM : BRB_MERGE_KEEP;
	return taken;
}

bool brb_declared_take(const badge_memory *memory, uint32_t count, brb_arena *arena, brb_declared *out)
{
	*out = (brb_declared){ NULL, 0 };
	if (!count)
		return true;
	out->memories = brb_arena_take(arena, count * sizeof *out->memories);
	for (uint32_t i = 0; out->memories && i < count; i++)
		out->memories[out->count++] = brb_declared_memory(&memory[i]);
	return out->memories != NULL;
}

/* ---- finding ---- */

const brb_store_memory *brb_declared_find(const brb_declared *declared, const char *name)
{
	for (uint32_t i = 0; i < declared->count; i++)
		if (declared->memories[i].name[0] == name[0] && strcmp(declared->memories[i].name, name) == 0)
			return &declared->memories[i];
	return NULL;
}

bool brb_declared_has_own(const brb_declared *declared)
{
	uint32_t i = 0;
	while (i < declared->count && declared->memories[i].merge != BRB_MERGE_OWN)
		i++;
	return i < declared->count;
}

bool brb_declared_same(const brb_store_memory *a, const brb_store_memory *b)
{
	return strcmp(a->name, b->name) == 0 && a->owner == b->owner && a->kind == b->kind && a->keys == b->keys &&
	       a->merge == b->merge;
}

/* ---- words ---- */

static bool merges_by_default(const brb_store_memory *memory)
{
	return memory->merge == (memory->kind == BRB_CELL_NUMBER ? BRB_MERGE_SUM : BRB_MERGE_KEEP);
}

const char *brb_declared_text(const brb_store_memory *memory, brb_arena *arena)
{
	const char *owner = memory->owner == BRB_OWNER_THING ? "BADGE_OF_THING" : NULL;
	const char *kind = memory->kind == BRB_CELL_NUMBER ? NULL : BY_VALUE(kinds, memory->kind)->macro;
	const char *key = memory->keys == BRB_KEY_TEXT ? NULL : BY_VALUE(keys, memory->keys)->macro;
	const char *merge = merges_by_default(memory) ? NULL : BY_VALUE(merges, memory->merge)->macro;
	if (!owner && !key && !merge && memory->kind != BRB_CELL_USER)
		return brb_arena_printf(arena, "%s(\"%s\")", kind ? "BADGE_NOTE" : "BADGE_TALLY", memory->name);
	const char *parts[] = { owner, kind, key, merge };
	const char *flags = NULL;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i])
			flags = flags ? brb_arena_printf(arena, "%s | %s", flags, parts[i]) : parts[i];
	return flags ? brb_arena_printf(arena, "BADGE_MEMORY(\"%s\", %s)", memory->name, flags) : NULL;
}

const char *brb_declared_owner_word(const brb_store_memory *memory)
{
	return BY_VALUE(owners, memory->owner)->word;
}

const char *brb_declared_kind_word(const brb_store_memory *memory)
{
	return BY_VALUE(kinds, memory->kind)->word;
}

const char *brb_declared_keys_word(const brb_store_memory *memory)
{
	return BY_VALUE(keys, memory->keys)->word;
}

const char *brb_declared_merge_word(const brb_store_memory *memory)
{
	bool merges_nothing = memory->owner == BRB_OWNER_THING && memory->keys != BRB_KEY_USER;
	return merges_nothing ? "" : BY_VALUE(merges, memory->merge)->word;
}
