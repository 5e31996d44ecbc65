/*
 * elf_symbols: the dynamic symbols: is this a plugin, may it be unloaded, and what does it need of others?
 */
#include "image/elf_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN_SYMBOL "badge_plugin_v1"
#define HIDDEN_VERSION 0x8000u

static Elf64_Sym symbol_at(const brb_elf *elf, uint64_t index)
{
	Elf64_Sym symbol = { .st_name = 0 };
	brb_elf_get(elf, elf->symbols_offset + index * sizeof symbol, &symbol, sizeof symbol);
	return symbol;
}

/* ---- how many there are ------------------------------------------------------------------------------------------ */

/*
 * GNU's hash table is a Bloom filter, buckets, and a link for each symbol from the first that it has; the last link of a
 * chain is odd. So the end of the last bucket's chain is the end of the symbols.
 */
static bool count_by_gnu_hash(const brb_elf *elf, uint64_t address, uint64_t *count)
{
	struct {
		uint32_t buckets, first_symbol, bloom_words, bloom_shift;
	} head;
	uint64_t offset = 0;
	if (!brb_elf_get_at(elf, address, &head, sizeof head))
		return false;
	uint64_t buckets = address + sizeof head + head.bloom_words * UINT64_C(8);
	uint64_t links = buckets + head.buckets * UINT64_C(4);
	uint32_t last = 0, word = 0;
	if (!brb_elf_in_file(elf, buckets, links - buckets, &offset))
		return false;
	for (uint64_t i = 0; i < head.buckets; i++) {
		brb_elf_get(elf, offset + i * sizeof word, &word, sizeof word);
		last = word > last ? word : last;
	}
	*count = last;
	for (word = 0; last >= head.first_symbol && !(word & 1); ++*count)
		if (!brb_elf_get_at(elf, links + (*count - head.first_symbol) * sizeof word, &word, sizeof word))
			return false;
	if (last < head.first_symbol)
		*count = head.first_symbol;
	return true;
}

/* ELF does not store the number: the System V hash table has a link for each symbol. */
static bool find_symbols(brb_elf *elf)
{
	uint64_t hash = 0, table = 0, count = 0;
	uint32_t head[2];
	bool counted;
	if (brb_elf_tag(elf, DT_HASH, &hash)) {
		counted = brb_elf_get_at(elf, hash, head, sizeof head);
		count = counted ? head[1] : 0;
	} else {
		counted = brb_elf_tag(elf, DT_GNU_HASH, &hash) && count_by_gnu_hash(elf, hash, &count);
	}
	if (!counted)
		return brb_elf_damaged(elf, "its hash table lies outside its segments");
	if (!brb_elf_tag(elf, DT_SYMTAB, &table) ||
	    !brb_elf_in_file(elf, table, count * sizeof(Elf64_Sym), &elf->symbols_offset))
		return brb_elf_damaged(elf, "its symbols lie outside its segments");
	elf->symbol_count = count;
	return true;
}

/* ---- what they say ----------------------------------------------------------------------------------------------- */

/* Functions whose effects outlive the object: a thread still running its code, a destructor called at thread end. */
static void learn_from_import(brb_elf *elf, const char *name)
{
	static const char *const names[] = {
		"__cxa_thread_atexit", "__cxa_thread_atexit_impl", "pthread_key_create",
		"tss_create",          "pthread_create",           "thrd_create",
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(name, names[i]) == 0)
			brb_elf_stay_resident(elf, "imports %s", names[i]);
	}
}

static bool check_plugin_symbol(brb_elf *elf, const Elf64_Sym *plugin, unsigned other_major)
{
	uint64_t offset = 0;
	unsigned type = ELF64_ST_TYPE(plugin->st_info);
	if (!plugin->st_name && other_major)
		return brb_elf_refuse(elf,
				      "is for badge ABI %u, this engine speaks 1: build it with this engine's "
				      "badge.h",
				      other_major);
	if (!plugin->st_name)
		return brb_elf_refuse(elf, "has no " PLUGIN_SYMBOL ": is it a brabeion plugin?");
	if (type != STT_OBJECT && type != STT_NOTYPE)
		return brb_elf_refuse(elf, "has a " PLUGIN_SYMBOL " that is not data");
	if (!brb_elf_in_file(elf, plugin->st_value, 2 * sizeof(uint32_t), &offset))
		return brb_elf_refuse(elf, "has a " PLUGIN_SYMBOL " without content: is it initialised?");
	return true;
}

