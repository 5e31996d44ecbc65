#include "support/decisions.h"

const char *decide_grant(scene *here, const brabeion_grant *grant)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_result result = BRABEION_RESULT();
	size_t used = 0;
	memset(&result, 0xa5, sizeof result);
	result.struct_size = sizeof result;
	text[0] = '\0';
	brabeion_status status = brabeion_award(here->engine, grant, &result);
	cr_assert_eq(status, result.status, "returned %d, the result says %d", status, result.status);
	cr_assert_eq(result.outcome, status == BRABEION_OK ? BRABEION_JUDGED : BRABEION_ABANDONED);
	if (status != BRABEION_OK)
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(status), result.message);
	else if (result.failed)
		used = (size_t)snprintf(text, sizeof text, "%u failed;", result.failed);
	for (uint32_t i = 0; i < result.award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s;", result.awards[i].badge,
					 result.awards[i].level, result.awards[i].reason);
	brabeion_result_finish(&result);
	return text;
}

const char *decisions_of(const brabeion_change_list *list)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < list->count && used < sizeof text; i++) {
		const brabeion_change *change = &list->changes[i];
		char kind = change->kind == BRABEION_CHANGE_AWARDED   ? '+'
			    : change->kind == BRABEION_CHANGE_REVOKED ? '-'
			    : change->kind == BRABEION_CHANGE_LAPSED  ? '~'
								      : '?';
		used += (size_t)snprintf(text + used, sizeof text - used, "%lld%c%s %s %u %s%s%s;",
					 (long long)change->sequence, kind, change->award->user, change->award->badge,
					 change->award->level, change->award->reason, change->comment[0] ? "/" : "",
					 change->comment);
	}
	return text;
}

const char *decide_revocation(scene *here, const brabeion_revocation *revocation)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_change_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_revoke(here->engine, revocation, &list, &error);
	cr_assert_eq(status, error.status);
	if (status == BRABEION_OK) {
		snprintf(text, sizeof text, "%s", decisions_of(&list));
		brabeion_change_list_finish(&list);
	} else {
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(status), error.message);
	}
	brabeion_error_finish(&error);
	return text;
}

const char *decide_feed(scene *here, int64_t sequence, size_t limit)
{
	brabeion_change_list list;
	brabeion_status status = brabeion_changes_since(here->engine, sequence,
							&(brabeion_list_options)BRABEION_LIST_OPTIONS(.limit = limit),
							&list, &here->error);
	cr_assert_eq(status, BRABEION_OK, "%s", here->error.message);
	const char *text = decisions_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

const char *decide_holders(scene *here, const char *slug)
{
	static _Thread_local char text[256];
	brabeion_badge_list list;
	size_t used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.badges[i].slug, slug) != 0)
			continue;
		used = (size_t)snprintf(text, sizeof text, "%lld:", (long long)list.badges[i].holders);
		for (uint32_t level = 0; level < list.badges[i].level_count; level++)
			used += (size_t)snprintf(text + used, sizeof text - used, " %lld",
						 (long long)list.badges[i].levels[level].holders);
	}
	brabeion_badge_list_finish(&list);
	return text;
}
