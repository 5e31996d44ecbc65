/*
 * elf_versions: the versions of symbols, which ld.so takes as they are: it keeps an array as long as the greatest index that
 * the lists of versions name, and looks in it for the index of each symbol, wherever that is.
 */
#include "image/elf_file.h"

#define INDEX_BITS 0x7fffu
enum { ENTRIES_MOST = 100000 }; /* of all lists: a chain that a damaged offset has made is left */

typedef struct version_walk {
	uint32_t greatest; /* index */
	uint32_t entries;
} version_walk;

static bool take_index(version_walk *walk, uint32_t index)
{
	walk->greatest = (index & INDEX_BITS) > walk->greatest ? index & INDEX_BITS : walk->greatest;
	return ++walk->entries < ENTRIES_MOST;
}

/* The versions that are needed of one library. */
static bool walk_needed(const brb_elf *elf, uint64_t address, version_walk *walk)
{
	Elf64_Vernaux version = { .vna_next = 0 };
	do {
		address += version.vna_next;
		if (!brb_elf_get_at(elf, address, &version, sizeof version) ||
		    version.vna_name >= elf->strings_bytes || !take_index(walk, version.vna_other))
			return false;
	} while (version.vna_next != 0);
	return true;
}

static bool walk_needs(const brb_elf *elf, uint64_t address, version_walk *walk)
{
	Elf64_Verneed need = { .vn_next = 0 };
	do {
		address += need.vn_next;
		if (!brb_elf_get_at(elf, address, &need, sizeof need) || need.vn_file >= elf->strings_bytes ||
		    !walk_needed(elf, address + need.vn_aux, walk))
			return false;
	} while (need.vn_next != 0);
	return true;
}

static bool walk_definitions(const brb_elf *elf, uint64_t address, version_walk *walk)
{
	Elf64_Verdef definition = { .vd_next = 0 };
	Elf64_Verdaux name;
	do {
		address += definition.vd_next;
		if (!brb_elf_get_at(elf, address, &definition, sizeof definition) ||
		    !brb_elf_get_at(elf, address + definition.vd_aux, &name, sizeof name) ||
		    name.vda_name >= elf->strings_bytes || !take_index(walk, definition.vd_ndx))
			return false;
	} while (definition.vd_next != 0);
	return true;
}

static bool check_symbols(brb_elf *elf, uint64_t versions, uint32_t greatest)
{
	uint16_t index = 0;
	for (uint64_t i = 0; i < elf->symbol_count; i++)
		if (!brb_elf_get_at(elf, versions + i * sizeof index, &index, sizeof index) ||
		    (index & INDEX_BITS) > greatest)
			return brb_elf_damaged(elf, "a symbol has a version that there is not");
	return true;
}

bool brb_elf_check_versions(brb_elf *elf)
{
	uint64_t versions = 0, needs = 0, definitions = 0;
	version_walk walk = { .greatest = 1 }; /* 0 and 1 are of no version */
	bool has_needs = brb_elf_tag(elf, DT_VERNEED, &needs);
	bool has_definitions = brb_elf_tag(elf, DT_VERDEF, &definitions);
	if ((has_needs && !walk_needs(elf, needs, &walk)) ||
	    (has_definitions && !walk_definitions(elf, definitions, &walk)))
		return brb_elf_damaged(elf, "its versions of symbols lie outside its segments");
	if (!brb_elf_tag(elf, DT_VERSYM, &versions) || (!has_needs && !has_definitions))
		return true; /* ld.so does not look at them either */
	return check_symbols(elf, versions, walk.greatest);
}
