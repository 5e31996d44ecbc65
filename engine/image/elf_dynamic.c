/*
 * elf_dynamic: the dynamic section of a shared object: the list of tags from which ld.so learns where its tables are.
 * Checks the list, the string table and the tags that need no table to be understood; learns what the object needs.
 */
#include "image/elf_inside.h"

#include <stdio.h>
#include <string.h>

#define NEEDED_MOST 64
#define LIBRARY_NAME_BYTES_MOST 255

/* ---- strings ----------------------------------------------------------------------------------------------------- */

bool brb_elf_string_is(const brb_elf *elf, uint64_t index, const char *text)
{
	size_t length = strlen(text) + 1;
	return index < elf->strings_size && length <= elf->strings_size - index &&
	       memcmp(elf->bytes + elf->strings_offset + index, text, length) == 0;
}

const char *brb_elf_shown(const brb_elf *elf, uint64_t index, char shown[BRB_ELF_SHOWN_BYTES])
{
	size_t length = 0;
	for (; length < BRB_ELF_SHOWN_BYTES - 1 && index + length < elf->strings_size; length++) {
		uint8_t byte = elf->bytes[elf->strings_offset + index + length];
		if (byte == '\0')
			break;
		shown[length] = byte >= ' ' && byte < 0x7f ? (char)byte : '?';
	}
	shown[length] = '\0';
	return shown;
}

/* The string itself. It ends inside the file, because the table's last byte is NUL. */
static const char *string_at(const brb_elf *elf, uint64_t index)
{
	return (const char *)elf->bytes + elf->strings_offset + index;
}

