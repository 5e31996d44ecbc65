/*
 * judging/check: whether an event or a grant may be judged at all: its names, texts and fields are within bounds.
 */
#ifndef BRB_JUDGING_CHECK_H
#define BRB_JUDGING_CHECK_H

#include "badgeset/generation.h"

/*
 * Each returns BRABEION_INVALID with the reason. brb_check_event checks all, the other two the name and the rest of it.
 */
brabeion_status brb_check_event(const brabeion_event *event, brabeion_error *error);
brabeion_status brb_check_event_name(const brabeion_event *event, brabeion_error *error);
brabeion_status brb_check_event_content(const brabeion_event *event, brabeion_error *error);

/* *badge is the generation's badge of that slug. */
brabeion_status brb_check_grant(const brabeion_grant *grant, const brb_generation *generation,
				const brb_badge **badge, brabeion_error *error);

#endif
