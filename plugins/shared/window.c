/*
 * A user's recent events. The note reads "TIME:VALUE TIME:VALUE ...", the oldest first; behind "merged " when two users
 * became one since. What did not happen at TIME, which is a period, has the time behind it: "PERIOD:VALUE:HAPPENED_AT". See window.h.
 */
#include "window.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ENTRY_SIZE = 63 }; /* three numbers of up to 20 bytes, two colons, the blank */

static const char merged_mark[] = "merged ";

/* ---- the note ---------------------------------------------------------------------------------------------------- */

/* Reads one number and the character behind it, which is returned; '\0' when there is none of the two. */
static char read_number(const char **text, int64_t *number)
{
	char *behind;
	*number = strtoll(*text, &behind, 10);
	if (behind == *text || (*behind != ':' && *behind != ' '))
		return '\0';
	*text = behind + 1;
	return *behind;
}

static int read_entry(const char **text, window_entry *entry)
{
	if (read_number(text, &entry->at) != ':')
		return 0;
	entry->happened_at = entry->at;
	char end = read_number(text, &entry->value);
	return end == ':' ? read_number(text, &entry->happened_at) == ' ' : end == ' ';
}

/* A note of NULL is an empty window. */
static int32_t parse(badge_call *call, const char *note, window *past)
{
	const char *text = note ? note : "";
	past->count = 0;
	past->is_earlier = 0;
	past->is_merged = strncmp(text, merged_mark, strlen(merged_mark)) == 0;
	if (past->is_merged)
		text += strlen(merged_mark);
	while (*text != '\0') {
		if (past->count == WINDOW_MOST || !read_entry(&text, &past->entries[past->count++]))
			return badge_fail(call, "the note \"" WINDOW_MEMORY "\" is not one of a window: \"%.100s\"",
					  note);
	}
	return BADGE_OK;
}

int32_t window_read(badge_call *call, const char *kind, window *past)
{
	return parse(call, badge_note_of(call, WINDOW_MEMORY, NULL, kind), past);
}

