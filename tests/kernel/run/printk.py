# SPDX-License-Identifier: BSD-2-Clause
"""What programs print with bpf_printk, through a buffer of tracefs that nobody else reads."""
import os
import re
import tempfile

import bpf
from linux import CLONE_NEWNS, MS_PRIVATE, MS_REC

MNT_DETACH = 2
EVENT = "events/bpf_trace/bpf_trace_printk"


class Trace:
    """A trace buffer of our own, in a tracefs that only this process and its children see. The
    instance itself is the machine's: close() removes it."""

    def __init__(self):
        bpf.check(bpf.libc.unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)")
        bpf.check(bpf.libc.mount(b"", b"/", b"", MS_REC | MS_PRIVATE, None), "mount /")
        self.root = tempfile.mkdtemp(prefix="skiff-trace-")
        try:
            bpf.check(bpf.libc.mount(b"tracefs", self.root.encode(), b"tracefs", 0, None),
                      "mount tracefs")
        except OSError:
            os.rmdir(self.root)
            raise
        self.remove_stale()
        self.buffer = os.path.join(self.root, "instances", f"skiff-run-{os.getpid()}")
        os.mkdir(self.buffer)
        try:
            self.enable("1")
            self.pipe = os.open(os.path.join(self.buffer, "trace_pipe"),
                                os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            os.rmdir(self.buffer)
            raise

    def remove_stale(self):
        """What a run that was killed has left."""
        folder = os.path.join(self.root, "instances")
        for name in os.listdir(folder):
            pid = re.fullmatch(r"skiff-run-(\d+)", name)
            if pid and not os.path.exists(f"/proc/{pid[1]}"):
                os.rmdir(os.path.join(folder, name))

    def enable(self, text):
        with open(os.path.join(self.buffer, EVENT, "enable"), "w") as out:
            out.write(text)

    def close(self):
        os.close(self.pipe)
        self.enable("0")
        os.rmdir(self.buffer)
        bpf.check(bpf.libc.umount2(self.root.encode(), MNT_DETACH), "umount tracefs")
        os.rmdir(self.root)

    def lines(self):
        """What has been printed since the last call, by this process or its CPU's softirqs."""
        text = b""
        while True:
            try:
                text += os.read(self.pipe, 1 << 16)
            except BlockingIOError:
                break
        found = re.findall(r"^ *(\S+)-(\d+) +\[000\].*?: bpf_trace_printk: (.*)$",
                           text.decode(errors="replace"), re.MULTILINE)
        return [line for name, pid, line in found
                if int(pid) == os.getpid() or name.startswith("ksoftirqd")]
