#include "support/judge_fixture.h"

enum { EVENTS_MOST = 16 };

brb_store *store;
brb_generation generation;
brb_plugin plugins[PLUGINS_MOST];
brb_badge badges[BADGES_MOST];
brb_trouble troubles[BADGES_MOST];
brb_registry registry;
brb_quarantine quarantine;
brb_judge_shared shared;
size_t plugin_count, badge_count;
brabeion_result result;
char trace[8192];
int clock_reads;

static brb_route_hint hints[EVENTS_MOST];
static size_t hint_count;
static brb_plugin *plugin_places[PLUGINS_MOST];
static brb_badge *badge_places[BADGES_MOST];
static brb_trouble observe_troubles[PLUGINS_MOST];

static int64_t read_now(void *context)
{
	(void)context;
	clock_reads++;
	return NOW_US;
}

static const brb_clock judge_clock = { read_now, NULL };

void open_judge_fixture(void)
{
	make_store_folder();
	store = open_store();
	atomic_store(&registry.current, &generation);
	generation.badges = badge_places;
	generation.future_us = INT64_MAX; /* events are at any time */
	generation.troubles = troubles;
	generation.plugins = plugin_places;
	generation.observe_troubles = observe_troubles;
	WELL(brb_quarantine_init(&quarantine, &registry, error));
	shared = (brb_judge_shared){
		.store = store, .log = &captured_log, .clock = &judge_clock, .quarantine = &quarantine
	};
}

void close_judge_fixture(void)
{
	brabeion_result_finish(&result);
	brb_quarantine_finish(&quarantine);
	for (size_t i = 0; i < BADGES_MOST; i++)
		brb_trouble_finish(&troubles[i]);
	for (size_t i = 0; i < PLUGINS_MOST; i++)
		brb_trouble_finish(&observe_troubles[i]);
	brb_store_close(store);
	brb_table_finish(&generation.routes);
	brb_table_finish(&generation.slugs);
	brb_arena_finish(&generation.arena);
	remove_store_folder();
}

/* ---- memory ---- */

/* 100 bytes. */
#define TEN_X "xxxxxxxxxx"
#define NAME_OF_100 TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X

#define NUMBER(name) BADGE_MEMORY(name, BADGE_OF_THING)
#define TEXT(name) BADGE_MEMORY(name, BADGE_OF_THING | BADGE_KIND_TEXT)

static const badge_memory usual_memory[] = {
	NUMBER("asked"),  NUMBER("awards"), NUMBER("calls"),  NUMBER("caf\xc3\xa9"), NUMBER("lost"),
	NUMBER("mine"),   NUMBER("n"),      NUMBER("points"), NUMBER("seen"),        NUMBER("shared"),
	NUMBER("spoilt"), NUMBER("t"),      NUMBER("tried"),  NUMBER("visits"),      TEXT("last"),
	TEXT("note"),     TEXT("text"),     TEXT("word"),     NUMBER(NAME_OF_100),
};

static void declare(brb_declared *declared, const badge_memory *memory, uint32_t count, uint32_t plugin,
		    uint32_t badge)
{
	cr_assert(brb_declared_take(memory, count, &generation.arena, declared));
	brb_store_memory **list = brb_arena_take(&generation.arena, count * sizeof *list);
	for (uint32_t i = 0; i < count; i++) {
		list[i] = &declared->memories[i];
		list[i]->plugin = plugin;
		list[i]->badge = badge;
	}
	WELL(brb_store_register_memories(store, list, count, error));
}

void remember(brb_plugin *plugin, const badge_memory *memory, uint32_t count)
{
	declare(&plugin->memory, memory, count, plugin->number, 0);
}

void badge_remembers(brb_badge *badge, const badge_memory *memory, uint32_t count)
{
	declare(&badge->memory, memory, count, badge->plugin->number, badge->number);
}

const brb_store_memory *memory_of(const brb_declared *declared, const char *name)
{
	const brb_store_memory *found = brb_declared_find(declared, name);
	cr_assert_not_null(found, "%s is not declared", name);
	return found;
}

