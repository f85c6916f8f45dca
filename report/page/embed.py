# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a C file of the page's files, for meson: their text, and the hashes of style and script that
# the page's content security policy names.
# usage: embed.py OUTPUT.c FOLDER
import base64
import hashlib
import pathlib
import sys

folder = pathlib.Path(sys.argv[2])
texts = {name: (folder / f"report.{kind}" if name != "plot_css" else folder / "plot.css").read_bytes()
         for name, kind in (("html", "html"), ("css", "css"), ("plot_css", ""), ("js", "js"))}


def array(name, data):
    body = ",".join(str(byte) for byte in data + b"\0")
    return f"const char dc_page_{name}[] = {{{body}}};\n"


def sha256(data):
    return b"'sha256-" + base64.b64encode(hashlib.sha256(data).digest()) + b"'"


with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write('#include "report/page.h"\n')
    for name, data in texts.items():
        out.write(array(name, data))
    out.write(array("style_hash", sha256(texts["css"] + texts["plot_css"])))
    out.write(array("script_hash", sha256(texts["js"])))
