/*
 * A user's recent events. The note reads "TIME:VALUE TIME:VALUE ...", the oldest first. See window.h.
 */
#include "window.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ENTRY_SIZE = 42 }; /* two numbers of up to 20 bytes, the colon, the blank */

typedef struct entry {
	int64_t at;
	int64_t value;
} entry;

typedef struct window {
	size_t count;
	entry entries[WINDOW_MOST + 1]; /* one more while it is entered */
} window;

/* ---- the note ---------------------------------------------------------------------------------------------------- */

/* Reads one number and the character behind it. */
static int read_number(const char **text, char end, int64_t *number)
{
	char *behind;
	*number = strtoll(*text, &behind, 10);
	if (behind == *text || *behind != end)
		return 0;
	*text = behind + 1;
	return 1;
}

static int32_t read_window(badge_call *call, const char *name, window *past)
{
	const char *note = badge_note(call, name, badge_user(call));
	past->count = 0;
	for (const char *text = note ? note : ""; *text != '\0';) {
		entry *next = &past->entries[past->count];
		if (past->count++ == WINDOW_MOST || !read_number(&text, ':', &next->at) ||
		    !read_number(&text, ' ', &next->value)) {
			badge_fail(call, "the note \"%s\" is not one of a window: \"%.100s\"", name, note);
			return BADGE_FAILED;
		}
	}
	return BADGE_OK;
}

static void write_window(badge_call *call, const char *name, const window *past)
{
	char note[WINDOW_MOST * ENTRY_SIZE + 1];
	size_t used = 0;
	note[0] = '\0';
	for (size_t i = 0; i < past->count; i++) {
		const entry *each = &past->entries[i];
		used += (size_t)snprintf(note + used, sizeof note - used, "%" PRId64 ":%" PRId64 " ", each->at,
					 each->value);
	}
	badge_note_set(call, name, badge_user(call), note);
}

/* ---- entering ---------------------------------------------------------------------------------------------------- */

/* Whether `older` is older than `newer` by more than `by`; times are 64 bits, so their difference may not be. */
static int is_older(int64_t older, int64_t newer, int64_t by)
{
	return older < newer && (uint64_t)newer - (uint64_t)older > (uint64_t)by;
}

static void remove_entry(window *past, size_t index)
{
	past->count--;
	memmove(&past->entries[index], &past->entries[index + 1], (past->count - index) * sizeof past->entries[0]);
}

static void insert(window *past, entry new_entry)
{
	size_t index = past->count;
	while (index > 0 && past->entries[index - 1].at > new_entry.at)
		index--;
	memmove(&past->entries[index + 1], &past->entries[index], (past->count - index) * sizeof past->entries[0]);
	past->entries[index] = new_entry;
	past->count++;
}

/* A name that was seen before is moved to the later time. 0 when it is there already. */
static int enter_name(window *past, entry seen, int64_t span)
{
	for (size_t i = past->count; i-- > 0;) {
		entry *each = &past->entries[i];
		if (each->value != seen.value || (span == 0 && each->at != seen.at))
			continue;
		if (each->at >= seen.at)
			return 0;
		remove_entry(past, i);
		break;
	}
	insert(past, seen);
	return 1;
}

/* What happens at one time is one entry. 0 when the sum goes beyond 64 bits. */
static int enter_number(window *past, entry added)
{
	for (size_t i = past->count; i-- > 0 && past->entries[i].at >= added.at;) {
		entry *each = &past->entries[i];
		if (each->at == added.at)
			return !__builtin_add_overflow(each->value, added.value, &each->value);
	}
	insert(past, added);
	return 1;
}

static void forget_old(window *past, const window_rules *rules)
{
	while (past->count > rules->most ||
	       is_older(past->entries[0].at, past->entries[past->count - 1].at, rules->kept))
		remove_entry(past, 0);
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

/* What the moment of this entry sees. 0 when the sum goes beyond 64 bits, else 1. */
static int seen_from(const window *past, const window_rules *rules, size_t moment, int64_t *seen)
{
	int64_t newest = past->entries[moment].at;
	*seen = 0;
	for (size_t i = moment + 1; i-- > 0 && !is_older(past->entries[i].at, newest, rules->span);) {
		if (__builtin_add_overflow(*seen, rules->distinct ? 1 : past->entries[i].value, seen))
			return 0;
	}
	return 1;
}

/* The most that this moment, or a later one that sees it, has seen. */
static int most_seen(const window *past, const window_rules *rules, int64_t at, int64_t *most)
{
	*most = INT64_MIN;
	for (size_t i = past->count; i-- > 0 && past->entries[i].at >= at;) {
		int64_t seen;
		int is_last_of_time = i + 1 == past->count || past->entries[i + 1].at > past->entries[i].at;
		if (!is_last_of_time || is_older(at, past->entries[i].at, rules->span))
			continue;
		if (!seen_from(past, rules, i, &seen))
			return 0;
		*most = seen > *most ? seen : *most;
	}
	return 1;
}

int64_t window_count(badge_call *call, const char *name, const window_rules *rules, int64_t at, int64_t value)
{
	window past = { 0 };
	int64_t most = 0;
	entry entered = { at, value };
	if (read_window(call, name, &past) != BADGE_OK)
		return 0;
	if (past.count > 0 && is_older(at, past.entries[past.count - 1].at, rules->late))
		return 0;
	if (rules->distinct && !enter_name(&past, entered, rules->span))
		return 0;
	int is_sum = rules->distinct || enter_number(&past, entered);
	if (is_sum) {
		forget_old(&past, rules);
		is_sum = most_seen(&past, rules, at, &most);
	}
	if (!is_sum) {
		badge_fail(call, "the sum in \"%s\" goes beyond 64 bits", name);
		return 0;
	}
	write_window(call, name, &past);
	return most;
}

int32_t window_look(badge_call *call, const char *name, const window_rules *rules, int64_t at, int64_t *seen)
{
	window past = { 0 };
	*seen = 0;
	if (read_window(call, name, &past) != BADGE_OK)
		return BADGE_FAILED;
	while (past.count > 0 && past.entries[past.count - 1].at > at)
		past.count--;
	for (size_t i = past.count; i-- > 0 && !is_older(past.entries[i].at, at, rules->span);) {
		if (__builtin_add_overflow(*seen, rules->distinct ? 1 : past.entries[i].value, seen))
			return badge_fail(call, "the sum in \"%s\" goes beyond 64 bits", name);
	}
	return BADGE_OK;
}
