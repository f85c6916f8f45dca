/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_main REGRESS COUNT SEED: a fuzzer without feedback, so that any compiler runs the target as
 * a test. First the inputs that once failed, and the seeds as they are; then COUNT mutations of
 * each seed, the same ones for the same SEED. An input that fails is left in fuzz-failed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/file.h"
#include "fuzz.h"

#define SECONDS_AN_INPUT 20
#define LONGEST		 (1 << 20)

typedef DC_VEC(char) bytes_t;

static bytes_t input;
static const char *seed_name;
static bool running;

/* A report by a sanitizer is to end in SIGABRT, too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "abort_on_error=1";
}

static void save_input(void)
{
	static const char note[] = "fuzz_main: the input is in fuzz-failed; it comes from ";
	int fd = open("fuzz-failed", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t written = write(fd, input.at, input.len);

	written += write(STDERR_FILENO, note, sizeof(note) - 1);
	written += write(STDERR_FILENO, seed_name, strlen(seed_name));
	written += write(STDERR_FILENO, "\n", 1);
	(void)written;
	close(fd);
}

static void on_signal(int number)
{
	signal(number, SIG_DFL);
	save_input();
	raise(number);
}

/* A reader that calls exit(), for lack of memory. */
static void on_exit_in_a_run(void)
{
	if (running)
		save_input();
}

static void run_input(void)
{
	running = true;
	alarm(SECONDS_AN_INPUT);
	LLVMFuzzerTestOneInput((const uint8_t *)input.at, input.len);
	running = false;
}

/* Mutations */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t below(uint64_t *seed, size_t limit)
{
	return limit ? (size_t)((next_random(seed) >> 16) % limit) : 0;
}

/* Replaces input[at .. at + count) by text. */
static void put_bytes(size_t at, size_t count, const char *text, size_t len)
{
	bytes_t longer = {0};
	size_t i;

	for (i = 0; i < at; i++)
		dc_vec_push(&longer, input.at[i]);
	for (i = 0; i < len; i++)
		dc_vec_push(&longer, text[i]);
	for (i = at + count; i < input.len; i++)
		dc_vec_push(&longer, input.at[i]);
	dc_vec_done(&input);
	input = longer;
}

struct token {
	size_t at, len;
};

/* A JSON string, number or word near a random place; false if there is none after it. */
static bool find_token(uint64_t *seed, bool number, struct token *ret)
{
	static const char digits[] = "0123456789-+.eE";
	size_t i = below(seed, input.len);

	for (; i < input.len; i++) {
		const char *text = input.at + i;
		size_t end = i + 1;

		if (number && *text >= '0' && *text <= '9') {
			while (end < input.len && strchr(digits, input.at[end]))
				end++;
		} else if (!number && *text == '"') {
			while (end < input.len && input.at[end] != '"')
				end++;
			end += end < input.len;
		} else {
			continue;
		}
		*ret = (struct token){i, end - i};
		return true;
	}
	return false;
}

static void flip_byte(uint64_t *seed)
{
	if (input.len)
		input.at[below(seed, input.len)] ^= (char)(1 << below(seed, 8));
}

static void cut_off(uint64_t *seed)
{
	input.len = below(seed, input.len + 1);
}

static void drop_piece(uint64_t *seed)
{
	size_t at = below(seed, input.len), count = 1 + below(seed, 200);

	put_bytes(at, at + count > input.len ? input.len - at : count, "", 0);
}

static void repeat_piece(uint64_t *seed)
{
	size_t from = below(seed, input.len), count = 1 + below(seed, 200);
	char *piece;

	if (from + count > input.len)
		count = input.len - from;
	piece = dc_alloc(count + 1, 1);
	memcpy(piece, input.at + from, count);
	put_bytes(below(seed, input.len), 0, piece, count);
	free(piece);
}

/* One token takes the place of another. */
static void copy_token(uint64_t *seed)
{
	bool number = below(seed, 2);
	struct token from, to;
	char *text;

	if (!find_token(seed, number, &from) ||
	    !find_token(seed, below(seed, 8) ? number : !number, &to))
		return;
	text = dc_alloc(from.len, 1);
	memcpy(text, input.at + from.at, from.len);
	put_bytes(to.at, to.len, text, from.len);
	free(text);
}

static void odd_token(uint64_t *seed)
{
	static const char *const odd[] = {"0",
					  "1",
					  "-1",
					  "2147483648",
					  "4294967295",
					  "4294967296",
					  "2305843009213693951",
					  "2305843009213693952",
					  "4611686018427387904",
					  "9223372036854775807",
					  "9223372036854775808",
					  "-9223372036854775808",
					  "18446744073709551615",
					  "1e308",
					  "0.5",
					  "1e400",
					  "null",
					  "true",
					  "[]",
					  "{}",
					  "[[[[[[[[[[]]]]]]]]]]",
					  "\"\"",
					  "\"\\u0000\"",
					  "\"\\ud800\"",
					  "\"%s%n\""};
	const char *text = odd[below(seed, sizeof(odd) / sizeof(odd[0]))];
	struct token token;

	if (find_token(seed, below(seed, 4), &token))
		put_bytes(token.at, token.len, text, strlen(text));
}

static void mutate(uint64_t *seed)
{
	static void (*const ways[])(uint64_t *seed) = {
		flip_byte, cut_off,    drop_piece, repeat_piece, copy_token,
		odd_token, copy_token, odd_token,  odd_token,
	};
	size_t count = 1 + below(seed, 4);

	while (count--)
		ways[below(seed, sizeof(ways) / sizeof(ways[0]))](seed);
	if (input.len > LONGEST)
		input.len = LONGEST;
}

/* Files */

static void load(const char *folder, const char *name)
{
	struct dc_diag diag = {0};
	char *path = dc_printf("%s/%s", folder, name), *text;
	size_t len, i;

	if (dc_file_read(&diag, path, &text, &len) < 0) {
		fprintf(stderr, "fuzz_main: cannot read %s\n", path);
		exit(99);
	}
	input.len = 0;
	for (i = 0; i < len; i++)
		dc_vec_push(&input, text[i]);
	seed_name = name;
	free(text);
	free(path);
}

static size_t replay(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort), i;
	size_t run = 0;

	for (i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			load(folder, names[i]->d_name);
			run_input();
			run++;
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return run;
}

int main(int argc, char **argv)
{
	static const char *const seeds[] = {"problem.json", "graph.json", "profile.json",
					    "cut.json", "certificate.json"};
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	size_t i, n, count;
	uint64_t seed, state;

	if (argc != 4) {
		fputs("usage: fuzz_main REGRESS COUNT SEED\n", stderr);
		return 99;
	}
	count = strtoull(argv[2], NULL, 10);
	seed = strtoull(argv[3], NULL, 10);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], on_signal);
	atexit(on_exit_in_a_run);
	printf("%zu regressions, %zu seeds, %zu mutations of each, from the number %" PRIu64 "\n",
	       replay(argv[1]), replay(FUZZ_SEEDS), count, seed);
	fflush(stdout);
	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		state = (seed + i) * 0x9e3779b97f4a7c15u + 88172645463325252u;
		for (n = 0; n < count; n++) {
			load(FUZZ_SEEDS, seeds[i]);
			mutate(&state);
			run_input();
		}
	}
	dc_vec_done(&input);
	return 0;
}
