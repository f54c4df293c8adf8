using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>The handle and whose it is: a client and its views with other options share it.</summary>
/// <remarks>The source is never disposed: it has no timer, and a call in flight may still look at its token.</remarks>
#pragma warning disable CA1001
internal sealed class ClientOwner
#pragma warning restore CA1001
{
    private readonly MeetgateClient client;
    private readonly TimeSpan timeout;
    private readonly TimeSpan tokenTimeout;
    private readonly bool hasProvider;
    private readonly TaskCompletionSource<bool> idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource ending = new();

    /// <summary>The calls in flight, and one more as long as nobody ended the client.</summary>
    private int users = 1;
    private int endings;
    private volatile bool isEnded;

    internal ClientOwner(MeetgateClient client, ClientSetup setup)
    {
        this.client = client;
        RawCall = setup.Platform + ".raw_call";
        Download = setup.Platform + ".download";
        try
        {
            if (setup.Text.Problem is { } problem)
            {
                throw ClientSetup.Refused(problem.Message);
            }
            Handle = Make(setup.Text.Bytes);
            using JsonDocument config = JsonText.Parse(setup.Text.Bytes.ToArray());
            hasProvider = ReplyMembers.Member(config.RootElement, "token_provider") is { ValueKind: JsonValueKind.True };
            timeout = Milliseconds(config.RootElement, "timeout_ms", ConfigurationDefaults.TimeoutMs);
            tokenTimeout = Milliseconds(config.RootElement, "token_timeout_ms", ConfigurationDefaults.TokenTimeoutMs);
        }
        finally
        {
            setup.Text.Return();
        }
        // In a field of this: the provider must live as long as the client may call it.
        Handle.Tokens = Tokens;
        Tokens.Ending = Ending;
        Tokens.Patience = tokenTimeout;
        if (setup.Provider != null)
        {
            Tokens.Set(Handle, setup.Provider);
        }
        if (setup.AsyncProvider != null)
        {
            Tokens.Set(Handle, setup.AsyncProvider);
        }
    }

    /// <summary>What a request that is no operation is called, in messages and traces.</summary>
    internal string RawCall { get; }

    /// <summary>Likewise.</summary>
    internal string Download { get; }

    internal ClientHandle Handle { get; }

    internal TokenProviderBridge Tokens { get; } = new();

    /// <summary>Cancelled when the client ends: for calls that its handle cannot end, because they have a cancel of their own.</summary>
    internal CancellationToken Ending => ending.Token;

    internal bool IsEnded => isEnded;

    /// <summary>Whether its calls may run code of the program's own, a token provider.</summary>
    internal bool HasProvider => hasProvider;

    /// <summary>Whether it is the client's own: a view ends nothing.</summary>
    internal bool IsOf(MeetgateClient asking) => ReferenceEquals(client, asking);

    internal T Use<T>(MeetgateClient asking, Func<ClientHandle, T> use)
    {
        Begin(asking);
        try
        {
            return use(Handle);
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>Keeps the handle for a call that begins now, also if the client is disposed before it ends.</summary>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    /// <exception cref="InvalidOperationException">The client's own token provider calls it, and would wait for itself.</exception>
    internal void Begin(MeetgateClient asking)
    {
        if (hasProvider && Tokens.IsAsking)
        {
            throw new InvalidOperationException("a token provider must not use its own client: the call would wait for its own token");
        }
        Interlocked.Increment(ref users);
        if (isEnded)
        {
            Finish();
            throw Disposed(asking);
        }
    }

    /// <summary>
    /// Keeps the handle as a call does, on a thread of the library, until <see cref="FinishInLibrary"/>. False if the client was ended
    /// before.
    /// </summary>
    internal bool TryKeep()
    {
        Interlocked.Increment(ref users);
        if (!isEnded)
        {
            return true;
        }
        FinishInLibrary();
        return false;
    }

    /// <summary>Whoever leaves last frees the client.</summary>
    internal void Finish()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            Free();
        }
    }

    /// <summary>The same on a thread of the library: it belongs to the client, and cannot free it.</summary>
    internal void FinishInLibrary()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static owner => ((ClientOwner)owner!).Free(), this);
        }
    }

    /// <summary>Ends it, and the calls in flight, and waits for nothing.</summary>
    internal void End()
    {
        isEnded = true;
        ending.Cancel();
        Handle.CancelCalls();
        if (Interlocked.Exchange(ref endings, 1) == 0)
        {
            Finish();
        }
    }

    /// <summary>Ends it, and waits until the calls in flight have come back.</summary>
    internal async Task EndAsync(TimeSpan patience)
    {
        End();
        if (Volatile.Read(ref users) > 0)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(idle.Task, Task.Delay(patience, enough.Token)).ConfigureAwait(false);
            enough.Cancel();
        }
    }

    /// <summary>Tells an asynchronous provider how long the call on this thread lasts.</summary>
    internal void LimitProvider(TimeSpan? ofCall) =>
        TokenProviderBridge.Limit = hasProvider ? new CallLimit(ofCall ?? timeout, tokenTimeout) : null;

    private static ClientHandle Make(ReadOnlySpan<byte> config)
    {
        try
        {
            return ClientHandle.Make(config);
        }
        catch (MeetgateInvalidArgumentException problem)
        {
            // For C the configuration is an argument. For a program it is one mistake, whoever finds it.
            throw ClientSetup.Refused(problem.Message);
        }
    }

    /// <summary>The library has checked the configuration: what is there is a number.</summary>
    private static TimeSpan Milliseconds(JsonElement config, string key, long otherwise) =>
        TimeSpan.FromMilliseconds(ReplyMembers.Member(config, key)?.GetInt64() ?? otherwise);

    private static ObjectDisposedException Disposed(MeetgateClient client) => new(client.GetType().Name);

    /// <summary>More than once where a call comes too late: that does nothing more.</summary>
    private void Free()
    {
        Handle.Dispose();
        idle.TrySetResult(true);
    }
}
