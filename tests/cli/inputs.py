#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Files that are missing, damaged, foreign; disks that are full and readers that go away: a clear
sentence each and exit status 2, never a crash.

usage: inputs.py SKIFF BUILD [TEST...]
"""
import os
import pathlib
import subprocess
import sys

from harness import (SKIFF, SOURCE, Skip, equal, frame, main, obj, pcap, skiff, test, write)

COMMANDS = [["run", "-d", "eth0,rx=in.pcap"], ["verify"], ["dump"]]


@test
def objects_that_are_missing():
    write("in.pcap", pcap([(1, frame())]))
    for command in COMMANDS:
        skiff(*command, "no/such.o").expect(2, err_has=["skiff: no/such.o: ", "No such file"])
        skiff(*command, "/").expect(2, err_has="skiff: /: ")
        skiff(*command, "").expect(2, err_has="skiff: ")


@test
def objects_that_are_not():
    write("in.pcap", pcap([(1, frame())]))
    write("empty.o", b"")
    write("text.o", "int main(void) { return 0; }\n")
    write("zeros.o", bytes(4096))
    write("magic.o", b"\x7fELF")
    for command in COMMANDS:
        for name in ["empty.o", "text.o", "zeros.o", "magic.o", "in.pcap"]:
            seen = skiff(*command, name).expect(2, err_has=f"{name}")
            equal(f"{seen.command}: one sentence", seen.err.count("\n"), 1)
        skiff(*command, str(SKIFF)).expect(2, err_has="skiff: ")


@test
def objects_that_are_cut_off_or_damaged():
    """Every length and a thousand single damaged bytes: any answer but a crash or a hang."""
    whole = pathlib.Path(obj("pass")).read_bytes()
    write("in.pcap", pcap([(1, frame())]))
    for length in range(1, len(whole), max(1, len(whole) // 40)):
        write("cut.o", whole[:length])
        seen = skiff("verify", "cut.o")
        equal(f"status of verify, {length} bytes", seen.status in (0, 1, 2), True)
        equal(f"crash of verify, {length} bytes", "Sanitizer" in seen.err, False)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[at] ^= 0xff
        write("damaged.o", bytes(damaged))
        seen = skiff("run", "-d", "eth0,rx=in.pcap", "damaged.o")
        equal(f"status of run, byte {at} damaged", seen.status in (0, 1, 2), True)
        equal(f"crash of run, byte {at} damaged", "Sanitizer" in seen.err, False)


@test
def captures_that_are_missing():
    for name in ["no/such.pcap", "/"]:
        skiff("run", "-d", f"eth0,rx={name}", obj("pass")).expect(2, out="", err_has=name)


@test
def captures_that_are_damaged():
    """The damaged captures of this folder: what is said of each, and what came before it is done."""
    for line in (SOURCE / "captures" / "expected.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, frames, part = line.split("\t")
        path = str(SOURCE / "captures" / name)
        if "," in path:
            raise Skip("a comma in the path of the sources")
        seen = skiff("run", "-d", f"eth0,rx={path}", obj("pass")).expect(2, err_has=part)
        if frames != "0":
            equal(f"{seen.command}: frames before the damage",
                  seen.out.startswith("0.000000 arriving: in "), True)


@test
def captures_of_the_wrong_kind():
    write("ether.pcap", pcap([(1, frame())]))
    write("raw.pcap", pcap([(1, b"\x45" + bytes(39))], linktype=101))
    write("cooked.pcap", pcap([(1, bytes(60))], linktype=113))
    write("wlan.pcap", pcap([(1, bytes(60))], linktype=105))
    for spec, sentence in [
            ("eth0,rx=raw.pcap", "raw.pcap: frame 1: a type=ether device like eth0 takes Ethernet "
                                 "frames, and this one's link type is 101 (raw IP)"),
            ("t0,type=tun,rx=ether.pcap", "ether.pcap: frame 1: a type=tun device like t0 takes raw "
                                          "IP frames, and this one's link type is 1 (Ethernet)"),
            ("eth0,rx=cooked.pcap",
             "cooked.pcap: frame 1: a type=ether device like eth0 takes Ethernet frames, and this "
             "one's link type is 113 (Linux cooked, as recorded on \"any\"; record on one device "
             "instead)"),
            ("eth0,rx=wlan.pcap",
             "wlan.pcap: frame 1: a type=ether device like eth0 takes Ethernet frames, and this "
             "one's link type is 105 (not Ethernet and not raw IP)")]:
        skiff("run", "-q", "-d", spec, obj("pass")).expect(2, out="", err=f"skiff: {sentence}\n")
    skiff("run", "-q", "-d", "t0,type=tun,rx=raw.pcap", obj("pass")).expect(0, out="", err="")


@test
def doors_that_a_device_does_not_have():
    write("in.pcap", pcap([(1, frame())]))
    skiff("run", "-q", "-d", "d0,type=dummy,rx=in.pcap",
          obj("pass")).expect(
        2, out="", err="skiff: in.pcap: frame 1: d0: nothing arrives on type=dummy from outside; give it "
                       "frames that the host sends (tx), or a program that redirects into it\n")


@test
def an_empty_capture_is_an_answer():
    write("none.pcap", pcap([]))
    skiff("run", "-d", "eth0,rx=none.pcap", obj("pass")).expect(
        0, err="", out_has="warning: no frame came in: the captures are empty\n")


@test
def frames_too_short_for_a_device_are_counted():
    write("short.pcap", pcap([(1, b"\xff" * 13), (2, frame())]))
    skiff("run", "-d", "eth0,rx=short.pcap", obj("pass")).expect(
        0, out_has=["1 frame in", "warning: 1 frame was too short or too long for its device\n"])
    write("nothing.pcap", pcap([(1, b""), (2, b"")]))
    seen = skiff("run", "-d", "eth0,rx=nothing.pcap", obj("pass")).expect(
        0, out_has="warning: 2 frames were too short or too long for their device\n")
    equal("a capture of empty frames is not empty", "captures are empty" in seen.out, False)


@test
def frames_that_were_cut_are_counted():
    write("cut.pcap", pcap([(1, frame(60), 1500), (2, frame())]))
    skiff("run", "-d", "eth0,rx=cut.pcap", obj("pass")).expect(
        0, out_has="warning: 1 frame was cut short when captured (snap length)")


@test
def a_full_disk_for_what_is_written():
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    write("in.pcap", pcap([(t, frame(1500)) for t in range(200)]))
    seen = skiff("run", "-d", "eth0,rx=in.pcap", "-w", "/dev/full", obj("pass"))
    seen.expect(2, err_has=["/dev/full", "No space left on device"])
    skiff("run", "-d", "eth0,rx=in.pcap", "-w", "no/such/folder.pcap", obj("pass")).expect(
        2, err_has=["no/such/folder.pcap", "No such file or directory"])
    skiff("run", "-d", "eth0,rx=in.pcap", "-w", "out.txt", obj("pass")).expect(
        2, err_has="out.txt")


@test
def what_is_read_is_not_overwritten():
    capture = pcap([(1, frame())])
    object_file = pathlib.Path(obj("pass")).read_bytes()
    os.mkdir("out")
    for name in ["in.pcap", "out/e.pcap", "out/lo.pcap"]:
        write(name, capture)
    os.symlink("in.pcap", "symlink.pcap")
    os.link("in.pcap", "link.pcap")
    write("object.pcap", object_file)
    for device, to, refused, program in [
            ("e,rx=in.pcap", "symlink.pcap", "symlink.pcap", obj("pass")),
            ("e,rx=in.pcap", "link.pcap", "link.pcap", obj("pass")),
            ("e,tx=out/e.pcap", "out", "out/e.pcap", obj("pass")),
            ("e,rx=out/lo.pcap", "out", "out/lo.pcap", obj("pass")),
            ("e,rx=in.pcap", "object.pcap", "object.pcap", "object.pcap")]:
        skiff("run", "-d", device, "-w", to, program).expect(
            2, out="", err=f"skiff: -w {refused} would overwrite what is being read\n")
    with open("in.pcap", "rb") as standard_input:
        done = subprocess.run([str(SKIFF), "run", "-d", "e,rx=-", "-w", "in.pcap", obj("pass")],
                              stdin=standard_input, stderr=subprocess.PIPE, timeout=60,
                              check=False)
    equal("status with the same file as standard input", done.returncode, 2)
    for name in ["in.pcap", "out/e.pcap", "out/lo.pcap"]:
        equal(f"{name} is as it was", pathlib.Path(name).read_bytes() == capture, True)
    equal("the object is as it was", pathlib.Path("object.pcap").read_bytes() == object_file, True)
    skiff("run", "-d", "f,rx=in.pcap", "-w", "new/", obj("pass")).expect(0)


@test
def a_file_that_may_not_grow():
    write("in.pcap", pcap([(time, frame()) for time in range(2000)]))
    done = subprocess.run(["sh", "-c", 'ulimit -f 64; exec "$0" run -d eth0,rx=in.pcap -w out.pcap '
                           '"$1"', str(SKIFF), obj("pass")], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=60, check=False)
    equal("status", done.returncode, 2)
    equal("the sentence", b"out.pcap: File too large" in done.stderr, True)


@test
def standard_streams_that_are_closed():
    """What would be printed must not land in the next file that is opened, map or capture."""
    write("in.pcap", pcap([(time, frame()) for time in range(1000)]))
    skiff("run", "-d", "eth0,rx=in.pcap", "-w", "whole.pcap", obj("pass")).expect(0)
    whole = pathlib.Path("whole.pcap").read_bytes()
    line = 'exec "$0" run --trace -d eth0,rx=in.pcap -w out.pcap "$1" '
    for redirection, status in [("2>&- >/dev/null", 0), (">&-", 2), ("<&- >&-", 2),
                                ("<&- >&- 2>&-", 2)]:
        done = subprocess.run(["sh", "-c", line + redirection, str(SKIFF), obj("pass")],
                              stderr=subprocess.PIPE, timeout=60, check=False)
        equal(f"status with {redirection}", done.returncode, status)
        seen = pathlib.Path("out.pcap").read_bytes()
        equal(f"{redirection}: only frames in the capture", whole.startswith(seen), True)
        equal(f"{redirection}: the capture is whole", seen == whole, status == 0)
    done = subprocess.run(["sh", "-c", 'exec "$0" run -d eth0,rx=- "$1" <&-', str(SKIFF),
                           obj("pass")], stderr=subprocess.PIPE, timeout=60, check=False)
    equal("status without standard input", done.returncode, 2)
    equal("without standard input", b"standard input" in done.stderr, True)


@test
def a_full_disk_for_what_is_printed():
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    write("in.pcap", pcap([(1, frame())]))
    sentence = ("skiff: standard output: No space left on device; what was printed is not complete\n")
    for words in [["run", "-d", "eth0,rx=in.pcap", obj("pass")],
                  ["run", "--json", "-d", "eth0,rx=in.pcap", obj("pass")],
                  ["verify", obj("pass")], ["verify", "--json", obj("pass")],
                  ["dump", obj("pass")], ["helpers"], ["--help"], ["--version"],
                  ["run", "--help"]]:
        with open("/dev/full", "wb") as full:
            seen = skiff(*words, stdout=full)
        # Lines of programs are told on standard error with --json.
        equal(f"{seen.command} > /dev/full: status", seen.status, 2)
        equal(f"{seen.command} > /dev/full: the last sentence",
              seen.err.splitlines(True)[-1:], [sentence])


@test
def a_reader_that_goes_away():
    """A closed pipe ends the run with a sentence, not with a signal, and soon."""
    write("in.pcap", pcap([(t, frame()) for t in range(50000)]))
    reader, writer = os.pipe()
    os.close(reader)
    for words in [["run", "-d", "eth0,rx=in.pcap", obj("pass")], ["helpers"],
                  ["run", "-q", "-d", "eth0,rx=in.pcap", "-w", "-", obj("pass")]]:
        done = subprocess.run([str(SKIFF), *words], stdout=writer, stderr=subprocess.PIPE,
                              timeout=60, check=False)
        equal(f"{words}: status", done.returncode, 2)
        equal(f"{words}: sentence",
              b"Broken pipe" in done.stderr or b"the reader went away" in done.stderr, True)
    os.close(writer)


if __name__ == "__main__":
    sys.exit(main())
