/*
 * elf_symbols: the dynamic symbols of a shared object. How many there are (ELF says it only through its hash tables),
 * that ld.so can look names up in them without leaving the file or running in circles, that their versions exist,
 * and what they tell: is this a plugin, and may it be unloaded?
 */
#include "image/elf_inside.h"

#include <string.h>

#define PLUGIN_SYMBOL "badge_plugin_v1"
#define PLUGIN_SYMBOL_BEGINNING "badge_plugin_v"
#define LIBRARIES_WITH_VERSIONS_MOST 64
#define VERSIONS_MOST 0x7fff
#define HIDDEN_VERSION 0x8000u

/* What the reading of all symbols finds. */
typedef struct findings {
	bool has_plugin;
	Elf64_Sym plugin;
	uint32_t other_major; /* the N of another badge_plugin_vN; 0: none */
} findings;

Elf64_Sym brb_elf_symbol(const brb_elf *elf, uint64_t index)
{
	Elf64_Sym symbol = { .st_name = 0 };
	brb_elf_get(elf, elf->symbols_offset + index * sizeof symbol, &symbol, sizeof symbol);
	return symbol;
}

/* The index-th 32-bit word from `offset`, which is known to be there. */
static uint32_t word_at(const brb_elf *elf, uint64_t offset, uint64_t index)
{
	uint32_t word = 0;
	brb_elf_get(elf, offset + index * sizeof word, &word, sizeof word);
	return word;
}

/* ---- hash tables ------------------------------------------------------------------------------------------------- */

/* The System V table: bucket and chain count, buckets, chains. There is one chain link for each symbol. */
static bool check_sysv_hash(brb_elf *elf)
{
	uint64_t address = elf->tags[DT_HASH];
	uint64_t offset = 0;
	if (!brb_elf_in_file(elf, address, 2 * sizeof(uint32_t), &offset))
		return brb_elf_damaged(elf, "its hash table lies outside its segments");
	uint64_t bucket_count = word_at(elf, offset, 0);
	uint64_t symbol_count = word_at(elf, offset, 1);
	if (bucket_count == 0 ||
	    !brb_elf_in_file(elf, address, (2 + bucket_count + symbol_count) * sizeof(uint32_t), &offset))
		return brb_elf_damaged(elf, "its hash table has impossible sizes");
	uint64_t chains = offset + (2 + bucket_count) * sizeof(uint32_t);
	uint64_t links = 0;
	for (uint64_t bucket = 0; bucket < bucket_count; bucket++) {
		uint64_t symbol = word_at(elf, offset, 2 + bucket);
		/* A symbol is in one chain at most, so more links than symbols are a circle. */
		while (symbol != STN_UNDEF) {
			if (symbol >= symbol_count || links++ == symbol_count)
				return brb_elf_damaged(elf, "its hash table leads nowhere");
			symbol = word_at(elf, chains, symbol);
		}
	}
	elf->symbol_count = symbol_count;
	return true;
}

/* The head of GNU's table: a Bloom filter, then buckets, then one link for each symbol from first_symbol on, the last
 * link of a chain being odd. */
typedef struct gnu_hash {
	uint32_t bucket_count;
	uint32_t first_symbol;
	uint32_t bloom_words;
	uint32_t bloom_shift;
} gnu_hash;

/* Follows the last chain, whose end is the end of the table. */
static bool count_gnu_symbols(brb_elf *elf, const gnu_hash *head, uint64_t last, uint64_t links_address,
			      uint64_t *symbol_count)
{
	if (last == 0) {
		*symbol_count = head->first_symbol;
		return true;
	}
	for (uint64_t symbol = last;; symbol++) {
		uint64_t offset = 0;
		uint64_t link = links_address + (symbol - head->first_symbol) * sizeof(uint32_t);
		if (!brb_elf_in_file(elf, link, sizeof(uint32_t), &offset))
			return brb_elf_damaged(elf, "its hash table has no end");
		if (word_at(elf, offset, 0) & 1) {
			*symbol_count = symbol + 1;
			return true;
		}
	}
}

