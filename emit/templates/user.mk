# SPDX-License-Identifier: GPL-2.0-only
# Compiles the user component: the kernel's headers and definitions, as Kbuild gives them, and code
# generation for a process.
#
#   make            the program $(MODULE)
#   make undefined  what that object needs from elsewhere
#   make check      that all of it is allowed, and that no code needs the kernel's CPU mode
#
# HERE is another path of this folder, for one whose own has blanks: Kbuild takes none.
KDIR ?= /lib/modules/$(RELEASE)/build
HERE ?= $(CURDIR)
CC ?= gcc
OBJECTS := $(SOURCES:.c=.o)
WARNINGS ?= -Wall -Wundef -Werror=strict-prototypes -Wno-trigraphs -Wno-format-security \
	-Wno-sign-compare -Wno-pointer-sign -Wno-address-of-packed-member -Wno-frame-address \
	-Wno-unused-but-set-variable -Wno-main -Wno-attributes
CODE := -O2 -g -std=gnu11 -fshort-wchar -fno-strict-aliasing -fno-strict-overflow \
	-fno-delete-null-pointer-checks -fno-common -ffunction-sections -mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx

GENERATED := dcg_tables.o dcg_kernel.o
HEADERS := $(wildcard runtime/*.h runtime/*/*.h)
LIBRARY := $(patsubst %.c,%.o,$(filter-out runtime/twin/%,$(wildcard runtime/*/*.c)))

MAKEFLAGS += -r
all: $(MODULE)

$(MODULE): $(MODULE)-user.o $(GENERATED) $(LIBRARY)
	$(CC) -static -pthread -o $@ $^

runtime/%.o: runtime/%.c $(HEADERS)
	$(CC) -O2 -g -std=gnu11 -D_GNU_SOURCE -pthread -Wall $(CFLAGS) -c -o $@ $<

# Include folders, definitions and the sign of char out of a compiler command that Kbuild would run
# here.
flags.txt: kbuild/Kbuild
	$(MAKE) -n V=1 -C $(KDIR) M=$(HERE)/kbuild 2>flags.err | \
	awk '/ -c / && /probe\.c/ { for (i = 1; i <= NF && $$i != "-c"; i++) { \
		if ($$i == "-include" || $$i == "-isystem") print $$i, $$(++i); \
		else if ($$i ~ /^-I|^-D|^-nostdinc|^-f(un)?signed-char$$/ && $$i !~ /^-DKBUILD|__KBUILD/) print $$i; \
	} exit }' > $@.tmp
	test -s $@.tmp || { cat flags.err >&2; echo "$(KDIR) does not say how it compiles" >&2; exit 1; }
	mv $@.tmp $@

kbuild/Kbuild:
	mkdir -p kbuild
	echo 'obj-m := probe.o' > $@
	: > kbuild/probe.c

%.o: %.c flags.txt $(wildcard *.h) $(HEADERS)
	cd $(KDIR) && $(CC) $(WARNINGS) $(CODE) -I$(HERE)/dcg_headers $$(cat $(HERE)/flags.txt) -I$(HERE) \
		-DKBUILD_MODNAME='"$(MODULE)"' -DKBUILD_BASENAME='"$(basename $(notdir $<))"' \
		-D__KBUILD_MODNAME=kmod_$(MODULE) $(FLAGS) $(FLAGS_$*) $(CFLAGS) \
		-c -o $(HERE)/$@ $(HERE)/$<

$(MODULE)-user.o: $(OBJECTS)
	$(LD) -r -o $@ $^

undefined: $(MODULE)-user.o
	@nm -u $< | awk '{ print $$2 }' | LC_ALL=C sort

check: $(MODULE)-user.o
	sh check.sh $< names.txt

clean:
	rm -rf $(OBJECTS) $(GENERATED) $(LIBRARY) $(MODULE) $(MODULE)-user.o flags.txt flags.txt.tmp flags.err kbuild

.PHONY: all undefined check clean
.DELETE_ON_ERROR:
