/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one function that a fuzzer calls: libFuzzer's, or fuzz_main.c's where there is none. */
#ifndef DC_TESTS_FUZZ_H
#define DC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; aborts, or runs into a sanitizer, on a bug. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

#endif
