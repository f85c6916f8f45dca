// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formats text as the kernel does. Each conversion is parsed, its argument fetched, and passed to
 * libc in one form ("%-*.*lld"). %p with letters behind it is formatted here.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "process.h"

#define BYTES_MAX 64 /* of %*ph */

struct out {
	char *to;
	size_t size, len; /* len: of the whole text, even if it does not fit */
};

struct arguments {
	va_list list;
};

struct spec {
	char flags[8];
	int width; /* negative: to the left */
	int precision; /* negative: none */
	char length; /* 0, 'H' (hh), 'h', 'l', 'L' (ll), 'z', 't' */
	char conversion;
};

/* What %pV points to, as the kernel defines it. */
struct va_format {
	const char *format;
	va_list *args;
};

static char *room(const struct out *out, size_t *ret_len)
{
	*ret_len = out->len < out->size ? out->size - out->len : 0;
	return *ret_len ? out->to + out->len : NULL;
}

static void put_char(struct out *out, char c)
{
	if (out->len + 1 < out->size)
		out->to[out->len] = c;
	out->len++;
}

/* Parsing a conversion. `at` points behind the %; the result points behind the conversion. */

static const char *number(const char *at, struct arguments *args, int *ret)
{
	if (*at == '*') {
		*ret = va_arg(args->list, int);
		return at + 1;
	}
	for (*ret = 0; isdigit((unsigned char)*at); at++)
		if (*ret < 100000)
			*ret = *ret * 10 + (*at - '0');
	return at;
}

static const char *length(const char *at, char *ret)
{
	*ret = 0;
	if (!strncmp(at, "hh", 2) || !strncmp(at, "ll", 2)) {
		*ret = *at == 'h' ? 'H' : 'L';
		return at + 2;
	}
	switch (*at) {
	case 'q':
	case 'L':
		*ret = 'L';
		return at + 1;
	case 'Z':
		*ret = 'z';
		return at + 1;
	case 'h':
	case 'l':
	case 'z':
	case 't':
		*ret = *at;
		return at + 1;
	default:
		return at;
	}
}

static const char *take_apart(const char *at, struct arguments *args, struct spec *ret)
{
	size_t n = 0;

	*ret = (struct spec){.precision = -1};
	for (; *at && strchr("-+ #0", *at); at++)
		if (n + 1 < sizeof(ret->flags))
			ret->flags[n++] = *at;
	at = number(at, args, &ret->width);
	if (*at == '.')
		at = number(at + 1, args, &ret->precision);
	at = length(at, &ret->length);
	ret->conversion = *at;
	return *at ? at + 1 : at;
}

/* Conversions that libc does */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void put_integer(struct out *out, const struct spec *spec, unsigned long long value)
{
	char form[24], *to;
	size_t len;
	int n;

	snprintf(form, sizeof(form), "%%%s*.*ll%c", spec->flags, spec->conversion);
	to = room(out, &len);
	n = snprintf(to, len, form, spec->width, spec->precision, value);
	out->len += n > 0 ? (size_t)n : 0;
}

static void put_text(struct out *out, const struct spec *spec, const char *text)
{
	char form[24], *to;
	size_t len;
	int n;

	snprintf(form, sizeof(form), "%%%s*.*s", strchr(spec->flags, '-') ? "-" : "");
	to = room(out, &len);
	n = snprintf(to, len, form, spec->width, spec->precision, text);
	out->len += n > 0 ? (size_t)n : 0;
}

#pragma GCC diagnostic pop

static unsigned long long unsigned_argument(struct arguments *args, char length)
{
	switch (length) {
	case 'H':
		return (unsigned char)va_arg(args->list, unsigned int);
	case 'h':
		return (unsigned short)va_arg(args->list, unsigned int);
	case 'l':
		return va_arg(args->list, unsigned long);
	case 'L':
		return va_arg(args->list, unsigned long long);
	case 'z':
		return va_arg(args->list, size_t);
	case 't':
		return (unsigned long long)va_arg(args->list, ptrdiff_t);
	default:
		return va_arg(args->list, unsigned int);
	}
}

static long long signed_argument(struct arguments *args, char length)
{
	switch (length) {
	case 'H':
		return (signed char)va_arg(args->list, int);
	case 'h':
		return (short)va_arg(args->list, int);
	case 'l':
		return va_arg(args->list, long);
	case 'L':
		return va_arg(args->list, long long);
	case 'z':
		return va_arg(args->list, ssize_t);
	case 't':
		return va_arg(args->list, ptrdiff_t);
	default:
		return va_arg(args->list, int);
	}
}

/* %p and its extensions */

static void put_address(struct out *out, const struct spec *spec, const void *pointer)
{
	struct spec hex = {.flags = "0", .width = 2 * (int)sizeof(pointer), .precision = -1};

	if (spec->width) {
		memcpy(hex.flags, spec->flags, sizeof(hex.flags));
		hex.width = spec->width;
	}
	hex.conversion = 'x';
	put_integer(out, &hex, (uintptr_t)pointer);
}

/* Bytes in hex; step: 1, or -1 from the last to the first; separator 0: none */
static void put_bytes(struct out *out, const struct spec *spec, const unsigned char *bytes,
		      int count, int step, char separator)
{
	char text[BYTES_MAX * 3 + 1] = "";
	int i, len = 0;

	if (count > BYTES_MAX)
		count = BYTES_MAX;
	for (i = 0; i < count; i++) {
		if (i && separator)
			text[len++] = separator;
		len += snprintf(text + len, 3, "%02x", bytes[step > 0 ? i : count - 1 - i]);
	}
	put_text(out, spec, text);
}

