using System;

namespace Meetgate
{
    /// <summary>The C library as a file: is it there, and is it the one these sources were made for.</summary>
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
                throw new DllNotFoundException(NotLoaded("It was not found, or something that it needs was not."), problem);
            }
            catch (BadImageFormatException problem)
            {
                throw new DllNotFoundException(NotLoaded("A file of that name is for another processor."), problem);
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

        private static string NotLoaded(string why)
        {
            bool isWindows = Environment.OSVersion.Platform == PlatformID.Win32NT;
            string places = isWindows
                ? "beside Meetgate.dll, beside the program, in the folders of PATH"
                : "beside Meetgate.dll, in the folders of LD_LIBRARY_PATH, in the system's library folders";
            return "The meetgate library could not be loaded. " + why
                + " Looked for: " + (isWindows ? "meetgate.dll" : "libmeetgate.so")
                + ", " + places
                + ". This process: " + (IntPtr.Size == 8 ? "64" : "32") + " bit, "
                + Environment.OSVersion + ", runtime " + Environment.Version
                + ", program folder " + AppDomain.CurrentDomain.BaseDirectory + ".";
        }
    }
}
