/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the driver's tables of types. */
#ifndef DCRT_TYPES_H
#define DCRT_TYPES_H

#include "../dcrt.h"

/* True if a link of some type points to this one, and it has no variable. */
bool dcrt_is_linked(const struct dcrt_type *types, uint32_t n_types, uint64_t type);
/* The number of units in one element. */
uint32_t dcrt_type_units(const struct dcrt_type *type);
/* The field that contains a byte of an element, or NULL. */
const struct dcrt_field *dcrt_type_field(const struct dcrt_type *type, uint32_t offset);

static inline bool dcrt_is_pointer(const struct dcrt_field *field)
{
	return field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS;
}

static inline uint64_t dcrt_word_at(const void *memory)
{
	uint64_t word;

	memcpy(&word, memory, sizeof(word));
	return word;
}

#endif
