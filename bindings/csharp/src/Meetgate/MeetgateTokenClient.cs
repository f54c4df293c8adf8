using System;

namespace Meetgate
{
    /// <summary>The base of the clients of platforms that have tokens.</summary>
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
        /// Calls in flight keep the token that they have. A call whose token is refused is repeated with the new one. Any thread may
        /// call this at any time.
        /// </remarks>
        /// <param name="token">Printable ASCII without spaces.</param>
        /// <exception cref="MeetgateInvalidArgumentException">The token has other characters, or the client has no fixed token.</exception>
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
        /// The function is called when a call needs a token and there is none, when the token at hand is about to expire, and when the
        /// platform refused it. It runs on a thread of one of the calls, one at a time, with no lock held. It must not use this client,
        /// but may use others. An exception that it throws is the <c>InnerException</c> of that call's
        /// <see cref="MeetgateAuthException"/>. Other calls that waited for the same token throw one without an inner exception.
        /// </remarks>
        /// <param name="provider">
        /// Its argument is the token that the platform refused, or null where a token is needed for another reason. A function that
        /// still hosts the refused token should fetch a new one. It returns a text or a <see cref="ProvidedToken"/>.
        /// </param>
        /// <exception cref="MeetgateInvalidArgumentException">The client's configuration does not say <c>"token_provider": true</c>.</exception>
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
