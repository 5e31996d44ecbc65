/*
 * elf_file: the bytes of an ELF file, by offset, address and string index; for the elf files alone. Pieces are copied
 * out, never pointed into, so that neither size nor alignment can surprise.
 *
 * Calls go one way: elf.c -> elf_headers.c, elf_dynamic.c, elf_symbols.c, elf_versions.c -> elf_file.c. A check returns true, or sets
 * the error and returns false.
 */
#ifndef BRB_IMAGE_ELF_FILE_H
#define BRB_IMAGE_ELF_FILE_H

#include <elf.h>

#include "image/elf.h"

/* Newer than some C libraries' <elf.h>. */
#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif

typedef struct brb_elf {
	const uint8_t *bytes;
	size_t size_bytes;
	brb_elf_facts *facts;
	brabeion_error *error;

	/* elf_headers.c */
	Elf64_Ehdr header;
	Elf64_Phdr dynamic; /* p_type is PT_NULL where there is none */
	bool has_interpreter;
	/* elf_dynamic.c */
	uint64_t strings_offset;
	uint64_t strings_bytes;
	/* elf_symbols.c */
	uint64_t symbols_offset;
	uint64_t symbol_count;
} brb_elf;

/* Sets the error and returns false, so that a check can return it. */
bool brb_elf_refuse(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);
/* The same with "is damaged" and the remedy in front. */
bool brb_elf_damaged(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);

/* Copies a piece out of the file; false, with no error set, when it is not all there. */
bool brb_elf_get(const brb_elf *elf, uint64_t offset, void *piece, size_t size_bytes);
/* The same by address. */
bool brb_elf_get_at(const brb_elf *elf, uint64_t address, void *piece, size_t size_bytes);

/* Where `size_bytes` at an address are in the file; false, with no error set, when they are not. */
bool brb_elf_in_file(const brb_elf *elf, uint64_t address, uint64_t size_bytes, uint64_t *offset);

/* A tag of the dynamic section; of one that comes twice the last, as ld.so has it. False: there is none. */
bool brb_elf_tag(const brb_elf *elf, int64_t tag, uint64_t *value);
/* The i-th entry of the dynamic section; DT_NULL at and behind its end. */
Elf64_Dyn brb_elf_dynamic_entry(const brb_elf *elf, uint64_t i);

/* A string of the string table; "" when it lies outside. */
const char *brb_elf_string(const brb_elf *elf, uint64_t index);
/* Its first bytes for a message, with ? for what is not printable ASCII. */
#define BRB_ELF_SHOWN_BYTES 81
const char *brb_elf_shown(const char *string, char shown[BRB_ELF_SHOWN_BYTES]);

/* Keeps the first reason for the object to stay resident. */
void brb_elf_stay_resident(brb_elf *elf, const char *format, ...) BRB_PRINTF(2, 3);

bool brb_elf_check_headers(brb_elf *elf);
bool brb_elf_check_dynamic(brb_elf *elf);
bool brb_elf_check_symbols(brb_elf *elf);
bool brb_elf_check_versions(brb_elf *elf); /* of symbols that have been counted */

/* A library that a plugin may need and still be unloaded: the C library's, the compiler's, C++'s. */
bool brb_elf_is_base_library(const char *name);
/* Of a file that has passed all checks. */
void brb_elf_list_imports(const brb_elf *elf, brb_elf_take_import *take, void *context);

#endif
