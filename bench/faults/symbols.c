/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of a static program: its ELF symbols. */
#include "faults.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	void *image;

	if (fd < 0 || fstat(fd, &stat) < 0) {
		perror(path);
		exit(2);
	}
	image = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (image == MAP_FAILED || memcmp(image, ELFMAG, SELFMAG) != 0) {
		fprintf(stderr, "%s is no program\n", path);
		exit(2);
	}
	return image;
}

static const Elf64_Shdr *section_of(const char *image, uint32_t type)
{
	const Elf64_Ehdr *header = (const void *)image;
	const Elf64_Shdr *sections = (const void *)(image + header->e_shoff);
	unsigned i;

	for (i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	fprintf(stderr, "the driver's program has no symbols\n");
	exit(2);
}

/* Driver files come before the runtime's: a file symbol precedes the local symbols of a file. */
void symbols_read(const char *path, struct symbols *ret)
{
	const char *image = map_file(path);
	const Elf64_Ehdr *header = (const void *)image;
	const Elf64_Phdr *loads = (const void *)(image + header->e_phoff);
	const Elf64_Shdr *table = section_of(image, SHT_SYMTAB);
	const Elf64_Sym *symbols = (const void *)(image + table->sh_offset);
	const Elf64_Shdr *strings = (const Elf64_Shdr *)(image + header->e_shoff) + table->sh_link;
	unsigned i, n = (unsigned)(table->sh_size / sizeof(*symbols));

	ret->at = calloc(n, sizeof(*ret->at));
	if (!ret->at)
		exit(2);
	for (i = 0; i < header->e_phnum; i++)
		if (loads[i].p_type == PT_LOAD)
			break;
	ret->base = i < header->e_phnum ? loads[i].p_vaddr : 0;
	for (i = 0; i < n; i++)
		if (ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC && symbols[i].st_size)
			ret->at[ret->count++] = (struct symbol){.name = image + strings->sh_offset +
									symbols[i].st_name,
								.address = symbols[i].st_value};
}

const struct symbol *symbol_find(const struct symbols *symbols, const char *name)
{
	unsigned i;

	for (i = 0; i < symbols->count; i++)
		if (!strcmp(symbols->at[i].name, name))
			return &symbols->at[i];
	return NULL;
}

uint64_t symbols_moved(const struct symbols *symbols, pid_t pid)
{
	unsigned long start = symbols->base;
	char path[64];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return 0;
	if (fscanf(maps, "%lx", &start) != 1)
		start = symbols->base;
	fclose(maps);
	return start - symbols->base;
}