void brb_elf_stay_resident(brb_elf *elf, const char *format, ...)
{
	if (elf->facts->resident_because[0] != '\0')
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(elf->facts->resident_because, sizeof elf->facts->resident_because, format, arguments);
	va_end(arguments);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

/* Where a tag is kept in brb_elf.tags; -1 for those that don't matter. */
static int slot_of(int64_t tag)
{
	if (tag >= 0 && tag <= DT_RELRENT)
		return (int)tag;
	switch (tag) {
	case DT_GNU_HASH:
		return BRB_ELF_TAG_GNU_HASH;
	case DT_VERSYM:
		return BRB_ELF_TAG_VERSYM;
	case DT_VERNEED:
		return BRB_ELF_TAG_VERNEED;
	case DT_VERDEF:
		return BRB_ELF_TAG_VERDEF;
	case DT_RELACOUNT:
		return BRB_ELF_TAG_RELACOUNT;
	case DT_FLAGS_1:
		return BRB_ELF_TAG_FLAGS_1;
	default:
		return -1;
	}
}

static Elf64_Dyn dynamic_entry(const brb_elf *elf, uint64_t index)
{
	Elf64_Dyn entry = { .d_tag = DT_NULL };
	brb_elf_get(elf, elf->dynamic.p_offset + index * sizeof entry, &entry, sizeof entry);
	return entry;
}

/* Of a tag that comes twice ld.so takes the last; so does this. */
static bool read_list(brb_elf *elf)
{
	if (elf->dynamic.p_type != PT_DYNAMIC)
		return brb_elf_refuse(elf, "is not a shared object: it has no dynamic section");
	const Elf64_Phdr *load = brb_elf_in_memory(elf, elf->dynamic.p_vaddr, elf->dynamic.p_memsz);
	if (!load || !(load->p_flags & PF_W))
		return brb_elf_damaged(elf, "its dynamic section is read-only");
	uint64_t most = elf->dynamic.p_filesz / sizeof(Elf64_Dyn);
	for (uint64_t i = 0; i < most; i++) {
		Elf64_Dyn entry = dynamic_entry(elf, i);
		if (entry.d_tag == DT_NULL)
			return true;
		int slot = slot_of(entry.d_tag);
		if (slot < 0)
			continue;
		elf->tags[slot] = entry.d_un.d_val;
		elf->tag_seen[slot] = true;
	}
	return brb_elf_damaged(elf, "its dynamic section has no end");
}

static bool check_strings(brb_elf *elf)
{
	if (!elf->tag_seen[DT_STRTAB] || !elf->tag_seen[DT_STRSZ] || !elf->tag_seen[DT_SYMTAB])
		return brb_elf_damaged(elf, "its dynamic section names no symbols");
	elf->strings_size = elf->tags[DT_STRSZ];
	if (elf->strings_size == 0 ||
	    !brb_elf_in_file(elf, elf->tags[DT_STRTAB], elf->strings_size, &elf->strings_offset))
		return brb_elf_damaged(elf, "its string table lies outside its segments");
	if (elf->bytes[elf->strings_offset + elf->strings_size - 1] != '\0')
		return brb_elf_damaged(elf, "its string table has no end");
	return true;
}

/* ---- what the object is ------------------------------------------------------------------------------------------ */

static bool check_flags(brb_elf *elf)
{
	uint64_t flags = elf->tags[DT_FLAGS];
	uint64_t flags_1 = elf->tags[BRB_ELF_TAG_FLAGS_1];
	/* DF_1_PIE is younger than position-independent programs; DT_DEBUG is for programs alone. */
	if (flags_1 & DF_1_PIE || (elf->has_interpreter && elf->tag_seen[DT_DEBUG]))
		return brb_elf_refuse(elf, "is a program, not a plugin: link it with -shared");
	if (elf->tag_seen[DT_TEXTREL] || flags & DF_TEXTREL)
		return brb_elf_refuse(elf, "has relocations in its code (TEXTREL): compile it with -fPIC");
	if (flags & DF_STATIC_TLS)
		return brb_elf_refuse(elf, "uses initial-exec TLS, of which a running process has next to none left: "
					   "compile it with -fPIC and without -ftls-model=initial-exec");
	if (flags_1 & DF_1_NOOPEN)
		return brb_elf_refuse(elf, "is marked as not to be opened by dlopen: link it without -z nodlopen");
	if (flags_1 & DF_1_NODELETE)
		brb_elf_stay_resident(elf, "is marked NODELETE");
	return true;
}

/* ---- what the object names --------------------------------------------------------------------------------------- */

bool brb_elf_is_base_library(const brb_elf *elf, uint64_t index)
{
	const char *name = string_at(elf, index);
	static const char *const beginnings[] = {
		"libc.so.", "libm.so.", "libgcc_s.so.", "libstdc++.so.", "libdl.so.", "libpthread.so.", "ld-linux",
	};
	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

static bool check_no_origin(brb_elf *elf, const char *text, const char *what)
{
	if (!strstr(text, "$ORIGIN") && !strstr(text, "${ORIGIN}"))
		return true;
	return brb_elf_refuse(elf,
			      "has a %s with $ORIGIN: the engine loads a private copy from elsewhere, where its "
			      "libraries are not; link it without, or name their folder in full",
			      what);
}

static bool check_needed(brb_elf *elf, uint64_t index)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	const char *name = string_at(elf, index);
	size_t length = strnlen(name, LIBRARY_NAME_BYTES_MOST + 1);
	if (length == 0 || length > LIBRARY_NAME_BYTES_MOST)
		return brb_elf_damaged(elf, "it needs a library whose name has %s", length ? "no end" : "no letter");
	if (!brb_elf_is_base_library(elf, index))
		brb_elf_stay_resident(elf, "needs %s", brb_elf_shown(elf, index, shown));
	return check_no_origin(elf, name, "needed library");
}

static bool check_named(brb_elf *elf, int64_t tag, uint64_t index)
{
	if (index >= elf->strings_size)
		return brb_elf_damaged(elf, "a name in its dynamic section lies outside its string table");
	switch (tag) {
	case DT_NEEDED:
		return check_needed(elf, index);
	case DT_RPATH:
		return check_no_origin(elf, string_at(elf, index), "RPATH");
	case DT_RUNPATH:
		return check_no_origin(elf, string_at(elf, index), "RUNPATH");
	case DT_FILTER:
	case DT_AUXILIARY:
		brb_elf_stay_resident(elf, "stands in for another library (a filter)");
		return true;
	default:
		return true;
	}
}

static bool is_name(int64_t tag)
{
	return tag == DT_NEEDED || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH || tag == DT_FILTER ||
	       tag == DT_AUXILIARY || tag == DT_AUDIT || tag == DT_DEPAUDIT || tag == DT_CONFIG;
}

static bool check_names(brb_elf *elf)
{
	size_t names = 0;
	for (uint64_t i = 0;; i++) {
		Elf64_Dyn entry = dynamic_entry(elf, i);
		if (entry.d_tag == DT_NULL)
			return true;
		if (!is_name(entry.d_tag))
			continue;
		if (names++ == NEEDED_MOST)
			return brb_elf_damaged(elf, "its dynamic section has more than %d names", NEEDED_MOST);
		if (!check_named(elf, entry.d_tag, entry.d_un.d_val))
			return false;
	}
}

bool brb_elf_needs(const brb_elf *elf, uint64_t name)
{
	for (uint64_t i = 0;; i++) {
		Elf64_Dyn entry = dynamic_entry(elf, i);
		if (entry.d_tag == DT_NULL)
			return false;
		if (entry.d_tag == DT_NEEDED && strcmp(string_at(elf, entry.d_un.d_val), string_at(elf, name)) == 0)
			return true;
	}
}

bool brb_elf_needed(const brb_elf *elf, uint64_t i, uint64_t *name)
{
	for (uint64_t entry_at = 0;; entry_at++) {
		Elf64_Dyn entry = dynamic_entry(elf, entry_at);
		if (entry.d_tag == DT_NULL)
			return false;
		if (entry.d_tag != DT_NEEDED || i-- > 0)
			continue;
		*name = entry.d_un.d_val;
		return true;
	}
}

/* ---- functions that ld.so calls ---------------------------------------------------------------------------------- */

static bool check_function(brb_elf *elf, int tag, const char *what)
{
	if (elf->tag_seen[tag] && !brb_elf_is_code(elf, elf->tags[tag]))
		return brb_elf_damaged(elf, "its %s function is not in its code", what);
	return true;
}

static bool check_array(brb_elf *elf, int array_tag, int size_tag, brb_elf_range *range)
{
	if (!elf->tag_seen[array_tag])
		return true;
	uint64_t address = elf->tags[array_tag];
	uint64_t size_bytes = elf->tags[size_tag];
	const Elf64_Phdr *load = brb_elf_in_memory(elf, address, size_bytes);
	if (!elf->tag_seen[size_tag] || !load || !(load->p_flags & PF_W) || address % 8 != 0 || size_bytes % 8 != 0)
		return brb_elf_damaged(elf, "its list of constructors or destructors is not in its data");
	*range = (brb_elf_range){ .address = address, .size_bytes = size_bytes };
	return true;
}

static bool check_functions(brb_elf *elf)
{
	return check_function(elf, DT_INIT, "initialising") && check_function(elf, DT_FINI, "finishing") &&
	       check_array(elf, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, &elf->constructors) &&
	       check_array(elf, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, &elf->destructors);
}

bool brb_elf_check_dynamic(brb_elf *elf)
{
	return read_list(elf) && check_strings(elf) && check_flags(elf) && check_names(elf) && check_functions(elf);
}
