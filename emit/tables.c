/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What both components agree on: numbers of functions and types, fields of types, addresses. And
 * the kernel's functions: run on one side, stubs on the other.
 *
 * Offsets and sizes are numbers, as clang laid the structures out for the driver's flags.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/internal.h"

static bool served_up(const struct dc_emit_function *function)
{
	return function->crosses && function->place == DC_PLACE_USER;
}

static bool served_down(const struct dc_emit_function *function)
{
	return function->crosses && function->place != DC_PLACE_USER;
}

static bool serves(const struct emit_unit *unit, const struct dc_emit_function *function)
{
	return (unit->side == DC_SIDE_USER ? served_up(function) : served_down(function)) &&
	       !strcmp(function->definition->unit, unit->file->name);
}

static const struct dc_source_file *home(const struct dc_emit_plan *plan)
{
	const struct dc_source_file *at;

	dc_vec_each (at, &plan->source->files)
		if (at->is_unit)
			return at;
	return NULL;
}

/* Whose address may cross: what tables and assignments name. */
static bool is_code(const struct dc_emit_plan *plan, const struct dc_emit_function *function)
{
	int index = dc_graph_function(plan->data->graph, function->definition->name);

	return index >= 0 && plan->data->graph->functions.at[index].address_taken;
}

/* What is appended to a unit */

#define NOWHERE "0xdc0de000ul" /* an address that names a function and cannot be called */

const char *emit_static_name(struct dc_arena *arena, const struct dc_static *local)
{
	return dc_arena_printf(arena, "dcg_static_%s_%s", emit_c_name(arena, local->function),
			       local->variable.name);
}

/* Of a variable's type, at the end of its unit. */
static const char *name_of_variable(struct dc_arena *arena, const struct dc_object_type *type)
{
	return type->local ? emit_static_name(arena, type->local) : type->variable->name;
}

/* Variables within functions: those that run here have them, the others need their place. */
static void put_statics(FILE *out, const struct emit_unit *unit)
{
	const struct dc_object_type *type;

	dc_vec_each (type, &unit->plan->types) {
		const struct dc_static *local = type->local;
		const struct dc_definition *definition;
		bool native;

		if (!local || strcmp(local->variable.file, unit->file->name) != 0)
			continue;
		definition = dc_source_find(unit->plan->source, local->function);
		native = unit->plan->functions[definition - unit->plan->source->definitions.at]
				 .on[unit->side] == DC_NATIVE;
		fprintf(out, "%s __typeof__(%s) %s%s%s;\n", native ? "extern" : "static",
			local->type, emit_static_name(unit->arena, local),
			native || !local->init ? "" : " = ",
			native || !local->init ? "" : local->init);
	}
}

static void put_addresses(FILE *out, const struct emit_unit *unit)
{
	const char *name = emit_c_name(unit->arena, unit->file->name);
	const struct dc_variable *variable;
	const struct dc_object_type *type;
	size_t i;

	fputs("\n/* clang-format off */\n", out);
	put_statics(out, unit);
	fprintf(out, "void *const dcg_code_%s[] = {\n", name);
	for (i = 0; i < unit->plan->count; i++) {
		const struct dc_emit_function *function = &unit->plan->functions[i];

		if (strcmp(function->definition->unit, unit->file->name) != 0 ||
		    !is_code(unit->plan, function))
			continue;
		if (function->on[unit->side] == DC_ABSENT)
			fprintf(out, "\t(void *)(" NOWHERE " + %zu), /* %s: not here */\n", i,
				function->definition->plain);
		else
			fprintf(out, "\t(void *)%s,\n", function->definition->plain);
	}
	fprintf(out, "\tNULL,\n};\n\nvoid *const dcg_variables_%s[] = {\n", name);
	dc_vec_each (type, &unit->plan->types) {
		variable = type->variable;
		if (variable && !strcmp(variable->file, unit->file->name))
			fprintf(out, "\t(void *)&%s,\n", name_of_variable(unit->arena, type));
	}
	fputs("\tNULL,\n};\n/* clang-format on */\n", out);
}

