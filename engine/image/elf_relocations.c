/*
 * elf_relocations: what ld.so writes into a shared object's data when it loads it. Checks that every write lands in
 * data, that what is written can be there, and that all functions that ld.so will call are relocated.
 *
 * Of the kinds of relocation only those are let through that compilers emit for position-independent code, each of
 * which the machine's processor supplement to the System V ABI describes.
 */
#include "image/elf_inside.h"

typedef enum kind {
	KIND_NONE,
	KIND_RELATIVE,   /* load address + addend */
	KIND_SYMBOL,     /* a symbol's address, in data of any alignment */
	KIND_SLOT,       /* the same in the global offset table */
	KIND_TLS,        /* a number about a thread-local variable */
	KIND_TLS_PAIR,   /* two words for one */
	KIND_RESOLVER,   /* what a function at load address + addend answers */
	KIND_STATIC_TLS, /* refused */
	KIND_COPY,       /* refused: for programs only */
	KIND_TEXT,       /* refused: shorter than an address, found in code only */
	KIND_UNKNOWN,    /* refused */
} kind;

#if defined(__x86_64__)
static kind kind_of(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return KIND_NONE;
	case R_X86_64_RELATIVE:
		return KIND_RELATIVE;
	case R_X86_64_64:
	case R_X86_64_PC64:
		return KIND_SYMBOL;
	case R_X86_64_GLOB_DAT:
	case R_X86_64_JUMP_SLOT:
		return KIND_SLOT;
	case R_X86_64_DTPMOD64:
	case R_X86_64_DTPOFF64:
		return KIND_TLS;
	case R_X86_64_TLSDESC:
		return KIND_TLS_PAIR;
	case R_X86_64_IRELATIVE:
		return KIND_RESOLVER;
	case R_X86_64_TPOFF64:
	case R_X86_64_TPOFF32:
		return KIND_STATIC_TLS;
	case R_X86_64_COPY:
		return KIND_COPY;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_PC32:
		return KIND_TEXT;
	default:
		return KIND_UNKNOWN;
	}
}
#elif defined(__aarch64__)
static kind kind_of(uint32_t type)
{
	switch (type) {
	case R_AARCH64_NONE:
		return KIND_NONE;
	case R_AARCH64_RELATIVE:
		return KIND_RELATIVE;
	case R_AARCH64_ABS64:
		return KIND_SYMBOL;
	case R_AARCH64_GLOB_DAT:
	case R_AARCH64_JUMP_SLOT:
		return KIND_SLOT;
	case R_AARCH64_TLS_DTPMOD:
	case R_AARCH64_TLS_DTPREL:
		return KIND_TLS;
	case R_AARCH64_TLSDESC:
		return KIND_TLS_PAIR;
	case R_AARCH64_IRELATIVE:
		return KIND_RESOLVER;
	case R_AARCH64_TLS_TPREL:
		return KIND_STATIC_TLS;
	case R_AARCH64_COPY:
		return KIND_COPY;
	case R_AARCH64_ABS32:
	case R_AARCH64_PREL32:
		return KIND_TEXT;
	default:
		return KIND_UNKNOWN;
	}
}
#endif

static bool refuse_kind(brb_elf *elf, kind of, uint32_t type)
{
	switch (of) {
	case KIND_STATIC_TLS:
		return brb_elf_refuse(elf, "uses initial-exec TLS, of which a running process has next to none left: "
					   "compile it with -fPIC and without -ftls-model=initial-exec");
	case KIND_COPY:
		return brb_elf_refuse(elf,
				      "has copy relocations, as programs have: compile it with -fPIC and link it "
				      "with -shared");
	case KIND_TEXT:
		return brb_elf_refuse(elf,
				      "has relocations for code that is not position-independent: compile it with "
				      "-fPIC");
	default:
		return brb_elf_damaged(elf, "it has a relocation of kind %u, which this engine does not know", type);
	}
}

/* ---- where it writes --------------------------------------------------------------------------------------------- */

static bool overlaps(uint64_t address, uint64_t width, uint64_t start, uint64_t size_bytes)
{
	return address < start + size_bytes && start < address + width;
}

