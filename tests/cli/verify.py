#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""skiff verify, dump and helpers: one verdict a program, text and JSON, and the exit status.

usage: verify.py SKIFF BUILD [TEST...]
"""
import sys

from harness import equal, main, obj, skiff, test

EACCES, EINVAL = -13, -22


def verdicts(*words):
    seen = skiff("verify", "--json", *words)
    return seen, {row["name"]: row for row in seen.json()["programs"]}


@test
def each_program_is_judged_on_its_own():
    seen, rows = verdicts(obj("verdicts"))
    seen.expect(1, err="")
    equal("verdicts", {name: row["verdict"] for name, row in rows.items()},
          {"good": "accepted", "stale": "rejected", "unchecked": "rejected",
           "untyped": "unloadable", "xmit": "accepted", "clone_in": "rejected"})


@test
def what_the_json_says():
    _, rows = verdicts(obj("verdicts"))
    good, stale = rows["good"], rows["stale"]
    equal("good", [good[key] for key in ["section", "type"]], ["tc", "SCHED_CLS"])
    equal("good has no", [key for key in ["errno", "message", "insn", "line"] if key in good], [])
    equal("good's processed", good["processed"], 2)
    equal("good's ns is a number", isinstance(good["ns"], int), True)
    equal("stale's errno, line", (stale["errno"], stale["line"]), (EACCES, "verdicts.bpf.c:21"))
    equal("stale's message", stale["message"].endswith("invalid mem access 'scalar'"), True)
    equal("stale's insn is a number", isinstance(stale["insn"], int), True)
    equal("unchecked", (rows["unchecked"]["errno"], rows["unchecked"]["line"]),
          (EACCES, "verdicts.bpf.c:28"))
    equal("xmit's type", rows["xmit"]["type"], "LWT_XMIT")
    equal("clone_in", (rows["clone_in"]["errno"], rows["clone_in"]["message"]),
          (EINVAL, "program of this type cannot use helper bpf_clone_redirect#13"))
    equal("untyped has no type", "type" in rows["untyped"], False)
    equal("untyped's message has the section", "mine" in rows["untyped"]["message"], True)


@test
def exit_status():
    skiff("verify", "--prog", "good", obj("verdicts")).expect(0, err="")
    skiff("verify", "--prog", "xmit", obj("verdicts")).expect(0, err="")
    skiff("verify", "--prog", "stale", obj("verdicts")).expect(1, err="")
    skiff("verify", "--prog", "untyped", obj("verdicts")).expect(1, err="")
    skiff("verify", obj("pass"), obj("verdicts")).expect(1, err="")
    skiff("verify", obj("pass")).expect(0, err="")
    skiff("verify", "-q", "--prog", "stale", obj("verdicts")).expect(1, out="", err="")


@test
def a_program_that_is_not_there():
    for command in ["verify", "dump"]:
        skiff(command, "--prog", "sale", obj("verdicts")).expect(
            2, err=f"skiff: {obj('verdicts')}: there is no program 'sale'; did you mean stale?\n")
        skiff(command, "--prog", "zzz", obj("verdicts")).expect(
            2, err=f"skiff: {obj('verdicts')}: there is no program 'zzz'\n")


@test
def another_type_than_the_section_says():
    for name in ["SCHED_CLS", "sched_cls", "tc"]:
        seen, rows = verdicts("--prog", "untyped", "--type", name, obj("verdicts"))
        seen.expect(0, err="")
        equal("type", rows["untyped"]["type"], "SCHED_CLS")
    seen, rows = verdicts("--prog", "clone_in", "--type", "LWT_XMIT", obj("verdicts"))
    seen.expect(0, err="")
    seen, rows = verdicts("--prog", "stale", "--type", "LWT_OUT", obj("verdicts"))
    seen.expect(1, err="")
    equal("message", rows["stale"]["message"],
          "program of this type cannot use helper bpf_clone_redirect#13")


@test
def the_text():
    skiff("verify", "--prog", "good", obj("verdicts")).expect(
        0, out="accepted    good (SCHED_CLS, section \"tc\")\n\n"
               "1 accepted, 0 rejected, 0 unloadable\n")
    skiff("verify", "--prog", "stale", obj("verdicts")).expect(
        1, out_has=["rejected    stale (SCHED_CLS, section \"tc\")\n",
                    "invalid mem access 'scalar' (EACCES)\n", "verdicts.bpf.c:21: return data[0]",
                    "\n0 accepted, 1 rejected, 0 unloadable\n"])
    skiff("verify", "--prog", "untyped", obj("verdicts")).expect(
        1, out_has="unloadable  untyped (no type, section \"mine\")\n")
    skiff("verify", "-v", "--prog", "good", obj("verdicts")).expect(
        0, out_has="2 instructions, 2 processed in ")


@test
def the_log():
    plain = skiff("verify", "--prog", "good", obj("verdicts")).expect(0).out
    log = skiff("verify", "--prog", "good", "--log", "2", obj("verdicts")).expect(0).out
    equal("a log of each step has the instruction", "(b7) r0 = 0" in log or "(b4) w0 = 0" in log,
          True)
    equal("without --log there is none", "(b7)" in plain or "(b4)" in plain, False)
    _, rows = verdicts("--log", "1", "--prog", "stale", obj("verdicts"))
    equal("the log in the JSON", "invalid mem access" in rows["stale"]["log"], True)


@test
def unprivileged_judges_otherwise():
    """After the call the old pointer is not even readable for a loader without CAP_PERFMON."""
    _, rows = verdicts("--unprivileged", "--prog", "stale", obj("verdicts"))
    equal("message", rows["stale"]["message"].endswith("!read_ok"), True)


@test
def the_same_twice():
    first = skiff("verify", "--log", "2", obj("verdicts"), obj("maps"))
    equal("two runs", skiff("verify", "--log", "2", obj("verdicts"), obj("maps")).out, first.out)


@test
def dump_text():
    seen = skiff("dump", obj("pass")).expect(0, err="", out_has=[
        "map seen (ARRAY), key 4, value 8 bytes, 2 entries\n",
        "program arriving (SCHED_CLS, section \"tc/ingress\"), ",
        "arriving:\n", "(18) r1 = map[seen]", "(85) call bpf_map_lookup_elem#1\n",
        "(85) call bpf_trace_printk#6\n", "(95) exit\n", "; return TC_ACT_OK; @ pass.bpf.c:"])
    equal("two runs", skiff("dump", obj("pass")).out, seen.out)


@test
def dump_shows_what_the_verifier_put_there():
    lines = skiff("dump", obj("fields")).expect(0, err="").out.splitlines()
    fixed = [at for at, line in enumerate(lines) if "=> " in line]
    equal("one instruction is another now", len(fixed), 1)
    equal("the one that stores queue_mapping", "(r1 +12) = " in lines[fixed[0] - 1], True)
    insns = skiff("dump", "--json", obj("fields")).json()["programs"][0]["insns"]
    equal("the same in the JSON", [lines[fixed[0]].split("=> ")[1]],
          [row["fixed"] for row in insns if "fixed" in row])


@test
def dump_json():
    out = skiff("dump", "--json", obj("pass")).expect(0, err="").json()
    equal("seen", next(row for row in out["maps"] if row["name"] == "seen"),
          {"object": obj("pass"), "name": "seen", "type": "ARRAY", "key_size": 4, "value_size": 8,
           "max_entries": 2, "flags": 0})
    row = next(row for row in out["programs"] if row["name"] == "arriving")
    equal("arriving", [row[key] for key in ["section", "type", "verdict"]],
          ["tc/ingress", "SCHED_CLS", "accepted"])
    equal("its last instruction", row["insns"][-1]["text"], "(95) exit")
    equal("instructions are numbered", row["insns"][0]["insn"], 0)


@test
def dump_shows_what_is_refused_too():
    skiff("dump", "--prog", "stale", obj("verdicts")).expect(
        0, err="", out_has=[", rejected\n", "call bpf_clone_redirect#13\n"])
    skiff("dump", "--prog", "untyped", obj("verdicts")).expect(1, err="", out_has=", unloadable\n")


@test
def helpers_text():
    seen = skiff("helpers").expect(0, err="", out_has="\n 13  yes   p-     cls   act   xmit  -     -  "
                                                      "     bpf_clone_redirect\n".replace(
                                                          "-  " + "     bpf", "-     bpf"))
    lines = skiff("helpers", "--have").expect(0).out.splitlines()
    equal("--have", [line for line in lines[1:-2] if " yes " not in line], [])
    equal("both halves make the whole",
          len(lines) + len(skiff("helpers", "--missing").expect(0).out.splitlines()) - 3,
          len(seen.out.splitlines()))


@test
def helpers_json():
    rows = skiff("helpers", "--json").expect(0, err="").json()["helpers"]
    clone = next(row for row in rows if row["name"] == "bpf_clone_redirect")
    equal("bpf_clone_redirect", clone, {
        "id": 13, "name": "bpf_clone_redirect", "have": True,
        "types": ["SCHED_CLS", "SCHED_ACT", "LWT_XMIT"], "changes_packet": True,
        "gpl_only": False})
    # As counted on Linux 6.18.
    for name, cnt in [("SCHED_CLS", 139), ("SCHED_ACT", 139), ("LWT_XMIT", 104), ("LWT_IN", 90),
                      ("LWT_OUT", 89)]:
        rows = skiff("helpers", "--json", "--type", name).expect(0).json()["helpers"]
        equal(f"helpers of {name}", len(rows), cnt)


if __name__ == "__main__":
    sys.exit(main())
