/*
 * api/doctor/findings_badges: findings on badges (quarantined, failing, never earned, gone) and on events without a badge.
 */
#include <stdlib.h>
#include <string.h>

#include "api/doctor/findings.h"

static const int64_t day_us = INT64_C(24) * 3600 * 1000000;

/* Newer badges are not reported as never earned. */
enum { DAYS_TO_PROVE_ITSELF = 7 };

/* Names without a similar known one that are reported one by one. */
enum { PLAIN_NAMES_MOST = 10 };

static bool is_recent(const brb_examination *self, int64_t last_us)
{
	return self->now_us - last_us < day_us;
}

static const brb_badge *loaded_badge(const brb_examination *self, const char *slug)
{
	return self->generation ? brb_table_get(&self->generation->slugs, slug) : NULL;
}

/* ---- quarantined, failing, slow, passed over ---- */

static bool has_journal(const brb_examination *self)
{
	return self->generation && self->generation->journal.keep_us;
}

/* The command by which a badge judges what it has missed. */
static const char *backfill_of(brb_examination *self, const char *slug)
{
	const char *text = brb_finding_text(self, "brabeion backfill --badge %s%s", slug,
					    has_journal(self) ? "" : " FILE (there is no journal)");
	return text ? text : "";
}

static void check_quarantined(brb_examination *self, const brb_health_quarantined *quarantined)
{
	brabeion_finding finding = { .kind = "badge-quarantined",
				     .severity = BRABEION_ALARM,
				     .subject = brb_finding_text(self, "%s", quarantined->slug),
				     .since_us = quarantined->since_us };
	finding.text = brb_finding_text(self, "badge \"%s\" is quarantined since %s: %s", quarantined->slug,
					brb_finding_time(self, quarantined->since_us), quarantined->reason);
	finding.advice = brb_finding_text(self,
					  "Events are judged without it. Mend it, then reload, or: brabeion release "
					  "%s. What it is passed over is counted, and judged by: %s",
					  quarantined->slug, backfill_of(self, quarantined->slug));
	brb_finding_add(self, &finding);
}

static void check_passed_over(brb_examination *self, const brb_health_failing *passed)
{
	const brb_badge *badge = loaded_badge(self, passed->slug);
	brabeion_finding finding = { .kind = "badge-passed-over",
				     .severity = BRABEION_WARNING,
				     .subject = brb_finding_text(self, "%s", passed->slug),
				     .count = passed->count,
				     .since_us = passed->first_us,
				     .last_us = passed->last_us };
	if (badge && badge->earnable.retired) /* a backfill would not judge it either */
		return;
	finding.text =
		brb_finding_text(self, "badge \"%s\" was passed over in %s while it was quarantined, from %s to %s",
				 passed->slug, brb_finding_count(self, passed->count, "event", "events"),
				 brb_finding_time(self, passed->first_us), brb_finding_time(self, passed->last_us));
	finding.advice = brb_finding_text(self, "Once it does well again: %s", backfill_of(self, passed->slug));
	brb_finding_add(self, &finding);
}

static void check_slow(brb_examination *self, const brb_health_failing *slow)
{
	bool recent = is_recent(self, slow->last_us);
	brabeion_finding finding = { .kind = "badge-slow",
				     .severity = recent ? BRABEION_WARNING : BRABEION_NOTE,
				     .subject = brb_finding_text(self, "%s", slow->slug),
				     .count = slow->count,
				     .since_us = slow->first_us,
				     .last_us = slow->last_us };
	finding.text = brb_finding_text(
		self, "badge \"%s\" exceeded its budget %s since %s, the last time at %s on event \"%s\": %s",
		slow->slug, brb_finding_count(self, slow->count, "time", "times"),
		brb_finding_time(self, slow->first_us), brb_finding_time(self, slow->last_us), slow->event,
		slow->error);
	finding.advice =
		recent ? brb_finding_text(self, "Other events wait meanwhile. Mend the badge, make it async, or "
						"raise its budget (quarantine: in badges.yaml)")
		       : brb_finding_text(self, "Not within a day: it is forgotten a week after the last time");
	brb_finding_add(self, &finding);
}

