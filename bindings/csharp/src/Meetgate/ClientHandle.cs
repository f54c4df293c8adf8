using System;
using System.Runtime.InteropServices;

namespace Meetgate
{
    /// <summary>
    /// A client of the C library. Each call holds a reference to it for as long as it runs, so that it is freed when the last
    /// call has come back, and not before.
    /// </summary>
    internal sealed class ClientHandle : SafeHandle
    {
        /// <summary>Made by the runtime, as an out-parameter.</summary>
        private ClientHandle()
            : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        internal static ClientHandle Make(string configJson)
        {
            NativeLibrary.Check();
            byte[] config = Utf8.Terminated(configJson, "the configuration");
            IntPtr error = IntPtr.Zero;
            try
            {
                ClientHandle client;
                int status = NativeMethods.meetgate_client_new(config, out client, out error);
                if (status != (int)MeetgateStatus.Ok)
                {
                    throw MeetgateException.From(status, Utf8.Copy(error));
                }
                return client;
            }
            finally
            {
                NativeMethods.meetgate_string_free(error);
            }
        }

        /// <summary>Calls an operation; the platform's answer, or an exception.</summary>
        internal string Call(byte[] operation, byte[] parameters, byte[] options)
        {
            IntPtr reply = IntPtr.Zero;
            try
            {
                // The place for a cancel of the C library, when it has one.
                int status = NativeMethods.meetgate_call_with(this, operation, parameters, options, IntPtr.Zero, out reply);
                return Answer(status, reply);
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        /// <summary>Sends a request of the caller's own; the platform's answer, or an exception.</summary>
        internal string RawCall(byte[] request)
        {
            IntPtr reply = IntPtr.Zero;
            try
            {
                return Answer(NativeMethods.meetgate_raw_call(this, request, out reply), reply);
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        protected override bool ReleaseHandle()
        {
            NativeMethods.meetgate_client_free(handle);
            return true;
        }

        private static string Answer(int status, IntPtr reply)
        {
            string text = Utf8.Copy(reply);
            if (status != (int)MeetgateStatus.Ok)
            {
                throw MeetgateException.From(status, text);
            }
            return text;
        }
    }
}
