# SPDX-License-Identifier: BSD-2-Clause
"""The transcript in docs/explanations.md is what skiff says. Arguments: skiff, an object, the page;
with --record the page gets the transcript."""
import pathlib
import subprocess
import sys

skiff, example, page = sys.argv[1:4]
said = subprocess.run([skiff, "verify", example], capture_output=True, text=True, check=False)
seen = said.stdout.rstrip("\n")
path = pathlib.Path(page)
head, rest = path.read_text().split("stale_pointer.o\n", 1)
shown, tail = rest.split("\n```", 1)

if sys.argv[4:] == ["--record"]:
    path.write_text(f"{head}stale_pointer.o\n{seen}\n```{tail}")
    sys.exit(0)
good = seen == shown and said.returncode == 1
print(f"{'ok' if good else 'not ok'} 1 - the transcript of stale_pointer")
if not good:
    print(f"# exit status {said.returncode}, expected 1; seen:")
    for line in seen.splitlines():
        print(f"#   {line}")
    print(f"# again: {' '.join(sys.argv)}")
print("1..1")
sys.exit(not good)
