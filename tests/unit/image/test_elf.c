/*
 * elf: good shared objects pass, others are refused with their fault, and no bytes make the checks read outside the
 * file (sanitizers would report that).
 */
#include <criterion/criterion.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/elf.h"

#ifndef BRB_TEST_PLUGIN_DIR
#define BRB_TEST_PLUGIN_DIR BRB_BUILD_DIR "/tests/plugins"
#endif

/* The bytes of a plugin, in an exact-size block, so that a sanitizer detects an overrun. */
static uint8_t *bytes;
static size_t size;

static void take(const char *plugin)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.so", BRB_TEST_PLUGIN_DIR, plugin);
	FILE *file = fopen(path, "rb");
	cr_assert_not_null(file, "%s cannot be opened", path);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	free(bytes);
	bytes = malloc(size);
	cr_assert_not_null(bytes);
	cr_assert_eq(fread(bytes, 1, size, file), size);
	fclose(file);
}

static void take_good(void)
{
	take("good_one");
}

static void drop(void)
{
	free(bytes);
	bytes = NULL;
}

/* Checks the bytes. Returns the message; "": they pass. */
static const char *message(void)
{
	static char text[1024];
	brb_elf_facts facts;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_elf_check(bytes, size, &facts, &error);
	cr_assert(status == BRABEION_OK || status == BRABEION_CONFIG);
	snprintf(text, sizeof text, "%s", error.message ? error.message : "");
	brabeion_error_finish(&error);
	return text;
}

#define EXPECT(text) cr_expect_str_eq(message(), text)
#define EXPECT_DAMAGED(text) EXPECT("is damaged (copy or build it again): " text)

/* ---- editing the file -------------------------------------------------------------------------------------------- */

static Elf64_Ehdr header(void)
{
	Elf64_Ehdr found;
	memcpy(&found, bytes, sizeof found);
	return found;
}

static void set_header(const Elf64_Ehdr *changed)
{
	memcpy(bytes, changed, sizeof *changed);
}

/* The offset of the first program header of a type, and with these flags. */
static size_t segment_at(uint32_t type, uint32_t flags)
{
	for (size_t i = 0; i < header().e_phnum; i++) {
		size_t at = header().e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr segment;
		memcpy(&segment, bytes + at, sizeof segment);
		if (segment.p_type == type && (segment.p_flags & flags) == flags)
			return at;
	}
	cr_assert_fail("there is no segment of type %x", type);
	return 0;
}

static Elf64_Phdr segment(uint32_t type, uint32_t flags)
{
	Elf64_Phdr found;
	memcpy(&found, bytes + segment_at(type, flags), sizeof found);
	return found;
}

static void set_segment(uint32_t type, uint32_t flags, const Elf64_Phdr *changed)
{
	memcpy(bytes + segment_at(type, flags), changed, sizeof *changed);
}

/* The offset of the first entry with a tag in the dynamic section; 0: there is none. */
static size_t find_tag(int64_t tag)
{
	Elf64_Phdr dynamic = segment(PT_DYNAMIC, 0);
	for (size_t at = dynamic.p_offset; at < dynamic.p_offset + dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;
		memcpy(&entry, bytes + at, sizeof entry);
		if (entry.d_tag == tag)
			return at;
	}
	return 0;
}

static size_t tag_at(int64_t tag)
{
	size_t at = find_tag(tag);
	cr_assert(at, "there is no tag %llx", (unsigned long long)tag);
	return at;
}

static uint64_t tag(int64_t wanted)
{
	Elf64_Dyn entry;
	memcpy(&entry, bytes + tag_at(wanted), sizeof entry);
	return entry.d_un.d_val;
}

static void set_tag(int64_t which, uint64_t value)
{
	Elf64_Dyn entry = { .d_tag = which, .d_un.d_val = value };
	memcpy(bytes + tag_at(which), &entry, sizeof entry);
}