/* The major version of another badge ABI whose plugin symbol this is: "badge_plugin_v2"; else 0. */
static unsigned major_of(const char *name)
{
	static const char prefix[] = "badge_plugin_v";
	if (strncmp(name, prefix, sizeof prefix - 1) != 0)
		return 0;
	const char *digits = name + sizeof prefix - 1;
	size_t count = strspn(digits, "0123456789");
	return count >= 1 && count <= 5 && !digits[count] ? (unsigned)strtoul(digits, NULL, 10) : 0;
}

bool brb_elf_check_symbols(brb_elf *elf)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	Elf64_Sym plugin = { .st_name = 0 };
	unsigned other_major = 0;
	if (!find_symbols(elf))
		return false;
	for (uint64_t i = 1; i < elf->symbol_count; i++) {
		Elf64_Sym symbol = symbol_at(elf, i);
		const char *name = brb_elf_string(elf, symbol.st_name);
		unsigned binding = ELF64_ST_BIND(symbol.st_info);
		if (symbol.st_shndx == SHN_UNDEF)
			learn_from_import(elf, name);
		else if (strcmp(name, PLUGIN_SYMBOL) == 0 && binding != STB_LOCAL)
			plugin = symbol;
		else if (binding != STB_LOCAL && major_of(name))
			other_major = major_of(name);
		if (symbol.st_shndx != SHN_UNDEF && binding == STB_GNU_UNIQUE)
			brb_elf_stay_resident(elf, "defines the UNIQUE symbol %s", brb_elf_shown(name, shown));
	}
	return check_plugin_symbol(elf, &plugin, other_major);
}

/* ---- imports ----------------------------------------------------------------------------------------------------- */

/* One of the versions that are needed of a library has this index. Offsets only grow, so the walks here end. */
static bool has_version(const brb_elf *elf, uint64_t address, uint32_t index)
{
	Elf64_Vernaux version = { .vna_next = 0 };
	do {
		address += version.vna_next;
		if (!brb_elf_get_at(elf, address, &version, sizeof version))
			return false;
		if ((version.vna_other & ~HIDDEN_VERSION) == index)
			return true;
	} while (version.vna_next != 0);
	return false;
}

/* The library of a symbol, by the symbol's version; NULL: without one it may come from any. */
static const char *library_of(const brb_elf *elf, uint64_t symbol)
{
	uint64_t versions = 0, address = 0;
	uint16_t index = 0;
	Elf64_Verneed need = { .vn_next = 0 };
	if (!brb_elf_tag(elf, DT_VERSYM, &versions) || !brb_elf_tag(elf, DT_VERNEED, &address) ||
	    !brb_elf_get_at(elf, versions + symbol * sizeof index, &index, sizeof index))
		return NULL;
	do {
		address += need.vn_next;
		if (!brb_elf_get_at(elf, address, &need, sizeof need))
			return NULL;
		if (has_version(elf, address + need.vn_aux, index & ~HIDDEN_VERSION))
			return brb_elf_string(elf, need.vn_file);
	} while (need.vn_next != 0);
	return NULL;
}

static void take_symbol(const brb_elf *elf, uint64_t index, brb_elf_take_import *take, void *context)
{
	char shown[BRB_ELF_SHOWN_BYTES], shown_library[BRB_ELF_SHOWN_BYTES];
	Elf64_Sym symbol = symbol_at(elf, index);
	if (symbol.st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL)
		return;
	const char *library = library_of(elf, index);
	if (!library || !brb_elf_is_base_library(library))
		take(context, library ? brb_elf_shown(library, shown_library) : NULL,
		     brb_elf_shown(brb_elf_string(elf, symbol.st_name), shown));
}

void brb_elf_list_imports(const brb_elf *elf, brb_elf_take_import *take, void *context)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	Elf64_Dyn entry = brb_elf_dynamic_entry(elf, 0);
	for (uint64_t i = 1; entry.d_tag != DT_NULL; entry = brb_elf_dynamic_entry(elf, i++)) {
		const char *name = brb_elf_string(elf, entry.d_un.d_val);
		if (entry.d_tag == DT_NEEDED && !brb_elf_is_base_library(name))
			take(context, brb_elf_shown(name, shown), NULL);
	}
	for (uint64_t i = 1; i < elf->symbol_count; i++)
		take_symbol(elf, i, take, context);
}
