#include "support/progress_text.h"

static size_t add_entry(char *text, size_t capacity, const brabeion_progress *entry)
{
	size_t used = (size_t)snprintf(text, capacity, "%s %u/%u %u %lld: ", entry->badge, entry->level,
				       entry->level_count, entry->held_level, (long long)entry->held);
	if (entry->error[0])
		used += (size_t)snprintf(text + used, capacity - used, "%s%s;",
					 entry->quarantined ? "quarantined, " : "", entry->error);
	else if (entry->has_progress)
		used += (size_t)snprintf(text + used, capacity - used, "%lld/%lld;", (long long)entry->done,
					 (long long)entry->goal);
	else
		used += (size_t)snprintf(text + used, capacity - used, "-;");
	return used;
}

const char *progress_of(scene *here, const char *user, const char *slug)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_progress_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_user_progress(here->engine, user, slug, &list, &error);
	cr_assert_eq(status, error.status);
	text[0] = '\0';
	if (status != BRABEION_OK) {
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(status), error.message);
		brabeion_error_finish(&error);
		return text;
	}
	size_t used = 0;
	for (size_t i = 0; i < list.count; i++)
		used += add_entry(text + used, sizeof text - used, &list.badges[i]);
	brabeion_progress_list_finish(&list);
	return text;
}
