using System;
using System.Runtime.InteropServices;

namespace Meetgate
{
    /// <summary>Where the C library asks for a client's tokens: leads to the program's own function.</summary>
    internal sealed class TokenProviderBridge
    {
        private const int Given = 0;
        private const int Failed = 1;

        /// <summary>The exception that the provider threw on this thread, until the call that needed the token comes back.</summary>
        [ThreadStatic]
        private static Exception thrown;

        /// <summary>In a field: the collector does not see that C holds it.</summary>
        private readonly NativeMethods.TokenProvider callback;

        private volatile Func<string, ProvidedToken> provide;

        internal TokenProviderBridge()
        {
            callback = Answer;
        }

        /// <summary>Gives a client this provider in the place of the one before.</summary>
        internal void Set(ClientHandle client, Func<string, ProvidedToken> provider)
        {
            lock (callback)
            {
                Func<string, ProvidedToken> before = provide;
                // Ahead of the call: the library may ask at once, on another thread.
                provide = provider;
                IntPtr error = IntPtr.Zero;
                try
                {
                    ClientHandle.Answer(
                        NativeMethods.meetgate_client_set_token_provider(client, callback, IntPtr.Zero, out error), error);
                }
                catch
                {
                    provide = before;
                    throw;
                }
                finally
                {
                    NativeMethods.meetgate_string_free(error);
                }
            }
        }

        /// <summary>
        /// The exception that a provider threw on this thread since this was last asked, or null. Each call asks, so that a call
        /// inside a provider, on another client, leaves nothing behind.
        /// </summary>
        internal static Exception TakeThrown()
        {
            Exception taken = thrown;
            thrown = null;
            return taken;
        }

        /// <summary>Called by C. No exception may leave it.</summary>
        private int Answer(IntPtr userData, IntPtr deadToken, IntPtr token, UIntPtr capacity, ref long lifetimeS)
        {
            try
            {
                ProvidedToken given = provide(Utf8.Copy(deadToken));
                if (given == null)
                {
                    throw new InvalidOperationException("the token provider gave null in place of a token");
                }
                byte[] bytes = Utf8.Text(given.Token, "the token that the token provider gave");
                if ((ulong)bytes.Length > capacity.ToUInt64())
                {
                    throw new InvalidOperationException(
                        "the token provider gave a token of " + (bytes.Length - 1) + " bytes; there is room for "
                        + (capacity.ToUInt64() - 1));
                }
                Marshal.Copy(bytes, 0, token, bytes.Length);
                lifetimeS = given.LifetimeS ?? 0;
                return Given;
            }
            catch (Exception problem)
            {
                thrown = problem;
                return Failed;
            }
        }
    }
}
