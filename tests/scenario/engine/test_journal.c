/*
 * The journal through the public header: entries and verdicts of events, jobs and awards; entries are stored in the
 * transaction that they describe; a reload turns it on and off; forgetting a user removes entries.
 */
#include "support/scene.h"

#define ON "journal: keep 30d\n"
#define ANSWERS "plugins: [{file: answers.so}]\n"

static char text[SCENE_TEXT_BYTES];
static size_t used;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	used += (size_t)vsnprintf(text + used, sizeof text - used, format, arguments);
	va_end(arguments);
}

static void put_verdict(const brabeion_verdict *verdict)
{
	static const char *const answers[] = { "no",    "level",   "failed",    "quarantined",
					       "later", "granted", "unobserved" };
	put(" %s:%s", verdict->badge, answers[verdict->answer]);
	if (verdict->level)
		put(" %u", verdict->level);
	if (verdict->held_level)
		put(" over %u", verdict->held_level);
	put("%s%s%s%s", verdict->stored ? " stored" : "", verdict->held_already ? " held" : "",
	    verdict->lapsed ? " lapsed" : "", verdict->has_later ? " again" : "");
	if (verdict->to[0])
		put(" to %s", verdict->to);
	if (verdict->message[0])
		put(" (%s)", verdict->message);
	for (size_t i = 0; i < verdict->read_count; i++) {
		const brabeion_read *read = &verdict->reads[i];
		put(" %s/%s%s%s%s=", read->name, read->of_thing ? "*" : "", read->owner, read->key[0] ? "/" : "",
		    read->key);
		if (read->kind == BRABEION_READ_NOTE)
			put("\"%s\"", read->text ? read->text : "(none)");
		else
			put("%lld", (long long)read->number);
	}
	put(",");
}

/* "sequence/cause kind event user: verdicts;" each. */
static const char *journal(scene *here)
{
	static const char kinds[] = "?EAJG";
	brabeion_journal_list list;
	used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_journal_read(here->engine, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_entry *entry = &list.entries[i];
		put("%lld/%lld %c %s %s:", (long long)entry->sequence, (long long)entry->cause, kinds[entry->kind],
		    entry->event->name, entry->event->user);
		for (size_t k = 0; k < entry->verdict_count; k++)
			put_verdict(&entry->verdicts[k]);
		put("; ");
	}
	brabeion_journal_list_finish(&list);
	return text;
}

static void fire(scene *here, const char *name, const char *user, const char *id)
{
	brabeion_event event = BRABEION_EVENT(.name = name, .user = user, .id = id, .has_at = true,
					      .at_is_exact = true, .at_us = 1000);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_OK, "%s", result.message);
	brabeion_result_finish(&result);
}

/* ---- entries ---- */

Test(journal, each_badge_has_its_verdict_also_one_that_failed)
{
	scene *here = scene_with(ON ANSWERS);
	fire(here, "visit", "ada", NULL);
	fire(here, "visit", "ada", NULL);
	fire(here, "nobody-listens", "ada", NULL);
	cr_expect_str_eq(journal(here), "1/0 E visit ada: failed:failed (award answered -1) failed/ada=0, nothing:no,"
					" too-high:failed (award answered level 99, the badge has 1) too-high/ada=0,"
					" told:failed (told you so, ada) told/ada=0, well:level 1 stored "
					"failed/ada=0 too-high/ada=0 told/ada=0,; "
					"2/0 E visit ada: failed:failed (award answered -1) failed/ada=0, nothing:no,"
					" too-high:failed (award answered level 99, the badge has 1) too-high/ada=0,"
					" told:failed (told you so, ada) told/ada=0, well:level 1 over 1 held "
					"failed/ada=0 too-high/ada=0 told/ada=0,; ");
	scene_finish(here);
}

