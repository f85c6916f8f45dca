/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a driver's source tree that other modules of the tree read too. Private to graph/.
 */
#ifndef DC_GRAPH_SIBLINGS_H
#define DC_GRAPH_SIBLINGS_H

#include "graph/driver/kbuild.h"

/*
 * dc_siblings_files - finds what the C files of other modules include.
 * It follows the text of #include and evaluates no #if: a file too many only makes the analysis
 * more careful. A name that is not beside the including file may be any file of the tree whose path
 * ends so. A file that cannot be read includes nothing.
 * @source absolute path of the tree
 * @others units of the other modules; borrowed
 * @ret    paths relative to source, each once; arena. Caller ends it with dc_vec_done
 */
void dc_siblings_files(struct dc_arena *arena, const char *source, const dc_units *others,
		       dc_paths *ret);

/* Keeps those of the others that read one of the files (relative to source), itself or by way of
 * headers. Caller ends ret with dc_vec_done. */
void dc_siblings_readers(struct dc_arena *arena, const char *source, const dc_units *others,
			 const dc_paths *files, dc_units *ret);

#endif
