/*
 * cli/output/explain: see explain.h. In this order: do the badge and the user exist, what is held, why the badge is not judged,
 * which events came, and the verdicts.
 */
#include "cli/output/explain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/awards.h"
#include "cli/output/earnable.h"
#include "cli/output/explain_words.h"
#include "cli/output/tables.h"
#include "cli/output/terminal_text.h"

/* Writes the format with each "%s" replaced by a text whose control characters are escaped. No other conversion is allowed. */
static void __attribute__((format(printf, 2, 3))) say(brb_cli_out *out, const char *format, ...)
{
	va_list texts;
	va_start(texts, format);
	for (; *format; format++) {
		if (*format != '%') {
			brb_cli_out_bytes(out, format, 1);
			continue;
		}
		assert(format[1] == 's');
		format++;
		brb_cli_terminal_text_write(out, va_arg(texts, const char *));
	}
	va_end(texts);
}

static const char *when_of(int64_t at_us, char when[BRABEION_TIME_BYTES])
{
	brb_cli_awards_when(at_us, when);
	return when;
}

/* ---- badge and user ---- */

/* Whether and when it can be earned, and who is told of it. */
static void print_earnable(brb_cli_out *out, const brabeion_explanation *why, int64_t now_us)
{
	char words[BRB_CLI_EARNABLE_BYTES];
	brb_cli_earnable_words(why->earnable_from_us, why->earnable_until_us, words);
	if (why->retired)
		say(out,
		    "The badge is retired (retired: true): who holds it keeps it, and nobody earns it any more.\n");
	else if (why->earnable_from_us && now_us < why->earnable_from_us)
		say(out, "The badge is %s: not yet. Events outside that time do not count for it.\n", words);
	else if (why->earnable_until_us && now_us >= why->earnable_until_us)
		say(out, "The badge is %s: no longer. Events outside that time do not count for it.\n", words);
	else if (words[0])
		say(out, "The badge is %s. Events outside that time do not count for it.\n", words);
	if (why->hidden)
		say(out, "The badge is hidden (hidden: true) from those who have not earned it.\n");
}

static void print_badge(brb_cli_out *out, const brabeion_explanation *why, int64_t now_us)
{
	char when[BRABEION_TIME_BYTES];
	if (!why->loaded) {
		say(out, "The badge \"%s\" is not loaded: no badge of badges.yaml has that slug", why->badge);
		if (why->near_badge[0])
			say(out, " (did you mean \"%s\"?)", why->near_badge);
		say(out, why->on_record ? ".\nIt was loaded before; what was earned stays.\n" : ".\n");
		return;
	}
	print_earnable(out, why, now_us);
	if (why->quarantined)
		say(out,
		    "The badge is quarantined since %s UTC: %s.\nUntil \"brabeion release %s\" or a reload it judges "
		    "nothing.\n",
		    when_of(why->quarantined_since_us, when), why->quarantine_reason, why->badge);
	if (why->granted_only)
		say(out, "The badge is never asked itself: its plugin \"%s\" grants it.\n", why->plugin);
}

static void print_user(brb_cli_out *out, const brabeion_explanation *why)
{
	if (why->user_known)
		return;
	say(out, "Nobody called \"%s\" is on record", why->user);
	if (why->near_user[0])
		say(out, " (did you mean \"%s\"?)", why->near_user);
	say(out, ": no award, and no event that was recorded or had an id.\n");
}

/* ---- what is held ---- */

static const brabeion_change *last_change(const brabeion_explanation *why)
{
	return why->change_count ? &why->changes[why->change_count - 1] : NULL;
}

/* When and by what the highest level was earned last. */
static void print_since(brb_cli_out *out, const brabeion_explanation *why)
{
	char when[BRABEION_TIME_BYTES];
	const brabeion_change *found = NULL;
	for (size_t i = 0; i < why->change_count; i++)
		if (why->changes[i].kind == BRABEION_CHANGE_AWARDED &&
		    why->changes[i].award->level == why->held_level)
			found = &why->changes[i];
	if (!found)
		return;
	say(out, ", since %s UTC, ", when_of(found->award->at_us, when));
	if (strcmp(found->award->event, "brabeion.granted") == 0)
		say(out, found->comment[0] ? "granted by a person: %s" : "granted by a person", found->comment);
	else
		say(out, found->award->event_id[0] ? "by event \"%s\" with id \"%s\"" : "by event \"%s\"",
		    found->award->event, found->award->event_id);
}

