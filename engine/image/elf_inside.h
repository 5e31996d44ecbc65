/*
 * elf_inside: what the files of the elf room share, and no other room sees. The file is read as little pieces copied
 * out of it (brb_elf_get), never through a pointer into it, so that neither its size nor its alignment can surprise.
 *
 * A check answers true, or sets the error and answers false.
 *
 * elf.c             the header and the segments
 * elf_dynamic.c     the dynamic section: which tables there are and where, which libraries are needed
 * elf_symbols.c     the symbols, their hash tables and versions
 * elf_imports.c     what is wanted of other objects; not a check
 * elf_relocations.c what the dynamic linker writes
 */
#ifndef BRB_IMAGE_ELF_INSIDE_H
#define BRB_IMAGE_ELF_INSIDE_H

#include <elf.h>

#include "image/elf.h"

/* Newer than some C libraries' <elf.h>. */
#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#define DT_RELRENT 37
#endif
#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif

#define BRB_ELF_PAGE_BYTES 4096u /* the smallest that either machine has */

/* Tags below DT_RELRENT + 1 stand in brb_elf.tags as they are, the others that matter behind them. */
enum {
	BRB_ELF_TAG_GNU_HASH = DT_RELRENT + 1,
	BRB_ELF_TAG_VERSYM,
	BRB_ELF_TAG_VERNEED,
	BRB_ELF_TAG_VERDEF,
	BRB_ELF_TAG_RELACOUNT,
	BRB_ELF_TAG_FLAGS_1,
	BRB_ELF_TAG_COUNT
};

/* A stretch of addresses. */
typedef struct brb_elf_range {
	uint64_t address;
	uint64_t size_bytes;
} brb_elf_range;

typedef struct brb_elf {
	const uint8_t *bytes;
	size_t size_bytes;
	brb_elf_facts *facts;
	brabeion_error *error;

	Elf64_Ehdr header;
	Elf64_Phdr loads[BRB_ELF_SEGMENTS_MOST];
	size_t load_count;
	Elf64_Phdr dynamic; /* p_type is PT_NULL where there is none */
	Elf64_Phdr tls;
	bool has_interpreter;

	uint64_t tags[BRB_ELF_TAG_COUNT];
	bool tag_seen[BRB_ELF_TAG_COUNT];

	uint64_t strings_offset; /* in the file */
	uint64_t strings_size;
	uint64_t symbols_offset; /* in the file */
	uint64_t symbol_count;
	uint32_t version_most; /* the highest version index that is defined or needed */
	brb_elf_range constructors;
	brb_elf_range destructors;
	uint64_t constructors_relocated;
	uint64_t destructors_relocated;
} brb_elf;

/* Sets the error; answers false, so that a check can return it. */
bool brb_elf_refuse(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);
/* The same with "is damaged: " in front, and the way to mend it behind. */
bool brb_elf_damaged(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);

/* Copies a piece out of the file; false, with no error set, when it is not all there. */
bool brb_elf_get(const brb_elf *elf, uint64_t offset, void *piece, size_t size_bytes);

/* Where `size_bytes` at an address stand in the file; false, with no error set, when they don't. */
bool brb_elf_in_file(const brb_elf *elf, uint64_t address, uint64_t size_bytes, uint64_t *offset);
/* The segment that has `size_bytes` at an address in memory; NULL when none has. */
const Elf64_Phdr *brb_elf_in_memory(const brb_elf *elf, uint64_t address, uint64_t size_bytes);
/* True for an address in a segment, at its end, or in what is left of its last page: where a pointer may point. */
bool brb_elf_may_point_to(const brb_elf *elf, uint64_t address);
bool brb_elf_is_code(const brb_elf *elf, uint64_t address);

/* A string of the string table is this one. */
bool brb_elf_string_is(const brb_elf *elf, uint64_t index, const char *text);
/* Its first bytes for a message, with ? for what is not printable ASCII. */
#define BRB_ELF_SHOWN_BYTES 81
const char *brb_elf_shown(const brb_elf *elf, uint64_t index, char shown[BRB_ELF_SHOWN_BYTES]);

/* Whether the library of this name is among those that the object says it needs. */
bool brb_elf_needs(const brb_elf *elf, uint64_t name);

/* The i-th library that the object says it needs, as a place in the string table; false: it needs no more. */
bool brb_elf_needed(const brb_elf *elf, uint64_t i, uint64_t *name);
/* The libraries that a plugin may need and still be unloaded: they stay, whoever else goes. */
bool brb_elf_is_base_library(const brb_elf *elf, uint64_t name);

/* Notes the first reason to stay resident. */
void brb_elf_stay_resident(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);

bool brb_elf_check_dynamic(brb_elf *elf);
bool brb_elf_check_symbols(brb_elf *elf);
bool brb_elf_check_relocations(brb_elf *elf);

/* Of a file that has passed all checks. */
void brb_elf_tell_imports(const brb_elf *elf, brb_elf_take_import *take, void *context);

/* The symbol, which is there: index < symbol_count. */
Elf64_Sym brb_elf_symbol(const brb_elf *elf, uint64_t index);

#endif
