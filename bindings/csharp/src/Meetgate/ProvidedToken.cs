using System;

namespace Meetgate
{
    /// <summary>A token that a token provider gives. A text turns into one by itself.</summary>
    public sealed class ProvidedToken
    {
        /// <summary>A token, and how long it will live.</summary>
        /// <param name="token">Printable ASCII without spaces.</param>
        /// <param name="lifetimeS">From now on, in whole seconds, at least 1; null where that is not known.</param>
        /// <exception cref="ArgumentOutOfRangeException">The lifetime is over.</exception>
        public ProvidedToken(string token, long? lifetimeS = null)
        {
            if (token == null)
            {
                throw new ArgumentNullException("token");
            }
            // For the C library 0 would mean that it is not known.
            if (lifetimeS < 1)
            {
                throw new ArgumentOutOfRangeException("lifetimeS", lifetimeS, "expected at least 1 second, or null");
            }
            Token = token;
            LifetimeS = lifetimeS;
        }

        /// <summary>The token.</summary>
        public string Token { get; }

        /// <summary>How many seconds it lives from now on; null where that is not known.</summary>
        public long? LifetimeS { get; }

        /// <summary>A token whose lifetime is not known. A null stays null, which is no token.</summary>
        /// <param name="token">Printable ASCII without spaces.</param>
        public static implicit operator ProvidedToken(string token) => token == null ? null : new ProvidedToken(token);
    }
}