static void print_held(brb_cli_out *out, const brabeion_explanation *why)
{
	char levels[64] = "";
	if (!why->held_count) {
		say(out, "%s does not hold \"%s\".\n", why->user, why->badge);
		return;
	}
	if (why->held_count > 1)
		snprintf(levels, sizeof levels, " %zu times", why->held_count);
	say(out, "%s holds \"%s\"%s", why->user, why->badge, levels);
	if (why->level_count > 1) {
		snprintf(levels, sizeof levels, ", at the highest level %" PRIu32 " of %" PRIu32, why->held_level,
			 why->level_count);
		say(out, "%s", levels);
	}
	print_since(out, why);
	say(out, ".\n");
}

/* Whether a lost award can be earned again. */
static void print_lost(brb_cli_out *out, const brabeion_explanation *why)
{
	const brabeion_change *last = last_change(why);
	if (!last || why->held_count)
		return;
	if (last->kind == BRABEION_CHANGE_LAPSED)
		say(out, "It lapsed, and can be earned again.\n");
	else if (last->kind == BRABEION_CHANGE_REVOKED && why->rearn)
		say(out, "It was revoked; it can be earned again (rearn: true).\n");
	else if (last->kind == BRABEION_CHANGE_REVOKED)
		say(out, "It was revoked, and is not earned again: badges.yaml has no \"rearn: true\" for it.\n");
}

static bool print_changes(brb_cli_out *out, const brabeion_explanation *why, const brb_cli_terminal *terminal)
{
	static const brb_cli_column columns[] = {
		{ .title = "when (UTC)" },
		{ .title = "what" },
		{ .title = "award", .bold = true },
		{ .title = "level", .right = true },
		{ .title = "for" },
		{ .title = "event" },
		{ .title = "note" },
	};
	brb_cli_table table;
	bool fine = true;
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < why->change_count && fine; i++) {
		const brabeion_change *change = &why->changes[i];
		char when[BRABEION_TIME_BYTES], level[16], event[400];
		bool earned = change->kind == BRABEION_CHANGE_AWARDED;
		snprintf(level, sizeof level, "%" PRIu32, change->award->level);
		snprintf(event, sizeof event, "%s%s%s", change->award->event, change->award->event_id[0] ? " " : "",
			 change->award->event_id);
		const char *cells[] = {
			when_of(change->at_us, when), brb_cli_awards_word(change), change->award->name, level,
			change->award->reason,        earned ? event : "",         change->comment
		};
		fine = brb_cli_table_row(&table, cells);
	}
	if (fine && why->change_count) {
		brb_cli_out_text(out, "\n");
		brb_cli_table_print(&table, out, terminal);
	}
	brb_cli_table_finish(&table);
	return fine;
}

/* ---- events and jobs ---- */

static void print_jobs(brb_cli_out *out, const brabeion_explanation *why)
{
	char count[64];
	if (!why->job_count)
		return;
	snprintf(count, sizeof count, "%zu job%s", why->job_count, why->job_count == 1 ? "" : "s");
	say(out, "%s of it for %s %s not judged yet", count, why->user, why->job_count == 1 ? "is" : "are");
	if (why->jobs_parked) {
		snprintf(count, sizeof count, ", %zu parked", why->jobs_parked);
		say(out, "%s", count);
	}
	say(out, " (\"brabeion jobs --badge %s --user %s\").\n", why->badge, why->user);
}

/* How far the journal reaches back. */
static void print_reach(brb_cli_out *out, const brabeion_journal_info *journal, int64_t now_us)
{
	char when[BRABEION_TIME_BYTES], span[32];
	brb_cli_explain_span(now_us - journal->since_us, span);
	say(out, "in the %s that the journal reaches back (to %s UTC)", span, when_of(journal->since_us, when));
}

static void print_unheard(brb_cli_out *out, const brabeion_explanation *why, const brabeion_heard *heard,
			  int64_t now_us)
{
	char when[BRABEION_TIME_BYTES];
	if (heard->of_user_us != INT64_MIN)
		return;
	say(out, "No event \"%s\" of %s has come ", heard->event, why->user);
	print_reach(out, why->journal, now_us);
	if (heard->of_anyone_us == INT64_MIN)
		say(out, ", nor of anybody else.\n");
	else
		say(out, "; of others the last came %s UTC.\n", when_of(heard->of_anyone_us, when));
}

static void print_journal(brb_cli_out *out, const brabeion_explanation *why, int64_t now_us)
{
	const brabeion_journal_info *journal = why->journal;
	if (!journal->on)
		say(out,
		    "The journal is off: what was judged%sis not recorded. \"journal: keep 30d\" in badges.yaml\n"
		    "records what comes from now on.\n",
		    journal->first ? " since it was turned off " : " ");
	else if (!journal->first)
		say(out, "The journal is on, and empty: no event that a badge listens to has come since.\n");
	for (size_t i = 0; i < why->heard_count && journal->first; i++)
		print_unheard(out, why, &why->heard[i], now_us);
	for (size_t i = 0; i < why->heard_count && !journal->first; i++)
		say(out, i == 0 ? "It listens to %s" : ", %s", why->heard[i].event);
	if (why->heard_count && !journal->first)
		say(out, ".\n");
}

/* ---- verdicts ---- */

static bool add_verdict(brb_cli_table *table, const brabeion_entry *entry, const brabeion_verdict *verdict)
{
	char when[BRABEION_TIME_BYTES], held[24] = "-";
	char *event = brb_cli_explain_event(entry), *state = brb_cli_explain_state(entry->event);
	char *answer = brb_cli_explain_answer(verdict), *memory = brb_cli_explain_memory(verdict);
	if (verdict->held_level)
		snprintf(held, sizeof held, "level %" PRIu32, verdict->held_level);
	const char *cells[] = { when_of(entry->event->at_us, when), event, answer, held, state, memory };
	bool fine = event && state && answer && memory && brb_cli_table_row(table, cells);
	free(event);
	free(state);
	free(answer);
	free(memory);
	return fine;
}

static bool print_entries(brb_cli_out *out, const brabeion_explanation *why, const brb_cli_terminal *terminal)
{
	static const brb_cli_column columns[] = {
		{ .title = "when (UTC)" }, { .title = "event" },          { .title = "answer", .bold = true },
		{ .title = "held" },       { .title = "the event said" }, { .title = "memory said" },
	};
	brb_cli_table table;
	bool fine = true;
	if (!why->entry_count)
		return true;
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < why->entry_count && fine; i++)
		for (size_t k = 0; k < why->entries[i].verdict_count && fine; k++)
			fine = add_verdict(&table, &why->entries[i], &why->entries[i].verdicts[k]);
	brb_cli_out_text(out, "\n");
	if (why->entries_left_out) {
		brb_cli_out_count(out, why->entries_left_out, "earlier one", "earlier ones");
		brb_cli_out_text(out, " left out (--limit)\n");
	}
	if (fine)
		brb_cli_table_print(&table, out, terminal);
	brb_cli_table_finish(&table);
	return fine;
}

bool brb_cli_explain_print(brb_cli_out *out, const brabeion_explanation *why, int64_t now_us,
			   const brb_cli_terminal *terminal)
{
	print_badge(out, why, now_us);
	print_user(out, why);
	if (why->user_known && why->on_record) {
		print_held(out, why);
		print_lost(out, why);
	}
	if (why->on_record) {
		print_jobs(out, why);
		print_journal(out, why, now_us);
	}
	return print_changes(out, why, terminal) && print_entries(out, why, terminal);
}