/* Layouts */

static bool knows_layouts(const struct dc_emit_plan *plan, const struct dc_source_file *file)
{
	const struct dc_object_type *type;
	const struct dc_object_record *record;

	dc_vec_each (type, &plan->types) {
		if (type->variable && !strcmp(type->variable->file, file->name))
			return true;
		dc_vec_each (record, &type->records)
			if (!strcmp(record->unit, file->name))
				return true;
	}
	return false;
}

static void put_layout(FILE *out, struct dc_arena *arena, const struct dc_object_type *type,
		       const char *unit)
{
	const struct dc_object_record *record;
	const struct dc_object_member *member;

	if (type->variable && !strcmp(type->variable->file, unit))
		fprintf(out, "DCRT_LAYOUT(%s, %u);\n", name_of_variable(arena, type), type->size);
	dc_vec_each (record, &type->records)
		if (!strcmp(record->unit, unit))
			fprintf(out, "\nDCRT_LAYOUT(%s, %u);\n", record->spelling, record->size);
	dc_vec_each (member, &type->members)
		if (!strcmp(member->unit, unit))
			fprintf(out, "DCRT_LAYOUT_FIELD(%s, %s, %u, %u);\n", member->spelling,
				member->path, member->offset, member->size);
}

static const char *layout_name(struct dc_arena *arena, const struct dc_source_file *file)
{
	return dc_arena_printf(arena, "dcg_layout_%s.h", emit_c_name(arena, file->name));
}

void emit_layouts(struct dc_arena *arena, const struct dc_emit_plan *plan,
		  void (*add)(void *ctx, const char *path, const char *text), void *ctx)
{
	const struct dc_source_file *file;
	const struct dc_object_type *type;
	struct emit_piece piece;

	dc_vec_each (file, &plan->source->files) {
		const char *name = layout_name(arena, file), *text;

		if (!file->is_unit || !knows_layouts(plan, file))
			continue;
		emit_piece_start(&piece);
		emit_head(piece.out, file->name, false);
		fputs("/* At the end of that file, of either component. */\n/* clang-format off "
		      "*/\n",
		      piece.out);
		dc_vec_each (type, &plan->types)
			put_layout(piece.out, arena, type, file->name);
		fputs("/* clang-format on */\n", piece.out);
		text = emit_piece_end(&piece, arena);
		add(ctx, dc_arena_printf(arena, "kernel/%s", name), text);
		add(ctx, dc_arena_printf(arena, "user/%s", name), text);
	}
}

const char *emit_appendix(const struct emit_unit *unit)
{
	struct emit_piece piece;
	size_t i;

	if (!unit->file->is_unit || unit->plan->all_kernel)
		return "";
	emit_piece_start(&piece);
	for (i = 0; i < unit->plan->count; i++) {
		struct emit_call call;

		if (!serves(unit, &unit->plan->functions[i]))
			continue;
		emit_call_of_function(unit->arena, unit->plan, &unit->plan->functions[i], &call);
		emit_put_handler(piece.out, &call);
		emit_call_done(&call);
	}
	put_addresses(piece.out, unit);
	if (unit->side == DC_SIDE_KERNEL)
		emit_put_recovery(piece.out, unit->arena, unit);
	if (knows_layouts(unit->plan, unit->file))
		fprintf(piece.out, "\n#include \"%s\"\n", layout_name(unit->arena, unit->file));
	if (unit->side == DC_SIDE_KERNEL && unit->file == home(unit->plan))
		fputs("\n#include \"dcg_tables.c\"\n#include \"dcg_kernel.c\"\n"
		      "#include \"dcg_runtime.c\"\n",
		      piece.out);
	return emit_code_end(&piece, unit->arena);
}

/* Numbers */

