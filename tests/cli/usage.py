#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Help, versions, and every way to call skiff wrongly: the sentence and exit status 2.

usage: usage.py SKIFF BUILD [TEST...]
"""
import re
import sys

from harness import SOURCE, equal, main, obj, pcap, frame, skiff, test, write

COMMANDS = ["run", "verify", "dump", "helpers"]


@test
def help_texts():
    general = skiff("--help").expect(0, err="", out_has="usage: skiff COMMAND").out
    skiff("-h").expect(0, out=general)
    skiff("help").expect(0, out=general)
    skiff().expect(2, out="", err=general)
    for command in COMMANDS:
        own = skiff(f"{command} --help").expect(0, err="").out
        equal(f"first words of {command} --help", own.split("\n")[0].startswith(
            f"usage: skiff {command} [OPTIONS]"), True)
        for option in ["--json", "--quiet", "--verbose", "--help"]:
            equal(f"{command} --help has {option}", option in own, True)
        equal(f"{command} --help fits a terminal", [
            line for line in own.split("\n") if len(line) > 90], [])
        skiff(f"help {command}").expect(0, out=own)
        skiff(f"{command} -h").expect(0, out=own)
        # Help is the answer whatever else stands there.
        skiff(f"{command} no-such-file.o --help").expect(0, out=own)
        equal(f"{command} is in the general help", f"skiff {command}" in general, True)


@test
def manual_pages_have_every_option():
    folder = SOURCE.parent.parent / "man"
    for command in COMMANDS:
        text = (folder / f"skiff-{command}.1").read_text().replace("\\-", "-")
        text = re.sub(r"\\f[BIR]", "", text)
        options = text[text.index(".SH OPTIONS"):text.index(".SH JSON")]
        usage = skiff(f"help {command}").expect(0).out.split("\n\n")[2]
        equal(f"options of skiff-{command}(1)",
              sorted(set(re.findall(r"--[a-z]+", options))),
              sorted(set(re.findall(r"--[a-z]+", usage))))
    run = (folder / "skiff-run.1").read_text()
    known = skiff("run", "-d", "a,zzz", "x.o").expect(2).err.split("the keys are ")[1]
    for key in known.split(", "):
        name = key.strip().rstrip("=")
        equal(f"{name} is in skiff-run(1)", bool(re.search(rf"^\.B[IR]? {name}\b", run, re.M)), True)


@test
def version():
    out = skiff("--version").expect(0, err="").out
    equal("--version", bool(re.fullmatch(r"skiff \d+\.\d+\.\d+\n", out)), True)
    skiff("-V").expect(0, out=out)


@test
def words_that_are_not_commands():
    tail = "skiff --help lists what it understands\n"
    for words, sentence in [
            ("rnu", "there is no command rnu; did you mean run?"),
            ("verfiy", "there is no command verfiy; did you mean verify?"),
            ("h", "there is no command h"),
            ("zzz", "there is no command zzz"),
            ("--verison", "there is no option --verison"),
            ("help nothing", "there is no command nothing")]:
        skiff(words).expect(2, out="", err=f"skiff: {sentence}\n{tail}")
    for word in ["test", "diff", "bench"]:
        skiff(f"{word} x.o").expect(
            2, out="", err=f"skiff: this version does not have the command {word} yet\n")


@test
def options_that_are_not():
    for words, sentence in [
            ("run --wrtie x", "there is no option --wrtie; did you mean --write?"),
            ("run --tarce", "there is no option --tarce; did you mean --trace?"),
            ("run --zzz", "there is no option --zzz"),
            ("run -Z", "there is no option -Z"),
            ("run -qZ", "there is no option -Z"),
            ("run --dev", "--dev needs a value: --dev NAME[,KEY=VALUE]..."),
            ("run -d", "-d needs a value: -d NAME[,KEY=VALUE]..."),
            ("run --write", "--write needs a value: --write FILE"),
            ("run --trace=yes", "--trace takes no value"),
            ("run --json=1", "--json takes no value"),
            ("run --limit ten", "--limit: 'ten' is not a whole number"),
            ("run --limit -1", "--limit: '-1' is not a whole number"),
            ("run --limit ''", "--limit: '' is not a whole number"),
            ("run --limit 99999999999999999999",
             "--limit: 99999999999999999999 is too large a number"),
            ("run --seed=0x", "--seed: '0x' is not a whole number"),
            ("run --engine kernel", "--engine: this version of skiff does not have it yet"),
            ("run --realtime", "--realtime: this version of skiff does not have it yet"),
            ("run", "run needs an operand: skiff run [OPTIONS] OBJECT..."),
            ("verify", "verify needs an operand: skiff verify [OPTIONS] OBJECT..."),
            ("verify --log 3 x.o", "--log: 3 is not from 0 to 2"),
            ("verify --kernel x.o", "--kernel: this version of skiff does not have it yet"),
            ("dump", "dump needs an operand: skiff dump [OPTIONS] OBJECT..."),
            ("dump --josn x.o", "there is no option --josn; did you mean --json?"),
            ("helpers clone", "helpers takes no operand 'clone'")]:
        command = words.split()[0]
        skiff(words).expect(2, out="", err=f"skiff: {sentence}\n"
                                           f"skiff {command} --help lists what it understands\n")


@test
def types_that_are_not():
    sentence = ("skiff: --type: there is no type 'XDP'; the types are SCHED_CLS, SCHED_ACT, LWT_IN, "
                "LWT_OUT and LWT_XMIT\n")
    for command in ["verify", "dump"]:
        skiff(command, "--type", "XDP", obj("pass")).expect(2, out="", err=sentence)
    skiff("helpers --type XDP").expect(2, out="", err=sentence)


@test
def ways_to_write_an_option():
    write("in.pcap", pcap([(1, frame())]))
    plain = skiff("run", "-d", "eth0,rx=in.pcap", "--seed", "7", obj("pass")).expect(0)
    for words in [["--dev", "eth0,rx=in.pcap", "--seed=7", obj("pass")],
                  ["--dev=eth0,rx=in.pcap", "--seed=0x7", obj("pass")],
                  ["-deth0,rx=in.pcap", obj("pass"), "--seed", "7"],
                  [obj("pass"), "-d", "eth0,rx=in.pcap"],
                  ["-d", "eth0,rx=in.pcap", "--", obj("pass")]]:
        skiff("run", *words).expect(0, out=plain.out)
    skiff("run", "--", "-d", "eth0,rx=in.pcap", obj("pass")).expect(2, err_has="run needs a device")


@test
def devices_that_are_not():
    keys = ("the keys are rx=, tx=, type=, peer=, mtu=, mac=, ifindex=, down, nocarrier, noreader, "
            "qlen=, rate=")
    for spec, sentence in [
            ("", "the device has no name"),
            (",rx=x", "the device has no name"),
            ("averyveryverylongname", "'averyveryverylongname' is too long for a device's name (15 "
                                      "letters)"),
            ("a/b", "'a/b' is no device's name: it has '/' in it"),
            ("a b", "'a b' is no device's name: it has ' ' in it"),
            ("eth0,mut=1500", "there is no key 'mut'; did you mean mtu?"),
            ("eth0,colour=red", f"there is no key 'colour'; {keys}"),
            ("eth0,", f"there is no key ''; {keys}"),
            ("eth0,rx", "rx needs a value: rx=FILE"),
            ("eth0,rx=", "rx needs a value: rx=FILE"),
            ("eth0,down=1", "down takes no value"),
            ("eth0,type=vteh", "type=: there is no type 'vteh'; did you mean veth?"),
            ("eth0,type=zzz", "type=: there is no type 'zzz'; the types are lo, ether, veth, ifb, "
                              "dummy, tun"),
            ("eth0,mtu=12", "mtu=: 12 is not from 68 to 65536"),
            ("eth0,mtu=1k", "mtu=: '1k' is not a whole number"),
            ("eth0,ifindex=0", "ifindex=: 0 is not from 1 to 2147483647"),
            ("eth0,ifindex=2147483648", "ifindex=: 2147483648 is not from 1 to 2147483647"),
            ("eth0,mac=02:00", "mac=: '02:00' is not a MAC address like 02:00:00:00:00:01"),
            ("eth0,mac=02:00:00:00:00:01:02",
             "mac=: '02:00:00:00:00:01:02' is not a MAC address like 02:00:00:00:00:01"),
            ("eth0,rate=fast", "rate=: 'fast' is not a rate in bits a second, like 10m or 500kbit"),
            ("eth0,rate=10x", "rate=: '10x' is not a rate in bits a second, like 10m or 500kbit"),
            ("eth0,rate=0", "rate=: 0 is not from 1 to 1000t bits a second"),
            ("eth0,rate=5000t", "rate=: 5000t is not from 1 to 1000t bits a second"),
            ("eth0,qlen=-1", "qlen=: '-1' is not a whole number"),
            ("eth0,peer=eth1", "only type=veth has a peer, this is type=ether"),
            ("eth0,noreader", "only type=tun has a reader, this is type=ether"),
            ("v0,type=veth,peer=v0", "a device cannot be its own peer"),
            ("eth0,rx=-,tx=-", "standard input cannot be both rx and tx")]:
        skiff("run", "-d", spec, obj("pass")).expect(2, out="", err=f"skiff: -d {spec}: {sentence}\n")


@test
def devices_that_do_not_fit_together():
    write("in.pcap", pcap([(1, frame())]))
    for words, sentence in [
            (["-d", "a,rx=in.pcap", "-d", "a"], "-d a: there is a device a already"),
            (["-d", "a,rx=in.pcap", "-d", "v,type=veth,peer=w"],
             "-d v: there is no device w for its peer; add -d w,type=veth,peer=v"),
            (["-d", "a,rx=in.pcap", "-d", "v,type=veth,peer=a"],
             "-d v: its peer a is type=ether, not veth"),
            (["-d", "v,type=veth,peer=w,rx=in.pcap", "-d", "w,type=veth,peer=x",
              "-d", "x,type=veth,peer=w"],
             "-d v: its peer w has another peer, x"),
            (["-d", "a,rx=-", "-d", "b,tx=-"], "-d b: standard input is read for a already"),
            (["-d", "lo,mtu=1500,rx=in.pcap"],
             "-d lo: it is part of every world; only rx=, tx= and down can be chosen"),
            ([], "run needs a device and a capture of what came to it, for example -d "
                 "eth0,rx=FILE.pcap (tx=FILE: what the host sent)"),
            (["-d", "eth7"], "no device has frames to run on; give one a capture, for example -d "
                             "eth7,rx=FILE.pcap (tx=FILE: what the host sent)"),
            (["-d", "a,rx=in.pcap", "-w", "-", "--json"],
             "-w - and --json both want standard output; write one of them to a file"),
            (["-d", "a,rx=in.pcap", "-w", "in.pcap"],
             "-w in.pcap would overwrite what is being read")]:
        skiff("run", *words, obj("pass")).expect(2, out="", err=f"skiff: {sentence}\n")
    skiff("run", "-d", "a,ifindex=5,rx=in.pcap", "-d", "b,ifindex=5", obj("pass")).expect(
        2, out="", err="skiff: b: ifindex 5 is that of a\n")
    skiff("run", "-d", "v,type=veth,tx=in.pcap", obj("pass")).expect(
        2, out="", err="skiff: v: a veth needs a peer (peer=NAME)\n")


@test
def attachments_that_are_not():
    write("in.pcap", pcap([(1, frame())]))
    for spec, name, sentence in [
            ("eth0", "pass", "wanted is DEV:HOOK or DEV:HOOK=PROGRAM, for example eth0:ingress"),
            (":ingress", "pass", "wanted is DEV:HOOK or DEV:HOOK=PROGRAM, for example eth0:ingress"),
            ("eth0:igress", "pass", "there is no hook 'igress'; did you mean ingress?"),
            ("eth0:rx", "pass", "there is no hook 'rx'; the hooks are ingress and egress"),
            ("eth0:", "pass", "there is no hook ''; the hooks are ingress and egress"),
            ("eth0:ingress=", "pass", "the name of the program is missing"),
            ("eth0:ingress=:p", "pass", "the name of the object is missing"),
            ("eth1:ingress=arriving", "pass", "there is no device eth1; did you mean eth0?"),
            ("wlan:ingress=arriving", "pass", "there is no device wlan; add it with -d wlan"),
            ("eth0:ingress=ariving", "pass", "there is no program 'ariving'; did you mean arriving?"),
            ("eth0:ingress=zzz", "pass",
             "there is no program 'zzz'; there are leaving, arriving"),
            ("eth0:ingress=zzz", "single", "there is no program 'zzz'; there is only"),
            ("eth0:ingress=other:arriving", "pass",
             "there is no object 'other' on the command line"),
            ("eth0:ingress", "pass",
             "which program? Write eth0:ingress=PROGRAM; there are leaving (tc/egress), arriving "
             "(tc/ingress)"),
            ("eth0:ingress=xmit", "verdicts",
             "xmit is of type LWT_XMIT (section \"lwt_xmit\"), and the hook of a device takes "
             "SCHED_CLS (section \"tc\")")]:
        seen = skiff("run", "-d", "eth0,rx=in.pcap", "-a", spec, obj(name))
        # libbpf's order of programs is by section, which is the compiler's business.
        swapped = sentence.replace("leaving, arriving", "arriving, leaving").replace(
            "leaving (tc/egress), arriving (tc/ingress)", "arriving (tc/ingress), leaving (tc/egress)")
        err = f"skiff: -a {spec}: {swapped if swapped in seen.err else sentence}\n"
        seen.expect(2, out="", err=err)


@test
def attachments_that_no_section_says():
    write("in.pcap", pcap([(1, frame())]))
    skiff("run", "-d", "eth0,rx=in.pcap", obj("single")).expect(
        2, out="", err="skiff: the section names do not say where the programs go: only (mine); say "
                       "it with -a DEV:HOOK=PROGRAM, for example -a eth0:ingress=only\n")
    skiff("run", "-d", "eth0,tx=in.pcap", obj("tcx")).expect(
        2, out="", err_has=" belongs to the ingress hook (section \"tc")


if __name__ == "__main__":
    sys.exit(main())