static const char *thing_or_site(const char *thing)
{
	return thing && !thing[0] ? "site" : thing;
}

int64_t thing_tally(badge_call *call, const char *name, const char *thing)
{
	return badge_tally_of(call, name, thing_or_site(thing), NULL);
}

int64_t thing_add(badge_call *call, const char *name, const char *thing, int64_t delta)
{
	return badge_tally_add_of(call, name, thing_or_site(thing), NULL, delta);
}

int32_t thing_set(badge_call *call, const char *name, const char *thing, int64_t value)
{
	return badge_tally_set_of(call, name, thing_or_site(thing), NULL, value);
}

const char *thing_note(badge_call *call, const char *name, const char *thing)
{
	return badge_note_of(call, name, thing_or_site(thing), NULL);
}

int32_t thing_note_set(badge_call *call, const char *name, const char *thing, const char *text)
{
	return badge_note_set_of(call, name, thing_or_site(thing), NULL, text);
}

static brb_cell cell_of(const char *name, const char *thing)
{
	return (brb_cell){ .memory = memory_of(&plugins[0].memory, name), .owner = thing_or_site(thing), .key = "" };
}

int64_t present_tally(const char *name, const char *thing)
{
	brb_cell cell = cell_of(name, thing);
	brb_cell_value value = { .number = -42 };
	WELL(brb_store_cell(store, &cell, &value, error));
	return value.number;
}

const char *present_note(const char *name, const char *thing)
{
	brb_cell cell = cell_of(name, thing);
	brb_cell_value value = { .text = "untouched" };
	WELL(brb_store_cell(store, &cell, &value, error));
	return value.text ? value.text : "(none)";
}

void set_present_tally(const char *name, const char *thing, int64_t number)
{
	brb_cell cell = cell_of(name, thing);
	brb_cell_value value = { .kind = BRB_CELL_NUMBER, .number = number };
	WELL(brb_store_cell_set(store, &cell, &value, error));
}

void set_present_note(const char *name, const char *thing, const char *text)
{
	brb_cell cell = cell_of(name, thing);
	brb_cell_value value = { .kind = text ? BRB_CELL_TEXT : BRB_CELL_NONE, .text = text };
	WELL(brb_store_cell_set(store, &cell, &value, error));
}

int64_t stored_tally(const char *name, const char *thing)
{
	begin(store);
	int64_t value = present_tally(name, thing);
	brb_store_rollback(store);
	return value;
}

const char *stored_note(const char *name, const char *thing)
{
	static char text[BRB_NOTE_BYTES_MOST + 1];
	begin(store);
	snprintf(text, sizeof text, "%s", present_note(name, thing));
	brb_store_rollback(store);
	return text;
}

/* ---- a generation by hand ---- */

brb_plugin *new_plugin(const char *id)
{
	cr_assert_lt(plugin_count, PLUGINS_MOST);
	brb_plugin *plugin = &plugins[plugin_count++];
	plugin_places[generation.plugin_count++] = plugin;
	plugin->id = id;
	WELL(brb_store_register(store, NULL, 0, &plugin->id, &plugin->number, 1, error));
	remember(plugin, usual_memory, sizeof usual_memory / sizeof usual_memory[0]);
	return plugin;
}

static brb_trouble *trouble_of(const brb_plugin *plugin, const brb_badge *badge)
{
	return badge ? &troubles[badge - badges] : &observe_troubles[plugin - plugins];
}

void hear(const char *event, const brb_plugin *plugin, const brb_badge *badge)
{
	brb_route *route = brb_table_get(&generation.routes, event);
	if (!route) {
		route = brb_arena_take(&generation.arena, sizeof *route);
		route->event = event;
		route->steps = brb_arena_take(&generation.arena, BADGES_MOST * sizeof *route->steps);
		route->hint = &hints[hint_count++];
		cr_assert_leq(hint_count, EVENTS_MOST);
		cr_assert(brb_table_set(&generation.routes, event, route));
	}
	route->steps[route->step_count++] = (brb_route_step){ plugin, badge, trouble_of(plugin, badge) };
	generation.on_awarded = brb_generation_route(&generation, "brabeion.awarded");
}

