using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace Meetgate;

/// <summary>
/// The processor that a library was built for, read from the head of its file. A loader that meets a library for another
/// processor reports that there is no such file.
/// </summary>
internal sealed class Processor
{
    /// <summary>Enough for the head of every kind of file, and for the fat header of a macOS library.</summary>
    private const int HeadLength = 4096;

    private readonly string name;
    private readonly string text;

    private Processor(string format, string name, bool isWide, bool isBigEndian = false)
    {
        this.name = name;
        text = name + " (" + (isWide ? "64" : "32") + "-bit, " + (isBigEndian ? "big-endian, " : "") + format + ")";
    }

    internal static bool IsWindows => Environment.OSVersion.Platform == PlatformID.Win32NT;

    /// <summary>As the names of .NET's runtimes end; the plain name where .NET does not run on it.</summary>
    internal string RuntimeName => name switch
    {
        "x86-64" => "x64",
        "ARM64" => "arm64",
        "ARM" => "arm",
        "LoongArch" => "loongarch64",
        _ => name.ToLowerInvariant(),
    };

    /// <summary>For example <c>x86-64 (64-bit, ELF)</c>. Two processors are the same if this text is the same.</summary>
    public override string ToString() => text;

    /// <summary>Why this process cannot load a library that was built for another processor or system; else null.</summary>
    internal static string? Misfit(string path)
    {
        IList<Processor> found = OfFile(path);
        Processor? own = found.Count == 0 ? null : OfProcess();
        if (own == null)
        {
            return null;
        }
        foreach (Processor processor in found)
        {
            if (processor.text == own.text)
            {
                return null;
            }
        }
        return "is for " + string.Join(" and ", found) + ", this process is " + own;
    }

    /// <summary>The processors that a file was built for: several for a macOS library, none for a file that is no library.</summary>
    internal static IList<Processor> OfFile(string path)
    {
        try
        {
            using (FileStream file = File.OpenRead(path))
            {
                var head = new Head(file, HeadLength);
                return head.Starts(0x4d, 0x5a) ? OfPe(file, head) : OfHead(head);
            }
        }
        catch (Exception problem) when (problem is IOException || problem is UnauthorizedAccessException
            || problem is ArgumentException || problem is NotSupportedException)
        {
            return [];
        }
    }

    /// <summary>The processor that this process runs as, or null if it is not known. Under emulation the machine has another one.</summary>
    internal static Processor? OfProcess()
    {
        if (IsWindows)
        {
            // The file of the program does not say: an assembly for any processor is marked as one for x86.
            switch (Environment.GetEnvironmentVariable("PROCESSOR_ARCHITECTURE"))
            {
                case "x86":
                    return new Processor("PE", "x86", false);
                case "AMD64":
                    return new Processor("PE", "x86-64", true);
                case "ARM64":
                    return new Processor("PE", "ARM64", true);
                default:
                    return null;
            }
        }
        string? program = File.Exists("/proc/self/exe") ? "/proc/self/exe" : Process.GetCurrentProcess().MainModule?.FileName;
        IList<Processor> found = program == null ? [] : OfFile(program);
        return found.Count == 1 ? found[0] : null;
    }

    private static Processor[] OfPe(FileStream file, Head dos)
    {
        file.Seek(dos.Number(0x3c, 4), SeekOrigin.Begin);
        var head = new Head(file, 6);
        if (!head.Starts(0x50, 0x45, 0, 0))
        {
            return [];
        }
        long machine = head.Number(4, 2);
        return new[] { new Processor("PE", NameOfPe(machine), machine == 0x8664 || machine == 0xaa64) };
    }

    private static IList<Processor> OfHead(Head head)
    {
        if (head.Starts(0x7f, 0x45, 0x4c, 0x46))
        {
            bool isBigEndian = head.Number(5, 1) == 2;
            string name = NameOfElf(head.Number(18, 2, isBigEndian));
            return new[] { new Processor("ELF", name, head.Number(4, 1) == 2, isBigEndian) };
        }
        if (head.Starts(0xce, 0xfa, 0xed, 0xfe) || head.Starts(0xcf, 0xfa, 0xed, 0xfe))
        {
            return new[] { OfMachO(head.Number(4, 4)) };
        }
        var found = new List<Processor>();
        bool isFat64 = head.Starts(0xca, 0xfe, 0xba, 0xbf);
        if (isFat64 || head.Starts(0xca, 0xfe, 0xba, 0xbe))
        {
            // A class of Java begins with the same four bytes, and goes on with its version: 45 at least.
            long count = head.Number(4, 4, true);
            for (int i = 0; count < 45 && i < count; i++)
            {
                found.Add(OfMachO(head.Number(8 + i * (isFat64 ? 32 : 20), 4, true)));
            }
        }
        return found;
    }

    private static Processor OfMachO(long kind) => new Processor("Mach-O", NameOfMachO(kind), (kind & 0x1000000) != 0);

    private static string NameOfElf(long machine)
    {
        switch (machine)
        {
            case 2:
            case 43:
                return "SPARC";
            case 3:
                return "x86";
            case 8:
                return "MIPS";
            case 20:
            case 21:
                return "PowerPC";
            case 22:
                return "S/390";
            case 40:
                return "ARM";
            case 62:
                return "x86-64";
            case 183:
                return "ARM64";
            case 243:
                return "RISC-V";
            case 258:
                return "LoongArch";
            case 0x9916:
                return "SW64";
            default:
                return "ELF machine " + machine;
        }
    }

    private static string NameOfPe(long machine)
    {
        switch (machine)
        {
            case 0x14c:
                return "x86";
            case 0x1c0:
            case 0x1c4:
                return "ARM";
            case 0x8664:
                return "x86-64";
            case 0xaa64:
                return "ARM64";
            default:
                return "PE machine 0x" + machine.ToString("x", CultureInfo.InvariantCulture);
        }
    }

    private static string NameOfMachO(long kind)
    {
        switch (kind)
        {
            case 7:
                return "x86";
            case 12:
                return "ARM";
            case 0x1000007:
                return "x86-64";
            case 0x100000c:
                return "ARM64";
            default:
                return "Mach-O type 0x" + kind.ToString("x", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The first bytes of a file, or of a part of it.</summary>
    private sealed class Head
    {
        private readonly byte[] bytes;
        private readonly int length;

        internal Head(FileStream file, int most)
        {
            bytes = new byte[most];
            int read;
            while ((read = file.Read(bytes, length, most - length)) > 0)
            {
                length += read;
            }
        }

        internal bool Starts(params byte[] first)
        {
            for (int i = 0; i < first.Length; i++)
            {
                if (i >= length || bytes[i] != first[i])
                {
                    return false;
                }
            }
            return true;
        }

        /// <exception cref="EndOfStreamException">The file ends before it.</exception>
        internal long Number(int at, int size, bool isBigEndian = false)
        {
            if (at + size > length)
            {
                throw new EndOfStreamException();
            }
            long number = 0;
            for (int i = 0; i < size; i++)
            {
                number = number << 8 | bytes[isBigEndian ? at + i : at + size - 1 - i];
            }
            return number;
        }
    }
}
