// SPDX-License-Identifier: GPL-2.0-only
/* Bitmaps: the kernel's functions that are not inline, and link modes. */
#include <limits.h>

#include "process.h"

#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

/* The first bit at or after `from` that is set in words ^ flip; `bits` if there is none. */
static unsigned long find(const unsigned long *words, unsigned long bits, unsigned long from,
			  unsigned long flip)
{
	unsigned long at = from / WORD_BITS, found, word;

	if (from >= bits)
		return bits;
	word = (words[at] ^ flip) & (~0ul << from % WORD_BITS);
	while (!word && ++at * WORD_BITS < bits)
		word = words[at] ^ flip;
	if (!word)
		return bits;
	found = at * WORD_BITS + (unsigned long)__builtin_ctzl(word);
	return found < bits ? found : bits;
}

unsigned long _find_first_bit(const unsigned long *words, unsigned long bits)
{
	return find(words, bits, 0, 0);
}

unsigned long _find_first_zero_bit(const unsigned long *words, unsigned long bits)
{
	return find(words, bits, 0, ~0ul);
}

unsigned long _find_next_bit(const unsigned long *words, unsigned long bits, unsigned long from)
{
	return find(words, bits, from, 0);
}

unsigned long _find_next_zero_bit(const unsigned long *words, unsigned long bits,
				  unsigned long from)
{
	return find(words, bits, from, ~0ul);
}

void dcp_link_mode_from_u32(unsigned long *to, uint32_t from, unsigned bits)
{
	memset(to, 0, (bits + WORD_BITS - 1) / WORD_BITS * sizeof(*to));
	to[0] = from;
}

bool dcp_link_mode_to_u32(uint32_t *to, const unsigned long *from, unsigned bits)
{
	*to = (uint32_t)from[0];
	return find(from, bits, 32, 0) == bits;
}
