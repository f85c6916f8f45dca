/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fault campaign, in the guest, started by bench/faults.sh: faults in the process of a split
 * driver, while traffic flows and somebody changes settings. A line for each:
 *
 *   fault NUMBER KIND CHANGE PLACE RESULT ANSWER_MS TRAFFIC_MS PACKETS STREAMS CONNECTIONS
 *
 * PLACE is a function of the process in which the fault happens, "instant" (so many microseconds
 * into the change) or "late" (the change ended before the fault was there). RESULT is "ok"; "alive"
 * if the process lives on with the fault; "hand" if somebody had to unbind and bind the device;
 * else what failed, and then the status is 1 and the kernel's log is printed. ANSWER_MS is the time
 * from the fault until the device answers a question, TRAFFIC_MS until packets come back; then
 * datagrams, streams and short connections that were lost. At the end "memory RECOVERIES KIB", what
 * free memory got less.
 *
 * usage: faults_guest PLACES SEED FIRST COUNT PATIENCE DRIVER KIND...
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/complaints.h"

#define INTERFACE "eth0"
#define PEER	  "10.9.0.2"
#define STEP_US	  1000
#define CHANGE_S  60 /* a change ends within, whatever happens */
#define WORK_S	  3 /* a place is passed within so long after the change */
#define BACK_S	  40 /* the device is back within */
#define HAND_S	  8 /* after so long somebody helps */
#define WARM_UP	  4 /* faults before memory is looked at: what is allocated once is */
#define LATE_US	  30000 /* the longest wait for the instant of a fault */
#define CHANGES	  32
#define FUNCTIONS 4096

static uint64_t seed, number;
static unsigned patience = 1; /* how many times slower the kernel is */
static const char *driver;
static struct symbols symbols;
static struct load *load;
static struct fault *fault; /* shared with the injector */
static int log_fd;
static enum kind kinds[KINDS];
static unsigned n_kinds;

/* Functions of the process that run in each change, by their numbers; shared with the learner. */
static struct {
	bool at[CHANGES][FUNCTIONS];
} *passed;

/* Chance and time */