/* Replaces an entry of the dynamic section. */
static void replace_tag(int64_t old, int64_t tag_now, uint64_t value)
{
	Elf64_Dyn entry = { .d_tag = tag_now, .d_un.d_val = value };
	memcpy(bytes + tag_at(old), &entry, sizeof entry);
}

/* A plugin that is linked with -z now has flags of its own. */
static void set_flags_1(uint64_t flags)
{
	replace_tag(find_tag(DT_FLAGS_1) ? DT_FLAGS_1 : DT_FINI, DT_FLAGS_1, flags);
}

/* The offset of an address in the file. */
static size_t offset_of(uint64_t address)
{
	for (size_t i = 0; i < header().e_phnum; i++) {
		Elf64_Phdr load;
		memcpy(&load, bytes + header().e_phoff + i * sizeof load, sizeof load);
		if (load.p_type == PT_LOAD && address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
			return load.p_offset + (address - load.p_vaddr);
	}
	cr_assert_fail("%llx is in no segment", (unsigned long long)address);
	return 0;
}

static Elf64_Sym symbol(size_t index)
{
	Elf64_Sym found;
	memcpy(&found, bytes + offset_of(tag(DT_SYMTAB)) + index * sizeof found, sizeof found);
	return found;
}

static void set_symbol(size_t index, const Elf64_Sym *changed)
{
	memcpy(bytes + offset_of(tag(DT_SYMTAB)) + index * sizeof *changed, changed, sizeof *changed);
}

/* The index of a symbol by its name. */
static size_t symbol_named(const char *name)
{
	size_t strings = offset_of(tag(DT_STRTAB));
	for (size_t i = 1; i < 64; i++) {
		if (strcmp((const char *)bytes + strings + symbol(i).st_name, name) == 0)
			return i;
	}
	cr_assert_fail("there is no symbol %s", name);
	return 0;
}

/* ---- good files -------------------------------------------------------------------------------------------------- */

Test(elf, a_good_plugin_passes, .init = take_good, .fini = drop)
{
	brb_elf_facts facts;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_elf_check(bytes, size, &facts, &error), BRABEION_OK, "%s", error.message);
	cr_assert_null(error.message);
	cr_assert_str_eq(facts.resident_because, "");
	cr_assert_geq(facts.segment_count, 2);
	cr_assert_eq(facts.segments[0].address, 0);
	cr_assert(facts.segments[0].readable);
}

Test(elf, all_the_test_plugins_that_are_sound_as_files_pass, .fini = drop)
{
	static const char *const names[] = { "good_many", "good_cxx", "larger_struct", "wrong_magic", "fast_math" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		take(names[i]);
		cr_expect_str_eq(message(), "", "%s", names[i]);
	}
}

Test(elf, facts_are_untouched_by_a_refusal)
{
	brb_elf_facts facts;
	memset(&facts, 0x5a, sizeof facts);
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_elf_check("nonsense", 8, &facts, &error), BRABEION_CONFIG);
	cr_assert_eq(facts.segment_count, 0x5a5a5a5a5a5a5a5aull);
	brabeion_error_finish(&error);
}

/* ---- other kinds of file ----------------------------------------------------------------------------------------- */

static const char *message_of(const char *text, size_t length)
{
	free(bytes);
	size = length;
	bytes = malloc(length ? length : 1);
	cr_assert_not_null(bytes);
	memcpy(bytes, text, length);
	return message();
}

Test(elf, other_files_are_named_by_their_beginning, .fini = drop)
{
	cr_expect_str_eq(message_of("", 0), "is empty");
	cr_expect_str_eq(message_of("#!/bin/sh\nexit\n", 15), "is not a shared object: it begins with \"#!/bin/sh\"");
	cr_expect_str_eq(message_of("GROUP ( libfoo.so.1 )", 21),
			 "is not a shared object: it begins with \"GROUP ( libfoo.s\"");
	cr_expect_str_eq(message_of("\0\1\2\3\4", 5), "is not a shared object: it begins with the bytes 00 01 02 03");
	cr_expect_str_eq(message_of("\377", 1), "is not a shared object: it begins with the bytes ff");
	cr_expect_str_eq(message_of("!<arch>\nfoo.o/", 14),
			 "is not a shared object but a static archive (.a): link it with -shared");
	cr_expect_str_eq(message_of("\177ELF\2\1\1", 7), "is cut short: it has 7 bytes, less than its header");
}