Test(journal, a_duplicate_is_not_written_again)
{
	scene *here = scene_with(ON "plugins: [{file: good_one.so}]\n");
	fire(here, "memory", "ada", "e1");
	brabeion_journal_info info = BRABEION_JOURNAL_INFO();
	fire(here, "memory", "ada", "e1");
	cr_assert_eq(brabeion_journal(here->engine, &info, &here->error), BRABEION_OK);
	cr_expect(info.on);
	cr_expect_eq(info.keep_us, INT64_C(30) * 86400 * 1000000);
	cr_expect_eq(info.max_bytes, INT64_C(1) << 30);
	cr_expect_leq(info.last, 1);
	scene_finish(here);
}

Test(journal, an_event_of_a_batch_that_earns_nothing_is_there_too)
{
	scene *here = scene_with(ON "plugins: [{file: answers.so, badges: [{badge: nothing}]}]\n");
	brabeion_event events[] = { BRABEION_EVENT(.name = "visit", .user = "ada"),
				    BRABEION_EVENT(.name = "visit", .user = "bob") };
	brabeion_result results[2] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 2, results), BRABEION_OK);
	brabeion_result_finish(&results[0]);
	brabeion_result_finish(&results[1]);
	cr_expect_str_eq(journal(here), "1/0 E visit ada: nothing:no,; 2/0 E visit bob: nothing:no,; ");
	scene_finish(here);
}

Test(journal, what_is_granted_and_what_is_raised_have_their_cause)
{
	scene *here = scene_with(ON "plugins: [{file: curious.so}]\n");
	fire(here, "visit", "ada", "e1");
	cr_expect_str_eq(journal(here),
			 "1/0 E visit ada: gift:granted 1 stored, first:level 1 stored seen/ada=0 last/ada=\"e1\""
			 " gift/ada=0,; "
			 "2/1 A brabeion.awarded ada: later:level 1 stored,; "
			 "3/1 A brabeion.awarded ada: later:level 1 over 1 held,; "
			 "4/1 A brabeion.awarded ada: later:level 1 over 1 held,; ");
	scene_finish(here);
}

Test(journal, what_an_event_brings_to_another_user_is_theirs_too)
{
	scene *here = scene_with(ON "plugins: [{file: obedient.so, badges: [{badge: one}, {badge: gift}]}]\n");
	brabeion_field fields[] = { BRABEION_INT("level", 2), BRABEION_TEXT("to", "bob"),
				    BRABEION_TEXT("grant", "gift"), BRABEION_TEXT("grant_to", "eve") };
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada", .has_at = true, .at_is_exact = true,
					      .at_us = 1000, .fields = fields, .field_count = 4);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_OK, "%s", result.message);
	brabeion_result_finish(&result);
	cr_expect_str_eq(journal(here), "1/0 E say ada: gift:granted 1 stored to eve, one:level 2 stored to bob,; "
					"2/1 G say eve: gift:granted 1 stored to eve,; "
					"3/1 G say bob: one:level 2 stored to bob,; ");
	brabeion_question question = BRABEION_QUESTION(.user = "bob", .badge = "one");
	brabeion_explanation why = BRABEION_EXPLANATION();
	cr_assert_eq(brabeion_explain(here->engine, &question, &why, &here->error), BRABEION_OK);
	cr_assert_eq(why.entry_count, 1);
	cr_expect_eq(why.entries[0].kind, BRABEION_ENTRY_GIVEN);
	cr_expect_eq(why.entries[0].event->field_count, 4, "the state of the event that gave it");
	cr_expect_eq(why.held_level, 2);
	brabeion_explanation_finish(&why);
	scene_finish(here);
}

/* ---- jobs ---- */

