/*
 * elf_dynamic: the dynamic section, the list of tags from which ld.so learns what the object needs and where its tables
 * are.
 */
#include "image/elf_file.h"

#include <string.h>

static bool check_list(brb_elf *elf)
{
	if (elf->dynamic.p_type != PT_DYNAMIC)
		return brb_elf_refuse(elf, "is not a shared object: it has no dynamic section");
	uint64_t count = elf->dynamic.p_filesz / sizeof(Elf64_Dyn), i = 0;
	while (i < count && brb_elf_dynamic_entry(elf, i).d_tag != DT_NULL)
		i++;
	return i < count || brb_elf_damaged(elf, "its dynamic section has no end");
}

static bool check_strings(brb_elf *elf)
{
	uint64_t address = 0, bytes = 0;
	if (!brb_elf_tag(elf, DT_STRTAB, &address) || !brb_elf_tag(elf, DT_STRSZ, &bytes) || bytes == 0 ||
	    !brb_elf_in_file(elf, address, bytes, &elf->strings_offset))
		return brb_elf_damaged(elf, "its string table lies outside its segments");
	if (elf->bytes[elf->strings_offset + bytes - 1] != '\0')
		return brb_elf_damaged(elf, "its string table has no end");
	elf->strings_bytes = bytes;
	return true;
}

static bool check_flags(brb_elf *elf)
{
	uint64_t flags = 0, flags_1 = 0, ignored = 0;
	brb_elf_tag(elf, DT_FLAGS, &flags);
	brb_elf_tag(elf, DT_FLAGS_1, &flags_1);
	/* DF_1_PIE is younger than position-independent programs; DT_DEBUG is for programs alone. */
	if (flags_1 & DF_1_PIE || (elf->has_interpreter && brb_elf_tag(elf, DT_DEBUG, &ignored)))
		return brb_elf_refuse(elf, "is a program, not a plugin: link it with -shared");
	if (flags & DF_TEXTREL || brb_elf_tag(elf, DT_TEXTREL, &ignored))
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

/* ---- names ------------------------------------------------------------------------------------------------------- */

bool brb_elf_is_base_library(const char *name)
{
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

static bool check_name(brb_elf *elf, int64_t tag, const char *name)
{
	char shown[BRB_ELF_SHOWN_BYTES];
	switch (tag) {
	case DT_NEEDED:
		if (!brb_elf_is_base_library(name))
			brb_elf_stay_resident(elf, "needs %s", brb_elf_shown(name, shown));
		return check_no_origin(elf, name, "needed library");
	case DT_RPATH:
		return check_no_origin(elf, name, "RPATH");
	case DT_RUNPATH:
		return check_no_origin(elf, name, "RUNPATH");
	case DT_FILTER:
	case DT_AUXILIARY:
		brb_elf_stay_resident(elf, "stands in for another library (a filter)");
		return true;
	default:
		return true;
	}
}

static bool check_names(brb_elf *elf)
{
	for (uint64_t i = 0;; i++) {
		Elf64_Dyn entry = brb_elf_dynamic_entry(elf, i);
		if (entry.d_tag == DT_NULL)
			return true;
		if (!check_name(elf, entry.d_tag, brb_elf_string(elf, entry.d_un.d_val)))
			return false;
	}
}

bool brb_elf_check_dynamic(brb_elf *elf)
{
	return check_list(elf) && check_strings(elf) && check_flags(elf) && check_names(elf);
}