static void check_failing(brb_examination *self, const brb_health_failing *failing)
{
	bool recent = is_recent(self, failing->last_us);
	brabeion_finding finding = { .kind = "badge-failing",
				     .severity = recent ? BRABEION_WARNING : BRABEION_NOTE,
				     .subject = brb_finding_text(self, "%s", failing->slug),
				     .count = failing->count,
				     .since_us = failing->first_us,
				     .last_us = failing->last_us };
	finding.text = brb_finding_text(
		self, "badge \"%s\" failed %s since %s, the last time at %s on event \"%s\": %s", failing->slug,
		brb_finding_count(self, failing->count, "time", "times"), brb_finding_time(self, failing->first_us),
		brb_finding_time(self, failing->last_us), failing->event, failing->error);
	finding.advice =
		recent ? brb_finding_text(self, "What it would have earned then is lost; the log has each case. "
						"Mend the badge or its settings")
		       : brb_finding_text(self, "Not within a day: it is forgotten a week after the last time");
	brb_finding_add(self, &finding);
}

static void check_trouble(brb_examination *self, const brb_health_failing *trouble)
{
	switch (trouble->kind) {
	case BRB_TROUBLE_PASSED:
		check_passed_over(self, trouble);
		break;
	case BRB_TROUBLE_SLOW:
		check_slow(self, trouble);
		break;
	case BRB_TROUBLE_FAILED:
		check_failing(self, trouble);
		break;
	}
}

/* ---- never earned ---- */

/* The badge's event that seems to be sent under another name, *sent. NULL: none. */
static const char *find_missed(const brb_examination *self, const brb_badge *badge, const char **sent)
{
	for (size_t i = 0; i < self->health->unhandled_count; i++) {
		const char *name = self->health->unhandled[i].name;
		const char *near = *name ? brb_text_nearest_name(name, badge->events, badge->event_count) : NULL;
		*sent = name;
		if (near)
			return near;
	}
	return NULL;
}

static const char *events_of(brb_examination *self, const brb_badge *badge)
{
	const char *text = badge->event_count ? badge->events[0] : "none";
	for (uint32_t i = 1; i < badge->event_count && text; i++)
		text = brb_finding_text(self, "%s, %s", text, badge->events[i]);
	return text ? text : "";
}

/* Since when somebody could have earned it. */
static int64_t earnable_since(const brb_health_badge *known, const brb_badge *badge)
{
	return badge->earnable.from_us > known->known_us ? badge->earnable.from_us : known->known_us;
}

static void check_never_earned(brb_examination *self, const brb_health_badge *known, const brb_badge *badge)
{
	const char *sent = NULL;
	const char *missed = find_missed(self, badge, &sent);
	int64_t since_us = earnable_since(known, badge);
	brabeion_finding finding = { .kind = "badge-never-earned",
				     .severity = missed ? BRABEION_WARNING : BRABEION_NOTE,
				     .subject = brb_finding_text(self, "%s", known->slug),
				     .since_us = known->known_us };
	if (known->has_awards || !badge->award || !known->known_us || brb_badge_has_ended(badge, self->now_us) ||
	    self->now_us - since_us < DAYS_TO_PROVE_ITSELF * day_us)
		return;
	finding.text = brb_finding_text(self, "badge \"%s\" has never been earned; it is known since %s", known->slug,
					brb_finding_time(self, known->known_us));
	finding.advice = missed ? brb_finding_text(self, "It listens to \"%s\", and nobody to \"%s\", which comes",
						   missed, sent)
				: brb_finding_text(self,
						   "Are its events sent under these names, with all that it looks "
						   "at? It listens to: %s",
						   events_of(self, badge));
	brb_finding_add(self, &finding);
}

/* ---- missing ---- */

static bool has_same_name(const brb_health_badge *known, const brb_badge *badge)
{
	return badge->level_count && strcmp(known->name, badge->levels[0].name) == 0;
}