int32_t window_write(badge_call *call, const char *kind, const window *past)
{
	char note[sizeof merged_mark + WINDOW_MOST * ENTRY_SIZE];
	size_t used = (size_t)snprintf(note, sizeof note, "%s", past->is_merged ? merged_mark : "");
	for (size_t i = 0; i < past->count; i++) {
		const window_entry *each = &past->entries[i];
		used += (size_t)snprintf(note + used, sizeof note - used, "%" PRId64 ":%" PRId64, each->at,
					 each->value);
		if (each->happened_at != each->at)
			used += (size_t)snprintf(note + used, sizeof note - used, ":%" PRId64, each->happened_at);
		note[used++] = ' ';
		note[used] = '\0';
	}
	return badge_note_set_of(call, WINDOW_MEMORY, NULL, kind, note);
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

/* By time and value: the same whichever came first. */
static int is_before(window_entry left, window_entry right)
{
	return left.at != right.at ? left.at < right.at : left.value < right.value;
}

/* Behind those of its time. */
static size_t place_by_time(const window *past, window_entry new_entry)
{
	size_t index = past->count;
	while (index > 0 && new_entry.at < past->entries[index - 1].at)
		index--;
	return index;
}

static size_t place_of(const window *past, window_entry new_entry)
{
	size_t index = past->count;
	while (index > 0 && is_before(new_entry, past->entries[index - 1]))
		index--;
	return index;
}

static void insert_at(window *past, size_t index, window_entry new_entry)
{
	memmove(&past->entries[index + 1], &past->entries[index], (past->count - index) * sizeof past->entries[0]);
	past->entries[index] = new_entry;
	past->count++;
}

static void insert(window *past, window_entry new_entry)
{
	insert_at(past, place_of(past, new_entry), new_entry);
}

/*
 * A name that was seen before is moved to the later time. 0 when it is there already; that it was seen earlier in the same
 * period is kept.
 */
static int enter_name(window *past, window_entry seen, int64_t span)
{
	for (size_t i = past->count; i-- > 0;) {
		window_entry *each = &past->entries[i];
		if (each->value != seen.value || (span == 0 && each->at != seen.at))
			continue;
		if (each->at == seen.at && seen.happened_at < each->happened_at) {
			each->happened_at = seen.happened_at;
			past->is_earlier = 1;
		}
		if (each->at >= seen.at)
			return 0;
		remove_entry(past, i);
		break;
	}
	insert(past, seen);
	return 1;
}

/* What happens at one time is one entry, as far as 64 bits hold its sum: other entries may bring the window's back. */
static void enter_number(window *past, window_entry added)
{
	for (size_t i = past->count; i-- > 0 && past->entries[i].at >= added.at;) {
		window_entry sum = past->entries[i];
		if (sum.at != added.at || __builtin_add_overflow(sum.value, added.value, &sum.value))
			continue;
		if (added.happened_at > sum.happened_at)
			sum.happened_at = added.happened_at;
		remove_entry(past, i);
		added = sum;
		break;
	}
	insert(past, added);
}

static void forget_old(window *past, const window_rules *rules)
{
	while (past->count > rules->most ||
	       is_older(past->entries[0].at, past->entries[past->count - 1].at, rules->kept))
		remove_entry(past, 0);
}

/* BADGE_OK or BADGE_UNCHANGED. */
static int32_t enter(window *past, const window_rules *rules, window_entry entered)
{
	if (rules->distinct && !enter_name(past, entered, rules->span))
		return BADGE_UNCHANGED;
	if (rules->each)
		insert_at(past, place_by_time(past, entered), entered);
	else if (!rules->distinct)
		enter_number(past, entered);
	forget_old(past, rules);
	return BADGE_OK;
}

int32_t window_enter(const window_rules *rules, window *past, window_entry entered)
{
	if (past->count > 0 && is_older(entered.at, past->entries[past->count - 1].at, rules->late))
		return BADGE_UNCHANGED;
	return enter(past, rules, entered);
}

/* ---- taking back ------------------------------------------------------------------------------------------------- */

/* The newest entry up to that time of exactly this value, or of at least as much; `count` when there is none. */
static size_t find_equal(const window *past, window_entry cancelled)
{
	for (size_t i = past->count; i-- > 0;)
		if (past->entries[i].at <= cancelled.at && past->entries[i].value == cancelled.value)
			return i;
	return past->count;
}

static size_t find_as_much(const window *past, window_entry cancelled)
{
	for (size_t i = past->count; i-- > 0;)
		if (past->entries[i].at <= cancelled.at && past->entries[i].value >= cancelled.value)
			return i;
	return past->count;
}

int32_t window_cancel(const window_rules *rules, window *past, window_entry cancelled)
{
	size_t found = rules->distinct || rules->span > 0 ? find_equal(past, cancelled) : past->count;
	if (found < past->count) {
		remove_entry(past, found);
		return BADGE_OK;
	}
	if (rules->distinct)
		return BADGE_UNCHANGED;
	found = find_as_much(past, cancelled);
	if (found < past->count) {
		past->entries[found].value -= cancelled.value;
		if (past->entries[found].value == 0)
			remove_entry(past, found);
		return BADGE_OK;
	}
	cancelled.value = -cancelled.value;
	return window_enter(rules, past, cancelled);
}

int32_t window_merge(badge_call *call, const char *kind, const window_rules *rules)
{
	window ours = { 0 }, theirs = { 0 };
	if (window_read(call, kind, &ours) != BADGE_OK ||
	    parse(call, badge_merged_note(call, WINDOW_MEMORY, kind), &theirs) != BADGE_OK)
		return BADGE_FAILED;
	ours.is_merged |= theirs.is_merged || (ours.count > 0 && theirs.count > 0);
	for (size_t i = 0; i < theirs.count; i++)
		enter(&ours, rules, theirs.entries[i]);
	return ours.count > 0 ? window_write(call, kind, &ours) : BADGE_OK;
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

/* On the way to a sum that 64 bits hold it may be more. */
__extension__ typedef __int128 wide_sum;

/* What is seen at that time of the first `count` entries. */
static int32_t sum_up(badge_call *call, const window_rules *rules, const window *past, size_t count, int64_t at,
		      int64_t *seen)
{
	wide_sum sum = 0;
	for (size_t i = count; i-- > 0 && !is_older(past->entries[i].at, at, rules->span);)
		sum += rules->distinct ? 1 : past->entries[i].value;
	if (sum < INT64_MIN || sum > INT64_MAX)
		return badge_refuse(call, "the sum in \"" WINDOW_MEMORY "\" would go beyond 64 bits");
	*seen = (int64_t)sum;
	return BADGE_OK;
}

int32_t window_seen(badge_call *call, const window_rules *rules, const window *past, size_t moment, int64_t *seen)
{
	*seen = 0;
	return sum_up(call, rules, past, moment + 1, past->entries[moment].at, seen);
}

int window_is_moment(const window *past, size_t index)
{
	return index + 1 == past->count || past->entries[index + 1].at > past->entries[index].at;
}

int64_t window_happened_at(const window *past, size_t moment)
{
	int64_t latest = past->entries[moment].happened_at;
	for (size_t i = moment; i-- > 0 && past->entries[i].at == past->entries[moment].at;)
		if (past->entries[i].happened_at > latest)
			latest = past->entries[i].happened_at;
	return latest;
}

size_t window_first_from(const window *past, int64_t at)
{
	size_t first = past->count;
	while (first > 0 && past->entries[first - 1].at >= at)
		first--;
	return first;
}

int window_sees(const window_rules *rules, const window *past, size_t moment, int64_t at)
{
	return !is_older(at, past->entries[moment].at, rules->span);
}

int32_t window_look(badge_call *call, const char *kind, const window_rules *rules, int64_t at, int64_t *seen)
{
	window past = { 0 };
	*seen = 0;
	if (window_read(call, kind, &past) != BADGE_OK)
		return BADGE_FAILED;
	while (past.count > 0 && past.entries[past.count - 1].at > at)
		past.count--;
	return sum_up(call, rules, &past, past.count, at, seen);
}