static bool check_gnu_hash(brb_elf *elf)
{
	uint64_t address = elf->tags[BRB_ELF_TAG_GNU_HASH];
	uint64_t offset = 0;
	gnu_hash head;
	if (!brb_elf_in_file(elf, address, sizeof head, &offset) || !brb_elf_get(elf, offset, &head, sizeof head))
		return brb_elf_damaged(elf, "its hash table lies outside its segments");
	uint64_t bloom_bytes = (uint64_t)head.bloom_words * sizeof(uint64_t);
	uint64_t bucket_bytes = (uint64_t)head.bucket_count * sizeof(uint32_t);
	if (head.bucket_count == 0 || head.bloom_words == 0 || (head.bloom_words & (head.bloom_words - 1)) != 0 ||
	    head.bloom_shift >= 32 ||
	    !brb_elf_in_file(elf, address, sizeof head + bloom_bytes + bucket_bytes, &offset))
		return brb_elf_damaged(elf, "its hash table has impossible sizes");
	uint64_t buckets = offset + sizeof head + bloom_bytes;
	uint64_t last = 0;
	for (uint64_t bucket = 0; bucket < head.bucket_count; bucket++) {
		uint64_t symbol = word_at(elf, buckets, bucket);
		if (symbol != 0 && symbol < head.first_symbol)
			return brb_elf_damaged(elf, "its hash table leads nowhere");
		if (symbol > last)
			last = symbol;
	}
	uint64_t symbol_count = 0;
	uint64_t links_address = address + sizeof head + bloom_bytes + bucket_bytes;
	if (!count_gnu_symbols(elf, &head, last, links_address, &symbol_count))
		return false;
	if (elf->tag_seen[DT_HASH] && last != 0 && symbol_count != elf->symbol_count)
		return brb_elf_damaged(elf, "its two hash tables disagree");
	if (symbol_count > elf->symbol_count)
		elf->symbol_count = symbol_count;
	return true;
}

static bool check_hashes(brb_elf *elf)
{
	bool sysv = elf->tag_seen[DT_HASH];
	bool gnu = elf->tag_seen[BRB_ELF_TAG_GNU_HASH];
	if (!sysv && !gnu)
		return brb_elf_damaged(elf, "it has no hash table for its symbols");
	if ((sysv && !check_sysv_hash(elf)) || (gnu && !check_gnu_hash(elf)))
		return false;
	if (elf->tag_seen[DT_SYMENT] && elf->tags[DT_SYMENT] != sizeof(Elf64_Sym))
		return brb_elf_damaged(elf, "its symbols have %llu bytes each, not 24",
				       (unsigned long long)elf->tags[DT_SYMENT]);
	if (!brb_elf_in_file(elf, elf->tags[DT_SYMTAB], elf->symbol_count * sizeof(Elf64_Sym), &elf->symbols_offset))
		return brb_elf_damaged(elf, "its symbols lie outside its segments");
	return true;
}

/* ---- versions ---------------------------------------------------------------------------------------------------- */

static bool add_version(brb_elf *elf, uint32_t index, uint32_t name, uint32_t *count)
{
	if (name >= elf->strings_size || ++*count > VERSIONS_MOST)
		return brb_elf_damaged(elf, "its symbol versions make no sense");
	if ((index & ~HIDDEN_VERSION) > elf->version_most)
		elf->version_most = index & ~HIDDEN_VERSION;
	return true;
}

/* What it wants of one library. Offsets only grow, so a walk ends. */
static bool check_needed_versions(brb_elf *elf, uint64_t address, uint32_t *count)
{
	for (;;) {
		Elf64_Vernaux version;
		uint64_t offset = 0;
		if (!brb_elf_in_file(elf, address, sizeof version, &offset) ||
		    !brb_elf_get(elf, offset, &version, sizeof version))
			return brb_elf_damaged(elf, "its needed versions lie outside its segments");
		if (!add_version(elf, version.vna_other, version.vna_name, count))
			return false;
		if (version.vna_next == 0)
			return true;
		address += version.vna_next;
	}
}