/* The badge that probably replaced this one: same name of the first level, or similar slug. NULL: none. */
static const brb_badge *find_successor(brb_examination *self, const brb_health_badge *known)
{
	const brb_generation *generation = self->generation;
	const char **slugs = brb_arena_take(self->arena, (generation->badge_count + 1) * sizeof *slugs);
	if (!slugs) {
		self->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < generation->badge_count; i++) {
		if (has_same_name(known, generation->badges[i]))
			return generation->badges[i];
		slugs[i] = generation->badges[i]->slug;
	}
	const char *near = brb_text_nearest(known->slug, slugs, generation->badge_count);
	return near ? brb_table_get(&generation->slugs, near) : NULL;
}

static void check_missing(brb_examination *self, const brb_health_badge *known)
{
	const brb_badge *successor = known->has_awards ? find_successor(self, known) : NULL;
	brabeion_finding finding = { .kind = "badge-gone",
				     .severity = successor ? BRABEION_WARNING : BRABEION_NOTE,
				     .subject = brb_finding_text(self, "%s", known->slug) };
	if (!known->has_awards)
		return;
	finding.text = successor ? brb_finding_text(self, "badge \"%s\" is held, and not loaded: is it \"%s\" now?",
						    known->slug, successor->slug)
				 : brb_finding_text(self, "badge \"%s\" is held, and not loaded", known->slug);
	finding.advice =
		successor ? brb_finding_text(self,
					     "A badge of another slug is another badge, to be earned anew: give it "
					     "the slug it had (slug: %s)",
					     known->slug)
			  : brb_finding_text(self, "Its awards show as before; nobody can earn it");
	brb_finding_add(self, &finding);
}

/* ---- moved ---- */

static void check_moved(brb_examination *self, const brb_health_level *held)
{
	const brb_badge *badge = loaded_badge(self, held->slug);
	uint32_t now = badge ? brb_level_moved_to(badge->levels, badge->level_count, held->level, held->name) : 0;
	brabeion_finding finding = { .kind = "level-moved", .severity = BRABEION_WARNING };
	if (!now)
		return;
	finding.subject = brb_finding_text(self, "%s", held->slug);
	finding.text =
		brb_finding_text(self,
				 "\"%s\" was level %u of badge \"%s\" and is level %u now: who holds level %u can "
				 "earn it anew",
				 held->name, held->level, held->slug, now, held->level);
	finding.advice = BRB_MOVED_ADVICE;
	brb_finding_add(self, &finding);
}

void brb_findings_of_badges(brb_examination *examination)
{
	const brb_health *health = examination->health;
	if (!health)
		return;
	for (size_t i = 0; i < health->quarantined_count; i++)
		check_quarantined(examination, &health->quarantined[i]);
	for (size_t i = 0; i < health->failing_count; i++)
		check_trouble(examination, &health->failing[i]);
	for (size_t i = 0; i < health->badge_count && examination->generation; i++) {
		const brb_badge *badge = loaded_badge(examination, health->badges[i].slug);
		if (badge)
			check_never_earned(examination, &health->badges[i], badge);
		else
			check_missing(examination, &health->badges[i]);
	}
	for (size_t i = 0; i < health->level_count && examination->generation; i++)
		check_moved(examination, &health->levels[i]);
}

/* ---- events ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The event names that badges listen to, in the arena. NULL: out of memory, or none is known. */
static const char **handled_events(brb_examination *examination, size_t *count)
{
	const brb_table *routes = examination->generation ? &examination->generation->routes : NULL;
	const char **names =
		routes ? brb_arena_take(examination->arena, (routes->count + (size_t)1) * sizeof *names) : NULL;
	size_t at = 0, found = 0;
	if (routes && !names)
		examination->failed = true;
	for (const brb_table_entry *entry; names && (entry = brb_table_next(routes, &at));)
		if (strncmp(entry->key, "brabeion.", 9) != 0)
			names[found++] = ((const brb_route *)entry->value)->event;
	if (found)
		qsort(names, found, sizeof *names, by_name); /* of two that are as near it is always the same */
	*count = found;
	return names;
}