/* In data, and not in the dynamic section, which ld.so is reading meanwhile. */
static bool check_place(brb_elf *elf, uint64_t address, uint64_t width)
{
	const Elf64_Phdr *load = brb_elf_in_memory(elf, address, width);
	if (!load || !(load->p_flags & PF_W))
		return brb_elf_damaged(elf, "a relocation writes outside its data");
	if (overlaps(address, width, elf->dynamic.p_vaddr, elf->dynamic.p_memsz))
		return brb_elf_damaged(elf, "a relocation writes into its dynamic section");
	return true;
}

/* Counts the words of a list of functions that are relocated. `code` says whether code is what is written. */
static bool check_list(brb_elf *elf, const brb_elf_range *list, uint64_t address, bool code, uint64_t *relocated)
{
	if (!overlaps(address, 8, list->address, list->size_bytes))
		return true;
	if ((address - list->address) % 8 != 0 || !code)
		return brb_elf_damaged(elf, "a constructor or destructor is not in its code");
	(*relocated)++;
	return true;
}

static bool check_lists(brb_elf *elf, uint64_t address, bool code)
{
	return check_list(elf, &elf->constructors, address, code, &elf->constructors_relocated) &&
	       check_list(elf, &elf->destructors, address, code, &elf->destructors_relocated);
}

/* ---- what it writes ---------------------------------------------------------------------------------------------- */

static bool check_address(brb_elf *elf, uint64_t place, uint64_t target)
{
	if (!check_place(elf, place, 8))
		return false;
	if (!brb_elf_may_point_to(elf, target))
		return brb_elf_damaged(elf, "a relocation points outside its segments");
	return check_lists(elf, place, brb_elf_is_code(elf, target));
}

static bool check_symbol_address(brb_elf *elf, const Elf64_Rela *relocation, kind of)
{
	if (!check_place(elf, relocation->r_offset, 8))
		return false;
	if (of == KIND_SLOT && relocation->r_offset % 8 != 0)
		return brb_elf_damaged(elf, "a relocation is not aligned");
	Elf64_Sym symbol = brb_elf_symbol(elf, ELF64_R_SYM(relocation->r_info));
	bool code = symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) == STT_FUNC;
	return check_lists(elf, relocation->r_offset, code && of == KIND_SYMBOL);
}

static bool check_tls(brb_elf *elf, const Elf64_Rela *relocation, uint64_t width)
{
	uint64_t index = ELF64_R_SYM(relocation->r_info);
	Elf64_Sym symbol = brb_elf_symbol(elf, index);
	bool own = index == STN_UNDEF || symbol.st_shndx != SHN_UNDEF;
	if (own && elf->tls.p_type != PT_TLS)
		return brb_elf_damaged(elf, "it has relocations for thread-local data, but none of that");
	if (index != STN_UNDEF && ELF64_ST_TYPE(symbol.st_info) != STT_TLS)
		return brb_elf_damaged(elf, "a relocation for thread-local data names other data");
	return check_place(elf, relocation->r_offset, width) && check_lists(elf, relocation->r_offset, false);
}

static bool check_relocation(brb_elf *elf, const Elf64_Rela *relocation)
{
	uint32_t type = (uint32_t)ELF64_R_TYPE(relocation->r_info);
	kind of = kind_of(type);
	if (ELF64_R_SYM(relocation->r_info) >= elf->symbol_count && ELF64_R_SYM(relocation->r_info) != STN_UNDEF)
		return brb_elf_damaged(elf, "a relocation names a symbol that is not there");
	switch (of) {
	case KIND_NONE:
		return true;
	case KIND_RELATIVE:
		return check_address(elf, relocation->r_offset, (uint64_t)relocation->r_addend);
	case KIND_SYMBOL:
	case KIND_SLOT:
		return check_symbol_address(elf, relocation, of);
	case KIND_TLS:
		return check_tls(elf, relocation, 8);
	case KIND_TLS_PAIR:
		return check_tls(elf, relocation, 16);
	case KIND_RESOLVER:
		if (!brb_elf_is_code(elf, (uint64_t)relocation->r_addend))
			return brb_elf_damaged(elf, "the resolver of a function is not in its code");
		return check_place(elf, relocation->r_offset, 8) && check_lists(elf, relocation->r_offset, false);
	default:
		return refuse_kind(elf, of, type);
	}
}

/* ---- the tables -------------------------------------------------------------------------------------------------- */