/* ld.so aborts the process when versions are wanted of a library that is not needed. */
static bool check_version_needs(brb_elf *elf)
{
	uint64_t address = elf->tags[BRB_ELF_TAG_VERNEED];
	uint32_t libraries = 0;
	uint32_t versions = 0;
	for (;;) {
		Elf64_Verneed need;
		uint64_t offset = 0;
		if (!brb_elf_in_file(elf, address, sizeof need, &offset) ||
		    !brb_elf_get(elf, offset, &need, sizeof need))
			return brb_elf_damaged(elf, "its needed versions lie outside its segments");
		if (need.vn_version != VER_NEED_CURRENT || need.vn_file >= elf->strings_size ||
		    ++libraries > LIBRARIES_WITH_VERSIONS_MOST || !brb_elf_needs(elf, need.vn_file))
			return brb_elf_damaged(elf, "it wants versions of a library that it does not need");
		if (!check_needed_versions(elf, address + need.vn_aux, &versions))
			return false;
		if (need.vn_next == 0)
			return true;
		address += need.vn_next;
	}
}

static bool check_version_definitions(brb_elf *elf)
{
	uint64_t address = elf->tags[BRB_ELF_TAG_VERDEF];
	uint32_t versions = 0;
	for (;;) {
		Elf64_Verdef definition;
		Elf64_Verdaux name;
		uint64_t offset = 0;
		if (!brb_elf_in_file(elf, address, sizeof definition, &offset) ||
		    !brb_elf_get(elf, offset, &definition, sizeof definition) ||
		    definition.vd_version != VER_DEF_CURRENT ||
		    !brb_elf_in_file(elf, address + definition.vd_aux, sizeof name, &offset) ||
		    !brb_elf_get(elf, offset, &name, sizeof name))
			return brb_elf_damaged(elf, "its defined versions lie outside its segments");
		if (!add_version(elf, definition.vd_ndx, name.vda_name, &versions))
			return false;
		if (definition.vd_next == 0)
			return true;
		address += definition.vd_next;
	}
}

/* Each symbol has the index of a version. ld.so reads it from an array as long as the highest that is defined, and
 * reads it even where there are no versions at all. */
static bool check_versions(brb_elf *elf)
{
	bool needs = elf->tag_seen[BRB_ELF_TAG_VERNEED];
	bool defines = elf->tag_seen[BRB_ELF_TAG_VERDEF];
	if ((needs && !check_version_needs(elf)) || (defines && !check_version_definitions(elf)))
		return false;
	if (!elf->tag_seen[BRB_ELF_TAG_VERSYM])
		return needs || defines ? brb_elf_damaged(elf, "its symbols have no versions, its libraries do")
					: true;
	uint64_t offset = 0;
	if (elf->version_most == 0 ||
	    !brb_elf_in_file(elf, elf->tags[BRB_ELF_TAG_VERSYM], elf->symbol_count * sizeof(uint16_t), &offset))
		return brb_elf_damaged(elf, "its symbols' versions lie outside its segments");
	for (uint64_t i = 0; i < elf->symbol_count; i++) {
		uint16_t version = 0;
		brb_elf_get(elf, offset + i * sizeof version, &version, sizeof version);
		if ((version & ~HIDDEN_VERSION) > elf->version_most)
			return brb_elf_damaged(elf, "a symbol has a version that does not exist");
	}
	return true;
}

/* ---- symbols ----------------------------------------------------------------------------------------------------- */

/* Functions whose effects outlive the object: a thread still running its code, a destructor called at thread end. */
static void learn_from_import(brb_elf *elf, const Elf64_Sym *symbol)
{
	static const char *const names[] = {
		"__cxa_thread_atexit", "__cxa_thread_atexit_impl", "pthread_key_create",
		"tss_create",          "pthread_create",           "thrd_create",
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (brb_elf_string_is(elf, symbol->st_name, names[i]))
			brb_elf_stay_resident(elf, "imports %s", names[i]);
	}
}

/* The N of badge_plugin_vN; 0 when the name is another. */
static uint32_t plugin_major(const brb_elf *elf, uint64_t name)
{
	size_t length = strlen(PLUGIN_SYMBOL_BEGINNING);
	if (elf->strings_size - name <= length ||
	    memcmp(elf->bytes + elf->strings_offset + name, PLUGIN_SYMBOL_BEGINNING, length) != 0)
		return 0;
	uint32_t major = 0;
	const uint8_t *digit = elf->bytes + elf->strings_offset + name + length;
	for (; *digit >= '0' && *digit <= '9' && major < 100000; digit++)
		major = major * 10 + (uint32_t)(*digit - '0');
	return *digit == '\0' ? major : 0;
}

