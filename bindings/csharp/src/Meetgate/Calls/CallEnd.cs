using System;
using System.Threading;

namespace Meetgate;

/// <summary>
/// What ends one call before its time: the tokens that its caller gave, or the end of its client. Only a call that has such a token
/// has one; the others are ended by their client's.
/// </summary>
internal sealed class CallEnd : IDisposable
{
    private readonly CallTokens tokens;
    private readonly Action<Exception>? leave;
    private readonly NativeCancel cancel = new();
    private readonly CancellationTokenRegistration first;
    private readonly CancellationTokenRegistration second;
    private readonly CancellationTokenRegistration ofClient;
    private volatile bool isInProgram;

    private CallEnd(CallTokens tokens, Action<Exception>? leave, CancellationToken ending)
    {
        this.tokens = tokens;
        this.leave = leave;
        try
        {
            // A token that is cancelled already triggers here, on this thread.
            first = Register(tokens.First);
            second = Register(tokens.Second);
            ofClient = Register(ending);
        }
        catch
        {
            // On .NET Framework, a token whose source is disposed.
            Dispose();
            throw;
        }
    }

    /// <summary>Of the call on this thread, for what it runs of the program's own code.</summary>
    [ThreadStatic]
    internal static CallEnd? Current;

    internal nint Address => cancel.Address;

    internal CancellationToken? Cancelled => tokens.Cancelled;

    /// <param name="tokens">Of the caller.</param>
    /// <param name="leave">Ends the waiting of an awaited call with an exception; null where the caller's own thread calls.</param>
    /// <param name="ending">Cancelled when the client ends.</param>
    internal static CallEnd? Of(CallTokens tokens, Action<Exception>? leave, CancellationToken ending) =>
        tokens.CanBeCancelled ? new CallEnd(tokens, leave, ending) : null;

    /// <summary>
    /// Says that the call runs code of the program from now on, a token provider or a stream. The C library cannot end that, so an
    /// awaited call that is cancelled meanwhile is not waited for.
    /// </summary>
    internal void EnterProgram()
    {
        isInProgram = true;
        // Either this thread sees the token cancelled, or the one that cancels it sees that this runs.
        Interlocked.MemoryBarrier();
        LeaveIfCancelled();
    }

    internal void ExitProgram() => isInProgram = false;

    /// <summary>Waits for a trigger that is under way: a later one has nothing left to hit.</summary>
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        ofClient.Dispose();
        cancel.Dispose();
    }

    private CancellationTokenRegistration Register(CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return default;
        }
#if NET8_0_OR_GREATER
        return token.UnsafeRegister(static end => ((CallEnd)end!).Fire(), this);
#else
        return token.Register(static end => ((CallEnd)end!).Fire(), this, false);
#endif
    }

    private void Fire()
    {
        cancel.Trigger();
        Interlocked.MemoryBarrier();
        if (isInProgram)
        {
            LeaveIfCancelled();
        }
    }

    private void LeaveIfCancelled()
    {
        if (leave != null && Cancelled is { } token)
        {
            leave(new OperationCanceledException(token));
        }
    }
}
