/*
 * cli/scenario/compare: the difference between expected and observed awards, failures and memory, as lines: "  " both,
 * "- " expected only, "+ " observed only.
 *
 * Order does not matter. The more specific of two expectations is matched first.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario/state.h"

/* ---- lines ---- */

static void write_time(FILE *out, int64_t at_us)
{
	char text[BRABEION_TIME_BYTES];
	if (brabeion_time_format(at_us, text) == BRABEION_OK)
		fprintf(out, " at %s", text);
	else
		fprintf(out, " at %" PRId64, at_us);
}

/* "regular 2 of ada for "2016-02"" */
static void write_award(FILE *out, const char *badge, uint32_t level, const char *user, const char *reason)
{
	fprintf(out, "%s %" PRIu32 " of %s", badge, level, user);
	if (reason && *reason)
		fprintf(out, " for \"%s\"", reason);
}

static void write_event(FILE *out, uint32_t event)
{
	if (event)
		fprintf(out, ", by event %" PRIu32, event);
	fputs("\n", out);
}

/* ---- difference of two lists ---- */

typedef struct diff {
	brb_cli_scenario_state *state;
	const void *expected; /* an array */
	size_t expected_count;
	const brb_cli_observed_list *observed;
	bool with_times; /* an expectation names one */
	bool (*fits)(const struct diff *self, size_t expected, const brb_cli_observed *one);
	unsigned (*weight)(const struct diff *self, size_t expected); /* how specific it is, 0 to 2 */
	void (*write_expected)(const struct diff *self, FILE *out, size_t expected);
	void (*write_observed)(const struct diff *self, FILE *out, const brb_cli_observed *one);
} diff;

enum { UNMATCHED = -1 };

/* matched[expected] becomes the index of the observed one, or UNMATCHED. Returns the number of matches. */
static size_t match(const diff *self, bool *taken, int64_t *matched)
{
	size_t count = 0;
	for (unsigned weight = 3; weight-- > 0;)
		for (size_t i = 0; i < self->expected_count; i++) {
			if (self->weight(self, i) != weight)
				continue;
			for (size_t k = 0; k < self->observed->count && matched[i] == UNMATCHED; k++)
				if (!taken[k] && self->fits(self, i, &self->observed->items[k])) {
					taken[k] = true;
					matched[i] = (int64_t)k;
					count++;
				}
		}
	return count;
}

static void write_diff(const diff *self, FILE *out, const bool *taken, const int64_t *matched)
{
	for (size_t i = 0; i < self->expected_count; i++) {
		fputs(matched[i] == UNMATCHED ? "- " : "  ", out);
		self->write_expected(self, out, i);
		fputs("\n", out);
	}
	for (size_t k = 0; k < self->observed->count; k++) {
		if (taken[k])
			continue;
		fputs("+ ", out);
		self->write_observed(self, out, &self->observed->items[k]);
		write_event(out, self->observed->items[k].event);
	}
}

static void report_diff(const diff *self, uint32_t line, const char *what, const bool *taken, const int64_t *matched)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out)
		write_diff(self, out, taken, matched);
	if (!out || fclose(out) != 0)
		brb_cli_scenario_no_memory(self->state);
	else
		brb_cli_scenario_find(self->state, BRB_CLI_FINDING_FAILED, line, "%s: %s\n%s", self->state->after,
				      what, text);
	free(text);
}

static void compare(const diff *self, uint32_t line, const char *what)
{
	bool *taken = calloc(self->observed->count + 1, sizeof *taken);
	int64_t *matched = calloc(self->expected_count + 1, sizeof *matched);
	for (size_t i = 0; matched && i < self->expected_count; i++)
		matched[i] = UNMATCHED;
	if (!taken || !matched) {
		brb_cli_scenario_no_memory(self->state);
	} else {
		size_t count = match(self, taken, matched);
		if (count != self->expected_count || count != self->observed->count)
			report_diff(self, line, what, taken, matched);
	}
	free(taken);
	free(matched);
}

/* ---- awards ---- */

static const brb_scenario_award *award_of(const diff *self, size_t index)
{
	return (const brb_scenario_award *)self->expected + index;
}

static bool award_fits(const diff *self, size_t index, const brb_cli_observed *one)
{
	const brb_scenario_award *award = award_of(self, index);
	return strcmp(award->badge, one->badge) == 0 && award->level == one->level &&
	       strcmp(award->user, one->user) == 0 && (!award->reason || strcmp(award->reason, one->reason) == 0) &&
	       (award->at.kind == BRB_SCENARIO_AT_ONCE ||
		brb_cli_scenario_time(self->state, &award->at) == one->at_us);
}

