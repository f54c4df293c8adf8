using System;

namespace Meetgate
{
    /// <summary>What the clients of the platforms that have tokens have in common.</summary>
    public abstract class MeetgateTokenClient : MeetgateClient
    {
        internal MeetgateTokenClient(string configJson, Func<string, ProvidedToken> tokenProvider = null)
            : base(configJson)
        {
            if (tokenProvider != null)
            {
                SetTokenProvider(tokenProvider);
            }
        }

        internal MeetgateTokenClient(MeetgateTokenClient client, CallOptions options)
            : base(client, options)
        {
        }

        /// <summary>Replaces the fixed token of a client that was made with one.</summary>
        /// <remarks>
        /// Calls in flight end with the token that they have; one that is refused is repeated with the new one. Any thread may
        /// do this at any time.
        /// </remarks>
        /// <param name="token">Printable ASCII without spaces.</param>
        /// <exception cref="MeetgateInvalidArgumentException">It is not such a token, or the client has no fixed token.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        public void SetToken(string token)
        {
            ReplaceToken(Utf8.Text(token, "token"));
        }

        /// <summary>
        /// Sets where a client gets its tokens whose configuration says <c>"token_provider": true</c>, in the place of the function
        /// that was set before. The argument <c>tokenProvider</c> of the constructor does the same from the start.
        /// </summary>
        /// <remarks>
        /// It is called when a call needs a token and there is none, when the one at hand is about to expire, and when the platform
        /// refused it: on a thread of one of the calls, one at a time, with no lock held. It must not use this client; others it
        /// may. What it throws is the <c>InnerException</c> of that call's <see cref="MeetgateAuthException"/>; other calls that
        /// waited for the same token get that exception without it.
        /// </remarks>
        /// <param name="provider">
        /// Gets the token that the platform refused, or null where one is needed for another reason; one that still hosts this very
        /// token should fetch a new one. Answers a text or a <see cref="ProvidedToken"/>.
        /// </param>
        /// <exception cref="MeetgateInvalidArgumentException">The client's configuration does not say so.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        public void SetTokenProvider(Func<string, ProvidedToken> provider)
        {
            if (provider == null)
            {
                throw new ArgumentNullException("provider");
            }
            ReplaceTokenProvider(provider);
        }
    }
}
