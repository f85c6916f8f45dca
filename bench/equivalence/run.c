/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One guest: a model of the card, some groups of the workload, one kind of driver. QEMU writes its
 * trace into a pipe, and a thread keeps the lines that matter. A run whose files are those of the
 * last time is not made again.
 */
#include "equivalence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/kernel.h"
#include "base/proc.h"
#include "graph/driver/driver.h"

#define FILES_MAX (DC_SPLIT_FILES + 12)
#define IOCTL	  EQ_PROGRAMS "/equivalence_ioctl"

const char *const eq_kind_names[] = {"stock", "split", "counted"};

/* The trace */

struct tracing {
	const struct eq_rules *rules;
	int pipe; /* read end */
	FILE *kept;
	atomic_bool done;
	pthread_t thread;
};

static void keep_lines(struct tracing *tracing, char *text, size_t *len)
{
	char *line = text, *end;
	struct eq_access access;

	while ((end = memchr(line, '\n', *len - (size_t)(line - text)))) {
		*end = '\0';
		if (eq_trace_line(tracing->rules, line, &access))
			fprintf(tracing->kept, "%s\n", line);
		line = end + 1;
	}
	*len -= (size_t)(line - text);
	memmove(text, line, *len);
}

static void *keep_trace(void *ctx)
{
	static char text[1 << 18];
	struct tracing *tracing = ctx;
	size_t len = 0;

	for (;;) {
		ssize_t got = read(tracing->pipe, text + len, sizeof(text) - len);

		if (got > 0) {
			len += (size_t)got;
			keep_lines(tracing, text, &len);
			if (len == sizeof(text))
				len = 0; /* no line is that long */
		} else if (atomic_load(&tracing->done)) {
			return NULL; /* QEMU has ended, and all that it wrote was read */
		} else {
			poll(&(struct pollfd){.fd = tracing->pipe, .events = POLLIN}, 1, 50);
		}
	}
}

static int trace_begin(struct dc_diag *diag, const char *fifo, const char *path,
		       struct tracing *tracing)
{
	unlink(fifo);
	if (mkfifo(fifo, 0600) < 0)
		return dc_error(diag, -errno, DC_FILE(fifo), "cannot make: %s", strerror(errno));
	tracing->pipe = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	tracing->kept = fopen(path, "we");
	if (tracing->pipe < 0 || !tracing->kept)
		return dc_error(diag, -errno, DC_FILE(path), "cannot open: %s", strerror(errno));
	fcntl(tracing->pipe, F_SETPIPE_SZ, 1 << 20);
	if (pthread_create(&tracing->thread, NULL, keep_trace, tracing) != 0)
		return dc_error(diag, -EAGAIN, NULL, "cannot make a thread");
	return 0;
}

static int trace_end(struct dc_diag *diag, const char *fifo, const char *path,
		     struct tracing *tracing)
{
	int failed;

	atomic_store(&tracing->done, true);
	pthread_join(tracing->thread, NULL);
	close(tracing->pipe);
	unlink(fifo);
	failed = ferror(tracing->kept);
	failed |= fclose(tracing->kept);
	return failed ? dc_error(diag, -EIO, DC_FILE(path), "cannot write the trace") : 0;
}

/* The guest */

/* Everything about one run. */
struct run {
	const struct eq_job *job;
	const char *model, *groups, *folder;
	enum eq_kind kind;
	struct dc_guest_file files[FILES_MAX];
	size_t count;
	eq_words modules, programs;
};

static const char *in(const struct run *run, const char *name)
{
	return dc_arena_printf(run->job->arena, "%s/%s", run->folder, name);
}

static void add(struct run *run, const char *host, const char *guest)
{
	run->files[run->count++] = (struct dc_guest_file){host, guest};
}

static int add_text(struct run *run, const char *name, const char *text)
{
	const char *host = in(run, name);
	int err = dc_file_write(run->job->diag, host, text, strlen(text));

	add(run, host, dc_arena_printf(run->job->arena, "/%s", name));
	return err;
}

/* The names of the functions, a line each. */
static int add_functions(struct run *run)
{
	char *text = NULL;
	size_t len_bytes;
	FILE *out = open_memstream(&text, &len_bytes);
	const char *const *name;
	int err;

	if (!out)
		abort();
	dc_vec_each (name, &run->job->functions)
		fprintf(out, "%s\n", *name);
	if (fclose(out) != 0)
		abort();
	err = add_text(run, "functions", text);
	free(text);
	return err;
}

static int add_stock(struct run *run)
{
	const struct eq_job *job = run->job;
	const char *guest = dc_arena_printf(job->arena, "/%s.ko", job->module);
	int err = 0;

	if (run->kind == EQ_COUNTED) {
		add(run, dc_arena_printf(job->arena, "%s/counted/%s.ko", job->folder, job->module),
		    guest);
		err = add_functions(run);
	} else {
		add(run, job->stock, guest);
	}
	return err ? err : add_text(run, "load", dc_arena_printf(job->arena, "%s\n", guest));
}

static void add_split(struct run *run)
{
	const struct dc_guest_file *file;

	for (file = run->job->split; file->host; file++)
		add(run, file->host, file->guest);
}

static int add_files(struct run *run)
{
	const struct eq_job *job = run->job;
	const char *common =
		dc_arena_printf(job->arena, "%s/bench/equivalence/common.sh", dc_data_dir());
	const char *env =
		dc_arena_printf(job->arena, "WANTED='%s'\nFORM=%s\nPARAMETERS='%s'\nCOUNT=%s\n",
				run->groups, job->is_long ? "long" : "short", job->parameters,
				run->kind == EQ_COUNTED ? "yes" : "no");
	int err = add_text(run, "equivalence.env", env);

	if (run->kind == EQ_SPLIT)
		add_split(run);
	else if (!err)
		err = add_stock(run);
	if (!err)
		err = add_text(run, "driver", dc_arena_printf(job->arena, "%s\n", job->module));
	add(run, common, "/equivalence.sh");
	return err;
}

