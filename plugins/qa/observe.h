/*
 * The pack's observer. See observe.c.
 */
#ifndef QA_OBSERVE_H
#define QA_OBSERVE_H

#include <brabeion/badge.h>

int32_t qa_observe(void *self, badge_call *call);

#endif
