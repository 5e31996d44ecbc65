/*
 * elf_headers: the file header and the program headers: the file is of the right kind, whole, and can be mapped.
 */
#include "image/elf_file.h"

#include <stdio.h>
#include <string.h>

#define PAGE_BYTES 4096u             /* the smallest that either machine has */
#define SPAN_BYTES_MOST (1ull << 30) /* so that one wrong byte does not reserve half the address space */
#define PROGRAM_HEADERS_MOST 64

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#else
#error "image/elf knows x86-64 and AArch64: add the EM_ number of this machine"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST_DATA ELFDATA2LSB
#else
#define HOST_DATA ELFDATA2MSB
#endif

/* ---- the file header --------------------------------------------------------------------------------------------- */

/* Quotes what the file begins with, as text where it is text. */
static bool refuse_beginning(brb_elf *elf)
{
	char shown[17] = "";
	size_t length = 0;
	while (length < sizeof shown - 1 && length < elf->size_bytes && elf->bytes[length] >= ' ' &&
	       elf->bytes[length] < 0x7f) {
		shown[length] = (char)elf->bytes[length];
		length++;
	}
	if (memcmp(shown, "!<arch>", 7) == 0)
		return brb_elf_refuse(elf, "is not a shared object but a static archive (.a): link it with -shared");
	if (length > 0)
		return brb_elf_refuse(elf, "is not a shared object: it begins with \"%s\"", shown);
	for (size_t i = 0; i < 4 && i < elf->size_bytes; i++)
		snprintf(shown + i * 3, sizeof shown - i * 3, " %02x", elf->bytes[i]);
	return brb_elf_refuse(elf, "is not a shared object: it begins with the bytes%s", shown);
}

static const char *machine_name(unsigned machine, char number[24])
{
	switch (machine) {
	case EM_X86_64:
		return "x86-64";
	case EM_AARCH64:
		return "AArch64";
	case EM_386:
		return "i386";
	case EM_ARM:
		return "32-bit ARM";
	case EM_RISCV:
		return "RISC-V";
	case EM_PPC64:
		return "PowerPC64";
	case EM_S390:
		return "s390";
	default:
		snprintf(number, 24, "machine number %u", machine);
		return number;
	}
}

static bool check_machine(brb_elf *elf)
{
	char theirs[24], ours[24];
	const uint8_t *ident = elf->header.e_ident;
	if (ident[EI_CLASS] != ELFCLASS64)
		return brb_elf_refuse(elf,
				      "is not a 64-bit shared object (its ELF class is %u); this engine is 64-bit",
				      ident[EI_CLASS]);
	if (ident[EI_DATA] != HOST_DATA)
		return brb_elf_refuse(elf, "is for a machine with the other byte order");
	if (elf->header.e_machine != HOST_MACHINE)
		return brb_elf_refuse(elf, "is compiled for %s; this engine runs on %s",
				      machine_name(elf->header.e_machine, theirs), machine_name(HOST_MACHINE, ours));
	if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU)
		return brb_elf_refuse(elf, "is for another operating system (its ELF OS/ABI is %u)", ident[EI_OSABI]);
	return true;
}

static bool check_type(brb_elf *elf)
{
	switch (elf->header.e_type) {
	case ET_DYN:
		return true;
	case ET_REL:
		return brb_elf_refuse(elf, "is an object file (.o), not a shared object: link it with -shared");
	case ET_EXEC:
		return brb_elf_refuse(elf, "is a program, not a plugin: link it with -shared");
	case ET_CORE:
		return brb_elf_refuse(elf, "is a core dump, not a shared object");
	default:
		return brb_elf_damaged(elf, "its ELF type is %u, not that of a shared object", elf->header.e_type);
	}
}

static bool check_file_header(brb_elf *elf)
{
	const Elf64_Ehdr *header = &elf->header;
	if (elf->size_bytes == 0)
		return brb_elf_refuse(elf, "is empty");
	if (elf->size_bytes < SELFMAG || memcmp(elf->bytes, ELFMAG, SELFMAG) != 0)
		return refuse_beginning(elf);
	if (!brb_elf_get(elf, 0, &elf->header, sizeof elf->header))
		return brb_elf_refuse(elf, "is cut short: it has %zu bytes, less than its header", elf->size_bytes);
	if (!check_machine(elf) || !check_type(elf))
		return false;
	if (header->e_phnum == 0 || header->e_phnum > PROGRAM_HEADERS_MOST ||
	    header->e_phentsize != sizeof(Elf64_Phdr) ||
	    (header->e_shoff != 0 && header->e_shentsize != sizeof(Elf64_Shdr)))
		return brb_elf_damaged(elf, "its header makes no sense");
	return true;
}

/* ---- is the file whole? ------------------------------------------------------------------------------------------ */

static Elf64_Phdr program_header(const brb_elf *elf, size_t index)
{
	Elf64_Phdr header = { .p_type = PT_NULL };
	brb_elf_get(elf, elf->header.e_phoff + index * sizeof header, &header, sizeof header);
	return header;
}

/* Moves *end to the end of a piece when that is farther; false when the piece ends beyond 2^64. */
static bool reach(uint64_t *end, uint64_t offset, uint64_t size_bytes)
{
	uint64_t piece_end = 0;
	if (__builtin_add_overflow(offset, size_bytes, &piece_end))
		return false;
	if (piece_end > *end)
		*end = piece_end;
	return true;
}

