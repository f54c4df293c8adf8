"""The processor that a library was built for, read from the head of its file.

A loader that meets a library for another processor reports "no such file", or says nothing and looks elsewhere.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from typing import Dict, List, NamedTuple, Optional

#: Enough for the head of every kind of file, and for the fat header of a macOS library.
_HEAD = 4096

_ELF: Dict[int, str] = {
    2: "SPARC", 3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC", 22: "S/390", 40: "ARM", 43: "SPARC", 62: "x86-64",
    183: "ARM64", 243: "RISC-V", 258: "LoongArch", 0x9916: "SW64",
}  # fmt: skip
_PE: Dict[int, str] = {0x14C: "x86", 0x8664: "x86-64", 0x1C0: "ARM", 0x1C4: "ARM", 0xAA64: "ARM64"}
_MACH_O: Dict[int, str] = {7: "x86", 0x1000007: "x86-64", 12: "ARM", 0x100000C: "ARM64"}

_MACHINES: Dict[str, str] = {
    "win32": "x86", "i386": "x86", "i686": "x86", "amd64": "x86-64", "x86_64": "x86-64", "arm64": "ARM64", "aarch64": "ARM64",
}  # fmt: skip


class Processor(NamedTuple):
    #: ELF (Linux), PE (Windows) or Mach-O (macOS).
    format: str
    name: str
    bits: int
    #: Which end of a number comes first: little or big.
    order: str = "little"

    def __str__(self) -> str:
        order = ", big-endian" if self.order == "big" else ""
        return "%s (%d-bit%s, %s)" % (self.name, self.bits, order, self.format)


def misfit(path: str) -> Optional[str]:
    """Why this process cannot load the library, if it was built for another processor or system."""
    found, own = of_file(path), of_process()
    if not found or own is None or own in found:
        return None
    return "it is for %s, this process is %s" % (" and ".join(map(str, found)), own)


def of_file(path: str) -> List[Processor]:
    """The processors that a file was built for: several for a macOS library, none for a file that is no library."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
            if head[:2] == b"MZ" and len(head) >= 64:
                file.seek(struct.unpack_from("<I", head, 0x3C)[0])
                head = b"MZ" + file.read(6)
    except OSError:
        return []
    try:
        return _of_head(head)
    except struct.error:
        return []


def of_process() -> Optional[Processor]:
    """The processor that this process runs as. Under emulation the machine has another one."""
    if sys.platform.startswith("linux"):
        found = of_file("/proc/self/exe")
        return found[0] if found else None
    if sys.platform == "win32":
        import sysconfig

        # The platform that Python was built for: under emulation, the machine is another one.
        machine, kind = sysconfig.get_platform().split("-")[-1], "PE"
    else:
        import platform

        machine, kind = platform.machine(), "Mach-O" if sys.platform == "darwin" else "ELF"
    name = _MACHINES.get(machine.lower())
    if name is None:
        return None
    return Processor(kind, name, ctypes.sizeof(ctypes.c_void_p) * 8)


def _of_head(head: bytes) -> List[Processor]:
    if head[:4] == b"\x7fELF":
        order = "big" if head[5:6] == b"\x02" else "little"
        machine: int = struct.unpack_from(">H" if order == "big" else "<H", head, 18)[0]
        return [Processor("ELF", _ELF.get(machine, "ELF machine %d" % machine), 64 if head[4:5] == b"\x02" else 32, order)]
    if head[:6] == b"MZPE\0\0":
        machine = struct.unpack_from("<H", head, 6)[0]
        return [Processor("PE", _PE.get(machine, "PE machine 0x%x" % machine), 64 if machine in (0x8664, 0xAA64) else 32)]
    if head[:4] in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        return [_mach_o(struct.unpack_from("<I", head, 4)[0])]
    if head[:4] in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"):
        (count,) = struct.unpack_from(">I", head, 4)
        # A class of Java begins with the same four bytes, and goes on with its version: 45 at least.
        size = 32 if head[3] == 0xBF else 20
        return [_mach_o(struct.unpack_from(">I", head, 8 + size * n)[0]) for n in range(count)] if count < 45 else []
    return []


def _mach_o(kind: int) -> Processor:
    return Processor("Mach-O", _MACH_O.get(kind, "Mach-O type 0x%x" % kind), 64 if kind & 0x1000000 else 32)
