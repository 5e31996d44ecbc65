#include "support/generic_badges.h"

const char *generic_fire(scene *here, const char *user, const char *at, brabeion_field field)
{
	brabeion_event event = BRABEION_EVENT(.name = "e", .user = user, .has_at = true, .at_is_exact = true,
					      .fields = &field, .field_count = field.name != NULL);
	cr_assert_eq(brabeion_time_parse(at, &event.at_us), BRABEION_OK, "%s is no time", at);
	return scene_earned(here, &event);
}

void generic_refused(const char *text, const char *message)
{
	scene *here = scene_new();
	scene_config(here, text);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG, "%s", text);
	cr_assert_str_eq(scene_message(here), message);
	scene_finish(here);
}