/* For tests that change bytes which only the linker of x86-64 puts where they are. */
static void only_on_x86_64(void)
{
#ifndef __x86_64__
	cr_skip_test("it changes a file that the linker of x86-64 has laid out");
#endif
}

Test(elf, other_machines_are_named, .init = take_good, .fini = drop)
{
	Elf64_Ehdr good = header();
	Elf64_Ehdr other = good;
	other.e_ident[EI_CLASS] = ELFCLASS32;
	set_header(&other);
	EXPECT("is not a 64-bit shared object (its ELF class is 1); this engine is 64-bit");
	other = good;
	other.e_ident[EI_DATA] ^= 3;
	set_header(&other);
	EXPECT("is for a machine with the other byte order");
	other = good;
	other.e_machine = EM_RISCV;
	set_header(&other);
#ifdef __x86_64__
	EXPECT("is compiled for RISC-V; this engine runs on x86-64");
#else
	EXPECT("is compiled for RISC-V; this engine runs on AArch64");
#endif
	other = good;
	other.e_ident[EI_OSABI] = ELFOSABI_FREEBSD;
	set_header(&other);
	EXPECT("is for another operating system (its ELF OS/ABI is 9)");
}

Test(elf, other_kinds_of_elf_file_are_named, .init = take_good, .fini = drop)
{
	Elf64_Ehdr other = header();
	other.e_type = ET_REL;
	set_header(&other);
	EXPECT("is an object file (.o), not a shared object: link it with -shared");
	other.e_type = ET_EXEC;
	set_header(&other);
	EXPECT("is a program, not a plugin: link it with -shared");
	other.e_type = ET_CORE;
	set_header(&other);
	EXPECT("is a core dump, not a shared object");
}

Test(elf, a_position_independent_program_is_no_plugin, .init = take_good, .fini = drop)
{
	set_flags_1(DF_1_PIE);
	EXPECT("is a program, not a plugin: link it with -shared");
}

/* ---- truncation -------------------------------------------------------------------------------------------------- */

Test(elf, a_truncated_file_is_cut_short, .init = take_good, .fini = drop)
{
	char expected[128];
	size_t whole = size;
	size = 4096;
	snprintf(expected, sizeof expected, "is cut short: its headers speak of %zu bytes, it has 4096", whole);
	EXPECT(expected);
}

Test(elf, every_truncation_is_refused, .init = take_good, .fini = drop)
{
	uint8_t *whole = bytes;
	for (size_t length = 0; length < size; length += 64) {
		uint8_t *piece = malloc(length ? length : 1);
		cr_assert_not_null(piece);
		memcpy(piece, whole, length);
		brb_elf_facts facts;
		brabeion_error error = BRABEION_NO_ERROR;
		cr_expect_eq(brb_elf_check(piece, length, &facts, &error), BRABEION_CONFIG, "at %zu bytes", length);
		brabeion_error_finish(&error);
		free(piece);
	}
}

/* ---- segments ---------------------------------------------------------------------------------------------------- */

Test(elf, an_executable_stack_is_refused, .fini = drop)
{
	take("exec_stack");
	EXPECT("asks for an executable stack: link it with -Wl,-z,noexecstack");
	take_good();
	Elf64_Phdr stack = segment(PT_GNU_STACK, 0);
	stack.p_type = PT_NULL;
	set_segment(PT_GNU_STACK, 0, &stack);
	EXPECT("asks for an executable stack (it has no PT_GNU_STACK header): link it with -Wl,-z,noexecstack");
}