void watch(brb_plugin *plugin, const char *event, award_function observe)
{
	plugin->observe = observe;
	hear(event, plugin, NULL);
}

brb_badge *new_badge(brb_plugin *plugin, const char *slug, uint32_t level_count, const char *event,
		     award_function award_badge)
{
	static const badge_level levels[] = { { "One", "Level one" },     { "Two", "Level two" },
					      { "Three", "Level three" }, { "Four", "Level four" },
					      { "Five", "Level five" },   { "Six", "Level six" } };
	cr_assert_lt(badge_count, BADGES_MOST);
	cr_assert_leq(level_count, 6);
	brb_badge *badge = &badges[badge_count++];
	brb_store_badge registered = { .slug = slug, .levels = levels, .level_count = level_count };
	WELL(brb_store_register(store, &registered, 1, NULL, NULL, 0, error));
	*badge = (brb_badge){ .plugin = plugin,
			      .slug = slug,
			      .definition = slug,
			      .level_count = level_count,
			      .levels = levels,
			      .award = award_badge,
			      .number = registered.number,
			      .index = (uint32_t)generation.badge_count };
	badge_places[generation.badge_count++] = badge;
	cr_assert(brb_table_set(&generation.slugs, slug, badge));
	if (event)
		hear(event, plugin, badge);
	return badge;
}

brb_badge *new_multiple(brb_plugin *plugin, const char *slug, const char *event, award_function award_badge)
{
	brb_badge *badge = new_badge(plugin, slug, 3, event, award_badge);
	badge->multiple = true;
	return badge;
}

/* ---- judging ---- */

brb_judge new_judge(void)
{
	brb_judge judge;
	shared.store = store; /* the test may have reopened it */
	brb_judge_init(&judge, &shared, &generation, &brb_backend_transaction, NULL, brb_reentrancy_depth(), NULL);
	judge.leads = true;
	return judge;
}

void judge_into(brb_judge *judge, const brabeion_event *event)
{
	brabeion_result_finish(&result);
	memset(&result, 0xa5, sizeof result); /* it is filled in completely */
	cr_assert_eq(brb_judge_event(judge, event, &result), BRABEION_OK, "%s", judge->error.message);
	cr_assert_eq(*brb_reentrancy_depth(), 0);
}

bool fire_event(const brabeion_event *event)
{
	brb_judge judge = new_judge();
	judge_into(&judge, event);
	bool in_transaction = judge.in_transaction;
	if (in_transaction)
		commit(store);
	brb_judge_finish(&judge);
	return in_transaction;
}

bool fire(const char *name, const char *user)
{
	return fire_event(&(brabeion_event)BRABEION_EVENT(.name = name, .user = user));
}

bool fire_id(const char *name, const char *user, const char *id)
{
	return fire_event(&(brabeion_event)BRABEION_EVENT(.name = name, .user = user, .id = id));
}

/* ---- outcomes ---- */

const char *awarded(void)
{
	static char text[8192];
	text[0] = '\0';
	for (uint32_t i = 0; i < result.award_count; i++) {
		const brabeion_award_info *told = &result.awards[i];
		size_t length = strlen(text);
		snprintf(text + length, sizeof text - length, "%s:%u:%s:%s ", told->badge, told->level, told->user,
			 told->reason);
	}
	return text;
}

const char *failures_of_result(void)
{
	static char text[8192];
	text[0] = '\0';
	for (uint32_t i = 0; i < result.failure_count; i++) {
		const brabeion_failure *failure = &result.failures[i];
		size_t length = strlen(text);
		snprintf(text + length, sizeof text - length, "%s%s: %s\n", failure->slug ? "" : "observe of ",
			 failure->slug ? failure->slug : failure->plugin, failure->message);
	}
	return text;
}

void note_trace(const char *text)
{
	size_t length = strlen(trace);
	snprintf(trace + length, sizeof trace - length, "%s ", text);
}

int64_t stored_awards(void)
{
	return own_number("SELECT COUNT(*) FROM awards");
}
