/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel whose other end is in the kernel: a function takes the process's place (twin/). Calls
 * go over on the caller's thread; messages are made, copied, decoded and checked as if a process
 * had them, with the channel's delay for each crossing.
 */
#ifndef DCRT_PEER_H
#define DCRT_PEER_H

#include <linux/list.h>

#include "../dcrt.h"

struct module;

struct dcrt_peer {
	const char *name; /* of the driver */
	uint64_t fingerprint; /* of the peer's tables */
	struct module *owner; /* stays while there is a channel */
	/* A channel has come. Returns 0 or why not. */
	int (*attach)(struct dcrt_peer *peer, uint64_t session);
	/* It goes; no call is open, and none will come. */
	void (*detach)(struct dcrt_peer *peer);
	/* Takes an UPCALL, borrowed until it returns. Process context; may sleep; threads may come
	 * at the same time, and one again by dcrt_peer_down(). Returns the length of the REPLY,
	 * which stays in place until this thread's next call, or a negative errno: the session is
	 * over. */
	long (*serve)(struct dcrt_peer *peer, const void *message, uint32_t len,
		      const void **ret_reply);
	/* dcrt.ko's */
	struct list_head node;
	void *channel; /* or NULL */
};

/* dcrt_peer_register - the next driver of that name will get this peer and no process.
 * Returns 0 or -EEXIST. Process context, as all here. */
int dcrt_peer_register(struct dcrt_peer *peer);
void dcrt_peer_unregister(struct dcrt_peer *peer);

/* dcrt_peer_down - to be called within serve, by its thread: runs a DOWNCALL and gives its REPLY,
 * in place until this thread's next call. Returns its length, or -EPROTO (the message was refused,
 * nothing of it was applied, and the session is over), -EPIPE (it was over). */
long dcrt_peer_down(struct dcrt_peer *peer, const void *message, uint32_t len,
		    const void **ret_reply);

/* Inside dcrt.ko */

struct dcrt_channel;
struct dcrt_frame;

/* Attaches the peer of the driver's name, if there is one. Returns 0 or why it cannot be. */
int dcrt_peer_find(struct dcrt_channel *channel);
/* Detaches the peer. No call is open. */
void dcrt_peer_leave(struct dcrt_channel *channel);
/* Makes an upcall of len bytes, in the frame's `out`. Returns as dcrt_call_run(). */
int dcrt_peer_up(struct dcrt_frame *frame, uint32_t len);

#endif
