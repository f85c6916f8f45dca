/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Annotations to propose: facts about a driver's data that rules do not know, each with a row of
 * annotations.json if there is one to propose. A row is sure if the source shows it, which
 * `evidence` cites; otherwise it is a guess, and `evidence` says what is missing. Nothing is
 * proposed for registers and for memory that the device uses. All strings live in the arena of the
 * dc_marshal.
 */
#ifndef DC_MARSHAL_PROPOSALS_H
#define DC_MARSHAL_PROPOSALS_H

#include "marshal/signature.h"

enum dc_proposal_kind {
	DC_PROPOSE_ARGUMENTS, /* how much memory a function's parameters point to */
	DC_PROPOSE_STRUCT, /* how a structure of the driver is reached from an object */
	DC_PROPOSE_READS, /* what a function reads as bytes */
	DC_PROPOSE_LIST, /* what the elements of a list are */
};

struct dc_proposal {
	enum dc_proposal_kind kind;
	const char *subject; /* a function (as in the graph), a structure of the driver, or a field
			      */
	const char *what; /* parameters ("start, len"), or the field that points to it, or "" */
	const char *file; /* where the source shows the row, or needs it */
	unsigned line;
	const char *why; /* it is needed */
	const char *section; /* of annotations.json: functions, pointers, trailing; or "" */
	const char *row; /* the row to add there, on one line; or NULL: nothing to propose */
	bool sure;
	const char *evidence;
};

typedef DC_VEC(struct dc_proposal) dc_proposals;

/* About the parameters of a function, without those that point to structures of the driver. False:
 * nothing to propose. */
bool dc_propose_arguments(const struct dc_marshal *marshal, const struct dc_definition *definition,
			  struct dc_proposal *ret);

/* About a structure of the driver that is not an object; definition: a function that uses it. */
void dc_propose_struct(const struct dc_marshal *marshal, const char *record,
		       const struct dc_definition *definition, struct dc_proposal *ret);

/* About a function that reads an object as bytes. */
void dc_propose_reads(const struct dc_marshal *marshal, const struct dc_definition *definition,
		      const struct dc_hidden_use *use, struct dc_proposal *ret);

/* About a list that no row names; definition: a function that uses the field. */
void dc_propose_list(const struct dc_marshal *marshal, const struct dc_definition *definition,
		     const char *record, const char *field, struct dc_proposal *ret);

/* Integer field of the structure whose name suggests that it counts what the field points to, or
 * NULL. */
const char *dc_propose_count(const struct dc_marshal *marshal, const struct dc_layout *layout,
			     const struct dc_layout_field *field);

#endif
