/*
 * elf_imports: what a shared object wants of others: libraries, and symbols. For people who look at a plugin; ld.so has
 * the last word. Everything here rests on the checks: the tables are inside of the file, and the walks end.
 */
#include "image/elf_inside.h"

#define HIDDEN_VERSION 0x8000u

/* Of one library's wanted versions, the one with that index. */
static bool has_version(const brb_elf *elf, uint64_t address, uint32_t index)
{
	for (;;) {
		Elf64_Vernaux version;
		uint64_t offset = 0;
		if (!brb_elf_in_file(elf, address, sizeof version, &offset) ||
		    !brb_elf_get(elf, offset, &version, sizeof version))
			return false;
		if ((version.vna_other & ~HIDDEN_VERSION) == index)
			return true;
		if (version.vna_next == 0)
			return false;
		address += version.vna_next;
	}
}

/* The library that a version is wanted of, as a place in the string table. */
static bool library_of_version(const brb_elf *elf, uint32_t index, uint64_t *library)
{
	uint64_t address = elf->tags[BRB_ELF_TAG_VERNEED];
	while (elf->tag_seen[BRB_ELF_TAG_VERNEED]) {
		Elf64_Verneed need;
		uint64_t offset = 0;
		if (!brb_elf_in_file(elf, address, sizeof need, &offset) ||
		    !brb_elf_get(elf, offset, &need, sizeof need))
			return false;
		if (has_version(elf, address + need.vn_aux, index)) {
			*library = need.vn_file;
			return true;
		}
		if (need.vn_next == 0)
			return false;
		address += need.vn_next;
	}
	return false;
}

/* A symbol without a version may come from any library. */
static bool library_of(const brb_elf *elf, uint64_t symbol, uint64_t *library)
{
	uint16_t version = 0;
	uint64_t offset = 0;
	if (!elf->tag_seen[BRB_ELF_TAG_VERSYM] ||
	    !brb_elf_in_file(elf, elf->tags[BRB_ELF_TAG_VERSYM] + symbol * sizeof version, sizeof version, &offset) ||
	    !brb_elf_get(elf, offset, &version, sizeof version))
		return false;
	return library_of_version(elf, version & ~HIDDEN_VERSION, library);
}

static void tell_symbol(const brb_elf *elf, uint64_t index, brb_elf_take_import *take, void *context)
{
	char shown[BRB_ELF_SHOWN_BYTES], shown_library[BRB_ELF_SHOWN_BYTES];
	uint64_t library = 0;
	Elf64_Sym symbol = brb_elf_symbol(elf, index);
	if (symbol.st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL)
		return;
	bool known = library_of(elf, index, &library);
	if (known && brb_elf_is_base_library(elf, library))
		return;
	take(context, known ? brb_elf_shown(elf, library, shown_library) : NULL,
	     brb_elf_shown(elf, symbol.st_name, shown));
}

void brb_elf_tell_imports(const brb_elf *elf, brb_elf_take_import *take, void *context)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	uint64_t name = 0;
	for (uint64_t i = 0; brb_elf_needed(elf, i, &name); i++)
		if (!brb_elf_is_base_library(elf, name))
			take(context, brb_elf_shown(elf, name, shown), NULL);
	for (uint64_t i = 1; i < elf->symbol_count; i++)
		tell_symbol(elf, i, take, context);
}
