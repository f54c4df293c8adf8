using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// The processor of a library, by made-up heads of each kind of file, and the C library that it needs.
/// </summary>
public static class ProcessorTests
{
    [Fact]
    public static void Each_kind_of_file_has_its_processor()
    {
        Is("x86-64 (64-bit, ELF)", Elf(62));
        Is("x86-64 (32-bit, ELF)", Elf(62, isWide: false));
        Is("x86 (32-bit, ELF)", Elf(3, isWide: false));
        Is("ARM64 (64-bit, ELF)", Elf(183));
        Is("ARM (32-bit, ELF)", Elf(40, isWide: false));
        Is("MIPS (32-bit, big-endian, ELF)", Elf(8, isWide: false, isBigEndian: true));
        Is("LoongArch (64-bit, ELF)", Elf(258));
        Is("ELF machine 999 (64-bit, ELF)", Elf(999));
        Is("x86-64 (64-bit, PE)", Pe(0x8664, 0x80));
        Is("x86 (32-bit, PE)", Pe(0x14c, 0x2000));
        Is("ARM64 (64-bit, PE)", Pe(0xaa64, 0x80));
        Is("ARM64 (64-bit, Mach-O)", MachO(0x100000c));
        Is("x86 (32-bit, Mach-O)", MachO(7));
        Is("x86-64 (64-bit, Mach-O) and ARM64 (64-bit, Mach-O)", Fat(0x1000007, 0x100000c));
    }

    [Fact]
    public static void A_file_that_is_no_library_has_none()
    {
        byte[] java = [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x41, 0, 0, 0, 0];
        Is("", []);
        Is("", Encoding.ASCII.GetBytes("\u007fELF"));
        Is("", Encoding.ASCII.GetBytes("MZ"));
        Is("", new byte[64]);
        Is("", Pe(0x8664, 0x80)[..0x84]);
        Is("", Pe(0x8664, 0x80)[..0x80]);
        Is("", Encoding.ASCII.GetBytes("version https://git-lfs"));
        Is("", java);
        Is("", Fat(7)[..10]);
        Assert.Empty(Processor.OfFile("/no/such/file"));
        Assert.Empty(Processor.OfFile(Path.GetTempPath()));
    }

    [Fact]
    public static void A_library_of_this_process_fits_and_another_is_named()
    {
        Assert.Null(Processor.Misfit(Surroundings.LibraryPath));
        string own = Processor.OfProcess()!.ToString();
        Assert.Equal(own, Processor.OfFile(Surroundings.LibraryPath).Single().ToString());
        using var folder = new Folder();
        string path = folder.File("library");
        File.WriteAllBytes(path, Elf(0x9916));
        Assert.Equal("is for SW64 (64-bit, ELF), this process is " + own, Processor.Misfit(path));
        File.WriteAllBytes(path, Pe(0x1c4, 0x80));
        Assert.Equal("is for ARM (32-bit, PE), this process is " + own, Processor.Misfit(path));
    }

    [Fact]
    public static void A_library_for_glibc_does_not_fit_musl()
    {
        Assert.Equal(
            "is for glibc, this process runs on musl: the package has no library for it",
            LibraryFile.MisfitOfC(Surroundings.LibraryPath, isMusl: true));
        Assert.Null(LibraryFile.MisfitOfC(Surroundings.LibraryPath, isMusl: false));
        using var folder = new Folder();
        string path = folder.File("libmeetgate.so");
        File.WriteAllText(path, "libc.musl-x86_64.so.1\0");
        Assert.Null(LibraryFile.MisfitOfC(path, isMusl: true));
        File.WriteAllText(path, "\0libgcc_s.so.1\0libc.so.6\0");
        Assert.NotNull(LibraryFile.MisfitOfC(path, isMusl: true));
        Assert.Null(LibraryFile.MisfitOfC(folder.File("none"), isMusl: true));
    }

    private static void Is(string expected, byte[] content)
    {
        using var folder = new Folder();
        string path = folder.File("library");
        File.WriteAllBytes(path, content);
        Assert.Equal(expected, string.Join(" and ", Processor.OfFile(path)));
    }

    private static byte[] Elf(int machine, bool isWide = true, bool isBigEndian = false)
    {
        byte[] head = new byte[64];
        new byte[] { 0x7f, 0x45, 0x4c, 0x46, (byte)(isWide ? 2 : 1), (byte)(isBigEndian ? 2 : 1), 1 }.CopyTo(head, 0);
        Number(machine, 2, isBigEndian).CopyTo(head, 18);
        return head;
    }

    private static byte[] Pe(int machine, int at)
    {
        byte[] head = new byte[at + 24];
        new byte[] { 0x4d, 0x5a }.CopyTo(head, 0);
        Number(at, 4, false).CopyTo(head, 0x3c);
        new byte[] { 0x50, 0x45, 0, 0 }.CopyTo(head, at);
        Number(machine, 2, false).CopyTo(head, at + 4);
        return head;
    }

    private static byte[] MachO(int kind) =>
        [(byte)((kind & 0x1000000) != 0 ? 0xcf : 0xce), 0xfa, 0xed, 0xfe, .. Number(kind, 4, false), .. new byte[24]];

    private static byte[] Fat(params int[] kinds)
    {
        IEnumerable<byte> head = [0xca, 0xfe, 0xba, 0xbe, .. Number(kinds.Length, 4, true)];
        return [.. kinds.Aggregate(head, (all, kind) => all.Concat(Number(kind, 4, true)).Concat(new byte[16]))];
    }

    private static byte[] Number(int number, int size, bool isBigEndian)
    {
        byte[] bytes = [.. Enumerable.Range(0, size).Select(i => (byte)(number >> (8 * i)))];
        if (isBigEndian)
        {
            Array.Reverse(bytes);
        }
        return bytes;
    }
}