static const char *type_name(const struct dc_emit_plan *plan, struct dc_arena *arena, size_t i)
{
	const struct dc_object_type *type = &plan->types.at[i];
	const char *name = emit_c_name(arena, type->name);

	if (!type->variable)
		return dc_arena_printf(arena, "DCG_TYPE_%s", name);
	return dc_arena_printf(arena, "DCG_VARIABLE_%s_%s",
			       emit_c_name(arena, type->variable->file), name);
}

static void put_externs(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_source_file *file;
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].crosses)
			fprintf(out, "int dcg_run_%s(struct dcrt_call *dcg);\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	for (i = 0; i < plan->types.len; i++)
		if (!plan->types.at[i].variable)
			fprintf(out, "void %s(void *element);\n",
				emit_forget(arena, plan->types.at[i].name));
	for (i = 0; i < plan->kernel.len; i++)
		fprintf(out, "int dcg_kernel_%s(struct dcrt_call *dcg);\n",
			plan->kernel.at[i].prototype->name);
	dc_vec_each (file, &plan->source->files)
		if (file->is_unit)
			fprintf(out,
				"extern void *const dcg_code_%s[];\n"
				"extern void *const dcg_variables_%s[];\n",
				emit_c_name(arena, file->name), emit_c_name(arena, file->name));
}

