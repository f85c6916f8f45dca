/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decoder of messages must refuse any bytes, or give words and records that
 * lie within them. Build with -fsanitize=fuzzer for libFuzzer, with -DDC_FUZZ_LOOP for a loop of
 * reproducible mutations (the test):
 *
 *   clang-19 -g -fsanitize=fuzzer,address,undefined -Iruntime tests/fuzz_runtime_wire.c
 * runtime/message/wire.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "../runtime/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

static void use(const uint8_t *data, size_t size, const struct dcrt_expect *expect)
{
	struct dcrt_message message;
	struct dcrt_record record;
	const uint8_t *bytes;
	uint32_t at = 0, records = 0, i;

	if (dcrt_decode(data, size, expect, &message) < 0)
		return;
	for (i = 0; i < message.header.args; i++)
		sink += dcrt_message_word(&message, i);
	while (dcrt_message_next(&message, &at, &record, &bytes)) {
		if (bytes < data || bytes + record.len > data + size)
			abort();
		for (i = 0; i < record.len; i++)
			sink += bytes[i];
		records++;
	}
	if (records != message.header.records)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	use(data, size, &from_process);
	use(data, size, &from_kernel);
	return 0;
}

#ifdef DC_FUZZ_LOOP

static uint64_t random_state = 0x2545f4914f6cdd1d;

static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 16) % limit);
}

/* Values at which checks of lengths go wrong. */
static void mutate(uint8_t *data, size_t size)
{
	static const uint32_t edges[] = {
		0, 1, 7, 8, 39, 40, 0x7fff, 0x80000000, 0xfffffff8, 0xffffffff, 0x01000000, 16384};
	uint32_t value = edges[random_below(sizeof(edges) / sizeof(edges[0]))];
	uint32_t at = random_below((uint32_t)size);

	if (random_below(2) || at + sizeof(value) > size)
		data[at] ^= (uint8_t)(1u << random_below(8));
	else
		memcpy(data + at / 4 * 4, &value, sizeof(value));
}

int main(int argc, char **argv)
{
	static const uint16_t kinds[] = {DCRT_UPCALL, DCRT_DOWNCALL, DCRT_REPLY};
	static uint8_t whole[DCRT_MESSAGE_MAX];
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 300000;

	for (; rounds > 0; rounds--) {
		size_t size = make_message(whole, kinds[random_below(3)], random_below(4) > 0);
		unsigned changes = random_below(4);
		uint8_t *data;

		for (; changes; changes--)
			mutate(whole, size);
		if (!random_below(4))
			size = random_below((uint32_t)size + 1);
		data = malloc(size ? size : 1); /* its end is the sanitizer's */
		if (!data)
			return 1;
		memcpy(data, whole, size);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return 0;
}
#endif