/* Linkers write the section headers last, so they show a file that is cut short anywhere. */
static bool check_whole(brb_elf *elf)
{
	const Elf64_Ehdr *header = &elf->header;
	uint64_t end = 0;
	bool sane = reach(&end, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr)) &&
		    reach(&end, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr));
	for (size_t i = 0; i < header->e_phnum && sane && end <= elf->size_bytes; i++) {
		Elf64_Phdr segment = program_header(elf, i);
		sane = segment.p_type == PT_NULL || reach(&end, segment.p_offset, segment.p_filesz);
	}
	if (!sane)
		return brb_elf_damaged(elf, "its headers speak of places beyond any file");
	if (end > elf->size_bytes)
		return brb_elf_refuse(elf, "is cut short: its headers speak of %llu bytes, it has %zu",
				      (unsigned long long)end, elf->size_bytes);
	return true;
}

/* ---- segments ---------------------------------------------------------------------------------------------------- */

static uint64_t page_start(uint64_t address)
{
	return address & ~(uint64_t)(PAGE_BYTES - 1);
}

static uint64_t page_end(const brb_elf_segment *segment)
{
	return page_start(segment->address + segment->size_bytes + PAGE_BYTES - 1);
}

/* Addresses are small numbers, of which the load address is the base; so they may be added without a thought. */
static bool is_mappable(const Elf64_Phdr *load)
{
	bool power_of_two = load->p_align && (load->p_align & (load->p_align - 1)) == 0;
	return power_of_two && load->p_align >= PAGE_BYTES && load->p_align <= SPAN_BYTES_MOST &&
	       ((load->p_vaddr - load->p_offset) & (load->p_align - 1)) == 0 && load->p_filesz <= load->p_memsz &&
	       load->p_vaddr <= SPAN_BYTES_MOST && load->p_memsz <= SPAN_BYTES_MOST - load->p_vaddr;
}

static bool add_load(brb_elf *elf, const Elf64_Phdr *load)
{
	brb_elf_facts *facts = elf->facts;
	if (!is_mappable(load) || facts->segment_count == BRB_ELF_SEGMENTS_MOST)
		return brb_elf_damaged(elf, "a segment cannot be mapped");
	if (load->p_flags & PF_W && load->p_flags & PF_X)
		return brb_elf_refuse(elf, "has a segment that is both writable and executable: link it without -N "
					   "or --omagic");
	if (facts->segment_count > 0 &&
	    page_start(load->p_vaddr) < page_end(&facts->segments[facts->segment_count - 1]))
		return brb_elf_damaged(elf, "its segments overlap or are out of order");
	facts->segments[facts->segment_count++] = (brb_elf_segment){
		.address = load->p_vaddr,
		.size_bytes = load->p_memsz,
		.file_offset = load->p_offset,
		.file_bytes = load->p_filesz,
		.readable = load->p_flags & PF_R,
		.writable = load->p_flags & PF_W,
		.executable = load->p_flags & PF_X,
	};
	return true;
}

/* A writable segment has these addresses, up to the end of its last page: lld rounds the size of RELRO up to pages. */
static bool is_writable(const brb_elf *elf, uint64_t address, uint64_t size_bytes)
{
	for (size_t i = 0; i < elf->facts->segment_count; i++) {
		const brb_elf_segment *segment = &elf->facts->segments[i];
		if (segment->writable && address >= segment->address && address <= page_end(segment) &&
		    size_bytes <= page_end(segment) - address)
			return true;
	}
	return false;
}

/*
 * A header that describes a part of the loaded segments. ld.so writes into the dynamic section, and makes read-only
 * what RELRO names.
 */
static bool check_part(brb_elf *elf, const Elf64_Phdr *part)
{
	uint64_t offset = 0;
	bool written = part->p_type == PT_DYNAMIC || part->p_type == PT_GNU_RELRO;
	if (!brb_elf_in_file(elf, part->p_vaddr, part->p_filesz, &offset) || offset != part->p_offset ||
	    (written && !is_writable(elf, part->p_vaddr, part->p_memsz)))
		return brb_elf_damaged(elf, "the part of type 0x%x is not where its header says", part->p_type);
	return true;
}

static bool check_segment(brb_elf *elf, const Elf64_Phdr *segment)
{
	switch (segment->p_type) {
	case PT_DYNAMIC:
		elf->dynamic = *segment;
		return check_part(elf, segment);
	case PT_INTERP:
		elf->has_interpreter = true;
		return check_part(elf, segment);
	case PT_TLS:
	case PT_NOTE:
	case PT_PHDR:
	case PT_GNU_PROPERTY:
	case PT_GNU_RELRO:
	case PT_GNU_EH_FRAME:
		return check_part(elf, segment);
	default:
		return true;
	}
}

/* An object without the header, or with PF_X in it, makes ld.so turn every stack of the process executable. */
static bool check_stack(brb_elf *elf)
{
	bool found = false;
	bool executable = false;
	for (size_t i = 0; i < elf->header.e_phnum; i++) {
		Elf64_Phdr segment = program_header(elf, i);
		if (segment.p_type != PT_GNU_STACK)
			continue;
		found = true;
		executable = executable || segment.p_flags & PF_X;
	}
	if (found && !executable)
		return true;
	return brb_elf_refuse(elf, "asks for an executable stack%s: link it with -Wl,-z,noexecstack",
			      found ? "" : " (it has no PT_GNU_STACK header)");
}

static bool check_segments(brb_elf *elf)
{
	for (size_t i = 0; i < elf->header.e_phnum; i++) {
		Elf64_Phdr segment = program_header(elf, i);
		if (segment.p_type == PT_LOAD && !add_load(elf, &segment))
			return false;
	}
	for (size_t i = 0; i < elf->header.e_phnum; i++) {
		Elf64_Phdr segment = program_header(elf, i);
		if (!check_segment(elf, &segment))
			return false;
	}
	return true;
}

bool brb_elf_check_headers(brb_elf *elf)
{
	return check_file_header(elf) && check_whole(elf) && check_segments(elf) && check_stack(elf);
}
