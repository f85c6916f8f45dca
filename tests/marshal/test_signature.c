/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the arguments and results of functions cross. */
#include "marshal/small_driver.h"

#include "marshal/signature.h"

/* How each argument of a function crosses, a letter each: w a word, a an address, c the address of
 * code, s a string, v the structure it points to ("value"), n an array of n elements. With gap: why
 * the function cannot be called across, in part. */
static void check_signature(const struct small_driver *made, const char *function,
			    const char *modes, const char *gap)
{
	static const char letters[] = "wacsvn"; /* by enum dc_mode */
	const struct dc_definition *definition = dc_source_find(made->source, function);
	struct dc_signature signature;
	size_t i;

	assert_non_null(definition);
	dc_signature_of_function(&made->marshal, definition, &signature);
	if (gap ? !signature.refusal || !strstr(signature.refusal, gap) : !!signature.refusal)
		fail_msg("%s: gap %s, expected %s", function, signature.refusal, gap);
	for (i = 0; !gap && i < signature.arguments.len; i++)
		if (letters[signature.arguments.at[i].mode] != modes[i])
			fail_msg("%s: argument %zu is '%c', expected '%c'", function, i,
				 letters[signature.arguments.at[i].mode], modes[i]);
	assert_true(gap || strlen(modes) == signature.arguments.len);
	dc_vec_done(&signature.arguments);
}

static void test_signatures(void **state)
{
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE "}"), 0);
	check_signature(&made, "number", "aww", NULL);
	check_signature(&made, "code", "ac", NULL);
	check_signature(&made, "string", "as", NULL);
	check_signature(&made, "value", "v", NULL);
	check_signature(&made, "ring", "a", NULL);
	check_signature(&made, "buffer", "",
			"its parameter 'data' (in.c:18) points to memory of unknown length; "
			"annotate how much");
	check_signature(&made, "out", "", "'value' (in.c:19)");
	check_signature(&made, "bytes", "", "'data' (in.c:20)");
	check_signature(&made, "loose", "",
			"points to struct loose of the driver, which does not cross");
	small_driver_done(&made);
	assert_int_equal(small_driver_make(
				 &made,
				 "{" PRIVATE ", \"functions\": ["
				 "{\"function\": \"buffer\", \"arguments\": [\"\", \"$2\"]},"
				 "{\"function\": \"out\", \"arguments\": [\"\", \"1\"]},"
				 "{\"function\": \"bytes\", \"arguments\": [\"\", \"address\"]}]}"),
			 0);
	check_signature(&made, "buffer", "anw", NULL);
	check_signature(&made, "out", "an", NULL);
	check_signature(&made, "bytes", "aa", NULL);
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