static void learn_from_export(brb_elf *elf, const Elf64_Sym *symbol, findings *found)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	unsigned binding = ELF64_ST_BIND(symbol->st_info);
	if (binding == STB_GNU_UNIQUE)
		brb_elf_stay_resident(elf, "defines the UNIQUE symbol %s",
				      brb_elf_shown(elf, symbol->st_name, shown));
	if (binding == STB_LOCAL)
		return;
	uint32_t major = plugin_major(elf, symbol->st_name);
	if (brb_elf_string_is(elf, symbol->st_name, PLUGIN_SYMBOL)) {
		found->has_plugin = true;
		found->plugin = *symbol;
	} else if (major > found->other_major) {
		found->other_major = major;
	}
}

/* An undefined symbol with an address, or not open to other objects, would be bound to nonsense in this one. */
static bool check_import(brb_elf *elf, const Elf64_Sym *symbol)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	if (symbol->st_value == 0 && ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT)
		return true;
	return brb_elf_damaged(elf, "its undefined symbol %s has an address",
			       brb_elf_shown(elf, symbol->st_name, shown));
}

static bool check_export(brb_elf *elf, const Elf64_Sym *symbol)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	const char *name = brb_elf_shown(elf, symbol->st_name, shown);
	unsigned type = ELF64_ST_TYPE(symbol->st_info);
	if (elf->header.e_shnum != 0 && symbol->st_shndx < SHN_LORESERVE && symbol->st_shndx >= elf->header.e_shnum)
		return brb_elf_damaged(elf, "its symbol %s is in a section that is not there", name);
	if (type == STT_TLS) {
		if (elf->tls.p_type == PT_TLS && symbol->st_value <= elf->tls.p_memsz)
			return true;
		return brb_elf_damaged(elf, "its thread-local symbol %s lies outside its thread-local data", name);
	}
	if (!brb_elf_may_point_to(elf, symbol->st_value))
		return brb_elf_damaged(elf, "its symbol %s lies outside its segments", name);
	if ((type == STT_FUNC || type == STT_GNU_IFUNC) && !brb_elf_is_code(elf, symbol->st_value))
		return brb_elf_damaged(elf, "its function %s is not in its code", name);
	return true;
}

static bool check_symbol(brb_elf *elf, const Elf64_Sym *symbol)
{
	if (symbol->st_name >= elf->strings_size)
		return brb_elf_damaged(elf, "the name of a symbol lies outside its string table");
	if (symbol->st_shndx == SHN_ABS)
		return true;
	return symbol->st_shndx == SHN_UNDEF ? check_import(elf, symbol) : check_export(elf, symbol);
}

static bool check_plugin_symbol(brb_elf *elf, const findings *found)
{
	uint64_t offset = 0;
	if (!found->has_plugin && found->other_major != 0)
		return brb_elf_refuse(elf,
				      "is for badge ABI %u, this engine speaks 1: build it with this engine's "
				      "badge.h",
				      found->other_major);
	if (!found->has_plugin)
		return brb_elf_refuse(elf, "has no " PLUGIN_SYMBOL ": is it a brabeion plugin?");
	unsigned type = ELF64_ST_TYPE(found->plugin.st_info);
	if (type != STT_OBJECT && type != STT_NOTYPE)
		return brb_elf_refuse(elf, "has a " PLUGIN_SYMBOL " that is not data");
	if (found->plugin.st_shndx == SHN_ABS ||
	    !brb_elf_in_file(elf, found->plugin.st_value, 2 * sizeof(uint32_t), &offset) ||
	    !brb_elf_in_file(elf, found->plugin.st_value, found->plugin.st_size, &offset))
		return brb_elf_refuse(elf, "has a " PLUGIN_SYMBOL " without content: is it initialised?");
	elf->facts->plugin_address = found->plugin.st_value;
	return true;
}

bool brb_elf_check_symbols(brb_elf *elf)
{
	findings found = { .has_plugin = false };
	if (!check_hashes(elf) || !check_versions(elf))
		return false;
	for (uint64_t i = 1; i < elf->symbol_count; i++) {
		Elf64_Sym symbol = brb_elf_symbol(elf, i);
		if (!check_symbol(elf, &symbol))
			return false;
		if (symbol.st_shndx == SHN_UNDEF)
			learn_from_import(elf, &symbol);
		else
			learn_from_export(elf, &symbol, &found);
	}
	return check_plugin_symbol(elf, &found);
}
