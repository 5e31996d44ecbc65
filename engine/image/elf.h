/*
 * elf: is this file a whole plugin that this process can map, and may it be unloaded again?
 *
 * Checks what the dynamic linker takes for granted before it maps a file: the file is whole and of this machine, its
 * segments and its dynamic section lie inside of it, it exports badge_plugin_v1. Reads from the imports whether the
 * object must stay loaded. Damage in tables, relocations and code is the probe's to find (probe/client.h); a pinned
 * sha256 finds all of it.
 *
 * A pure function: no I/O, no allocation. It reads no byte outside of the file, whatever the file says.
 *
 * Not here: reading the file, and whether the libraries that it needs exist (image/image).
 *
 * The format: System V ABI, "Object Files" and "Program Loading and Dynamic Linking"; GNU's extensions as in <elf.h>.
 */
#ifndef BRB_IMAGE_ELF_H
#define BRB_IMAGE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define BRB_ELF_SEGMENTS_MOST 32

/* A loadable segment. Addresses are those of the file: the load address is added when it is mapped. */
typedef struct brb_elf_segment {
	uint64_t address;
	uint64_t size_bytes; /* in memory; the file has the first file_bytes of them */
	uint64_t file_offset;
	uint64_t file_bytes;
	bool readable;
	bool writable;
	bool executable;
} brb_elf_segment;

typedef struct brb_elf_facts {
	brb_elf_segment segments[BRB_ELF_SEGMENTS_MOST]; /* by ascending address */
	size_t segment_count;
	char resident_because[160]; /* why the object must never be unloaded: "imports pthread_create"; else empty */
} brb_elf_facts;

/*
 * Checks a whole file and fills `facts`.
 *
 * Errors: BRABEION_CONFIG with what is wrong, as the end of a sentence that begins with the file's name:
 *         "is cut short: its headers speak of 15,904 bytes, it has 4,096".
 */
brabeion_status brb_elf_check(const void *bytes, size_t size_bytes, brb_elf_facts *facts, brabeion_error *error);

/* A library that is needed (`symbol` NULL), or a symbol that must come from one (`library` NULL: any). */
typedef void brb_elf_take_import(void *context, const char *library, const char *symbol);

/*
 * Lists what a file needs besides the C library, the compiler's and C++'s: first libraries, then the symbols that it
 * cannot do without. The names are printable, shortened, and valid during the call.
 * Errors: as brb_elf_check.
 */
brabeion_status brb_elf_imports(const void *bytes, size_t size_bytes, brb_elf_take_import *take, void *context,
				brabeion_error *error);

#endif
