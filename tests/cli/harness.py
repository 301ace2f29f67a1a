# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the command line share: running skiff, comparing, captures made of bytes, TAP.

A test is a function with the decorator @test. It calls skiff(...) and then checks of the outcome;
a failure prints the command, what was expected and what was seen.
"""
import difflib
import json
import os
import pathlib
import shlex
import struct
import subprocess
import sys
import tempfile
import traceback

SKIFF = pathlib.Path(sys.argv[1]).resolve()
BUILD = pathlib.Path(sys.argv[2]).resolve()  # where the objects are
SOURCE = pathlib.Path(__file__).resolve().parent
ONLY = sys.argv[3:]
OBJECTS = BUILD / "tests" / "cli" / "objects"

tests = []
failures = []


def test(function):
    tests.append(function)
    return function


class Skip(Exception):
    pass


def fail(command, what, expected, seen):
    lines = [f"command: {command}", f"{what}:"]
    if isinstance(expected, str) and isinstance(seen, str):
        lines += ["expected -, seen +"]
        lines += [line.rstrip("\n") for line in difflib.ndiff(
            expected.splitlines(True), seen.splitlines(True)) if not line.startswith("?")]
    else:
        lines += [f"expected {expected!r}", f"seen     {seen!r}"]
    failures.append(lines)


class Outcome:
    def __init__(self, command, status, out, err):
        self.command, self.status = command, status
        self.bytes = out
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def expect(self, status, out=None, err=None, out_has=(), err_has=()):
        """Check the exit status; the whole of a stream, or parts of it. Returns self."""
        if self.status != status:
            fail(self.command, f"exit status (standard error: {self.err.strip()!r})", status,
                 self.status)
        if out is not None and self.out != out:
            fail(self.command, "standard output", out, self.out)
        if err is not None and self.err != err:
            fail(self.command, "standard error", err, self.err)
        for part in [out_has] if isinstance(out_has, str) else out_has:
            if part not in self.out:
                fail(self.command, "standard output has", part, self.out)
        for part in [err_has] if isinstance(err_has, str) else err_has:
            if part not in self.err:
                fail(self.command, "standard error has", part, self.err)
        return self

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as problem:
            fail(self.command, "JSON", "one object", f"{problem}: {self.out[:200]}")
            return {}


def equal(what, seen, expected):
    if seen != expected:
        fail(what, "value", expected, seen)


def skiff(*args, stdin=None, stdout=None, timeout=60, cwd=None):
    """Run skiff in the directory of this test's files. @stdout: a file to write to instead."""
    words = []
    for arg in args:
        words += shlex.split(arg) if isinstance(arg, str) and len(args) == 1 else [str(arg)]
    environment = dict(os.environ, ASAN_OPTIONS="exitcode=99:abort_on_error=0",
                       UBSAN_OPTIONS="exitcode=99:halt_on_error=1", LC_ALL="C")
    done = subprocess.run([str(SKIFF), *words], input=stdin if stdin is not None else b"",
                          stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, cwd=cwd or os.getcwd(), env=environment, check=False)
    return Outcome("skiff " + " ".join(shlex.quote(w) for w in words), done.returncode,
                   done.stdout or b"", done.stderr or b"")


def obj(name):
    return str(OBJECTS / f"{name}.o")


def frame(length=60, source=2, ethertype=0x0800):
    """An Ethernet frame of @length bytes, from 02:..:@source to a broadcast address."""
    header = b"\xff" * 6 + bytes([2, 0, 0, 0, 0, source]) + struct.pack(">H", ethertype)
    return (header + bytes(range(256)) * (length // 256 + 1))[:length]


def pcap(frames, linktype=1, snaplen=65535):
    """A pcap of (time in microseconds, bytes[, length on the wire]) rows."""
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, snaplen, linktype)]
    for time, content, *wire in frames:
        parts += [struct.pack("<IIII", time // 1000000, time % 1000000, len(content),
                              wire[0] if wire else len(content)), content]
    return b"".join(parts)


def write(name, data):
    """A file in the directory of this test, by the name it has there."""
    path = pathlib.Path(name)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


def main():
    number = failed = 0
    for function in tests:
        name = function.__name__
        if ONLY and name not in ONLY:
            continue
        number += 1
        failures.clear()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                function()
            except Skip as reason:
                print(f"ok {number} - {name} # SKIP {reason}", flush=True)
                continue
            except Exception:  # pylint: disable=broad-except
                failures.append(traceback.format_exc().splitlines())
            finally:
                os.chdir("/")
        for lines in failures:
            for line in lines:
                print(f"# {line}")
        if failures:
            print(f"not ok {number} - {name}")
            print(f"# again: {' '.join(shlex.quote(word) for word in sys.argv[:3])} {name}")
            failed += 1
        else:
            print(f"ok {number} - {name}", flush=True)
    print(f"1..{number}")
    return 1 if failed else 0