static void work(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

Test(journal, a_job_tells_its_event)
{
	scene *here = scene_new();
	here->options.no_workers = true;
	scene_config(here, ON "plugins: [{file: async_badge.so}]\n");
	scene_open(here);
	fire(here, "visit", "ada", "e1");
	fire(here, "visit", "bob", "e2");
	work(here);
	cr_expect_str_eq(journal(here), "1/0 E visit ada: async-badge:later,; 2/0 E visit bob: async-badge:later,; "
					"3/1 J visit ada: async-badge:level 1 stored,; "
					"4/2 J visit bob: async-badge:level 1 stored,; ");
	scene_finish(here);
}

Test(journal, a_job_of_a_history_likewise)
{
	scene *here = scene_new();
	here->options.time = BRABEION_TIME_HISTORY;
	scene_config(here, ON "plugins: [{file: async_badge.so}]\n");
	scene_open(here);
	fire(here, "visit", "ada", "e1");
	cr_expect_str_eq(journal(here), "1/0 E visit ada: async-badge:later,; "
					"2/1 J visit ada: async-badge:level 1 stored,; ");
	scene_finish(here);
}

/* ---- on and off ---- */

Test(journal, it_is_off_unless_it_is_asked_for_and_a_reload_turns_it_on_and_off)
{
	brabeion_journal_info info = BRABEION_JOURNAL_INFO();
	scene *here = scene_with("plugins: [{file: answers.so, badges: [{badge: nothing}]}]\n");
	fire(here, "visit", "ada", NULL);
	cr_expect_str_eq(journal(here), "");
	cr_assert_eq(brabeion_journal(here->engine, &info, &here->error), BRABEION_OK);
	cr_expect_not(info.on);
	scene_config(here, "journal: { keep: 1h, max: 2 MiB }\n"
			   "plugins: [{file: answers.so, badges: [{badge: nothing}]}]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	fire(here, "visit", "bob", NULL);
	cr_assert_eq(brabeion_journal(here->engine, &info, &here->error), BRABEION_OK);
	cr_expect(info.on);
	cr_expect_eq(info.keep_us, INT64_C(3600) * 1000000);
	cr_expect_eq(info.max_bytes, 2 << 20);
	scene_config(here, "journal: off\nplugins: [{file: answers.so, badges: [{badge: nothing}]}]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	fire(here, "visit", "eve", NULL);
	cr_expect_str_eq(journal(here), "1/0 E visit bob: nothing:no,; ");
	scene_finish(here);
}

Test(journal, forgetting_a_user_forgets_rows)
{
	scene *here = scene_with(ON "plugins: [{file: answers.so, badges: [{badge: nothing}]}]\n");
	fire(here, "visit", "ada", NULL);
	fire(here, "visit", "bob", NULL);
	cr_assert_eq(brabeion_forget_user(here->engine, "ada", NULL, NULL, &here->error), BRABEION_OK);
	cr_expect_str_eq(journal(here), "2/0 E visit bob: nothing:no,; ");
	cr_assert_eq(brabeion_merge_users(here->engine, "bob", "eve", NULL, NULL, &here->error), BRABEION_OK);
	cr_expect_str_eq(journal(here), "2/0 E visit eve: nothing:no,; ");
	scene_finish(here);
}

/* ---- reading in pages ---- */

Test(journal, events_alone_in_pages)
{
	scene *here = scene_with(ON "plugins: [{file: curious.so}]\n");
	brabeion_journal_list list;
	fire(here, "visit", "ada", "e1");
	fire(here, "visit", "bob", "e2");
	brabeion_journal_filter filter = BRABEION_JOURNAL_FILTER(.events_only = true, .limit = 1);
	cr_assert_eq(brabeion_journal_read(here->engine, &filter, &list, &here->error), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.entries[0].event->user, "ada");
	filter.after = list.entries[0].sequence;
	brabeion_journal_list_finish(&list);
	cr_assert_eq(brabeion_journal_read(here->engine, &filter, &list, &here->error), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.entries[0].event->id, "e2");
	cr_expect_eq(list.entries[0].event->at_us, 1000);
	filter.after = list.entries[0].sequence;
	brabeion_journal_list_finish(&list);
	cr_assert_eq(brabeion_journal_read(here->engine, &filter, &list, &here->error), BRABEION_OK);
	cr_expect_eq(list.count, 0);
	brabeion_journal_list_finish(&list);
	scene_finish(here);
}