/* Of the first `relative_count` ld.so asserts that they are of the relative kind. */
static bool check_table(brb_elf *elf, uint64_t address, uint64_t size_bytes, uint64_t relative_count)
{
	uint64_t offset = 0;
	if (size_bytes % sizeof(Elf64_Rela) != 0 || !brb_elf_in_file(elf, address, size_bytes, &offset))
		return brb_elf_damaged(elf, "its relocations lie outside its segments");
	for (uint64_t i = 0; i < size_bytes / sizeof(Elf64_Rela); i++) {
		Elf64_Rela relocation = { .r_info = 0 };
		brb_elf_get(elf, offset + i * sizeof relocation, &relocation, sizeof relocation);
		if (i < relative_count && kind_of((uint32_t)ELF64_R_TYPE(relocation.r_info)) != KIND_RELATIVE)
			return brb_elf_damaged(elf, "its relative relocations are fewer than it says");
		if (!check_relocation(elf, &relocation))
			return false;
	}
	return true;
}

static bool check_plain_table(brb_elf *elf)
{
	if (elf->tag_seen[DT_REL])
		return brb_elf_damaged(elf, "it has relocations without addends (REL)");
	if (!elf->tag_seen[DT_RELA] && !elf->tag_seen[DT_RELASZ])
		return true;
	if (!elf->tag_seen[DT_RELA] || !elf->tag_seen[DT_RELASZ] || elf->tags[DT_RELAENT] != sizeof(Elf64_Rela))
		return brb_elf_damaged(elf, "its dynamic section describes its relocations by half");
	return check_table(elf, elf->tags[DT_RELA], elf->tags[DT_RELASZ], elf->tags[BRB_ELF_TAG_RELACOUNT]);
}

/* The table for calls of other objects' functions. */
static bool check_call_table(brb_elf *elf)
{
	if (!elf->tag_seen[DT_JMPREL] && !elf->tag_seen[DT_PLTRELSZ] && !elf->tag_seen[DT_PLTREL])
		return true;
	if (!elf->tag_seen[DT_JMPREL] || !elf->tag_seen[DT_PLTRELSZ] || elf->tags[DT_PLTREL] != DT_RELA)
		return brb_elf_damaged(elf, "its dynamic section describes its calls by half");
	return check_table(elf, elf->tags[DT_JMPREL], elf->tags[DT_PLTRELSZ], 0);
}

/* One relative relocation of the packed table: what is written is added to what stands there. */
static bool check_packed(brb_elf *elf, uint64_t place)
{
	uint64_t offset = 0;
	uint64_t target = 0;
	if (!check_place(elf, place, 8))
		return false;
	if (!brb_elf_in_file(elf, place, sizeof target, &offset) || !brb_elf_get(elf, offset, &target, sizeof target))
		return brb_elf_damaged(elf, "a packed relocation has no content");
	return check_address(elf, place, target);
}

/* The packed table of the generic ABI (RELR): an even word is a place, an odd one a map of the 63 words after it. */
static bool check_packed_table(brb_elf *elf)
{
	if (!elf->tag_seen[DT_RELR] && !elf->tag_seen[DT_RELRSZ])
		return true;
	uint64_t offset = 0;
	uint64_t size_bytes = elf->tags[DT_RELRSZ];
	if (!elf->tag_seen[DT_RELR] || elf->tags[DT_RELRENT] != sizeof(uint64_t) || size_bytes % 8 != 0 ||
	    !brb_elf_in_file(elf, elf->tags[DT_RELR], size_bytes, &offset))
		return brb_elf_damaged(elf, "its packed relocations lie outside its segments");
	uint64_t next = 0;
	for (uint64_t i = 0; i < size_bytes / 8; i++) {
		uint64_t word = 0;
		brb_elf_get(elf, offset + i * 8, &word, sizeof word);
		if (!(word & 1)) {
			if (!check_packed(elf, word))
				return false;
			next = word + 8;
			continue;
		}
		for (uint64_t bit = 1; bit < 64; bit++) {
			if (word >> bit & 1 && !check_packed(elf, next + (bit - 1) * 8))
				return false;
		}
		next += 63 * 8;
	}
	return true;
}

bool brb_elf_check_relocations(brb_elf *elf)
{
	if (!check_plain_table(elf) || !check_call_table(elf) || !check_packed_table(elf))
		return false;
	if (elf->constructors_relocated != elf->constructors.size_bytes / 8 ||
	    elf->destructors_relocated != elf->destructors.size_bytes / 8)
		return brb_elf_damaged(elf, "a constructor or destructor is not relocated");
	return true;
}
