using System;
using System.Collections.Generic;
using System.IO;

namespace Meetgate
{
    /// <summary>The C library as a file. It must be there, and be the one that these sources were made for.</summary>
    internal static class NativeLibrary
    {
        private static volatile bool isChecked;

        /// <summary>Of the library that was found.</summary>
        internal static string Version
        {
            get
            {
                Check();
                return Utf8.Copy(NativeMethods.meetgate_version());
            }
        }

        internal static string StatusName(int status)
        {
            Check();
            return Utf8.Copy(NativeMethods.meetgate_status_name(status));
        }

        internal static string ReadCatalog()
        {
            Check();
            IntPtr catalog = IntPtr.Zero;
            try
            {
                catalog = NativeMethods.meetgate_catalog();
                return Utf8.Copy(catalog);
            }
            finally
            {
                NativeMethods.meetgate_string_free(catalog);
            }
        }

        /// <summary>Loads the library if it is not loaded yet.</summary>
        /// <exception cref="DllNotFoundException">It is not there, is for another processor, or is another version.</exception>
        internal static void Check()
        {
            if (isChecked)
            {
                return;
            }
            long abi;
            try
            {
                abi = NativeMethods.meetgate_abi_version();
            }
            catch (DllNotFoundException problem)
            {
                throw new DllNotFoundException(NotLoaded(Misfits() ?? "It was not found, or a library that it needs was not found."), problem);
            }
            catch (BadImageFormatException problem)
            {
                throw new DllNotFoundException(NotLoaded(Misfits() ?? "A file of that name is for another processor."), problem);
            }
            catch (EntryPointNotFoundException problem)
            {
                throw new DllNotFoundException(NotLoaded("A library of that name is not this one."), problem);
            }
            if (abi != NativeMethods.AbiVersion)
            {
                throw new DllNotFoundException(NotLoaded(
                    "The one that was found (" + Utf8.Copy(NativeMethods.meetgate_version()) + ") has ABI " + abi
                    + ", this assembly needs ABI " + NativeMethods.AbiVersion + "."));
            }
            isChecked = true;
        }

        private static bool IsWindows => Environment.OSVersion.Platform == PlatformID.Win32NT;

        private static string FileName => IsWindows ? "meetgate.dll" : "libmeetgate.so";

        /// <summary>The libraries that are there, but for another processor; null if there is none.</summary>
        private static string Misfits()
        {
            // Empty in a program of one file.
            string assembly = typeof(NativeLibrary).Assembly.Location;
            string beside = assembly.Length == 0 ? null : Path.GetDirectoryName(assembly);
            var folders = new List<string> { beside, AppDomain.CurrentDomain.BaseDirectory };
            string searched = Environment.GetEnvironmentVariable(IsWindows ? "PATH" : "LD_LIBRARY_PATH") ?? "";
            folders.AddRange(searched.Split(Path.PathSeparator));
            var misfits = new List<string>();
            foreach (string folder in folders)
            {
                if (!string.IsNullOrEmpty(folder) && folder.IndexOfAny(Path.GetInvalidPathChars()) < 0)
                {
                    string file = Path.Combine(folder, FileName);
                    // On Windows this assembly has the name of the library.
                    bool isAssembly = string.Equals(file, assembly, StringComparison.OrdinalIgnoreCase);
                    string misfit = isAssembly ? null : Processor.Misfit(file);
                    if (misfit != null && !misfits.Contains(misfit))
                    {
                        misfits.Add(misfit);
                    }
                }
            }
            return misfits.Count == 0 ? null : string.Join("; ", misfits) + ".";
        }

        private static string NotLoaded(string why)
        {
            string places = IsWindows
                ? "beside Meetgate.dll, beside the program, in the folders of PATH"
                : "beside Meetgate.dll, in the folders of LD_LIBRARY_PATH, in the system's library folders";
            return "The meetgate library could not be loaded. " + why
                + " Looked for: " + FileName
                + ", " + places
                + ". This process: " + (IntPtr.Size == 8 ? "64" : "32") + " bit, "
                + Environment.OSVersion + ", runtime " + Environment.Version
                + ", program folder " + AppDomain.CurrentDomain.BaseDirectory + ".";
        }
    }
}
