using System;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>A call that the C library makes on a thread of its own, and the task that waits for it: one object.</summary>
/// <typeparam name="T">Of the reply.</typeparam>
internal sealed class AwaitedCall<T> : TaskCompletionSource<T>, ICompletion
{
    private readonly ClientOwner owner;
    private readonly Exchange exchange;
    private readonly Func<Answer, T> make;
    private CallActivity activity;
    private CallEnd? end;

    private AwaitedCall(ClientOwner owner, Exchange exchange, Func<Answer, T> make)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        this.owner = owner;
        this.exchange = exchange;
        this.make = make;
    }

    /// <summary>Begins a call, and counts it out when it has ended.</summary>
    /// <param name="owner">Of the client, in which the call is counted already.</param>
    /// <param name="exchange">The call.</param>
    /// <param name="make">Makes the reply.</param>
    internal static Task<T> Begin(ClientOwner owner, Exchange exchange, Func<Answer, T> make)
    {
        var call = new AwaitedCall<T>(owner, exchange, make) { activity = CallActivity.StartDetached(exchange.Name) };
        try
        {
            call.end = exchange.EndFor(owner);
            // The result may come before this returns.
            exchange.Submit(owner, call.end, call);
        }
#pragma warning disable CA1031 // It is the task's.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            call.Finish(problem);
            owner.Finish();
        }
        return call.Task;
    }

    /// <inheritdoc/>
    public void Complete(int status, nint text)
    {
        try
        {
            T reply = make(exchange.Ended(owner, status, text));
            Leave(null);
            TrySetResult(reply);
        }
#pragma warning disable CA1031 // It is the task's, and must not reach C.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            Finish(problem);
        }
        owner.FinishInLibrary();
    }

    private void Finish(Exception problem)
    {
        Leave(problem);
        TrySetException(problem);
    }

    private void Leave(Exception? problem)
    {
        end?.Dispose();
        activity.End(problem);
    }
}
