/*
 * elf_file: see elf_file.h.
 */
#include "image/elf_file.h"

#include <stdio.h>
#include <string.h>

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

void brb_elf_stay_resident(brb_elf *elf, const char *format, ...)
{
	if (elf->facts->resident_because[0] != '\0')
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(elf->facts->resident_because, sizeof elf->facts->resident_because, format, arguments);
	va_end(arguments);
}

bool brb_elf_get(const brb_elf *elf, uint64_t offset, void *piece, size_t size_bytes)
{
	if (offset > elf->size_bytes || size_bytes > elf->size_bytes - offset)
		return false;
	memcpy(piece, elf->bytes + offset, size_bytes);
	return true;
}

bool brb_elf_in_file(const brb_elf *elf, uint64_t address, uint64_t size_bytes, uint64_t *offset)
{
	for (size_t i = 0; i < elf->facts->segment_count; i++) {
		const brb_elf_segment *segment = &elf->facts->segments[i];
		uint64_t inside = address - segment->address;
		if (address < segment->address || inside > segment->file_bytes ||
		    size_bytes > segment->file_bytes - inside || !segment->readable)
			continue;
		*offset = segment->file_offset + inside;
		return true;
	}
	return false;
}

bool brb_elf_get_at(const brb_elf *elf, uint64_t address, void *piece, size_t size_bytes)
{
	uint64_t offset = 0;
	return brb_elf_in_file(elf, address, size_bytes, &offset) && brb_elf_get(elf, offset, piece, size_bytes);
}

Elf64_Dyn brb_elf_dynamic_entry(const brb_elf *elf, uint64_t i)
{
	Elf64_Dyn entry = { .d_tag = DT_NULL };
	if (i < elf->dynamic.p_filesz / sizeof entry)
		brb_elf_get(elf, elf->dynamic.p_offset + i * sizeof entry, &entry, sizeof entry);
	return entry;
}

bool brb_elf_tag(const brb_elf *elf, int64_t tag, uint64_t *value)
{
	bool found = false;
	for (uint64_t i = 0;; i++) {
		Elf64_Dyn entry = brb_elf_dynamic_entry(elf, i);
		if (entry.d_tag == tag) {
			*value = entry.d_un.d_val;
			found = true;
		}
		if (entry.d_tag == DT_NULL)
			return found;
	}
}

/* The table's last byte is NUL (elf_dynamic.c), so each string ends inside of it. */
const char *brb_elf_string(const brb_elf *elf, uint64_t index)
{
	return index < elf->strings_bytes ? (const char *)elf->bytes + elf->strings_offset + index : "";
}

const char *brb_elf_shown(const char *string, char shown[BRB_ELF_SHOWN_BYTES])
{
	size_t length = 0;
	for (; length < BRB_ELF_SHOWN_BYTES - 1 && string[length]; length++)
		shown[length] = string[length] >= ' ' && string[length] < 0x7f ? string[length] : '?';
	shown[length] = '\0';
	return shown;
}