static void put_hex(struct out *out, const struct spec *spec, const char *form,
		    const unsigned char *bytes)
{
	static const struct spec plain = {.precision = -1};
	char separator = form[1] == 'C' ? ':' : form[1] == 'D' ? '-' : form[1] == 'N' ? 0 : ' ';

	put_bytes(out, &plain, bytes, spec->width > 0 ? spec->width : 1, 1, separator);
}

static void put_ethernet(struct out *out, const struct spec *spec, const char *form,
			 const unsigned char *bytes)
{
	char separator = form[0] == 'm' ? 0 : form[1] == 'F' ? '-' : ':';

	put_bytes(out, spec, bytes, 6, form[1] == 'R' ? -1 : 1, separator);
}

static void put_ip4(struct out *out, const struct spec *spec, const char *form,
		    const unsigned char *b)
{
	bool pad = form[0] == 'i';
	bool back = form[2] == 'l' || form[2] == 'h'; /* of a little-endian machine */
	char text[16];

	snprintf(text, sizeof(text), pad ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u", b[back ? 3 : 0],
		 b[back ? 2 : 1], b[back ? 1 : 2], b[back ? 0 : 3]);
	put_text(out, spec, text);
}

static void put_ip6(struct out *out, const struct spec *spec, const char *form,
		    const unsigned char *bytes)
{
	char text[INET6_ADDRSTRLEN] = "";
	int i, len = 0;

	if (form[2] == 'c') {
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
		put_text(out, spec, text);
		return;
	}
	for (i = 0; i < 16; i++)
		len += snprintf(text + len, 4, "%s%02x", i && !(i % 2) && form[0] == 'I' ? ":" : "",
				bytes[i]);
	put_text(out, spec, text);
}

static void put_error(struct out *out, const struct spec *spec, const void *pointer)
{
	const char *name = strerrorname_np((int)-(intptr_t)pointer);
	char text[32];

	if (name)
		snprintf(text, sizeof(text), "-%s", name);
	else
		snprintf(text, sizeof(text), "%ld", (long)(intptr_t)pointer);
	put_text(out, spec, text);
}

static void put_format(struct out *out, const struct va_format *format)
{
	size_t len;
	char *to = room(out, &len);
	va_list args;
	int n;

	va_copy(args, *format->args);
	n = dcp_vsnprintf(to, len, format->format, args);
	va_end(args);
	out->len += (size_t)n;
}

static bool is_extension(const char *form)
{
	if (form[0] == 'I' || form[0] == 'i')
		return form[1] == '4' || form[1] == '6';
	return form[0] && strchr("MmhV", form[0]);
}

/* form: the letters behind %p. */
static void put_pointer(struct out *out, const struct spec *spec, const char *form,
			const void *pointer)
{
	bool is_error = (uintptr_t)pointer >= (uintptr_t)-4095;

	if (form[0] == 'e' && is_error)
		put_error(out, spec, pointer);
	else if (!is_extension(form))
		put_address(out, spec, pointer);
	else if (!pointer)
		put_text(out, spec, "(null)");
	else if (is_error || (uintptr_t)pointer < 4096)
		put_text(out, spec, "(efault)");
	else if (form[0] == 'M' || form[0] == 'm')
		put_ethernet(out, spec, form, pointer);
	else if (form[0] == 'h')
		put_hex(out, spec, form, pointer);
	else if (form[0] == 'V')
		put_format(out, pointer);
	else if (form[1] == '4')
		put_ip4(out, spec, form, pointer);
	else
		put_ip6(out, spec, form, pointer);
}

/* Formats one conversion. Returns what follows it, or NULL: the kernel has no such conversion. */
static const char *convert(struct out *out, const char *at, struct arguments *args)
{
	struct spec spec;
	const char *text;

	at = take_apart(at, args, &spec);
	switch (spec.conversion) {
	case '%':
		put_char(out, '%');
		return at;
	case 'c':
		spec.precision = 1;
		put_text(out, &spec, (char[]){(char)va_arg(args->list, int), 0});
		return at;
	case 's':
		text = va_arg(args->list, const char *);
		put_text(out, &spec, text ? text : "(null)");
		return at;
	case 'p':
		put_pointer(out, &spec, at, va_arg(args->list, const void *));
		while (isalnum((unsigned char)*at))
			at++;
		return at;
	case 'd':
	case 'i':
		put_integer(out, &spec, (unsigned long long)signed_argument(args, spec.length));
		return at;
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		put_integer(out, &spec, unsigned_argument(args, spec.length));
		return at;
	default:
		return NULL;
	}
}

/*
 * Like the kernel, stops at an unknown conversion, as its argument is unknown; the rest is copied.
 */
int dcp_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	struct out out = {.to = to, .size = size};
	struct arguments copy;

	va_copy(copy.list, args);
	while (*format) {
		const char *next = *format == '%' ? convert(&out, format + 1, &copy) : NULL;

		if (next) {
			format = next;
			continue;
		}
		if (*format == '%')
			for (; format[1]; format++)
				put_char(&out, *format);
		put_char(&out, *format++);
	}
	va_end(copy.list);
	if (size)
		to[out.len < size ? out.len : size - 1] = 0;
	return out.len > INT_MAX ? INT_MAX : (int)out.len;
}