Test(elf, a_writable_and_executable_segment_is_refused, .init = take_good, .fini = drop)
{
	Elf64_Phdr load = segment(PT_LOAD, PF_W);
	load.p_flags |= PF_X;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT("has a segment that is both writable and executable: link it without -N or --omagic");
}

Test(elf, segments_that_cannot_be_mapped_are_refused, .init = take_good, .fini = drop)
{
	only_on_x86_64();
	Elf64_Phdr good = segment(PT_LOAD, PF_W);
	Elf64_Phdr load = good;
	load.p_memsz = load.p_filesz - 1;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("a segment cannot be mapped");
	load = good;
	load.p_vaddr += 8;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("a segment cannot be mapped");
	load = good;
	load.p_align = 24;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("a segment cannot be mapped");
	load = good;
	load.p_memsz = 1ull << 40;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("a segment cannot be mapped");
	load = good;
	load.p_memsz = UINT64_MAX;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("a segment cannot be mapped");
	load = good;
	load.p_vaddr = load.p_offset % load.p_align;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("its segments overlap or are out of order");
	load = good;
	load.p_offset = UINT64_MAX - 4;
	set_segment(PT_LOAD, PF_W, &load);
	EXPECT_DAMAGED("its headers speak of places beyond any file");
}

Test(elf, parts_must_be_where_they_are_said_to_be, .init = take_good, .fini = drop)
{
	Elf64_Phdr good = segment(PT_GNU_EH_FRAME, 0);
	Elf64_Phdr part = good;
	part.p_vaddr += 1u << 20;
	set_segment(PT_GNU_EH_FRAME, 0, &part);
	EXPECT_DAMAGED("the part of type 0x6474e550 is not where its header says");
	set_segment(PT_GNU_EH_FRAME, 0, &good);
	part = segment(PT_GNU_RELRO, 0);
	part.p_memsz = 1u << 20;
	set_segment(PT_GNU_RELRO, 0, &part);
	EXPECT_DAMAGED("the part of type 0x6474e552 is not where its header says");
}

/* ---- the dynamic section ----------------------------------------------------------------------------------------- */

Test(elf, text_relocations_are_refused, .init = take_good, .fini = drop)
{
	replace_tag(DT_FINI, DT_TEXTREL, 0);
	EXPECT("has relocations in its code (TEXTREL): compile it with -fPIC");
}

Test(elf, initial_exec_tls_is_refused, .fini = drop)
{
	const char *words =
		"uses initial-exec TLS, of which a running process has next to none left: compile it with "
		"-fPIC and without -ftls-model=initial-exec";
	only_on_x86_64(); /* that of AArch64 does not set DF_STATIC_TLS */
	take("static_tls");
	EXPECT(words);
	take_good();
	set_tag(DT_FLAGS, DF_STATIC_TLS); /* present because of -Bsymbolic */
	EXPECT(words);
}

/* Overwrites the end of the string table with a text. Returns its index. */
static uint64_t put_string(const char *text)
{
	uint64_t index = tag(DT_STRSZ) - strlen(text) - 1;
	memcpy(bytes + offset_of(tag(DT_STRTAB)) + index, text, strlen(text) + 1);
	return index;
}

Test(elf, runpath_with_origin_is_refused, .init = take_good, .fini = drop)
{
	only_on_x86_64();
	replace_tag(DT_FINI, DT_RUNPATH, put_string("$ORIGIN/lib"));
	EXPECT("has a RUNPATH with $ORIGIN: the engine loads a private copy from elsewhere, where its libraries are "
	       "not; link it without, or name their folder in full");
}

