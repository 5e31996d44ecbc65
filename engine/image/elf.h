/*
 * elf: are these bytes a shared object that the dynamic linker can map, relocate and start without harm?
 *
 * dlopen trusts its input: of files with a few wrong bytes it crashes on some 8 %, of truncated files on most. So all
 * that glibc's ld.so reads or writes while it loads is checked here first, over the bytes of the whole file: headers,
 * segments, the dynamic section, its tables and every string, symbol, version and relocation in them. What a damaged
 * instruction does cannot be seen from outside.
 *
 * A pure function: no I/O, no allocation, nothing kept. Its work grows with the size of the file alone.
 *
 * Leaves to others: reading the file, and whether the libraries that it needs are there (loading/image).
 *
 * The format is that of the System V ABI, "Object Files" and "Program Loading and Dynamic Linking", with its
 * processor supplements for x86-64 and AArch64, and of GNU's extensions as <elf.h> has them.
 */
#ifndef BRB_IMAGE_ELF_H
#define BRB_IMAGE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define BRB_ELF_SEGMENTS_MOST 32

/* A loadable segment: where it lies before the load address is added, and what may be done there. */
typedef struct brb_elf_segment {
	uint64_t address;
	uint64_t size_bytes;
	bool readable;
	bool writable;
	bool executable;
} brb_elf_segment;

typedef struct brb_elf_facts {
	brb_elf_segment segments[BRB_ELF_SEGMENTS_MOST]; /* by ascending address */
	size_t segment_count;
	uint64_t plugin_address;    /* of badge_plugin_v1, before the load address is added */
	char resident_because[160]; /* why the object must never be unloaded: "imports pthread_create"; else empty */
} brb_elf_facts;

/*
 * Checks a whole file. `facts` is filled when it is good.
 *
 * Errors: BRABEION_CONFIG with what is wrong, as the end of a sentence that begins with the file's name:
 *         "is cut short: its headers speak of 15,904 bytes, it has 4,096".
 */
brabeion_status brb_elf_check(const void *bytes, size_t size_bytes, brb_elf_facts *facts, brabeion_error *error);

/* A library that is needed (`symbol` NULL), or a symbol that must come from one (`library` NULL: any). */
typedef void brb_elf_take_import(void *context, const char *library, const char *symbol);

/*
 * Tells what a whole file wants of others than the C library, the compiler's and C++'s: first the libraries, then the
 * symbols that it cannot do without. The names are printable, and shortened; they live during the call.
 * Errors: as brb_elf_check.
 */
brabeion_status brb_elf_imports(const void *bytes, size_t size_bytes, brb_elf_take_import *take, void *context,
				brabeion_error *error);

#endif
