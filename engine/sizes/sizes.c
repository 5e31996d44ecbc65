/*
 * sizes: see sizes.h.
 */
#include "sizes/sizes.h"

#include <string.h>

#include "base/status.h"

typedef struct size_row {
	const char *type, *macro;
	uint32_t size, first; /* ours, and the smallest a host may have */
} size_row;

#define ROW(NAME, type, last)                               \
	{ #type, "BRABEION_" #NAME, (uint32_t)sizeof(type), \
	  (uint32_t)(offsetof(type, last) + sizeof(((type *)0)->last)) },
static const size_row rows[] = { BRB_SIZES(ROW) };
#undef ROW

static uint32_t size_of(const void *theirs)
{
	uint32_t size;
	memcpy(&size, theirs, sizeof size);
	return size;
}

brabeion_status brb_size_check(brb_size_id id, const void *theirs, brabeion_error *error)
{
	const size_row *row = &rows[id];
	if (!theirs || size_of(theirs) >= row->first)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID,
			      "%s.struct_size is %u, not at least %u: initialise the struct by %s(...)", row->type,
			      size_of(theirs), row->first, row->macro);
}

brabeion_status brb_size_take(brb_size_id id, const void *theirs, void *ours, brabeion_error *error)
{
	const size_row *row = &rows[id];
	brabeion_status status = brb_size_check(id, theirs, error);
	memset(ours, 0, row->size);
	if (theirs && status == BRABEION_OK)
		memcpy(ours, theirs, size_of(theirs) < row->size ? size_of(theirs) : row->size);
	return status;
}

void brb_size_give(brb_size_id id, const void *ours, void *theirs)
{
	if (!theirs)
		return;
	uint32_t size = size_of(theirs);
	memcpy(theirs, ours, size < rows[id].size ? size : rows[id].size);
	memcpy(theirs, &size, sizeof size);
}

void brb_size_empty(brb_size_id id, void *theirs)
{
	uint32_t size = size_of(theirs), most = rows[id].size;
	memset(theirs, 0, size && size < most ? size : most);
	memcpy(theirs, &size, sizeof size);
}