Test(elf, tables_outside_the_segments_are_refused, .init = take_good, .fini = drop)
{
	static const struct {
		int64_t tag;
		const char *words;
	} cases[] = {
		{ DT_STRTAB, "its string table lies outside its segments" },
		{ DT_SYMTAB, "its symbols lie outside its segments" },
		{ DT_GNU_HASH, "its hash table lies outside its segments" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char expected[256];
		uint64_t good = tag(cases[i].tag);
		set_tag(cases[i].tag, 0x7ffffff0);
		snprintf(expected, sizeof expected, "is damaged (copy or build it again): %s", cases[i].words);
		EXPECT(expected);
		set_tag(cases[i].tag, good);
	}
	EXPECT("");
}

Test(elf, a_dynamic_section_without_end_is_refused, .init = take_good, .fini = drop)
{
	Elf64_Phdr dynamic = segment(PT_DYNAMIC, 0);
	for (size_t at = 0; at < dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;
		memcpy(&entry, bytes + dynamic.p_offset + at, sizeof entry);
		if (entry.d_tag == DT_NULL)
			entry.d_tag = DT_DEBUG;
		memcpy(bytes + dynamic.p_offset + at, &entry, sizeof entry);
	}
	EXPECT_DAMAGED("its dynamic section has no end");
}

/* ---- versions of symbols ----------------------------------------------------------------------------------------- */

/* ld.so would read its entry far behind the end of an array. */
Test(elf, a_symbol_with_a_version_that_there_is_not_is_refused, .init = take_good, .fini = drop)
{
	uint16_t good, bad = 0x7ffe;
	size_t at = offset_of(tag(DT_VERSYM)) + symbol_named("badge_plugin_v1") * sizeof good;
	memcpy(&good, bytes + at, sizeof good);
	memcpy(bytes + at, &bad, sizeof bad);
	EXPECT_DAMAGED("a symbol has a version that there is not");
	bad = 0x8000 | 0x7ffe;
	memcpy(bytes + at, &bad, sizeof bad);
	EXPECT_DAMAGED("a symbol has a version that there is not");
	bad = 0x8000 | 1; /* hidden, of no version */
	memcpy(bytes + at, &bad, sizeof bad);
	EXPECT("");
}

Test(elf, versions_outside_the_segments_are_refused, .init = take_good, .fini = drop)
{
	Elf64_Verneed need, good;
	size_t at = offset_of(tag(DT_VERNEED));
	memcpy(&good, bytes + at, sizeof good);
	need = good;
	need.vn_aux = 0x7ffffff0;
	memcpy(bytes + at, &need, sizeof need);
	EXPECT_DAMAGED("its versions of symbols lie outside its segments");
	need = good;
	need.vn_file = 0x7fffffff;
	memcpy(bytes + at, &need, sizeof need);
	EXPECT_DAMAGED("its versions of symbols lie outside its segments");
	memcpy(bytes + at, &good, sizeof good);
	EXPECT("");
}

/* ---- symbols ----------------------------------------------------------------------------------------------------- */

Test(elf, a_file_without_the_plugin_symbol_is_refused, .fini = drop)
{
	take("no_symbol");
	EXPECT("has no badge_plugin_v1: is it a brabeion plugin?");
	take("newer_major");
	EXPECT("is for badge ABI 2, this engine speaks 1: build it with this engine's badge.h");
	take("function_symbol");
	EXPECT("has a badge_plugin_v1 that is not data");
	take("zero_symbol");
	EXPECT("has a badge_plugin_v1 without content: is it initialised?");
}

Test(elf, a_hash_table_without_end_is_refused, .init = take_good, .fini = drop)
{
	uint32_t sizes[4];
	size_t at = offset_of(tag(DT_GNU_HASH));
	memcpy(sizes, bytes + at, sizeof sizes);
	sizes[0] = 0xffffffff;
	memcpy(bytes + at, sizes, sizeof sizes);
	EXPECT_DAMAGED("its hash table lies outside its segments");
}

/* Its second word is the number of symbols. */
Test(elf, symbols_are_counted_by_the_older_hash_table_too, .init = take_good, .fini = drop)
{
	uint32_t sizes[] = { 1, (uint32_t)symbol_named("badge_plugin_v1") + 1 };
	memcpy(bytes + offset_of(tag(DT_GNU_HASH)), sizes, sizeof sizes);
	replace_tag(DT_GNU_HASH, DT_HASH, tag(DT_GNU_HASH));
	EXPECT("");
	sizes[1]--;
	memcpy(bytes + offset_of(tag(DT_HASH)), sizes, sizeof sizes);
	EXPECT("has no badge_plugin_v1: is it a brabeion plugin?");
	sizes[1] = 0x7fffffff;
	memcpy(bytes + offset_of(tag(DT_HASH)), sizes, sizeof sizes);
	EXPECT_DAMAGED("its symbols lie outside its segments");
}

/* ---- reasons to stay resident ------------------------------------------------------------------------------------ */

static const char *resident_because(void)
{
	static brb_elf_facts facts;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_elf_check(bytes, size, &facts, &error), BRABEION_OK, "%s", error.message);
	return facts.resident_because;
}

