/*
 * elf: see elf.h. Here the header and the segments: that the file is of the right kind, whole, and can be mapped.
 */
#include "image/elf_inside.h"

#include <stdio.h>
#include <string.h>

/* More than any plugin needs; it keeps one wrong byte from reserving half the address space. */
#define SPAN_BYTES_MOST (1ull << 30)
#define PROGRAM_HEADERS_MOST 64 /* so that looking through all of them for each table stays cheap */
#define ALIGNMENT_MOST (64ull << 20)
#define TLS_BYTES_MOST (16ull << 20)
#define TLS_ALIGNMENT_MOST (64ull << 10)

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#else
#error "loading/elf knows x86-64 and AArch64; for another machine add its relocations to elf_relocations.c"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST_DATA ELFDATA2LSB
#else
#define HOST_DATA ELFDATA2MSB
#endif

/* ---- what all of the room uses ----------------------------------------------------------------------------------- */

bool brb_elf_refuse(brb_elf *elf, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_status_set_va(elf->error, BRABEION_CONFIG, format, arguments);
	va_end(arguments);
	return false;
}

bool brb_elf_damaged(brb_elf *elf, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_status_set_va(elf->error, BRABEION_CONFIG, format, arguments);
	va_end(arguments);
	brb_status_prefix(elf->error, "is damaged (copy or build it again): ");
	return false;
}

bool brb_elf_get(const brb_elf *elf, uint64_t offset, void *piece, size_t size_bytes)
{
	if (offset > elf->size_bytes || size_bytes > elf->size_bytes - offset)
		return false;
	memcpy(piece, elf->bytes + offset, size_bytes);
	return true;
}

/* Whether [address, +size) lies in [start, +length). */
static bool lies_in(uint64_t address, uint64_t size_bytes, uint64_t start, uint64_t length)
{
	return address >= start && address - start <= length && size_bytes <= length - (address - start);
}

bool brb_elf_in_file(const brb_elf *elf, uint64_t address, uint64_t size_bytes, uint64_t *offset)
{
	for (size_t i = 0; i < elf->load_count; i++) {
		const Elf64_Phdr *load = &elf->loads[i];
		if (!lies_in(address, size_bytes, load->p_vaddr, load->p_filesz) || !(load->p_flags & PF_R))
			continue;
		*offset = load->p_offset + (address - load->p_vaddr);
		return true;
	}
	return false;
}

const Elf64_Phdr *brb_elf_in_memory(const brb_elf *elf, uint64_t address, uint64_t size_bytes)
{
	for (size_t i = 0; i < elf->load_count; i++) {
		const Elf64_Phdr *load = &elf->loads[i];
		if (lies_in(address, size_bytes, load->p_vaddr, load->p_memsz))
			return load;
	}
	return NULL;
}

static uint64_t page_start(uint64_t address)
{
	return address & ~(uint64_t)(BRB_ELF_PAGE_BYTES - 1);
}

/* Segments end below 2^63, so this does not overflow. */
static uint64_t page_end(const Elf64_Phdr *load)
{
	return page_start(load->p_vaddr + load->p_memsz + BRB_ELF_PAGE_BYTES - 1);
}

bool brb_elf_may_point_to(const brb_elf *elf, uint64_t address)
{
	for (size_t i = 0; i < elf->load_count; i++) {
		if (address >= elf->loads[i].p_vaddr && address <= page_end(&elf->loads[i]))
			return true;
	}
	return false;
}

bool brb_elf_is_code(const brb_elf *elf, uint64_t address)
{
	const Elf64_Phdr *load = brb_elf_in_memory(elf, address, 1);
	return load && load->p_flags & PF_X;
}

/* ---- the header -------------------------------------------------------------------------------------------------- */

/* Says what the file begins with, as text where it is text. */
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
	if (ident[EI_VERSION] != EV_CURRENT || elf->header.e_version != EV_CURRENT)
		return brb_elf_damaged(elf, "its ELF version is %u, not 1", (unsigned)elf->header.e_version);
	if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU)
		return brb_elf_refuse(elf, "is for another operating system (its ELF OS/ABI is %u)", ident[EI_OSABI]);
	return true;
}

static bool check_kind(brb_elf *elf)
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

