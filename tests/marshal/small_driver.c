/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small driver, written to a folder, extracted, written to files and read again. */
#include "marshal/small_driver.h"

#include <unistd.h>

#include "base/file.h"

void write_file(const char *folder, const char *name, const char *text)
{
	char *path = dc_printf("%s/%s", folder, name);
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_mkdirs_for(&caught.diag, path), 0);
	assert_int_equal(dc_file_write(&caught.diag, path, text, strlen(text)), 0);
	free(path);
}

void make_folder(char *folder)
{
	strcpy(folder, "/tmp/dc-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

void remove_folder(const char *folder)
{
	char *command = dc_printf("rm -rf %s", folder);

	assert_int_equal(system(command), 0);
	free(command);
}

static const char kernel[] = "struct net_device { unsigned long state; char name[16]; };\n"
			     "struct ethtool_drvinfo { char driver[32]; };\n"
			     "struct pci_dev { struct pci_dev *physfn; int irq; };\n"
			     "static inline int pci_irq(struct pci_dev *dev) { return dev->irq; }\n"
			     "int pci_wake(struct pci_dev *dev);\n"
			     "static inline unsigned get_word(const void *at)\n"
			     "{ const struct { unsigned word; } *view = at; return view->word; }\n"
			     "struct napi_struct;\n"
			     "struct table { void (*enable)(void), (*run)(void); };\n"
			     "void kernel_run(void);\n"
			     "int request_irq(unsigned irq, int (*handler)(int, void *),\n"
			     "	unsigned long flags, const char *name, void *dev);\n"
			     "const void *free_irq(unsigned irq, void *dev);\n"
			     "struct net_device *alloc_etherdev_mqs(int size, int tx, int rx);\n"
			     "void rtnl_lock(void);\n"
			     "void rtnl_unlock(void);\n"
			     "void napi_enable(struct napi_struct *napi);\n"
			     "void napi_disable(struct napi_struct *napi);\n";

static const char small_text[] =
	"#include <kernel.h>\n"
	"typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32;\n"
	"struct ring { u32 head, tail; };\n"
	"struct loose { int x; };\n"
	"struct port {\n"
	"	struct net_device *netdev;\n"
	"	u8 up : 1, fast : 1, slow : 6, more : 4;\n"
	"	union { u32 word; u8 bytes[4]; };\n"
	"	struct { u16 low, high; } limits;\n"
	"	u32 a, b, c;\n"
	"	void (*notify)(struct port *port);\n"
	"	struct ring *rings;\n"
	"	u32 n_rings;\n"
	"};\n"
	"int number(struct port *port, int a, long b) { return a + b; }\n"
	"void code(struct port *port, void (*f)(struct port *port)) { port->notify = f; }\n"
	"int string(struct net_device *netdev, const char *name) { return name[0]; }\n"
	"int buffer(struct port *port, u16 *data, int words) { return data[words]; }\n"
	"int out(struct port *port, u32 *value) { *value = 1; return 0; }\n"
	"int bytes(struct port *port, void *data) { return !data; }\n"
	"int loose(struct loose *loose) { return loose->x; }\n"
	"int value(struct ethtool_drvinfo *info) { return info->driver[0]; }\n"
	"struct ring *ring(struct port *port) { return port->rings; }\n"
	"int touch(struct port *port)\n"
	"{\n"
	"	port->up = port->fast;\n"
	"	port->c = port->a + port->b + port->word + port->bytes[1] + port->limits.low;\n"
	"	port->notify(port);\n"
	"	return !port->netdev;\n"
	"}\n"
	"int once(struct port *port)\n"
	"{\n"
	"	static int count, read = sizeof(int) << 2, pairs[2][2] = {{1, 2}, {3}};\n"
	"	static const int never[] = {1};\n"
	"	static struct ring ring;\n"
	"	static int *to = &count;\n"
	"	int own;\n"
	"	own = ++count + read + never[0] + *to;\n"
	"	if (own) { static int twice; twice++; }\n"
	"	else { static int twice; twice--; }\n"
	"	return own + (ring.head = 3) + pairs[1][0]++;\n"
	"}\n"
	"int peek(struct net_device *netdev, int at)\n"
	"{\n"
	"	u8 *cast = (u8 *)netdev;\n"
	"	return ((u8 *)netdev)[at] + *(u8 *)netdev + (at > 3 && (void *)netdev == cast);\n"
	"}\n"
	"void sweep(struct port *port) { once(port); }\n"
	"int heads(struct ring *ring) { return ring->head; }\n"
	"int named(struct net_device *netdev) { return netdev->name[0] + netdev->state; }\n";

/* Through source.json, from which all verbs read it. */
static void reread(struct small_driver *made)
{
	struct dc_diag *diag = &made->caught.diag;
	char *path = dc_printf("%s/source.json", made->folder);

	assert_int_equal(dc_source_write(diag, path, made->source), 0);
	dc_source_free(made->source);
	assert_int_equal(dc_source_read(diag, path, made->folder, &made->source), 0);
	free(path);
}

int small_driver_make_from(struct small_driver *made, const char *text, const char *annotations)
{
	struct dc_diag *diag = &made->caught.diag;
	char *commands, *json;
	int err;

	memset(made, 0, sizeof(*made));
	catch_start(&made->caught);
	make_folder(made->folder);
	make_folder(made->include);
	write_file(made->include, "kernel.h", kernel);
	made->arena = dc_arena_new();
	write_file(made->folder, "Kbuild", "obj-m := in.o\n");
	write_file(made->folder, "in.c", text);
	write_file(made->folder, "annotations.json", annotations);
	json = dc_printf("[{\"directory\": \"%s\", \"file\": \"in.c\","
			 " \"arguments\": [\"cc\", \"-I%s\", \"-c\", \"in.c\"]}]\n",
			 made->folder, made->include);
	write_file(made->folder, "commands.json", json);
	commands = dc_printf("%s/commands.json", made->folder);
	assert_int_equal(dc_driver_open(diag, made->arena, made->folder, "net", &made->driver), 0);
	made->driver.source = made->folder;
	assert_int_equal(
		dc_graph_extract(diag, &made->driver, NULL, commands, &made->graph, &made->source),
		0);
	reread(made);
	assert_int_equal(dc_rules_open(diag, "net", &made->rules), 0);
	err = dc_marshal_open(diag, made->arena, &made->rules, made->source, made->graph,
			      made->folder, &made->marshal);
	free(commands);
	free(json);
	return err;
}

int small_driver_make(struct small_driver *made, const char *annotations)
{
	return small_driver_make_from(made, small_text, annotations);
}

void small_driver_done(struct small_driver *made)
{
	if (made->marshal.arena)
		dc_marshal_done(&made->marshal);
	dc_rules_done(&made->rules);
	dc_source_free(made->source);
	dc_graph_free(made->graph);
	dc_driver_done(&made->driver);
	dc_arena_free(made->arena);
	remove_folder(made->folder);
	remove_folder(made->include);
}
