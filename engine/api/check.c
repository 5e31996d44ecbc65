/*
 * api/check: brabeion_check: is a badges.yaml right, and which badges does it make?
 */
#include "api/internal.h"

typedef struct check_request {
	const char *language;
	brabeion_badge_list *list; /* NULL: not wanted */
} check_request;

static brabeion_status check(const brb_generation *generation, void *context, brabeion_error *error)
{
	const check_request *request = context;
	brabeion_badge_list read = { 0 };
	if (!request->list)
		return BRABEION_OK;
	brabeion_status status = brb_engine_list_badges(generation, NULL, &read, error);
	if (status == BRABEION_OK)
		status = brb_engine_translate_badges(generation, request->language, &read, error);
	if (status == BRABEION_OK)
		*request->list = read;
	else
		brabeion_badge_list_finish(&read);
	return status;
}

brabeion_status brabeion_check_in(const brabeion_options *options, const char *language, brabeion_badge_list *list,
				  brabeion_error *error)
{
	check_request request = { .language = language, .list = list };
	return brb_engine_visit(options, language, check, &request, error);
}

brabeion_status brabeion_check(const brabeion_options *options, brabeion_badge_list *list, brabeion_error *error)
{
	return brabeion_check_in(options, NULL, list, error);
}