static bool check_header(brb_elf *elf)
{
	if (elf->size_bytes == 0)
		return brb_elf_refuse(elf, "is empty");
	if (elf->size_bytes < SELFMAG || memcmp(elf->bytes, ELFMAG, SELFMAG) != 0)
		return refuse_beginning(elf);
	if (!brb_elf_get(elf, 0, &elf->header, sizeof elf->header))
		return brb_elf_refuse(elf, "is cut short: it has %zu bytes, less than its header", elf->size_bytes);
	if (!check_machine(elf) || !check_kind(elf))
		return false;
	if (elf->header.e_ehsize != sizeof(Elf64_Ehdr))
		return brb_elf_damaged(elf, "its header is said to have %u bytes, not 64", elf->header.e_ehsize);
	if (elf->header.e_phnum == 0 || elf->header.e_phnum > PROGRAM_HEADERS_MOST)
		return brb_elf_damaged(elf, "it has %u program headers", elf->header.e_phnum);
	if (elf->header.e_phentsize != sizeof(Elf64_Phdr))
		return brb_elf_damaged(elf, "its program headers have %u bytes each, not 56",
				       elf->header.e_phentsize);
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

/* The section headers come last in what linkers write, so they show a file that is cut short anywhere. */
static bool check_whole(brb_elf *elf)
{
	const Elf64_Ehdr *header = &elf->header;
	uint64_t end = 0;
	bool sane = reach(&end, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr));
	if (header->e_shoff != 0) {
		uint64_t sections = header->e_shnum != 0 ? header->e_shnum : 1;
		if (header->e_shentsize != sizeof(Elf64_Shdr))
			return brb_elf_damaged(elf, "its section headers have %u bytes each, not 64",
					       header->e_shentsize);
		sane = sane && reach(&end, header->e_shoff, sections * sizeof(Elf64_Shdr));
	}
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

static bool is_power_of_two(uint64_t number)
{
	return number != 0 && (number & (number - 1)) == 0;
}

static bool check_load(brb_elf *elf, const Elf64_Phdr *load)
{
	uint64_t end = 0;
	if (load->p_filesz > load->p_memsz)
		return brb_elf_damaged(elf, "a segment is larger in the file than in memory");
	if (__builtin_add_overflow(load->p_vaddr, load->p_memsz, &end) || end > INT64_MAX)
		return brb_elf_damaged(elf, "a segment lies beyond the address space");
	if (!is_power_of_two(load->p_align) || load->p_align < BRB_ELF_PAGE_BYTES || load->p_align > ALIGNMENT_MOST)
		return brb_elf_damaged(elf, "a segment is aligned to %llu bytes", (unsigned long long)load->p_align);
	if (((load->p_vaddr - load->p_offset) & (load->p_align - 1)) != 0)
		return brb_elf_damaged(elf, "a segment's place in the file does not fit its address");
	if (load->p_flags & PF_W && load->p_flags & PF_X)
		return brb_elf_refuse(elf, "has a segment that is both writable and executable: link it without -N "
					   "or --omagic");
	return true;
}

static bool add_load(brb_elf *elf, const Elf64_Phdr *load)
{
	if (!check_load(elf, load))
		return false;
	if (elf->load_count == BRB_ELF_SEGMENTS_MOST)
		return brb_elf_damaged(elf, "it has more than %d loadable segments", BRB_ELF_SEGMENTS_MOST);
	if (elf->load_count > 0) {
		const Elf64_Phdr *before = &elf->loads[elf->load_count - 1];
		if (load->p_vaddr < before->p_vaddr || page_start(load->p_vaddr) < page_end(before))
			return brb_elf_damaged(elf, "its segments overlap or are out of order");
		if (load->p_vaddr + load->p_memsz - elf->loads[0].p_vaddr > SPAN_BYTES_MOST)
			return brb_elf_damaged(elf, "its segments span more than 1 GiB");
	} else if (load->p_memsz > SPAN_BYTES_MOST) {
		return brb_elf_damaged(elf, "its segments span more than 1 GiB");
	}
	elf->loads[elf->load_count++] = *load;
	elf->facts->segments[elf->facts->segment_count++] = (brb_elf_segment){
		.address = load->p_vaddr,
		.size_bytes = load->p_memsz,
		.readable = load->p_flags & PF_R,
		.writable = load->p_flags & PF_W,
		.executable = load->p_flags & PF_X,
	};
	return true;
}

/* A segment that describes a part of the loaded ones: there, and at the same place of the file. */
static bool check_part(brb_elf *elf, const Elf64_Phdr *part, const char *what)
{
	uint64_t offset = 0;
	if (!brb_elf_in_file(elf, part->p_vaddr, part->p_filesz, &offset) || offset != part->p_offset)
		return brb_elf_damaged(elf, "its %s is not where it is said to be", what);
	if (part->p_filesz != part->p_memsz)
		return brb_elf_damaged(elf, "its %s has two sizes", what);
	return true;
}

/* ld.so on x86 walks the notes for the processor's properties, trusting their lengths. */
static bool check_notes(brb_elf *elf, const Elf64_Phdr *notes)
{
	if (!check_part(elf, notes, "note segment"))
		return false;
	uint64_t alignment = notes->p_align == 8 ? 8 : 4;
	uint64_t at = 0;
	while (notes->p_filesz - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		if (!brb_elf_get(elf, notes->p_offset + at, &note, sizeof note))
			return brb_elf_damaged(elf, "a note lies outside the file");
		uint64_t content = (sizeof note + note.n_namesz + alignment - 1) & ~(alignment - 1);
		uint64_t length = (content + note.n_descsz + alignment - 1) & ~(alignment - 1);
		if (content + note.n_descsz > notes->p_filesz - at)
			return brb_elf_damaged(elf, "a note is longer than its segment");
		if (length >= notes->p_filesz - at)
			return true;
		at += length;
	}
	return true;
}

static bool check_tls(brb_elf *elf, const Elf64_Phdr *tls)
{
	uint64_t offset = 0;
	if (tls->p_filesz > tls->p_memsz || tls->p_memsz > TLS_BYTES_MOST || tls->p_align > TLS_ALIGNMENT_MOST ||
	    (tls->p_align != 0 && !is_power_of_two(tls->p_align)))
		return brb_elf_damaged(elf, "its thread-local segment makes no sense");
	if (tls->p_filesz > 0 &&
	    (!brb_elf_in_file(elf, tls->p_vaddr, tls->p_filesz, &offset) || offset != tls->p_offset))
		return brb_elf_damaged(elf, "its thread-local segment is not where it is said to be");
	return true;
}

/* What becomes read-only after relocation. lld rounds its size up to a page. */
static bool check_relro(brb_elf *elf, const Elf64_Phdr *relro)
{
	for (size_t i = 0; i < elf->load_count; i++) {
		const Elf64_Phdr *load = &elf->loads[i];
		if (load->p_flags & PF_W && relro->p_vaddr - load->p_vaddr == relro->p_offset - load->p_offset &&
		    lies_in(relro->p_vaddr, relro->p_memsz, load->p_vaddr, page_end(load) - load->p_vaddr))
			return true;
	}
	return brb_elf_damaged(elf, "its RELRO part does not lie in a writable segment");
}

/* ld.so takes the headers' address from here. */
static bool check_headers_address(brb_elf *elf, const Elf64_Phdr *headers)
{
	uint64_t offset = 0;
	uint64_t size_bytes = (uint64_t)elf->header.e_phnum * sizeof(Elf64_Phdr);
	if (!brb_elf_in_file(elf, headers->p_vaddr, size_bytes, &offset) || offset != elf->header.e_phoff)
		return brb_elf_damaged(elf, "its program headers are not where they are said to be");
	return true;
}

static bool check_segment(brb_elf *elf, const Elf64_Phdr *segment)
{
	switch (segment->p_type) {
	case PT_DYNAMIC:
		if (elf->dynamic.p_type == PT_DYNAMIC)
			return brb_elf_damaged(elf, "it has two dynamic sections");
		elf->dynamic = *segment;
		return check_part(elf, segment, "dynamic section");
	case PT_TLS:
		if (elf->tls.p_type == PT_TLS)
			return brb_elf_damaged(elf, "it has two thread-local segments");
		elf->tls = *segment;
		return check_tls(elf, segment);
	case PT_NOTE:
	case PT_GNU_PROPERTY:
		return check_notes(elf, segment);
	case PT_GNU_RELRO:
		return check_relro(elf, segment);
	case PT_GNU_EH_FRAME:
		return check_part(elf, segment, "exception table");
	case PT_PHDR:
		return check_headers_address(elf, segment);
	case PT_INTERP:
		elf->has_interpreter = true;
		return check_part(elf, segment, "interpreter's name");
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
	if (elf->load_count == 0)
		return brb_elf_damaged(elf, "it has nothing to load");
	for (size_t i = 0; i < elf->header.e_phnum; i++) {
		Elf64_Phdr segment = program_header(elf, i);
		if (!check_segment(elf, &segment))
			return false;
	}
	return check_stack(elf);
}

static bool check_all(brb_elf *elf)
{
	return check_header(elf) && check_whole(elf) && check_segments(elf) && brb_elf_check_dynamic(elf) &&
	       brb_elf_check_symbols(elf) && brb_elf_check_relocations(elf);
}

brabeion_status brb_elf_check(const void *bytes, size_t size_bytes, brb_elf_facts *facts, brabeion_error *error)
{
	brb_elf_facts found = { .segment_count = 0 };
	brb_elf elf = { .bytes = bytes, .size_bytes = size_bytes, .facts = &found, .error = error };
	if (!check_all(&elf))
		return error->status;
	*facts = found;
	return BRABEION_OK;
}

brabeion_status brb_elf_imports(const void *bytes, size_t size_bytes, brb_elf_take_import *take, void *context,
				brabeion_error *error)
{
	brb_elf_facts found = { .segment_count = 0 };
	brb_elf elf = { .bytes = bytes, .size_bytes = size_bytes, .facts = &found, .error = error };
	if (!check_all(&elf))
		return error->status;
	brb_elf_tell_imports(&elf, take, context);
	return BRABEION_OK;
}
