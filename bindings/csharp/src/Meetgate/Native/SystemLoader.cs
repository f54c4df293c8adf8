using System;
using System.Runtime.InteropServices;

namespace Meetgate;

/// <summary>The system's own functions that load a library from a path.</summary>
internal static class SystemLoader
{
#if NET8_0_OR_GREATER
    internal static nint Load(string path) => NativeLibrary.Load(path);

    internal static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
#else
    internal static nint Load(string path)
    {
        nint library = Processor.IsWindows ? Windows.LoadLibraryExW(path, 0, Windows.BesideTheLibrary) : Unix.Load(path);
        if (library == 0)
        {
            throw new DllNotFoundException(
                Processor.IsWindows ? new System.ComponentModel.Win32Exception(Marshal.GetLastWin32Error()).Message : Unix.Problem());
        }
        return library;
    }

    internal static nint Export(nint library, string name)
    {
        nint function = Processor.IsWindows ? Windows.GetProcAddress(library, name) : Unix.Find(library, name);
        return function != 0 ? function : throw new EntryPointNotFoundException("it has no function " + name);
    }

    private static class Windows
    {
        /// <summary>LOAD_WITH_ALTERED_SEARCH_PATH: what the library itself needs is looked for beside it.</summary>
        internal const uint BesideTheLibrary = 8;

        [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        internal static extern nint LoadLibraryExW(string path, nint reserved, uint flags);

        // The names of functions are ASCII.
        [DllImport("kernel32", CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        internal static extern nint GetProcAddress(nint library, string name);
    }

    private static class Unix
    {
        private const int Now = 2;

        internal static nint Load(string path)
        {
            // Finding dlerror itself, at its first use, would forget the problem that it is asked for.
            Problem();
            return Either(() => Libdl.dlopen(Bytes(path), Now), () => Libc.dlopen(Bytes(path), Now));
        }

        internal static nint Find(nint library, string name) =>
            Either(() => Libdl.dlsym(library, Bytes(name)), () => Libc.dlsym(library, Bytes(name)));

        internal static string Problem() => Utf8.Copy(Either(Libdl.dlerror, Libc.dlerror)) ?? "the system's loader failed";

        private static byte[] Bytes(string text) => Utf8.Terminated(text, "path");

        /// <summary>musl and macOS have the functions in libc, glibc before 2.34 in libdl.</summary>
        private static nint Either(Func<nint> first, Func<nint> second)
        {
            try
            {
                return first();
            }
            catch (DllNotFoundException)
            {
                return second();
            }
        }

        private static class Libdl
        {
            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlopen(byte[] path, int mode);

            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlsym(nint library, byte[] name);

            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlerror();
        }

        private static class Libc
        {
            [DllImport("libc", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlopen(byte[] path, int mode);

            [DllImport("libc", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlsym(nint library, byte[] name);

            [DllImport("libc", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
            [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
            internal static extern nint dlerror();
        }
    }
#endif
}
