/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small drivers for the tests of marshal/ and emit/, read the way that all verbs read a driver. */
#ifndef DC_TESTS_SMALL_DRIVER_H
#define DC_TESTS_SMALL_DRIVER_H

#include "testing.h"

#include "marshal/marshal.h"

void write_file(const char *folder, const char *name, const char *text);
void make_folder(char *folder); /* folder: 32 bytes for its name */
void remove_folder(const char *folder);

struct small_driver {
	char folder[32], include[32];
	struct caught caught;
	struct dc_arena *arena;
	struct dc_driver driver;
	struct dc_graph *graph;
	struct dc_source *source;
	struct dc_rules rules;
	struct dc_marshal marshal;
};

/*
 * small_driver_make - a driver of one file, in.c, with one function for each thing that the tests
 * of marshal/ ask about (small_driver.c); small_driver_make_from: with another text. Returns what
 * dc_marshal_open returns. End both with small_driver_done, also after an error.
 */
int small_driver_make(struct small_driver *made, const char *annotations);
int small_driver_make_from(struct small_driver *made, const char *text, const char *annotations);
void small_driver_done(struct small_driver *made);

/* struct port is the driver's private part of struct net_device. */
#define PRIVATE "\"trailing\": [{\"struct\": \"port\", \"after\": \"net_device\"}]"

#endif
