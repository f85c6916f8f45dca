/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SARIF 2.1.0: a rule for each code of a reason, a result for each function that must stay. */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "report/report.h"

/* A file name as a relative URI, in the arena: all bytes but the plain ones are %XX. */
static const char *uri_of(struct dc_arena *arena, const char *file)
{
	char *uri = dc_arena_alloc(arena, 3 * strlen(file) + 1), *to = uri;

	for (; *file; file++)
		if (isalnum((unsigned char)*file) || strchr("-_.~/", *file))
			*to++ = *file;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*file);
	return uri;
}

/* GitHub looks a file up from the checkout's root. */
static json_t *location_json(const struct dc_report *report, struct dc_arena *arena,
			     const char *file, unsigned line)
{
	json_t *artifact = json_object(), *physical = json_object(), *one = json_object();
	const char *path =
		report->below ? dc_arena_printf(arena, "%s%s", report->below, file) : file;

	dc_json_set(artifact, "uri", json_string(uri_of(arena, path)));
	dc_json_set(artifact, "uriBaseId", json_string(report->below ? "%SRCROOT%" : "DRIVER"));
	dc_json_set(physical, "artifactLocation", artifact);
	if (line)
		dc_json_set(physical, "region", json_pack("{s:I}", "startLine", (json_int_t)line));
	dc_json_set(one, "physicalLocation", physical);
	return one;
}

/* The constraint that the chain ends at names the place; else it is the function's own. */
static json_t *result_json(const struct dc_report *report, struct dc_arena *arena, size_t node)
{
	const struct dc_reason *reason = dc_report_reason(report, node);
	const struct dc_function *function = dc_report_function(report, node);
	const struct dc_problem_node *at = &report->problem->nodes.at[node];
	const struct dc_basis *basis = &reason->steps[0].basis;
	json_t *one = json_object(), *places = json_array();

	dc_json_set(one, "ruleId", json_string(basis->code));
	dc_json_set(one, "level", json_string(dc_basis_removable(basis) ? "warning" : "note"));
	dc_json_set(one, "message",
		    json_pack("{s:s}", "text",
			      dc_arena_printf(arena, "%s (%lld lines) stays in the kernel: %s",
					      at->id, (long long)at->loc, reason->steps[0].text)));
	if (basis->file)
		dc_json_add(places, location_json(report, arena, basis->file, basis->line));
	else if (function)
		dc_json_add(places,
			    location_json(report, arena, function->file, function->first_line));
	dc_json_set(one, "locations", places);
	dc_json_set(one, "partialFingerprints",
		    json_pack("{s:s}", "function/v1",
			      dc_arena_printf(arena, "%s:%s", basis->code, at->id)));
	dc_json_set(one, "properties", json_pack("{s:I}", "lines", (json_int_t)at->loc));
	return one;
}

/* Adds the code to the rules if it is not there. */
static void add_rule(json_t *rules, const char *code)
{
	json_t *one;
	size_t i;

	for (i = 0; i < json_array_size(rules); i++)
		if (!strcmp(json_string_value(json_object_get(json_array_get(rules, i), "id")),
			    code))
			return;
	one = json_object();
	dc_json_set(one, "id", json_string(code));
	dc_json_set(one, "shortDescription",
		    json_pack("{s:s}", "text", "a reason to stay in the kernel, docs/formats.md"));
	dc_json_add(rules, one);
}

static json_t *run_json(json_t *rules, json_t *results, const char *version)
{
	json_t *driver = json_object(), *tool = json_object(), *run = json_object();

	dc_json_set(driver, "name", json_string("drivercut"));
	dc_json_set(driver, "version", json_string(version));
	dc_json_set(driver, "rules", rules);
	dc_json_set(tool, "driver", driver);
	dc_json_set(run, "tool", tool);
	dc_json_set(run, "columnKind", json_string("utf16CodeUnits"));
	dc_json_set(run, "results", results);
	return run;
}

json_t *dc_report_sarif(const struct dc_report *report)
{
	json_t *root = json_object(), *runs = json_array();
	json_t *rules = json_array(), *results = json_array();
	struct dc_arena *arena = dc_arena_new();
	size_t i;

	for (i = 0; i < report->problem->nodes.len; i++) {
		if (!report->cut->in_kernel[i])
			continue;
		add_rule(rules, dc_report_reason(report, i)->steps[0].basis.code);
		dc_json_add(results, result_json(report, arena, i));
	}
	dc_json_set(root, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"));
	dc_json_set(root, "version", json_string("2.1.0"));
	dc_json_add(runs, run_json(rules, results, report->version));
	dc_json_set(root, "runs", runs);
	dc_arena_free(arena);
	return root;
}