static unsigned award_weight(const diff *self, size_t index)
{
	const brb_scenario_award *award = award_of(self, index);
	return (award->reason ? 1U : 0U) + (award->at.kind != BRB_SCENARIO_AT_ONCE ? 1U : 0U);
}

static void write_expected_award(const diff *self, FILE *out, size_t index)
{
	const brb_scenario_award *award = award_of(self, index);
	write_award(out, award->badge, award->level, award->user, award->reason);
	if (award->at.kind != BRB_SCENARIO_AT_ONCE)
		write_time(out, brb_cli_scenario_time(self->state, &award->at));
}

static void write_observed_award(const diff *self, FILE *out, const brb_cli_observed *one)
{
	write_award(out, one->badge, one->level, one->user, one->reason);
	if (self->with_times)
		write_time(out, one->at_us);
}

static void compare_awards(brb_cli_scenario_state *state, const brb_scenario_award *awards, size_t count,
			   brb_cli_observed_list *observed, uint32_t line, const char *what)
{
	diff self = { .state = state,
		      .expected = awards,
		      .expected_count = count,
		      .observed = observed,
		      .fits = award_fits,
		      .weight = award_weight,
		      .write_expected = write_expected_award,
		      .write_observed = write_observed_award };
	for (size_t i = 0; i < count; i++)
		self.with_times = self.with_times || awards[i].at.kind != BRB_SCENARIO_AT_ONCE;
	compare(&self, line, what);
	observed->count = 0;
}

/* ---- failures ---- */

static const brb_scenario_failure *failure_of(const diff *self, size_t index)
{
	return (const brb_scenario_failure *)self->expected + index;
}

static bool failure_fits(const diff *self, size_t index, const brb_cli_observed *one)
{
	const brb_scenario_failure *failure = failure_of(self, index);
	return strcmp(failure->badge, one->badge) == 0 && (!failure->why || strstr(one->reason, failure->why));
}

static unsigned failure_weight(const diff *self, size_t index)
{
	return failure_of(self, index)->why ? 1 : 0;
}

static void write_failure(FILE *out, const char *badge, const char *why)
{
	fprintf(out, "%s%s%s", badge, why && *why ? ": " : "", why ? why : "");
}

static void write_expected_failure(const diff *self, FILE *out, size_t index)
{
	write_failure(out, failure_of(self, index)->badge, failure_of(self, index)->why);
}

static void write_observed_failure(const diff *self, FILE *out, const brb_cli_observed *one)
{
	(void)self;
	write_failure(out, one->badge, one->reason);
}

static void compare_failures(brb_cli_scenario_state *state, const brb_scenario_failure *failures, size_t count,
			     uint32_t line, const char *what)
{
	diff self = { .state = state,
		      .expected = failures,
		      .expected_count = count,
		      .observed = &state->failed,
		      .fits = failure_fits,
		      .weight = failure_weight,
		      .write_expected = write_expected_failure,
		      .write_observed = write_observed_failure };
	compare(&self, line, what);
	state->failed.count = 0;
}

/* ---- memory ---- */

/* A value that is expected, or is there; `plugin` NULL: the only one. */
static void write_memory(FILE *out, const char *plugin, const brb_scenario_memory *place, int64_t value,
			 const char *text)
{
	static const char *const kinds[] = { [BRABEION_MEMORY_NUMBER] = "tally",
					     [BRABEION_MEMORY_TEXT] = "note",
					     [BRABEION_MEMORY_USER] = "reference" };
	fprintf(out, "%s %s of %s\"%s\"", kinds[place->kind], place->name,
		place->owner_kind == BRABEION_OWNER_THING ? "the thing " : "", place->owner);
	if (*place->key)
		fprintf(out, ", key \"%s\",", place->key);
	if (plugin)
		fprintf(out, " (%s)", plugin);
	if (place->kind == BRABEION_MEMORY_NUMBER)
		fprintf(out, " is %" PRId64 "\n", value);
	else if (text)
		fprintf(out, " is \"%s\"\n", text);
	else
		fputs(" is not there\n", out);
}

static bool same_place(const brb_scenario_memory *memory, const char *plugin, const brabeion_remembered *one)
{
	return memory->kind == one->kind && memory->owner_kind == one->owner_kind &&
	       strcmp(plugin, one->plugin) == 0 && (!memory->badge || strcmp(memory->badge, one->badge) == 0) &&
	       strcmp(memory->name, one->name) == 0 && strcmp(memory->owner, one->owner) == 0 &&
	       strcmp(memory->key, one->key) == 0;
}

