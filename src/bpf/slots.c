/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.c - which programs an object puts into its own PROG_ARRAYs. The C source writes them as
 * ".values = { [1] = (void *)&prog }" in a map's definition; the compiler leaves a relocation
 * of section .maps against each program's symbol. libbpf fills the slots but has no question
 * to ask about them, so the relocations are read here.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "bpf/loader.h"

struct elf_view {
	Elf *elf;
	Elf_Data *symbols;
	size_t strings; /* section of the symbols' names */
};

static int section_named(Elf *elf, const char *wanted)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return 0;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strcmp(name, wanted))
			return (int)elf_ndxscn(section);
	}
	return 0;
}

static void find_symbols(struct elf_view *view)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(view->elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		view->symbols = elf_getdata(section, NULL);
		view->strings = header.sh_link;
		return;
	}
}

static void select_symbol(const struct elf_view *view, struct object *object, size_t index)
{
	GElf_Sym symbol;
	const char *name;
	int program;

	if (!gelf_getsym(view->symbols, (int)index, &symbol) ||
	    GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
		return;
	name = elf_strptr(view->elf, view->strings, symbol.st_name);
	program = name ? object_find_program(object, name) : -ENOENT;
	if (program >= 0)
		object_select(object, (u32)program, true);
}

/* Relocations of a section, with or without addends: each names a symbol. */
static void select_relocated(const struct elf_view *view, struct object *object, Elf_Scn *section,
			     const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t cnt = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; data && i < cnt; i++) {
		GElf_Rela rela;
		GElf_Rel rel;

		if (header->sh_type == SHT_REL && gelf_getrel(data, (int)i, &rel))
			select_symbol(view, object, GELF_R_SYM(rel.r_info));
		else if (header->sh_type == SHT_RELA && gelf_getrela(data, (int)i, &rela))
			select_symbol(view, object, GELF_R_SYM(rela.r_info));
	}
}

int object_select_slots(struct object *object)
{
	struct elf_view view = {0};
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int fd, maps;

	elf_version(EV_CURRENT);
	fd = open(object_path(object), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	view.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (view.elf)
		find_symbols(&view);
	maps = view.symbols ? section_named(view.elf, ".maps") : 0;
	while (maps && (section = elf_nextscn(view.elf, section))) {
		if (gelf_getshdr(section, &header) && (int)header.sh_info == maps &&
		    (header.sh_type == SHT_REL || header.sh_type == SHT_RELA))
			select_relocated(&view, object, section, &header);
	}
	elf_end(view.elf);
	close(fd);
	return 0;
}
