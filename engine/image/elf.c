/*
 * elf: see elf.h.
 */
#include "image/elf_file.h"

static bool check(brb_elf *elf)
{
	return brb_elf_check_headers(elf) && brb_elf_check_dynamic(elf) && brb_elf_check_symbols(elf) &&
	       brb_elf_check_versions(elf);
}

brabeion_status brb_elf_check(const void *bytes, size_t size_bytes, brb_elf_facts *facts, brabeion_error *error)
{
	brb_elf_facts found = { .segment_count = 0 };
	brb_elf elf = { .bytes = bytes, .size_bytes = size_bytes, .facts = &found, .error = error };
	if (!check(&elf))
		return error->status;
	*facts = found;
	return BRABEION_OK;
}

brabeion_status brb_elf_imports(const void *bytes, size_t size_bytes, brb_elf_take_import *take, void *context,
				brabeion_error *error)
{
	brb_elf_facts found = { .segment_count = 0 };
	brb_elf elf = { .bytes = bytes, .size_bytes = size_bytes, .facts = &found, .error = error };
	if (!check(&elf))
		return error->status;
	brb_elf_list_imports(&elf, take, context);
	return BRABEION_OK;
}