/* The value stored under the memory's name; NULL: none. */
static const brabeion_remembered *find_memory(const brabeion_memory_list *list, const brb_scenario_memory *memory,
					      const char *plugin)
{
	for (size_t i = 0; i < list->count; i++)
		if (same_place(memory, plugin, &list->items[i]))
			return &list->items[i];
	return NULL;
}

static bool memory_fits(const brb_scenario_memory *memory, const brabeion_remembered *one)
{
	if (memory->kind == BRABEION_MEMORY_NUMBER)
		return memory->value == (one ? one->value : 0);
	return one && memory->text ? strcmp(memory->text, one->text) == 0 : !one && !memory->text;
}

/* Writes the expected memory. Returns whether all of it matches. */
static bool write_expected_memories(brb_cli_scenario_state *state, FILE *out,
				    const brb_scenario_expectation *expectation, const brabeion_memory_list *list)
{
	bool fine = true;
	for (size_t i = 0; i < expectation->memory_count && !state->stopped; i++) {
		const brb_scenario_memory *memory = &expectation->remembers[i];
		const char *plugin = brb_cli_scenario_plugin(state, memory);
		const brabeion_remembered *one = plugin ? find_memory(list, memory, plugin) : NULL;
		bool fits = memory_fits(memory, one);
		if (!plugin)
			return true;
		fputs(fits ? "  " : "- ", out);
		write_memory(out, memory->plugin, memory, memory->value, memory->text);
		if (!fits) {
			fputs("+ ", out);
			write_memory(out, memory->plugin, memory, one ? one->value : 0, one ? one->text : NULL);
		}
		fine = fine && fits;
	}
	return fine;
}

/* Writes the memory that no expectation names. Returns whether there is none. */
static bool write_other_memories(brb_cli_scenario_state *state, FILE *out,
				 const brb_scenario_expectation *expectation, const brabeion_memory_list *list)
{
	bool fine = true;
	for (size_t i = 0; i < list->count && !state->stopped; i++) {
		const brabeion_remembered *one = &list->items[i];
		bool expected = false;
		for (size_t k = 0; k < expectation->memory_count && !expected; k++) {
			const brb_scenario_memory *memory = &expectation->remembers[k];
			const char *plugin = memory->plugin ? memory->plugin : state->only;
			expected = plugin && same_place(memory, plugin, one);
		}
		if (expected)
			continue;
		fputs("+ ", out);
		const brb_scenario_memory place = { .kind = one->kind,
						    .name = one->name,
						    .owner_kind = one->owner_kind,
						    .owner = one->owner,
						    .key = one->key };
		write_memory(out, state->only ? NULL : one->plugin, &place, one->value, one->text);
		fine = false;
	}
	return fine;
}

static void compare_memory(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation)
{
	char *text = NULL;
	size_t size = 0;
	brabeion_memory_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_memory(state->engine, NULL, &list, &error) != BRABEION_OK) {
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, expectation->remembers_line, "%s", error.message);
		brabeion_error_finish(&error);
		return;
	}
	FILE *out = open_memstream(&text, &size);
	bool fine = out && write_expected_memories(state, out, expectation, &list);
	if (out && expectation->remembers_only)
		fine = write_other_memories(state, out, expectation, &list) && fine;
	if (!out || fclose(out) != 0)
		brb_cli_scenario_no_memory(state);
	else if (!fine && !state->stopped)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAILED, expectation->remembers_line,
				      "%s: what is remembered is not as expected\n%s", state->after, text);
	free(text);
	brabeion_memory_list_finish(&list);
}

/* ---- all of it ---- */

void brb_cli_scenario_compare(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation)
{
	if (expectation->has_earns)
		compare_awards(state, expectation->earns, expectation->earn_count, &state->earned,
			       expectation->earns_line, "what is earned is not as expected");
	if (expectation->has_lapses)
		compare_awards(state, expectation->lapses, expectation->lapse_count, &state->lapsed,
			       expectation->lapses_line, "what lapses is not as expected");
	if (expectation->has_fails)
		compare_failures(state, expectation->fails, expectation->failure_count, expectation->fails_line,
				 "what fails is not as expected");
	if (expectation->has_remembers)
		compare_memory(state, expectation);
	if (expectation->has_progress)
		brb_cli_scenario_compare_progress(state, expectation);
}

void brb_cli_scenario_compare_rest(brb_cli_scenario_state *state)
{
	uint32_t line = state->task->scenario->line;
	compare_awards(state, NULL, 0, &state->earned, line, "no step says that this is earned");
	compare_awards(state, NULL, 0, &state->lapsed, line, "no step says that this lapses");
	compare_failures(state, NULL, 0, line, "no step says that this fails");
}
