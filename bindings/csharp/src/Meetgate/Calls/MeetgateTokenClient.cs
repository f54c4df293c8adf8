using System;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>The base of the clients of platforms that have tokens.</summary>
public abstract class MeetgateTokenClient : MeetgateClient
{
    /// <summary>For test doubles: a client that calls nothing.</summary>
    protected MeetgateTokenClient()
    {
    }

    internal MeetgateTokenClient(ClientSetup setup)
        : base(setup)
    {
    }

    internal MeetgateTokenClient(MeetgateTokenClient client, CallOptions options)
        : base(client, options)
    {
    }

    /// <summary>Replaces the fixed token of a client that was made with one.</summary>
    /// <remarks>
    /// Calls in flight keep the token that they have. A call whose token is refused is repeated with the new one. Any thread may call
    /// this at any time.
    /// </remarks>
    /// <param name="token">Printable ASCII without spaces.</param>
    /// <exception cref="ArgumentNullException">The token is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">The token has other characters, or the client has no fixed token.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual void SetToken(string token) => ReplaceToken(Required.NotNull(token, nameof(token)));

    /// <summary>
    /// Sets where a client gets its tokens whose configuration says <c>"token_provider": true</c>, in the place of the function that
    /// was set before. The argument <c>tokenProvider</c> of the constructor does the same from the start.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The function is called when a call needs a token and there is none, when the token at hand is about to expire, and when the
    /// platform refused it. It runs on a thread of one of the calls, one at a time, with no lock held. It must not use this client: a
    /// call that it makes on it throws <see cref="InvalidOperationException"/>. Other clients it may use.
    /// </para>
    /// <para>
    /// What it throws fails the calls that need the token with <see cref="MeetgateAuthException"/>: the message says it, and it is the
    /// <see cref="Exception.InnerException"/>, for all calls that waited and for those of the short pause that follows. An
    /// <see cref="OperationCanceledException"/> stays one. A call whose token avd refused fails with that refusal in its place, and its
    /// message says what the function threw.
    /// </para>
    /// <para>
    /// Nothing can stop a function that blocks: a call whose provider needs five seconds takes five seconds, whatever its time limit. An
    /// asynchronous provider is waited for no longer than the call's time limit and <c>token_timeout_ms</c>.
    /// </para>
    /// </remarks>
    /// <param name="provider">
    /// Its argument is the token that the platform refused, or null where a token is needed for another reason. On hst the refused
    /// token is dead: a function that still hosts it should fetch a new one. On avd it is a suspect: the number that says so is printed
    /// for a missing room, too. A function that knows that the token lives gives it again, and the call that was refused then fails with
    /// that number. A function that does not know fetches a new one. It returns a text or a <see cref="ProvidedToken"/>.
    /// </param>
    /// <exception cref="ArgumentNullException">The provider is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">The client's configuration does not say <c>"token_provider": true</c>.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual void SetTokenProvider(Func<string?, ProvidedToken?> provider)
    {
        Required.NotNull(provider, nameof(provider));
        ReplaceTokenProvider((tokens, client) => tokens.Set(client, provider));
    }

    /// <inheritdoc cref="SetTokenProvider(Func{string, ProvidedToken})"/>
    public virtual void SetTokenProvider(Func<string?, string?> provider)
    {
        Required.NotNull(provider, nameof(provider));
        ReplaceTokenProvider((tokens, client) => tokens.Set(client, deadToken => provider(deadToken)));
    }

    /// <inheritdoc cref="SetTokenProvider(Func{string, ProvidedToken})"/>
    /// <param name="provider">
    /// Its first argument is the token that the platform refused, or null where a token is needed for another reason. The second is
    /// cancelled when nobody waits any longer. It runs on a thread of the pool.
    /// </param>
    public virtual void SetTokenProvider(Func<string?, CancellationToken, Task<ProvidedToken>> provider)
    {
        Required.NotNull(provider, nameof(provider));
        ReplaceTokenProvider((tokens, client) => tokens.Set(client, provider));
    }
}
