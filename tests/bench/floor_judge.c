/*
 * floor_judge: judges events for the badges of scale.yaml in memory, in the order of their times. A history that outlasts
 * the window of a streak is refused: the engine would forget its beginning.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "floor.h"

#define DAY_US (INT64_C(86400) * 1000000)

enum { SLOTS_FIRST = 1 << 16, WINDOW_DAYS = 400 };

const char *const floor_badges[FLOOR_BADGES] = { "writer", "giver", "explorer", "regular" };

static const int64_t limits[FLOOR_BADGES][FLOOR_LEVELS] = {
	{ 1, 10, 100 }, { 100, 1000, 10000 }, { 2, 20, 100 }, { 2, 7, 30 }
};

static void *grown(void *items, size_t count, size_t size)
{
	void *larger = reallocarray(items, count, size);
	if (!larger)
		bench_fail("out of memory");
	return larger;
}

/* ---- sets of hashes ---------------------------------------------------------------------------------------------- */

/* The last step of SplitMix64. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Hashes a text on from what came before. Not against anybody who chooses the texts. */
static floor_hash hash_on(floor_hash hash, const char *text)
{
	size_t left = strlen(text);
	hash.high += left;
	do {
		uint64_t word = 0;
		size_t size = left < sizeof word ? left : sizeof word;
		memcpy(&word, text, size);
		hash.high = mix(hash.high ^ word);
		hash.low = mix(hash.low + 0x9e3779b97f4a7c15u + word);
		text += size;
		left -= size;
	} while (left > 0);
	return hash;
}

/* The slot of the hash, or the free one where it belongs. */
static floor_slot *slot_of(const floor_set *set, floor_hash hash)
{
	for (size_t at = hash.low & (set->slot_count - 1);; at = (at + 1) & (set->slot_count - 1)) {
		floor_slot *slot = &set->slots[at];
		if (slot->number == 0)
			return slot;
		const floor_hash *other = &set->hashes[slot->number - 1];
		if (slot->tag == (uint32_t)hash.high && other->high == hash.high && other->low == hash.low)
			return slot;
	}
}

static void fill_slot(floor_slot *slot, floor_hash hash, size_t number)
{
	*slot = (floor_slot){ .number = (uint32_t)number + 1, .tag = (uint32_t)hash.high };
}

/* Twice the slots, half of which hashes fill at most. */
static void grow_set(floor_set *set)
{
	set->slot_count = set->slot_count ? 2 * set->slot_count : SLOTS_FIRST;
	set->hashes = grown(set->hashes, set->slot_count / 2, sizeof *set->hashes);
	free(set->slots);
	set->slots = calloc(set->slot_count, sizeof *set->slots);
	if (!set->slots)
		bench_fail("out of memory");
	for (size_t i = 0; i < set->count; i++)
		fill_slot(slot_of(set, set->hashes[i]), set->hashes[i], i);
}

/* The number of the hash, which is the count before when it is new. */
static size_t add_to_set(floor_set *set, floor_hash hash)
{
	if (set->count >= set->slot_count / 2)
		grow_set(set);
	floor_slot *slot = slot_of(set, hash);
	if (slot->number == 0) {
		set->hashes[set->count] = hash;
		fill_slot(slot, hash, set->count++);
	}
	return slot->number - 1;
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

static void append(floor_bytes *to, const void *bytes, size_t size)
{
	if (to->size + size > to->capacity) {
		to->capacity = to->capacity ? 2 * to->capacity : 8;
		to->bytes = grown(to->bytes, to->capacity, 1);
	}
	memcpy(to->bytes + to->size, bytes, size);
	to->size += (uint32_t)size;
}

static size_t find_user(bench_floor *self, const char *name)
{
	size_t before = self->user_set.count;
	size_t number = add_to_set(&self->user_set, hash_on((floor_hash){ 0, 0 }, name));
	if (number < before)
		return number;
	if (number == self->user_capacity) {
		self->user_capacity = number ? 2 * number : SLOTS_FIRST;
		self->users = grown(self->users, self->user_capacity, sizeof *self->users);
	}
	self->users[number] = (floor_user){ .name = brb_arena_copy(&self->arena, name) };
	return number;
}

static bool is_seen(bench_floor *self, const brabeion_event *event)
{
	size_t before = self->seen.count;
	floor_hash hash = hash_on(hash_on((floor_hash){ 1, 2 }, event->id), event->name);
	return add_to_set(&self->seen, hash_on(hash, event->user)) < before;
}

/* ---- judging: each returns the new count, 0 when the event doesn't count ----------------------------------------- */

static const brabeion_field *field_of(const brabeion_event *event, const char *name)
{
	for (size_t i = 0; i < event->field_count; i++)
		if (strcmp(event->fields[i].name, name) == 0)
			return &event->fields[i];
	bench_fail("an event %s without %s", event->name, name);
}

static int64_t count_page(floor_user *user, const char *page)
{
	uint64_t hash = hash_on((floor_hash){ 0, 0 }, page).low;
	for (size_t i = 0; i < user->pages.size; i += sizeof hash)
		if (memcmp(user->pages.bytes + i, &hash, sizeof hash) == 0)
			return 0;
	append(&user->pages, &hash, sizeof hash);
	return (int64_t)(user->pages.size / sizeof hash);
}

static int64_t count_day(floor_user *user, int64_t day)
{
	if (user->days.size == 0)
		user->last_day = day - 1;
	else if (day == user->last_day)
		return 0;
	user->days_in_a_row = day == user->last_day + 1 ? user->days_in_a_row + 1 : 1;
	while (++user->last_day < day)
		append(&user->days, ".", 1);
	append(&user->days, "x", 1);
	if (user->days.size > WINDOW_DAYS)
		bench_fail("the history is longer than %d days", WINDOW_DAYS);
	return user->days_in_a_row;
}

static int64_t count_event(floor_user *user, const brabeion_event *event, int *badge)
{
	switch (event->name[0]) {
	case 'p':
		*badge = FLOOR_WRITER;
		return ++user->posts;
	case 'd':
		*badge = FLOOR_GIVER;
		return user->given += field_of(event, "amount")->value.integer;
	case 'v':
		*badge = FLOOR_EXPLORER;
		return count_page(user, field_of(event, "page")->value.text);
	default:
		*badge = FLOOR_REGULAR;
		return count_day(user, event->at_us / DAY_US);
	}
}

static void add_award(bench_floor *self, const floor_award *award)
{
	if (self->award_count == self->award_capacity) {
		self->award_capacity = self->award_capacity ? 2 * self->award_capacity : SLOTS_FIRST;
		self->awards = grown(self->awards, self->award_capacity, sizeof *self->awards);
	}
	self->awards[self->award_count++] = *award;
}

void floor_judge(bench_floor *self, const brabeion_event *event)
{
	int badge;
	if (is_seen(self, event))
		return;
	size_t number = find_user(self, event->user);
	floor_user *user = &self->users[number];
	int64_t count = count_event(user, event, &badge);
	for (int level = 0; level < FLOOR_LEVELS && limits[badge][level] <= count; level++) {
		if (user->held[badge][level] != 0)
			continue;
		add_award(self, &(floor_award){ .event_id = brb_arena_copy(&self->arena, event->id),
						.at_us = event->at_us,
						.user = (uint32_t)number,
						.badge = (uint8_t)badge,
						.level = (uint8_t)level });
		user->held[badge][level] = (uint32_t)self->award_count;
	}
}
