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
        /// <summary>Here, since it must live as long as C may call it: until the client is freed.</summary>
        private readonly TokenProviderBridge tokenProvider = new TokenProviderBridge();

        /// <summary>Made by the runtime, as an out-parameter.</summary>
        private ClientHandle()
            : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        internal static ClientHandle Make(string configJson)
        {
            NativeLibrary.Check();
            byte[] config = Utf8.Json(configJson, "configuration");
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
                // IntPtr.Zero is the place for a cancel of the C library, when it has one.
                int status = NativeMethods.meetgate_call_with(this, operation, parameters, options, IntPtr.Zero, out reply);
                return Answer(status, reply, TokenProviderBridge.TakeThrown());
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        /// <summary>Sends a request of the caller's own; the platform's answer, or an exception.</summary>
        internal string RawCall(byte[] request, byte[] options)
        {
            IntPtr reply = IntPtr.Zero;
            try
            {
                int status = NativeMethods.meetgate_raw_call_with(this, request, options, IntPtr.Zero, out reply);
                return Answer(status, reply, TokenProviderBridge.TakeThrown());
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        /// <summary>The description of the client, as JSON text.</summary>
        internal string Info()
        {
            IntPtr info = IntPtr.Zero;
            try
            {
                return Answer(NativeMethods.meetgate_client_info(this, out info), info);
            }
            finally
            {
                NativeMethods.meetgate_string_free(info);
            }
        }

        /// <summary>Replaces the fixed token.</summary>
        internal void SetToken(byte[] token)
        {
            IntPtr error = IntPtr.Zero;
            try
            {
                Answer(NativeMethods.meetgate_client_set_token(this, token, out error), error);
            }
            finally
            {
                NativeMethods.meetgate_string_free(error);
            }
        }

        /// <summary>Sets where the tokens come from.</summary>
        internal void SetTokenProvider(Func<string, ProvidedToken> provider) => tokenProvider.Set(this, provider);

        /// <summary>The text that C gave out, or an exception.</summary>
        /// <param name="status">How it ended.</param>
        /// <param name="reply">The text; it stays the caller's to free.</param>
        /// <param name="thrown">The exception that a token provider threw meanwhile, or null.</param>
        internal static string Answer(int status, IntPtr reply, Exception thrown = null)
        {
            string text = Utf8.Copy(reply);
            if (status != (int)MeetgateStatus.Ok)
            {
                // Another failure has another cause: a call goes on without its provider where the old token still lives.
                throw MeetgateException.From(status, text, status == (int)MeetgateStatus.Auth ? thrown : null);
            }
            return text;
        }

        protected override bool ReleaseHandle()
        {
            NativeMethods.meetgate_client_free(handle);
            return true;
        }
    }
}