Test(elf, reasons_to_stay_resident_are_named, .fini = drop)
{
	take("thread_key");
	cr_expect_str_eq(resident_because(), "imports pthread_key_create");
	take_good();
	set_flags_1(DF_1_NODELETE);
	cr_expect_str_eq(resident_because(), "is marked NODELETE");
	take_good();
	size_t index = symbol_named("badge_plugin_v1");
	Elf64_Sym changed = symbol(index);
	changed.st_info = ELF64_ST_INFO(STB_GNU_UNIQUE, STT_OBJECT);
	set_symbol(index, &changed);
	cr_expect_str_eq(resident_because(), "defines the UNIQUE symbol badge_plugin_v1");
	take("memory_user");
	char *library = (char *)bytes + offset_of(tag(DT_STRTAB)) + tag(DT_NEEDED);
	cr_assert_str_eq(library, "libc.so.6");
	memcpy(library, "libz.so.6", 9);
	cr_expect_str_eq(resident_because(), "needs libz.so.6");
}

/* ---- random bytes ------------------------------------------------------------------------------------------------ */

static uint64_t random_state;

/* xorshift64. */
static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Changes 1 to 8 bytes, half of the time in the headers and tables at the beginning. */
static void flip(uint8_t *copy)
{
	size_t count = 1 + next_random() % 8;
	for (size_t i = 0; i < count; i++) {
		size_t reach = next_random() & 1 ? size : size / 4;
		copy[next_random() % reach] = (uint8_t)next_random();
	}
}

static void survive_flips(const char *plugin, size_t rounds)
{
	take(plugin);
	uint8_t *copy = malloc(size);
	cr_assert_not_null(copy);
	size_t refused = 0;
	for (size_t i = 0; i < rounds; i++) {
		memcpy(copy, bytes, size);
		flip(copy);
		brb_elf_facts facts;
		brabeion_error error = BRABEION_NO_ERROR;
		refused += brb_elf_check(copy, size, &facts, &error) == BRABEION_CONFIG;
		brabeion_error_finish(&error);
	}
	free(copy);
	cr_assert_gt(refused, rounds / 100); /* segments of AArch64 are aligned to 64 KiB: most bytes are padding */
	cr_assert_lt(refused, rounds);
}

Test(elf, random_changes_never_hurt_the_checker, .fini = drop)
{
	random_state = 20240229;
	survive_flips("good_one", 20000);
	survive_flips("good_many", 5000);
	survive_flips("good_cxx", 5000);
}

Test(elf, random_bytes_behind_a_good_header_never_hurt_the_checker, .init = take_good, .fini = drop)
{
	random_state = 4711;
	uint8_t *copy = malloc(size);
	cr_assert_not_null(copy);
	for (size_t round = 0; round < 2000; round++) {
		memcpy(copy, bytes, size);
		size_t from = 64 + next_random() % (size - 64);
		for (size_t at = from; at < size && at < from + 512; at++)
			copy[at] = (uint8_t)next_random();
		brb_elf_facts facts;
		brabeion_error error = BRABEION_NO_ERROR;
		brb_elf_check(copy, size, &facts, &error);
		brabeion_error_finish(&error);
	}
	free(copy);
}