static const char *came(brb_examination *self, const brb_store_unhandled *unhandled)
{
	const char *last = brb_finding_time(self, unhandled->last_us);
	const char *text = unhandled->count == 1
				   ? brb_finding_text(self, "came once, at %s", last)
				   : brb_finding_text(self, "came %s since %s, last at %s",
						      brb_finding_count(self, unhandled->count, "time", "times"),
						      brb_finding_time(self, unhandled->first_us), last);
	return text ? text : "";
}

static brabeion_finding finding_of(const char *kind, const char *subject, const brb_store_unhandled *unhandled)
{
	return (brabeion_finding){ .kind = kind,
				   .severity = BRABEION_NOTE,
				   .subject = subject,
				   .count = unhandled->count,
				   .since_us = unhandled->first_us,
				   .last_us = unhandled->last_us };
}

static void report_misnamed(brb_examination *self, const brb_store_unhandled *unhandled, const char *near)
{
	brabeion_finding finding =
		finding_of("event-unhandled", brb_finding_text(self, "%s", unhandled->name), unhandled);
	if (is_recent(self, unhandled->last_us))
		finding.severity = BRABEION_WARNING;
	finding.text = brb_finding_text(self, "event \"%s\" %s, and no badge listens to it: was \"%s\" meant?",
					unhandled->name, came(self, unhandled), near);
	finding.advice = brb_finding_text(self,
					  "Have it sent as \"%s\", or name \"%s\" among the events of the badge that "
					  "is to judge it",
					  near, unhandled->name);
	brb_finding_add(self, &finding);
}

static void report_unhandled(brb_examination *self, const brb_store_unhandled *unhandled)
{
	brabeion_finding finding =
		finding_of("event-unhandled", brb_finding_text(self, "%s", unhandled->name), unhandled);
	finding.text = brb_finding_text(self, "event \"%s\" %s, and no badge listens to it", unhandled->name,
					came(self, unhandled));
	finding.advice = brb_finding_text(self, "That is fine unless a badge was meant to");
	brb_finding_add(self, &finding);
}

/* Event names beyond the limit, or malformed. */
static void report_others(brb_examination *self, const brb_store_unhandled *others)
{
	brabeion_finding finding = finding_of("events-many", brb_finding_text(self, "events"), others);
	if (is_recent(self, others->last_us))
		finding.severity = BRABEION_WARNING;
	finding.text =
		brb_finding_text(self, "events of more names than the %d that are kept %s, and no badge listens",
				 BRB_UNHANDLED_NAMES_MOST, came(self, others));
	finding.advice =
		brb_finding_text(self, "Names of events are few and short: an id or a user belongs into a field");
	brb_finding_add(self, &finding);
}

static void report_rest(brb_examination *self, size_t names, int64_t count)
{
	brabeion_finding finding = { .kind = "event-unhandled",
				     .severity = BRABEION_NOTE,
				     .subject = brb_finding_text(self, "events"),
				     .count = count };
	if (!names)
		return;
	finding.text = brb_finding_text(self, "events of %s came %s, and no badge listens to them",
					brb_finding_count(self, (int64_t)names, "other name", "other names"),
					brb_finding_count(self, count, "time", "times"));
	finding.advice = brb_finding_text(self, "That is fine unless a badge was meant to");
	brb_finding_add(self, &finding);
}

void brb_findings_of_events(brb_examination *examination)
{
	const brb_health *health = examination->health;
	size_t handled_count = 0, plain = 0, rest = 0;
	int64_t rest_count = 0;
	const char **handled = handled_events(examination, &handled_count);
	if (!health || !examination->generation || !handled)
		return;
	for (size_t i = 0; i < health->unhandled_count; i++) {
		const brb_store_unhandled *unhandled = &health->unhandled[i];
		const char *near = brb_text_nearest_name(unhandled->name, handled, handled_count);
		if (!*unhandled->name) {
			report_others(examination, unhandled);
		} else if (brb_generation_route(examination->generation, unhandled->name)) {
			continue; /* a badge listens by now */
		} else if (near) {
			report_misnamed(examination, unhandled, near);
		} else if (plain < PLAIN_NAMES_MOST) {
			plain++;
			report_unhandled(examination, unhandled);
		} else {
			rest++;
			rest_count += unhandled->count;
		}
	}
	report_rest(examination, rest, rest_count);
}