static void add_words(eq_words *to, const eq_words *from)
{
	const char **word;

	dc_vec_each (word, from)
		dc_vec_push(to, *word);
}

static const char *job_path(const struct run *run)
{
	return dc_arena_printf(run->job->arena, "%s/bench/equivalence/%s.sh", dc_data_dir(),
			       run->job->family);
}

static int boot(struct run *run, const char *fifo)
{
	const char *nics[] = {run->model, run->job->rules->peer, NULL};
	const char *qemu_args[] = {"-trace", "memory_region_ops_read",
				   "-trace", "memory_region_ops_write",
				   "-trace", "pci_cfg_read",
				   "-trace", "pci_cfg_write",
				   "-D",     fifo,
				   NULL};
	const struct dc_guest guest = {
		.what = dc_arena_printf(run->job->arena, "%s, %s, %s", run->model, run->groups,
					eq_kind_names[run->kind]),
		.kernel = run->job->kernel,
		.folder = run->folder,
		.job = job_path(run),
		.modules = run->modules.at,
		.programs = run->programs.at,
		.files = run->files,
		.nics = nics,
		.qemu_args = run->kind == EQ_COUNTED ? NULL : qemu_args,
		.icount_shift = 2,
		.timeout_s = 7200,
		.quiet_s = 900,
		.results_mib = 64,
	};

	return dc_guest_run(run->job->diag, &guest);
}

static int boot_traced(struct run *run)
{
	struct tracing tracing = {.rules = run->job->rules};
	const char *fifo = in(run, "trace.pipe"), *path = in(run, "trace.new");
	int ended, err = trace_begin(run->job->diag, fifo, path, &tracing);

	if (err < 0)
		return err;
	err = boot(run, fifo);
	ended = trace_end(run->job->diag, fifo, path, &tracing);
	if (!err)
		err = ended;
	if (!err && rename(path, in(run, "trace")) < 0)
		err = dc_error(run->job->diag, -errno, DC_FILE(path), "%s", strerror(errno));
	return err;
}

/* Done before? The key tells: a hash of all that the guest gets. */

static uint64_t hash(uint64_t seed, const char *data, size_t len_bytes)
{
	size_t i;

	for (i = 0; i < len_bytes; i++)
		seed = (seed ^ (unsigned char)data[i]) * 0x100000001b3ull;
	return seed;
}

static int hash_file(struct dc_diag *diag, const char *path, uint64_t *seed)
{
	char *data;
	size_t len_bytes;
	int err = dc_file_read(diag, path, &data, &len_bytes);

	if (err < 0)
		return err;
	*seed = hash(*seed, data, len_bytes);
	free(data);
	return 0;
}

static int make_key(const struct run *run, const char **ret)
{
	static const char *const ours[] = {"init.sh", "lib.sh"};
	const char *what =
		dc_arena_printf(run->job->arena, "%s %s %s %s", run->job->kernel->release,
				run->model, run->job->rules->peer, run->groups);
	uint64_t seed = hash(0xcbf29ce484222325ull, what, strlen(what));
	int err = hash_file(run->job->diag, job_path(run), &seed);
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]) && !err; i++)
		err = hash_file(
			run->job->diag,
			dc_arena_printf(run->job->arena, "%s/guest/%s", dc_data_dir(), ours[i]),
			&seed);
	for (i = 0; i < run->count && !err; i++)
		err = hash_file(run->job->diag, run->files[i].host, &seed);
	if (!err)
		err = hash_file(run->job->diag, IOCTL, &seed);
	for (i = 0; i < run->job->rules->regions.len; i++)
		seed = hash(seed, run->job->rules->regions.at[i].name,
			    strlen(run->job->rules->regions.at[i].name));
	*ret = dc_arena_printf(run->job->arena, "%016" PRIx64 "\n", seed);
	return err;
}

static bool is_done(const struct run *run, const char *key)
{
	const char *path = in(run, "key");
	bool same = false;
	char *text;

	if (!run->job->again && dc_is_file(path) &&
	    dc_file_read(run->job->diag, path, &text, NULL) == 0) {
		same = !strcmp(text, key);
		free(text);
	}
	return same;
}

static int make_run(struct run *run)
{
	const char *key = NULL;
	int err = dc_mkdirs(run->job->diag, run->folder);

	if (!err)
		err = add_files(run);
	if (!err)
		err = make_key(run, &key);
	if (err < 0 || is_done(run, key))
		return err;
	unlink(in(run, "key"));
	add_words(&run->modules, &run->job->rules->modules);
	add_words(&run->modules, &run->job->depends);
	dc_vec_push(&run->modules, NULL);
	add_words(&run->programs, &run->job->rules->programs);
	dc_vec_push(&run->programs, IOCTL);
	dc_vec_push(&run->programs, NULL);
	err = run->kind == EQ_COUNTED ? boot(run, NULL) : boot_traced(run);
	if (!err)
		err = dc_file_write(run->job->diag, in(run, "key"), key, strlen(key));
	return err;
}

int eq_run(const struct eq_job *job, const char *model, const char *groups, enum eq_kind kind,
	   const char *folder)
{
	struct run run = {
		.job = job, .model = model, .groups = groups, .folder = folder, .kind = kind};
	int err = make_run(&run);

	dc_vec_done(&run.modules);
	dc_vec_done(&run.programs);
	return err;
}