const char *emit_numbers(struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, plan->source->module, false);
	fputs("#ifndef DCG_H\n#define DCG_H\n\n#include \"runtime/component/downcalls.h\"\n\n"
	      "/* clang-format off */\nenum dcg_up {\n",
	      piece.out);
	for (i = 0; i < plan->count; i++)
		if (served_up(&plan->functions[i]))
			fprintf(piece.out, "\tDCG_UP_%s,\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	fputs("\tDCG_N_UP,\n};\n\nenum dcg_down {\n\tDCG_DOWN_FIRST = DCK_COUNT - 1,\n", piece.out);
	for (i = 0; i < plan->count; i++)
		if (served_down(&plan->functions[i]))
			fprintf(piece.out, "\tDCG_DOWN_%s,\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	for (i = 0; i < plan->kernel.len; i++)
		fprintf(piece.out, "\tDCG_DOWN_KERNEL_%s,\n", plan->kernel.at[i].prototype->name);
	fputs("\tDCG_N_DOWN,\n};\n\nenum dcg_type {\n", piece.out);
	for (i = 0; i < plan->types.len; i++)
		fprintf(piece.out, "\t%s,\n", type_name(plan, arena, i));
	fputs("\tDCG_N_TYPES,\n};\n\n", piece.out);
	put_externs(piece.out, arena, plan);
	fputs("/* clang-format on */\n\n#endif\n", piece.out);
	return emit_piece_end(&piece, arena);
}

/* Tables */

#define ARRAY_MAX  8192 /* bytes; a longer one is -EMSGSIZE when it runs */
#define STRING_MAX 256

static unsigned blob_max(const struct emit_call *call)
{
	unsigned most = 0;
	size_t i;

	for (i = 0; i < call->count; i++) {
		enum dc_mode mode = call->signature.arguments.at[i].mode;
		unsigned bytes = 0;

		if (mode == DC_MODE_ARRAY)
			bytes = ARRAY_MAX;
		else if (mode == DC_MODE_STRING)
			bytes = STRING_MAX;
		else if (mode == DC_MODE_VALUE)
			bytes = call->parameters[i].value->to_size;
		if (bytes > most)
			most = bytes;
	}
	return most;
}

static void put_function(FILE *out, const struct emit_call *call, bool handled)
{
	fprintf(out, "\t[%s] = {\"%s\", %s, %zu, %u, %s, %u, %u},\n", call->number, call->plain,
		handled ? call->handler : "NULL", call->count, call->result_kind != DC_RESULT_VOID,
		call->up	  ? call->retry ? "DCRT_RETRY" : "0"
		: call->by_caller ? "DCRT_BY_CALLER"
				  : "0",
		blob_max(call), call->deadline_ms);
}

static void put_functions(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			  enum dc_side side, bool up)
{
	struct emit_call call;
	size_t i;

	fprintf(out, "\nstatic const struct dcrt_function dcg_%s[] = {\n", up ? "up" : "down");
	if (!up)
		fprintf(out, "\tDCK_DOWN_TABLE%s\n",
			side == DC_SIDE_KERNEL ? "(DCK_HANDLER)," : "(DCK_NO_HANDLER),");
	for (i = 0; i < plan->count; i++) {
		if (!(up ? served_up : served_down)(&plan->functions[i]))
			continue;
		emit_call_of_function(arena, plan, &plan->functions[i], &call);
		put_function(out, &call, up == (side == DC_SIDE_USER));
		emit_call_done(&call);
	}
	for (i = 0; !up && i < plan->kernel.len; i++) {
		emit_call_of_kernel(arena, plan, &plan->kernel.at[i], &call);
		put_function(out, &call, side == DC_SIDE_KERNEL);
		emit_call_done(&call);
	}
	fputs("};\n", out);
}

static void put_fields(FILE *out, const struct dc_object_type *type, size_t index,
		       enum dc_side side)
{
	static const char *const kinds[] = {"DCRT_PLAIN", "DCRT_ADDRESS", "DCRT_CODE"};
	const struct dc_object_field *field;

	if (!type->fields.len)
		return;
	fprintf(out, "\nstatic struct dcrt_field dcg_fields_%zu[] = {\n", index);
	dc_vec_each (field, &type->fields)
		fprintf(out,
			"\t{.offset = %u, .size = %u, .count = %u, .kind = %s, "
			".target = DCRT_ANY_TYPE, .user_writes = %s%s}, /* %s */\n",
			field->offset, field->size, field->count, kinds[field->kind],
			field->user_writes ? "true" : "false",
			field->checked && side == DC_SIDE_KERNEL ? ", .checked = true" : "",
			field->name);
	fputs("};\n", out);
}

/* Functions */

static size_t count_code(const struct dc_emit_plan *plan, const struct dc_source_file *file)
{
	size_t i, count = 0;

	for (i = 0; i < plan->count; i++)
		count += !strcmp(plan->functions[i].definition->unit, file->name) &&
			 is_code(plan, &plan->functions[i]);
	return count;
}

size_t emit_code_count(const struct dc_emit_plan *plan)
{
	const struct dc_source_file *file;
	size_t total = 0;

	dc_vec_each (file, &plan->source->files)
		if (file->is_unit)
			total += count_code(plan, file);
	return total;
}

size_t emit_code_index(const struct dc_emit_plan *plan, const char *name)
{
	const struct dc_source_file *file;
	size_t at = 0, i;

	dc_vec_each (file, &plan->source->files)
		for (i = 0; file->is_unit && i < plan->count; i++) {
			const struct dc_definition *definition = plan->functions[i].definition;

			if (strcmp(definition->unit, file->name) != 0 ||
			    !is_code(plan, &plan->functions[i]))
				continue;
			if (!strcmp(definition->plain, name))
				return at;
			at++;
		}
	return at;
}

/* What the kernel finds its objects by. */
static bool adopts(const struct dc_object_type *type)
{
	const struct dc_object_link *link;

	dc_vec_each (link, &type->links)
		if (link->kind != DC_LINK_NODE)
			return true;
	return false;
}

static void put_list_adoption(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			      const struct dc_object_link *link)
{
	fprintf(out,
		"\tif (!err) /* %s */\n\t\terr = dck_adopt_list(channel, (void *)(at + %u), %s, "
		"%u, ",
		link->name, link->offset, type_name(plan, arena, link->target), link->inside);
	if (link->lock)
		fprintf(out, "(void *)(at + %u)); /* %s */\n", link->lock_offset, link->lock);
	else
		fputs("NULL);\n", out);
}

static void put_adopt(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      size_t index)
{
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_link *link;

	if (type->variable)
		return;
	if (adopts(type))
		fprintf(out,
			"\nstatic int dcg_adopt_%zu(struct dcrt_channel *channel, void *element)\n"
			"{\n\tchar *at = element;\n\tint err = 0;\n\n",
			index);
	dc_vec_each (link, &type->links) {
		if (link->kind == DC_LINK_LIST)
			put_list_adoption(out, arena, plan, link);
		if (link->kind != DC_LINK_ARRAY)
			continue;
		fprintf(out,
			"\tif (!err) /* %s */\n\t\terr = dcrt_adopt(channel, *(void **)(at + %u), "
			"%s, ",
			link->name, link->offset, type_name(plan, arena, link->target));
		if (link->is_string)
			fprintf(out,
				"*(char **)(at + %u) ? strlen(*(char **)(at + %u)) + 1 : 0);\n",
				link->offset, link->offset);
		else if (link->count)
			fprintf(out, "%u);\n", link->count);
		else
			fprintf(out, "*(u%u *)(at + %u));\n", link->count_size * 8,
				link->count_offset);
	}
	if (adopts(type))
		fputs("\treturn err;\n}\n", out);
	fprintf(out, "\nvoid %s(void *element)\n{\n\tchar *at = element;\n\n",
		emit_forget(arena, type->name));
	dc_vec_each (link, &type->links)
		if (link->kind == DC_LINK_ARRAY)
			fprintf(out, "\tdcrt_forget(dcg_channel, *(void **)(at + %u)); /* %s */\n",
				link->offset, link->name);
	fputs("\tdcrt_forget(dcg_channel, at);\n}\n", out);
}

/* Ends an object that is handed back, and what it leads to. */
const char *emit_forget(struct dc_arena *arena, const char *type)
{
	return dc_arena_printf(arena, "dcg_forget_%s", emit_c_name(arena, type));
}

static void put_links(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      size_t index)
{
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_link *link;

	if (!type->links.len)
		return;
	fprintf(out, "\nstatic const struct dcrt_link dcg_links_%zu[] = {\n", index);
	dc_vec_each (link, &type->links)
		fprintf(out, "\t{.offset = %u, .target = %s, .inside = %u}, /* %s */\n",
			link->offset, type_name(plan, arena, link->target), link->inside,
			link->name);
	fputs("};\n", out);
}

static void put_types(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      enum dc_side side)
{
	size_t i;

	for (i = 0; i < plan->types.len; i++) {
		put_fields(out, &plan->types.at[i], i, side);
		put_links(out, arena, plan, i);
		if (side != DC_SIDE_KERNEL)
			continue;
		put_adopt(out, arena, plan, i);
		emit_put_valid(out, arena, plan, i);
	}
	fputs("\nstatic struct dcrt_type dcg_types[] = {\n", out);
	for (i = 0; i < plan->types.len; i++) {
		const struct dc_object_type *type = &plan->types.at[i];

		fprintf(out, "\t[%s] = {.name = \"%s\", .size = %u", type_name(plan, arena, i),
			type->name, type->size);
		if (type->fields.len)
			fprintf(out, ", .n_fields = %zu, .fields = dcg_fields_%zu",
				type->fields.len, i);
		if (type->links.len)
			fprintf(out, ", .n_links = %zu, .links = dcg_links_%zu", type->links.len,
				i);
		if (side == DC_SIDE_KERNEL && adopts(type))
			fprintf(out, ", .adopt = dcg_adopt_%zu", i);
		if (side == DC_SIDE_KERNEL && emit_is_checked(type))
			fprintf(out, ", .valid = dcg_valid_%zu", i);
		fputs("},\n", out);
	}
	fputs("};\n", out);
}

/* Addresses of what is static in its unit are brought together when the component starts. */
static void put_setup(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_source_file *file;
	size_t total = 0, i;

	fputs("\nvoid dcg_setup(void)\n{\n", out);
	dc_vec_each (file, &plan->source->files) {
		size_t count = file->is_unit ? count_code(plan, file) : 0;

		if (count)
			fprintf(out, "\tmemcpy(&dcg_code[%zu], dcg_code_%s, %zu);\n", total,
				emit_c_name(arena, file->name), count * sizeof(void *));
		total += count;
	}
	dc_vec_each (file, &plan->source->files) {
		size_t place = 0;

		for (i = 0; i < plan->types.len; i++) {
			const struct dc_variable *variable = plan->types.at[i].variable;

			if (variable && !strcmp(variable->file, file->name))
				fprintf(out, "\tdcg_types[%s].variable = dcg_variables_%s[%zu];\n",
					type_name(plan, arena, i), emit_c_name(arena, file->name),
					place++);
		}
	}
	fprintf(out,
		"}\n"
		"\nconst struct dcrt_driver dcg_driver = {\n"
		"\t.abi = DCRT_ABI,\n"
		"\t.name = \"%s\",\n"
		"\t.up = dcg_up,\n"
		"\t.down = dcg_down,\n"
		"\t.n_up = DCG_N_UP,\n"
		"\t.n_down = DCG_N_DOWN,\n"
		"\t.types = dcg_types,\n"
		"\t.n_types = DCG_N_TYPES,\n"
		"\t.objects = 1024,\n"
		"\t.code = dcg_code,\n"
		"\t.n_code = %zu,\n"
		"};\n",
		plan->source->module, total);
}

const char *emit_tables(struct dc_arena *arena, const struct dc_emit_plan *plan, enum dc_side side)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	emit_head(piece.out, plan->source->module, true);
	fputs("#include \"dcg.h\"\n\n/* clang-format off */\n", piece.out);
	put_functions(piece.out, arena, plan, side, true);
	put_functions(piece.out, arena, plan, side, false);
	fprintf(piece.out, "\nstatic void *dcg_code[%zu];\n", emit_code_count(plan) + 1);
	put_types(piece.out, arena, plan, side);
	put_setup(piece.out, arena, plan);
	fputs("/* clang-format on */\n", piece.out);
	return emit_piece_end(&piece, arena);
}