static uint64_t mixed(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t draw(uint64_t below, const char *what)
{
	uint64_t hash = mixed(seed) ^ mixed(number + 1);

	for (; *what; what++)
		hash = mixed(hash ^ (unsigned char)*what);
	return below ? hash % below : 0;
}

int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The runtime and the kernel */

/* Reads a word of the runtime's about the process: pid, state, deaths. "" if the driver is not
 * there.
 */
static void runtime_says(const char *what, char ret[16])
{
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/misc/dcrt-%s/%s", driver, what);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, ret, 15);
	ret[len > 0 ? len : 0] = 0;
	if (fd >= 0)
		close(fd);
}

/* The process, or 0. */
static pid_t process(void)
{
	char text[16];

	runtime_says("pid", text);
	return atoi(text);
}

static long deaths(void)
{
	char text[16];

	runtime_says("deaths", text);
	return atol(text);
}

/* old: a process that is not meant, or 0. */
static bool has_process(pid_t old)
{
	char text[16];
	pid_t pid = process();

	runtime_says("state", text);
	return pid && pid != old && !strncmp(text, "attached", 8);
}

static long memory_kib(void)
{
	char line[128];
	long kib = 0;
	FILE *file = fopen("/proc/sys/vm/drop_caches", "we");

	sync();
	if (file) {
		fputs("3", file);
		fclose(file);
	}
	file = fopen("/proc/meminfo", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

/* Reads the kernel's log since this was asked last. True if there is a complaint, whose line is
 * kept. */
static bool kernel_complains(char *ret, size_t size)
{
	bool found = false;
	char record[8192];
	ssize_t len;

	while ((len = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		char *text;

		if (len <= 0)
			continue;
		record[len] = 0;
		text = strchr(record, ';');
		if (!text || strstr(text, "dc-job") || !dc_guest_has_complaint(text))
			continue;
		if (!found)
			snprintf(ret, size, "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
		found = true;
	}
	return found;
}

static void tell_log(void)
{
	fflush(stdout);
	if (system("dmesg | tail -n 150") != 0)
		puts("no log");
}

/* Children */

static pid_t start(void (*run)(void *), void *what)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(what);
	_exit(0);
}

static bool ends_within(pid_t pid, int seconds)
{
	int64_t until = now_us() + (int64_t)seconds * patience * 1000000;

	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (now_us() > until)
			return false;
		usleep(STEP_US);
	}
	return true;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void run_injector(void *what)
{
	inject(what);
}

static void run_change(void *what)
{
	const struct change *change = what;

	if (fault->kind == CALLER) {
		fault->applied_us = now_us();
		fault->applied = true;
		fail_allocation(0, 0, 1 + (unsigned)draw(80, "nth"));
	}
	change->make((unsigned)number);
}

/* Where */

static unsigned index_of(const struct change *change)
{
	return (unsigned)(change - changes);
}

/* The function in which the fault happens, or NULL: at an instant. */
static const struct symbol *place_of(const struct change *change)
{
	const bool *row = passed->at[index_of(change)];
	unsigned i, n = 0;
	uint64_t chosen;

	if (fault->kind == CALLER || fault->kind == SERVER)
		return NULL;
	if (fault->kind == ALLOC)
		return symbol_find(&symbols, draw(2, "malloc") ? "malloc" : "calloc");
	if (fault->kind == STUCK)
		return symbol_find(&symbols, draw(2, "sleep") ? "msleep" : "usleep_range_state");
	for (i = 0; i < symbols.count; i++)
		n += row[i];
	if (!n || draw(4, "where") == 3)
		return NULL;
	chosen = draw(n, "function");
	for (i = 0; i < symbols.count; i++)
		if (row[i] && !chosen--)
			return &symbols.at[i];
	return NULL;
}

static void plan(enum kind drawn, const struct change *change, const char **ret_place)
{
	const struct symbol *symbol;

	memset(fault, 0, sizeof(*fault));
	fault->kind = drawn;
	fault->process = process();
	fault->delay_us = (unsigned)draw(1 + draw(LATE_US, "range"), "instant") * patience;
	symbol = place_of(change);
	*ret_place = symbol ? symbol->name : "instant";
	if (symbol) {
		fault->address = symbol->address + symbols_moved(&symbols, fault->process);
		fault->passes = draw(3, "again") ? 0 : (unsigned)draw(6, "passes");
	}
}

/* One fault */

struct came_back {
	int64_t answer_us, traffic_us;
	bool by_hand;
};

static void fail(const char *kind, const char *change, const char *place, const char *what)
{
	printf("fault %" PRIu64 " %s %s %s failed 0 0 0 0 0\n%s\n", number, kind, change, place,
	       what);
	tell_log();
	exit(1);
}

/* Waits until the device answers, with a process that is not `old`, and packets come back. */
static bool comes_back(pid_t old, struct came_back *ret)
{
	int64_t begun = now_us(), until = begun + (int64_t)BACK_S * patience * 1000000;
	int64_t help = begun + (int64_t)HAND_S * patience * 1000000;
	uint64_t returned = 0;

	ret->answer_us = 0;
	while (now_us() < until) {
		if (now_us() > help) {
			ret->by_hand = true;
			help = until;
			device_unbind();
			device_bind();
		}
		if (!ret->answer_us && has_process(old) && device_answers()) {
			ret->answer_us = now_us();
			returned = load->returned;
			device_up();
		}
		if (ret->answer_us && load->returned > returned + 1) {
			ret->traffic_us = now_us();
			return true;
		}
		usleep(STEP_US);
		if (ret->answer_us && !device_exists())
			ret->answer_us = 0;
	}
	return false;
}

/* The fault is there when this returns, and the change has ended. Returns false if that hangs. */
static bool run_fault(const struct change *change, const char **place)
{
	bool injects = fault->kind != CALLER;
	pid_t injector = injects ? start(run_injector, fault) : 0, changing;
	int64_t armed_by = now_us() + (int64_t)patience * 1000000;
	bool ended;

	while (injects && !fault->armed && now_us() < armed_by)
		usleep(100);
	changing = start(run_change, (void *)(uintptr_t)change);
	if (!fault->address)
		usleep(fault->delay_us);
	ended = ends_within(changing, CHANGE_S);
	/* works of the driver come later */
	if (injects && fault->address && !fault->applied)
		ends_within(injector, WORK_S);
	if (injects && !fault->applied) {
		if (fault->address || !ends_within(injector, 1))
			end_child(injector);
		if (!fault->applied) {
			*place = "late";
			inject_now(fault);
		}
	} else if (injects && !ends_within(injector, 1)) {
		end_child(injector);
	}
	return ended;
}

static bool kills(enum kind kind)
{
	return kind == KILL || kind == SEGV || kind == ABORT || kind == EXIT || kind == TWO;
}

static void second_death(void)
{
	int64_t until = now_us() + (int64_t)draw(300000, "second") * patience;
	pid_t pid;

	do {
		usleep(STEP_US);
		pid = process();
	} while (now_us() < until || !pid);
	kill(pid, SIGKILL);
}

/* A call to sleep is only in changes that reset the device. */
static const struct change *change_for(enum kind kind)
{
	unsigned i = (unsigned)draw(n_changes, "change");

	while (kind == STUCK && !changes[i].resets)
		i = (i + 1) % n_changes;
	return &changes[i];
}

/* Some of those that come back were sent before. */
static int64_t lost_since(const struct load *before)
{
	int64_t lost = (int64_t)(load->sent - before->sent - (load->returned - before->returned));

	return lost > 0 ? lost : 0;
}

static void one_fault(void)
{
	enum kind drawn = kinds[draw(n_kinds, "kind")];
	const struct change *change = change_for(drawn);
	struct load before = *load;
	struct came_back back = {0};
	const char *place, *result = "ok", *kind;
	char complaint[512] = "";

	plan(drawn, change, &place);
	kind = kind_names[fault->kind];
	printf("next %" PRIu64 " %s %s %s\n", number, kind, change->name, place);
	if (!run_fault(change, &place))
		fail(kind, change->name, place, "the change hangs");
	if (fault->kind == TWO)
		second_death();
	if (!device_exists() && !strcmp(change->name, "bind"))
		device_bind();
	if (!comes_back(kills(fault->kind) ? fault->process : 0, &back))
		fail(kind, change->name, place, "the device does not come back");
	if (process() == fault->process)
		result = "alive";
	if (back.by_hand)
		result = "hand";
	if (kernel_complains(complaint, sizeof(complaint)))
		fail(kind, change->name, place, complaint);
	printf("fault %" PRIu64 " %s %s %s %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu64
	       " %" PRIu64 "\n",
	       number, kind, change->name, place, result,
	       (back.answer_us - fault->applied_us) / 1000,
	       (back.traffic_us - fault->applied_us) / 1000, lost_since(&before),
	       load->broken - before.broken, load->refused - before.refused);
	if (process() == fault->process && fault->kind != CALLER && fault->kind != SERVER) {
		/* what is wrong in it is not to be the next fault's */
		kill(fault->process, SIGKILL);
		device_unbind();
		device_bind();
		if (!comes_back(fault->process, &back))
			fail(kind, change->name, place, "the device does not come back afterwards");
	}
}

/* All of them */

struct learning {
	unsigned change;
	pid_t process;
	volatile bool begun, over;
};

static void run_learning(void *what)
{
	struct learning *learning = what;

	inject_notes(&symbols, learning->process, passed->at[learning->change], &learning->begun,
		     &learning->over);
}

static void tell_places(const struct change *change)
{
	unsigned i;

	for (i = 0; i < symbols.count; i++)
		if (passed->at[index_of(change)][i])
			printf("place %s %s\n", change->name, symbols.at[i].name);
}

/* Makes a change, and notes which functions of the driver run in it. */
static void learn_places_of(const struct change *change, struct learning *learning)
{
	struct came_back back;
	pid_t notes;

	*learning = (struct learning){.change = index_of(change), .process = process()};
	notes = start(run_learning, learning);
	while (!learning->begun)
		usleep(STEP_US);
	change->make(0);
	if (change == changes) /* works of the driver */
		usleep(WORK_S * 1000000 * patience);
	learning->over = true;
	waitpid(notes, NULL, 0);
	if (!comes_back(0, &back)) {
		printf("no device after %s\n", change->name);
		tell_log();
		exit(1);
	}
	tell_places(change);
}

static void learn_places(void)
{
	struct learning *learning = mmap(NULL, sizeof(*learning), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned i;

	for (i = 0; i < n_changes; i++)
		learn_places_of(&changes[i], learning);
}

/* Reads the places that an earlier guest has learned; false: there are none. */
static bool read_places(const char *path)
{
	char change[64], function[128];
	const struct symbol *symbol;
	FILE *file = fopen(path, "re");
	unsigned i, n = 0;

	while (file && fscanf(file, "%63s %127s", change, function) == 2)
		for (i = 0; i < n_changes; i++) {
			symbol = symbol_find(&symbols, function);
			if (strcmp(changes[i].name, change) != 0 || !symbol)
				continue;
			passed->at[i][symbol - symbols.at] = true;
			n++;
		}
	if (file)
		fclose(file);
	return n;
}

static void read_symbols(void)
{
	char path[64], before[64];
	unsigned i, n = 0;

	snprintf(path, sizeof(path), "/%s", driver);
	snprintf(before, sizeof(before), "%s_", driver);
	symbols_read(path, &symbols);
	for (i = 0; i < symbols.count; i++) {
		symbols.at[i].inner = !strncmp(symbols.at[i].name, before, strlen(before));
		n += symbols.at[i].inner;
	}
	printf("%u functions of the driver in the process\n", n);
	if (symbols.count > FUNCTIONS)
		symbols.count = FUNCTIONS;
}

static void read_kinds(char **words)
{
	unsigned i;

	for (; *words; words++)
		for (i = 0; i < KINDS; i++)
			if (!strcmp(*words, kind_names[i]))
				kinds[n_kinds++] = (enum kind)i;
}

int main(int argc, char **argv)
{
	uint64_t first, count;
	char complaint[512];
	long before_kib = 0, before_deaths = 0;

	if (argc < 8)
		return 2;
	seed = strtoull(argv[2], NULL, 10);
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	patience = (unsigned)atoi(argv[5]);
	driver = argv[6];
	read_kinds(argv + 7);
	if (!n_kinds)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	passed = mmap(NULL, sizeof(*passed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	changes_begin(INTERFACE, driver);
	load = load_begin(PEER, "peer");
	read_symbols();
	if (!read_places(argv[1]))
		learn_places();
	kernel_complains(complaint, sizeof(complaint));
	for (number = first + 1; number <= first + count; number++) {
		if (number == first + 1 + WARM_UP) {
			before_deaths = deaths();
			before_kib = memory_kib();
		}
		one_fault();
	}
	if (count > WARM_UP)
		printf("memory %ld %ld\n", deaths() - before_deaths, before_kib - memory_kib());
	return 0;
}
