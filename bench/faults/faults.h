/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fault campaign, in the guest (bench/faults.sh): the parts of its one program. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Chance (faults.c): the same for a seed, the fault's number and what is asked. */
uint64_t draw(uint64_t below, const char *what);
int64_t now_us(void);

/* Symbols of the driver's process, which is a static program (symbols.c) */

struct symbol {
	const char *name;
	uint64_t address;
	bool inner; /* of the driver's own code, not of the runtime's or libc's */
};

struct symbols {
	struct symbol *at;
	unsigned count;
	uint64_t base; /* as linked */
};

/* Reads functions; ends this program if it cannot. */
void symbols_read(const char *path, struct symbols *ret);
const struct symbol *symbol_find(const struct symbols *symbols, const char *name);
/* A process has a symbol so far behind its linked address. */
uint64_t symbols_moved(const struct symbols *symbols, pid_t pid);

/* Faults (inject.c) */

enum kind {
	KILL, /* SIGKILL */
	SEGV, /* a jump to nowhere */
	ABORT,
	STOP, /* SIGSTOP */
	LOOP, /* an endless one */
	EXIT,
	MEMORY, /* one bit of its memory */
	REGISTER, /* one bit of a register */
	ALLOC, /* its malloc() fails */
	STUCK, /* it asks the kernel for a sleep that does not end */
	TWO, /* SIGKILL, and again soon after */
	CALLER, /* an allocation of the kernel fails, for who makes the change */
	SERVER, /* the same for a thread of the process */
	KINDS
};
extern const char *const kind_names[KINDS];

struct fault {
	enum kind kind;
	pid_t process;
	uint64_t address; /* where it happens; 0: at an instant */
	unsigned passes; /* so often the place is passed before */
	unsigned delay_us; /* until the instant */
	/* Filled in by the injector */
	volatile bool armed, applied;
	volatile int64_t applied_us;
};

/* Runs in a child of this program: prepares, says `armed`, and returns when the fault is there. */
void inject(struct fault *fault);
/* Runs in a child, too: notes which of the driver's functions a process passes until `over`. */
void inject_notes(const struct symbols *symbols, pid_t process, bool *passed, volatile bool *begun,
		  const volatile bool *over);
/* At once, from outside. */
void inject_now(struct fault *fault);
/* The allocation number n of a thread fails; 0: of this one. */
void fail_allocation(pid_t process, pid_t thread, unsigned n);

/* Changes of settings (changes.c) */

struct change {
	const char *name;
	void (*make)(unsigned number);
	bool resets; /* the device */
};
extern const struct change changes[];
extern const unsigned n_changes;

void changes_begin(const char *interface, const char *driver);
bool device_answers(void); /* asks for its registers */
bool device_exists(void);
void device_up(void); /* with its address */
void device_bind(void);
void device_unbind(void);

/* Traffic (load.c) */

struct load {
	volatile uint64_t sent, returned; /* datagrams */
	volatile uint64_t blocks, broken; /* of a stream that lasts; streams that ended */
	volatile uint64_t connected, refused; /* short connections */
};

/* Begins in processes of its own, to a peer in another network namespace. */
struct load *load_begin(const char *peer, const char *namespace);

#endif