/* The kernel's functions */

const char *emit_stub_name(struct dc_arena *arena, const struct dc_emit_kernel *kernel)
{
	bool renamed = kernel->prototype->is_inline || kernel->rule->define;

	return dc_arena_printf(arena, "%s%s", renamed ? "dcp_" : "", kernel->prototype->name);
}

static void put_kernel_stub(FILE *out, struct dc_arena *arena, const struct dc_emit_kernel *kernel,
			    const struct emit_call *call)
{
	const char *name = emit_stub_name(arena, kernel);

	fputc('\n', out);
	emit_put_declaration(out, kernel->prototype->result_type, name);
	fputc('(', out);
	emit_put_parameters(out, call);
	fputs(");\n", out);
	emit_put_declaration(out, kernel->prototype->result_type, name);
	fputc('(', out);
	emit_put_parameters(out, call);
	fputs(")\n", out);
	emit_put_stub(out, call);
	fputc('\n', out);
}

const char *emit_kernel(struct dc_arena *arena, const struct dc_emit_plan *plan, enum dc_side side)
{
	const struct dc_rules *rules = plan->data->rules;
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, "the rules of the kernel", true);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(piece.out, "#include <%s>\n", rules->headers.at[i]);
	fprintf(piece.out, "#include \"dcg.h\"\n%s",
		side == DC_SIDE_KERNEL ? "#include \"dcg_journal.h\"\n"
				       : "#include \"runtime/process/process.h\"\n");
	if (side == DC_SIDE_KERNEL) {
		emit_put_undos(piece.out, arena, plan);
		emit_put_recoveries(piece.out, arena, plan);
	}
	for (i = 0; i < plan->kernel.len; i++) {
		const struct dc_emit_kernel *kernel = &plan->kernel.at[i];
		struct emit_call call;

		emit_call_of_kernel(arena, plan, kernel, &call);
		if (side == DC_SIDE_KERNEL)
			emit_put_handler(piece.out, &call);
		else
			put_kernel_stub(piece.out, arena, kernel, &call);
		emit_call_done(&call);
	}
	return emit_code_end(&piece, arena);
}
